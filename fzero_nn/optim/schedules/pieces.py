"""Schedules of several pieces: steps, interpolations, one cycle, and joins."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import fzero.numpy as fnp

from .decays import Schedule, check_steps

__all__ = [
    "cosine_onecycle_schedule",
    "join_schedules",
    "linear_onecycle_schedule",
    "piecewise_constant_schedule",
    "piecewise_interpolate_schedule",
]


def join_schedules(schedules: Sequence[Schedule], boundaries: Sequence[int]) -> Schedule:
    """One schedule after the other; each counts its steps from its own start.

    Args:
        schedules: one more than there are boundaries.
        boundaries: the steps at which the second schedule starts, and the third, and so on.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: the numbers do not fit, or the boundaries do not ascend.

    Example:
        >>> rate = join_schedules([lambda t: t, lambda t: 10 * t], [3])
        >>> [int(rate(t)) for t in range(6)]
        [0, 1, 2, 0, 10, 20]
    """
    if len(schedules) != len(boundaries) + 1:
        raise ValueError(
            f"join_schedules: there are {len(schedules)} schedules and {len(boundaries)} "
            "boundaries; expected one schedule more than boundaries. Leave out the first start, "
            "which is 0."
        )
    if any(second < first for first, second in pairwise(boundaries)):
        raise ValueError(
            f"join_schedules: boundaries is {list(boundaries)}; expected steps that ascend. "
            "Sort them, and the schedules with them."
        )

    def value(count: Any) -> Any:
        out = schedules[0](count)
        for boundary, schedule in zip(boundaries, schedules[1:], strict=True):
            # Before its start a schedule is asked for its first value, never for a negative step.
            started = schedule(fnp.maximum(count - boundary, 0))
            out = fnp.where(count < boundary, out, started)
        return out

    return value


def piecewise_constant_schedule(
    init_value: Any, boundaries_and_scales: Mapping[int, Any] | None = None
) -> Schedule:
    """A value that is multiplied by a factor at some steps.

    Args:
        init_value: the value at step 0.
        boundaries_and_scales: step -> factor, >= 0, from this step on.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: a factor is negative.

    Example:
        >>> rate = piecewise_constant_schedule(1.0, {2: 0.5, 3: 0.1})
        >>> [float(rate(t)) for t in range(5)]
        [1.0, 1.0, 0.5, 0.05, 0.05]
    """
    boundaries, scales = _sorted("piecewise_constant_schedule", boundaries_and_scales)

    def value(count: Any) -> Any:
        out = init_value
        for boundary, scale in zip(boundaries, scales, strict=True):
            out = out * fnp.where(count < boundary, 1.0, scale)
        return out

    return value


def _linear(start: Any, end: Any, part: Any) -> Any:
    return start + (end - start) * part


def _cosine(start: Any, end: Any, part: Any) -> Any:
    return end + (start - end) * (1 + fnp.cos(fnp.pi * part)) / 2


_INTERPOLATIONS = {"linear": _linear, "cosine": _cosine}


def piecewise_interpolate_schedule(
    interpolate_type: str,
    init_value: Any,
    boundaries_and_scales: Mapping[int, Any] | None = None,
) -> Schedule:
    """A way through values at some steps, each a multiple of the one before.

    Args:
        interpolate_type: "linear" or "cosine".
        init_value: the value at step 0.
        boundaries_and_scales: step -> factor, >= 0, which is reached at this step.

    Returns:
        A function of the number of steps so far; after the last step it is constant.

    Raises:
        ValueError: an unknown type; a factor is negative.

    Example:
        >>> rate = piecewise_interpolate_schedule("linear", 1.0, {2: 3.0, 4: 0.0})
        >>> [float(rate(t)) for t in range(6)]
        [1.0, 2.0, 3.0, 1.5, 0.0, 0.0]
    """
    if interpolate_type not in _INTERPOLATIONS:
        raise ValueError(
            f"piecewise_interpolate_schedule: interpolate_type is {interpolate_type!r}; expected "
            f"one of {list(_INTERPOLATIONS)}. Write 'linear' for straight lines."
        )
    between = _INTERPOLATIONS[interpolate_type]
    boundaries, scales = _sorted("piecewise_interpolate_schedule", boundaries_and_scales)
    starts, values = [0, *boundaries], [init_value]
    for scale in scales:
        values.append(values[-1] * scale)

    def value(count: Any) -> Any:
        out = values[-1]
        for i in reversed(range(len(boundaries))):
            part = (count - starts[i]) / max(starts[i + 1] - starts[i], 1)
            piece = between(values[i], values[i + 1], part)
            out = fnp.where(count < starts[i + 1], piece, out)
        return out

    return value


def linear_onecycle_schedule(
    transition_steps: int,
    peak_value: Any,
    pct_start: float = 0.3,
    pct_final: float = 0.85,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    """Up in a line, down in a line, and a last piece far down.

    Args:
        transition_steps: the steps of the whole cycle, > 0.
        peak_value: the highest value.
        pct_start: the part of the steps that leads up.
        pct_final: the part after which the last piece starts.
        div_factor: the first value is peak_value / div_factor, as is that before the last piece.
        final_div_factor: the last value is the first, divided by this.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: transition_steps is below 1.

    Source: Smith and Topin 2018, arXiv:1708.07120.

    Example:
        >>> rate = linear_onecycle_schedule(100, 1.0)
        >>> [round(float(rate(t)), 4) for t in (0, 30, 85, 100)]
        [0.04, 1.0, 0.04, 0.0]
    """
    check_steps("linear_onecycle_schedule", "transition_steps", transition_steps, 1)
    factors = {
        int(pct_start * transition_steps): div_factor,
        int(pct_final * transition_steps): 1.0 / div_factor,
        transition_steps: 1.0 / final_div_factor,
    }
    return piecewise_interpolate_schedule("linear", peak_value / div_factor, factors)


def cosine_onecycle_schedule(
    transition_steps: int,
    peak_value: Any,
    pct_start: float = 0.3,
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
) -> Schedule:
    """Up in half a cosine, and down in another.

    Args:
        transition_steps: the steps of the whole cycle, > 0.
        peak_value: the highest value.
        pct_start: the part of the steps that leads up.
        div_factor: the first value is peak_value / div_factor.
        final_div_factor: the last value is the first, divided by this.

    Returns:
        A function of the number of steps so far.

    Raises:
        ValueError: transition_steps is below 1.

    Source: Smith and Topin 2018, arXiv:1708.07120.

    Example:
        >>> rate = cosine_onecycle_schedule(100, 1.0)
        >>> [round(float(rate(t)), 4) for t in (0, 15, 30, 100)]
        [0.04, 0.52, 1.0, 0.0]
    """
    check_steps("cosine_onecycle_schedule", "transition_steps", transition_steps, 1)
    factors = {
        int(pct_start * transition_steps): div_factor,
        transition_steps: 1.0 / (div_factor * final_div_factor),
    }
    return piecewise_interpolate_schedule("cosine", peak_value / div_factor, factors)


def _sorted(function: str, factors: Mapping[int, Any] | None) -> tuple[list[int], list[Any]]:
    """The steps in order, and their factors."""
    pairs = sorted((factors or {}).items())
    if negative := [(step, scale) for step, scale in pairs if scale < 0]:
        raise ValueError(
            f"{function}: boundaries_and_scales has {dict(negative)}; expected factors of 0 or "
            "more. Write 0.1 for a tenth of the value."
        )
    return [step for step, _ in pairs], [scale for _, scale in pairs]
