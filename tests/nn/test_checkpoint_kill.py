"""A process that saves is killed at any moment: the newest checkpoint is whole all the same.

Run as a program, this file does the trials: it is warm, and forks a process for each.
"""

import os
import random
import signal
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

from fzero_nn import checkpoint

TRIALS = 70  # for each way to save


def tree(step):
    return {"W": np.full(20_000, float(step)), "b": np.full((3, 5), float(step)), "step": step}


def check(got, least):
    """The arrays are of one step, which is no older than the last one known to be saved."""
    assert got["step"] >= least, (got["step"], least)
    assert (got["W"] == got["step"]).all() and (got["b"] == got["step"]).all()


def save_alone(folder, step, report):
    while True:
        checkpoint.save(folder + "/c.npz", tree(step))
        report(step)
        step += 1


def load_alone(folder):
    return checkpoint.load(folder + "/c.npz")


def save_by_manager(folder, step, report, background=False):
    manager = checkpoint.Manager(folder, keep_last=2, background=background)
    while True:
        manager.save(step, tree(step), metric=step % 7)
        if not background:
            report(step)
        elif step in manager.steps():  # waits for the thread
            report(step)
        step += 1


def save_in_background(folder, step, report):
    save_by_manager(folder, step, report, background=True)


def load_by_manager(folder):
    return checkpoint.Manager(folder).restore()


def killed(save, folder, step, delay):
    """Save in a process until it is killed, and return the last step it had saved for sure."""
    receiver, sender = os.pipe()
    process = os.fork()
    if process == 0:
        save(folder, step, lambda done: os.write(sender, done.to_bytes(8, "little")))
    os.close(sender)
    first = os.read(receiver, 8)
    time.sleep(delay)
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
    rest = b"".join(iter(lambda: os.read(receiver, 1 << 16), b""))
    os.close(receiver)
    return int.from_bytes((first + rest)[-8:], "little")


def trials(save, load, folder):
    warnings.simplefilter("error")  # that of a damaged file
    rng, step, leftovers = random.Random(0), 0, 0
    for _ in range(TRIALS):
        saved = killed(save, folder, step, rng.uniform(0, 0.02))
        leftovers += any(name.endswith(".tmp") for name in os.listdir(folder))
        got = load(folder)
        check(got, saved)
        step = got["step"] + 1
    print(leftovers)


WAYS = {
    "alone": (save_alone, load_alone),
    "manager": (save_by_manager, load_by_manager),
    "background": (save_in_background, load_by_manager),
}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
@pytest.mark.parametrize("way", WAYS)
def test_the_newest_checkpoint_is_whole(tmp_path, way):
    command = [sys.executable, "-m", "tests.nn.test_checkpoint_kill", way, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    # The trials are worth nothing unless many of them met a file that was half written.
    assert int(done.stdout) > TRIALS // 10
    save_or_clean(way, tmp_path)
    assert [p.name for p in tmp_path.iterdir() if p.name.endswith(".tmp")] == []


def save_or_clean(way, folder):
    """What the next process does anyway removes what the killed ones left."""
    if way == "alone":
        checkpoint.save(folder / "c.npz", tree(0))
    else:
        checkpoint.Manager(folder)


if __name__ == "__main__":
    trials(*WAYS[sys.argv[1]], sys.argv[2])
