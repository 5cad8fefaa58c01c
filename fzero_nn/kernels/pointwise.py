"""Functions of single numbers on raw arrays, with their slopes, in blocks that stay in the cache.

Each is `f(xp, x, sloped) -> (values, slopes)`, slopes None where they are not asked for. Backward,
the slopes are all there is to multiply by.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from fzero import array_namespace
from fzero.fused import Kernel
from fzero.ops.special import raw_erfc
from fzero.parallel import shared

__all__ = ["elu", "gelu", "gelu_by_tanh", "leaky_relu", "pointwise", "sigmoid", "silu", "softplus"]

#: Elements of a block: a dozen arrays of them fit in a second-level cache.
_BLOCK = 1 << 15
_Pair = tuple[Any, Any]


def pointwise(f: Callable[..., _Pair]) -> Kernel:
    """The kernel of a function of single numbers; its parameters are given by keyword."""

    def forward(needed: Sequence[bool], x: Any, **params: Any) -> _Pair:
        xp = array_namespace(x)
        y, slopes = xp.empty_like(x), xp.empty_like(x) if needed[0] else None
        flat_x, flat_y = x.ravel(order="K"), y.ravel(order="K")
        flat_s = None if slopes is None else slopes.ravel(order="K")

        def fill(parts: Sequence[slice]) -> None:
            for part in parts:
                values, slope = f(xp, flat_x[part], flat_s is not None, **params)
                flat_y[part] = values
                if flat_s is not None:
                    flat_s[part] = slope

        # On a card a launch costs more than memory.
        step = max(1, x.size) if hasattr(xp, "RawKernel") else _BLOCK
        shared(fill, [slice(i, i + step) for i in range(0, x.size, step)])
        return y if y.ndim else y[()], slopes  # a scalar, as NumPy's functions return

    def backward(needed: Sequence[bool], slopes: Any, g: Any, **params: Any) -> Sequence[Any]:
        return (g * slopes,)

    return Kernel(forward, backward, lambda x, **params: x.dtype.char in "fd")


def _gate(xp: Any, x: Any) -> _Pair:
    """The logistic function and its slope, both precise where they are small."""
    below = xp.exp(-abs(x))
    inverse = 1 / (1 + below)
    return xp.exp(xp.minimum(x, 0)) * inverse, below * inverse * inverse


def sigmoid(xp: Any, x: Any, sloped: bool) -> _Pair:
    """1 / (1 + exp(-x))."""
    return _gate(xp, x)


def softplus(xp: Any, x: Any, sloped: bool) -> _Pair:
    """log(1 + exp(x))."""
    below = xp.exp(-abs(x))
    y = xp.maximum(x, 0) + xp.log1p(below)
    return y, xp.exp(xp.minimum(x, 0)) / (1 + below) if sloped else None


def _gated(xp: Any, x: Any, gate: Any, slope: Any, bound: float, sloped: bool) -> _Pair:
    """x * gate, where the gate is 0 below -bound and 1 above bound: never 0 * inf."""
    y = xp.maximum(x, -bound) * gate
    return y, gate + xp.clip(x, -bound, bound) * slope if sloped else None


def silu(xp: Any, x: Any, sloped: bool) -> _Pair:
    """x sigmoid(x)."""
    return _gated(xp, x, *_gate(xp, x), 1000.0, sloped)


#: The logarithm of P / (1 - P) for P = P(X < x), divided by x, as a polynomial in x^2, from the
#: highest power on. Fitted on |x| <= 5.6 for the least largest error of P, which is 2.9e-8.
_LOG_ODDS = (
    3.5123475310933278e-09,
    -2.6452687553570815e-07,
    7.929491047704118e-06,
    -0.00011061239813871983,
    -6.518992872755542e-05,
    0.0726661691302475,
    1.5957698829241709,
)
_LOG_ODDS_END = 5.6


def _normal_below(xp: Any, x: Any) -> Any:
    """P(X < x) of a normal X: to the last digits of float32 by a fit, of float64 by erfc."""
    if x.dtype.char == "d":
        return raw_erfc(xp, x * -math.sqrt(0.5)) / 2
    x = xp.clip(x, -_LOG_ODDS_END, _LOG_ODDS_END)
    square = x * x
    odds = square * _LOG_ODDS[0]
    odds += _LOG_ODDS[1]
    for c in _LOG_ODDS[2:]:
        odds *= square
        odds += c
    odds *= -x
    return 1 / (1 + xp.exp(odds, out=odds))


def gelu(xp: Any, x: Any, sloped: bool) -> _Pair:
    """x P(X < x) for a normal X."""
    below = _normal_below(xp, x)
    density = xp.exp(x * x * -0.5) * (1 / math.sqrt(2 * math.pi)) if sloped else None
    return _gated(xp, x, below, density, 40.0, sloped)


def gelu_by_tanh(xp: Any, x: Any, sloped: bool) -> _Pair:
    """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))) / 2."""
    scale = math.sqrt(2 / math.pi)
    inner = xp.clip(x, -40, 40)
    square = inner * inner
    t = xp.tanh(inner * (square * (0.044715 * scale) + scale))
    slope = (1 - t * t) * (square * (1.5 * 0.044715 * scale) + scale / 2) if sloped else None
    return _gated(xp, x, (t + 1) / 2, slope, 40.0, sloped)


def leaky_relu(xp: Any, x: Any, sloped: bool, slope: float) -> _Pair:
    """x where x > 0, slope * x elsewhere."""
    slopes = xp.multiply(x > 0, 1 - slope, dtype=x.dtype)
    slopes += slope
    return x * slopes, slopes


def elu(xp: Any, x: Any, sloped: bool, alpha: float) -> _Pair:
    """x where x > 0, alpha * (exp(x) - 1) elsewhere."""
    low = xp.expm1(xp.minimum(x, 0))
    y = xp.maximum(x, 0) + alpha * low
    return y, (x > 0) + (x <= 0) * (alpha * (low + 1)) if sloped else None
