"""Pooling of images with any number of spatial axes, one axis after the other.

The maximum or the sum over a window is that of its rows' maxima or sums, so a window of k x k costs
2 k passes and not k^2. The last axis goes first: of equal maxima the first in reading order is then
the one that is found. No padding is stored, since each offset in the window knows what it reads.
"""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fzero import array_namespace, config
from fzero.fused import Kernel
from fzero.parallel import shared

from .layout import Pairs, Sizes, ordered_as, wide

__all__ = ["AVG_POOL", "MAX_POOL", "covered", "divisor"]

#: Elements of images for which another thread is worth waking.
_LEAST_SHARE = 1 << 20
#: Per offset in the window: the index of the outputs that read inside, and of what they read.
Taps = list[tuple[tuple[slice, ...], tuple[slice, ...]]]


def _taps(
    axis: int, size: int, out: int, window: int, stride: int, before: int, dilation: int
) -> Taps:
    found, lead = [], (slice(None),) * axis
    for k in range(window):
        shift = k * dilation - before
        first, end = max(0, -(shift // stride)), min(out, (size - 1 - shift) // stride + 1)
        if first < end:
            start, stop = first * stride + shift, (end - 1) * stride + shift + 1
            found.append(((*lead, slice(first, end)), (*lead, slice(start, stop, stride))))
    return found


def _axes(
    sizes: Sizes, out: Sizes, window: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes
) -> Iterator[tuple[int, int, Taps]]:
    """Each spatial axis with its new size and its taps, the last axis first."""
    for i in reversed(range(len(sizes))):
        taps = _taps(i + 2, sizes[i], out[i], window[i], stride[i], padding[i][0], dilation[i])
        yield i + 2, out[i], taps


def _resized(x: Any, axis: int, size: int) -> tuple[int, ...]:
    return (*x.shape[:axis], size, *x.shape[axis + 1 :])


# -------------------------------------------------------------------------------------- maxima


def _axis_max(x: Any, axis: int, size: int, taps: Taps) -> Any:
    xp, shape = array_namespace(x), _resized(x, axis, size)
    whole = next((here for out, here in taps if out[axis] == slice(0, size)), None)
    if whole is None:
        y = xp.full_like(x, -math.inf, shape=shape)
    else:
        y = x[whole].copy(order="K")
    for out, here in taps:
        if here is not whole:
            xp.maximum(y[out], x[here], out=y[out])
    return y


def _axis_max_back(x: Any, y: Any, g: Any, axis: int, taps: Taps, apart: bool) -> Any:
    """`g` at the first element of each window that is the maximum, or the first NaN.

    Windows that are apart share no element.
    """
    xp, g = array_namespace(x), ordered_as(y, g)
    total = xp.zeros_like(x)
    whole = all(out[axis] == slice(0, y.shape[axis]) for out, _ in taps)
    with_nan = xp is not np or bool(np.isnan(y).any())
    left = xp.ones_like(y, dtype=bool)
    for i, (out, here) in enumerate(taps):
        if whole and i == len(taps) - 1:
            hit = left
        else:
            hit = x[here] == y[out]
            if with_nan:
                hit |= x[here] != x[here]
            hit &= left[out]
            left[out] ^= hit
        if apart:
            total[here] = _where(hit, g[out])
        else:
            total[here] += _where(hit, g[out])
    return total


def _where(hit: Any, g: Any) -> Any:
    """`g` where `hit`, else 0, by its bits: NumPy's `where` branches, and is 10 times slower."""
    bits = hit.astype(f"i{g.dtype.itemsize}")
    bits *= -1
    bits &= g.view(bits.dtype)
    return bits.view(g.dtype)


def _shares(x: Any) -> list[slice]:
    """The images, in parts that are worth a thread each."""
    xp, count = array_namespace(x), min(len(x), x.size // _LEAST_SHARE)
    count = max(1, min(count, config.threads())) if xp is np else 1
    ends = [len(x) * i // count for i in range(count + 1)]
    return [slice(a, b) for a, b in itertools.pairwise(ends)]


def _max(needed: Any, x: Any, **windows: Any) -> Any:
    axes = list(_axes(x.shape[2:], **windows))

    def stages_of(parts: Sequence[slice]) -> Any:
        (part,) = parts
        stages = [x[part]]
        for axis, size, taps in axes:
            stages.append(_axis_max(stages[-1], axis, size, taps))
        return part, stages

    found = shared(stages_of, _shares(x))
    if len(found) == 1:
        y = found[0][1][-1]
    else:
        y = np.empty_like(x, shape=(*x.shape[:2], *found[0][1][-1].shape[2:]))
        for part, stages in found:
            y[part] = stages[-1]
    return y, (x, found) if needed[0] else None


def _max_back(needed: Any, residuals: Any, g: Any, **windows: Any) -> Sequence[Any]:
    x, found = residuals
    axes = list(_axes(x.shape[2:], **windows))
    g_x = array_namespace(x).empty_like(x, dtype=g.dtype)

    def pull(shares: Any) -> None:
        for part, stages in shares:
            h = g[part]
            steps = zip(stages, stages[1:], axes, strict=False)
            for x, y, (axis, _, taps) in reversed(list(steps)):
                i = axis - 2
                span = (windows["window"][i] - 1) * windows["dilation"][i]
                h = _axis_max_back(x, y, h, axis, taps, span < windows["stride"][i])
            g_x[part] = h

    shared(pull, found)
    return (g_x,)


# --------------------------------------------------------------------------------------- means


def covered(size: int, out: int, window: int, stride: int, before: int, dilation: int) -> Any:
    """How many elements of an axis lie in each window, padding left aside; a NumPy array."""
    places = np.arange(out)[:, None] * stride - before + np.arange(window) * dilation
    return ((places >= 0) & (places < size)).sum(axis=1)


def divisor(
    sizes: Sizes,
    out: Sizes,
    window: Sizes,
    stride: Sizes,
    padding: Pairs,
    dilation: Sizes,
    count_include_pad: bool,
) -> Any:
    """What to divide the sums of the windows by: an int, or a NumPy array of shape `out`."""
    counts = np.ones((), np.int64)
    for n, o, w, s, p, d in zip(sizes, out, window, stride, padding, dilation, strict=True):
        size, before = (n + sum(p), 0) if count_include_pad else (n, p[0])
        counts = counts[..., None] * covered(size, o, w, s, before, d)
    return int(counts.flat[0]) if (counts == counts.flat[0]).all() else counts


def _divided(total: Any, sizes: Sizes, **how: Any) -> Any:
    counts = divisor(sizes, **how)
    if isinstance(counts, int):
        return total / counts
    return total / array_namespace(total).asarray(counts, total.dtype)


def _avg(needed: Any, x: Any, count_include_pad: bool, **windows: Any) -> Any:
    xp, dtype, sizes, y = array_namespace(x), wide(x.dtype), x.shape[2:], x
    for axis, size, taps in _axes(sizes, **windows):
        total = xp.zeros_like(y, dtype, shape=_resized(y, axis, size))
        for out, here in taps:
            total[out] += y[here]
        y = total
    y = _divided(y, sizes, count_include_pad=count_include_pad, **windows)
    return y.astype(x.dtype, copy=False), sizes


def _avg_back(needed: Any, sizes: Any, g: Any, count_include_pad: bool, **windows: Any) -> Any:
    xp, dtype = array_namespace(g), wide(g.dtype)
    x = g.astype(dtype, copy=False)
    x = _divided(x, sizes, count_include_pad=count_include_pad, **windows)
    for axis, _, taps in reversed(list(_axes(sizes, **windows))):
        total = xp.zeros_like(x, dtype, shape=_resized(x, axis, sizes[axis - 2]))
        for out, here in taps:
            total[here] += x[out]
        x = total
    return (x.astype(g.dtype, copy=False),)


def _fits(x: Any, **params: Any) -> bool:
    return x.dtype.char in "efd"


#: Both take the sizes `out` of the output, and `window`, `stride`, `padding` and `dilation` per
#: axis; the second also `count_include_pad`.
MAX_POOL = Kernel(_max, _max_back, _fits)
AVG_POOL = Kernel(_avg, _avg_back, _fits)
