"""Schedules: functions of the number of steps so far, for learning rates."""

from collections.abc import Callable
from typing import Any

import fzero.numpy as fnp

__all__ = ["cosine_decay"]


def cosine_decay(start: Any, steps: int, end: Any = 0.0) -> Callable[[Any], Any]:
    """Half a cosine from `start` to `end`, and `end` from then on.

        value(t) = end + (start - end) (1 + cos(pi min(t / steps, 1))) / 2

    Args:
        start: the value at step 0.
        steps: how many steps the way takes, > 0.
        end: the value after them.

    Returns:
        A function of the step.

    Raises:
        ValueError: steps is below 1.

    Source: Loshchilov and Hutter 2016, arXiv:1608.03983, without restarts.

    Example:
        >>> rate = cosine_decay(0.1, 100)
        >>> [round(float(rate(t)), 3) for t in (0, 50, 100, 1000)]
        [0.1, 0.05, 0.0, 0.0]
    """
    if steps < 1:
        raise ValueError(
            f"cosine_decay: steps is {steps}; expected 1 or more. Write epochs * steps per epoch."
        )

    def value(step: Any) -> Any:
        done = fnp.minimum(step / steps, 1.0)
        return end + (start - end) * (1 + fnp.cos(fnp.pi * done)) / 2

    return value
