"""Optimizers as pairs of pure functions, in the manner of Optax.

    state = optimizer.init(params)
    updates, state = optimizer.update(gradients, state, params)
    params = apply_updates(params, updates)

Small transformations of gradients are joined by `chain`; `sgd` and `adam` are such chains.
Parameters, gradients and states are pytrees. What comes back is frozen: FrozenDicts of arrays
that are flagged read-only.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

__all__ = [
    "EmptyState",
    "GradientTransformation",
    "Rate",
    "ScaleByAdamState",
    "ScaleByScheduleState",
    "TraceState",
    "adam",
    "apply_updates",
    "chain",
    "identity",
    "scale",
    "scale_by_adam",
    "scale_by_schedule",
    "sgd",
    "trace",
]


#: A step size, or a schedule: the number of steps so far -> step size.
Rate = float | Callable[[Any], Any]


class GradientTransformation(NamedTuple):
    """A pair of pure functions.

    Attributes:
        init: params -> state.
        update: (gradients, state, params) -> (updates, state).
    """

    init: Callable[[Any], Any]
    update: Callable[..., tuple[Any, Any]]


class EmptyState(NamedTuple):
    """The state of a transformation that has none."""


class TraceState(NamedTuple):
    """The state of `trace`: the decaying sum of past gradients."""

    trace: Any


class ScaleByScheduleState(NamedTuple):
    """The state of `scale_by_schedule`: the steps so far."""

    count: Any


class ScaleByAdamState(NamedTuple):
    """The state of `scale_by_adam`: the steps so far, and decaying means of g and of g**2."""

    count: Any
    mu: Any
    nu: Any


def apply_updates(params: Any, updates: Any) -> Any:
    """Add updates to parameters: params + updates.

    Args:
        params: a pytree of arrays.
        updates: a pytree of the same structure.

    Returns:
        New parameters, frozen, in the shapes and dtypes of `params`.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> apply_updates({"W": np.ones(2)}, {"W": np.array([1.0, -1.0])})
        FrozenDict({'W': array([2., 0.])})
    """
    return fzero.freeze(fzero.tree.map(lambda p, u: _as_dtype(p + u, p), params, updates))


def chain(*transformations: GradientTransformation) -> GradientTransformation:
    """Apply transformations one after the other.

    Args:
        *transformations: each takes the updates of the one before; the first, the gradients.

    Returns:
        A transformation whose state is the tuple of their states.

    Example:
        >>> halve_twice = chain(scale(0.5), scale(0.5))
        >>> halve_twice.update(8.0, halve_twice.init(1.0))
        (2.0, (EmptyState(), EmptyState()))
    """

    def init(params: Any) -> Any:
        return tuple(t.init(params) for t in transformations)

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        if len(state) != len(transformations):
            raise ValueError(
                f"chain: state is of {len(state)} transformations; expected "
                f"{len(transformations)}. Take it from this chain's init(params)."
            )
        states = []
        for transformation, s in zip(transformations, state, strict=True):
            updates, s = transformation.update(updates, s, params)
            states.append(s)
        return updates, tuple(states)

    return GradientTransformation(init, update)


def identity() -> GradientTransformation:
    """Leave the gradients as they are.

    Example:
        >>> identity().update(3.0, EmptyState())
        (3.0, EmptyState())
    """
    return _stateless(lambda g: g)


def scale(factor: Any) -> GradientTransformation:
    """Multiply by a factor: u = factor * g. A descent needs a negative one.

    Example:
        >>> scale(-0.1).update(np.array([1.0, 2.0]), EmptyState())[0]
        array([-0.1, -0.2])
    """
    return _stateless(lambda g: g * _as_dtype(factor, g))


def scale_by_schedule(schedule: Callable[[Any], Any]) -> GradientTransformation:
    """Multiply by a factor that changes: u = schedule(count) * g, with count = 0, 1, ...

    Args:
        schedule: the number of steps so far -> the factor.

    Example:
        >>> t = scale_by_schedule(lambda count: 10.0 + count)
        >>> t.update(2.0, ScaleByScheduleState(1))
        (22.0, ScaleByScheduleState(count=2))
    """

    def init(params: Any) -> ScaleByScheduleState:
        return ScaleByScheduleState(np.int64(0))

    def update(
        updates: Any, state: ScaleByScheduleState, params: Any = None
    ) -> tuple[Any, ScaleByScheduleState]:
        factor = schedule(state.count)
        scaled = fzero.tree.map(lambda g: g * _as_dtype(factor, g), updates)
        return scaled, ScaleByScheduleState(state.count + 1)

    return GradientTransformation(init, update)


def trace(decay: Any, nesterov: bool = False) -> GradientTransformation:
    """Momentum: t <- g + decay * t and u = t; with nesterov u = g + decay * t.

    Args:
        decay: 0 <= decay < 1, usually 0.9.
        nesterov: look one step ahead.

    Raises:
        ValueError: decay is out of range.

    Source: Sutskever et al. 2013.

    Example:
        >>> trace(0.5).update(np.array([1.0]), TraceState(np.array([4.0])))[0]
        array([3.])
    """
    _check_decay("trace", "decay", decay)

    def init(params: Any) -> TraceState:
        return TraceState(_zeros_like(params))

    def update(updates: Any, state: TraceState, params: Any = None) -> tuple[Any, TraceState]:
        def decayed(g: Any, t: Any) -> Any:
            return g + _as_dtype(decay, g) * t

        new = fzero.tree.map(decayed, updates, state.trace)
        out = fzero.tree.map(decayed, updates, new) if nesterov else new
        return out, TraceState(fzero.freeze(new))

    return GradientTransformation(init, update)


def scale_by_adam(b1: Any = 0.9, b2: Any = 0.999, eps: Any = 1e-8) -> GradientTransformation:
    """Divide a decaying mean of gradients by the root of that of their squares.

        m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) |g|^2
        u = m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)

    Args:
        b1, b2: the decays, 0 <= b < 1.
        eps: a floor of the denominator, > 0.

    Raises:
        ValueError: a decay is out of range.

    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 1.

    Example:
        >>> t = scale_by_adam()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0].round(6)
        array([ 1., -1.])
    """
    _check_decay("scale_by_adam", "b1", b1)
    _check_decay("scale_by_adam", "b2", b2)

    def init(params: Any) -> ScaleByAdamState:
        return ScaleByAdamState(np.int64(0), _zeros_like(params), _zeros_like(params, squares=True))

    def update(
        updates: Any, state: ScaleByAdamState, params: Any = None
    ) -> tuple[Any, ScaleByAdamState]:
        count = state.count + 1
        mu = fzero.tree.map(lambda g, m: _mix(b1, m, g), updates, state.mu)
        nu = fzero.tree.map(lambda g, v: _mix(b2, v, _abs_square(g)), updates, state.nu)

        def direction(m: Any, v: Any) -> Any:
            m = m / _as_dtype(1 - b1**count, v)
            return m / (fnp.sqrt(v / _as_dtype(1 - b2**count, v)) + eps)

        out = fzero.tree.map(direction, mu, nu)
        return out, ScaleByAdamState(count, fzero.freeze(mu), fzero.freeze(nu))

    return GradientTransformation(init, update)


def sgd(learning_rate: Rate, momentum: Any = 0.0, nesterov: bool = False) -> GradientTransformation:
    """Stochastic gradient descent: u = -learning_rate * g, with momentum as in `trace`.

    Args:
        learning_rate: the step size, or a schedule of it: the number of steps so far -> size.
        momentum: 0 <= momentum < 1; 0 keeps no state.
        nesterov: Nesterov's momentum.

    Raises:
        ValueError: momentum is out of range.

    Example:
        >>> optimizer = sgd(0.1)
        >>> optimizer.update(np.array([2.0]), optimizer.init(np.array([1.0])))[0]
        array([-0.2])
    """
    plain = isinstance(momentum, (int, float)) and momentum == 0
    return chain(identity() if plain else trace(momentum, nesterov), _descent(learning_rate))


def adam(
    learning_rate: Rate, b1: Any = 0.9, b2: Any = 0.999, eps: Any = 1e-8
) -> GradientTransformation:
    """Adam: u = -learning_rate * scale_by_adam(g).

    Args:
        learning_rate: the step size, usually 1e-3, or a schedule of it, as in `sgd`.
        b1, b2: the decays, 0 <= b < 1.
        eps: a floor of the denominator, > 0.

    Raises:
        ValueError: a decay is out of range.

    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 1.

    Example:
        >>> optimizer = adam(0.1)
        >>> optimizer.update(np.array([5.0]), optimizer.init(np.array([1.0])))[0].round(6)
        array([-0.1])
    """
    return chain(scale_by_adam(b1, b2, eps), _descent(learning_rate))


def _descent(learning_rate: Rate) -> GradientTransformation:
    if callable(learning_rate):
        return scale_by_schedule(lambda count: -learning_rate(count))
    return scale(-learning_rate)


def _stateless(f: Callable[[Any], Any]) -> GradientTransformation:
    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        return fzero.tree.map(f, updates), state

    return GradientTransformation(lambda params: EmptyState(), update)


def _zeros_like(params: Any, squares: bool = False) -> Any:
    def zeros(p: Any) -> Any:
        return fnp.zeros_like(fnp.real(p) if squares else p)

    return fzero.freeze(fzero.tree.map(zeros, params))


def _mix(decay: Any, old: Any, new: Any) -> Any:
    return _as_dtype(decay, old) * old + _as_dtype(1 - decay, old) * new


def _abs_square(g: Any) -> Any:
    return fnp.real(g * fnp.conj(g)) if fnp.iscomplexobj(g) else g * g


def _as_dtype(x: Any, like: Any) -> Any:
    """`x` in the dtype of `like`: a float64 scalar must not turn float32 parameters to float64."""
    dtype = getattr(like, "dtype", None)
    return x if dtype is None or getattr(x, "dtype", dtype) == dtype else x.astype(dtype)


def _check_decay(function: str, argument: str, value: Any) -> None:
    if isinstance(value, (int, float)) and not 0 <= value < 1:
        raise ValueError(
            f"{function}: {argument} is {value}; expected 0 <= {argument} < 1. "
            "Leave it out for the usual value, or write 0.9."
        )
