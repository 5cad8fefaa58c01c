"""Convolution of images with any number of spatial axes, as products of matrices.

Three maps serve convolution, transposed convolution and the gradients of both, since each is a
transpose of another: `correlate` is linear in the images and in the kernel, `spread` is its
transpose in the images, `kernel_gradient` in the kernel. Images are (N, C, *sizes), kernels
(F, C / groups, *window).
"""

import math
from collections.abc import Sequence
from typing import Any

from fzero import array_namespace
from fzero.fused import Kernel

from .columns import Pairs, Sizes, column_blocks, cropped, out_sizes, partition, shifts, wide

__all__ = ["CONV", "CONV_TRANSPOSE"]


def _matrices(W: Any, groups: int) -> Any:
    """The kernel as a matrix (F / groups, C / groups * window) per group, wide enough to sum."""
    inner = math.prod(W.shape[1:])
    return W.reshape(groups, W.shape[0] // groups, inner).astype(wide(W.dtype), copy=False)


def _rows(block: Any, groups: int) -> Any:
    """A block (n, F, ...) of outputs as a matrix (F / groups, places) per group."""
    places = math.prod((block.shape[0], *block.shape[2:]))
    rows = array_namespace(block).moveaxis(block, 1, 0)
    rows = rows.reshape(groups, block.shape[1] // groups, places)
    return rows.astype(wide(block.dtype), copy=False)


def _product(left: Any, right: Any) -> Any:
    """The product of matrices, group by group; BLAS is slow at columns times rows."""
    return left * right if left.shape[-1] == 1 else array_namespace(left).matmul(left, right)


def _is_pointwise(W: Any, sizes: Sizes, out: Sizes, stride: Sizes) -> bool:
    """Whether the windows are the elements of the image, each one once."""
    return math.prod((*W.shape[2:], *stride)) == 1 and tuple(sizes) == tuple(out)


def _pointwise(x: Any, matrices: Any) -> Any:
    """A matrix per group times the channels of every element: no columns are needed."""
    groups, outputs, inputs = matrices.shape
    flat = x.reshape(x.shape[0], groups, inputs, math.prod(x.shape[2:]))
    y = _product(matrices, flat.astype(matrices.dtype, copy=False))
    return y.reshape(x.shape[0], groups * outputs, *x.shape[2:]).astype(x.dtype, copy=False)


def correlate(
    x: Any, W: Any, out: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """The first `out` windows of each image times the kernel, (N, F, *out)."""
    matrices = _matrices(W, groups)
    if _is_pointwise(W, x.shape[2:], out, stride):
        return _pointwise(x, matrices)
    xp, outputs, window = array_namespace(x), W.shape[0], W.shape[2:]
    y = xp.empty((x.shape[0], outputs, *out), x.dtype)
    least = matrices.nbytes
    for place, columns in column_blocks(x, out, window, stride, padding, dilation, least):
        shape = columns.shape[1 + len(window) :]
        product = _product(matrices, columns.reshape(groups, matrices.shape[2], math.prod(shape)))
        y[place] = xp.moveaxis(product.reshape(outputs, *shape), 0, 1)
    return y


def spread(
    g: Any, W: Any, sizes: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """Each element of `g` times the kernel, added up where its window lies in images of `sizes`."""
    xp = array_namespace(g)
    matrices = xp.swapaxes(_matrices(W, groups), 1, 2)
    if _is_pointwise(W, sizes, g.shape[2:], stride):
        return _pointwise(g, matrices)
    channels, window, out = W.shape[1] * groups, W.shape[2:], g.shape[2:]
    full = tuple(n + sum(p) for n, p in zip(sizes, padding, strict=True))
    x = xp.zeros((g.shape[0], channels, *full), matrices.dtype)
    images = xp.moveaxis(x, 0, 1)
    row_bytes = channels * math.prod(window) * math.prod(out[1:]) * matrices.itemsize
    for which, rows in partition(xp, g.shape[0], out[0], row_bytes, matrices.nbytes):
        block = g[which, :, rows]
        columns = _product(matrices, _rows(block, groups))
        columns = columns.reshape(channels, *window, block.shape[0], *block.shape[2:])
        for offsets, place in shifts(window, stride, dilation, rows, out[1:]):
            images[(slice(None), which, *place)] += columns[(slice(None), *offsets)]
    return cropped(x, sizes, padding).astype(g.dtype, copy=False)


def kernel_gradient(
    x: Any, g: Any, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """The cotangent of a kernel of `shape`, where `correlate(x, kernel)` has the cotangent `g`."""
    xp = array_namespace(x)
    inner, window = math.prod(shape[1:]), shape[2:]
    total = xp.zeros((groups, shape[0] // groups, inner), wide(x.dtype))
    out, least = g.shape[2:], total.nbytes
    for place, columns in column_blocks(x, out, window, stride, padding, dilation, least):
        rows = _rows(g[place], groups)
        flat = columns.reshape(groups, inner, rows.shape[2])
        total += _product(rows, xp.swapaxes(flat, 1, 2))
    return total.reshape(shape).astype(x.dtype, copy=False)


# ---------------------------------------------------------------------------------- the kernels


def _with_bias(y: Any, b: Any) -> Any:
    if b is not None:
        y += b.reshape(-1, *(1 for _ in y.shape[2:]))
    return y


def _bias_gradient(g: Any) -> Any:
    axes = (0, *range(2, g.ndim))
    return g.sum(axis=axes, dtype=wide(g.dtype)).astype(g.dtype, copy=False)


def _fits(x: Any, W: Any, b: Any, **params: Any) -> bool:
    """Floats of one dtype; a product of two dtypes is promoted by the reference."""
    return x.dtype.kind == "f" and W.dtype == x.dtype and (b is None or b.dtype == x.dtype)


def _conv(needed: Any, x: Any, W: Any, b: Any, groups: int, **windows: Any) -> Any:
    out = out_sizes(x.shape[2:], W.shape[2:], **windows)
    return _with_bias(correlate(x, W, out, groups=groups, **windows), b), (x, W)


def _conv_back(needed: Any, residuals: Any, g: Any, **params: Any) -> Sequence[Any]:
    x, W = residuals
    return (
        spread(g, W, x.shape[2:], **params) if needed[0] else None,
        kernel_gradient(x, g, W.shape, **params) if needed[1] else None,
        _bias_gradient(g) if needed[2] else None,
    )


def _transpose(needed: Any, x: Any, W: Any, b: Any, out: Sizes, **params: Any) -> Any:
    return _with_bias(spread(x, W, out, **params), b), (x, W)


def _transpose_back(
    needed: Any, residuals: Any, g: Any, out: Sizes, **params: Any
) -> Sequence[Any]:
    x, W = residuals
    return (
        correlate(g, W, x.shape[2:], **params) if needed[0] else None,
        kernel_gradient(g, x, W.shape, **params) if needed[1] else None,
        _bias_gradient(g) if needed[2] else None,
    )


#: Both take `stride`, `padding`, `dilation` and `groups`; the second also the sizes `out` of its
#: output.
CONV = Kernel(_conv, _conv_back, _fits)
CONV_TRANSPOSE = Kernel(_transpose, _transpose_back, _fits)
