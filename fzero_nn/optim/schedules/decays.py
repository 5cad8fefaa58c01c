"""Schedules of one piece: constant, polynomial, exponential, cosine."""

from collections.abc import Callable
from typing import Any

import fzero.numpy as fnp

__all__ = [
    "Schedule",
    "check_steps",
    "constant_schedule",
    "cosine_decay_schedule",
    "exponential_decay",
    "linear_schedule",
    "polynomial_schedule",
]

#: The number of steps so far -> a value.
Schedule = Callable[[Any], Any]


def constant_schedule(value: Any) -> Schedule:
    """The same value at each step.

    Args:
        value: the value.

    Returns:
        A function of the number of steps so far.

    Example:
        >>> constant_schedule(0.1)(1000)
        0.1
    """
    return lambda count: value


def polynomial_schedule(
    init_value: Any, end_value: Any, power: Any, transition_steps: int, transition_begin: int = 0
) -> Schedule:
    """A power of the steps that are left, and the end value from then on.

        value(t) = end + (init - end) (1 - s)^power,  s = clip((t - begin) / steps, 0, 1)

    Args:
        init_value, end_value: the values before and after.
        power: 1 is a line; more falls fast at first.
        transition_steps: how many steps the way takes; with 0 the value stays init_value.
        transition_begin: the step at which the way starts.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: transition_steps or transition_begin is negative.

    Example:
        >>> rate = polynomial_schedule(1.0, 0.0, 2, 4)
        >>> [float(rate(t)) for t in range(6)]
        [1.0, 0.5625, 0.25, 0.0625, 0.0, 0.0]
    """
    check_steps("polynomial_schedule", "transition_steps", transition_steps, 0)
    check_steps("polynomial_schedule", "transition_begin", transition_begin, 0)
    if transition_steps == 0:
        return constant_schedule(init_value)

    def value(count: Any) -> Any:
        done = fnp.clip(count - transition_begin, 0, transition_steps) / transition_steps
        return (init_value - end_value) * (1 - done) ** power + end_value

    return value


def linear_schedule(
    init_value: Any, end_value: Any, transition_steps: int, transition_begin: int = 0
) -> Schedule:
    """A line between two values: `polynomial_schedule` with power 1.

    Args:
        init_value, end_value: the values before and after.
        transition_steps: how many steps the way takes; with 0 the value stays init_value.
        transition_begin: the step at which the way starts.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: transition_steps or transition_begin is negative.

    Example:
        >>> rate = linear_schedule(1.0, 0.0, 4)
        >>> [float(rate(t)) for t in range(6)]
        [1.0, 0.75, 0.5, 0.25, 0.0, 0.0]
    """
    return polynomial_schedule(init_value, end_value, 1, transition_steps, transition_begin)


def exponential_decay(
    init_value: Any,
    transition_steps: int,
    decay_rate: Any,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: Any = None,
) -> Schedule:
    """A power of the decay rate.

        value(t) = init_value decay_rate^max((t - begin) / steps, 0)

    Args:
        init_value: the value at the start.
        transition_steps: how many steps one factor takes; with 0 the value stays init_value.
        decay_rate: the factor, > 0.
        transition_begin: the step at which the decay starts.
        staircase: whether the exponent is rounded down.
        end_value: a bound that the value stops at: a lower one if decay_rate < 1, else an upper.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: transition_steps or transition_begin is negative; decay_rate is not positive.

    Example:
        >>> rate = exponential_decay(1.0, 2, 0.25, end_value=0.1)
        >>> [float(rate(t)) for t in range(5)]
        [1.0, 0.5, 0.25, 0.125, 0.1]
    """
    check_steps("exponential_decay", "transition_steps", transition_steps, 0)
    check_steps("exponential_decay", "transition_begin", transition_begin, 0)
    if not decay_rate > 0:
        raise ValueError(
            f"exponential_decay: decay_rate is {decay_rate}; expected a positive factor. "
            "Write 0.96, for example."
        )
    if transition_steps == 0:
        return constant_schedule(init_value)
    bound = fnp.maximum if decay_rate < 1 else fnp.minimum

    def value(count: Any) -> Any:
        exponent = fnp.maximum(count - transition_begin, 0) / transition_steps
        exponent = fnp.floor(exponent) if staircase else exponent
        decayed = init_value * decay_rate**exponent
        return decayed if end_value is None else bound(decayed, end_value)

    return value


def cosine_decay_schedule(
    init_value: Any, decay_steps: int, alpha: Any = 0.0, exponent: Any = 1.0
) -> Schedule:
    """Half a cosine from `init_value` to `alpha * init_value`, and that from then on.

        value(t) = init ((1 - alpha) ((1 + cos(pi min(t / steps, 1))) / 2)^exponent + alpha)

    Args:
        init_value: the value at step 0.
        decay_steps: how many steps the way takes, > 0.
        alpha: the last value as a part of the first.
        exponent: of the cosine.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: decay_steps is below 1.

    Source: Loshchilov and Hutter 2016, arXiv:1608.03983, without restarts.

    Example:
        >>> rate = cosine_decay_schedule(0.1, 100)
        >>> [round(float(rate(t)), 3) for t in (0, 50, 100, 1000)]
        [0.1, 0.05, 0.0, 0.0]
    """
    check_steps("cosine_decay_schedule", "decay_steps", decay_steps, 1)

    def value(count: Any) -> Any:
        done = fnp.minimum(count / decay_steps, 1.0)
        cosine = (1 + fnp.cos(fnp.pi * done)) / 2
        return init_value * ((1 - alpha) * cosine**exponent + alpha)

    return value


def check_steps(function: str, argument: str, steps: Any, least: int) -> None:
    """Check that a number of steps is not too small.

    Raises:
        ValueError: it is.
    """
    if steps < least:
        raise ValueError(
            f"{function}: {argument} is {steps}; expected {least} or more. "
            "Write epochs * steps per epoch."
        )
