"""Convolution of images with any number of spatial axes, each by the scheme that suits its shape.

Three maps serve convolution, transposed convolution and the gradients of both, since each is a
transpose of another: `correlate` is linear in the images and in the kernel, `spread` is its
transpose in the images, `kernel_gradient` in the kernel. Images are (N, C, *sizes), kernels
(F, C / groups, *window); the memory of results has the channels last: see `layout`.
"""

from collections.abc import Sequence
from typing import Any

from fzero import array_namespace
from fzero.fused import Kernel

from . import depthwise, products, winograd
from .columns import out_sizes
from .layout import Pairs, Sizes, first, last, wide

__all__ = ["CONV", "CONV_TRANSPOSE"]


def correlate(
    x: Any, W: Any, b: Any, out: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """The first `out` windows of each image times the kernel, plus `b`: (N, F, *out)."""
    if winograd.pays(x, W, out, stride, dilation, groups):
        return first(winograd.correlate(last(x), W, b, out, padding))
    scheme = depthwise if depthwise.takes(W, groups) else products
    y = scheme.correlate(last(x), W, b, out, stride, padding, dilation, groups)
    return first(y).astype(x.dtype, copy=False)


def _turned(W: Any, groups: int) -> Any:
    """The kernel that joins the outputs of `W` to its inputs, from the other end of the window."""
    xp, (outputs, each, *window) = array_namespace(W), W.shape
    split = W.reshape(groups, outputs // groups, each, *window).swapaxes(1, 2)
    turned = xp.flip(split, tuple(range(3, split.ndim)))
    return turned.reshape(groups * each, outputs // groups, *window)


def spread(
    g: Any, W: Any, sizes: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """Each element of `g` times the kernel, added up where its window lies in images of `sizes`."""
    if depthwise.takes(W, groups) or max(stride) > 1:
        scheme = depthwise if depthwise.takes(W, groups) else products
        x = scheme.spread(last(g), W, sizes, stride, padding, dilation, groups)
        return first(x).astype(g.dtype, copy=False)
    spans = [(w - 1) * d for w, d in zip(W.shape[2:], dilation, strict=True)]
    ends = zip(sizes, g.shape[2:], spans, padding, strict=True)
    borders = [(s - p[0], size + p[0] - n) for size, n, s, p in ends]
    return correlate(g, _turned(W, groups), None, sizes, stride, borders, dilation, groups)


def kernel_gradient(
    x: Any, g: Any, shape: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    """The cotangent of a kernel of `shape`, where `correlate(x, kernel)` has the cotangent `g`."""
    scheme = depthwise if groups > 1 and shape[1] == 1 else products
    total = scheme.kernel_gradient(last(x), last(g), shape, stride, padding, dilation, groups)
    return total.astype(x.dtype, copy=False)


def _bias_gradient(g: Any) -> Any:
    """The sum over images and places, as a product with ones."""
    rows = last(g).reshape(-1, g.shape[1])
    ones = array_namespace(g).ones(len(rows), wide(g.dtype))
    return (ones @ rows.astype(ones.dtype, copy=False)).astype(g.dtype, copy=False)


def _fits(x: Any, W: Any, b: Any, **params: Any) -> bool:
    """Floats of one dtype; a product of two dtypes is promoted by the reference."""
    return x.dtype.kind == "f" and W.dtype == x.dtype and (b is None or b.dtype == x.dtype)


def _conv(needed: Any, x: Any, W: Any, b: Any, **params: Any) -> Any:
    windows = {k: params[k] for k in ("stride", "padding", "dilation")}
    out = out_sizes(x.shape[2:], W.shape[2:], **windows)
    return correlate(x, W, b, out, **params), (x, W)


def _conv_back(needed: Any, residuals: Any, g: Any, **params: Any) -> Sequence[Any]:
    x, W = residuals
    return (
        spread(g, W, x.shape[2:], **params) if needed[0] else None,
        kernel_gradient(x, g, W.shape, **params) if needed[1] else None,
        _bias_gradient(g) if needed[2] else None,
    )


def _transpose(needed: Any, x: Any, W: Any, b: Any, out: Sizes, **params: Any) -> Any:
    y = spread(x, W, out, **params)
    if b is not None:
        y += b.reshape(-1, *(1 for _ in out))
    return y, (x, W)


def _transpose_back(
    needed: Any, residuals: Any, g: Any, out: Sizes, **params: Any
) -> Sequence[Any]:
    x, W = residuals
    return (
        correlate(g, W, None, x.shape[2:], **params) if needed[0] else None,
        kernel_gradient(g, x, W.shape, **params) if needed[1] else None,
        _bias_gradient(g) if needed[2] else None,
    )


#: Both take `stride`, `padding`, `dilation` and `groups`; the second also the sizes `out` of its
#: output.
CONV = Kernel(_conv, _conv_back, _fits)
CONV_TRANSPOSE = Kernel(_transpose, _transpose_back, _fits)
