"""Checkpoints: what comes back, what plain NumPy sees, and what becomes of damaged files."""

import json
import os
import threading
import zipfile
from collections import OrderedDict
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
        assert json.loads(str(file["__structure__"]))["leaves"][0] == ["3/0", "bool"]


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
        with pytest.raises(ValueError, match=r"load: path is .*cannot be read.*no zip archive"):
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
    with pytest.raises(ValueError, match=r"cannot be read \(.*allow_pickle=False"):
        checkpoint.load(path, like={"W": np.ones(1)})


@pytest.mark.parametrize(
    "structure",
    [
        "no json",
        "[]",
        '{"leaves": [["W", "array"]]}',
        '{"leaves": [["W", "array"]], "nodes": []}',
        '{"leaves": [["W", "array"]], "nodes": [null, null]}',
        '{"leaves": [["W", "array"]], "nodes": [["set", 1], null]}',
        '{"leaves": [["W", "exec"]], "nodes": [null]}',
        '{"leaves": [["W", "float"]], "nodes": [null]}',
        '{"leaves": [["W", "array"]], "nodes": [["list", -1], null]}',
        '{"leaves": [["W", "array"]], "nodes": [["dict", [[1]]], null]}',
        '{"leaves": [["W", "array"]], "nodes": [["dict", ["a"]], null, null]}',
    ],
)
def test_a_structure_that_is_none(tmp_path, structure):
    path = write(tmp_path / "c.npz", W=np.ones(2), __structure__=np.array(structure))
    with pytest.raises(ValueError, match="load: path is .*cannot be read"):
        checkpoint.load(path)


def test_entries_that_the_structure_does_not_name(tmp_path):
    structure = np.array('{"leaves": [["V", "array"]], "nodes": [null]}')
    path = write(tmp_path / "c.npz", W=np.ones(2), __structure__=structure)
    with pytest.raises(ValueError, match="\nmissing: V\nextra: W$"):
        checkpoint.load(path)


def test_the_archive_is_uncompressed_and_plain(tmp_path):
    checkpoint.save(tmp_path / "c.npz", TREE)
    with zipfile.ZipFile(tmp_path / "c.npz") as archive:
        assert archive.testzip() is None
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
        assert all(entry.filename.endswith(".npy") for entry in archive.infolist())
