"""Adam and its nearest relatives: a mean of gradients over the root of a mean of squares."""

from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from . import kernels
from .base import GradientTransformation
from .moments import (
    abs_square,
    as_dtype,
    check_decay,
    corrected,
    frozen_map,
    frozen_maps,
    lookahead_mean,
    mix,
    squares_like,
)
from .selection import elementwise
from .tree import cast, update_moment, update_moment_per_elem_norm, zeros_like

__all__ = [
    "ScaleByAdamState",
    "ScaleByAmsgradState",
    "scale_by_adam",
    "scale_by_adamax",
    "scale_by_amsgrad",
    "scale_by_radam",
]


class ScaleByAdamState(NamedTuple):
    """The state of `scale_by_adam`: the steps so far, and decaying means of g and of |g|^2."""

    count: Any
    mu: Any
    nu: Any


class ScaleByAmsgradState(NamedTuple):
    """The state of `scale_by_amsgrad`: as of `scale_by_adam`, and the largest mean of |g|^2."""

    count: Any
    mu: Any
    nu: Any
    nu_max: Any


def scale_by_adam(
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    mu_dtype: Any = None,
    *,
    nesterov: bool = False,
    eps_hat: bool = False,
) -> GradientTransformation:
    """Divide a decaying mean of gradients by the root of that of their squares.

        m <- b1 m + (1 - b1) g,   v <- b2 v + (1 - b2) |g|^2
        u = m / (1 - b1^t) / (sqrt(v / (1 - b2^t) + eps_root) + eps)

    Args:
        b1, b2: the decays, 0 <= b < 1.
        eps: added to the root.
        eps_root: added inside the root. A derivative through the step needs one, above 0, where
            a gradient may be 0.
        mu_dtype: of m; by default that of the parameters.
        nesterov: put b1 m / (1 - b1^(t+1)) + (1 - b1) g / (1 - b1^t) over the root.
        eps_hat: add eps to the root before the correction, as the paper's efficient form and
            DeZero do: u = m sqrt(1 - b2^t) / (1 - b1^t) / (sqrt(v + eps_root) + eps).

    Raises:
        ValueError: a decay is out of range.

    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 1; Dozat 2016 for nesterov.

    Example:
        >>> t = scale_by_adam()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0].round(6)
        array([ 1., -1.])
    """
    _check_decays("scale_by_adam", b1, b2)

    def direction(g: Any, m: Any, v: Any, count: Any) -> Any:
        mean = lookahead_mean(g, m, b1, count) if nesterov else corrected(m, b1, count)
        if eps_hat:
            root = (fnp.sqrt(v + eps_root) + eps) / as_dtype((1 - b2**count) ** 0.5, v)
        else:
            root = fnp.sqrt(corrected(v, b2, count) + eps_root) + eps
        return _quotient(mean, root, g)

    def init(params: Any) -> ScaleByAdamState:
        return _start(params, mu_dtype)

    def update(
        updates: Any, state: ScaleByAdamState, params: Any = None
    ) -> tuple[Any, ScaleByAdamState]:
        if not isinstance(state, ScaleByAdamState):
            raise TypeError(
                f"scale_by_adam: state is a {type(state).__name__}; expected a ScaleByAdamState. "
                "Take it from this optimizer's init(params), or load it with like=."
            )
        count = state.count + 1

        def leaf(g: Any, m: Any, v: Any) -> tuple[Any, Any, Any]:
            m, v = mix(b1, m, g), mix(b2, v, abs_square(g))
            return direction(g, m, v, count), m, v

        out, mu, nu = frozen_maps(3, leaf, updates, state.mu, state.nu)
        return out, ScaleByAdamState(count, cast(mu, mu_dtype), nu)

    kernel = None if nesterov or eps_hat else kernels.adam(b1, b2, eps, eps_root)
    return elementwise(GradientTransformation(init, update), kernel=kernel)


def scale_by_amsgrad(
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    mu_dtype: Any = None,
    bias_correction_mu: bool = True,
    bias_correction_nu: bool = True,
) -> GradientTransformation:
    """Adam over the largest mean of squares so far, which never grows the step again.

        m, v as in `scale_by_adam`,   w <- max(w, v / (1 - b2^t))
        u = m / (1 - b1^t) / (sqrt(w + eps_root) + eps)

    Args:
        b1, b2, eps, eps_root, mu_dtype: as in `scale_by_adam`.
        bias_correction_mu, bias_correction_nu: False leaves the factors 1 - b^t out, as the
            paper does.

    Raises:
        ValueError: a decay is out of range.

    Source: Reddi et al. 2018, arXiv:1904.09237.

    Example:
        >>> t = scale_by_amsgrad()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0].round(6)
        array([ 1., -1.])
    """
    _check_decays("scale_by_amsgrad", b1, b2)

    def init(params: Any) -> ScaleByAmsgradState:
        return ScaleByAmsgradState(*_start(params, mu_dtype), squares_like(params))

    def update(
        updates: Any, state: ScaleByAmsgradState, params: Any = None
    ) -> tuple[Any, ScaleByAmsgradState]:
        count = state.count + 1
        mu = update_moment(updates, state.mu, b1, 1)
        nu = update_moment_per_elem_norm(updates, state.nu, b2, 2)

        def larger(w: Any, v: Any) -> Any:
            return fnp.maximum(w, corrected(v, b2, count) if bias_correction_nu else v)

        def direction(g: Any, m: Any, w: Any) -> Any:
            mean = corrected(m, b1, count) if bias_correction_mu else m
            return _quotient(mean, fnp.sqrt(w + eps_root) + eps, g)

        nu_max = frozen_map(larger, state.nu_max, nu)
        out = frozen_map(direction, updates, mu, nu_max)
        return out, ScaleByAmsgradState(count, cast(mu, mu_dtype), nu, nu_max)

    return elementwise(GradientTransformation(init, update))


def scale_by_adamax(b1: Any = 0.9, b2: Any = 0.999, eps: Any = 1e-8) -> GradientTransformation:
    """Adam with the maximum in place of the mean of squares.

        m <- b1 m + (1 - b1) g,   v <- max(|g| + eps, b2 v)
        u = m / (1 - b1^t) / v

    Args:
        b1, b2: the decays, 0 <= b < 1.
        eps: a floor of v, > 0.

    Raises:
        ValueError: a decay is out of range.

    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 2.

    Example:
        >>> t = scale_by_adamax()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0].round(6)
        array([ 1., -1.])
    """
    _check_decays("scale_by_adamax", b1, b2)

    def larger(g: Any, v: Any) -> Any:
        return fnp.maximum(as_dtype(fnp.abs(g), v) + as_dtype(eps, v), as_dtype(b2, v) * v)

    def update(
        updates: Any, state: ScaleByAdamState, params: Any = None
    ) -> tuple[Any, ScaleByAdamState]:
        count = state.count + 1
        mu = update_moment(updates, state.mu, b1, 1)
        nu = frozen_map(larger, updates, state.nu)
        out = frozen_map(lambda g, m, v: _quotient(corrected(m, b1, count), v, g), updates, mu, nu)
        return out, ScaleByAdamState(count, mu, nu)

    return elementwise(GradientTransformation(_start, update))


def scale_by_radam(
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    threshold: Any = 5.0,
    *,
    nesterov: bool = False,
) -> GradientTransformation:
    """Adam that starts with plain means, until the squares are known well enough.

        m, v as in `scale_by_adam`;   s = 2 / (1 - b2) - 1,   q = s - 2 t b2^t / (1 - b2^t)
        r = sqrt((q - 4) (q - 2) s / ((s - 4) (s - 2) q))
        u = r m' / (sqrt(v / (1 - b2^t) + eps_root) + eps)  if q >= threshold,  else  m'
        with m' = m / (1 - b1^t)

    Args:
        b1, b2, eps, eps_root, nesterov: as in `scale_by_adam`.
        threshold: of q, 4 or more.

    Raises:
        ValueError: a decay is out of range.

    Source: Liu et al. 2020, arXiv:1908.03265.

    Example:
        >>> t = scale_by_radam()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0]
        array([ 5. , -0.1])
    """
    _check_decays("scale_by_radam", b1, b2)
    limit = 2.0 / (1.0 - b2) - 1.0

    def rectified(updates: Any, mean: Any, nu: Any, count: Any, known: Any) -> Any:
        r = ((known - 4) * (known - 2) * limit / ((limit - 4) * (limit - 2) * known)) ** 0.5

        def direction(g: Any, m: Any, v: Any) -> Any:
            root = fnp.sqrt(corrected(v, b2, count) + eps_root) + eps
            return _quotient(as_dtype(r, m) * m, root, g)

        return frozen_map(direction, updates, mean, nu)

    def update(
        updates: Any, state: ScaleByAdamState, params: Any = None
    ) -> tuple[Any, ScaleByAdamState]:
        count = state.count + 1
        mu = update_moment(updates, state.mu, b1, 1)
        nu = update_moment_per_elem_norm(updates, state.nu, b2, 2)
        known = limit - 2 * count * b2**count / (1 - b2**count)

        def hat(g: Any, m: Any) -> Any:
            return lookahead_mean(g, m, b1, count) if nesterov else corrected(m, b1, count)

        mean = frozen_map(hat, updates, mu)
        enough = known >= threshold
        out = fzero.cond(enough, lambda: rectified(updates, mean, nu, count, known), lambda: mean)
        return out, ScaleByAdamState(count, mu, nu)

    return elementwise(GradientTransformation(_start, update))


def _start(params: Any, mu_dtype: Any = None) -> ScaleByAdamState:
    return ScaleByAdamState(np.int64(0), zeros_like(params, dtype=mu_dtype), squares_like(params))


def _quotient(mean: Any, root: Any, like: Any) -> Any:
    return as_dtype(mean / root, like)


def _check_decays(function: str, b1: Any, b2: Any) -> None:
    check_decay(function, "b1", b1)
    check_decay(function, "b2", b2)
