"""Softmax, its logarithm, and the smooth maximum that both divide by."""

from typing import Any

import fzero
import fzero.numpy as fnp
from fzero.dtypes import shape_of
from fzero.fused import Fused
from fzero.ops import reduction

from ..kernels.softmax import LOG_SOFTMAX, SOFTMAX

__all__ = ["log_softmax", "logmeanexp", "logsumexp", "softmax"]

_INF = float("inf")


def logsumexp(
    x: Any, axis: Any = -1, keepdims: bool = False, b: Any = None, where: Any = None
) -> Any:
    """A smooth maximum: logsumexp(x) = log(sum(b * exp(x))), without overflow.

    Args:
        x: any shape.
        axis: the axis or axes to reduce; None for all. (JAX and SciPy have None by default.)
        keepdims: keep the reduced axes with length 1.
        b: factors that broadcast with x, 1 by default.
        where: booleans that broadcast with x; elements where it is False are left out.

    Returns:
        An array of the dtype of x; -inf where nothing is left, NaN where the sum is negative.

    Gradient: softmax(x), with respect to x. An element whose b is 0 takes no part in it.

    Example:
        >>> import numpy as np
        >>> bool(logsumexp(np.array([1000.0, 1000.0])) == 1000 + np.log(2))
        True
    """
    x = fnp.asarray(x)
    if where is not None:
        x = fnp.where(where, x, -_INF)
    if b is None:
        return reduction.logsumexp(x, axis, keepdims)
    x = fnp.where(b == 0, -_INF, x)
    b = b if where is None else fnp.where(where, b, 0)
    top = _finite_max(x, axis)
    total = fnp.sum(b * fnp.exp(x - top), axis=axis, keepdims=True)
    empty = total == 0
    found = fnp.where(empty, -_INF, fnp.log(_without_negative(fnp.where(empty, 1, total)))) + top
    return found if keepdims else fnp.squeeze(found, axis)


def _without_negative(x: Any) -> Any:
    """NaN for negative numbers, so that log need not warn of them."""
    return fnp.where(x < 0, float("nan"), x)


def logmeanexp(x: Any, axis: Any = -1, keepdims: bool = False, where: Any = None) -> Any:
    """The logarithm of a mean: logmeanexp(x) = log(mean(exp(x))), without overflow.

    Args:
        x: any shape.
        axis: the axis or axes to reduce; None for all. (JAX has None by default.)
        keepdims: keep the reduced axes with length 1.
        where: booleans that broadcast with x; elements where it is False are left out.

    Returns:
        An array of the dtype of x; NaN where nothing is left.

    Example:
        >>> import numpy as np
        >>> float(logmeanexp(np.array([1000.0, 1000.0])))
        1000.0
    """
    x = fnp.asarray(x)
    if where is None:
        count = fnp.sum(fnp.ones_like(x), axis=axis, keepdims=keepdims)
    else:
        count = fnp.sum(fnp.where(where, fnp.ones_like(x), 0), axis=axis, keepdims=keepdims)
    some = fnp.where(count == 0, float("nan"), count)
    return logsumexp(x, axis, keepdims, where=where) - fnp.log(some)


def log_softmax(x: Any, axis: Any = -1, where: Any = None) -> Any:
    """Logarithms of probabilities: log_softmax(x) = x - logsumexp(x).

    Args:
        x: logits, any shape.
        axis: the axis or axes along which the probabilities sum to 1.
        where: booleans that broadcast with x; where it is False the probability is 0.

    Returns:
        An array of the shape and dtype of x, -inf where `where` is False.

    Example:
        >>> import numpy as np
        >>> log_softmax(np.array([0.0, 1000.0]))
        array([-1000.,     0.])
    """
    if where is None and _is_last(x, axis):
        return _LOG_SOFTMAX(x)
    return _log_softmax(x, axis, where)


def _log_softmax(x: Any, axis: Any = -1, where: Any = None) -> Any:
    kept = x if where is None else fnp.where(where, x, -_INF)
    # Shifted before, not after: the difference is exact where x itself is large.
    shifted = kept - _finite_max(kept, axis)
    total = fnp.sum(fnp.exp(shifted), axis=axis, keepdims=True)
    if where is None:
        return shifted - fnp.log(total)
    return fnp.where(where, shifted - fnp.log(_at_least_one_term(total)), -_INF)


def softmax(x: Any, axis: Any = -1, where: Any = None) -> Any:
    """Probabilities: softmax(x) = exp(x) / sum(exp(x)), without overflow.

    Args:
        x: logits, any shape.
        axis: the axis or axes along which the probabilities sum to 1.
        where: booleans that broadcast with x; where it is False the probability is 0, and where
            all of a row is False so is the row.

    Returns:
        An array of the shape and dtype of x.

    Example:
        >>> import numpy as np
        >>> softmax(np.array([1000.0, 1000.0]))
        array([0.5, 0.5])
    """
    if where is None and _is_last(x, axis):
        return _SOFTMAX(x)
    return _softmax(x, axis, where)


def _softmax(x: Any, axis: Any = -1, where: Any = None) -> Any:
    kept = x if where is None else fnp.where(where, x, -_INF)
    weights = fnp.exp(kept - _finite_max(kept, axis))
    total = fnp.sum(weights, axis=axis, keepdims=True)
    return weights / (total if where is None else _at_least_one_term(total))


def _is_last(x: Any, axis: Any) -> bool:
    """Whether the axis is the last one of an array, along which there are kernels."""
    ndim = len(shape_of(x))
    return ndim > 0 and isinstance(axis, int) and axis in (-1, ndim - 1)


def _samples(rng: Any) -> list[Any]:
    return [((rng.normal(size=(2, 3, 4)) * 5,), {}), ((rng.normal(size=5),), {})]


def _batch(call: Any, size: int, args: Any, batched: Any, params: Any) -> Any:
    # Rows of one number each are no last axis.
    return None if args[0].ndim < 2 else (call(*args), True)


_SOFTMAX = Fused(
    "softmax", _softmax, {"numpy": SOFTMAX, "cupy": SOFTMAX}, samples=_samples, batch=_batch
)
_LOG_SOFTMAX = Fused(
    "log_softmax",
    _log_softmax,
    {"numpy": LOG_SOFTMAX, "cupy": LOG_SOFTMAX},
    samples=_samples,
    batch=_batch,
)


def _at_least_one_term(total: Any) -> Any:
    """A sum of exponentials, 1 where there was nothing to sum."""
    return fnp.where(total == 0, 1, total)


def _finite_max(x: Any, axis: Any) -> Any:
    """The maximum, 0 where it is infinite; a constant, since any shift gives the same result."""
    top = fnp.max(x, axis=axis, keepdims=True)
    return fzero.stop_gradient(fnp.where(fnp.isfinite(top), top, 0))
