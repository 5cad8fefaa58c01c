"""The line search that shrinks the step until the loss falls enough."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from .. import tree
from ..base import GradientTransformationExtraArgs, require_params
from .objective import bound_objective, excess, unwarned
from .points import choose

__all__ = [
    "BacktrackingLinesearchInfo",
    "ScaleByBacktrackingLinesearchState",
    "scale_by_backtracking_linesearch",
]


class BacktrackingLinesearchInfo(NamedTuple):
    """How a search went.

    Attributes:
        num_linesearch_steps: how many steps were tried.
        decrease_error: by how much the last one misses the criterion; 0 if it meets it.
    """

    num_linesearch_steps: Any
    decrease_error: Any


class ScaleByBacktrackingLinesearchState(NamedTuple):
    """The state of `scale_by_backtracking_linesearch`.

    Attributes:
        learning_rate: the step found last.
        value, grad: the loss and its gradient there; grad is None without `store_grad`.
        info: how the search went.
    """

    learning_rate: Any
    value: Any
    grad: Any
    info: BacktrackingLinesearchInfo


class _Trial(NamedTuple):
    """A step, what was found there, and how many were tried."""

    step: Any
    value: Any
    grad: Any
    error: Any
    count: Any


def scale_by_backtracking_linesearch(
    max_backtracking_steps: int,
    slope_rtol: Any = 1e-4,
    decrease_factor: Any = 0.8,
    increase_factor: Any = 1.5,
    max_learning_rate: Any = 1.0,
    atol: Any = 0.0,
    rtol: Any = 0.0,
    store_grad: bool = False,
) -> GradientTransformationExtraArgs:
    """Shrink the step s until the loss falls enough, as Armijo has it.

        f(p + s u) <= (1 + rtol) f(p) + slope_rtol s <u, f'(p)> + atol

    The first step tried is increase_factor times the last one found. `update` takes the loss as
    `value=`, its gradient as `grad=`, and itself as `value_fn=`: a function of the parameters and
    of further keyword arguments of `update`. It goes last in a chain, behind updates that point
    downhill.

    Args:
        max_backtracking_steps: how often the step is shrunk at most.
        slope_rtol: which part of the slope the decrease must reach.
        decrease_factor: by which a step is shrunk, below 1.
        increase_factor: by which a search starts above the step before; inf to start at
            max_learning_rate.
        max_learning_rate: the largest step.
        atol, rtol: the tolerances.
        store_grad: whether the gradient is kept, for `value_and_grad_from_state`.

    Returns:
        A transformation: u <- s u. The step is 0 if all that was tried is NaN or infinite; the
        next search then starts at max_learning_rate.

    Raises:
        ValueError: (from update) there are no params.
        TypeError: (from update) there are arguments that value_fn does not take.

    Cost: a loss for each step tried. On a GPU each waits for the one before.

    Source: Nocedal and Wright 1999, Numerical Optimization, section 3.1.

    Example:
        >>> from fzero_nn.optim import chain, sgd
        >>> optimizer = chain(sgd(1.0), scale_by_backtracking_linesearch(15))
        >>> f, p, g = lambda p: p**2, np.array(3.0), np.array(6.0)
        >>> optimizer.update(g, optimizer.init(p), p, value=f(p), grad=g, value_fn=f)[0].round(3)
        np.float64(-4.8)
    """
    name = "scale_by_backtracking_linesearch"

    def init(params: Any) -> ScaleByBacktrackingLinesearchState:
        info = BacktrackingLinesearchInfo(np.int64(0), np.float64(np.inf))
        grad = tree.zeros_like(params) if store_grad else None
        return ScaleByBacktrackingLinesearchState(np.float64(1), np.float64(np.inf), grad, info)

    def update(
        updates: Any,
        state: ScaleByBacktrackingLinesearchState,
        params: Any = None,
        *,
        value: Any,
        grad: Any,
        value_fn: Callable[..., Any],
        **extra: Any,
    ) -> tuple[Any, ScaleByBacktrackingLinesearchState]:
        require_params(name, params)
        f = bound_objective(name, value_fn, extra)
        slope = fnp.real(tree.vdot(updates, grad))

        def going(trial: _Trial) -> Any:
            unmet = fnp.logical_not(trial.error <= atol)
            return unmet & (trial.count <= max_backtracking_steps)

        def tried(trial: _Trial) -> _Trial:
            step = choose(trial.count > 0, trial.step * decrease_factor, trial.step)
            new_value, pull = _evaluated(f, tree.add_scale(params, step, updates), store_grad)
            bound = (1.0 + rtol) * value + slope_rtol * step * slope
            error, count = excess(new_value - bound), trial.count + 1
            last = (error <= atol) | (count > max_backtracking_steps)
            new_grad = fzero.cond(last, pull, lambda: trial.grad) if store_grad else None
            return _Trial(step, new_value, new_grad, error, count)

        guess = fnp.minimum(increase_factor * state.learning_rate, max_learning_rate)
        guess = choose(state.learning_rate > 0, guess, max_learning_rate)
        empty = fzero.freeze(grad) if store_grad else None
        start = _Trial(guess, fnp.asarray(value), empty, np.float64(np.inf), np.int64(0))
        with unwarned():
            found = fzero.while_loop(going, tried, start)
        step = choose(fnp.isinf(found.error), np.float64(0), found.step)
        info = BacktrackingLinesearchInfo(found.count, found.error)
        new = ScaleByBacktrackingLinesearchState(step, found.value, found.grad, info)
        return tree.scale(step, updates), new

    return GradientTransformationExtraArgs(init, update)


def _evaluated(f: Any, params: Any, with_grad: bool) -> tuple[Any, Any]:
    """The loss, and a function without arguments that gives its gradient."""
    if not with_grad:
        return fnp.asarray(f(params)), None
    value, pull = fzero.vjp(f, params)
    return fnp.asarray(value), lambda: fzero.freeze(pull(fnp.ones_like(value))[0])
