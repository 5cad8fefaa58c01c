"""Powers, roots, exponentials and logarithms."""

from operator import mul
from typing import Any

from ..dtypes import dtype_of, zeros_of
from ..rules import REAL, elementwise
from ..shaping import op
from .arithmetic import POSITIVE, div0, mul0
from .selection import INF, astype_like, where
from .steps import isfinite

__all__ = [
    "LN10",
    "LN2",
    "cbrt",
    "exp",
    "exp2",
    "expm1",
    "float_power",
    "log",
    "log10",
    "log1p",
    "log2",
    "logaddexp",
    "logaddexp2",
    "power",
    "reciprocal",
    "sqrt",
    "square",
]


def _power_base(ans: Any, x: Any, y: Any) -> Any:
    if dtype_of(y).kind == "c":
        return lambda t: t * (y * power(x, y - 1))
    if type(y) not in (int, float):
        if dtype_of(y).kind in "iub":  # y - 1 and 1 - y must neither wrap nor promote
            y = astype_like(y, op("real")(ans))
        # Both sides of the exponent 1 apart, so that 0 is never raised to a negative power.
        high = y >= 1
        root = power(x, where(high, y - 1, 1 - y))
        return lambda t: where(high, mul0(t * y, root), div0(t * y, where(high, 1, root)))
    if y == 2:
        return lambda t: t * (2 * x)
    if y >= 1:
        # A negative number has no power that is not whole: NaN, where a zero `t` stays zero.
        multiply = mul if y % 1 == 0 else mul0
        return lambda t: multiply(t, y * x ** (y - 1))
    if y == 0:
        return zeros_of
    return lambda t: div0(t * y, power(x, 1 - y))


def _power_exponent(ans: Any, x: Any, y: Any) -> Any:
    # At x = 0 the derivative is 0 for y > 0: log is taken of 1 there.
    x = astype_like(x, ans)  # the log of a small integer type or a Python number has another
    return lambda t: mul0(t, ans * log(where(x == 0, 1, x)))


power = elementwise(
    "power",
    lambda xp: xp.power,
    _power_base,
    _power_exponent,
    domain=(POSITIVE, REAL),
    complex=True,
)
float_power = elementwise(
    "float_power",
    lambda xp: xp.float_power,
    _power_base,
    _power_exponent,
    domain=(POSITIVE, REAL),
    complex=True,
)
square = elementwise(
    "square", lambda xp: xp.square, lambda ans, x: lambda t: t * (2 * x), complex=True
)
reciprocal = elementwise(
    "reciprocal",
    lambda xp: xp.reciprocal,
    lambda ans, x: lambda t: -div0(t, x * x),
    domain=POSITIVE,
    complex=True,
)
sqrt = elementwise(
    "sqrt",
    lambda xp: xp.sqrt,
    lambda ans, x: lambda t: div0(t, 2 * ans),
    domain=POSITIVE,
    complex=True,
)
cbrt = elementwise(
    "cbrt", lambda xp: xp.cbrt, lambda ans, x: lambda t: div0(t, 3 * ans * ans), domain=POSITIVE
)


LN2, LN10 = 0.6931471805599453, 2.302585092994046

exp = elementwise("exp", lambda xp: xp.exp, lambda ans, x: lambda t: t * ans, complex=True)
exp2 = elementwise(
    "exp2", lambda xp: xp.exp2, lambda ans, x: lambda t: t * (ans * LN2), complex=True
)
expm1 = elementwise(
    "expm1", lambda xp: xp.expm1, lambda ans, x: lambda t: t * (ans + 1), complex=True
)
log = elementwise(
    "log", lambda xp: xp.log, lambda ans, x: lambda t: div0(t, x), domain=POSITIVE, complex=True
)
log2 = elementwise(
    "log2",
    lambda xp: xp.log2,
    lambda ans, x: lambda t: div0(t, x * LN2),
    domain=POSITIVE,
    complex=True,
)
log10 = elementwise(
    "log10",
    lambda xp: xp.log10,
    lambda ans, x: lambda t: div0(t, x * LN10),
    domain=POSITIVE,
    complex=True,
)
log1p = elementwise(
    "log1p",
    lambda xp: xp.log1p,
    lambda ans, x: lambda t: div0(t, x + 1),
    domain=POSITIVE,
    complex=True,
)


def _share_of_sum(base: Any) -> Any:
    """t -> t * base(x - ans), the share of one term; in an infinite sum finite ones have none."""

    def partial(ans: Any, x: Any) -> Any:
        finite = isfinite(ans)
        gap = astype_like(where((ans == x) & (x > 0), 0.0, -INF), ans)
        return lambda t: t * base(where(finite, x - where(finite, ans, 0), gap))

    return partial


logaddexp = elementwise(
    "logaddexp",
    lambda xp: xp.logaddexp,
    lambda ans, x, y: _share_of_sum(exp)(ans, x),
    lambda ans, x, y: _share_of_sum(exp)(ans, y),
)
logaddexp2 = elementwise(
    "logaddexp2",
    lambda xp: xp.logaddexp2,
    lambda ans, x, y: _share_of_sum(exp2)(ans, x),
    lambda ans, x, y: _share_of_sum(exp2)(ans, y),
)
