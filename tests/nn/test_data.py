"""Readers on small files made here, and minibatches."""

import gzip
import struct

import numpy as np
import pytest

import fzero
from fzero import random
from fzero_nn import data

KEY = random.key(0)
CODES = {"uint8": 8, "int8": 9, "int16": 11, "int32": 12, "float32": 13, "float64": 14}


def idx_bytes(array):
    header = struct.pack(
        f">BBBB{array.ndim}I", 0, 0, CODES[array.dtype.name], array.ndim, *array.shape
    )
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


def make_folder(folder, train=7, test=3, compress=()):
    rng = np.random.default_rng(0)
    arrays = {
        "train-images-idx3-ubyte": rng.integers(0, 256, (train, 4, 5), np.uint8),
        "train-labels-idx1-ubyte": rng.integers(0, 10, train, np.uint8),
        "t10k-images-idx3-ubyte": rng.integers(0, 256, (test, 4, 5), np.uint8),
        "t10k-labels-idx1-ubyte": rng.integers(0, 10, test, np.uint8),
    }
    for name, array in arrays.items():
        raw = idx_bytes(array)
        if name in compress:
            (folder / f"{name}.gz").write_bytes(gzip.compress(raw))
        else:
            (folder / name).write_bytes(raw)
    return list(arrays.values())


@pytest.mark.parametrize("dtype", CODES)
@pytest.mark.parametrize("shape", [(3,), (2, 3, 4), (0, 5), ()])
def test_read_idx(tmp_path, dtype, shape):
    array = (np.arange(np.prod(shape, dtype=int)) * 5 - 1).reshape(shape).astype(dtype)
    (tmp_path / "plain").write_bytes(idx_bytes(array))
    (tmp_path / "packed").write_bytes(gzip.compress(idx_bytes(array)))
    for name in ("plain", "packed"):
        got = data.read_idx(tmp_path / name)
        assert got.dtype == dtype and got.dtype.isnative and got.shape == shape
        np.testing.assert_array_equal(got, array)


def test_read_idx_refuses_damaged_files(tmp_path):
    path, good = tmp_path / "file", idx_bytes(np.arange(12, dtype=np.int16).reshape(3, 4))
    for raw in (b"", b"\0\0", b"<!DOCTYPE html>", b"\0\0\x0a\x01"):
        path.write_bytes(raw)
        with pytest.raises(ValueError, match="read_idx: path is .*expected an IDX file"):
            data.read_idx(path)
    for raw in (good[:-1], good + b"\0", good[:9]):
        path.write_bytes(raw)
        with pytest.raises(ValueError, match=rf"of {len(raw)} bytes unpacked; expected"):
            data.read_idx(path)
    path.write_bytes(gzip.compress(good)[:-9])
    with pytest.raises(ValueError, match="whose gzip data is damaged"):
        data.read_idx(path)
    path.write_bytes(gzip.compress(good)[:20] + b"\xff" * 30)
    with pytest.raises(ValueError, match="whose gzip data is damaged"):
        data.read_idx(path)


def test_load_idx_folder(tmp_path):
    packed = ("train-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    wanted = make_folder(tmp_path, compress=packed)
    for got, array in zip(data.load_idx_folder(tmp_path), wanted, strict=True):
        np.testing.assert_array_equal(got, array)


def test_load_idx_folder_names_every_missing_file(tmp_path):
    make_folder(tmp_path)
    for name in ("train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"):
        (tmp_path / name).unlink()
    with pytest.raises(FileNotFoundError) as error:
        data.load_idx_folder(tmp_path)
    text = str(error.value)
    assert "without train-images-idx3-ubyte, t10k-labels-idx1-ubyte; expected" in text
    assert "Place them there" in text
    with pytest.raises(FileNotFoundError, match="load_idx_folder: folder is"):
        data.load_idx_folder(tmp_path / "absent")


def test_images_and_labels_of_different_sets_are_refused(tmp_path):
    make_folder(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte").write_bytes(idx_bytes(np.zeros(4, np.uint8)))
    with pytest.raises(
        ValueError, match=r"test images of shape \(3, 4, 5\) and labels of shape \(4,"
    ):
        data.load_idx_folder(tmp_path)


def test_load_npz(tmp_path):
    arrays = data.ImageData(*make_folder(tmp_path))
    np.savez(tmp_path / "images.npz", **arrays._asdict())
    for got, array in zip(data.load_npz(tmp_path / "images.npz"), arrays, strict=True):
        np.testing.assert_array_equal(got, array)
    np.savez(tmp_path / "part.npz", train_images=arrays.train_images)
    with pytest.raises(
        ValueError, match="without train_labels, test_images, test_labels; expected"
    ):
        data.load_npz(tmp_path / "part.npz")


# ------------------------------------------------------------------------------------ batches


def test_an_epoch_has_every_row_once_and_rows_stay_together():
    x, y = np.arange(20).reshape(10, 2), {"label": np.arange(10) * 100}
    parts = list(data.batches(KEY, (x, y), 4))
    assert [len(b[0]) for b in parts] == [4, 4, 2]
    rows = np.concatenate([b[0] for b in parts])
    labels = np.concatenate([b[1]["label"] for b in parts])
    np.testing.assert_array_equal(rows[:, 0] * 50, labels)
    assert sorted(labels.tolist()) == y["label"].tolist() != labels.tolist()


def test_the_key_decides_the_order():
    x = np.arange(50)
    orders = [np.concatenate(list(data.batches(k, x, 7))) for k in (KEY, KEY, random.key(1))]
    np.testing.assert_array_equal(orders[0], orders[1])
    assert not np.array_equal(orders[0], orders[2])
    np.testing.assert_array_equal(orders[0], random.permutation(KEY, 50))
    np.testing.assert_array_equal(np.concatenate(list(data.batches(None, x, 7))), x)


@pytest.mark.parametrize(("rows", "wanted"), [(8, [4, 4]), (9, [4, 4]), (3, []), (0, [])])
def test_drop_last(rows, wanted):
    parts = data.batches(KEY, np.zeros(rows), 4, drop_last=True)
    assert [len(b) for b in parts] == wanted


def test_batches_are_copies():
    x = np.zeros(4)
    for batch in data.batches(None, x, 2):
        batch += 1
    np.testing.assert_array_equal(x, 0)


def test_batches_refuse_at_the_call_what_they_cannot_cut():
    with pytest.raises(ValueError, match=r"batches: arrays is of lengths \[\(2,\), \(3,\)\]"):
        data.batches(KEY, (np.zeros(3), np.zeros(2)), 2)
    with pytest.raises(ValueError, match=r"lengths \[\]; expected"):
        data.batches(KEY, (), 2)
    with pytest.raises(ValueError, match=r"lengths \[\(\)\]; expected"):
        data.batches(KEY, np.array(3.0), 2)
    with pytest.raises(ValueError, match="batch_size is 0; expected 1 or more"):
        data.batches(KEY, np.zeros(3), 0)


def test_batches_feed_a_gradient():
    x = np.arange(6.0)
    total = sum(fzero.grad(lambda b: (b * b).sum())(b).sum() for b in data.batches(KEY, x, 4))
    assert total == 2 * x.sum()


def test_lists_are_no_arrays():
    with pytest.raises(TypeError, match="batches: arrays has leaves of type int; .*asarray"):
        data.batches(None, [[1, 2], [3, 4]], 1)
