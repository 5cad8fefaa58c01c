"""The windows of images as columns, and columns added back to images."""

import math
from typing import Any

import fzero.numpy as fnp
from fzero.ops.conv import fold, windows

from ..kernels.layout import Pairs, Sizes
from .windows import pairs_per_axis, per_axis, spans, window_sizes

__all__ = ["col2im", "im2col"]


def _geometry(
    name: str, shape: Sizes, window: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[Pairs, Sizes, dict[str, Any]]:
    """Padding, output sizes, and what the primitives want to know."""
    axes = len(shape) - 2
    if axes < 1:
        raise ValueError(
            f"{name}: the images are of shape {tuple(shape)}; expected (N, C, ...) with one "
            "spatial axis or more. Give a single image a batch axis with x[None]."
        )
    sizes, window = shape[2:], per_axis(name, "window", window, axes)
    stride = per_axis(name, "stride", stride, axes)
    dilation = per_axis(name, "dilation", dilation, axes)
    pairs = pairs_per_axis(name, padding, sizes, spans(window, dilation), stride)
    out = window_sizes(name, sizes, window, stride, pairs, dilation)
    given = {"window": window, "axis": tuple(range(2, axes + 2)), "step": stride}
    return pairs, out, {**given, "dilation": dilation}


def im2col(
    x: Any,
    window: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    to_matrix: bool = False,
) -> Any:
    """The windows of images: col[n, c, k, l, i, j] = x[n, c, i s + k d - p, j s + l d - p].

    Args:
        x: images with any number of spatial axes, shape (N, C, H, W) with two.
        window, stride, dilation: integers from 1 on, or one per axis.
        padding: as for `conv2d`.
        to_matrix: whether to give a row for each window.

    Returns:
        Shape (N, C, KH, KW, OH, OW); (N * OH * OW, C * KH * KW) as a matrix.

    Raises:
        ValueError: the window does not fit, or an argument is out of range.

    Gradient: `col2im`, its transpose.
    Cost: KH * KW times the memory of x.

    Example:
        >>> import numpy as np
        >>> im2col(np.ones((1, 3, 7, 7)), window=5, to_matrix=True).shape
        (9, 75)
    """
    x = fnp.asarray(x)
    pairs, out, how = _geometry("im2col", tuple(x.shape), window, stride, padding, dilation)
    n = len(out)
    seen = windows(fnp.pad(x, ((0, 0), (0, 0), *pairs)), **how)
    if not to_matrix:
        return fnp.moveaxis(seen, tuple(range(2, n + 2)), tuple(range(n + 2, 2 * n + 2)))
    rows = fnp.moveaxis(seen, 1, n + 1)
    width = x.shape[1] * math.prod(how["window"])
    return fnp.reshape(rows, (x.shape[0] * math.prod(out), width))


def col2im(
    col: Any,
    shape: Sizes,
    window: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    to_matrix: bool = False,
) -> Any:
    """The transpose of `im2col`: each window added to images, to where it was read.

    Args:
        col: as `im2col` returns it for images of `shape`.
        shape: of the images, (N, C, H, W) with two spatial axes.
        window, stride, padding, dilation: as for `im2col`.
        to_matrix: whether `col` is a matrix with a row for each window.

    Returns:
        Images of `shape`; an element that k windows see is the sum of k.

    Raises:
        ValueError: `col` is not of the shape that `im2col` gives; or as for `im2col`.

    Gradient: `im2col`, its transpose.

    Example:
        >>> import numpy as np
        >>> col2im(np.ones((1, 1, 2, 3)), (1, 1, 4), window=2)
        array([[[1., 2., 2., 1.]]])
    """
    col, shape = fnp.asarray(col), tuple(shape)
    pairs, out, how = _geometry("col2im", shape, window, stride, padding, dilation)
    n, (images, channels), window = len(out), shape[:2], how["window"]
    wide = (images, channels, *window, *out)
    wanted = (images * math.prod(out), channels * math.prod(window)) if to_matrix else wide
    if tuple(col.shape) != wanted:
        raise ValueError(
            f"col2im: col is of shape {tuple(col.shape)}; expected {wanted}, the windows of images "
            f"of shape {shape}. Pass the arguments that im2col was given."
        )
    if to_matrix:
        seen = fnp.moveaxis(fnp.reshape(col, (images, *out, channels, *window)), n + 1, 1)
    else:
        seen = fnp.moveaxis(col, tuple(range(n + 2, 2 * n + 2)), tuple(range(2, n + 2)))
    full = tuple(size + sum(pair) for size, pair in zip(shape[2:], pairs, strict=True))
    image = fold(seen, shape=(images, channels, *full), **how)
    sides = zip(shape[2:], pairs, strict=True)
    return image[(..., *(slice(low, low + size) for size, (low, _) in sides))]
