"""Counts: poisson, binomial and multinomial numbers.

Small means are inverted by walking up the distribution with one uniform; large ones use Hormann's
transformed rejection, whose cost does not grow. Both are computed in float64.
"""

import math
from functools import partial
from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import shape_of
from ..ops.elementwise import where
from ..ops.indexing import getitem
from ..ops.reduction import cumsum
from ..rules import nondiff
from ..shaping import op
from .checks import as_shape, check_fraction, check_key, joint_shape, on_host
from .discrete import integer_dtype
from .draws import as_param, fixed, rejection, spread, unit
from .generators import child_keys
from .keys import sample_keys, split, stacked
from .special import log_factorial

__all__ = ["binomial", "multinomial", "poisson"]

Shape = int | tuple[int, ...]
_FLOAT = np.dtype(np.float64)
#: The mean from which rejection takes over, where Hormann's constants hold.
_LARGE = 10.0


def _walk(xp: Any, u: Any, first: Any, ratio: Any) -> Any:
    """The smallest k with u < P(X <= k), from P(0) and k -> P(k) / P(k-1)."""
    k, p, total = xp.zeros_like(u), first, first
    left = u >= total
    count = 0
    while left.any() and count < 200:  # P(X > 200) < 1e-100 at a mean of 10
        count += 1
        p = p * ratio(count)
        total = total + p
        k = k + left
        left = left & (u >= total)
    return k


def _poisson_impl(xp: Any, key: Any, lam: Any) -> Any:
    """Hormann, "The transformed rejection method for generating Poisson random variables" (PTRS),
    Insurance: Mathematics and Economics 12 (1993)."""
    lam = xp.asarray(lam)
    n = math.prod(lam.shape[key.ndim - 1 :])
    flat = lam.reshape(-1)
    keys = child_keys(xp, key, 2)
    small = ~(flat >= _LARGE)
    mean = xp.where(small, _LARGE, flat)
    b = 0.931 + 2.53 * xp.sqrt(mean)
    a = -0.059 + 0.02483 * b
    log_scale = xp.log(1.1239 + 1.1328 / (b - 3.4))
    squeeze = 0.9277 - 3.6224 / (b - 2)

    def propose(index: Any, u: Any, v: Any) -> tuple[Any, Any]:
        u, v, m = u - 0.5, 1 - v, mean[index]
        us = 0.5 - abs(u) + 2**-54
        k = xp.floor((2 * a[index] / us + b[index]) * u + m + 0.43)
        inside = xp.maximum(k, 0)
        bound = inside * xp.log(m) - m - log_factorial(xp, inside)
        height = xp.log(v) + log_scale[index] - xp.log(a[index] / (us * us) + b[index])
        quick = (us >= 0.07) & (v <= squeeze[index])
        fits = (k >= 0) & ((us >= 0.013) | (v <= us)) & (height <= bound)
        return k, quick | fits

    large = rejection(xp, keys[..., 0, :], n, flat.dtype, propose, xp.flatnonzero(~small))
    u = unit(xp, keys[..., 1, :], n, flat.dtype).reshape(-1)
    rate = xp.where(small, flat, 0)
    walked = _walk(xp, u, xp.exp(-rate), lambda k: rate / k)
    return xp.where(small, walked, large).reshape(lam.shape)


def _binomial_impl(xp: Any, key: Any, n: Any, p: Any) -> Any:
    """Hormann, "The generation of binomial random variates" (BTRS), Journal of Statistical
    Computation and Simulation 46 (1993), on the smaller of p and 1 - p."""
    n, p = xp.asarray(n), xp.asarray(p)
    size = math.prod(n.shape[key.ndim - 1 :])
    trials, q = n.reshape(-1), xp.minimum(p, 1 - p).reshape(-1)
    keys = child_keys(xp, key, 2)
    small = ~(trials * q >= _LARGE)
    many, half = xp.where(small, 4 * _LARGE, trials), xp.where(small, 0.5, q)
    deviation = xp.sqrt(many * half * (1 - half))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * half
    centre, squeeze = many * half + 0.5, 0.92 - 4.2 / b
    scale = (2.83 + 5.1 / b) * deviation
    log_odds = xp.log(half / (1 - half))
    mode = xp.floor((many + 1) * half)
    peak = log_factorial(xp, mode) + log_factorial(xp, many - mode)

    def propose(index: Any, u: Any, v: Any) -> tuple[Any, Any]:
        u, v, top = u - 0.5, 1 - v, many[index]
        us = 0.5 - abs(u) + 2**-54
        k = xp.floor((2 * a[index] / us + b[index]) * u + centre[index])
        inside = xp.minimum(xp.maximum(k, 0), top)
        bound = peak[index] - log_factorial(xp, inside) - log_factorial(xp, top - inside)
        bound = bound + (inside - mode[index]) * log_odds[index]
        height = xp.log(v * scale[index] / (a[index] / (us * us) + b[index]))
        within = (k >= 0) & (k <= top)
        quick = (us >= 0.07) & (v <= squeeze[index])
        return k, within & (quick | (height <= bound))

    large = rejection(xp, keys[..., 0, :], size, trials.dtype, propose, xp.flatnonzero(~small))
    u = unit(xp, keys[..., 1, :], size, trials.dtype).reshape(-1)
    rate = xp.where(small, q, 0)
    first = xp.exp(xp.where(small, trials, 0) * xp.log1p(-rate))
    odds = rate / (1 - rate)
    walked = _walk(xp, u, first, lambda k: xp.maximum(trials - k + 1, 0) / k * odds)
    found = xp.minimum(xp.where(small, walked, large), trials)
    return xp.where(p.reshape(-1) > 0.5, trials - found, found).reshape(n.shape)


_poisson = nondiff(
    "random_poisson",
    lambda xp: partial(_poisson_impl, xp),
    batch=stacked("random_poisson"),
    samples=lambda rng: [
        ((k, rng.uniform(0.1, 40.0, (*k.shape[:-1], 4))), {}) for k in sample_keys(rng)
    ],
)
_binomial = nondiff(
    "random_binomial",
    lambda xp: partial(_binomial_impl, xp),
    batch=stacked("random_binomial"),
    samples=lambda rng: [
        ((k, np.floor(rng.uniform(1.0, 80.0, shape)), rng.uniform(0.1, 0.9, shape)), {})
        for k in sample_keys(rng)
        for shape in [(*k.shape[:-1], 4)]
    ],
)


def _count_param(name: str, argument: str, x: Any) -> Any:
    values = on_host(x)
    if values is not None and np.any(values < 0):
        raise ValueError(
            f"random.{name}: {argument} is as low as {values.min()}; expected {argument} >= 0. "
            "Clip it at 0."
        )
    return fixed(as_param(name, argument, x, _FLOAT), label=f"{name}: {argument}")


def poisson(key: Any, lam: Any, shape: Shape | None = None, dtype: Any = np.int64) -> Any:
    """Poisson numbers: P(k) = lam^k exp(-lam) / k!.

    Args:
        key: one key.
        lam: the mean, >= 0.
        shape: the shape of the result; None takes that of `lam`.
        dtype: an integer dtype.

    Returns:
        An array of `shape` and `dtype`.

    Raises:
        NotDifferentiableError: a derivative with respect to `lam`.

    Example:
        >>> from fzero import random
        >>> bool(abs(poisson(random.key(0), 4.0, (10_000,)).mean() - 4) < 0.1)
        True
    """
    check_key("poisson", key)
    lam = _count_param("poisson", "lam", lam)
    counts = _poisson(key, spread(lam, joint_shape("poisson", shape, lam), key))
    return op("astype")(counts, dtype=integer_dtype("poisson", dtype))


def binomial(key: Any, n: Any, p: Any, shape: Shape | None = None, dtype: Any = np.int64) -> Any:
    """Binomial numbers: successes in `n` trials of probability `p`.

    Args:
        key: one key.
        n: the number of trials, a whole number >= 0.
        p: 0 <= p <= 1.
        shape: the shape of the result; None takes that of the parameters.
        dtype: an integer dtype.

    Returns:
        An array of `shape` and `dtype`.

    Raises:
        NotDifferentiableError: a derivative with respect to `n` or `p`.

    Example:
        >>> from fzero import random
        >>> int(binomial(random.key(0), 7, 1.0))
        7
    """
    check_key("binomial", key)
    check_fraction("binomial", "p", p)
    n = _count_param("binomial", "n", n)
    p = fixed(as_param("binomial", "p", p, _FLOAT), label="binomial: p")
    shape = joint_shape("binomial", shape, n, p)
    counts = _binomial(key, spread(n, shape, key), spread(p, shape, key))
    return op("astype")(counts, dtype=integer_dtype("binomial", dtype))


def multinomial(key: Any, n: Any, p: Any, shape: Shape | None = None, dtype: Any = np.int64) -> Any:
    """Counts of `n` draws from classes of probabilities `p`: binomials of what is left, in turn.

    Args:
        key: one key.
        n: the number of draws, >= 0, of shape ().
        p: probabilities of sum 1, of shape (K,).
        shape: the shape of the result, in front of the classes; None for ().
        dtype: an integer dtype.

    Returns:
        An array of shape (*shape, K) and of `dtype`, whose last axis sums to `n`.

    Raises:
        NotDifferentiableError: a derivative with respect to `p`.

    Example:
        >>> from fzero import random
        >>> int(multinomial(random.key(0), 9, [0.2, 0.5, 0.3]).sum())
        9
    """
    check_key("multinomial", key)
    p = coerce(p)
    check_fraction("multinomial", "p", p)
    p = fixed(as_param("multinomial", "p", p, _FLOAT), label="multinomial: p")
    classes, keys = shape_of(p)[-1], split(key, shape_of(p)[-1])
    before = cumsum(p, axis=0)
    shape = () if shape is None else as_shape("multinomial", shape)
    left = spread(_count_param("multinomial", "n", n), shape, key)
    counts = []
    for i in range(classes - 1):
        rest = before[classes - 1] - before[i] + p[i]
        share = op("minimum")(p[i] / where(rest > 0, rest, 1.0), 1.0)
        taken = _binomial(getitem(keys, i), left, spread(share, shape, key))
        counts.append(taken)
        left = left - taken
    found = op("stack")(*counts, left, axis=len(shape))
    return op("astype")(found, dtype=integer_dtype("multinomial", dtype))
