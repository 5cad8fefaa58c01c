"""The standard samplers: distributions without parameters, and the uniform one."""

from typing import Any

import numpy as np

from ..ops.elementwise import maximum, sqrt
from ..shaping import op
from .checks import as_shape, check_key, float_dtype, joint_shape, on_host
from .draws import as_param, draw
from .keys import split

__all__ = [
    "cauchy",
    "exponential",
    "gumbel",
    "laplace",
    "logistic",
    "maxwell",
    "normal",
    "uniform",
]

Shape = int | tuple[int, ...]


def _standard(name: str, kind: str, key: Any, shape: Shape, dtype: Any) -> Any:
    check_key(name, key)
    return draw(key, kind=kind, shape=as_shape(name, shape), dtype=float_dtype(name, dtype))


def uniform(
    key: Any, shape: Shape = (), dtype: Any = np.float64, minval: Any = 0.0, maxval: Any = 1.0
) -> Any:
    """Uniform numbers in [minval, maxval), on a grid of 2^52 steps (2^23 in float32).

    Args:
        key: one key.
        shape: the shape of the result; `minval` and `maxval` broadcast to it.
        dtype: float64, float32 or float16.
        minval, maxval: the interval; differentiable.

    Returns:
        An array of `shape` and `dtype`.

    Raises:
        ValueError: ends on the CPU in the wrong order.

    Example:
        >>> from fzero import random
        >>> uniform(random.key(0, "threefry2x32"), (2,), "float32")  # JAX's numbers
        array([0.947667 , 0.9785799], dtype=float32)
    """
    u = _standard("uniform", "uniform", key, shape, dtype)
    if type(minval) in (int, float) and type(maxval) in (int, float):
        if (minval, maxval) == (0, 1):
            return u
    low, high = (
        as_param("uniform", name, x, u.dtype)
        for name, x in (("minval", minval), ("maxval", maxval))
    )
    joint_shape("uniform", u.shape, low, high)
    ends = on_host(low), on_host(high)
    if ends[0] is not None and ends[1] is not None and (ends[0] > ends[1]).any():
        raise ValueError(
            f"random.uniform: minval is {minval} and maxval is {maxval}; expected minval <= "
            "maxval. Exchange them."
        )
    return maximum(low, u * (high - low) + low)


def normal(key: Any, shape: Shape = (), dtype: Any = np.float64) -> Any:
    """Standard normal numbers, by inverting the distribution function.

    x = F^-1(u), with 32 random bits per float32 and 64 per float64; always finite. A complex
    dtype has independent parts of variance 1/2.

    Args:
        key: one key.
        shape: the shape of the result.
        dtype: float64, float32, float16, complex128 or complex64.

    Returns:
        An array of `shape` and `dtype`.

    Source: Wichura, Algorithm AS 241, Applied Statistics 37 (1988).

    Example:
        >>> from fzero import random
        >>> bool(abs(normal(random.key(0), (10_000,)).mean()) < 0.03)
        True
    """
    if np.dtype(dtype).kind != "c":
        return _standard("normal", "normal", key, shape, dtype)
    check_key("normal", key)
    part = np.finfo(dtype).dtype
    keys = split(key)
    real, imag = (_standard("normal", "normal", keys[i], shape, part) for i in (0, 1))
    return op("astype")((real + 1j * imag) / part.type(2**0.5), dtype=np.dtype(dtype))


def exponential(key: Any, shape: Shape = (), dtype: Any = np.float64) -> Any:
    """Exponential numbers of rate 1: p(x) = exp(-x), x >= 0.

    Args:
        key: one key.
        shape: the shape of the result.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> exponential(random.key(0), (2,)).shape
        (2,)
    """
    return _standard("exponential", "exponential", key, shape, dtype)


def gumbel(key: Any, shape: Shape = (), dtype: Any = np.float64) -> Any:
    """Gumbel numbers: P(X < x) = exp(-exp(-x)).

    Args:
        key: one key.
        shape: the shape of the result.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> gumbel(random.key(0), (2,)).shape
        (2,)
    """
    return _standard("gumbel", "gumbel", key, shape, dtype)


def laplace(key: Any, shape: Shape = (), dtype: Any = np.float64) -> Any:
    """Laplace numbers: p(x) = exp(-|x|) / 2.

    Args:
        key: one key.
        shape: the shape of the result.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> laplace(random.key(0), (2,)).shape
        (2,)
    """
    return _standard("laplace", "laplace", key, shape, dtype)


def logistic(key: Any, shape: Shape = (), dtype: Any = np.float64) -> Any:
    """Logistic numbers: P(X < x) = 1 / (1 + exp(-x)).

    Args:
        key: one key.
        shape: the shape of the result.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> logistic(random.key(0), (2,)).shape
        (2,)
    """
    return _standard("logistic", "logistic", key, shape, dtype)


def cauchy(key: Any, shape: Shape = (), dtype: Any = np.float64) -> Any:
    """Cauchy numbers: p(x) = 1 / (pi (1 + x^2)).

    Args:
        key: one key.
        shape: the shape of the result.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> cauchy(random.key(0), (2,)).shape
        (2,)
    """
    return _standard("cauchy", "cauchy", key, shape, dtype)


def maxwell(key: Any, shape: Shape = (), dtype: Any = np.float64) -> Any:
    """Maxwell numbers: the length of a normal vector of three dimensions.

    Args:
        key: one key.
        shape: the shape of the result.
        dtype: float64, float32 or float16.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> maxwell(random.key(0), (2,)).shape
        (2,)
    """
    check_key("maxwell", key)
    z = normal(key, (*as_shape("maxwell", shape), 3), dtype)
    return sqrt(op("sum")(z * z, axis=(-1,), keepdims=False))
