"""Checkpoints: what comes back, what plain NumPy sees, and what becomes of damaged files."""

import json
import os
import threading
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

import fzero
from fzero_nn import checkpoint, optim


class Moments(NamedTuple):
    mean: object
    count: object


TREE = {
    "layers": [{"W": np.arange(6.0).reshape(2, 3), "b": np.zeros(3, np.float32)}, ()],
    "moments": Moments(np.array(2.5), 7),
    3: (True, None, 1.5, 2 + 1j),
    "3": np.array([1, 2], np.uint8),
    "empty": {},
}
GOLDEN = {
    "layers": [{"W": np.arange(6, dtype=np.float32).reshape(2, 3).T, "b": np.zeros(2, ">f8")}],
    "moments": Moments(np.array(0.5, np.float16), 7),
    "key": np.array([1, 2], np.uint64),
    1: np.zeros((0, 3), bool),
}


def assert_equal_trees(got, wanted):
    got, wanted = (fzero.tree.leaves_with_path(fzero.freeze(t)) for t in (got, wanted))
    assert [str(p) for p, _ in got] == [str(p) for p, _ in wanted]
    for (_, a), (_, b) in zip(got, wanted, strict=True):
        assert getattr(a, "dtype", type(a)) == getattr(b, "dtype", type(b))
        np.testing.assert_array_equal(a, b)


def write(path, **entries):
    """A file with the same entries as another one might have, written by NumPy alone."""
    np.savez(path, **entries)
    return path


def test_a_tree_comes_back_like_its_model(tmp_path):
    checkpoint.save(tmp_path / "c.npz", TREE)
    got = checkpoint.load(tmp_path / "c.npz", like=TREE)
    assert_equal_trees(got, TREE)
    assert fzero.tree.structure(got) == fzero.tree.structure(fzero.freeze(TREE))


def test_a_tree_comes_back_without_a_model(tmp_path):
    checkpoint.save(tmp_path / "c.npz", TREE)
    got = checkpoint.load(tmp_path / "c.npz")
    fields = {"mean": TREE["moments"].mean, "count": 7}
    assert_equal_trees(got, {**TREE, "moments": fields})
    assert isinstance(got["layers"], list) and isinstance(got[3], tuple)
    assert type(got["moments"]["count"]) is int and type(got[3][0]) is bool
    assert got["empty"] == {} and got["layers"][1] == ()


def test_what_is_loaded_is_frozen(tmp_path):
    checkpoint.save(tmp_path / "c.npz", {"W": np.ones(2)})
    for like in (None, {"W": np.ones(2)}):
        got = checkpoint.load(tmp_path / "c.npz", like)
        with pytest.raises(TypeError, match="mutation"):
            got["W"] = 0
        with pytest.raises(ValueError, match="read-only"):
            got["W"][0] = 0


@pytest.mark.parametrize(
    "tree",
    [
        np.arange(3),
        4,
        None,
        {},
        [np.ones((0, 2)), np.float32(3)],
        {"a/b": 1, "a": {"b": 2}, "a/b~1": 3},
        {1: 1, "1": 2},
        {"file": 1, "allow_pickle": 2, "__structure__": 3, "../up": 4, "": 5},
        {None: 1, True: 2, 1.5: 3, -1: 4},
        {"a\0b": 1, "a_b": 2, "\\": 3, "\ud800": 4, "é中": 5, "x" * 70_000: 6},
        OrderedDict(b=1, a=2),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(6, dtype=">i4")[::2],
    ],
)
def test_unusual_trees(tmp_path, tree):
    checkpoint.save(tmp_path / "c.npz", tree)
    assert_equal_trees(checkpoint.load(tmp_path / "c.npz"), tree)
    assert_equal_trees(checkpoint.load(tmp_path / "c.npz", like=tree), tree)


def test_deep_trees_are_no_recursion(tmp_path):
    tree = np.ones(1)
    for _ in range(5000):
        tree = [tree]
    checkpoint.save(tmp_path / "c.npz", tree)
    got = checkpoint.load(tmp_path / "c.npz")
    for _ in range(5000):
        (got,) = got
    np.testing.assert_array_equal(got, [1])


def test_an_optimizer_state_continues_where_it_stopped(tmp_path):
    optimizer, params = optim.adam(0.1), {"W": np.ones(3)}
    _, state = optimizer.update({"W": np.array([1.0, 2.0, 3.0])}, optimizer.init(params), params)
    checkpoint.save(tmp_path / "c.npz", (params, state))
    loaded = checkpoint.load(tmp_path / "c.npz", like=(params, optimizer.init(params)))
    for a, b in zip(loaded[1], state, strict=True):
        assert type(a) is type(b)
    one, two = (optimizer.update({"W": np.ones(3)}, s, params) for s in (state, loaded[1]))
    assert_equal_trees(two[0], one[0])


def test_numpy_alone_reads_the_file(tmp_path):
    checkpoint.save(tmp_path / "c.npz", TREE)
    with np.load(tmp_path / "c.npz", allow_pickle=False) as file:
        assert {"layers/0/W", "layers/0/b", "moments/mean", "3/0", "3"} <= set(file.files)
        np.testing.assert_array_equal(file["layers/0/W"], TREE["layers"][0]["W"])
        structure = json.loads(file["__structure__"].item())
        assert structure["leaves"][0][:4] == ["3/0", "bool", "|b1", []]


def test_a_file_of_numpy_loads_into_a_model(tmp_path):
    path = write(tmp_path / "c.npz", **{"0/W": np.ones((2, 2)), "0/b": np.zeros(2)})
    like = [{"W": np.zeros((2, 2)), "b": np.ones(2)}]
    np.testing.assert_array_equal(checkpoint.load(path, like)[0]["W"], np.ones((2, 2)))
    with pytest.raises(ValueError, match="without __structure__; expected a file of save"):
        checkpoint.load(path)


def test_shapes_alone_are_enough_of_a_model(tmp_path):
    checkpoint.save(tmp_path / "c.npz", {"W": np.ones((2, 3))})
    like = {"W": fzero.eval_shape(lambda: np.zeros((2, 3)))}
    np.testing.assert_array_equal(checkpoint.load(tmp_path / "c.npz", like)["W"], np.ones((2, 3)))


def test_every_difference_is_listed(tmp_path):
    tree = {"a": np.ones(2), "b": np.ones((2, 3)), "c": np.ones(2), "d": np.ones(2)}
    checkpoint.save(tmp_path / "c.npz", tree)
    like = {"b": np.ones((3, 2)), "c": np.ones(2, np.float32), "d": np.ones(2), "e": 1, "f": 2}
    with pytest.raises(ValueError) as error:
        checkpoint.load(tmp_path / "c.npz", like)
    assert str(error.value).splitlines()[1:] == [
        "missing: e",
        "missing: f",
        "extra: a",
        "shape: b is (2, 3), expected (3, 2)",
        "dtype: c is float64, expected float32",
    ]


def test_leaves_that_are_no_numbers_are_refused_before_anything_is_written(tmp_path):
    tree = {"W": np.ones(2), "name": "mlp", "f": print, "when": np.datetime64("2020-01-01")}
    with pytest.raises(TypeError) as error:
        checkpoint.save(tmp_path / "c.npz", tree)
    assert all(f"{name} (" in str(error.value) for name in ("name", "f", "when"))
    with pytest.raises(TypeError, match=r"keys \[\(0, 1\)\]; expected str"):
        checkpoint.save(tmp_path / "c.npz", {(0, 1): np.ones(2)})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="longdouble is float64 here")
def test_dtypes_that_no_file_holds_the_same_everywhere(tmp_path):
    dtypes = pytest.importorskip("ml_dtypes")
    tree = {"half": np.ones(2, dtypes.bfloat16), "long": np.ones(2, np.longdouble), "big": 2**70}
    with pytest.raises(
        TypeError, match=r"big \(object\), half \(bfloat16\), long \(float128\); ex"
    ):
        checkpoint.save(tmp_path / "c.npz", tree)
    tree = {"half": tree["half"].astype(np.float32), "long": tree["long"].astype(float)}  # advice
    checkpoint.save(tmp_path / "c.npz", tree)
    assert_equal_trees(checkpoint.load(tmp_path / "c.npz"), tree)


def test_a_tracer_is_not_saved(tmp_path):
    def f(x):
        checkpoint.save(tmp_path / "c.npz", {"x": x})
        return x

    with pytest.raises(TypeError):
        fzero.grad(f)(1.0)
    assert list(tmp_path.iterdir()) == []


def test_what_fits_is_taken_and_the_rest_reported(tmp_path):
    path = tmp_path / "c.npz"
    checkpoint.save(path, {"a": np.ones(2), "b": np.ones(3), "c": np.ones(2), "d": 1, "n": 5})
    like = {"a": np.zeros(2), "b": np.zeros(2), "c": np.zeros(2, np.float32), "e": 4, "n": 0}
    tree, report = checkpoint.load_partial(path, like)
    assert_equal_trees(tree, like | {"a": np.ones(2), "n": 5})
    assert report == checkpoint.Report(
        loaded=("a", "n"),
        missing=("e",),
        extra=("d",),
        misshaped=("b is (3,), expected (2,)",),
        mistyped=("c is float64, expected float32",),
    )
    with pytest.raises(ValueError, match="load: path is .*does not match") as error:
        checkpoint.load(path, like)
    assert str(error.value).splitlines()[1:] == report.problems()
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match="load_partial: path is .*cannot be read"):
        checkpoint.load_partial(path, like)


def test_a_device_is_where_the_arrays_go(tmp_path):
    checkpoint.save(tmp_path / "c.npz", {"W": np.ones(2), "n": 3})
    assert_equal_trees(checkpoint.load(tmp_path / "c.npz", device="cpu"), {"W": np.ones(2), "n": 3})
    with pytest.raises(ValueError, match="^device"):
        checkpoint.load(tmp_path / "c.npz", device="nowhere")


@pytest.mark.gpu
def test_arrays_of_a_card_are_saved_and_come_back_there(tmp_path):
    tree = fzero.device_put({"W": np.ones(2), "n": 3}, "gpu")
    checkpoint.save(tmp_path / "c.npz", tree)
    assert_equal_trees(checkpoint.load(tmp_path / "c.npz"), fzero.device_get(tree))
    got = checkpoint.load(tmp_path / "c.npz", like=tree, device="gpu")
    assert str(fzero.device(got["W"])) == "gpu:0"


def test_a_missing_folder_or_file_is_named(tmp_path):
    path = tmp_path / "new" / "c.npz"
    with pytest.raises(FileNotFoundError, match=r"save: path is .*parent.mkdir\(parents=True\)"):
        checkpoint.save(path, 1)
    path.parent.mkdir(parents=True)  # the advice
    checkpoint.save(path, 1)
    with pytest.raises(FileNotFoundError, match=r"other\.npz"):
        checkpoint.load(tmp_path / "other.npz")


# ---------------------------------------------------------------------------------- atomicity


def test_a_failed_save_leaves_the_old_file_alone(tmp_path, monkeypatch):
    path = tmp_path / "c.npz"
    checkpoint.save(path, {"W": np.ones(2)})
    before = path.read_bytes()
    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, lambda *_: (_ for _ in ()).throw(OSError("disk full")))
            with pytest.raises(OSError, match="disk full"):
                checkpoint.save(path, {"W": np.zeros(2)})
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    events, path = [], tmp_path / "c.npz"
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (events.append("fsync"), fsync(fd))[1])
    monkeypatch.setattr(os, "replace", lambda a, b: (events.append("replace"), replace(a, b))[1])
    checkpoint.save(path, 1)
    assert events == ["fsync", "replace"] + ["fsync"] * (os.name != "nt")
    assert path.stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_a_reader_beside_a_writer_sees_whole_files(tmp_path):
    path = tmp_path / "c.npz"
    checkpoint.save(path, {"W": np.zeros(1000)})

    def keep_writing():
        for i in range(40):
            checkpoint.save(path, {"W": np.full(1000, float(i))})

    writer = threading.Thread(target=keep_writing)
    writer.start()
    seen = 0
    while writer.is_alive() or seen == 0:
        W = checkpoint.load(path)["W"]
        assert (W == W[0]).all()
        seen += 1
    writer.join()
    assert list(tmp_path.iterdir()) == [path]


# -------------------------------------------------------------------------------- wrong files


def test_files_that_are_no_checkpoints(tmp_path):
    path = tmp_path / "c.npz"
    for raw in (b"", b"PK", b"not a zip at all" * 99):
        path.write_bytes(raw)
        with pytest.raises(ValueError, match=r"load: path is .*cannot be read.*not a zip file"):
            checkpoint.load(path)


def test_a_truncated_or_flipped_file_is_an_error_and_never_other_numbers(tmp_path):
    path, tree = tmp_path / "c.npz", {"W": np.arange(50.0), "b": np.ones(3)}
    checkpoint.save(path, tree)
    raw = path.read_bytes()
    for end in range(0, len(raw), 37):
        path.write_bytes(raw[:end])
        with pytest.raises(ValueError, match="load: path is"):
            checkpoint.load(path)
    for place in range(0, len(raw), 11):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 0x10]) + raw[place + 1 :])
        try:
            assert_equal_trees(checkpoint.load(path), tree)
        except ValueError as error:
            assert "load: path is" in str(error)


def test_pickles_are_never_read(tmp_path):
    path = write(tmp_path / "c.npz", W=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match=r"cannot be read \(.*'W.npy' is a pickled object"):
        checkpoint.load(path, like={"W": np.ones(1)})


LEAF = ["W", "array", "<f8", [2], None]


def write_structure(path, **fields):
    """A file with the array W and a structure of these fields, whose checksum of W is right."""
    write(path, W=np.ones(2))
    with zipfile.ZipFile(path) as archive:
        crc = archive.getinfo("W.npy").CRC
    whole = {"version": 1, "nodes": [None], "leaves": [LEAF], "note": {}} | fields
    whole["leaves"] = [[crc if x is None else x for x in leaf] for leaf in whole["leaves"]]
    return write(path, W=np.ones(2), __structure__=np.array(json.dumps(whole).encode()))


def test_the_structure_as_these_tests_write_it(tmp_path):
    np.testing.assert_array_equal(checkpoint.load(write_structure(tmp_path / "c.npz")), [1, 1])


@pytest.mark.parametrize(
    "fields",
    [
        {"version": 2},
        {"nodes": []},
        {"nodes": [None, None]},
        {"nodes": [["set", 1], None]},
        {"nodes": [["list", -1], None]},
        {"nodes": [["dict", [[1]]], None]},
        {"nodes": [["dict", ["a"]], None, None]},
        {"leaves": []},
        {"leaves": [LEAF, LEAF]},
        {"leaves": [LEAF[:3]]},
        {"leaves": [["V", *LEAF[1:]]]},
        {"leaves": [["W", "exec", *LEAF[2:]]]},
        {"leaves": [["W", "float", *LEAF[2:]]]},
        {"leaves": [["W", "array", "<i8", [2], None]]},
        {"leaves": [["W", "array", "<f8", [1, 2], None]]},
        {"leaves": [["W", "array", "<f8", [1 << 60], None]]},
        {"leaves": [["W", "array", "O", [2], None]]},
        {"leaves": [["W", "array", "<f8", [2], 123]]},
    ],
    ids=str,
)
def test_a_structure_that_does_not_describe_the_file(tmp_path, fields):
    path = write_structure(tmp_path / "c.npz", **fields)
    with pytest.raises(ValueError, match="load: path is .*cannot be read"):
        checkpoint.load(path)


@pytest.mark.parametrize("text", [b"no json", b"[]", b"", "text", 3, [1, 2]])
def test_a_structure_that_is_none(tmp_path, text):
    path = write(tmp_path / "c.npz", W=np.ones(2), __structure__=np.array(text))
    with pytest.raises(ValueError, match="load: path is .*cannot be read"):
        checkpoint.load(path)


def test_entries_that_the_structure_does_not_name(tmp_path):
    path = write_structure(tmp_path / "c.npz", leaves=[["V", *LEAF[1:]]])
    with pytest.raises(ValueError, match=r"entries \['V', 'W'\] are in the archive or in __struct"):
        checkpoint.load(path)


# ------------------------------------------------------------------------------------ the file


def test_a_tree_makes_the_same_bytes_every_time(tmp_path):
    for name in "ab":
        checkpoint.save(tmp_path / name, TREE)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_compressed_file_is_smaller_and_the_same(tmp_path):
    tree = {"W": np.zeros(10_000), "b": np.arange(3), "empty": np.ones((0, 4))}
    checkpoint.save(tmp_path / "a.npz", tree)
    checkpoint.save(tmp_path / "b.npz", tree, compress=True)
    assert (tmp_path / "b.npz").stat().st_size * 20 < (tmp_path / "a.npz").stat().st_size
    assert_equal_trees(checkpoint.load(tmp_path / "b.npz"), tree)
    np.testing.assert_array_equal(np.load(tmp_path / "b.npz")["b"], tree["b"])


def test_the_golden_file_is_still_read(tmp_path):
    """tests/nn/data/checkpoint.npz was written by version 1 of the format."""
    golden = Path(__file__).parent / "data" / "checkpoint.npz"
    assert_equal_trees(checkpoint.load(golden, like=GOLDEN), GOLDEN)
    with np.load(golden, allow_pickle=False) as file:
        np.testing.assert_array_equal(file["layers/0/W"], GOLDEN["layers"][0]["W"])
    checkpoint.save(tmp_path / "c.npz", GOLDEN)
    assert (tmp_path / "c.npz").read_bytes() == golden.read_bytes()


def test_the_archive_is_uncompressed_and_plain(tmp_path):
    checkpoint.save(tmp_path / "c.npz", TREE)
    with zipfile.ZipFile(tmp_path / "c.npz") as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        assert all(entry.filename.endswith(".npy") for entry in archive.infolist())


def test_what_fits_is_loaded_only_on_request(tmp_path):
    path, like = tmp_path / "c.npz", {"a": np.zeros(2), "b": np.ones(3)}
    checkpoint.save(path, {"a": np.full(2, 5.0), "b": np.zeros(4), "c": 1})
    with pytest.raises(ValueError, match="extra: c"):
        checkpoint.load(path, like)
    got = checkpoint.load(path, like, strict=False)
    assert got["a"].tolist() == [5.0, 5.0] and got["b"].tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="Pass like="):
        checkpoint.load(path, strict=False)
