"""Complex numbers and casts."""

from typing import Any

from ..dtypes import dtype_of, is_inexact, zeros_of
from ..rules import custom, draw
from ..shaping import op
from .arithmetic import ALONE, POSITIVE, div0
from .steps import sign

__all__ = ["absolute", "angle", "astype", "conjugate", "imag", "real"]


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
    ALONE,
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
    ALONE,
)
conjugate = _unary(
    "conjugate", lambda xp: xp.conjugate, lambda ans, x: conjugate, lambda ans, x: conjugate,
    ALONE,
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


def _cast_pull(ans: Any, x: Any, dtype: Any) -> Any:
    if not is_inexact(ans):
        return lambda g: zeros_of(x)
    own = dtype_of(x)
    return lambda g: astype(g, dtype=own)


def _cast_jvp(tangents: Any, ans: Any, args: Any, params: Any) -> Any:
    return astype(tangents[0], **params) if is_inexact(ans) else None


# Linear between floating and complex dtypes, a step function to integers and booleans: whether it
# has a derivative is a matter of its parameter, which no category knows.
astype = custom(
    "astype",
    _cast,
    pulls=(_cast_pull,),
    jvp=_cast_jvp,
    batch=lambda size, args, batched, params: (astype(*args, **params), True),
    samples=_astype_samples,
    linear=ALONE,
)
