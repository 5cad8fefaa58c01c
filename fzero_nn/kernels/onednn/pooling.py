"""Maximum and mean of windows. Images keep the layout that they come in."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fzero.fused import Kernel

from .. import pooling as plain
from .layouts import empty, laid_out, layout_of
from .primitive import (
    Argument,
    Descriptor,
    Primitive,
    dims,
    made,
    primitive_desc,
)

__all__ = ["AVG_POOL", "MAX_POOL"]

_TRAINING, _INFERENCE = 64, 96
_MAX, _WITH_PADDING, _WITHOUT_PADDING = 511, 767, 1023
Sizes = Sequence[int]
Pairs = Sequence[tuple[int, int]]


class _Shapes:
    """The descriptors of one pooling of x (N, C, ...) into y (N, C, ...)."""

    def __init__(
        self, x: Sizes, layout: str, kind: int, out: Sizes, window: Sizes, stride: Sizes,
        padding: Pairs, dilation: Sizes,
    ) -> None:  # fmt: skip
        self.x, self.y = Descriptor(x, layout), Descriptor((*x[:2], *out), layout)
        before = [p[0] for p in padding]
        axes = zip(x[2:], window, out, stride, dilation, before, strict=True)
        after = [(o - 1) * s + (w - 1) * d + 1 - n - p for n, w, o, s, d, p in axes]
        gaps = [d - 1 for d in dilation]
        self.kind, self.rest = kind, [*map(dims, (stride, window, gaps, before, after))]

    def forward(self, use: int) -> Any:
        return primitive_desc("pooling_forward", use, self.kind, self.x, self.y, *self.rest)

    def backward(self) -> Any:
        args = (self.kind, self.x, self.y, *self.rest, self.forward(_TRAINING))
        return primitive_desc("pooling_backward", *args)


def _workspace(kind: int) -> dict[int, None]:
    """Where the maxima were is noted; means need no note."""
    return {Argument.WORKSPACE: None} if kind == _MAX else {}


def _forward(use: int, *shapes: Any) -> Primitive:
    s = _Shapes(*shapes)
    noted = _workspace(s.kind) if use == _TRAINING else {}
    return Primitive(s.forward(use), {Argument.SRC: s.x}, {Argument.DST: s.y, **noted})


def _backward(*shapes: Any) -> Primitive:
    s = _Shapes(*shapes)
    inputs = {Argument.DIFF_DST: s.y, **_workspace(s.kind)}
    return Primitive(s.backward(), inputs, {Argument.DIFF_SRC: s.x})


def _complete(*shapes: Any) -> bool:
    """Whether the library has both directions: else one raises."""
    s = _Shapes(*shapes)
    return all((s.forward(_INFERENCE), s.backward()))


def _key(kind: int, x: Sizes, layout: str, how: dict[str, Any]) -> tuple[Any, ...]:
    places = (how["out"], how["window"], how["stride"], how["padding"], how["dilation"])
    return (x, layout, kind, *places)


def _served(kind: int, x: Any, how: dict[str, Any]) -> bool:
    if x.dtype.char != "f" or x.size == 0 or x.ndim > 5:
        return False
    return bool(made(_complete, *_key(kind, x.shape, layout_of(x), how)))


def _pooled(kind: int, x: Any, use: int, how: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The pooled images, what they depend on, and where the maxima were."""
    layout = layout_of(x)
    x, y = laid_out(x, layout), empty((*x.shape[:2], *how["out"]), layout)
    key = _key(kind, x.shape, layout, how)
    primitive = made(_forward, use, *key)
    notes = [np.empty(n, np.uint8) for n in primitive.sizes]
    primitive(x, y, *notes)
    return y, key, notes


def _pulled(key: tuple[Any, ...], g: Any, notes: Any) -> Any:
    shape, layout = key[:2]
    g_x = empty(shape, layout)
    made(_backward, *key)(laid_out(g, layout), *notes, g_x)
    return g_x


# -------------------------------------------------------------------------------------- maxima


def _is_ordinary(x: Any) -> bool:
    """Whether nothing is NaN or infinite: the library's maximum overlooks NaN and -inf."""
    flat = laid_out(x, layout_of(x)).ravel(order="K")
    with np.errstate(all="ignore"):
        return bool(np.isfinite(np.dot(flat, flat)))


def _max(needed: Any, x: Any, **how: Any) -> Any:
    if not _is_ordinary(x):
        y, stages = plain.MAX_POOL.forward(needed, x, **how)
        return y, (None, stages)
    y, key, notes = _pooled(_MAX, x, _TRAINING if needed[0] else _INFERENCE, how)
    return y, (key, notes)


def _max_back(needed: Any, residuals: Any, g: Any, **how: Any) -> Sequence[Any]:
    key, kept = residuals
    if key is None:
        return plain.MAX_POOL.backward(needed, kept, g, **how)
    return (_pulled(key, g, kept),)


# --------------------------------------------------------------------------------------- means


def _mean_kind(count_include_pad: bool) -> int:
    return _WITH_PADDING if count_include_pad else _WITHOUT_PADDING


def _avg_fits(x: Any, count_include_pad: bool, **how: Any) -> bool:
    """The library counts what windows reach beyond the padding, too."""
    kind = _mean_kind(count_include_pad)
    return not (count_include_pad and _reaches_beyond(x.shape[2:], **how)) and _served(kind, x, how)


def _reaches_beyond(
    sizes: Sizes, out: Sizes, window: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes
) -> bool:
    axes = zip(sizes, out, window, stride, padding, dilation, strict=True)
    return any((o - 1) * s + (w - 1) * d + 1 > n + sum(p) for n, o, w, s, p, d in axes)


def _avg(needed: Any, x: Any, count_include_pad: bool, **how: Any) -> Any:
    y, key, _ = _pooled(_mean_kind(count_include_pad), x, _TRAINING, how)
    return y, key


def _avg_back(needed: Any, key: Any, g: Any, **how: Any) -> Sequence[Any]:
    return (_pulled(key, g, ()),)


MAX_POOL = Kernel(_max, _max_back, lambda x, **how: _served(_MAX, x, how))
AVG_POOL = Kernel(_avg, _avg_back, _avg_fits)
