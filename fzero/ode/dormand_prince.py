"""The method of Dormand and Prince of order 5(4): one step, its error, and the size of the next.

Source: Dormand and Prince, A family of embedded Runge-Kutta formulae, 1980; Hairer, Norsett and
Wanner, Solving Ordinary Differential Equations I, section II.4, for the choice of steps.
"""

from collections.abc import Callable, Sequence
from typing import Any

from .. import numpy as fnp
from .. import tree
from ..custom import stop_gradient
from ..dtypes import dtype_of
from ..ops.elementwise import astype

__all__ = ["error_ratio", "first_step", "next_step", "step"]

_NODES = (1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
_WEIGHTS = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
#: The result of order five less the one of order four.
_ERROR = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


def _combined(weights: Sequence[float], slopes: Sequence[Any]) -> Any:
    """The weighted sum of the slopes."""
    used = [(w, k) for w, k in zip(weights, slopes, strict=True) if w]
    scales = [w for w, _ in used]
    return tree.map(
        lambda *ks: sum(w * k for w, k in zip(scales, ks, strict=True)), *(k for _, k in used)
    )


def _moved(y: Any, h: Any, slope: Any) -> Any:
    """y + h * slope, in the dtype of y."""
    return tree.map(lambda a, k: a + astype(h * k, dtype=dtype_of(a)), y, slope)


def step(f: Callable[[Any, Any], Any], y: Any, slope: Any, t: Any, h: Any) -> tuple[Any, Any, Any]:
    """The value at t + h, the slope there, and the estimate of the error; `slope` = f(y, t)."""
    slopes, new = [slope], y
    for node, weights in zip(_NODES, _WEIGHTS, strict=True):
        new = _moved(y, h, _combined(weights, slopes))
        slopes.append(f(new, t + node * h))
    return new, slopes[-1], _moved(tree.map(lambda a: 0 * a, y), h, _combined(_ERROR, slopes))


def _size(value: Any, scale: Any) -> Any:
    """The root of the mean square of `value / scale` over all elements."""
    ratios = tree.leaves(tree.map(lambda v, s: fnp.ravel(v / s) ** 2, value, scale))
    return fnp.sqrt(fnp.mean(fnp.concatenate(ratios)))


def error_ratio(error: Any, old: Any, new: Any, rtol: float, atol: float) -> Any:
    """The error in units of what is tolerated: at most one is good. A constant."""
    error, old, new = stop_gradient((error, old, new))
    larger = lambda a, b: atol + rtol * fnp.maximum(fnp.abs(a), fnp.abs(b))
    return _size(error, tree.map(larger, old, new))


def next_step(h: Any, ratio: Any) -> Any:
    """The size that makes the error just tolerable; a NaN makes it shrink."""
    ratio = fnp.where(ratio >= 0, ratio, fnp.inf)
    return h * fnp.clip(0.9 * fnp.maximum(ratio, 1e-10) ** -0.2, 0.2, 10.0)


def first_step(y: Any, slope: Any, rtol: float, atol: float) -> Any:
    """A size from how fast the value changes at first."""
    y, slope = stop_gradient((y, slope))
    scale = tree.map(lambda a: atol + rtol * fnp.abs(a), y)
    value, speed = _size(y, scale), _size(slope, scale)
    small = (value < 1e-5) | (speed < 1e-5)
    return fnp.where(small, 1e-6, 0.01 * value / fnp.where(small, 1.0, speed))
