"""First moments: sums and means of past gradients."""

from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from . import kernels
from .base import GradientTransformation
from .moments import as_dtype, check_decay, copied, frozen_map
from .selection import elementwise
from .tree import bias_correction, cast, update_moment, zeros_like

__all__ = [
    "EmaState",
    "ScaleByLionState",
    "ScaleByOptimisticGradientState",
    "TraceState",
    "ema",
    "scale_by_lion",
    "scale_by_optimistic_gradient",
    "trace",
]


class TraceState(NamedTuple):
    """The state of `trace`: the decaying sum of past gradients."""

    trace: Any


class EmaState(NamedTuple):
    """The state of `ema`: the steps so far, and the mean before its correction."""

    count: Any
    ema: Any


class ScaleByLionState(NamedTuple):
    """The state of `scale_by_lion`: the steps so far, and the decaying mean of g."""

    count: Any
    mu: Any


class ScaleByOptimisticGradientState(NamedTuple):
    """The state of `scale_by_optimistic_gradient`: the gradient of the step before."""

    is_initial_step: Any
    previous_gradient: Any


def trace(
    decay: Any, nesterov: bool = False, accumulator_dtype: Any = None
) -> GradientTransformation:
    """Momentum: t <- g + decay * t and u = t; with nesterov u = g + decay * t.

    Args:
        decay: 0 <= decay < 1, usually 0.9.
        nesterov: look one step ahead.
        accumulator_dtype: of the sum; by default that of the parameters.

    Raises:
        ValueError: decay is out of range.

    Source: Sutskever et al. 2013.

    Example:
        >>> trace(0.5).update(np.array([1.0]), TraceState(np.array([4.0])))[0]
        array([3.])
    """
    check_decay("trace", "decay", decay)

    def decayed(g: Any, t: Any) -> Any:
        return g + as_dtype(decay, t) * t

    def init(params: Any) -> TraceState:
        return TraceState(zeros_like(params, dtype=accumulator_dtype))

    def update(updates: Any, state: TraceState, params: Any = None) -> tuple[Any, TraceState]:
        new = frozen_map(decayed, updates, state.trace)
        out = frozen_map(decayed, updates, new) if nesterov else new
        return out, TraceState(cast(new, accumulator_dtype))

    return elementwise(GradientTransformation(init, update), kernel=kernels.trace(decay, nesterov))


def ema(decay: Any, debias: bool = True, accumulator_dtype: Any = None) -> GradientTransformation:
    """A decaying mean: m <- decay m + (1 - decay) g and u = m / (1 - decay^t).

    Args:
        decay: 0 <= decay < 1.
        debias: whether to divide by 1 - decay^t, since m starts from zero.
        accumulator_dtype: of the mean; by default that of the parameters.

    Raises:
        ValueError: decay is out of range.

    Example:
        >>> ema(0.5).update(np.array([3.0]), EmaState(0, np.array([0.0])))[0]
        array([3.])
    """
    check_decay("ema", "decay", decay)

    def init(params: Any) -> EmaState:
        return EmaState(np.int64(0), zeros_like(params, dtype=accumulator_dtype))

    def update(updates: Any, state: EmaState, params: Any = None) -> tuple[Any, EmaState]:
        count, mean = state.count + 1, update_moment(updates, state.ema, decay, 1)
        out = bias_correction(mean, decay, count) if debias else mean
        return out, EmaState(count, cast(mean, accumulator_dtype))

    return elementwise(GradientTransformation(init, update))


#: What `scale_by_lion` makes of the mean, by mode.
_LION = {
    "hard": lambda x, beta: fnp.sign(x),
    "smooth": lambda x, beta: fnp.tanh(beta * x),
    "refined": lambda x, beta: fnp.clip(x, -1.0, 1.0),
}


def scale_by_lion(
    b1: Any = 0.9,
    b2: Any = 0.99,
    mu_dtype: Any = None,
    *,
    mode: str = "hard",
    smooth_beta: float = 1.0,
) -> GradientTransformation:
    """The sign of a mean: u = sign((1 - b1) g + b1 m), then m <- b2 m + (1 - b2) g.

    Args:
        b1, b2: the decays of the step and of the mean that is kept, 0 <= b < 1.
        mu_dtype: of the mean; by default that of the parameters.
        mode: "hard" for the sign; "smooth" for tanh(smooth_beta x); "refined" for x where
            |x| < 1, else its sign.
        smooth_beta: the steepness of "smooth".

    Raises:
        ValueError: a decay is out of range; an unknown mode.

    Source: Chen et al. 2023, arXiv:2302.06675.

    Example:
        >>> t = scale_by_lion()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0]
        array([ 1., -1.])
    """
    check_decay("scale_by_lion", "b1", b1)
    check_decay("scale_by_lion", "b2", b2)
    if mode not in _LION:
        raise ValueError(
            f"scale_by_lion: mode is {mode!r}; expected one of {list(_LION)}. "
            "Leave it out for 'hard'."
        )

    def init(params: Any) -> ScaleByLionState:
        return ScaleByLionState(np.int64(0), zeros_like(params, dtype=mu_dtype))

    def step(g: Any, m: Any) -> Any:
        mean = as_dtype(1 - b1, g) * g + as_dtype(b1, m) * m
        return as_dtype(_LION[mode](mean, smooth_beta), g)

    def update(
        updates: Any, state: ScaleByLionState, params: Any = None
    ) -> tuple[Any, ScaleByLionState]:
        mu = cast(update_moment(updates, state.mu, b2, 1), mu_dtype)
        return frozen_map(step, updates, state.mu), ScaleByLionState(state.count + 1, mu)

    return elementwise(GradientTransformation(init, update))


def scale_by_optimistic_gradient(alpha: Any = 1.0, beta: Any = 1.0) -> GradientTransformation:
    """Extrapolate from the gradient before: u = (alpha + beta) g - beta g_before.

    At the first step, g_before is g.

    Args:
        alpha, beta: the weights of the gradient and of its change.

    Source: Mokhtari et al. 2019, arXiv:1901.08511.

    Example:
        >>> t, start = scale_by_optimistic_gradient(), np.array([0.0])
        >>> _, state = t.update(np.array([1.0]), t.init(start))
        >>> t.update(np.array([3.0]), state)[0]
        array([5.])
    """

    def init(params: Any) -> ScaleByOptimisticGradientState:
        return ScaleByOptimisticGradientState(np.bool_(True), zeros_like(params))

    def step(g: Any, before: Any) -> Any:
        return as_dtype(alpha + beta, g) * g - as_dtype(beta, g) * before

    def update(
        updates: Any, state: ScaleByOptimisticGradientState, params: Any = None
    ) -> tuple[Any, ScaleByOptimisticGradientState]:
        before = fzero.cond(state.is_initial_step, lambda: updates, lambda: state.previous_gradient)
        kept = ScaleByOptimisticGradientState(np.bool_(False), copied(updates))
        return frozen_map(step, updates, before), kept

    return elementwise(GradientTransformation(init, update))
