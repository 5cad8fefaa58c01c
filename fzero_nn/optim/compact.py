"""Second moments that take less memory than the parameters: factored, or one number for a slice."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from .base import GradientTransformation, require_params
from .moments import abs_square, as_dtype, check_decay, frozen_map, mix
from .tree import update_moment, zeros_like

__all__ = ["FactoredState", "ScaleBySM3State", "scale_by_factored_rms", "scale_by_sm3"]


class FactoredState(NamedTuple):
    """The state of `scale_by_factored_rms`: means of |g|^2 over columns, over rows, or unreduced.

    What an array does not need is an array of one zero.
    """

    count: Any
    v_row: Any
    v_col: Any
    v: Any


class ScaleBySM3State(NamedTuple):
    """The state of `scale_by_sm3`: for each array a list of one accumulator for each axis."""

    mu: Any
    nu: Any


def _power_decay(step: Any, exponent: Any) -> Any:
    """0 at the first step, and towards 1."""
    return 1.0 - (step + 1.0) ** (-exponent)


def scale_by_factored_rms(
    factored: bool = True,
    decay_rate: Any = 0.8,
    step_offset: Any = 0,
    min_dim_size_to_factor: int = 128,
    epsilon: Any = 1e-30,
    decay_rate_fn: Callable[[Any, Any], Any] = _power_decay,
) -> GradientTransformation:
    """Divide by the root of a mean of squares, of which only row and column means are kept.

        s = |g|^2 + epsilon;   r <- b r + (1 - b) mean_rows(s),   c <- b c + (1 - b) mean_cols(s)
        u = g / sqrt(r / mean(r)) / sqrt(c),   b = 1 - (t + 1)^(-decay_rate)

    The two longest axes are factored if both are long enough; other arrays keep v and get
    u = g / sqrt(v).

    Args:
        factored: whether to factor at all.
        decay_rate: the exponent of b.
        step_offset: subtracted from the step.
        min_dim_size_to_factor: the least length of both axes.
        epsilon: added to the squares.
        decay_rate_fn: (step, decay_rate) -> b.

    Raises:
        ValueError: (from update) there are no params.

    Source: Shazeer and Stern 2018, arXiv:1804.04235.

    Example:
        >>> t, W = scale_by_factored_rms(min_dim_size_to_factor=2), np.ones((3, 2))
        >>> t.init(W).v_row.shape, t.init(W).v_col.shape
        ((2,), (3,))
    """

    def axes(p: Any) -> tuple[int, int] | None:
        return _factored_axes(p.shape, min_dim_size_to_factor) if factored else None

    def init(params: Any) -> FactoredState:
        return _state(np.int64(0), params, fzero.tree.map(lambda p: _zeros(p, axes(p)), params))

    def update(updates: Any, state: FactoredState, params: Any = None) -> tuple[Any, FactoredState]:
        require_params("scale_by_factored_rms", params)
        decay = decay_rate_fn(state.count - step_offset, decay_rate)

        def means(g: Any, row: Any, column: Any, v: Any, p: Any) -> tuple[Any, Any, Any]:
            square = abs_square(g)
            square = square + as_dtype(epsilon, square)
            if (pair := axes(p)) is None:
                return row, column, mix(decay, v, square)
            second, longest = pair
            return (
                mix(decay, row, fnp.mean(square, axis=longest)),
                mix(decay, column, fnp.mean(square, axis=second)),
                v,
            )

        def divided(g: Any, row: Any, column: Any, v: Any, p: Any) -> Any:
            if (pair := axes(p)) is None:
                return as_dtype(g / fnp.sqrt(v), g)
            return as_dtype(g / _factored_root(row, column, *pair), g)

        kept = (state.v_row, state.v_col, state.v, params)
        new = _state(state.count + 1, updates, fzero.tree.map(means, updates, *kept))
        return frozen_map(divided, updates, new.v_row, new.v_col, new.v, params), new

    return GradientTransformation(init, update)


def _factored_axes(shape: tuple[int, ...], least: int) -> tuple[int, int] | None:
    """The second longest axis and the longest, or None if these are too short."""
    by_length = sorted(range(len(shape)), key=lambda axis: shape[axis])
    if len(shape) < 2 or shape[by_length[-2]] < least:
        return None
    return by_length[-2], by_length[-1]


def _zeros(p: Any, pair: tuple[int, int] | None) -> tuple[Any, Any, Any]:
    zeros = fnp.zeros_like(abs_square(p))
    one = fnp.reshape(fnp.sum(zeros), (1,))
    if pair is None:
        return one, one, zeros
    second, longest = pair
    return fnp.sum(zeros, axis=longest), fnp.sum(zeros, axis=second), one


def _state(count: Any, like: Any, triples: Any) -> FactoredState:
    """The state from a tree of triples."""
    parts = (frozen_map(lambda _, triple, i=i: triple[i], like, triples) for i in range(3))
    return FactoredState(count, *parts)


def _factored_root(row: Any, column: Any, second: int, longest: int) -> Any:
    axis = second - (second > longest)
    row = row / fnp.mean(row, axis=axis, keepdims=True)
    return fnp.sqrt(fnp.expand_dims(row, longest)) * fnp.sqrt(fnp.expand_dims(column, second))


def scale_by_sm3(b1: Any = 0.9, b2: Any = 1.0, eps: Any = 1e-8) -> GradientTransformation:
    """Divide by the root of a bound of the sum of squares, kept for each slice of each axis.

        a = b2 min over the axes of mu_axis + w |g|^2,   w = 1 if b2 is 1, else 1 - b2
        mu_axis <- max of a over the other axes;   u <- b1 u + (1 - b1) g / sqrt(a + eps)

    Args:
        b1: the decay of the steps, 0 <= b1 < 1.
        b2: the decay of the sums, 0 <= b2 <= 1.
        eps: added to a.

    Raises:
        ValueError: b1 is out of range.

    Source: Anil et al. 2019, arXiv:1901.11150.

    Example:
        >>> t, W = scale_by_sm3(), np.ones((3, 2))
        >>> [mu.shape for mu in t.init(W).mu]
        [(3,), (2,)]
    """
    check_decay("scale_by_sm3", "b1", b1)
    weight = 1.0 if isinstance(b2, (int, float)) and b2 == 1 else 1.0 - b2

    def init(params: Any) -> ScaleBySM3State:
        mu = fzero.tree.map(lambda p: _over_axes(fnp.zeros_like(abs_square(p))), params)
        return ScaleBySM3State(fzero.freeze(mu), zeros_like(params))

    def bound(g: Any, mu: list[Any]) -> Any:
        least = _least(mu, g.ndim if hasattr(g, "ndim") else 0)
        return as_dtype(weight, least) * abs_square(g) + as_dtype(b2, least) * least

    def divided(g: Any, a: Any) -> Any:
        return as_dtype(g / fnp.sqrt(fnp.where(a > 0, a, 1.0) + eps), g)

    def update(
        updates: Any, state: ScaleBySM3State, params: Any = None
    ) -> tuple[Any, ScaleBySM3State]:
        bounds = fzero.tree.map(bound, updates, state.mu)
        nu = update_moment(fzero.tree.map(divided, updates, bounds), state.nu, b1, 1)
        mu = fzero.freeze(fzero.tree.map(_over_axes, bounds))
        return nu, ScaleBySM3State(mu, nu)

    return GradientTransformation(init, update)


def _over_axes(a: Any) -> list[Any]:
    """For each axis the maximum over the others; an array of one axis or none itself."""
    if a.ndim < 2:
        return [a]
    return [fnp.max(a, axis=(*range(i), *range(i + 1, a.ndim))) for i in range(a.ndim)]


def _least(mu: list[Any], ndim: int) -> Any:
    """The minimum of the accumulators, spread over the other axes."""
    least = mu[0] if ndim < 2 else fnp.reshape(mu[0], (-1, *[1] * (ndim - 1)))
    for i, m in enumerate(mu[1:], 1):
        least = fnp.minimum(least, fnp.reshape(m, (*[1] * i, -1, *[1] * (ndim - i - 1))))
    return least
