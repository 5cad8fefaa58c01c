"""The gamma family: gamma, loggamma, beta, dirichlet, chisquare, t and f.

All are made from logarithms of gamma numbers, which do not underflow for small parameters. The
derivative with respect to the shape parameter is the implicit one, at every order.
"""

import math
from functools import partial
from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops.elementwise import exp, expm1, log, logaddexp, minimum, sqrt
from ..rules import elementwise, nondiff
from ..shaping import op
from . import special
from .checks import as_shape, check_key, check_positive, float_dtype, joint_shape
from .draws import as_param, draw, rejection, spread, unit
from .generators import child_keys
from .keys import sample_keys, split, stacked

__all__ = ["beta", "chisquare", "dirichlet", "f", "gamma", "loggamma", "t"]

Shape = int | tuple[int, ...]

# ------------------------------------------------------------------------------- the sampler


def _loggamma_impl(xp: Any, key: Any, a: Any) -> Any:
    """Marsaglia and Tsang's method, ACM Transactions on Mathematical Software 26 (2000).

    Below 1, gamma(a) = gamma(a + 1) U^(1/a): a sum in logarithms.
    """
    a = xp.asarray(a)
    n = math.prod(a.shape[key.ndim - 1 :])
    keys = child_keys(xp, key, 2)
    flat = a.reshape(-1)
    small = flat < 1
    d = xp.where(small, flat + 1, flat) - flat.dtype.type(1 / 3)
    c = 1 / (3 * xp.sqrt(d))

    def propose(index: Any, u: Any, v: Any) -> tuple[Any, Any]:
        x = special.normal_of_unit(xp, u)
        root = 1 + c[index] * x
        cube = root * root * root
        log_cube = xp.log(xp.where(cube > 0, cube, 1))
        bound = 0.5 * x * x + d[index] * (1 - cube + log_cube)
        return xp.log(d[index]) + log_cube, (cube > 0) & (xp.log1p(-v) < bound)

    found = rejection(xp, keys[..., 0, :], n, flat.dtype, propose)
    e = -xp.log1p(-unit(xp, keys[..., 1, :], n, flat.dtype)).reshape(-1)
    return (found - xp.where(small, e / flat, 0)).reshape(a.shape)


_loggamma = nondiff(
    "random_loggamma",
    lambda xp: partial(_loggamma_impl, xp),
    batch=stacked("random_loggamma"),
    samples=lambda rng: [
        ((k, rng.uniform(0.3, 3.0, (*k.shape[:-1], 4))), {}) for k in sample_keys(rng)
    ],
)

# ---------------------------------------------------------------------------- its derivative


def _digamma(a: Any) -> Any:
    """d log Gamma(a) / da for a > 0: the asymptotic series at a + 8."""
    z = a + 8
    w = 1 / (z * z)
    series = w * (1 / 12 - w * (1 / 120 - w * (1 / 252 - w * (1 / 240 - w / 132))))
    total = log(z) - 0.5 / z - series
    for i in range(8):
        total = total - 1 / (a + i)
    return total


def _step_impl(xp: Any) -> Any:
    def step(y: Any, a: Any) -> Any:
        """The scale of the integrand of `_slope`, with the sign of the tail to integrate."""
        x = xp.exp(y)
        scale = 1 / (abs(x - a) + xp.minimum(x, xp.sqrt(x)) + xp.finfo(x.dtype).tiny)
        return xp.where(x > a, scale, -scale)

    return step


_step = nondiff(
    "random_gamma_step",
    _step_impl,
    samples=lambda rng: [((rng.normal(size=s), rng.uniform(0.3, 3.0, s)), {}) for s in [(3,), ()]],
)


def _nodes() -> list[tuple[float, float]]:
    """Double-exponential nodes and weights for an integral over (0, inf) of exponential decay."""
    grid = [-3.5 + 0.1 * i for i in range(75)]
    points = [math.exp(u - math.exp(-u)) for u in grid]
    return [(s, 0.1 * s * (1 + math.exp(-u))) for u, s in zip(grid, points, strict=True)]


_NODES = _nodes()


def _slope(y: Any, a: Any) -> Any:
    r"""dy/da at fixed probability, for y = log x and x ~ gamma(a).

    dx/da = -(dF/da) / p(x) and dF/da = int_0^x p(t) (log t - digamma(a)) dt, or minus the
    integral over the other tail, whichever is the smaller; t = x exp(d) makes it
    dy/da = +-int exp(a d - x (exp(d) - 1)) (y - digamma(a) + d) dd.
    """
    x, centred, step = exp(y), y - _digamma(a), _step(y, a)
    total = 0.0
    for point, weight in _NODES:
        d = minimum(step * point, 80.0)  # where the integrand is 0 already, and expm1 finite
        total = total + weight * exp(a * d - x * expm1(d)) * (centred + d)
    return total * step


# `y` itself, as a function of the parameter that it was drawn with.
_implicit = elementwise(
    "random_implicit_gamma",
    lambda xp: lambda y, a: y,
    None,
    lambda ans, y, a: lambda g: g * _slope(ans, a),
    samples=lambda rng: [],
)

# ------------------------------------------------------------------------------ the functions


def _log_samples(name: str, argument: str, key: Any, a: Any, shape: Any, dtype: np.dtype) -> Any:
    check_positive(name, argument, a)
    a = as_param(name, argument, a, dtype)
    a = spread(a, joint_shape(name, shape, a), key)
    return _implicit(_loggamma(key, a), a)


def loggamma(key: Any, a: Any, shape: Shape | None = None, dtype: Any = np.float64) -> Any:
    """Logarithms of gamma numbers, finite where the numbers themselves would be 0.

    Args:
        key: one key.
        a: the shape parameter, > 0; differentiable.
        shape: the shape of the result; None takes that of `a`.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> bool(np.isfinite(loggamma(random.key(0), 1e-5)))
        True
    """
    check_key("loggamma", key)
    return _log_samples("loggamma", "a", key, a, shape, float_dtype("loggamma", dtype))


def gamma(key: Any, a: Any, shape: Shape | None = None, dtype: Any = np.float64) -> Any:
    """Gamma numbers of rate 1: p(x) = x^(a-1) exp(-x) / Gamma(a).

    Args:
        key: one key.
        a: the shape parameter, > 0; differentiable.
        shape: the shape of the result; None takes that of `a`.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Gradient: implicit, dx/da = -(dF/da) / p(x), by quadrature to 1e-8 in float64.

    Source: Marsaglia, Tsang, ACM TOMS 26 (2000); Figurnov, Mohamed, Mnih, Implicit
        Reparameterization Gradients, NeurIPS 2018.

    Example:
        >>> from fzero import random
        >>> bool(abs(gamma(random.key(0), 3.0, (10_000,)).mean() - 3) < 0.1)
        True
    """
    check_key("gamma", key)
    return exp(_log_samples("gamma", "a", key, a, shape, float_dtype("gamma", dtype)))


def beta(key: Any, a: Any, b: Any, shape: Shape | None = None, dtype: Any = np.float64) -> Any:
    """Beta numbers: p(x) ~ x^(a-1) (1-x)^(b-1), 0 <= x <= 1.

    Args:
        key: one key.
        a, b: > 0; differentiable.
        shape: the shape of the result; None takes that of the parameters.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> bool(0 <= beta(random.key(0), 0.5, 0.5) <= 1)
        True
    """
    check_key("beta", key)
    found, keys = float_dtype("beta", dtype), split(key)
    shape = joint_shape("beta", shape, coerce(a), coerce(b))
    log_a = _log_samples("beta", "a", keys[0], a, shape, found)
    log_b = _log_samples("beta", "b", keys[1], b, shape, found)
    return exp(log_a - logaddexp(log_a, log_b))


def dirichlet(key: Any, alpha: Any, shape: Shape | None = None, dtype: Any = np.float64) -> Any:
    """Dirichlet vectors: nonnegative, of sum 1 along the last axis, p(x) ~ prod x_i^(alpha_i - 1).

    Args:
        key: one key.
        alpha: the concentrations, > 0, of shape (..., K); differentiable.
        shape: the shape of the result without its last axis; None takes that of `alpha`.
        dtype: float64, float32 or float16.

    Returns:
        An array of shape (*shape, K) and of `dtype`.

    Example:
        >>> from fzero import random
        >>> float(dirichlet(random.key(0), np.ones(3)).sum().round(9))
        1.0
    """
    check_key("dirichlet", key)
    alpha = coerce(alpha)
    if shape_of(alpha) == ():
        raise ValueError(
            "random.dirichlet: alpha is one number; expected a vector of concentrations. "
            "For two outcomes use random.beta."
        )
    if shape is not None:
        shape = (*as_shape("dirichlet", shape), shape_of(alpha)[-1])
    y = _log_samples("dirichlet", "alpha", key, alpha, shape, float_dtype("dirichlet", dtype))
    e = exp(y - op("max")(op("detach")(y), axis=(-1,), keepdims=True))
    return e / op("sum")(e, axis=(-1,), keepdims=True)


def chisquare(key: Any, df: Any, shape: Shape | None = None, dtype: Any = np.float64) -> Any:
    """Chi-square numbers: sums of the squares of `df` standard normals.

    Args:
        key: one key.
        df: degrees of freedom, > 0; differentiable.
        shape: the shape of the result; None takes that of `df`.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> bool(chisquare(random.key(0), 3.0) > 0)
        True
    """
    check_key("chisquare", key)
    found = float_dtype("chisquare", dtype)
    df = as_param("chisquare", "df", df, found)
    return 2 * exp(_log_samples("chisquare", "df", key, df / 2, shape, found))


def t(key: Any, df: Any, shape: Shape | None = None, dtype: Any = np.float64) -> Any:
    """Student's t numbers: z / sqrt(chisquare(df) / df).

    Args:
        key: one key.
        df: degrees of freedom, > 0; differentiable.
        shape: the shape of the result; None takes that of `df`.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> t(random.key(0), 3.0, (2,)).shape
        (2,)
    """
    check_key("t", key)
    found, keys = float_dtype("t", dtype), split(key)
    half = as_param("t", "df", df, found) / 2
    y = _log_samples("t", "df", keys[1], half, shape, found)
    z = draw(keys[0], kind="normal", shape=shape_of(y), dtype=dtype_of(y))
    return z * sqrt(half) * exp(-y / 2)


def f(key: Any, dfnum: Any, dfden: Any, shape: Shape | None = None, dtype: Any = np.float64) -> Any:
    """F numbers: (chisquare(dfnum) / dfnum) / (chisquare(dfden) / dfden).

    Args:
        key: one key.
        dfnum, dfden: degrees of freedom, > 0; differentiable.
        shape: the shape of the result; None takes that of the parameters.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> bool(f(random.key(0), 3.0, 4.0) > 0)
        True
    """
    check_key("f", key)
    found, keys = float_dtype("f", dtype), split(key)
    num, den = as_param("f", "dfnum", dfnum, found), as_param("f", "dfden", dfden, found)
    shape = joint_shape("f", shape, num, den)
    above = _log_samples("f", "dfnum", keys[0], num / 2, shape, found)
    below = _log_samples("f", "dfden", keys[1], den / 2, shape, found)
    return exp(above - below) * (den / num)
