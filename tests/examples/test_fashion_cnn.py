"""The main example: it learns, stops at Ctrl-C, and goes on to the bits of a run without a stop."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
import pytest

import fzero
from fzero_nn import checkpoint, training
from tests.examples.running import EXAMPLES, ROOT, load_example, use_stand_in, write_images

SMALL = ["--epochs", "2", "--batch-size", "50"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """500 training and 100 test images as the four IDX files."""
    return write_images(tmp_path_factory.mktemp("idx"), 500, 100)


@pytest.fixture(scope="module")
def cnn():
    return load_example("fashion_cnn")


def arguments(folder, out, *more):
    return ["--data", str(folder), "--out", str(out), *SMALL, *more]


def last(out):
    """The newest checkpoint of a run."""
    return checkpoint.Manager(out / "fashion_cnn").restore()


def stopped_after(steps):
    """An `interruptible` that reports Ctrl-C once so many steps have asked."""

    @contextmanager
    def stub():
        asked = iter(range(10**6))
        yield lambda: next(asked) >= steps

    return stub


@pytest.fixture(scope="module")
def whole(cnn, folder, tmp_path_factory):
    """A run without a stop: the folder, and the accuracy that it returned."""
    out = tmp_path_factory.mktemp("whole")
    return out, cnn.main(arguments(folder, out))


def test_it_learns_saves_and_draws(whole, folder):
    out, accuracy = whole
    assert accuracy > 0.3  # a guess is right once in ten; this is after 20 steps
    assert (out / "fashion_cnn.png").stat().st_size > 10_000
    rows = training.read_log(out / "fashion_cnn.jsonl")
    assert [row["step"] for row in rows] == list(range(1, 21))
    assert ["test_loss" in row for row in rows] == [row["step"] in (10, 20) for row in rows]
    saved = last(out)
    assert saved["train"]["step"] == 20 and saved["position"]["epoch"] == 2


@pytest.mark.parametrize("steps", [1, 4, 12])
def test_a_run_that_was_stopped_ends_with_the_same_bits(
    cnn, folder, whole, tmp_path, monkeypatch, capsys, steps
):
    with monkeypatch.context() as patch:
        patch.setattr(cnn.training, "interruptible", stopped_after(steps))
        assert cnn.main(arguments(folder, tmp_path)) is None
    said = capsys.readouterr().out
    assert re.search(r"interrupted and saved at step \d+; to go on:\n +python .* --resume\n", said)
    middle = last(tmp_path)["train"]["step"]
    assert 0 < middle < 20

    with pytest.raises(SystemExit, match="add --resume to go on with it, or --restart"):
        cnn.main(arguments(folder, tmp_path))
    with pytest.raises(SystemExit, match="add: --seed 0"):
        cnn.main(arguments(folder, tmp_path, "--resume", "--seed", "5"))

    assert cnn.main(arguments(folder, tmp_path, "--resume")) == whole[1]
    assert f"resumed at step {middle}" in capsys.readouterr().out
    got, want = last(tmp_path), last(whole[0])
    for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
        assert np.asarray(a).tobytes() == np.asarray(b).tobytes()
    assert training.read_log(tmp_path / "fashion_cnn.jsonl") == training.read_log(
        whole[0] / "fashion_cnn.jsonl"
    )


def test_nothing_to_resume_and_a_finished_run(cnn, folder, whole, tmp_path, monkeypatch):
    with pytest.raises(SystemExit, match="nothing to resume"):
        cnn.main(arguments(folder, tmp_path, "--resume"))
    assert cnn.main(arguments(folder, whole[0], "--resume")) == whole[1]


def test_ctrl_c_as_a_user_presses_it(folder, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "examples/fashion_cnn.py", *arguments(folder, tmp_path)]
    command += ["--epochs", "1000"]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        deadline = time.monotonic() + 120
        while not list(tmp_path.glob("fashion_cnn/step-*.npz")):  # an epoch is over
            assert time.monotonic() < deadline and process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "interrupted and saved at step" in out
    line = re.search(r"^ +python (.* --resume)$", out, re.MULTILINE)
    assert line is not None
    number = last(tmp_path)["train"]["step"]

    short = line[1].replace("--epochs 1000", "--epochs 1001").split()
    done = subprocess.run(
        [sys.executable, *short], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert "the run to resume had other options; add: --epochs 1000" in done.stderr
    assert number == last(tmp_path)["train"]["step"]


@pytest.mark.slow
def test_it_reaches_its_accuracy_as_a_program(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(EXAMPLES / "fashion_cnn.py"), "--out", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"^test accuracy (0\.\d+)$", done.stdout, re.MULTILINE)
    assert found and float(found[1]) >= 0.88


def test_it_runs_on_the_stand_in_for_a_card(cnn, folder, tmp_path, monkeypatch):
    use_stand_in(monkeypatch)
    got = cnn.main(arguments(folder, tmp_path, "--device", "gpu", "--epochs", "1"))
    assert got == cnn.main(arguments(folder, tmp_path / "cpu", "--epochs", "1"))
