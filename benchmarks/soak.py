"""`python -m benchmarks.soak`: very many steps of training, whose memory must not grow.

Python's garbage collector rests meanwhile, so that reference cycles would be seen too. The command
fails if the resident memory rises or a loss is not finite.
"""

import argparse
import gc
import math
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

import fzero_nn as nn
from fzero import random
from fzero_nn import functional as F
from fzero_nn import losses, optim, training

from .memory import resident

__all__ = ["Sample", "faults", "main", "soak"]

#: Bytes per step that the resident memory may rise by, over the second half of the run: what is
#: kept from each step, if only one small object, is more. Short runs may also round up to pages.
SLOPE, PAGES = 8.0, 256 * 1024
INPUTS, CLASSES, BATCH = 16, 4, 8
MODEL = nn.Sequential(
    nn.Linear(INPUTS, 32), nn.BatchNorm(32), F.relu, nn.Dropout(0.2), nn.Linear(32, CLASSES)
)


class Sample(NamedTuple):
    """The state of a run after some steps; memory in bytes."""

    step: int
    memory: int
    loss: float


def make_step() -> Callable[[np.ndarray, np.ndarray], Any]:
    """A function that takes one step of a small network and returns its loss."""

    def loss(params: Any, state: Any, batch: Any, key: Any) -> Any:
        logits, state = MODEL.apply(params, state, batch[0], key=key, train=True)
        return losses.softmax_cross_entropy(logits, batch[1]), (state, {})

    optimizer = optim.adam(1e-3)
    now = training.train_state(*MODEL.init(random.key(0)), optimizer, random.key(1))
    step = training.make_train_step(loss, optimizer)

    def run(x: np.ndarray, labels: np.ndarray) -> Any:
        nonlocal now
        now, metrics = step(now, (x, labels))
        return metrics["loss"]

    return run


def soak(step: Callable[..., Any], steps: int, every: int) -> list[Sample]:
    """A sample after each `every` steps on fresh random batches."""
    rng = np.random.default_rng(0)
    samples = []
    for i in range(1, steps + 1):
        x = rng.normal(size=(BATCH, INPUTS)).astype(np.float32)
        loss = step(x, rng.integers(0, CLASSES, BATCH))
        if i % every == 0:
            samples.append(Sample(i, resident(), float(loss)))
    return samples


def slope(samples: Sequence[Sample]) -> float:
    """Bytes per step, of the line that fits the second half best."""
    half = samples[len(samples) // 2 :]
    steps, memory = (np.array(a, float) for a in ([s.step for s in half], [s.memory for s in half]))
    away = steps - steps.mean()
    return float(away @ (memory - memory.mean()) / (away @ away))


def faults(samples: Sequence[Sample]) -> list[str]:
    """What is wrong with a run, as lines of text."""
    half = samples[len(samples) // 2 :]
    bound = SLOPE + PAGES / (half[-1].step - half[0].step)
    found = []
    if (rise := slope(samples)) > bound:
        found.append(f"memory rises by {rise:.1f} bytes per step; at most {bound:.1f} are allowed")
    if wrong := [s.step for s in samples if not math.isfinite(s.loss)]:
        found.append(f"the loss is not finite from step {wrong[0]:,} on")
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Run, print and judge; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--every", type=int, default=1000, help="steps between two measurements")
    options = parser.parse_args(words)
    started = time.perf_counter()
    gc.collect()
    gc.disable()
    try:
        samples = soak(make_step(), options.steps, options.every)
    finally:
        gc.enable()
    for s in samples[:: max(1, len(samples) // 10)]:
        print(f"step {s.step:>9,}  memory {s.memory / 1e6:8.2f} MB  loss {s.loss:.4f}")
    found = faults(samples)
    verdict = "; ".join(found) or f"memory is flat ({slope(samples):+.2f} bytes per step)"
    print(f"{options.steps:,} steps in {time.perf_counter() - started:.0f} s: {verdict}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
