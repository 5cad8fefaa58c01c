"""Attention: averages of values, weighted by how well their keys fit a query."""

import math
from numbers import Real
from typing import Any

import fzero
import fzero.numpy as fnp
from fzero.dtypes import dtype_of

from .dropout import dropout
from .floats import floats, like, wide
from .softmax import softmax

__all__ = ["dot_product_attention"]


def dot_product_attention(
    q: Any,
    k: Any,
    v: Any,
    bias: Any = None,
    mask: Any = None,
    *,
    is_causal: bool = False,
    scale: Any = None,
    rate: Any = 0.0,
    key: Any = None,
) -> Any:
    """Attention of each head: y = softmax(scale * q k^T + bias) v, the softmax over S.

    Axes as in JAX: T queries and S keys, N heads of H features.

    Args:
        q: queries, shape (..., T, N, H).
        k: keys, shape (..., S, K, H). K divides N: each N / K neighbouring heads share one.
        v: values, shape (..., S, K, V).
        bias: what is added to the scaled products; broadcasts to (..., N, T, S).
        mask: booleans that broadcast to (..., N, T, S); where it is False nothing is attended to.
        is_causal: whether query t attends to the keys 0 ... t only.
        scale: 1 / sqrt(H) by default.
        rate: the probability with which `dropout` zeroes a weight.
        key: a key of `fzero.random`, for a rate other than 0.

    Returns:
        y, shape (..., T, N, V), of the dtype of q. A query that attends to nothing gives zeros.

    Raises:
        TypeError: q, k or v is not of floats; the mask is not of booleans, or the bias is.
        ValueError: shapes that do not fit; a rate without a key.

    Gradient: zero from a query that attends to nothing.
    Cost: weights of shape (..., N, T, S), in float32 where q is float16.

    Source: Vaswani et al., arXiv:1706.03762; for K < N, Ainslie et al., arXiv:2305.13245.

    Example:
        >>> import numpy as np
        >>> q, k, v = np.zeros((1, 1, 2)), np.zeros((2, 1, 2)), np.array([[[3.0]], [[1.0]]])
        >>> dot_product_attention(q, k, v)
        array([[[2.]]])
    """
    q, k, v = (
        floats("dot_product_attention", a, name) for a, name in zip((q, k, v), "qkv", strict=True)
    )
    _check_shapes(q, k, v)
    _check_booleans(bias, mask)
    drops = not (isinstance(rate, Real) and rate == 0)
    if drops and key is None:
        raise ValueError(
            f"dot_product_attention: key is None with rate {rate}; expected a key, since dropout "
            "draws numbers. Pass key=random.fold_in(key, step), or leave rate out."
        )
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    products = (_heads_first(q) * scale) @ fnp.swapaxes(_shared(k, q), -1, -2)
    products = products if bias is None else products + bias
    weights = softmax(products, where=_allowed(products, mask, is_causal))
    if drops:
        weights = dropout(key, weights, rate)
    return like(fnp.swapaxes(weights @ _shared(v, q), -3, -2), q)


def _heads_first(x: Any) -> Any:
    """(..., T, N, H) as (..., N, T, H), so that each head is a matrix."""
    return fnp.swapaxes(wide(x), -3, -2)


def _shared(x: Any, q: Any) -> Any:
    """Keys or values for each head of the queries."""
    times = q.shape[-2] // x.shape[-2]
    return _heads_first(x) if times == 1 else fnp.repeat(_heads_first(x), times, axis=-3)


def _allowed(products: Any, mask: Any, is_causal: bool) -> Any:
    """Which keys each query may attend to, None for all."""
    if not is_causal:
        return mask
    xp = fzero.array_namespace(products)
    queries, keys = products.shape[-2:]
    past = xp.arange(queries)[:, None] >= xp.arange(keys)
    return past if mask is None else mask & past


def _check_booleans(bias: Any, mask: Any) -> None:
    """Each would be taken in the place of the other, and give other numbers."""
    kinds = {n: dtype_of(a) for n, a in {"bias": bias, "mask": mask}.items() if a is not None}
    if wrong := {n: str(d) for n, d in kinds.items() if (d.kind == "b") != (n == "mask")}:
        raise TypeError(
            f"dot_product_attention: bias or mask is of {wrong}; expected numbers to add as the "
            "bias, booleans as the mask. Pass them by name, and a mask of numbers as mask != 0."
        )


def _check_shapes(q: Any, k: Any, v: Any) -> None:
    shapes = q.shape, k.shape, v.shape
    if min(map(len, shapes)) >= 3:
        same = k.shape[-3:-1] == v.shape[-3:-1] and q.shape[-1] == k.shape[-1]
        if same and k.shape[-2] and q.shape[-2] % k.shape[-2] == 0:
            return
    raise ValueError(
        f"dot_product_attention: q, k and v are of shapes {shapes}; expected (..., T, N, H), "
        "(..., S, K, H) and (..., S, K, V) with K a divisor of N. For one head insert an axis, as "
        "in q[..., None, :]."
    )
