"""Elementwise functions: one block each, `name, implementation, t -> t * derivative`."""

from typing import Any

from ..dtypes import dtype_of, zeros_of
from ..rules import REAL, custom, draw, elementwise, linear, nondiff, op

JOINTLY = (frozenset({0, 1}),)
EACH = (frozenset({0}), frozenset({1}))
POSITIVE = (0.3, 3.0)
UNIT = (-0.9, 0.9)


def _same(t: Any) -> Any:
    return t


# ------------------------------------------------------------------ division that keeps zeros


def _drop_zeros(xp: Any, ufunc: Any) -> Any:
    """`ufunc(t, d)`, and zero where `t` is zero whatever `d` is (0/0, 0 * inf)."""

    def masked(t: Any, d: Any) -> Any:
        return xp.where(
            t == 0, xp.zeros((), xp.result_type(t, d)), ufunc(t, xp.where(t == 0, 1, d))
        )

    return masked


# A zero tangent or cotangent stays zero, so that the untaken side of `where` cannot make a NaN.
div0 = elementwise(
    "div0",
    lambda xp: _drop_zeros(xp, xp.divide),
    lambda ans, t, d: lambda u: div0(u, d),
    lambda ans, t, d: lambda u: -mul0(u, div0(ans, d)),
    domain=(REAL, POSITIVE),
    complex=True,
    linear=(frozenset({0}),),
)
mul0 = elementwise(
    "mul0",
    lambda xp: _drop_zeros(xp, xp.multiply),
    lambda ans, t, d: lambda u: mul0(u, d),
    lambda ans, t, d: lambda u: mul0(u, t),
    complex=True,
    linear=EACH,
)

# ------------------------------------------------------------------------------- arithmetic

add = elementwise(
    "add",
    lambda xp: xp.add,
    lambda ans, x, y: _same,
    lambda ans, x, y: _same,
    complex=True,
    linear=JOINTLY,
)
subtract = elementwise(
    "subtract",
    lambda xp: xp.subtract,
    lambda ans, x, y: _same,
    lambda ans, x, y: negative,
    complex=True,
    linear=JOINTLY,
)
multiply = elementwise(
    "multiply",
    lambda xp: xp.multiply,
    lambda ans, x, y: lambda t: t * y,
    lambda ans, x, y: lambda t: t * x,
    complex=True,
    linear=EACH,
)


def _over(d: Any) -> Any:
    """t -> t / d, without the guard where `d` is a nonzero Python number."""
    if type(d) in (int, float) and d != 0:
        return lambda t: t / d
    return lambda t: div0(t, d)


divide = elementwise(
    "divide",
    lambda xp: xp.divide,
    lambda ans, x, y: _over(y),
    lambda ans, x, y: lambda t: -mul0(t, ans / y),
    domain=(REAL, POSITIVE),
    complex=True,
    linear=(frozenset({0}),),
)
negative = elementwise(
    "negative",
    lambda xp: xp.negative,
    lambda ans, x: negative,
    complex=True,
    linear=(frozenset({0}),),
)


def _power_base(ans: Any, x: Any, y: Any) -> Any:
    if dtype_of(y).kind == "c":
        return lambda t: t * (y * power(x, y - 1))
    if type(y) not in (int, float):
        # Both sides of the exponent 1 apart, so that 0 is never raised to a negative power.
        high = y >= 1
        root = power(x, where(high, y - 1, 1 - y))
        return lambda t: where(high, t * y * root, div0(t * y, where(high, 1, root)))
    if y == 2:
        return lambda t: t * (2 * x)
    if y >= 1:
        return lambda t: t * (y * x ** (y - 1))
    if y == 0:
        return zeros_of
    return lambda t: div0(t * y, power(x, 1 - y))


def _power_exponent(ans: Any, x: Any, y: Any) -> Any:
    # At x = 0 the derivative is 0 for y > 0: log is taken of 1 there.
    return lambda t: t * (ans * log(where(x == 0, 1, x)))


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
    lambda ans, x: lambda t: -mul0(t, ans * ans),
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


remainder = elementwise(
    "remainder",
    lambda xp: xp.remainder,
    lambda ans, x, y: _same,
    lambda ans, x, y: lambda t: -t * floor_divide(x, y),
    domain=((0.1, 0.9), (1.0, 2.0)),
)
fmod = elementwise(
    "fmod",
    lambda xp: xp.fmod,
    lambda ans, x, y: _same,
    lambda ans, x, y: lambda t: -t * trunc(x / y),
    domain=((1.1, 1.9), (0.95, 1.05)),
)

# ---------------------------------------------------------------- exponentials and logarithms

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


INF = float("inf")
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

# --------------------------------------------------------------- trigonometric and hyperbolic

sin = elementwise("sin", lambda xp: xp.sin, lambda ans, x: lambda t: t * cos(x), complex=True)
cos = elementwise("cos", lambda xp: xp.cos, lambda ans, x: lambda t: t * -sin(x), complex=True)
tan = elementwise(
    "tan",
    lambda xp: xp.tan,
    lambda ans, x: lambda t: t * (1 + ans * ans),
    domain=UNIT,
    complex=True,
)
arcsin = elementwise(
    "arcsin",
    lambda xp: xp.arcsin,
    lambda ans, x: lambda t: div0(t, sqrt(1 - x * x)),
    domain=UNIT,
    complex=True,
)
arccos = elementwise(
    "arccos",
    lambda xp: xp.arccos,
    lambda ans, x: lambda t: -div0(t, sqrt(1 - x * x)),
    domain=UNIT,
    complex=True,
)
arctan = elementwise(
    "arctan", lambda xp: xp.arctan, lambda ans, x: lambda t: t / (1 + x * x), complex=True
)
arctan2 = elementwise(
    "arctan2",
    lambda xp: xp.arctan2,
    lambda ans, y, x: lambda t: div0(t * x, x * x + y * y),
    lambda ans, y, x: lambda t: -div0(t * y, x * x + y * y),
    domain=(POSITIVE, REAL),
)
hypot = elementwise(
    "hypot",
    lambda xp: xp.hypot,
    lambda ans, x, y: lambda t: div0(t * x, ans),
    lambda ans, x, y: lambda t: div0(t * y, ans),
    domain=POSITIVE,
)
sinh = elementwise("sinh", lambda xp: xp.sinh, lambda ans, x: lambda t: t * cosh(x), complex=True)
cosh = elementwise("cosh", lambda xp: xp.cosh, lambda ans, x: lambda t: t * sinh(x), complex=True)
tanh = elementwise(
    "tanh", lambda xp: xp.tanh, lambda ans, x: lambda t: t - t * (ans * ans), complex=True
)
arcsinh = elementwise(
    "arcsinh", lambda xp: xp.arcsinh, lambda ans, x: lambda t: t / sqrt(x * x + 1), complex=True
)
arccosh = elementwise(
    "arccosh",
    lambda xp: xp.arccosh,
    lambda ans, x: lambda t: div0(t, sqrt(x - 1) * sqrt(x + 1)),
    domain=(1.2, 3.0),
    complex=True,
)
arctanh = elementwise(
    "arctanh",
    lambda xp: xp.arctanh,
    lambda ans, x: lambda t: div0(t, 1 - x * x),
    domain=UNIT,
    complex=True,
)
DEGREE = 0.017453292519943295
deg2rad = elementwise(
    "deg2rad", lambda xp: xp.deg2rad, lambda ans, x: lambda t: t * DEGREE, linear=(frozenset({0}),)
)
rad2deg = elementwise(
    "rad2deg", lambda xp: xp.rad2deg, lambda ans, x: lambda t: t / DEGREE, linear=(frozenset({0}),)
)


def _sinc_slope(ans: Any, x: Any) -> Any:
    def push(t: Any) -> Any:
        near = abs(x) < 1e-4  # the series there: the difference below cancels
        safe = where(near, 1, x)
        series = -PI2_3 * x * (1 - PI2_10 * x * x)
        return t * where(near, series, (cos(PI * safe) - ans) / safe)

    return push


PI = 3.141592653589793
PI2_3, PI2_10 = PI * PI / 3, PI * PI / 10
sinc = elementwise("sinc", lambda xp: xp.sinc, _sinc_slope)

# --------------------------------------------------------------------- selection and ordering


def _share(x: Any, y: Any) -> Any:
    """1 where x > y, 1/2 where they are equal, else 0: a tie is shared."""
    return where(x == y, 0.5, where(x > y, 1.0, 0.0))


def _extremum(name: str, sign: int) -> Any:
    """maximum, minimum and the variants that pass over NaN."""

    def larger(x: Any, y: Any) -> Any:
        wins = _share(x, y) if sign > 0 else _share(y, x)
        return where(isnan(y), 1.0, wins) if name.startswith("f") else wins

    return elementwise(
        name,
        lambda xp: getattr(xp, name),
        lambda ans, x, y: lambda t: t * astype_like(larger(x, y), ans),
        lambda ans, x, y: lambda t: t * astype_like(larger(y, x), ans),
    )


def astype_like(x: Any, y: Any) -> Any:
    """`x` in the dtype of `y`."""
    return op("astype")(x, dtype=dtype_of(y)) if dtype_of(x) != dtype_of(y) else x


maximum = _extremum("maximum", 1)
minimum = _extremum("minimum", -1)
fmax = _extremum("fmax", 1)
fmin = _extremum("fmin", -1)


def _where_samples(rng: Any) -> list[Any]:
    return [
        ((rng.random(c) > 0.5, draw(rng, a), draw(rng, b)), {})
        for c, a, b in [((3,), (3,), (3,)), ((2, 3), (3,), ()), ((2, 1), (1, 3), (2, 3))]
    ]


where = elementwise(
    "where",
    lambda xp: xp.where,
    None,
    lambda ans, c, x, y: lambda t: where(c, t, 0),
    lambda ans, c, x, y: lambda t: where(c, 0, t),
    samples=_where_samples,
    linear=(frozenset({1, 2}),),
)


def _clip_samples(rng: Any) -> list[Any]:
    return [((draw(rng, s), -0.7, 0.8), {}) for s in [(3,), (2, 3), (), (0,)]] + [
        ((draw(rng, (2, 3)), None, draw(rng, (3,), (0.0, 1.0))), {})
    ]


def _inside(x: Any, low: Any, high: Any) -> Any:
    inside = True
    if low is not None:
        inside = x >= low
    if high is not None:
        inside = (x <= high) & inside
    return inside


clip = elementwise(
    "clip",
    lambda xp: xp.clip,
    lambda ans, x, low, high: lambda t: where(_inside(x, low, high), t, 0),
    lambda ans, x, low, high: lambda t: where(x < low, t, 0),
    lambda ans, x, low, high: lambda t: where(x > high, t, 0),
    samples=_clip_samples,
)
copysign = elementwise(
    "copysign",
    lambda xp: xp.copysign,
    lambda ans, x, y: lambda t: t * (sign(x) * copysign(1.0, y)),
    None,
)


def _nan_samples(rng: Any) -> list[Any]:
    x = draw(rng, (2, 3))
    x[0, 0] = float("nan")
    infinite = x.copy()
    infinite[1, 1], infinite[1, 2] = INF, -INF
    return [((x,), {}), ((infinite,), {"nan": 1.0, "posinf": 9.0, "neginf": -9.0})]


nan_to_num = elementwise(
    "nan_to_num",
    lambda xp: xp.nan_to_num,
    lambda ans, x, **params: lambda t: where(isfinite(x), t, 0),
    samples=_nan_samples,
)

# ------------------------------------------------------------------------- complex and casts


def _complex_samples(rng: Any) -> list[Any]:
    return [((draw(rng, s, POSITIVE, c),), {}) for c in (False, True) for s in [(3,), (2, 3), ()]]


def _batch_unary(name: str) -> Any:
    return lambda size, args, batched, params: (op(name)(*args, **params), True)


def _of_kind(x: Any, real_rule: Any, complex_rule: Any) -> Any:
    return complex_rule if dtype_of(x).kind == "c" else real_rule


# The rules of abs, real, imag, conj and angle are linear over the reals only, so that forward and
# reverse differ (the pairing is sum(g * t) without a conjugate): no category fits.
def _unary(name: str, impl: Any, pull: Any, push: Any, linear: Any = ()) -> Any:
    return custom(
        name,
        impl,
        pulls=(pull,),
        jvp=lambda tangents, ans, args, params: push(ans, *args)(tangents[0]),
        batch=_batch_unary(name),
        samples=_complex_samples,
        linear=linear,
    )


def _phase(ans: Any, x: Any) -> Any:
    """conj(x) / |x|, zero at zero."""
    return div0(conjugate(x), ans)


absolute = _unary(
    "absolute",
    lambda xp: xp.absolute,
    lambda ans, x: lambda g: g * _of_kind(x, sign, lambda x: _phase(ans, x))(x),
    lambda ans, x: lambda t: _of_kind(x, lambda: t * sign(x), lambda: real(t * _phase(ans, x)))(),
)
real = _unary(
    "real",
    lambda xp: xp.real,
    lambda ans, x: lambda g: op("astype")(g, dtype=dtype_of(x)),
    lambda ans, x: real,
    (frozenset({0}),),
)
imag = _unary(
    "imag",
    lambda xp: xp.imag,
    lambda ans, x: (
        lambda g: _of_kind(
            x, lambda: zeros_of(g), lambda: op("astype")(g * -1j, dtype=dtype_of(x))
        )()
    ),
    lambda ans, x: imag,
    (frozenset({0}),),
)
conjugate = _unary(
    "conjugate", lambda xp: xp.conjugate, lambda ans, x: conjugate, lambda ans, x: conjugate,
    (frozenset({0}),),
)  # fmt: skip
# d angle = Im(conj(x) dx) / |x|^2
angle = _unary(
    "angle",
    lambda xp: xp.angle,
    lambda ans, x: (
        lambda g: _of_kind(
            x,
            lambda: zeros_of(g),
            lambda: (
                op("astype")(g * -1j, dtype=dtype_of(x))
                * div0(conjugate(x), real(x * conjugate(x)))
            ),
        )()
    ),
    lambda ans, x: (
        lambda t: _of_kind(
            x, lambda: zeros_of(t), lambda: div0(imag(conjugate(x) * t), real(x * conjugate(x)))
        )()
    ),
)


def _cast(xp: Any) -> Any:
    def astype(x: Any, dtype: Any) -> Any:
        x = xp.asarray(x)
        if x.dtype.kind == "c" and xp.dtype(dtype).kind == "f":
            x = x.real
        return x.astype(dtype)[()] if x.ndim == 0 else x.astype(dtype)

    return astype


def _astype_samples(rng: Any) -> list[Any]:
    return [
        ((draw(rng, (2, 3)),), {"dtype": "float64"}),
        ((draw(rng, (2, 3)),), {"dtype": "complex128"}),
        ((draw(rng, (3,), complex=True),), {"dtype": "float64"}),
    ]


def _cast_back(shape: Any, own: Any, dtype: Any) -> Any:
    return lambda g: astype(g, dtype=own)


astype = linear(
    "astype",
    _cast,
    _cast_back,
    batch=lambda x, **params: astype(x, **params),
    samples=_astype_samples,
)

# ----------------------------------------------------------------------- without derivatives


def _real_samples(n: int) -> Any:
    def samples(rng: Any) -> list[Any]:
        shapes = (
            [((3,), (3,)), ((2, 3), (3,)), ((), (2,))] if n == 2 else [((3,),), ((2, 3),), ((),)]
        )
        return [(tuple(draw(rng, s) for s in ss), {}) for ss in shapes]

    return samples


def _integer_samples(n: int, dtype: str = "int64") -> Any:
    def samples(rng: Any) -> list[Any]:
        return [(tuple(rng.integers(0, 7, s).astype(dtype) for s in [(2, 3), (3,)][:n]), {})]

    return samples


def _steps(names: str, n: int, samples: Any) -> list[Any]:
    return [nondiff(s, lambda xp, s=s: getattr(xp, s), samples=samples(n)) for s in names.split()]


sign, floor, ceil, trunc, rint = _steps("sign floor ceil trunc rint", 1, _real_samples)
isnan, isinf, isfinite, signbit = _steps("isnan isinf isfinite signbit", 1, _real_samples)
logical_not = _steps("logical_not", 1, _real_samples)[0]
equal, not_equal, less, less_equal, greater, greater_equal = _steps(
    "equal not_equal less less_equal greater greater_equal", 2, _real_samples
)
logical_and, logical_or, logical_xor = _steps(
    "logical_and logical_or logical_xor", 2, _real_samples
)
floor_divide, nextafter, heaviside = _steps("floor_divide nextafter heaviside", 2, _real_samples)
bitwise_and, bitwise_or, bitwise_xor, left_shift, right_shift, gcd, lcm = _steps(
    "bitwise_and bitwise_or bitwise_xor left_shift right_shift gcd lcm", 2, _integer_samples
)
invert = _steps("invert", 1, _integer_samples)[0]

positive = elementwise(
    "positive", lambda xp: xp.positive, lambda ans, x: _same, complex=True, linear=(frozenset({0}),)
)
fabs = elementwise("fabs", lambda xp: xp.fabs, lambda ans, x: lambda t: t * sign(x))
# Rounds to a number of decimals; its derivative is zero almost everywhere.
round = nondiff(
    "round",
    lambda xp: xp.round,
    samples=lambda rng: [((draw(rng, (2, 3)),), {"decimals": 1}), ((draw(rng, ()),), {})],
    batch=_batch_unary("round"),
)
# The value with no derivative: what stop_gradient applies to each leaf.
detach = nondiff("detach", lambda xp: lambda x: x, samples=_real_samples(1))
