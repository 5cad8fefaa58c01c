"""Discrete samplers. Their samples are steps in the parameters: a derivative asked of one raises.

Integers are int64 unless `dtype` says otherwise. Counts are drawn in float64 inside.
"""

import math
from functools import partial
from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, is_inexact, shape_of
from ..ops.elementwise import floor, log1p
from ..ops.reduction import argmax
from ..rules import nondiff
from ..shaping import axis_of, op
from .checks import as_shape, check_fraction, check_key, joint_shape, on_host
from .draws import as_param, fixed, spread
from .generators import child_keys, raw_bits
from .keys import sample_keys, stacked
from .standard import exponential, gumbel, uniform

__all__ = ["bernoulli", "categorical", "geometric", "rademacher", "randint"]

Shape = int | tuple[int, ...]
_FLOAT = np.dtype(np.float64)


def integer_dtype(name: str, dtype: Any) -> np.dtype:
    """`dtype` if it is an integer dtype."""
    found = np.dtype(dtype)
    if found.kind not in "iu":
        raise TypeError(
            f"random.{name}: dtype is {found}; expected an integer dtype. Leave it out for int64."
        )
    return found


def probability(name: str, argument: str, p: Any) -> Any:
    """A checked probability, float32 if it is given so, that is not to be differentiated."""
    check_fraction(name, argument, p)
    p = coerce(p)
    dtype = np.dtype(dtype_of(p) if is_inexact(p) else _FLOAT)
    return fixed(as_param(name, argument, p, dtype), label=f"{name}: {argument}")


def bernoulli(key: Any, p: Any = 0.5, shape: Shape | None = None) -> Any:
    """Booleans that are True with probability `p`.

    Args:
        key: one key.
        p: 0 <= p <= 1; a float32 array is compared with float32 uniforms.
        shape: the shape of the result; None takes that of `p`.

    Returns:
        A bool array of `shape`.

    Raises:
        NotDifferentiableError: a derivative with respect to `p`.

    Example:
        >>> from fzero import random
        >>> bernoulli(random.key(0), 1.0, (3,))
        array([ True,  True,  True])
    """
    check_key("bernoulli", key)
    p = probability("bernoulli", "p", p)
    return uniform(key, joint_shape("bernoulli", shape, p), dtype_of(p)) < p


def rademacher(key: Any, shape: Shape = (), dtype: Any = np.int64) -> Any:
    """-1 or 1 with equal probability.

    Args:
        key: one key.
        shape: the shape of the result.
        dtype: any real dtype that has -1.

    Returns:
        An array of `shape` and `dtype`.

    Example:
        >>> from fzero import random
        >>> sorted(set(rademacher(random.key(0), (100,)).tolist()))
        [-1, 1]
    """
    check_key("rademacher", key)
    heads = bernoulli(key, 0.5, as_shape("rademacher", shape))
    return op("astype")(heads, dtype=np.dtype(dtype)) * 2 - 1


def categorical(key: Any, logits: Any, axis: int = -1, shape: Shape | None = None) -> Any:
    """Classes drawn with probabilities softmax(logits), by the Gumbel maximum.

    Args:
        key: one key.
        logits: log probabilities up to a constant per row; -inf excludes a class.
        axis: the axis of the classes.
        shape: the shape of the result, which must end like that of `logits` without `axis`;
            None takes just that.

    Returns:
        int64 of `shape`.

    Raises:
        NotDifferentiableError: a derivative with respect to `logits`.

    Example:
        >>> from fzero import random
        >>> int(categorical(random.key(0), np.log([0.0001, 0.9998, 0.0001])))
        1
    """
    check_key("categorical", key)
    logits = coerce(logits)
    if shape_of(logits) == ():
        raise ValueError(
            "random.categorical: logits is one number; expected one per class along an axis. "
            "For two classes use random.bernoulli."
        )
    dtype = np.dtype(dtype_of(logits) if is_inexact(logits) else _FLOAT)
    logits = fixed(as_param("categorical", "logits", logits, dtype), label="categorical: logits")
    axis = axis_of(logits.ndim, axis)
    rows = tuple(n for i, n in enumerate(logits.shape) if i != axis)
    shape = rows if shape is None else as_shape("categorical", shape)
    lead = shape[: max(0, len(shape) - len(rows))]
    if shape[len(lead) :] != rows:
        raise ValueError(
            f"random.categorical: shape is {shape}; expected one that ends in {rows}, the shape "
            "of logits without their axis. Put the number of draws in front."
        )
    noise = gumbel(key, lead + logits.shape, dtype)
    return argmax(noise + logits, axis=axis + len(lead))


# --------------------------------------------------------------------------------- integers


def _randint_impl(
    xp: Any, key: Any, low: Any, high: Any, *, shape: tuple[int, ...], dtype: np.dtype
) -> Any:
    """JAX's method: two words per number, reduced modulo the span."""
    width = max(32, 8 * dtype.itemsize)
    unsigned, n = np.dtype(f"uint{width}"), math.prod(shape)
    keys = child_keys(xp, key, 2)
    upper, lower = (raw_bits(xp, keys[..., i, :], n, width) for i in (0, 1))
    low = xp.asarray(low).astype(unsigned).reshape(upper.shape)
    # The span of a full range is 2^width, which wraps to 0: then every word is an offset.
    span = xp.asarray(high).astype(unsigned).reshape(upper.shape) - low
    some = xp.maximum(span, 1)
    half = unsigned.type(1 << width // 2) % some
    multiplier = half * half % some
    offset = (upper % some * multiplier + lower % some) % some
    found = low + xp.where(span == 0, lower, offset).astype(unsigned)
    return found.astype(dtype).reshape((*key.shape[:-1], *shape))


_randint = nondiff(
    "random_randint",
    lambda xp: partial(_randint_impl, xp),
    batch=stacked("random_randint"),
    samples=lambda rng: [
        (
            (k, rng.integers(-9, 0, (*k.shape[:-1], 4)), rng.integers(1, 9, (*k.shape[:-1], 4))),
            {"shape": (4,), "dtype": np.dtype(np.int64)},
        )
        for k in sample_keys(rng)
    ],
)


def _bound(argument: str, x: Any, dtype: np.dtype) -> Any:
    x = coerce(x)
    if dtype_of(x).kind not in "iu":
        raise TypeError(
            f"random.randint: {argument} is {dtype_of(x)}; expected integers. "
            "For real numbers use random.uniform."
        )
    values, limits = on_host(x), np.iinfo(dtype)
    top = limits.max + (argument == "maxval")
    if (
        values is not None
        and values.size
        and not (limits.min <= int(values.min()) and int(values.max()) <= top)
    ):
        raise ValueError(
            f"random.randint: {argument} is {int(values.min())} to {int(values.max())}; expected "
            f"the range of {dtype}, {limits.min} to {top}. Choose a wider dtype."
        )
    return x


def randint(key: Any, shape: Shape, minval: Any, maxval: Any, dtype: Any = np.int64) -> Any:
    """Uniform integers in [minval, maxval).

    Args:
        key: one key.
        shape: the shape of the result; the bounds broadcast to it.
        minval, maxval: integers, minval < maxval <= the largest of `dtype` plus 1.
        dtype: an integer dtype.

    Returns:
        An array of `shape` and `dtype`.

    Raises:
        ValueError: minval >= maxval, or a bound that `dtype` cannot hold.

    Example:
        >>> from fzero import random
        >>> set(randint(random.key(0), (100,), 0, 3).tolist())
        {0, 1, 2}
    """
    check_key("randint", key)
    found = integer_dtype("randint", dtype)
    low, high = _bound("minval", minval, found), _bound("maxval", maxval, found)
    shape = as_shape("randint", shape)
    joint_shape("randint", shape, low, high)
    first, last = on_host(low), on_host(high)
    if first is not None and last is not None and np.any(first >= last):
        raise ValueError(
            f"random.randint: minval is {minval} and maxval is {maxval}; expected "
            "minval < maxval. The upper bound is not among the results: add 1 to include it."
        )
    return _randint(
        key, spread(low, shape, key), spread(high, shape, key), shape=shape, dtype=found
    )


def geometric(key: Any, p: Any, shape: Shape | None = None, dtype: Any = np.int64) -> Any:
    """The number of trials until the first success: P(k) = (1-p)^(k-1) p, k >= 1.

    Args:
        key: one key.
        p: 0 < p <= 1.
        shape: the shape of the result; None takes that of `p`.
        dtype: an integer dtype.

    Returns:
        An array of `shape` and `dtype`.

    Raises:
        NotDifferentiableError: a derivative with respect to `p`.

    Example:
        >>> from fzero import random
        >>> int(geometric(random.key(0), 0.999999999))
        1
    """
    check_key("geometric", key)
    check_fraction("geometric", "p", p)
    p = fixed(as_param("geometric", "p", p, _FLOAT), label="geometric: p")
    e = exponential(key, joint_shape("geometric", shape, p))
    tiny = np.finfo(float).tiny
    trials = floor(e / -log1p(-op("minimum")(op("maximum")(p, tiny), 1 - 2**-53))) + 1
    return op("astype")(trials, dtype=integer_dtype("geometric", dtype))
