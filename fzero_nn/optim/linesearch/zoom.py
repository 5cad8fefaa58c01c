"""The search for a step at which the loss has fallen enough and its slope is small.

First the step grows until an interval is known that holds one; then the interval shrinks.
Algorithms 3.5 and 3.6 of Nocedal and Wright, with the approximate decrease of Hager and Zhang.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from .objective import excess, unwarned
from .points import Point, choose, middle

__all__ = ["Rules", "Search", "searched"]


class Rules(NamedTuple):
    """What `scale_by_zoom_linesearch` was made with."""

    max_steps: int
    max_step: Any
    tol: Any
    increase_factor: Any
    slope_rtol: Any
    curv_rtol: Any
    approx_dec_rtol: Any
    precision: Any


class Search(NamedTuple):
    """A search under way.

    Attributes:
        count: how many steps were tried.
        point: the last one.
        low, high: the ends of the interval; the loss is lower at `low`, on whichever side it is.
        third: a further point for the cubic.
        safe: the best point with enough decrease; the start if there is none.
        decrease_error, curvature_error: by how much `point` misses the criteria.
        bracketed: whether the interval is known.
        done, failed: whether a step was found, or is no longer sought.
    """

    count: Any
    point: Point
    low: Point
    high: Point
    third: Point
    safe: Point
    decrease_error: Any
    curvature_error: Any
    bracketed: Any
    done: Any
    failed: Any


def searched(rules: Rules, at: Callable[[Any], Point], start: Point, guess: Any) -> Search:
    """Search along a line.

    Args:
        rules: the criteria.
        at: step -> point.
        start: the point at 0.
        guess: the first step to try.

    Returns:
        The search at its end. Its point is the one to take.
    """
    inf, no = np.float64(np.inf), np.bool_(False)
    first = Search(np.int64(0), start, start, start, start, start, inf, inf, no, no, no)

    def going(s: Search) -> Any:
        return fnp.logical_not(s.done | s.failed)

    def step(s: Search) -> Search:
        s = fzero.cond(
            s.bracketed,
            lambda: _shrunk(rules, at, start, s),
            lambda: _grown(rules, at, start, guess, s),
        )
        # Where the criteria were not met, the best point will do; none at all if the last one
        # is outside of the domain of the loss.
        usable = (s.safe.step > 0) | fnp.isinf(s.decrease_error)
        return s._replace(point=choose(s.failed & usable, s.safe, s.point))

    with unwarned():
        return fzero.while_loop(going, step, first)


def _grown(rules: Rules, at: Any, start: Point, guess: Any, s: Search) -> Search:
    """Try a larger step, and see whether it and the one before enclose what is sought."""
    before = s.point
    step = choose(s.count == 0, guess, rules.increase_factor * before.step)
    largest = np.inf if rules.max_step is None else rules.max_step
    at_end, step = step >= largest, fnp.minimum(step, largest)
    new = at(step)
    decrease, curvature = _errors(rules, start, new)
    met = fnp.maximum(decrease, curvature) <= rules.tol
    above = (decrease > 0) | ((new.value >= before.value) & (s.count > 0))
    rising = (new.slope >= 0) & fnp.logical_not(above)
    low = choose(rising, new, before)
    bracketed = above | rising | met
    done = met | (at_end & fnp.logical_not(bracketed))
    return Search(
        s.count + 1,
        new,
        low,
        choose(rising, before, new),
        low,
        choose(decrease <= rules.tol, new, s.safe),
        decrease,
        curvature,
        bracketed,
        done,
        (s.count + 1 >= rules.max_steps) & fnp.logical_not(done),
    )


def _shrunk(rules: Rules, at: Any, start: Point, s: Search) -> Search:
    """Try a step inside the interval, and put it in place of one of the ends."""
    new, low, high = at(middle(s.low, s.high, s.third)), s.low, s.high
    decrease, curvature = _errors(rules, start, new)
    done = fnp.maximum(decrease, curvature) <= rules.tol
    above = (decrease > 0) | (new.value >= low.value)
    turned = (new.slope * (high.step - low.step) >= 0) & fnp.logical_not(above)
    better = (decrease <= rules.tol) & (new.value < s.safe.value)
    safe = choose(better, new, s.safe)
    narrow = fnp.abs(high.step - low.step) <= rules.precision
    over = (s.count + 1 >= rules.max_steps) | (narrow & (safe.step > 0))
    return Search(
        s.count + 1,
        new,
        choose(above, low, new),
        choose(above, new, choose(turned, low, high)),
        choose(above | turned, high, low),
        safe,
        decrease,
        curvature,
        s.bracketed,
        done,
        over & fnp.logical_not(done),
    )


def _errors(rules: Rules, start: Point, new: Point) -> tuple[Any, Any]:
    """By how much a point misses the decrease, and the small slope."""
    decrease = new.value - start.value - rules.slope_rtol * new.step * start.slope
    if rules.approx_dec_rtol is not None:
        # Near a minimum the difference of two values is rounded away: slopes tell more.
        flat = new.slope - (2 * rules.slope_rtol - 1) * start.slope
        rise = new.value - start.value - rules.approx_dec_rtol * fnp.abs(start.value)
        decrease = fnp.minimum(decrease, fnp.maximum(flat, rise))
    curvature = fnp.abs(new.slope) - rules.curv_rtol * fnp.abs(start.slope)
    return excess(decrease), excess(curvature)
