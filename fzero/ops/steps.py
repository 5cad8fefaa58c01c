"""Elementwise functions without derivatives: signs, roundings, comparisons, integers."""

from typing import Any

from ..rules import draw, nondiff

__all__ = [
    "bitwise_and",
    "bitwise_count",
    "bitwise_or",
    "bitwise_xor",
    "ceil",
    "detach",
    "equal",
    "floor",
    "floor_divide",
    "frexp_exponent",
    "gcd",
    "greater",
    "greater_equal",
    "heaviside",
    "invert",
    "isfinite",
    "isinf",
    "isnan",
    "lcm",
    "left_shift",
    "less",
    "less_equal",
    "logical_and",
    "logical_not",
    "logical_or",
    "logical_xor",
    "nextafter",
    "not_equal",
    "right_shift",
    "rint",
    "round",
    "sign",
    "signbit",
    "trunc",
]


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
invert, bitwise_count = _steps("invert bitwise_count", 1, _integer_samples)


# Rounds to a number of decimals; its derivative is zero almost everywhere.
round = nondiff(
    "round",
    lambda xp: xp.round,
    samples=lambda rng: [((draw(rng, (2, 3)),), {"decimals": 1}), ((draw(rng, ()),), {})],
    batch=lambda size, args, batched, params: (round(*args, **params), True),
)
# The exponent e of x = m * 2**e with 0.5 <= |m| < 1.
frexp_exponent = nondiff(
    "frexp_exponent", lambda xp: lambda x: xp.frexp(x)[1], samples=_real_samples(1)
)
# The value with no derivative: what stop_gradient applies to each leaf.
detach = nondiff("detach", lambda xp: lambda x: x, samples=_real_samples(1))
