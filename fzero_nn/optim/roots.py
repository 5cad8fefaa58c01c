"""Division by the root of a sum or of a mean of squares."""

from typing import Any, NamedTuple

import numpy as np

import fzero.numpy as fnp

from .base import GradientTransformation
from .moments import abs_square, as_dtype, check_decay, corrected, frozen_map, squares_like
from .selection import elementwise
from .tree import update_moment, update_moment_per_elem_norm, zeros_like

__all__ = [
    "ScaleByAdaDeltaState",
    "ScaleByRStdDevState",
    "ScaleByRStdDevWithCountState",
    "ScaleByRmsState",
    "ScaleByRmsWithCountState",
    "ScaleByRssState",
    "scale_by_adadelta",
    "scale_by_rms",
    "scale_by_rss",
    "scale_by_stddev",
]


class ScaleByRssState(NamedTuple):
    """The state of `scale_by_rss`: the sum of |g|^2."""

    sum_of_squares: Any


class ScaleByRmsState(NamedTuple):
    """The state of `scale_by_rms`: the decaying mean of |g|^2."""

    nu: Any


class ScaleByRmsWithCountState(NamedTuple):
    """The state of `scale_by_rms` with bias correction: the steps so far, too."""

    count: Any
    nu: Any


class ScaleByRStdDevState(NamedTuple):
    """The state of `scale_by_stddev`: the decaying means of g and of |g|^2."""

    mu: Any
    nu: Any


class ScaleByRStdDevWithCountState(NamedTuple):
    """The state of `scale_by_stddev` with bias correction: the steps so far, too."""

    count: Any
    mu: Any
    nu: Any


class ScaleByAdaDeltaState(NamedTuple):
    """The state of `scale_by_adadelta`: the decaying means of |g|^2 and of |u|^2."""

    e_g: Any
    e_x: Any


def scale_by_rss(
    initial_accumulator_value: Any = 0.1, eps: Any = 1e-7, eps_in_sqrt: bool = True
) -> GradientTransformation:
    """Divide by the root of the sum of squares so far.

        h <- h + |g|^2,   u = g / sqrt(h + eps)

    Args:
        initial_accumulator_value: the first h, >= 0.
        eps: added to h.
        eps_in_sqrt: False to add eps to the root instead, as DeZero does: g / (sqrt(h) + eps).

    Source: Duchi, Hazan, Singer 2011.

    Example:
        >>> t = scale_by_rss(0.0, eps=0.0)
        >>> t.update(np.array([5.0, 0.0]), t.init(np.zeros(2)))[0]
        array([1., 0.])
    """

    def init(params: Any) -> ScaleByRssState:
        return ScaleByRssState(squares_like(params, initial_accumulator_value))

    def divided(g: Any, h: Any) -> Any:
        # Where no gradient ever came there is none now: any divisor gives its zero.
        safe = fnp.where(h > 0, h, 1.0)
        return as_dtype(g / _root(safe, eps, eps_in_sqrt), g)

    def update(
        updates: Any, state: ScaleByRssState, params: Any = None
    ) -> tuple[Any, ScaleByRssState]:
        total = frozen_map(lambda g, h: abs_square(g) + h, updates, state.sum_of_squares)
        return frozen_map(divided, updates, total), ScaleByRssState(total)

    return elementwise(GradientTransformation(init, update))


def scale_by_rms(
    decay: Any = 0.9,
    eps: Any = 1e-8,
    initial_scale: Any = 0.0,
    eps_in_sqrt: bool = True,
    bias_correction: bool = False,
) -> GradientTransformation:
    """Divide by the root of a decaying mean of squares.

        v <- decay v + (1 - decay) |g|^2,   u = g / sqrt(v + eps)

    Args:
        decay: 0 <= decay < 1.
        eps: added to v.
        initial_scale: the first v.
        eps_in_sqrt: False to add eps to the root instead.
        bias_correction: whether v / (1 - decay^t) stands for v.

    Raises:
        ValueError: decay is out of range.

    Source: Tieleman and Hinton 2012.

    Example:
        >>> t = scale_by_rms(0.75)
        >>> t.update(np.array([5.0]), t.init(np.zeros(1)))[0].round(6)
        array([2.])
    """
    check_decay("scale_by_rms", "decay", decay)

    def init(params: Any) -> Any:
        nu = squares_like(params, initial_scale)
        return ScaleByRmsWithCountState(np.int64(0), nu) if bias_correction else ScaleByRmsState(nu)

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        nu = update_moment_per_elem_norm(updates, state.nu, decay, 2)
        if not bias_correction:
            out = frozen_map(lambda g, v: as_dtype(g / _root(v, eps, eps_in_sqrt), g), updates, nu)
            return out, ScaleByRmsState(nu)
        count = state.count + 1

        def divided(g: Any, v: Any) -> Any:
            return as_dtype(g / _root(corrected(v, decay, count), eps, eps_in_sqrt), g)

        return frozen_map(divided, updates, nu), ScaleByRmsWithCountState(count, nu)

    return elementwise(GradientTransformation(init, update))


def scale_by_stddev(
    decay: Any = 0.9,
    eps: Any = 1e-8,
    initial_scale: Any = 0.0,
    eps_in_sqrt: bool = True,
    bias_correction: bool = False,
) -> GradientTransformation:
    """Divide by a decaying standard deviation.

        m <- decay m + (1 - decay) g,   v <- decay v + (1 - decay) |g|^2
        u = g / sqrt(v - |m|^2 + eps)

    Args:
        decay, eps, initial_scale, eps_in_sqrt: as in `scale_by_rms`.
        bias_correction: whether m and v are divided by 1 - decay^t.

    Raises:
        ValueError: decay is out of range.

    Source: Graves 2013, arXiv:1308.0850.

    Example:
        >>> t = scale_by_stddev(0.5)
        >>> t.update(np.array([5.0]), t.init(np.zeros(1)))[0].round(6)
        array([2.])
    """
    check_decay("scale_by_stddev", "decay", decay)

    def init(params: Any) -> Any:
        means = zeros_like(params), squares_like(params, initial_scale)
        if bias_correction:
            return ScaleByRStdDevWithCountState(np.int64(0), *means)
        return ScaleByRStdDevState(*means)

    def divided(g: Any, m: Any, v: Any) -> Any:
        # The difference of two means may round to just below zero.
        variance = fnp.maximum(v - abs_square(m), 0.0)
        return as_dtype(g / _root(variance, eps, eps_in_sqrt), g)

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        mu = update_moment(updates, state.mu, decay, 1)
        nu = update_moment_per_elem_norm(updates, state.nu, decay, 2)
        if not bias_correction:
            return frozen_map(divided, updates, mu, nu), ScaleByRStdDevState(mu, nu)
        count = state.count + 1

        def unbiased(g: Any, m: Any, v: Any) -> Any:
            return divided(g, corrected(m, decay, count), corrected(v, decay, count))

        out = frozen_map(unbiased, updates, mu, nu)
        return out, ScaleByRStdDevWithCountState(count, mu, nu)

    return elementwise(GradientTransformation(init, update))


def scale_by_adadelta(rho: Any = 0.9, eps: Any = 1e-6) -> GradientTransformation:
    """Make steps in the units of the parameters, from the size of the steps before.

        v <- rho v + (1 - rho) |g|^2,   u = sqrt(x + eps) / sqrt(v + eps) g
        x <- rho x + (1 - rho) |u|^2

    Args:
        rho: the decay, 0 <= rho < 1.
        eps: added to both means.

    Raises:
        ValueError: rho is out of range.

    Source: Zeiler 2012, arXiv:1212.5701.

    Example:
        >>> t = scale_by_adadelta(0.75)
        >>> t.update(np.array([5.0]), t.init(np.zeros(1)))[0].round(6)
        array([0.002])
    """
    check_decay("scale_by_adadelta", "rho", rho)

    def init(params: Any) -> ScaleByAdaDeltaState:
        return ScaleByAdaDeltaState(squares_like(params), squares_like(params))

    def step(g: Any, v: Any, x: Any) -> Any:
        return as_dtype(fnp.sqrt(x + eps) / fnp.sqrt(v + eps) * g, g)

    def update(
        updates: Any, state: ScaleByAdaDeltaState, params: Any = None
    ) -> tuple[Any, ScaleByAdaDeltaState]:
        e_g = update_moment_per_elem_norm(updates, state.e_g, rho, 2)
        out = frozen_map(step, updates, e_g, state.e_x)
        return out, ScaleByAdaDeltaState(e_g, update_moment_per_elem_norm(out, state.e_x, rho, 2))

    return elementwise(GradientTransformation(init, update))


def _root(v: Any, eps: Any, eps_in_sqrt: bool) -> Any:
    return fnp.sqrt(v + eps) if eps_in_sqrt else fnp.sqrt(v) + eps
