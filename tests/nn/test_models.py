"""Models: counts of parameters, names, shapes, options, weights of other libraries."""

from typing import Any

import numpy as np
import pytest

import fzero
import fzero_nn as nn
from fzero import random, tree
from fzero_nn import initializers, models
from fzero_nn.formats import dezero_to_trees, load_dezero, save_dezero

KEY = random.key(0)


def names(*trees):
    """The paths of all leaves, as DeZero joins them."""
    pairs = [pair for one in trees for pair in tree.leaves_with_path(one)]
    return ["/".join(key.key for key in path) for path, _ in pairs]


def sizes(model):
    """The numbers of parameters and of state, and the names of both; nothing is drawn."""
    params, state = model.init(KEY)
    return sum(a.size for a in tree.leaves(params)), names(params, state)


# ------------------------------------------------------------------------------------ parameters


@pytest.mark.parametrize(
    ("model", "parameters", "entries"),
    [
        # The VGG paper's and torchvision's counts; the entries are those of DeZero's files.
        (models.VGG11, 132_863_336, 22),
        (models.VGG13, 133_047_848, 26),
        (models.VGG16, 138_357_544, 32),
        (models.VGG19, 143_667_240, 38),
        # torchvision's 25,557,032, ... and the 64 biases of conv1 in Caffe's models.
        (models.ResNet50, 25_557_032 + 64, 268),
        (models.ResNet101, 44_549_160 + 64, 523),
        (models.ResNet152, 60_192_808 + 64, 778),
    ],
)
def test_models_have_the_published_sizes(model, parameters, entries):
    found, entry_names = sizes(model(W_init=initializers.zeros))
    assert (found, len(entry_names)) == (parameters, entries)


@pytest.mark.parametrize(
    ("model", "parameters"),
    [
        (models.ResNet18(convention="torch", W_init=initializers.zeros), 11_689_512),
        (models.ResNet34(convention="torch", W_init=initializers.zeros), 21_797_672),
        (models.ResNet50(convention="torch", W_init=initializers.zeros), 25_557_032),
        (models.SqueezeNet(version="1.0"), 1_248_424),
        (models.SqueezeNet(version="1.1"), 1_235_496),
        (models.EfficientNetLite0(), 4_652_008),
    ],
)
def test_models_have_the_sizes_of_torchs(model, parameters):
    assert sizes(model)[0] == parameters


def test_vgg16_has_the_names_and_shapes_of_dezero():
    params, _ = models.VGG16(W_init=initializers.zeros).init(KEY)
    counts = {1: 2, 2: 2, 3: 3, 4: 3, 5: 3}
    layers = [f"conv{b}_{i}" for b, n in counts.items() for i in range(1, n + 1)]
    want = {f"{layer}/{p}" for layer in [*layers, "fc6", "fc7", "fc8"] for p in "Wb"}
    assert set(names(params)) == want
    assert params["conv1_1"]["W"].shape == (64, 3, 3, 3)
    assert params["fc6"]["W"].shape == (25088, 4096) and params["fc8"]["W"].shape == (4096, 1000)


def test_resnet50_has_the_names_of_dezero():
    params, state = models.ResNet50(width=1).init(KEY)
    blocks = {2: 3, 3: 4, 4: 6, 5: 3}
    want = {"conv1/W", "conv1/b", "fc6/W", "fc6/b", *_norm("bn1")}
    for stage, count in blocks.items():
        for block in ["a", *(f"b{i}" for i in range(1, count))]:
            for i in range(1, 5 if block == "a" else 4):
                place = f"res{stage}/{block}"
                want |= {f"{place}/conv{i}/W", *_norm(f"{place}/bn{i}")}
    assert set(names(params, state)) == want


def _norm(path):
    return {f"{path}/{name}" for name in ("gamma", "beta", "avg_mean", "avg_var")}


@pytest.mark.parametrize(
    "model",
    [
        models.VGG(16, 10, width=2, hidden=8, size=32),
        models.ResNet(50, 10, width=2),
        models.MLP((3 * 32 * 32, 4, 10)),
    ],
    ids=["VGG16", "ResNet50", "MLP"],
)
def test_weights_go_through_a_file_of_dezero(model, tmp_path):
    params, state = model.init(KEY)
    save_dezero(tmp_path / "weights.npz", params, state)
    other = model.init(random.key(1))
    again = dezero_to_trees(load_dezero(tmp_path / "weights.npz"), *other)
    assert names(*again) == names(params, state)
    for a, b in zip(tree.leaves(again), tree.leaves((params, state)), strict=True):
        np.testing.assert_array_equal(a, b)


# ---------------------------------------------------------------------------------------- shapes


def outputs(model, x):
    return {row.path: row.output for row in nn.summary(model, x).rows}


@pytest.mark.parametrize("convention", ["caffe", "torch"])
def test_images_of_224_pixels_shrink_to_112_and_56(convention):
    model = models.ResNet(50, width=1, convention=convention)
    found = outputs(model, np.ones((1, 3, 224, 224), np.float32))
    assert found["relu1"][2:] == (112, 112) and found["pool1"][2:] == (56, 56)
    assert [found[f"res{i}"][1:] for i in (2, 3, 4, 5)] == [
        (4, 56, 56),
        (8, 28, 28),
        (16, 14, 14),
        (32, 7, 7),
    ]
    assert found["pool5"] == (1, 32) and found[""] == (1, 1000)


@pytest.mark.parametrize(
    ("model", "x"),
    [
        (models.CNN(), (2, 1, 28, 28)),
        (models.CNN(3, 32, (4, 8, 8), 16, 5), (1, 3, 32, 32)),
        (models.MLP((None, 4, 10)), (3, 7)),
        (models.VGG(11, 10, width=2, hidden=8, size=32, pooling="average"), (2, 3, 32, 32)),
        (models.ResNet(18, 10, width=2), (2, 3, 33, 35)),
        (models.SqueezeNet(10, version="1.0"), (1, 3, 35, 35)),
        (models.EfficientNetLite0(10), (1, 3, 33, 32)),
    ],
    ids=["CNN", "CNN of colours", "MLP", "VGG11", "ResNet18", "SqueezeNet", "EfficientNetLite0"],
)
def test_models_train_in_float32(model, x):
    x = random.normal(KEY, x, np.float32)
    params, state = model.init(KEY, x)
    y, same = model.apply(params, state, x)
    assert y.shape[0] == x.shape[0] and y.dtype == np.float32 and same is state

    def loss(params):
        y, new = model.apply(params, state, x, key=KEY, train=True)
        return fzero.numpy.mean(y**2), new

    grads, new = fzero.grad(loss, has_aux=True)(params)
    assert names(grads) == names(params) and names(new) == names(state)
    assert all(np.isfinite(g).all() and g.dtype == np.float32 for g in tree.leaves(grads))
    before_after = zip(tree.leaves(state), tree.leaves(new), strict=True)
    assert not any(np.array_equal(before, after) for before, after in before_after)


def test_a_cnn_learns_a_few_images_by_heart():
    model = models.CNN(size=8, channels=(4,), hidden=16, dropout=0.1)
    x, labels = random.normal(KEY, (10, 1, 8, 8), np.float32), np.arange(10)
    params, state = model.init(KEY)

    def loss(params, state, key):
        logits, state = model.apply(params, state, x, key=key, train=True)
        return -fzero.numpy.mean(nn.functional.log_softmax(logits)[labels, labels]), state

    for step in range(60):
        grads, state = fzero.grad(loss, has_aux=True)(params, state, random.fold_in(KEY, step))
        params = tree.map(lambda p, g: p - 0.3 * g, params, grads)
    # Outside of training too, so the running statistics are those of the images.
    assert (model.apply(params, state, x)[0].argmax(1) == labels).all()


def test_gradients_of_each_image_are_those_of_a_loop():
    model = models.CNN(size=8, channels=(2, 3), hidden=4, num_classes=2)
    params, state = tree.map(np.float64, model.init(KEY))
    x = random.normal(KEY, (3, 1, 8, 8))

    def score(params, image):
        return model.apply(params, state, image[None])[0][0, 1]

    got = fzero.vmap(fzero.grad(score), in_axes=(None, 0))(params, x)
    for i, image in enumerate(x):
        want = fzero.grad(score)(params, image)
        for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
            np.testing.assert_allclose(a[i], b, rtol=1e-10, atol=1e-13)


def test_frozen_statistics_are_differentiable():
    """Grad-CAM, style transfer and fine-tuning take gradients outside of training."""
    model = models.ResNet(50, 10, width=2)
    x = random.normal(KEY, (1, 3, 32, 32), np.float32)
    given = (model, *model.init(KEY), x)
    y, seen = nn.capture(*given, ["res4", "res5/b2"])

    def score(inner):
        return nn.capture(*given, replace={"res4": inner})[0][0, 3]

    g = fzero.grad(score)(seen["res4"])
    assert g.shape == seen["res4"].shape == (1, 32, 2, 2) and np.abs(g).max() > 0
    np.testing.assert_allclose(score(seen["res4"]), y[0, 3], rtol=1e-6)


def test_a_slice_of_vgg_gives_features():
    model = models.VGG(16, width=2, hidden=8, size=32)
    params, state = model.init(KEY)
    x = random.normal(KEY, (1, 3, 48, 32), np.float32)
    place = [name for name, _ in model.layers].index("relu4_1") + 1
    features, _ = model[:place].apply(params, state, x)
    assert features.shape == (1, 16, 6, 4) and features.min() == 0


# ---------------------------------------------------------------------------------------- errors


def build(model: Any, **options: Any) -> Any:
    """`model(**options)`, without a look at the types of the options."""
    return model(**options)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: models.VGG(15), r"depth is 15.*\[11, 13, 16, 19\]"),
        (lambda: models.VGG16(pooling="mean"), r"pooling is 'mean'.*average"),
        (lambda: models.VGG16(size=31), "size is 31; expected at least 32"),
        (lambda: models.ResNet(20), r"depth is 20.*\[18, 34, 50, 101, 152\]"),
        (lambda: models.ResNet50(convention="keras"), "convention is 'keras'"),
        (lambda: build(models.SqueezeNet, version="1.2"), "version is '1.2'"),
        (lambda: models.CNN(size=7, channels=(4, 4, 4)), "size is 7 with 3 blocks; .*least 8"),
        (lambda: models.MLP((3,)), r"sizes is \(3,\)"),
        (lambda: models.MLP((3, None, 2)), "numbers after the first"),
        (lambda: models.resnet_from_torch({"layer5.0.conv1.weight": 0}), "layer5.0.conv1"),
        (lambda: models.vgg_from_torch({"features.0.weight": 0}), "'features.0'"),
        (lambda: models.efficientnet_from_torch({"conv1.weight": 0}), "'conv1'"),
        (lambda: models.trees_from_torch({"a.scale": 0}), r"\['a.scale'\]"),
        (
            lambda: models.trees_from_torch({"a.weight": 0, "b.weight": 1}, lambda _: "c"),
            "gives 'c' to two layers",
        ),
    ],
)
def test_bad_options_are_errors(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
