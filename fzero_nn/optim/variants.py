"""Farther relatives of Adam: other second moments, or one for a whole array."""

from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from .adaptive import ScaleByAdamState
from .base import GradientTransformation, require_params
from .moments import (
    abs_square,
    as_dtype,
    check_decay,
    copied,
    corrected,
    frozen_map,
    lookahead_mean,
    squares_like,
)
from .selection import elementwise
from .tree import cast, full_like, update_moment, update_moment_per_elem_norm, zeros_like

__all__ = [
    "ScaleByAdanState",
    "ScaleByBeliefState",
    "ScaleByNovogradState",
    "scale_by_adan",
    "scale_by_belief",
    "scale_by_novograd",
    "scale_by_yogi",
]


class ScaleByBeliefState(NamedTuple):
    """The state of `scale_by_belief`: decaying means of g and of |g - m|^2."""

    count: Any
    mu: Any
    nu: Any


class ScaleByNovogradState(NamedTuple):
    """The state of `scale_by_novograd`: `nu` has one number for each array."""

    count: Any
    mu: Any
    nu: Any


class ScaleByAdanState(NamedTuple):
    """The state of `scale_by_adan`: means of g, of its change and of a square; g; the steps."""

    m: Any
    v: Any
    n: Any
    g: Any
    t: Any


def scale_by_belief(
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-16,
    eps_root: Any = 1e-16,
    *,
    nesterov: bool = False,
) -> GradientTransformation:
    """Adam over the mean of the squared surprise, so that expected gradients make large steps.

        m <- b1 m + (1 - b1) g,   s <- b2 s + (1 - b2) |g - m|^2 + eps_root
        u = m / (1 - b1^t) / (sqrt(s / (1 - b2^t)) + eps)

    Args:
        b1, b2, eps, nesterov: as in `scale_by_adam`.
        eps_root: added to s at each step.

    Raises:
        ValueError: a decay is out of range.

    Source: Zhuang et al. 2020, arXiv:2010.07468.

    Example:
        >>> t = scale_by_belief()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0].round(4)
        array([ 1.1111, -1.1111])
    """
    check_decay("scale_by_belief", "b1", b1)
    check_decay("scale_by_belief", "b2", b2)

    def init(params: Any) -> ScaleByBeliefState:
        return ScaleByBeliefState(np.int64(0), zeros_like(params), squares_like(params))

    def update(
        updates: Any, state: ScaleByBeliefState, params: Any = None
    ) -> tuple[Any, ScaleByBeliefState]:
        count = state.count + 1
        mu = update_moment(updates, state.mu, b1, 1)
        surprise = fzero.tree.map(lambda g, m: g - m, updates, mu)
        nu = update_moment_per_elem_norm(surprise, state.nu, b2, 2)
        nu = frozen_map(lambda v: v + as_dtype(eps_root, v), nu)

        def direction(g: Any, m: Any, v: Any) -> Any:
            mean = lookahead_mean(g, m, b1, count) if nesterov else corrected(m, b1, count)
            return as_dtype(mean / (fnp.sqrt(corrected(v, b2, count)) + eps), g)

        return frozen_map(direction, updates, mu, nu), ScaleByBeliefState(count, mu, nu)

    return elementwise(GradientTransformation(init, update))


def scale_by_yogi(
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-3,
    eps_root: Any = 0.0,
    initial_accumulator_value: Any = 1e-6,
) -> GradientTransformation:
    """Adam whose second moment moves by steps of the size of |g|^2 at most.

        m <- b1 m + (1 - b1) g,   v <- v - (1 - b2) sign(v - |g|^2) |g|^2
        u = m / (1 - b1^t) / (sqrt(v / (1 - b2^t) + eps_root) + eps)

    Args:
        b1, b2, eps, eps_root: as in `scale_by_adam`.
        initial_accumulator_value: of m and of v.

    Raises:
        ValueError: a decay is out of range.

    Source: Zaheer et al. 2018.

    Example:
        >>> t = scale_by_yogi()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0].round(3)
        array([ 1.   , -0.944])
    """
    check_decay("scale_by_yogi", "b1", b1)
    check_decay("scale_by_yogi", "b2", b2)

    def init(params: Any) -> ScaleByAdamState:
        value = initial_accumulator_value
        return ScaleByAdamState(np.int64(0), full_like(params, value), squares_like(params, value))

    def moved(g: Any, v: Any) -> Any:
        square = abs_square(g)
        return v - as_dtype(1 - b2, v) * fnp.sign(v - square) * square

    def update(
        updates: Any, state: ScaleByAdamState, params: Any = None
    ) -> tuple[Any, ScaleByAdamState]:
        count = state.count + 1
        mu = update_moment(updates, state.mu, b1, 1)
        nu = frozen_map(moved, updates, state.nu)

        def direction(g: Any, m: Any, v: Any) -> Any:
            root = fnp.sqrt(corrected(v, b2, count) + eps_root) + eps
            return as_dtype(corrected(m, b1, count) / root, g)

        return frozen_map(direction, updates, mu, nu), ScaleByAdamState(count, mu, nu)

    return elementwise(GradientTransformation(init, update))


def scale_by_novograd(
    b1: Any = 0.9,
    b2: Any = 0.25,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    weight_decay: Any = 0.0,
    mu_dtype: Any = None,
) -> GradientTransformation:
    """Momentum of gradients that are divided by a mean of each array's norm.

        v <- b2 v + (1 - b2) ||g||^2,  at the first step v = ||g||^2
        m <- b1 m + g / (sqrt(v + eps_root) + eps) + weight_decay p,   u = m

    Args:
        b1, b2, eps, eps_root, mu_dtype: as in `scale_by_adam`.
        weight_decay: how much of the parameters is added.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Ginsburg et al. 2019, arXiv:1905.11286.

    Example:
        >>> t, p = scale_by_novograd(), np.zeros(2)
        >>> t.update(np.array([3.0, 4.0]), t.init(p), p)[0].round(6)
        array([0.6, 0.8])
    """
    check_decay("scale_by_novograd", "b1", b1)
    check_decay("scale_by_novograd", "b2", b2)

    def init(params: Any) -> ScaleByNovogradState:
        nu = frozen_map(lambda p: fnp.sum(fnp.zeros_like(abs_square(p))), params)
        return ScaleByNovogradState(np.int64(0), zeros_like(params, dtype=mu_dtype), nu)

    def added(g: Any, p: Any, m: Any, v: Any) -> Any:
        step = as_dtype(g / (fnp.sqrt(v + eps_root) + eps), g)
        return as_dtype(b1, m) * m + step + as_dtype(weight_decay, p) * p

    def update(
        updates: Any, state: ScaleByNovogradState, params: Any = None
    ) -> tuple[Any, ScaleByNovogradState]:
        require_params("scale_by_novograd", params)
        decay = b2 * (state.count > 0)
        squares = fzero.tree.map(lambda g: fnp.sum(abs_square(g)), updates)
        nu = update_moment(squares, state.nu, decay, 1)
        mu = cast(frozen_map(added, updates, params, state.mu, nu), mu_dtype)
        return mu, ScaleByNovogradState(state.count + 1, mu, nu)

    return GradientTransformation(init, update)


def scale_by_adan(
    b1: Any = 0.98, b2: Any = 0.92, b3: Any = 0.99, eps: Any = 1e-8, eps_root: Any = 0.0
) -> GradientTransformation:
    """Adam with Nesterov's momentum from the change of the gradient, d = g - g_before.

        m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) d
        n <- b3 n + (1 - b3) |g + (1 - b2) d|^2
        u = (m' + (1 - b2) v') / (sqrt(n' + eps_root) + eps),  with x' = x / (1 - b^t)

    Args:
        b1, b2, b3: the decays, 0 <= b < 1.
        eps, eps_root: as in `scale_by_adam`.

    Raises:
        ValueError: a decay is out of range.

    Source: Xie et al. 2022, arXiv:2208.06677.

    Example:
        >>> t = scale_by_adan()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0].round(6)
        array([ 1., -1.])
    """
    for name, decay in {"b1": b1, "b2": b2, "b3": b3}.items():
        check_decay("scale_by_adan", name, decay)

    def init(params: Any) -> ScaleByAdanState:
        zeros = zeros_like(params)
        return ScaleByAdanState(zeros, zeros, squares_like(params), zeros, np.int64(0))

    def update(
        updates: Any, state: ScaleByAdanState, params: Any = None
    ) -> tuple[Any, ScaleByAdanState]:
        t = state.t + 1
        before = fzero.cond(state.t == 0, lambda: updates, lambda: state.g)
        change = fzero.tree.map(lambda g, old: g - old, updates, before)
        ahead = fzero.tree.map(lambda g, d: g + as_dtype(1 - b2, d) * d, updates, change)
        m, v = update_moment(updates, state.m, b1, 1), update_moment(change, state.v, b2, 1)
        n = update_moment_per_elem_norm(ahead, state.n, b3, 2)

        def direction(g: Any, m: Any, v: Any, n: Any) -> Any:
            mean = corrected(m, b1, t) + as_dtype(1 - b2, v) * corrected(v, b2, t)
            return as_dtype(mean / (fnp.sqrt(corrected(n, b3, t) + eps_root) + eps), g)

        out = frozen_map(direction, updates, m, v, n)
        return out, ScaleByAdanState(m, v, n, copied(updates), t)

    return elementwise(GradientTransformation(init, update))
