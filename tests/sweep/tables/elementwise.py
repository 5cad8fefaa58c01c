"""Elementwise functions of `fzero.numpy`."""

import numpy as np

from ..case import Table, above, mask, positive, real, turned, unit, whole

TABLE = Table("numpy")
each, add = TABLE.each, TABLE.add

EVERYWHERE = (
    "abs absolute arctan atan arcsinh asinh ceil conj conjugate cos cosh deg2rad degrees exp exp2 "
    "expm1 fabs floor imag isfinite isinf isnan logical_not nan_to_num negative positive rad2deg "
    "radians real rint round around sign signbit sin sinc sinh square tan tanh trunc angle cbrt i0 "
    "isreal iscomplex isposinf isneginf modf frexp"
)
ABOVE_ZERO = "log log10 log1p log2 sqrt reciprocal"
INSIDE = "arccos acos arcsin asin arctanh atanh"
COMPLEX = (
    "abs absolute arctan arcsinh conj conjugate cos cosh exp expm1 imag isfinite logical_not "
    "negative positive real sin sinh square tan tanh angle isreal iscomplex log log10 log2 "
    "log1p sqrt reciprocal arcsin arctanh isnan isinf nan_to_num sign exp2 arccos sinc"
)
PAIRS = (
    "add subtract multiply divide true_divide maximum minimum fmax fmin logaddexp logaddexp2 hypot "
    "arctan2 atan2 equal not_equal less less_equal greater greater_equal logical_and logical_or "
    "logical_xor copysign floor_divide heaviside isclose"
)
POWERS = "power pow float_power remainder mod fmod divmod"
WHOLE = "bitwise_and bitwise_or bitwise_xor gcd lcm"
SHIFTS = "bitwise_left_shift bitwise_right_shift left_shift right_shift"

for shape in ((3, 4), (5,), ()):
    each(EVERYWHERE, real(*shape))
    each(ABOVE_ZERO, positive(*shape))
    each(INSIDE, unit(*shape))
    each("arccosh acosh", above(*shape))
    each("invert bitwise_invert bitwise_not bitwise_count", whole(*shape))
each(COMPLEX, turned(2, 3))
# Left of the imaginary axis JAX's derivative of arccosh has the other sign than the differences of
# its values: fzero divides by sqrt(z - 1) sqrt(z + 1), which is not the root of the product there.
each("arccosh", turned(2, 3, low=0.1))
each("spacing", real(3, 4), without="jvp vjp", why="JAX declares no derivative of it")
each("abs negative sign square positive real imag conj", whole(3, 4, low=-5, high=5))
each("invert logical_not bitwise_not", mask(4))

for a, b in (((3, 4), (4,)), ((2, 1), (1, 3)), ((3,), ())):
    each(PAIRS, real(*a), real(*b))
    each(POWERS, positive(*a), above(*b))
    each(WHOLE, whole(*a), whole(*b))
    each(SHIFTS, whole(*a), whole(*b, high=4))
each("remainder mod fmod floor_divide divmod", real(3, 4), real(3, 4))
each("floor_divide remainder mod fmod", whole(3, 4, low=-9, high=9), whole(4))
each("add subtract multiply divide equal not_equal power float_power", turned(2, 3), turned(3))
each("add multiply divide power", turned(2, 3), real(3))
each("logical_and logical_or logical_xor bitwise_and bitwise_or bitwise_xor", mask(4), mask(3, 1))
each("nextafter", real(3, 4), real(4), without="jvp vjp", why="JAX declares no derivative of it")

add("power", lambda m, x: m.power(x, 3), real(3, 4))
add("power", lambda m, x: m.power(2.0, x), real(3, 4))
add("power", lambda m, x, n: m.power(x, n), real(3, 4), whole(4, high=4))
add("clip", lambda m, x: m.clip(x, -0.5, 0.7), real(3, 4))
add("clip", lambda m, x, low: m.clip(x, low, None), real(3, 4), real(4))
add(
    "clip",
    lambda m, x, low, high: m.clip(x, low, high),
    real(3, 4),
    real(4, high=-1),
    positive(3, 1),
)
add("ldexp", lambda m, x, n: m.ldexp(x, n), real(3, 4), whole(4, high=4))
add("ldexp", lambda m, x: m.ldexp(x, 3), real(5))
add("angle", lambda m, x: m.angle(x, deg=True), turned(3, 4))
add("round", lambda m, x: m.round(x, 1), real(3, 4))
add("around", lambda m, x: m.around(x, -1), real(5, low=-40, high=40))
add("nan_to_num", lambda m, x: m.nan_to_num(m.where(x > 1, np.nan, x), nan=2.0), real(3, 4))
add("where", lambda m, b, x, y: m.where(b, x, y), mask(3, 1), real(3, 4), real(4))
add("where", lambda m, b, x: m.where(b, x * x, 2.0), mask(4), turned(3, 4))
add("isclose", lambda m, x, y: m.isclose(x, y, atol=1.0, rtol=0.1), real(3, 4), real(4))
add("isclose", lambda m, x: m.isclose(x, x + 1e-9, equal_nan=True), turned(5))
add("sqrt", lambda m, x: m.sqrt(x * x + 1), turned(3))
add("unwrap", lambda m, x: m.unwrap(x), real(3, 4, low=-9, high=9))
add("unwrap", lambda m, x: m.unwrap(x, discont=4.0, axis=0, period=5.0), real(3, 4, low=-9, high=9))
