"""The samplers that have no parameter, as one primitive on keys, and tools for the others.

Each raw sampler turns the bits of a stack of keys into numbers element by element, so a stack
gives what its keys give one by one. Where JAX uses the same formula the numbers of a Threefry key
are JAX's: uniforms exactly, the others to rounding.
"""

import functools
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..backend import array_namespace, is_array
from ..core import Tracer, coerce
from ..dtypes import dtype_of, shape_of
from ..errors import NotDifferentiableError
from ..rules import elementwise, nondiff
from ..shaping import op
from .generators import folded_key, raw_bits
from .keys import sample_keys, stacked
from .special import normal_of_unit

__all__ = [
    "as_param",
    "draw",
    "fixed",
    "open_interval",
    "rejection",
    "spread",
    "unit",
]


@functools.cache
def _layout(dtype: np.dtype) -> tuple[int, int, int, Any]:
    """Width, bits to drop and the bit pattern of 1.0 of a floating dtype; its smallest normal."""
    facts = np.finfo(dtype)
    one = int(np.ones((), dtype).view(f"uint{facts.bits}"))
    return facts.bits, facts.bits - facts.nmant, one, facts.tiny


def unit(xp: Any, key: Any, n: int, dtype: np.dtype) -> Any:
    """Uniforms in [0, 1), (..., n): random mantissas of a number in [1, 2), less 1."""
    width, drop, one, _ = _layout(dtype)
    found = raw_bits(xp, key, n, width)
    found >>= drop
    found |= one
    found = found.view(dtype)
    found -= 1
    return found


def open_interval(xp: Any, u: Any, low: float) -> Any:
    """Uniforms in [0, 1) moved to [low, 1), as JAX moves them."""
    first = u.dtype.type(low)
    u *= u.dtype.type(1) - first
    u += first
    return xp.maximum(u, first)


def _normal(xp: Any, u: Any) -> Any:
    return normal_of_unit(xp, u)


def _exponential(xp: Any, u: Any) -> Any:
    return -xp.log1p(-u)


def _gumbel(xp: Any, u: Any) -> Any:
    return -xp.log(-xp.log(open_interval(xp, u, _layout(u.dtype)[3])))


def _laplace(xp: Any, u: Any) -> Any:
    u = open_interval(xp, u, np.finfo(u.dtype).eps - 1)
    return xp.sign(u) * xp.log1p(-abs(u))


def _logistic(xp: Any, u: Any) -> Any:
    u = open_interval(xp, u, _layout(u.dtype)[3])
    return xp.log(u / (1 - u))


def _cauchy(xp: Any, u: Any) -> Any:
    return xp.tan(math.pi * (open_interval(xp, u, np.finfo(u.dtype).eps) - 0.5))


_KINDS: dict[str, Callable[[Any, Any], Any]] = {
    "uniform": lambda xp, u: u,
    "normal": _normal,
    "exponential": _exponential,
    "gumbel": _gumbel,
    "laplace": _laplace,
    "logistic": _logistic,
    "cauchy": _cauchy,
}


def _draw_impl(xp: Any, key: Any, *, kind: str, shape: tuple[int, ...], dtype: np.dtype) -> Any:
    found = _KINDS[kind](xp, unit(xp, key, math.prod(shape), dtype))
    return found.reshape((*key.shape[:-1], *shape))


#: draw(key, kind=..., shape=..., dtype=...): standard samples of one kind.
draw = nondiff(
    "random_draw",
    lambda xp: partial(_draw_impl, xp),
    batch=stacked("random_draw"),
    samples=lambda rng: [
        ((k,), {"kind": kind, "shape": (2, 3), "dtype": np.dtype(dtype)})
        for k in sample_keys(rng)
        for kind in _KINDS
        for dtype in ("float32", "float64")
    ],
)


def rejection(
    xp: Any, key: Any, n: int, dtype: np.dtype, propose: Callable[..., Any], waiting: Any = None
) -> Any:
    """Rejection sampling, flattened: every attempt has bits of its own for every element.

    Args:
        propose: `rule(index, u, v) -> (values, accepted)` for the elements of the flattened
            result that still wait, with two uniforms in [0, 1) each. A value that is not finite
            (its parameter was not) is taken as it is, so that the loop ends.
        waiting: the indices of the elements to draw, all by default; the others stay 0.
    """
    lead = key.shape[:-1]
    out = xp.zeros(math.prod(lead) * n, dtype)
    waiting, attempt = xp.arange(out.size) if waiting is None else waiting, 0
    while waiting.size:
        attempt_key = folded_key(xp, key, xp.full(lead, attempt, xp.uint64))
        pairs = unit(xp, attempt_key, 2 * n, dtype).reshape(-1, 2, n)
        # A view where all wait, as they do at first: no copy of the parameters is taken.
        index = slice(None) if waiting.size == out.size else waiting
        values, accepted = propose(index, *(pairs[:, i].reshape(-1)[index] for i in (0, 1)))
        accepted = accepted | ~xp.isfinite(values)
        out[index] = xp.where(accepted, values, 0)
        waiting, attempt = waiting[~accepted], attempt + 1
    return out


# ----------------------------------------------------------------------------- parameters


def as_param(name: str, argument: str, x: Any, dtype: np.dtype) -> Any:
    """A real parameter (number, array or tracer) in the dtype of the samples."""
    x = coerce(x)
    if dtype_of(x).kind not in "biuf":
        raise TypeError(
            f"random.{name}: {argument} is {dtype_of(x)}; expected a real number or array. "
            "Take its real part."
        )
    if isinstance(x, (bool, int, float)):
        return dtype.type(x)
    return x if dtype_of(x) == dtype else op("astype")(x, dtype=dtype)


def spread(x: Any, shape: tuple[int, ...], key: Any) -> Any:
    """A parameter broadcast to the shape of the samples; a scalar goes where the key is."""
    if not isinstance(x, Tracer) and not is_array(x):
        x = array_namespace(key).asarray(x)
    return x if shape_of(x) == shape else op("broadcast_to")(x, shape=shape)


def _refuse(ans: Any, x: Any, *, label: str) -> Any:
    name, argument = label.split(": ")
    raise NotDifferentiableError(
        f"random.{name}: {argument} is differentiated, and the samples are steps in it; expected "
        f"a constant. Pass fzero.stop_gradient({argument})."
    )


#: fixed(x, label="sampler: argument"): `x`, and an error where a derivative is asked of it.
fixed = elementwise(
    "random_fixed",
    lambda xp: lambda x, label: x,
    _refuse,
    samples=lambda rng: [],
)
