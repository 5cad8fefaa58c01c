"""Small data sets that are computed: a spiral of three classes, a noisy sine."""

from typing import Any, NamedTuple

import numpy as np

from fzero import random

__all__ = ["Pairs", "sin_curve", "spiral"]

_CLASSES, _POINTS = 3, 100
_STEPS = 1000


class Pairs(NamedTuple):
    """Inputs and what to predict from them.

    Attributes:
        data: the inputs, the first axis runs over examples or time.
        label: the targets, of the same length.
    """

    data: Any
    label: Any


def spiral(train: bool = True) -> Pairs:
    """DeZero's spiral: three arms of 100 noisy points, the same ones at every call.

    r = i / 100, angle = 4 j + 4 r + 0.2 noise, x = (r sin(angle), r cos(angle)) for point i of
    class j, in a random order.

    Args:
        train: the training set, or the test set of other noise.

    Returns:
        Pairs: data float32 of shape (300, 2), label int64 of shape (300,) in {0, 1, 2}.

    Example:
        >>> spiral().label[:10].tolist()
        [1, 1, 2, 0, 1, 2, 0, 0, 1, 2]
    """
    rng = np.random.RandomState(1984 if train else 2020)
    noise = rng.randn(_CLASSES, _POINTS) * 0.2
    label = np.arange(_CLASSES)[:, None]
    radius = np.arange(_POINTS) / _POINTS
    angle = label * 4.0 + 4.0 * radius + noise
    x = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=-1).astype(np.float32)
    order = rng.permutation(_CLASSES * _POINTS)
    return Pairs(x.reshape(-1, 2)[order], np.repeat(np.arange(_CLASSES), _POINTS)[order])


def sin_curve(key: Any = None, train: bool = True, seed: int | None = None) -> Pairs:
    """One period of a curve in 999 steps, to predict each value from the one before.

    y = sin(x) + noise, noise uniform in [-0.05, 0.05), for training; y = cos(x) for testing.

    Args:
        key: draws the noise of the training curve.
        train: the noisy sine, or the cosine, which needs neither key nor seed.
        seed: instead of a key: DeZero's numbers after `np.random.seed(seed)`.

    Returns:
        Pairs: data float64 of shape (999, 1), and label, which is data one step later.

    Raises:
        ValueError: the training curve is asked for with both key and seed, or with neither.

    Example:
        >>> sin_curve(seed=0).data[:2, 0].round(6).tolist()
        [0.004881, 0.027808]
    """
    x = np.linspace(0, 2 * np.pi, _STEPS)
    y = np.sin(x) + _noise(key, seed) if train else np.cos(x)
    return Pairs(y[:-1, None], y[1:, None])


def _noise(key: Any, seed: int | None) -> Any:
    if (key is None) == (seed is None):
        raise ValueError(
            f"sin_curve: key is {key!r} and seed is {seed!r}; expected one of them, as the "
            "training curve is noisy. Write sin_curve(random.key(0))."
        )
    if seed is not None:
        return np.random.RandomState(seed).uniform(-0.05, 0.05, _STEPS)
    return random.uniform(key, (_STEPS,), minval=-0.05, maxval=0.05)
