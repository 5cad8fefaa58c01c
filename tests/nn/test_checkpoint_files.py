"""The file that a checkpoint is written to: what was there before, and what is left behind."""

import os
import stat
import time
import zipfile

import numpy as np
import pytest

import fzero
from fzero_nn import checkpoint, optim
from fzero_nn.checkpoint import atomic, npz
from fzero_nn.checkpoint.structure import names

TREE = {"W": np.ones(3)}
posix = pytest.mark.skipif(os.name == "nt", reason="permissions and links of POSIX")


@posix
def test_a_private_file_stays_private(tmp_path):
    path = tmp_path / "c.npz"
    checkpoint.save(path, TREE)
    path.chmod(0o600)
    checkpoint.save(path, TREE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix
def test_a_private_file_is_private_from_its_first_byte(tmp_path, monkeypatch):
    path, seen = tmp_path / "c.npz", []
    checkpoint.save(path, TREE)
    path.chmod(0o600)

    def look(file, *_):
        seen.append(stat.S_IMODE(os.fstat(file.fileno()).st_mode))

    atomic.write_atomically("save", path, look)
    assert seen == [0o600]


@posix
@pytest.mark.parametrize("there", [True, False])
def test_a_link_leads_where_it_led(tmp_path, there):
    link, target = tmp_path / "latest.npz", tmp_path / "elsewhere" / "c.npz"
    target.parent.mkdir()
    if there:
        checkpoint.save(target, TREE)
    link.symlink_to(target)
    checkpoint.save(link, {"W": np.zeros(2)})
    assert link.is_symlink() and checkpoint.load(target)["W"].tolist() == [0, 0]
    assert os.listdir(target.parent) == ["c.npz"]


@posix
def test_what_is_no_file_stays(tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    for name in ("folder", "pipe", ""):
        with pytest.raises(ValueError, match=r"save: path is .*Add the name of a file"):
            checkpoint.save(tmp_path / name, TREE)
    assert sorted(os.listdir(tmp_path)) == ["folder", "pipe"]
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
    checkpoint.save(tmp_path / "folder" / "model.npz", TREE)  # as the message says


def test_a_folder_that_takes_no_file_is_named(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied", "another name")

    monkeypatch.setattr(atomic, "_new_file", refused)
    with pytest.raises(PermissionError, match=r"save: path is '.*c\.npz', in a folder that takes"):
        checkpoint.save(tmp_path / "c.npz", TREE)


def test_files_of_others_that_look_like_leftovers_stay(tmp_path):
    mine, leftover = tmp_path / ".c.npz.notes.tmp", tmp_path / ".c.npz.0123abcd.tmp"
    mine.write_text("notes")
    leftover.write_text("of a process that was killed")
    checkpoint.save(tmp_path / "c.npz", TREE)
    assert sorted(os.listdir(tmp_path)) == [".c.npz.notes.tmp", "c.npz"]


def test_names_as_long_as_the_file_system_takes(tmp_path):
    for name in ("x" * 251 + ".npz", "é" * 125 + ".npz"):
        checkpoint.save(tmp_path / name, TREE)
        assert checkpoint.load(tmp_path / name)["W"].tolist() == [1, 1, 1]


class FullDisk:
    """A file on a disk with room for so many writes."""

    def __init__(self, file, writes):
        self.file, self.left, self.name = file, writes, file.name

    def write(self, content):
        self.left -= 1
        if self.left < 0:
            raise OSError(28, "No space left on device")
        return self.file.write(content)

    def __getattr__(self, name):
        return getattr(self.file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()


@pytest.mark.parametrize("writes", range(0, 8))
def test_a_full_disk_changes_nothing(tmp_path, monkeypatch, writes):
    path, new_file = tmp_path / "c.npz", atomic._new_file
    checkpoint.save(path, TREE)
    monkeypatch.setattr(atomic, "_new_file", lambda p: FullDisk(new_file(p), writes))
    with pytest.raises(OSError, match="No space left"):
        checkpoint.save(path, {"W": np.zeros(100), "b": np.zeros(2)})
    assert os.listdir(tmp_path) == ["c.npz"]
    assert checkpoint.load(path)["W"].tolist() == [1, 1, 1]


def test_a_lack_of_memory_says_nothing_of_the_file(tmp_path, monkeypatch):
    """Else a run would go on from an older checkpoint, and remove the good ones beyond it."""
    manager = checkpoint.Manager(tmp_path)
    manager.save(1, TREE)

    def no_memory(*_, **__):
        raise MemoryError

    monkeypatch.setattr("fzero_nn.checkpoint.contents.read_array", no_memory)
    with pytest.raises(MemoryError):
        manager.restore()


def test_a_header_too_deep_for_the_parser_is_damage(tmp_path):
    text = b"-" * 9_990 + b"1\n"
    with zipfile.ZipFile(tmp_path / "c.npz", "w") as archive:
        header = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little")
        archive.writestr("W.npy", header + text)
    with pytest.raises(ValueError, match="cannot be read"):
        checkpoint.load(tmp_path / "c.npz", like=TREE)
    assert npz.HEADER_LIMIT < 6_000  # where CPython's parser gives up with a MemoryError


def test_many_leaves_of_one_name_take_linear_time():
    tree = {"x" * 16_000 + str(i): 0 for i in range(2_000)}
    start = time.perf_counter()
    assert len(set(names(tree))) == 2_000
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("step", [np.int64(3), np.array(3), 3])
def test_steps_of_any_integer_type(tmp_path, step):
    manager = checkpoint.Manager(tmp_path)
    manager.save(step, TREE, metric=np.float32(0.5))
    assert manager.steps() == [3]


def test_steps_and_metrics_of_other_types_are_named(tmp_path):
    manager = checkpoint.Manager(tmp_path)
    with pytest.raises(TypeError, match=r"Manager.save: step is 3.0; .*Write int\(step\)"):
        manager.save(3.0, TREE)
    with pytest.raises(TypeError, match=r"Manager.save: metric is array\(\[1.\]\); expected a num"):
        manager.save(3, TREE, metric=np.ones(1))
    assert manager.steps() == []


# ------------------------------------------------------------------------- states of optimizers


NAMES = (
    "adabelief adadelta adafactor adagrad adam adamax adamaxw adamw adan amsgrad fromage lamb lars "
    "lion momentum_sgd nadam nadamw novograd optimistic_gradient_descent radam rmsprop rprop sgd "
    "sign_sgd signum sm3 yogi"
).split()


@pytest.mark.parametrize("name", NAMES)
def test_every_optimizer_goes_on_from_its_file(tmp_path, name):
    optimizer = getattr(optim, name)(0.1)
    params = {"W": np.full((2, 3), 0.5, np.float32), "b": np.ones(3, np.float32)}
    grads = fzero.tree.map(lambda x: x * np.float32(0.1), params)
    _, state = optimizer.update(grads, optimizer.init(params), params)
    checkpoint.save(tmp_path / "c.npz", state)
    loaded = checkpoint.load(tmp_path / "c.npz", like=optimizer.init(params))
    assert fzero.tree.structure(loaded) == fzero.tree.structure(fzero.freeze(state))
    want, got = (optimizer.update(grads, s, params)[0] for s in (state, loaded))
    for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
