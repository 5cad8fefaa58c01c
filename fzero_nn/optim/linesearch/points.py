"""Points on the line of a search, and the guesses between two of them."""

from typing import Any, NamedTuple

import fzero
import fzero.numpy as fnp

__all__ = ["Point", "choose", "middle"]


class Point(NamedTuple):
    """A point on the line p + step u.

    Attributes:
        step: how far it is along the updates.
        value, grad: the loss and its gradient.
        slope: the derivative of the loss by the step.
    """

    step: Any
    value: Any
    slope: Any
    grad: Any


def choose(condition: Any, a: Any, b: Any) -> Any:
    """One tree or the other, without a copy."""
    return fzero.cond(condition, lambda: a, lambda: b)


def middle(low: Point, high: Point, third: Point) -> Any:
    """A step between two points: where the cubic through three points is least.

    If that is too near to an end, it is where the parabola is least; then the middle.
    """
    width, left = fnp.abs(high.step - low.step), fnp.minimum(high.step, low.step)
    # Points that coincide, and infinite values, give NaN, which no comparison lets pass.
    cubic, parabola = _least_of_cubic(low, high, third), _least_of_parabola(low, high)
    step = fnp.where(_inside(parabola, left, width, 0.1), parabola, (low.step + high.step) / 2)
    return fnp.where(_inside(cubic, left, width, 0.2), cubic, step)


def _inside(step: Any, left: Any, width: Any, margin: float) -> Any:
    return (step > left + margin * width) & (step < left + width - margin * width)


def _least_of_cubic(a: Point, b: Point, c: Point) -> Any:
    """Of the cubic with the slope at a and the values at a, b and c."""
    db, dc = b.step - a.step, c.step - a.step
    rise_b, rise_c = b.value - a.value - a.slope * db, c.value - a.value - a.slope * dc
    scale = (db * dc) ** 2 * (db - dc)
    third = (dc**2 * rise_b - db**2 * rise_c) / scale
    second = (db**3 * rise_c - dc**3 * rise_b) / scale
    return a.step + (fnp.sqrt(second**2 - 3 * third * a.slope) - second) / (3 * third)


def _least_of_parabola(a: Point, b: Point) -> Any:
    """Of the parabola with the slope at a and the values at a and b."""
    db = b.step - a.step
    second = (b.value - a.value - a.slope * db) / db**2
    return a.step - a.slope / (2 * second)
