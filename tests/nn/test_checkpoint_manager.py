"""The manager of a run's checkpoints: what it keeps, finds, refuses and does in the background."""

import os
import threading
import time

import numpy as np
import pytest

from fzero_nn import checkpoint
from fzero_nn.checkpoint import Manager, atomic
from fzero_nn.checkpoint import manager as module


def fill(manager, metrics):
    for step, metric in enumerate(metrics):
        manager.save(step, {"W": np.full(3, step)}, metric)
    return manager.steps()


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, [2, 4, 5, 6]),
        ({"mode": "max"}, [1, 4, 5, 6]),
        ({"keep_best": 0}, [4, 5, 6]),
        ({"keep_last": 1, "keep_best": 2}, [2, 5, 6]),
        ({"keep_last": 99}, [0, 1, 2, 3, 4, 5, 6]),
        ({"keep_last": 2, "keep_best": 3}, [2, 3, 5, 6]),
    ],
)
@pytest.mark.parametrize("background", [False, True])
def test_the_last_and_the_best_are_kept(tmp_path, options, kept, background):
    with Manager(tmp_path, background=background, **options) as manager:
        assert fill(manager, [float("nan"), 5, 1, 3, None, 2, 4]) == kept
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"step-{s:012d}.npz" for s in kept]


def test_metrics_outlive_the_process(tmp_path):
    fill(Manager(tmp_path, keep_last=1), [3.0, 1.0, 2.0])
    manager = Manager(tmp_path, keep_last=1)
    manager.save(3, {"W": np.zeros(3)}, np.float32(1.5))
    assert manager.steps() == [1, 3]
    manager.save(4, {"W": np.zeros(3)}, 0.5)
    assert manager.steps() == [4]


def test_the_files_are_those_of_save(tmp_path):
    manager = Manager(tmp_path / "new" / "folder", compress=True)
    manager.save(7, {"W": np.zeros(10_000)})
    assert manager.path(7).stat().st_size < 10_000
    np.testing.assert_array_equal(checkpoint.load(manager.path(7))["W"], np.zeros(10_000))


def test_a_later_change_of_the_working_folder_moves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    manager = Manager("run")
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    manager.save(1, {"W": np.ones(1)})
    assert (tmp_path / "run" / "step-000000000001.npz").exists()


# ----------------------------------------------------------------------------------- restoring


def test_an_empty_folder_has_nothing(tmp_path):
    manager = Manager(tmp_path)
    assert manager.latest() is None and manager.steps() == []
    with pytest.raises(FileNotFoundError, match="without a whole checkpoint; expected one"):
        manager.restore()
    with pytest.raises(FileNotFoundError, match="000000000003"):
        manager.restore(step=3)


def test_a_step_or_the_newest_comes_back(tmp_path):
    manager = Manager(tmp_path)
    fill(manager, [None] * 3)
    assert manager.latest() == 2
    np.testing.assert_array_equal(manager.restore()["W"], np.full(3, 2))
    like = [np.zeros(3, int)]
    with pytest.raises(ValueError, match="(?s)Manager.restore: path is .*missing: 0\nextra: W"):
        manager.restore(like)
    got = manager.restore({"W": like[0]}, step=1, device="cpu")
    np.testing.assert_array_equal(got["W"], np.ones(3))


@pytest.mark.parametrize("content", [b"", b"PK", None])
def test_damaged_files_are_passed_over_with_a_warning(tmp_path, content):
    manager = Manager(tmp_path)
    fill(manager, [None] * 3)
    raw = bytearray(manager.path(2).read_bytes())
    raw[150] ^= 1
    manager.path(2).write_bytes(raw if content is None else content)
    with pytest.warns(
        RuntimeWarning, match="Manager.latest: path is .*step-000000000002.*An older"
    ):
        assert manager.latest() == 1
    with pytest.warns(RuntimeWarning, match="Manager.restore: path is .*step-000000000002"):
        np.testing.assert_array_equal(manager.restore()["W"], np.ones(3))
    with pytest.raises(ValueError, match="Manager.restore: path is .*cannot be read"):
        manager.restore(step=2)
    manager.save(2, {"W": np.full(3, 2)})
    assert manager.latest() == 2


def test_a_reader_beside_a_writer_finds_a_whole_checkpoint(tmp_path):
    writer, reader = Manager(tmp_path, keep_last=1, keep_best=0), Manager(tmp_path)
    writer.save(0, {"W": np.zeros(1000)})
    thread = threading.Thread(target=lambda: fill(writer, [None] * 40))
    thread.start()
    while thread.is_alive():
        W = reader.restore()["W"]
        assert (W == W[0]).all() and reader.latest() is not None
    thread.join()


def test_a_file_of_another_kind_is_no_checkpoint_of_the_run(tmp_path):
    manager = Manager(tmp_path)
    fill(manager, [1.0])
    np.savez(manager.path(9), W=np.ones(3))
    with pytest.warns(RuntimeWarning, match="has no entry __structure__"):
        assert manager.latest() == 0
    for name in ("step-1.npz", "step-000000000009.npz.bak", "notes.txt"):
        (tmp_path / name).write_text("mine")
    manager.save(10, {"W": np.ones(3)})
    assert manager.steps() == [0, 9, 10] and len(list(tmp_path.iterdir())) == 6


def test_an_older_step_needs_a_return_to_one(tmp_path):
    manager = Manager(tmp_path, keep_last=4)
    fill(manager, [None] * 6)
    with pytest.raises(
        ValueError, match="step is 4; expected 5, the newest in the folder, or more"
    ):
        manager.save(4, {"W": np.ones(3)})
    manager.restore(step=3)  # the advice
    with pytest.raises(ValueError, match="step is 2; expected 5"):
        manager.save(2, {"W": np.ones(3)})
    assert manager.steps() == [2, 3, 4, 5]
    manager.save(4, {"W": np.full(3, 44)})
    assert manager.steps() == [2, 3, 4]
    np.testing.assert_array_equal(manager.restore()["W"], np.full(3, 44))


# ------------------------------------------------------------------------------ the background


def test_what_changes_after_the_call_is_not_saved(tmp_path, monkeypatch):
    go, write = threading.Event(), module.write_snapshot
    monkeypatch.setattr(module, "write_snapshot", lambda *a: (go.wait(9), write(*a)))
    W = np.zeros(1000)
    with Manager(tmp_path, background=True) as manager:
        manager.save(0, {"W": W, "view": W[::2]})
        W += 1
        go.set()
        got = manager.restore()
    assert not got["W"].any() and not got["view"].any()


def test_an_error_in_the_background_is_raised_by_the_next_call(tmp_path, monkeypatch):
    manager = Manager(tmp_path, background=True)

    def full(*_):
        raise OSError("disk full")

    for call in (manager.wait, manager.latest, manager.steps, lambda: manager.save(2, 1)):
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            manager.save(1, {"W": np.ones(2)})
            with pytest.raises(OSError, match="disk full"):
                call()
        manager.wait()  # raised once
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(TypeError, match=r"Manager.save: tree is with name \("):
        manager.save(1, {"name": "mlp"})  # wrong trees are refused at once


def test_a_closed_manager_still_reads(tmp_path):
    before = threading.active_count()
    with Manager(tmp_path, background=True) as manager:
        manager.save(1, {"W": np.ones(2)})
    assert threading.active_count() == before and manager.latest() == 1
    with pytest.raises(ValueError, match="the manager is closed; expected an open one"):
        manager.save(2, {"W": np.ones(2)})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_goes_on_without_the_thread(tmp_path, monkeypatch):
    go, write = threading.Event(), module.write_snapshot
    monkeypatch.setattr(module, "write_snapshot", lambda *a: (go.wait(9), write(*a)))
    manager = Manager(tmp_path, background=True)
    manager.save(1, {"W": np.ones(2)})
    process = os.fork()
    if process == 0:
        go.set()
        manager.save(2, {"W": np.full(2, 2)})
        manager.wait()
        os._exit(manager.latest() != 2)
    deadline = time.monotonic() + 9
    while not manager.path(2).exists() and time.monotonic() < deadline:
        time.sleep(0.001)
    go.set()
    assert os.waitpid(process, 0)[1] == 0
    assert manager.steps() == [1, 2]


# ------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize("options", [{"keep_last": 0}, {"keep_best": -1}])
def test_numbers_to_keep(tmp_path, options):
    with pytest.raises(ValueError, match="keep_last, keep_best is .*; expected at least 1 and at"):
        Manager(tmp_path, **options)


def test_modes_and_steps(tmp_path):
    with pytest.raises(ValueError, match="mode is 'best'; expected 'min' or 'max'"):
        Manager(tmp_path, mode="best")  # type: ignore[arg-type]
    manager = Manager(tmp_path)
    for step in (-1, 10**12):
        with pytest.raises(ValueError, match=f"step is {step}; expected 0 <= step"):
            manager.save(step, 1)
    manager.save(10**12 - 1, 1)
    assert manager.latest() == 10**12 - 1


# ----------------------------------------------------------------------------------- leftovers


def test_files_in_use_are_no_leftovers(tmp_path):
    (tmp_path / ".step-000000000001.npz.0123456a.tmp").write_bytes(b"of a process that is gone")
    (tmp_path / ".other.npz.0123456b.tmp").write_bytes(b"of another file")
    path = tmp_path / "step-000000000002.npz"

    def write(file):
        file.write(b"whole")
        atomic.remove_leftovers(tmp_path, "step-")
        assert len(list(tmp_path.iterdir())) == 2  # this one, and the other file's

    atomic.write_atomically("save", path, write)
    assert path.read_bytes() == b"whole"
    assert sorted(p.name for p in tmp_path.iterdir()) == [".other.npz.0123456b.tmp", path.name]


def test_a_file_that_was_taken_for_a_leftover_is_made_anew(tmp_path, monkeypatch):
    lock, removed = atomic._lock, []

    def late(file, wait=True):
        if wait and not removed:  # somebody is faster than the lock
            removed.append(os.unlink(file.name))
        lock(file, wait)

    monkeypatch.setattr(atomic, "_lock", late)
    atomic.write_atomically("save", tmp_path / "c", lambda file: file.write(b"whole"))
    assert (tmp_path / "c").read_bytes() == b"whole" and len(removed) == 1
