"""Functions of each element, with NumPy's broadcasting and the keywords of its ufuncs.

On arrays, each is one loop over the arguments away from NumPy's ufunc.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..array import UFUNCS
from ..backend import HOST
from ..core import REGISTRY, Tracer, coerce, splits
from ..ops import elementwise as el
from .entry import floating, foreign, like_numpy, operands, refuse_out

__all__ = [
    "absolute", "add", "angle", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2",
    "arctanh", "bitwise_and", "bitwise_count", "bitwise_or", "bitwise_xor", "cbrt", "ceil", "clip",
    "conjugate", "copysign", "cos", "cosh", "deg2rad", "degrees", "divide", "divmod", "equal",
    "exp", "exp2", "expm1", "fabs", "fix", "float_power", "floor", "floor_divide", "fmax", "fmin",
    "fmod", "frexp", "gcd", "greater", "greater_equal", "heaviside", "hypot", "imag", "invert",
    "isfinite", "isinf", "isnan", "lcm", "ldexp", "left_shift", "less", "less_equal", "log",
    "log10", "log1p", "log2", "logaddexp", "logaddexp2", "logical_and", "logical_not",
    "logical_or", "logical_xor", "maximum", "minimum", "modf", "multiply", "nan_to_num",
    "negative", "nextafter", "not_equal", "positive", "power", "rad2deg", "radians", "real",
    "reciprocal", "remainder", "right_shift", "rint", "round", "sign", "signbit", "sin", "sinc",
    "sinh", "spacing", "sqrt", "square", "subtract", "tan", "tanh", "trunc",
]  # fmt: skip


def _with_keywords(name: str, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """A ufunc on tracers with NumPy's keywords: `dtype` and `where` have a meaning here."""
    call = REGISTRY[name].call
    given = dict(keywords)
    refuse_out(name, given.pop("out", None))
    dtype, where = given.pop("dtype", None), given.pop("where", True)
    for harmless in ("order", "subok", "casting"):
        given.pop(harmless, None)
    if given:
        raise TypeError(
            f"{name}: the keywords are {sorted(keywords)}; expected only dtype and where with "
            "tracers. Leave the others out."
        )
    args = tuple(operands(*args))
    if dtype is not None:
        args = tuple(el.astype(a, dtype=np.dtype(dtype)) for a in args)
    if where is True:
        return call(*args)
    # NumPy leaves the rest uninitialised; here it is zero, computed from harmless ones.
    return el.where(where, call(*(el.where(where, a, 1) for a in args)), 0)


def ufunc(name: str) -> Callable[..., Any]:
    """The public function of the elementwise primitive `name`."""
    prim = REGISTRY[name]
    host, dispatch = prim.host, prim.dispatch

    def general(args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        for a in args:
            if type(a) not in HOST:
                if kwargs and foreign((*args, *kwargs.values())):
                    return _with_keywords(name, args, kwargs)
                return dispatch(args, kwargs)
        if kwargs and foreign(tuple(kwargs.values())):
            return _with_keywords(name, args, kwargs)
        return host(*args, **kwargs)

    def unary(x: Any, /, *rest: Any, **kwargs: Any) -> Any:
        if rest or kwargs:
            return general((x, *rest), kwargs)
        if type(x) in HOST:
            return host(x)
        if isinstance(x, Tracer) and not splits.active:
            return x._trace.unary(prim, x)
        return dispatch((x,), {})

    def binary(x: Any, y: Any, /, *rest: Any, **kwargs: Any) -> Any:
        if rest or kwargs:
            return general((x, y, *rest), kwargs)
        if type(y) in HOST:
            if type(x) in HOST:
                return host(x, y)
            if isinstance(x, Tracer) and not splits.active:
                return x._trace.binary(prim, x, y)
        return dispatch((x, y), {})

    def several(*args: Any, **kwargs: Any) -> Any:
        return general(args, kwargs)

    call = {1: unary, 2: binary}.get(getattr(host, "nin", 0), several)
    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`numpy.{name}` of each element, with broadcasting."
    call.primitive = prim  # type: ignore[attr-defined]
    if name in UFUNCS:
        UFUNCS[name] = call
    return call


sin, cos, tan, arcsin, arccos, arctan, arctan2, hypot = map(
    ufunc, ("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "hypot")
)
sinh, cosh, tanh, arcsinh, arccosh, arctanh = map(
    ufunc, ("sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh")
)
exp, exp2, expm1, log, log2, log10, log1p, logaddexp, logaddexp2 = map(
    ufunc, ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "logaddexp", "logaddexp2")
)
add, subtract, multiply, divide, negative, positive, reciprocal = map(
    ufunc, ("add", "subtract", "multiply", "divide", "negative", "positive", "reciprocal")
)
power, float_power, square, sqrt, cbrt, absolute, fabs, sign = map(
    ufunc, ("power", "float_power", "square", "sqrt", "cbrt", "absolute", "fabs", "sign")
)
floor_divide, remainder, fmod, floor, ceil, trunc, rint = map(
    ufunc, ("floor_divide", "remainder", "fmod", "floor", "ceil", "trunc", "rint")
)
maximum, minimum, fmax, fmin, copysign, nextafter, heaviside = map(
    ufunc, ("maximum", "minimum", "fmax", "fmin", "copysign", "nextafter", "heaviside")
)
isnan, isinf, isfinite, signbit, conjugate, deg2rad, rad2deg = map(
    ufunc, ("isnan", "isinf", "isfinite", "signbit", "conjugate", "deg2rad", "rad2deg")
)
equal, not_equal, less, less_equal, greater, greater_equal = map(
    ufunc, ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
)
logical_and, logical_or, logical_xor, logical_not = map(
    ufunc, ("logical_and", "logical_or", "logical_xor", "logical_not")
)
bitwise_and, bitwise_or, bitwise_xor, invert, bitwise_count = map(
    ufunc, ("bitwise_and", "bitwise_or", "bitwise_xor", "invert", "bitwise_count")
)
left_shift, right_shift, gcd, lcm = map(ufunc, ("left_shift", "right_shift", "gcd", "lcm"))


def _composite(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a composite the rule of the ufunc `name`, which NumPy has and the registry lacks."""

    def decorate(ours: Callable[..., Any]) -> Callable[..., Any]:
        UFUNCS[name] = ours
        return like_numpy(name)(ours)

    return decorate


@_composite("degrees")
def degrees(x: Any) -> Any:
    """Radians in degrees: x * 180 / pi."""
    return rad2deg(x)


@_composite("radians")
def radians(x: Any) -> Any:
    """Degrees in radians: x * pi / 180."""
    return deg2rad(x)


@_composite("divmod")
def divmod(x: Any, y: Any) -> tuple[Any, Any]:
    """The quotient rounded down and the remainder: (x // y, x % y)."""
    return floor_divide(x, y), remainder(x, y)


@_composite("modf")
def modf(x: Any) -> tuple[Any, Any]:
    """The fractional and the whole part, both with the sign of x."""
    x = floating(x)
    whole = trunc(x)
    return el.where(isinf(x), 0, subtract(x, whole)), whole


@_composite("frexp")
def frexp(x: Any) -> tuple[Any, Any]:
    """The mantissa m and the exponent e of x = m * 2**e, with 0.5 <= |m| < 1."""
    exponent = el.frexp_exponent(x)
    return ldexp(x, -exponent), exponent


@_composite("ldexp")
def ldexp(x: Any, exponent: Any) -> Any:
    """x * 2**exponent, without overflow on the way."""
    exponent = coerce(exponent)
    half = right_shift(exponent, 1)
    x = coerce(x)
    return x * _power_of_two(half, x) * _power_of_two(exponent - half, x)


def _power_of_two(exponent: Any, x: Any) -> Any:
    return el.detach(exp2(el.astype_like(coerce(exponent), coerce(x))))


@_composite("spacing")
def spacing(x: Any) -> Any:
    """The distance from x to the next larger number of its dtype."""
    return nextafter(x, copysign(np.inf, x)) - el.detach(x)


# ------------------------------------------------------------------------ no ufuncs in NumPy


@like_numpy("sinc")
def sinc(x: Any) -> Any:
    """sin(pi x) / (pi x), and 1 at 0."""
    return el.sinc(x)


@like_numpy("real")
def real(val: Any) -> Any:
    """The real part."""
    return el.real(val)


@like_numpy("imag")
def imag(val: Any) -> Any:
    """The imaginary part, zero for a real array."""
    return el.imag(val)


@like_numpy("angle")
def angle(z: Any, deg: bool = False) -> Any:
    """The phase of complex numbers, in (-pi, pi] or, with `deg`, in degrees."""
    phase = el.angle(z)
    return rad2deg(phase) if deg else phase


@like_numpy("round", "around")
def round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    """The nearest number with so many decimals, ties to even; its derivative is zero."""
    refuse_out("round", out)
    return el.round(a, decimals=decimals)


@like_numpy("fix")
def fix(x: Any, out: Any = None) -> Any:
    """The nearest whole number towards zero."""
    refuse_out("fix", out)
    return trunc(x)


@like_numpy("clip")
def clip(
    a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, *, min: Any = None,
    max: Any = None, **keywords: Any,
) -> Any:  # fmt: skip
    """`a` limited to [a_min, a_max] (or [min, max]); None leaves a side open."""
    refuse_out("clip", out)
    low, high = (a_min if min is None else min), (a_max if max is None else max)
    if low is None and high is None:
        return positive(a)
    return el.clip(a, low, high)


@like_numpy("nan_to_num")
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """`x` with NaN replaced by `nan` and infinities by large finite (or the given) numbers."""
    return el.nan_to_num(x, nan=nan, posinf=posinf, neginf=neginf)
