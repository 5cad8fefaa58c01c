"""Random changes of a batch of images in space: flips, crops, rotations, erased patches.

Each takes a key, and draws for every image of the batch on its own. They keep the dtype, and work
on NumPy and CuPy arrays of shape (N, C, H, W).
"""

import math
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import random

from .drawing import beside, checked_images, in_dtype, per_image, work_dtype

__all__ = ["random_crop", "random_erase", "random_flip", "random_rotate", "rotate"]

Size = int | tuple[int, int]


def random_flip(key: Any, x: Any, axis: int = -1, rate: float = 0.5) -> Any:
    """Mirror images at random.

    Args:
        key: decides which.
        x: images of shape (N, C, H, W).
        axis: -1 from left to right, -2 upside down.
        rate: the probability of a mirrored image, in [0, 1].

    Returns:
        Images like x.

    Raises:
        ValueError: another axis, or no probability.

    Example:
        >>> random_flip(random.key(0), np.array([[[[1, 2, 3]]]], np.uint8), rate=1.0)
        array([[[[3, 2, 1]]]], dtype=uint8)
    """
    checked_images("random_flip", x)
    if axis not in (-1, -2, 2, 3):
        raise ValueError(
            f"random_flip: axis is {axis}; expected -1 or -2, an axis of the pixels. "
            "Leave it out to mirror from left to right."
        )
    flips = random.bernoulli(beside(key, x), rate, x.shape[:1])
    return fnp.where(per_image(flips), fnp.flip(x, axis), x)


def random_crop(key: Any, x: Any, size: Size | None = None, padding: int = 0) -> Any:
    """Cut out a window at random, after a border of zeros is added.

    Args:
        key: decides where, any place with the same probability.
        x: images of shape (N, C, H, W).
        size: (height, width) of the window, or one number for both; None for that of x.
        padding: width of the border on each side, >= 0.

    Returns:
        Images of shape (N, C, height, width), in x's dtype.

    Raises:
        ValueError: the window is larger than the padded image.

    Example:
        >>> random_crop(random.key(0), np.ones((8, 3, 32, 32), np.uint8), padding=4).shape
        (8, 3, 32, 32)
    """
    checked_images("random_crop", x)
    height, width = _pair("random_crop", size, x)
    rows, columns = x.shape[2] + 2 * padding - height, x.shape[3] + 2 * padding - width
    if padding < 0 or min(height, width) < 1 or min(rows, columns) < 0:
        raise ValueError(
            f"random_crop: size is {(height, width)} with padding={padding} for images of "
            f"{x.shape[2:]}; expected a window that fits. Choose a smaller size."
        )
    border = (padding, padding)
    padded = fnp.pad(x, ((0, 0), (0, 0), border, border)) if padding else x
    down, across = random.split(beside(key, x))
    top = random.randint(down, x.shape[:1], 0, rows + 1)
    left = random.randint(across, x.shape[:1], 0, columns + 1)
    # All windows as one view without a copy, of which each image takes one.
    windows = fnp.sliding_window_view(padded, (height, width), axis=(2, 3))
    image = fzero.array_namespace(x).arange(x.shape[0])
    return windows[image, :, top, left]


def random_erase(key: Any, x: Any, size: Size, fill: float = 0.0) -> Any:
    """Erase a rectangle around a random pixel, which the edge of the image may cut.

    Args:
        key: decides where.
        x: images of shape (N, C, H, W).
        size: (height, width) of the rectangle, or one number for both.
        fill: what is put there.

    Returns:
        Images like x.

    Raises:
        ValueError: the size is no pair of 0 or more.

    Source: DeVries, Taylor, "Improved regularization of convolutional neural networks with
    cutout", 2017.

    Example:
        >>> int(random_erase(random.key(0), np.ones((1, 1, 4, 4)), (1, 2)).sum()) in (14, 15)
        True
    """
    checked_images("random_erase", x)
    keys = random.split(beside(key, x))
    inside = [
        _span(k, x, axis, length)
        for k, axis, length in zip(keys, (2, 3), _pair("random_erase", size, x), strict=True)
    ]
    hole = inside[0][:, None, :, None] & inside[1][:, None, None, :]
    return fnp.where(hole, fzero.array_namespace(x).asarray(fill, dtype=x.dtype), x)


def _span(key: Any, x: Any, axis: int, length: int) -> Any:
    """Which places along an axis lie within `length` around a random one, shape (N, places)."""
    places = fzero.array_namespace(x).arange(x.shape[axis])
    begin = random.randint(key, x.shape[:1], 0, x.shape[axis])[:, None] - length // 2
    return (places >= begin) & (places < begin + length)


def random_rotate(key: Any, x: Any, degrees: float, fill: float = 0.0) -> Any:
    """Rotate each image by a random angle in [-degrees, degrees).

    Args:
        key: decides the angles.
        x: images of shape (N, C, H, W).
        degrees: the largest angle.
        fill: the value of what comes from outside the image.

    Returns:
        Images like x, as `rotate` gives them.

    Example:
        >>> random_rotate(random.key(0), np.ones((2, 1, 5, 5), np.uint8), 15.0).dtype
        dtype('uint8')
    """
    checked_images("random_rotate", x)
    angles = random.uniform(
        beside(key, x), x.shape[:1], work_dtype(x), minval=-degrees, maxval=degrees
    )
    return rotate(x, angles, fill)


def rotate(x: Any, degrees: Any, fill: float = 0.0) -> Any:
    """Rotate images counterclockwise around their middle, with bilinear interpolation.

    A pixel at (r, c) from the middle is taken from (c sin a + r cos a, c cos a - r sin a).

    Args:
        x: images of shape (N, C, H, W).
        degrees: the angles, shape (N,), or one number.
        fill: the value of what comes from outside the image.

    Returns:
        Images like x; integers are rounded.

    Raises:
        ValueError: another number of angles than images.

    Cost: four gathers, and about 20 floats in memory for each pixel of a channel.

    Example:
        >>> x = np.array([[[[1, 2], [3, 4]]]], np.uint8)
        >>> rotate(x, 90.0)[0, 0].tolist()
        [[2, 4], [1, 3]]
    """
    checked_images("rotate", x)
    row, column = _sources(x, degrees)
    values = x.astype(work_dtype(x))
    top, left = fnp.floor(row), fnp.floor(column)
    down, right = row - top, column - left
    corners = (
        (top, left, (1 - down) * (1 - right)),
        (top, left + 1, (1 - down) * right),
        (top + 1, left, down * (1 - right)),
        (top + 1, left + 1, down * right),
    )
    mixed = sum(_taken(values, r, c, fill) * weight[:, None] for r, c, weight in corners)
    return in_dtype(mixed, x)


def _sources(x: Any, degrees: Any) -> tuple[Any, Any]:
    """Where each pixel comes from: rows and columns, shape (N, H, W)."""
    xp, dtype = fzero.array_namespace(x), work_dtype(x)
    n, _, height, width = x.shape
    angle = beside(degrees, x).astype(dtype) * (math.pi / 180)
    if angle.shape not in ((), (1,), (n,)):
        raise ValueError(
            f"rotate: degrees is of shape {angle.shape} for {n} images; expected ({n},), or one "
            "number for all. Draw one angle for each image."
        )
    angle = fnp.broadcast_to(angle, (n,))[:, None, None]
    middle = ((height - 1) / 2, (width - 1) / 2)
    row = xp.arange(height, dtype=dtype)[:, None] - middle[0]
    column = xp.arange(width, dtype=dtype) - middle[1]
    sin, cos = fnp.sin(angle), fnp.cos(angle)
    return column * sin + row * cos + middle[0], column * cos - row * sin + middle[1]


def _taken(x: Any, row: Any, column: Any, fill: float) -> Any:
    """The pixels at whole rows and columns, shape (N, C, H, W), or `fill` outside the image."""
    n, channels, height, width = x.shape
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    line = fnp.clip(row, 0, height - 1).astype(np.int64) * width
    index = line + fnp.clip(column, 0, width - 1).astype(np.int64)
    index = index.reshape(n, 1, height * width)
    pixels = fnp.take_along_axis(x.reshape(n, channels, height * width), index, axis=2)
    return fnp.where(inside[:, None], pixels.reshape(x.shape), float(fill))


def _pair(function: str, size: Size | None, x: Any) -> tuple[int, int]:
    if size is None:
        return x.shape[2], x.shape[3]
    pair = (size, size) if isinstance(size, (int, np.integer)) else size
    if np.shape(pair) != (2,) or min(pair) < 0:
        raise ValueError(
            f"{function}: size is {size!r}; expected (height, width), or one number, of 0 or "
            "more. Write 8 for a square."
        )
    return pair
