"""Schedules that start with a rise."""

from collections.abc import Iterable, Mapping
from typing import Any

from .decays import Schedule, cosine_decay_schedule, exponential_decay, linear_schedule
from .pieces import join_schedules

__all__ = [
    "sgdr_schedule",
    "warmup_constant_schedule",
    "warmup_cosine_decay_schedule",
    "warmup_exponential_decay_schedule",
]


def warmup_constant_schedule(init_value: Any, peak_value: Any, warmup_steps: int) -> Schedule:
    """A line up to a value that stays.

    Args:
        init_value, peak_value: the first and the last value.
        warmup_steps: how many steps the line takes.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: warmup_steps is negative.

    Example:
        >>> rate = warmup_constant_schedule(0.0, 1.0, 4)
        >>> [float(rate(t)) for t in (0, 1, 4, 9)]
        [0.0, 0.25, 1.0, 1.0]
    """
    return linear_schedule(init_value, peak_value, warmup_steps)


def warmup_cosine_decay_schedule(
    init_value: Any,
    peak_value: Any,
    warmup_steps: int,
    decay_steps: int,
    end_value: Any = 0.0,
    exponent: Any = 1.0,
) -> Schedule:
    """A line up, and half a cosine down.

    Args:
        init_value, peak_value, end_value: the first, the highest and the last value.
        warmup_steps: how many steps the line takes.
        decay_steps: the steps of both together, more than warmup_steps.
        exponent: of the cosine.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: warmup_steps is negative; decay_steps does not exceed it.

    Source: Goyal et al. 2017, arXiv:1706.02677; Loshchilov and Hutter 2016, arXiv:1608.03983.

    Example:
        >>> rate = warmup_cosine_decay_schedule(0.0, 1.0, 2, 6)
        >>> [round(float(rate(t)), 3) for t in range(7)]
        [0.0, 0.5, 1.0, 0.854, 0.5, 0.146, 0.0]
    """
    if decay_steps <= warmup_steps:
        raise ValueError(
            f"warmup_cosine_decay_schedule: decay_steps is {decay_steps} with warmup_steps "
            f"{warmup_steps}; expected more than these. Give the steps of both together."
        )
    if isinstance(peak_value, (int, float)) and peak_value == 0:
        alpha = 0.0
    else:
        alpha = end_value / peak_value
    rise = linear_schedule(init_value, peak_value, warmup_steps)
    fall = cosine_decay_schedule(peak_value, decay_steps - warmup_steps, alpha, exponent)
    return join_schedules([rise, fall], [warmup_steps])


def warmup_exponential_decay_schedule(
    init_value: Any,
    peak_value: Any,
    warmup_steps: int,
    transition_steps: int,
    decay_rate: Any,
    transition_begin: int = 0,
    staircase: bool = False,
    end_value: Any = None,
) -> Schedule:
    """A line up, and an exponential decay.

    Args:
        init_value, peak_value: the first and the highest value.
        warmup_steps: how many steps the line takes.
        transition_steps, decay_rate, transition_begin, staircase, end_value: as in
            `exponential_decay`; the steps count from the peak.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: a number of steps is negative; decay_rate is not positive.

    Example:
        >>> rate = warmup_exponential_decay_schedule(0.0, 1.0, 2, 1, 0.5)
        >>> [float(rate(t)) for t in range(5)]
        [0.0, 0.5, 1.0, 0.5, 0.25]
    """
    rise = linear_schedule(init_value, peak_value, warmup_steps)
    fall = exponential_decay(
        peak_value, transition_steps, decay_rate, transition_begin, staircase, end_value
    )
    return join_schedules([rise, fall], [warmup_steps])


def sgdr_schedule(cosine_kwargs: Iterable[Mapping[str, Any]]) -> Schedule:
    """Cosine decays with warm restarts, one after the other.

    Args:
        cosine_kwargs: the arguments of `warmup_cosine_decay_schedule` for each of them.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: there is none.

    Source: Loshchilov and Hutter 2016, arXiv:1608.03983.

    Example:
        >>> cycle = dict(init_value=0.0, peak_value=1.0, warmup_steps=1, decay_steps=3)
        >>> rate = sgdr_schedule([cycle, cycle])
        >>> [round(float(rate(t)), 3) for t in range(6)]
        [0.0, 1.0, 0.5, 0.0, 1.0, 0.5]
    """
    cycles = list(cosine_kwargs)
    if not cycles:
        raise ValueError(
            "sgdr_schedule: cosine_kwargs is empty; expected one dict for each cycle. "
            "Use constant_schedule for no cycle."
        )
    boundaries = [sum(c["decay_steps"] for c in cycles[: i + 1]) for i in range(len(cycles) - 1)]
    return join_schedules([warmup_cosine_decay_schedule(**c) for c in cycles], boundaries)
