"""The line search for Wolfe's two criteria, as a transformation."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from .. import tree
from ..base import GradientTransformationExtraArgs, require_params
from .objective import bound_objective
from .points import Point
from .zoom import Rules, searched

__all__ = ["ScaleByZoomLinesearchState", "ZoomLinesearchInfo", "scale_by_zoom_linesearch"]


class ZoomLinesearchInfo(NamedTuple):
    """How a search went.

    Attributes:
        num_linesearch_steps: how many steps were tried.
        decrease_error, curvature_error: by how much the last one misses the criteria; 0 if it
            meets them.
    """

    num_linesearch_steps: Any
    decrease_error: Any
    curvature_error: Any


class ScaleByZoomLinesearchState(NamedTuple):
    """The state of `scale_by_zoom_linesearch`.

    Attributes:
        learning_rate: the step found last.
        value, grad: the loss and its gradient there.
        info: how the search went.
    """

    learning_rate: Any
    value: Any
    grad: Any
    info: ZoomLinesearchInfo


def scale_by_zoom_linesearch(
    max_linesearch_steps: int,
    max_learning_rate: Any = None,
    tol: Any = 0.0,
    increase_factor: Any = 2.0,
    slope_rtol: Any = 1e-4,
    curv_rtol: Any = 0.9,
    approx_dec_rtol: Any = 1e-6,
    stepsize_precision: Any = 1e-5,
    initial_guess_strategy: str = "keep",
) -> GradientTransformationExtraArgs:
    """Find a step s at which the loss has fallen enough and its slope is small, as Wolfe has it.

        f(p + s u) <= f(p) + slope_rtol s <u, f'(p)> + tol
        |<u, f'(p + s u)>| <= curv_rtol |<u, f'(p)>| + tol

    `update` takes the loss as `value=`, its gradient as `grad=`, and itself as `value_fn=`: a
    function of the parameters and of further keyword arguments of `update`. It goes last in a
    chain, behind updates that point downhill.

    Args:
        max_linesearch_steps: how many steps are tried at most.
        max_learning_rate: the largest step; None for no bound.
        tol: the tolerance.
        increase_factor: by which steps grow until an interval is found.
        slope_rtol: which part of the slope the decrease must reach.
        curv_rtol: which part of the slope may remain; inf to ask for the decrease alone.
        approx_dec_rtol: how near to f(p), relatively, a value must be for slopes to stand for the
            decrease: <u, f'(p + s u)> <= (2 slope_rtol - 1) <u, f'(p)>. None for never.
        stepsize_precision: the length of an interval that is not divided further if a step with
            enough decrease is known.
        initial_guess_strategy: "keep" to start at the step found last; "one" to start at 1, which
            suits quasi-Newton methods.

    Returns:
        A transformation: u <- s u. The step is 0 if all that was tried is NaN or infinite.

    Raises:
        ValueError: an unknown strategy; (from update) there are no params.
        TypeError: (from update) there are arguments that value_fn does not take.

    Cost: a loss and a gradient for each step tried. On a GPU each waits for the one before.

    Source: Nocedal and Wright 1999, Numerical Optimization, algorithms 3.5 and 3.6; Hager and
        Zhang 2006.

    Example:
        >>> from fzero_nn.optim import chain, sgd
        >>> optimizer = chain(sgd(1.0), scale_by_zoom_linesearch(15))
        >>> f, p, g = lambda p: p**2, np.array(3.0), np.array(6.0)
        >>> optimizer.update(g, optimizer.init(p), p, value=f(p), grad=g, value_fn=f)[0].round(3)
        np.float64(-3.0)
    """
    name = "scale_by_zoom_linesearch"
    if initial_guess_strategy not in ("keep", "one"):
        raise ValueError(
            f"{name}: initial_guess_strategy is {initial_guess_strategy!r}; expected 'keep' or "
            "'one'. Leave it out for 'keep'."
        )
    limits = max_linesearch_steps, max_learning_rate, tol, increase_factor
    rules = Rules(*limits, slope_rtol, curv_rtol, approx_dec_rtol, stepsize_precision)

    def init(params: Any) -> ScaleByZoomLinesearchState:
        inf = np.float64(np.inf)
        info = ZoomLinesearchInfo(np.int64(0), inf, inf)
        return ScaleByZoomLinesearchState(np.float64(1), inf, tree.zeros_like(params), info)

    def update(
        updates: Any,
        state: ScaleByZoomLinesearchState,
        params: Any = None,
        *,
        value: Any,
        grad: Any,
        value_fn: Callable[..., Any],
        **extra: Any,
    ) -> tuple[Any, ScaleByZoomLinesearchState]:
        require_params(name, params)
        at = _line(bound_objective(name, value_fn, extra), params, updates)
        slope = fnp.real(tree.vdot(updates, grad))
        start = Point(np.float64(0), fnp.asarray(value), slope, tree.conj(grad))
        guess = state.learning_rate if initial_guess_strategy == "keep" else np.float64(1)
        found = searched(rules, at, start, guess)
        step, value, _, grad = found.point
        info = ZoomLinesearchInfo(found.count, found.decrease_error, found.curvature_error)
        return tree.scale(step, updates), ScaleByZoomLinesearchState(step, value, grad, info)

    return GradientTransformationExtraArgs(init, update)


def _line(f: Callable[[Any], Any], params: Any, updates: Any) -> Callable[[Any], Point]:
    """The loss along a line, as a function of the step."""

    def at(step: Any) -> Point:
        value, grad = fzero.value_and_grad(f)(tree.add_scale(params, step, updates))
        grad = fzero.freeze(grad)
        slope = fnp.real(tree.vdot(tree.conj(grad), updates))
        return Point(step, fnp.asarray(value), slope, grad)

    return at
