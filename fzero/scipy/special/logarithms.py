"""Sums, products and ratios of exponentials and logarithms, without overflow."""

from typing import Any

import fzero.numpy as fnp

from ...custom import stop_gradient
from ...ops.special import logistic, softplus
from .precision import promoted

__all__ = [
    "entr", "expit", "kl_div", "log_expit", "log_softmax", "logit", "logsumexp", "rel_entr",
    "softmax", "xlog1py", "xlogy",
]  # fmt: skip

_INF, _NAN = float("inf"), float("nan")


def _finite_max(x: Any, axis: Any) -> Any:
    """The maximum, 0 where it is infinite; a constant, since any shift gives the same result."""
    top = fnp.max(x, axis=axis, keepdims=True)
    return stop_gradient(fnp.where(fnp.isfinite(top), top, 0))


def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """A smooth maximum: log(sum(b * exp(a))), without overflow.

    Args:
        a: any shape.
        axis: the axis or axes to reduce; None for all.
        b: real factors that broadcast with a; elements whose b is 0 take no part.
        keepdims: keep the reduced axes with length 1.
        return_sign: give the logarithm of the sum's size, and its sign.

    Returns:
        The logarithm, -inf for an empty sum; NaN for a negative one, unless `return_sign`, which
        makes it the pair (logarithm, sign).

    Gradient: b * exp(a - logsumexp) with respect to a.

    Example:
        >>> import numpy as np
        >>> bool(logsumexp(np.array([1000.0, 1000.0])) == 1000 + np.log(2))
        True
    """
    (a,) = promoted(a)
    if b is not None:
        a = fnp.where(fnp.equal(b, 0), -_INF, a)
    top = _finite_max(a, axis)
    terms = fnp.exp(a - top)
    total = fnp.sum(terms if b is None else b * terms, axis=axis, keepdims=True)
    sign = fnp.sign(total)
    size = abs(total) if return_sign else fnp.where(total < 0, _NAN, total)
    found = fnp.where(size == 0, -_INF, fnp.log(fnp.where(size == 0, 1, size))) + top
    if not keepdims:
        found, sign = fnp.squeeze(found, axis), fnp.squeeze(sign, axis)
    return (found, sign) if return_sign else found


def softmax(x: Any, axis: Any = None) -> Any:
    """Probabilities: exp(x) / sum(exp(x)), without overflow; `axis` None sums over all.

    Example:
        >>> import numpy as np
        >>> softmax(np.array([1000.0, 1000.0]))
        array([0.5, 0.5])
    """
    weights = fnp.exp(x - _finite_max(x, axis))
    return weights / fnp.sum(weights, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """The logarithm of `softmax`: x - logsumexp(x), exact also where x is large.

    Example:
        >>> import numpy as np
        >>> log_softmax(np.array([0.0, 1000.0]))
        array([-1000.,     0.])
    """
    shifted = x - _finite_max(x, axis)
    return shifted - fnp.log(fnp.sum(fnp.exp(shifted), axis=axis, keepdims=True))


def expit(x: Any) -> Any:
    """The logistic function: 1 / (1 + exp(-x)).

    Example:
        >>> float(expit(0.0))
        0.5
    """
    return logistic(*promoted(x))


def log_expit(x: Any) -> Any:
    """The logarithm of `expit`: -log(1 + exp(-x)), without overflow.

    Example:
        >>> float(log_expit(-1000.0))
        -1000.0
    """
    (x,) = promoted(x)
    return -softplus(-x)


def logit(p: Any) -> Any:
    """The inverse of `expit`: log(p / (1 - p)), for p in [0, 1]; NaN outside.

    Example:
        >>> float(logit(0.5))
        0.0
    """
    (p,) = promoted(p)
    inside = (p > 0) & (p < 1)
    q = fnp.where(inside, p, 0.5)
    near = abs(q - 0.5) < 0.25
    middle = fnp.where(near, q, 0.5)  # where the two logarithms of the other form cancel
    middle = fnp.log1p((2 * middle - 1) / (1 - middle))
    found = fnp.where(near, middle, fnp.log(q) - fnp.log1p(-q))
    outside = fnp.where(p == 0, -_INF, fnp.where(p == 1, _INF, fnp.full_like(p, _NAN)))
    return fnp.where(inside, found, outside)


def xlogy(x: Any, y: Any) -> Any:
    """x log(y), and 0 where x is 0 and y is a number.

    Gradient: 0 with respect to y where x is 0; log(y) with respect to x.

    Example:
        >>> float(xlogy(0.0, 0.0))
        0.0
    """
    x, y = promoted(x, y)
    inside = y > 0
    outside = fnp.where(
        (x == 0) & ~fnp.isnan(y), 0.0, fnp.where(y == 0, -_INF, fnp.full_like(y, _NAN))
    )
    return x * fnp.where(inside, fnp.log(fnp.where(inside, y, 1.0)), outside)


def xlog1py(x: Any, y: Any) -> Any:
    """x log(1 + y), and 0 where x is 0 and y is a number.

    Example:
        >>> float(xlog1py(0.0, -1.0))
        0.0
    """
    x, y = promoted(x, y)
    inside = y > -1
    outside = fnp.where(
        (x == 0) & ~fnp.isnan(y), 0.0, fnp.where(y == -1, -_INF, fnp.full_like(y, _NAN))
    )
    return x * fnp.where(inside, fnp.log1p(fnp.where(inside, y, 0.0)), outside)


def entr(x: Any) -> Any:
    """A term of an entropy: -x log(x), 0 at 0 and -inf below.

    Example:
        >>> float(entr(0.0))
        0.0
    """
    (x,) = promoted(x)
    positive = x > 0
    y = fnp.where(positive, x, 1.0)
    return fnp.where(positive, -y * fnp.log(y), fnp.where(x < 0, -_INF, 0 * x))


def rel_entr(x: Any, y: Any) -> Any:
    """A term of a relative entropy: x log(x / y) for positive x and y, 0 for x = 0 and y >= 0.

    Elsewhere inf.

    Example:
        >>> float(rel_entr(0.0, 1.0))
        0.0
    """
    x, y = promoted(x, y)
    both = (x > 0) & (y > 0)
    u, v = fnp.where(both, x, 1.0), fnp.where(both, y, 1.0)
    beyond = fnp.where((x == 0) & (y >= 0), 0.0, fnp.full_like(x, _INF))
    beyond = fnp.where(fnp.isnan(x) | fnp.isnan(y), _NAN, beyond)
    return fnp.where(both, u * (fnp.log(u) - fnp.log(v)), beyond)


def kl_div(x: Any, y: Any) -> Any:
    """A term of a divergence: x log(x / y) - x + y, nonnegative; inf outside x, y >= 0.

    Example:
        >>> float(kl_div(2.0, 2.0))
        0.0
    """
    return rel_entr(x, y) - x + y
