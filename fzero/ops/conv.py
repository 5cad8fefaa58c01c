"""Sliding windows and convolutions along one axis.

Reading windows is linear; its transpose adds each window back to where it was read.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from ..core import coerce
from ..dtypes import shape_of
from ..rules import bilinear, draw, linear
from ..shaping import axes_of
from .contract import contract
from .matrices import conj
from .structural import flip, pad_zeros

# ----------------------------------------------------------------------------------- windows


def _windows(xp: Any) -> Any:
    def windows(x: Any, window: Any, axis: Any, step: Any, dilation: Any) -> Any:
        spans = tuple((w - 1) * d + 1 for w, d in zip(window, dilation, strict=True))
        view = xp.lib.stride_tricks.sliding_window_view(x, spans, axis)
        index = [slice(None)] * x.ndim
        for a, s in zip(axis, step, strict=True):
            index[a] = slice(None, None, s)
        return view[(*index, *(slice(None, None, d) for d in dilation))]

    return windows


def _fold(xp: Any) -> Any:
    def fold(g: Any, shape: Any, window: Any, axis: Any, step: Any, dilation: Any) -> Any:
        out = xp.zeros(shape, g.dtype)
        for offsets in itertools.product(*map(range, window)):
            index = [slice(None)] * len(shape)
            for a, o, s, d in zip(axis, offsets, step, dilation, strict=True):
                index[a] = slice(o * d, o * d + (g.shape[a] - 1) * s + 1, s)
            out[tuple(index)] += g[(..., *offsets)]
        return out

    return fold


def _behind_batch(axis: Sequence[int]) -> tuple[int, ...]:
    return tuple(a + 1 for a in axis)


_CASES: list[tuple[Any, Any, dict[str, Any]]] = [
    ((5,), (4, 2), {"window": (2,), "axis": (0,), "step": (1,), "dilation": (1,)}),
    ((2, 6), (2, 2, 2), {"window": (2,), "axis": (1,), "step": (2,), "dilation": (3,)}),
    (
        (4, 2, 5),
        (2, 2, 2, 2, 3),
        {"window": (2, 3), "axis": (0, 2), "step": (1, 2), "dilation": (2, 1)},
    ),
]


def _window_samples(rng: Any) -> list[Any]:
    return [((draw(rng, shape),), params) for shape, _, params in _CASES]


def _fold_samples(rng: Any) -> list[Any]:
    return [((draw(rng, out),), {"shape": shape, **params}) for shape, out, params in _CASES]


# The windows come last, one axis per windowed axis; `axis` counts from the front.
windows = linear(
    "windows",
    _windows,
    lambda shape, dtype, **params: lambda g: fold(g, shape=shape, **params),
    batch=lambda x, axis, **params: windows(x, axis=_behind_batch(axis), **params),
    samples=_window_samples,
)
fold = linear(
    "fold",
    _fold,
    lambda own, dtype, shape, **params: lambda g: windows(g, **params),
    batch=lambda g, shape, axis, **params: fold(
        g, shape=(g.shape[0], *shape), axis=_behind_batch(axis), **params
    ),
    samples=_fold_samples,
)


def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Any:
    """All windows of a shape, one more axis at the end for each windowed axis."""
    x = coerce(x)
    window = (window_shape,) if isinstance(window_shape, int) else tuple(window_shape)
    axes = axes_of(len(shape_of(x)), axis)
    if len(window) != len(axes):
        raise ValueError(
            f"sliding_window_view: window_shape is {window} for axes {axes}; expected a size per "
            "axis. Give axis."
        )
    sizes = [shape_of(x)[a] for a in axes]
    if any(not 0 < w <= n for w, n in zip(window, sizes, strict=True)) or len(set(axes)) < len(
        axes
    ):
        raise ValueError(
            f"sliding_window_view: window_shape is {window} along axes {axes} of sizes {sizes}; "
            "expected different axes, and windows from 1 to the size. Pad the array, or make the "
            "windows smaller."
        )
    ones = (1,) * len(axes)
    return windows(x, window=window, axis=axes, step=ones, dilation=ones)


# ---------------------------------------------------------------------------------- correlation


def _correlate_valid(xp: Any) -> Any:
    return lambda x, w: xp.convolve(x, xp.flip(w), "valid")


def _correlate_batch(size: int, args: Any, batched: Any, params: Any) -> Any:
    (x, w), (bx, by) = args, batched
    k = shape_of(w)[-1]
    rows = windows(x, window=(k,), axis=(int(bx),), step=(1,), dilation=(1,))
    subscripts = f"{'b' if bx else ''}mk,{'b' if by else ''}k->bm"
    return contract(rows, w, subscripts=subscripts), True


def _correlate_samples(rng: Any) -> list[Any]:
    real = [((draw(rng, (n,)), draw(rng, (k,))), {}) for n, k in [(5, 2), (3, 3), (4, 1)]]
    return [*real, ((draw(rng, (4,), complex=True), draw(rng, (2,), complex=True)), {})]


def _correlate_left(shape: Any, w: Any) -> Any:
    edge = shape_of(w)[0] - 1
    return lambda g: correlate_valid(pad_zeros(g, widths=((edge, edge),)), flip(w, axis=(0,)))


# sum_k x[m + k] * w[k] for every m where w lies inside x, which is at least as long.
correlate_valid = bilinear(
    "correlate_valid",
    _correlate_valid,
    _correlate_left,
    lambda x, shape: lambda g: correlate_valid(x, g),
    batch=_correlate_batch,
    samples=_correlate_samples,
)


def _signals(name: str, a: Any, v: Any, mode: str) -> tuple[Any, Any]:
    a, v = coerce(a), coerce(v)
    shapes = shape_of(a), shape_of(v)
    if any(len(s) != 1 or s[0] == 0 for s in shapes):
        raise ValueError(
            f"{name}: the operands have shapes {shapes[0]} and {shapes[1]}; expected one axis "
            "each, not empty. Use vmap for rows."
        )
    if mode not in ("full", "same", "valid"):
        raise ValueError(
            f"{name}: mode is {mode!r}; expected 'full', 'same' or 'valid'. 'same' keeps the "
            "longer length."
        )
    return a, v


def _slide(x: Any, w: Any, mode: str) -> Any:
    """The correlation of `x` and the shorter `w`, with zeros around `x` as `mode` wants."""
    k = shape_of(w)[0]
    before = {"full": k - 1, "same": k // 2, "valid": 0}[mode]
    after = {"full": k - 1, "same": k - 1 - k // 2, "valid": 0}[mode]
    return correlate_valid(pad_zeros(x, widths=((before, after),)) if k > 1 else x, w)


def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """The discrete convolution of two signals: sum_k a[m - k] * v[k].

    Args:
        mode: "full" (every overlap), "same" (as long as the longer), "valid" (complete overlap).
    """
    a, v = _signals("convolve", a, v, mode)
    if shape_of(v)[0] > shape_of(a)[0]:
        a, v = v, a
    return _slide(a, flip(v, axis=(0,)), mode)


def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """The cross-correlation of two signals: sum_k a[m + k] * conj(v[k]).

    Args:
        mode: "valid" (complete overlap), "same" (as long as the longer), "full" (every overlap).
    """
    a, v = _signals("correlate", a, v, mode)
    if shape_of(v)[0] > shape_of(a)[0]:
        return flip(_slide(conj(v), a, mode), axis=(0,))
    return _slide(a, conj(v), mode)
