"""Continuous samplers with parameters, which may be arrays or tracers.

Derivatives flow through the parameters by reparametrisation, with the bits held fixed.
"""

from typing import Any

import numpy as np

from ..dtypes import dtype_of, shape_of
from ..ops.elementwise import exp, sqrt, where
from ..rules import elementwise
from . import special
from .checks import as_shape, check_key, check_positive, float_dtype, joint_shape
from .draws import as_param, draw, fixed
from .keys import split
from .standard import maxwell, uniform

__all__ = [
    "double_sided_maxwell",
    "lognormal",
    "pareto",
    "rayleigh",
    "triangular",
    "truncated_normal",
    "wald",
    "weibull_min",
]

Shape = int | tuple[int, ...]
_DENSITY_AT_0 = 0.3989422804014327  # of the standard normal: 1 / sqrt(2 pi)


def _with_params(
    name: str, kind: str, key: Any, shape: Shape | None, dtype: Any, **params: Any
) -> list[Any]:
    """Standard samples of the joint shape, and the parameters in their dtype."""
    check_key(name, key)
    found = float_dtype(name, dtype)
    values = [as_param(name, argument, x, found) for argument, x in params.items()]
    shape = joint_shape(name, shape, *values)
    return [draw(key, kind=kind, shape=shape, dtype=found), *values]


def _truncate(xp: Any, u: Any, lower: Any, upper: Any) -> Any:
    """The quantile `u` of the normal distribution between two bounds, computed in one tail."""
    flip = lower > 0
    first = special.ndtr(xp, xp.where(flip, -upper, lower))
    last = special.ndtr(xp, xp.where(flip, -lower, upper))
    share = xp.where(flip, 1 - u, u)
    found = special.ndtri(xp, xp.asarray(first + share * (last - first)))
    found = xp.where(flip, -found, found).astype(u.dtype)
    return xp.clip(found, xp.nextafter(lower, upper), xp.nextafter(upper, lower))


def _truncate_impl(xp: Any) -> Any:
    def call(u: Any, lower: Any, upper: Any) -> Any:
        u, lower, upper = xp.asarray(u), xp.asarray(lower), xp.asarray(upper)
        return _truncate(xp, u, lower, upper)

    return call


_ndtr = elementwise(
    "random_ndtr",
    lambda xp: lambda x: special.ndtr(xp, xp.asarray(x)).astype(xp.asarray(x).dtype),
    lambda ans, x: lambda t: t * (exp(-x * x / 2) * _DENSITY_AT_0),
)
# By the implicit formula, with the densities divided before they can overflow.
_truncated = elementwise(
    "random_truncated_normal",
    _truncate_impl,
    lambda ans, u, lower, upper: (
        lambda t: t * (exp(ans * ans / 2) * (_ndtr(upper) - _ndtr(lower)) / _DENSITY_AT_0)
    ),
    lambda ans, u, lower, upper: lambda t: t * ((1 - u) * exp((ans - lower) * (ans + lower) / 2)),
    lambda ans, u, lower, upper: lambda t: t * (u * exp((ans - upper) * (ans + upper) / 2)),
    domain=((0.1, 0.9), (-2.0, -0.5), (0.5, 2.0)),
)


def truncated_normal(
    key: Any, lower: Any, upper: Any, shape: Shape | None = None, dtype: Any = np.float64
) -> Any:
    """Normal numbers between two bounds, which may be infinite or far out in one tail.

    Args:
        key: one key.
        lower, upper: the bounds, lower < upper; differentiable.
        shape: the shape of the result; None takes that of the bounds.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`, strictly between the bounds.

    Gradient: implicit, dx/dlower = (1 - u) phi(lower) / phi(x); only x and u are saved.

    Example:
        >>> from fzero import random
        >>> bool(abs(truncated_normal(random.key(0), -2, 2, (1000,))).max() < 2)
        True
    """
    check_key("truncated_normal", key)
    found = float_dtype("truncated_normal", dtype)
    low = as_param("truncated_normal", "lower", lower, found)
    high = as_param("truncated_normal", "upper", upper, found)
    shape = joint_shape("truncated_normal", shape, low, high)
    u = draw(key, kind="uniform", shape=shape, dtype=found)
    # The middle of each step, so that no sample is at the end of an infinite interval.
    return _truncated(u + found.type(np.finfo(found).eps / 2), low, high)


def lognormal(
    key: Any, sigma: Any = 1.0, shape: Shape | None = None, dtype: Any = np.float64
) -> Any:
    """Numbers whose logarithm is normal with mean 0: x = exp(sigma z).

    Args:
        key: one key.
        sigma: the standard deviation of the logarithm; differentiable.
        shape: the shape of the result; None takes that of `sigma`.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> lognormal(random.key(0), np.ones(2)).shape
        (2,)
    """
    z, sigma = _with_params("lognormal", "normal", key, shape, dtype, sigma=sigma)
    return exp(z * sigma)


def rayleigh(
    key: Any, scale: Any = 1.0, shape: Shape | None = None, dtype: Any = np.float64
) -> Any:
    """Rayleigh numbers: p(x) = x / s^2 exp(-x^2 / (2 s^2)), x >= 0.

    Args:
        key: one key.
        scale: s > 0; differentiable.
        shape: the shape of the result; None takes that of `scale`.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> rayleigh(random.key(0), np.ones(2)).shape
        (2,)
    """
    e, scale = _with_params("rayleigh", "exponential", key, shape, dtype, scale=scale)
    return sqrt(2 * e) * scale


def weibull_min(
    key: Any, scale: Any, concentration: Any, shape: Shape | None = None, dtype: Any = np.float64
) -> Any:
    """Weibull numbers: P(X > x) = exp(-(x / scale)^concentration), x >= 0.

    Args:
        key: one key.
        scale, concentration: > 0; differentiable.
        shape: the shape of the result; None takes that of the parameters.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> weibull_min(random.key(0), 1.0, np.ones(2)).shape
        (2,)
    """
    check_positive("weibull_min", "concentration", concentration)
    e, scale, c = _with_params(
        "weibull_min", "exponential", key, shape, dtype, scale=scale, concentration=concentration
    )
    return e ** (1 / c) * scale


def pareto(key: Any, b: Any, shape: Shape | None = None, dtype: Any = np.float64) -> Any:
    """Pareto numbers: P(X > x) = x^-b, x >= 1.

    Args:
        key: one key.
        b: the shape parameter, > 0; differentiable.
        shape: the shape of the result; None takes that of `b`.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> bool(pareto(random.key(0), 2.0) >= 1)
        True
    """
    check_positive("pareto", "b", b)
    e, b = _with_params("pareto", "exponential", key, shape, dtype, b=b)
    return exp(e / b)


def triangular(
    key: Any,
    left: Any,
    mode: Any,
    right: Any,
    shape: Shape | None = None,
    dtype: Any = np.float64,
) -> Any:
    """Triangular numbers: a density that rises from `left` to `mode` and falls to `right`.

    Args:
        key: one key.
        left, mode, right: left <= mode <= right, left < right; differentiable.
        shape: the shape of the result; None takes that of the parameters.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> bool(0 <= triangular(random.key(0), 0.0, 0.2, 1.0) <= 1)
        True
    """
    u, left, mode, right = _with_params(
        "triangular", "uniform", key, shape, dtype, left=left, mode=mode, right=right
    )
    width = right - left
    rising = left + sqrt(u * width * (mode - left))
    falling = right - sqrt((1 - u) * width * (right - mode))
    return where(u * width < mode - left, rising, falling)


def double_sided_maxwell(
    key: Any, loc: Any, scale: Any, shape: Shape = (), dtype: Any = np.float64
) -> Any:
    """Maxwell numbers with a random sign, moved and stretched: loc + scale * sign * maxwell.

    Args:
        key: one key.
        loc, scale: differentiable.
        shape: the shape of the result, in front of that of the parameters.
        dtype: float64, float32 or float16.

    Returns:
        An array of `dtype`, of `shape` followed by the shape of the parameters.

    Example:
        >>> from fzero import random
        >>> double_sided_maxwell(random.key(0), 0.0, np.ones(3), (2,)).shape
        (2, 3)
    """
    check_key("double_sided_maxwell", key)
    found = float_dtype("double_sided_maxwell", dtype)
    loc = as_param("double_sided_maxwell", "loc", loc, found)
    scale = as_param("double_sided_maxwell", "scale", scale, found)
    shape = as_shape("double_sided_maxwell", shape)
    shape += joint_shape("double_sided_maxwell", None, loc, scale)
    keys = split(key)
    sign = where(uniform(keys[1], shape, found) < 0.5, found.type(-1), found.type(1))
    return loc + scale * (sign * maxwell(keys[0], shape, found))


def wald(key: Any, mean: Any, shape: Shape | None = None, dtype: Any = np.float64) -> Any:
    """Wald (inverse Gaussian) numbers with scale 1.

    Args:
        key: one key.
        mean: > 0.
        shape: the shape of the result; None takes that of `mean`.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Source: Michael, Schucany, Haas, The American Statistician 30 (1976).

    Raises:
        NotDifferentiableError: a derivative with respect to `mean`; the choice between two roots
            jumps with it.

    Example:
        >>> from fzero import random
        >>> bool(wald(random.key(0), 2.0) > 0)
        True
    """
    check_key("wald", key)
    check_positive("wald", "mean", mean)
    keys = split(key)
    z, mean = _with_params("wald", "normal", keys[0], shape, dtype, mean=mean)
    mean = fixed(mean, label="wald: mean")
    w = mean * z * z
    root = mean * (2 / (2 + w + sqrt(w * (4 + w))))  # the smaller root, without cancellation
    u = draw(keys[1], kind="uniform", shape=shape_of(z), dtype=dtype_of(z))
    return where(u * (mean + root) <= mean, root, mean * mean / root)
