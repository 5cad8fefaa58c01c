"""Batch and layer normalisation on raw arrays, block by block, so that a block stays in the cache.

Variances are means of squared distances from the mean: two passes, and no cancellation.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fzero import array_namespace
from fzero.fused import Kernel

__all__ = ["BATCH_NORM", "LAYER_NORM"]

#: Elements of a block: what all its passes read and write fits in a second-level cache.
_BLOCK = 1 << 15


def _fits(x: Any, gamma: Any, beta: Any, **params: Any) -> bool:
    dtypes = {a.dtype for a in (x, gamma, beta) if a is not None}
    return len(dtypes) == 1 and x.dtype.char in "fd" and x.size > 0


def _slices(n: int, step: int) -> Iterator[slice]:
    return (slice(i, i + step) for i in range(0, n, step))


# ---------------------------------------------------------------------------------- batch norm


def _channels(x: Any, axis: int) -> Any:
    """`x` as (N, C, S): what is before the axis of the channels, they, what is behind."""
    before, behind = x.shape[:axis], x.shape[axis + 1 :]
    sizes = [1, 1]
    for i, part in enumerate((before, behind)):
        for n in part:
            sizes[i] *= n
    return x.reshape(sizes[0], x.shape[axis], sizes[1])


def _channel_blocks(xp: Any, rows: Any) -> Iterator[slice]:
    """Channels that are worked on together: all of them where a channel is not contiguous."""
    n, channels, behind = rows.shape
    together = hasattr(xp, "RawKernel") or rows.strides[2] != rows.itemsize or behind < 16
    return _slices(channels, channels if together else max(1, _BLOCK // (n * behind)))


def _sum(x: Any) -> Any:
    """The sum of each channel."""
    return x.sum(axis=2).sum(axis=0)


def _dot(xp: Any, x: Any, y: Any) -> Any:
    """The sum of products of each channel."""
    return xp.einsum("ncs,ncs->nc", x, y).sum(axis=0)


def _batch_norm(
    needed: Sequence[bool], x: Any, gamma: Any, beta: Any, *, axis: int, eps: float
) -> tuple[Any, Any]:
    xp, rows = array_namespace(x), _channels(x, axis)
    y, (mean, var) = xp.empty_like(rows), xp.empty((2, rows.shape[1]), x.dtype)
    count = rows.shape[0] * rows.shape[2]
    for part in _channel_blocks(xp, rows):
        out = y[:, part]
        mean[part] = _sum(rows[:, part]) / count
        xp.subtract(rows[:, part], mean[part, None], out=out)
        var[part] = _dot(xp, out, out) / count
        out *= (gamma[part] / xp.sqrt(var[part] + eps))[:, None]
        out += beta[part, None]
    return (y.reshape(x.shape), mean, var), (x, gamma, mean, var)


def _batch_norm_pull(
    needed: Sequence[bool], residuals: Any, g: Any, *, axis: int, eps: float
) -> Sequence[Any]:
    x, gamma, mean, var = residuals
    xp, rows, (g_y, g_mean, g_var) = array_namespace(x), _channels(x, axis), g
    count, inverse = rows.shape[0] * rows.shape[2], 1 / xp.sqrt(var + eps)
    g_y = xp.zeros_like(rows) if g_y is None else _channels(g_y, axis)
    g_mean, g_var = (0 * mean if g is None else g for g in (g_mean, g_var))
    g_x, g_gamma, g_beta = xp.empty_like(rows), xp.empty_like(mean), xp.empty_like(mean)
    for part in _channel_blocks(xp, rows):
        away = rows[:, part] - mean[part, None]
        g_beta[part] = _sum(g_y[:, part])
        g_gamma[part] = _dot(xp, g_y[:, part], away) * inverse[part]
        if needed[0]:
            # g_x = scale * g_y + slope * (x - mean) + shift
            scale = gamma[part] * inverse[part]
            slope = (2 * g_var[part] - scale * inverse[part] * g_gamma[part]) / count
            shift = (g_mean[part] - scale * g_beta[part]) / count
            out = xp.multiply(g_y[:, part], scale[:, None], out=g_x[:, part])
            away *= slope[:, None]
            out += away
            out += shift[:, None]
    return g_x.reshape(x.shape) if needed[0] else None, g_gamma, g_beta


BATCH_NORM = Kernel(_batch_norm, _batch_norm_pull, _fits)


# ---------------------------------------------------------------------------------- layer norm


def _features(x: Any, ndim: int) -> Any:
    """`x` as (rows, features): the last `ndim` axes are the features."""
    size = 1
    for n in x.shape[x.ndim - ndim :]:
        size *= n
    return x.reshape(-1, size)


def _row_blocks(xp: Any, rows: Any) -> Iterator[slice]:
    n = len(rows)
    return _slices(n, n if hasattr(xp, "RawKernel") else max(1, _BLOCK // rows.shape[1]))


def _layer_norm(
    needed: Sequence[bool], x: Any, gamma: Any, beta: Any, *, ndim: int, eps: float
) -> tuple[Any, Any]:
    xp, rows = array_namespace(x), _features(x, ndim)
    size, y = rows.shape[1], xp.empty_like(rows)
    mean, inverse = xp.empty((2, len(rows), 1), x.dtype)
    for part in _row_blocks(xp, rows):
        out = y[part]
        mean[part] = rows[part].sum(axis=1, keepdims=True) / size
        xp.subtract(rows[part], mean[part], out=out)
        inverse[part, 0] = 1 / xp.sqrt(xp.einsum("rk,rk->r", out, out) / size + eps)
        out *= inverse[part]
        if gamma is not None:
            out *= gamma.reshape(-1)
        if beta is not None:
            out += beta.reshape(-1)
    return y.reshape(x.shape), (x, gamma, beta, mean, inverse)


def _layer_norm_pull(
    needed: Sequence[bool], residuals: Any, g: Any, *, ndim: int, eps: float
) -> Sequence[Any]:
    x, gamma, beta, mean, inverse = residuals
    xp, rows, g_y = array_namespace(x), _features(x, ndim), _features(g, ndim)
    g_x, (g_gamma, g_beta) = xp.empty_like(rows), xp.zeros((2, rows.shape[1]), x.dtype)
    for part in _row_blocks(xp, rows):
        unit = (rows[part] - mean[part]) * inverse[part]
        g_part, ones = g_y[part], xp.ones(len(unit), x.dtype)
        if needed[2]:
            g_beta += ones @ g_part
        if needed[1]:
            g_gamma += ones @ (g_part * unit)
        if needed[0]:
            _pull_unit(xp, unit, g_part, gamma, inverse[part], g_x[part])
    return (
        g_x.reshape(x.shape) if needed[0] else None,
        g_gamma.reshape(gamma.shape) if needed[1] else None,
        g_beta.reshape(beta.shape) if needed[2] else None,
    )


def _pull_unit(xp: Any, unit: Any, g: Any, gamma: Any, inverse: Any, out: Any) -> None:
    """The cotangent of rows that became `unit`, which is used up: what is left after projection."""
    size = unit.shape[1]
    out[...] = g
    if gamma is not None:
        out *= gamma.reshape(-1)
    along = xp.einsum("rk,rk->r", out, unit)[:, None] / size
    out -= out.sum(axis=1, keepdims=True) / size
    unit *= along
    out -= unit
    out *= inverse


LAYER_NORM = Kernel(_layer_norm, _layer_norm_pull, _fits)
