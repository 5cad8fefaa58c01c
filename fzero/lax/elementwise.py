"""Functions of each element, under the names of jax.lax, and choosing between arrays.

Operands broadcast and are promoted as in NumPy, where JAX wants equal shapes and dtypes.
"""

import operator
from typing import Any

import numpy as np

from .. import numpy as fnp
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..forward import jvp
from ..ops.elementwise import clip
from ..ops.special import erf, erfc, logistic
from ..scipy import special
from ..scipy.special import digamma, erfinv, gammaln, i0e, i1e, zeta

__all__ = [
    "abs", "acos", "acosh", "add", "asin", "asinh", "atan", "atan2", "atanh", "bessel_i0e",
    "bessel_i1e", "betainc", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "cbrt",
    "ceil", "clamp", "complex", "conj", "convert_element_type", "cos", "cosh", "digamma", "div",
    "eq", "erf", "erf_inv", "erfc", "exp", "exp2", "expm1", "floor", "ge", "gt", "igamma",
    "igammac", "imag", "integer_pow", "is_finite", "le", "lgamma", "log", "log1p", "logistic",
    "lt", "max", "min", "mul", "ne", "neg", "polygamma", "pow", "random_gamma_grad", "real",
    "reciprocal", "rem", "rsqrt", "select", "select_n", "sign", "sin", "sinh", "sqrt", "square",
    "sub", "tan", "tanh", "zeta",
]  # fmt: skip

acos, acosh, asin, asinh = fnp.acos, fnp.acosh, fnp.asin, fnp.asinh
atan, atan2, atanh = fnp.atan, fnp.atan2, fnp.atanh
sin, sinh, cos, cosh, tan, tanh = fnp.sin, fnp.sinh, fnp.cos, fnp.cosh, fnp.tan, fnp.tanh
exp, exp2, expm1, log, log1p = fnp.exp, fnp.exp2, fnp.expm1, fnp.log, fnp.log1p
add, sub, mul, neg, pow, rem = (
    fnp.add, fnp.subtract, fnp.multiply, fnp.negative, fnp.power, fnp.fmod
)  # fmt: skip
abs, sign, sqrt, square, cbrt = fnp.abs, fnp.sign, fnp.sqrt, fnp.square, fnp.cbrt
reciprocal, floor, ceil, is_finite = fnp.reciprocal, fnp.floor, fnp.ceil, fnp.isfinite
max, min = fnp.maximum, fnp.minimum
igamma, igammac, betainc = special.gammainc, special.gammaincc, special.betainc
erf_inv, lgamma, bessel_i0e, bessel_i1e = erfinv, gammaln, i0e, i1e
conj, real, imag = fnp.conj, fnp.real, fnp.imag
eq, ne, lt, le, gt, ge = (
    fnp.equal, fnp.not_equal, fnp.less, fnp.less_equal, fnp.greater, fnp.greater_equal
)  # fmt: skip
bitwise_and, bitwise_or, bitwise_xor, bitwise_not = (
    fnp.bitwise_and, fnp.bitwise_or, fnp.bitwise_xor, fnp.bitwise_not
)  # fmt: skip


def div(x: Any, y: Any) -> Any:
    """x / y; for integers the quotient rounded towards zero."""
    x, y = coerce(x), coerce(y)
    if "f" in (kinds := dtype_of(x).kind + dtype_of(y).kind) or "c" in kinds:
        return fnp.divide(x, y)
    return fnp.floor_divide(x - fnp.fmod(x, y), y)


def integer_pow(x: Any, y: int) -> Any:
    """x to the power of a plain integer; a negative one for real and complex numbers only."""
    return fnp.power(x, operator.index(y))


def polygamma(m: float, x: Any) -> Any:
    """The derivative of order m of digamma, for a whole number m; JAX's code gives it as a float.

    Example:
        >>> import fzero.lax as lax
        >>> round(float(lax.polygamma(1.0, 1.0)), 6)
        1.644934
    """
    order: Any = int(m) if m == int(m) else m  # another number is refused there
    return special.polygamma(order, x)


def random_gamma_grad(a: Any, sample: Any) -> Any:
    """The derivative in `a` of a sample of the gamma distribution: -(dP/da) / (dP/dx) at x.

    P is `igamma(a, x)`. It follows from P staying the same, whatever drew the sample.
    """
    a, x = fnp.broadcast_arrays(coerce(a), coerce(sample))
    _, slope = jvp(lambda a: igamma(a, x), (a,), (fnp.ones_like(a),))
    return -slope * fnp.exp(x + gammaln(a) - (a - 1) * fnp.log(x))


def complex(x: Any, y: Any) -> Any:
    """The complex numbers x + iy; float32 makes complex64.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.complex(np.float32(1), np.float32(2))
        np.complex64(1+2j)
    """
    return x + 1j * coerce(y)


def rsqrt(x: Any) -> Any:
    """1 / sqrt(x)."""
    return 1 / fnp.sqrt(x)


def clamp(min: Any, x: Any, max: Any) -> Any:
    """`x` limited to [min, max]; `max` where they cross.

    Gradient: to `x` inside, to the bound that is taken outside.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.clamp(0.0, np.array([-1.0, 0.5, 3.0]), 1.0).tolist()
        [0.0, 0.5, 1.0]
    """
    return clip(coerce(x), coerce(min), coerce(max))


def convert_element_type(operand: Any, new_dtype: Any) -> Any:
    """`operand` in another dtype; a complex one loses its imaginary part to a real dtype.

    Gradient: cast back; none through integers and booleans.
    """
    operand = coerce(operand)
    if dtype_of(operand).kind == "c" and np.dtype(new_dtype).kind != "c":
        operand = fnp.real(operand)
    return fnp.astype(fnp.asarray(operand), new_dtype)


def select(pred: Any, on_true: Any, on_false: Any) -> Any:
    """The elements of `on_true` where `pred` holds, of `on_false` elsewhere."""
    return fnp.where(pred, on_true, on_false)


def select_n(which: Any, *cases: Any) -> Any:
    """The elements of cases[which], for each element.

    Args:
        which: integers from 0 to the number of cases - 1, or booleans for two cases; a number, or
            of the shape of the cases. What is out of range takes the nearest case.
        *cases: arrays of one shape.

    Raises:
        ValueError: no case, or booleans for more than two.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.select_n(np.array([True, False]), np.zeros(2), np.ones(2)).tolist()
        [1.0, 0.0]
    """
    which = coerce(which)
    if not cases or (dtype_of(which).kind == "b" and len(cases) > 2):
        raise ValueError(
            f"select_n: the cases are {len(cases)} for which of dtype {dtype_of(which)} and shape "
            f"{shape_of(which)}; expected at least one, and at most two for booleans. Use integers "
            "to choose between more."
        )
    *before, chosen = list(cases)
    for i, case in reversed(list(enumerate(before))):
        chosen = fnp.where(fnp.less_equal(which, i), case, chosen)
    return chosen
