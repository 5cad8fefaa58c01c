"""Batch and layer normalisation on raw arrays, as operations on the rows of a matrix.

The matrix is worked on in blocks of rows that stay in the cache, and sums are products with ones,
which the linear algebra library does at the speed of memory. Variances are means of squared
distances from the mean: two passes, and no cancellation.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import iadd
from typing import Any, NamedTuple

from fzero import array_namespace
from fzero.fused import Kernel
from fzero.parallel import shared

__all__ = ["BATCH_NORM", "LAYER_NORM"]

#: Elements of a block: the three blocks that a step touches fit in a second-level cache.
_BLOCK = 1 << 16
#: From so many positions on, a channel of an example is a row of its own.
_LONG = 256


def _fits(x: Any, gamma: Any, beta: Any, **params: Any) -> bool:
    dtypes = {a.dtype for a in (x, gamma, beta) if a is not None}
    return len(dtypes) == 1 and x.dtype.char in "fd" and x.size > 0


def _blocks(xp: Any, rows: Any) -> Iterator[slice]:
    """Parts of the rows; one on a GPU, where a launch costs more than memory."""
    n = len(rows)
    step = n if hasattr(xp, "RawKernel") else max(1, _BLOCK // rows.shape[1])
    return (slice(i, i + step) for i in range(0, n, step))


def _scratch(xp: Any, rows: Any) -> Any:
    """Memory for one block, used again for each: new memory costs more than the work in it."""
    first = next(_blocks(xp, rows))
    return xp.empty_like(rows[first])


# ---------------------------------------------------------------------------------- batch norm


class _Layout(NamedTuple):
    """How an array is a matrix: `long` rows are one channel each, others have all channels."""

    before: int
    channels: int
    behind: int
    axis: int
    last: bool
    long: bool


def _layout(x: Any, axis: int) -> _Layout:
    before, behind = math.prod(x.shape[:axis]), math.prod(x.shape[axis + 1 :])
    # Memory with the channels last is a matrix too: positions by channels.
    last = not x.flags.c_contiguous and _channels_last(x, axis).flags.c_contiguous
    if last:
        before, behind = before * behind, 1
    return _Layout(before, x.shape[axis], behind, axis, last, behind >= _LONG)


def _channels_last(x: Any, axis: int) -> Any:
    order = [i for i in range(x.ndim) if i != axis]
    return x.transpose(*order, axis)


def _matrix(x: Any, at: _Layout) -> Any:
    x = _channels_last(x, at.axis) if at.last else x
    return x.reshape(-1, at.behind if at.long else at.channels * at.behind)


def _array(rows: Any, like: Any, at: _Layout) -> Any:
    """The inverse of `_matrix`, for the shape of `like`."""
    if not at.last:
        return rows.reshape(like.shape)
    moved = rows.reshape(_channels_last(like, at.axis).shape)
    order = list(range(moved.ndim - 1))
    order.insert(at.axis, moved.ndim - 1)
    return moved.transpose(*order)


def _spread(xp: Any, v: Any, at: _Layout) -> Callable[[slice], Any]:
    """A number per channel for a block: per row, or per column."""
    if at.long:
        column = xp.tile(v, at.before)[:, None]
        return lambda part: column[part]
    row = xp.repeat(v, at.behind)
    return lambda part: row


def _channel_sums(xp: Any, rows: Any, at: _Layout, of: Callable[[slice], Any]) -> Any:
    """The sum of each channel over the blocks `of(part)`; blocks are added up in float64."""
    if at.long:
        ones = xp.ones(rows.shape[1], rows.dtype)
        sums = xp.concatenate([of(part) @ ones for part in _blocks(xp, rows)])
        return sums.reshape(at.before, at.channels).sum(axis=0, dtype="float64")
    total = xp.zeros(rows.shape[1], "float64")
    for part in _blocks(xp, rows):
        block = of(part)
        total += xp.ones(len(block), rows.dtype) @ block
    return total.reshape(at.channels, at.behind).sum(axis=1)


def _batch_norm(
    needed: Sequence[bool], x: Any, gamma: Any, beta: Any, *, axis: int, eps: float
) -> tuple[Any, Any]:
    xp, at = array_namespace(x), _layout(x, axis)
    rows, count = _matrix(x, at), at.before * at.behind
    y, scratch = xp.empty_like(rows), _scratch(xp, rows)
    mean = (_channel_sums(xp, rows, at, lambda part: rows[part]) / count).astype(x.dtype)
    centre = _spread(xp, mean, at)

    def squares(part: slice) -> Any:
        away = xp.subtract(rows[part], centre(part), out=y[part])
        return xp.multiply(away, away, out=scratch[: len(away)])

    var = (_channel_sums(xp, rows, at, squares) / count).astype(x.dtype)
    scale, shift = _spread(xp, gamma / xp.sqrt(var + eps), at), _spread(xp, beta, at)
    for part in _blocks(xp, rows):
        out = y[part]
        out *= scale(part)
        out += shift(part)
    return (_array(y, x, at), mean, var), (x, gamma, mean, var)


def _batch_norm_pull(
    needed: Sequence[bool], residuals: Any, g: Any, *, axis: int, eps: float
) -> Sequence[Any]:
    x, gamma, mean, var = residuals
    xp, at = array_namespace(x), _layout(x, axis)
    rows, centre = _matrix(x, at), _spread(xp, mean, at)
    g_y = xp.zeros_like(rows) if g[0] is None else _matrix(g[0], at)
    scratch = _scratch(xp, rows)

    def products(part: slice) -> Any:
        away = xp.subtract(rows[part], centre(part), out=scratch[: len(rows[part])])
        away *= g_y[part]
        return away

    inverse = 1 / xp.sqrt(var + eps)
    g_beta = _channel_sums(xp, rows, at, lambda part: g_y[part]).astype(x.dtype)
    g_gamma = (_channel_sums(xp, rows, at, products) * inverse).astype(x.dtype)
    if not needed[0]:
        return None, g_gamma, g_beta
    count, scale = at.before * at.behind, gamma * inverse
    g_mean, g_var = (0 if c is None else c for c in g[1:])
    slope = (2 * g_var - scale * inverse * g_gamma) / count
    shift = (g_mean - scale * g_beta) / count
    scale, slope, shift = (_spread(xp, v, at) for v in (scale, slope, shift))
    g_x = xp.empty_like(rows)
    for part in _blocks(xp, rows):  # scale * g_y + slope * (x - mean) + shift
        out = xp.subtract(rows[part], centre(part), out=g_x[part])
        out *= slope(part)
        out += xp.multiply(g_y[part], scale(part), out=scratch[: len(out)])
        out += shift(part)
    return _array(g_x, x, at), g_gamma, g_beta


BATCH_NORM = Kernel(_batch_norm, _batch_norm_pull, _fits)


# ---------------------------------------------------------------------------------- layer norm


def _features(x: Any, ndim: int) -> Any:
    """`x` as (rows, features): the last `ndim` axes are the features."""
    return x.reshape(-1, math.prod(x.shape[x.ndim - ndim :]))


def _layer_norm(
    needed: Sequence[bool], x: Any, gamma: Any, beta: Any, *, ndim: int, eps: float
) -> tuple[Any, Any]:
    xp, rows = array_namespace(x), _features(x, ndim)
    size, y = rows.shape[1], xp.empty_like(rows)
    means = xp.full((size, 1), 1 / size, x.dtype)
    mean, inverse = xp.empty((2, len(rows), 1), x.dtype)

    def fill(parts: Sequence[slice]) -> None:
        scratch = _scratch(xp, rows)
        for part in parts:
            mean[part] = rows[part] @ means
            out = xp.subtract(rows[part], mean[part], out=y[part])
            squares = xp.multiply(out, out, out=scratch[: len(out)])
            inverse[part] = 1 / xp.sqrt(squares @ means + eps)
            out *= inverse[part]
            if gamma is not None:
                out *= gamma.reshape(-1)
            if beta is not None:
                out += beta.reshape(-1)

    shared(fill, list(_blocks(xp, rows)))
    return y.reshape(x.shape), (x, gamma, beta, mean, inverse)


def _layer_norm_pull(
    needed: Sequence[bool], residuals: Any, g: Any, *, ndim: int, eps: float
) -> Sequence[Any]:
    x, gamma, beta, mean, inverse = residuals
    xp, rows, g_y = array_namespace(x), _features(x, ndim), _features(g, ndim)
    g_x = xp.empty_like(rows)

    def pulled(parts: Sequence[slice]) -> Any:
        sums = xp.zeros((2, rows.shape[1]), x.dtype)
        unit, scratch = _scratch(xp, rows), _scratch(xp, rows)
        for part in parts:
            g_part, n = g_y[part], len(rows[part])
            hat = xp.subtract(rows[part], mean[part], out=unit[:n])
            hat *= inverse[part]
            ones = xp.ones(n, x.dtype)
            if needed[1]:
                sums[0] += ones @ xp.multiply(g_part, hat, out=scratch[:n])
            if needed[2]:
                sums[1] += ones @ g_part
            if needed[0]:
                _pull_unit(xp, hat, g_part, gamma, inverse[part], g_x[part], scratch[:n])
        return sums

    g_gamma, g_beta = reduce(iadd, shared(pulled, list(_blocks(xp, rows))))
    return (
        g_x.reshape(x.shape) if needed[0] else None,
        g_gamma.reshape(gamma.shape) if needed[1] else None,
        g_beta.reshape(beta.shape) if needed[2] else None,
    )


def _pull_unit(xp: Any, hat: Any, g: Any, gamma: Any, inverse: Any, out: Any, scratch: Any) -> None:
    """The cotangent of rows that became `hat`, which is used up: `g` less its projections."""
    means = xp.full((hat.shape[1], 1), 1 / hat.shape[1], hat.dtype)
    if gamma is not None:
        g = xp.multiply(g, gamma.reshape(-1), out=out)
    along = xp.multiply(g, hat, out=scratch) @ means
    hat *= along
    hat += g @ means
    xp.subtract(g, hat, out=out)
    out *= inverse


LAYER_NORM = Kernel(_layer_norm, _layer_norm_pull, _fits)
