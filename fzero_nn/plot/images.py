"""A grid of images."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

import fzero

from .figures import new_figure, write

__all__ = ["channels_last", "image_grid"]


def image_grid(
    path: str | os.PathLike[str],
    images: Any,
    titles: Sequence[str] | None = None,
    columns: int = 8,
    title: str = "",
) -> None:
    """Write a PNG of images in rows.

    Args:
        path: the file to write.
        images: shape (N, H, W) or (N, C, H, W) with C = 1 or 3; bytes, or floats from 0 to 1.
            Floats of one channel are stretched to their own range, image by image.
        titles: N lines, one above each image; None for none.
        columns: how many stand beside each other, >= 1.
        title: a line above all.

    Raises:
        ModuleNotFoundError: Matplotlib is not installed.
        ValueError: another shape, no image, or the titles are not as many.

    Example:
        >>> import tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "images.png"
        >>> image_grid(path, np.zeros((3, 1, 28, 28), np.uint8), columns=2)
        >>> path.exists()
        True
    """
    shown = channels_last("image_grid", images)
    _check_titles(titles, len(shown), columns)
    lines = [""] * len(shown) if titles is None else titles
    columns = min(columns, len(shown))
    rows = -(-len(shown) // columns)
    figure = new_figure("image_grid", (1.3 * columns, (1.3 if titles is None else 1.55) * rows))
    grid = figure.subplots(rows, columns, squeeze=False).flat
    for axes in grid[len(shown) :]:
        axes.axis("off")
    for axes, image, line in zip(grid, shown, lines, strict=False):
        axes.axis("off")
        axes.imshow(_in_range(image), cmap="gray", interpolation="nearest")
        axes.set_title(line, fontsize=8, pad=3)
    figure.suptitle(title)
    write(figure, path)


def channels_last(function: str, images: Any) -> np.ndarray:
    """Images of the host: (N, H, W) for grey, (N, H, W, 3) for colour.

    Raises:
        ValueError: another shape, or no image.
    """
    images = np.asarray(fzero.device_get(images))
    shape = images.shape
    if images.ndim not in (3, 4) or shape[0] == 0 or (len(shape) == 4 and shape[1] not in (1, 3)):
        raise ValueError(
            f"{function}: images is of shape {shape}; expected (N, H, W), (N, 1, H, W) or "
            "(N, 3, H, W) with N > 0. Move the channels to axis 1 with numpy.moveaxis."
        )
    if images.ndim == 3 or shape[1] == 1:
        return images.reshape(shape[0], *shape[-2:])
    return np.moveaxis(images, 1, -1)


def _in_range(image: np.ndarray) -> np.ndarray:
    return np.clip(image, 0, 1) if image.dtype.kind == "f" and image.ndim == 3 else image


def _check_titles(titles: Sequence[str] | None, n: int, columns: int) -> None:
    if titles is not None and len(titles) != n:
        raise ValueError(
            f"image_grid: titles has {len(titles)} lines; expected {n}, one for each image. "
            "Leave it out for none."
        )
    if columns < 1:
        raise ValueError(f"image_grid: columns is {columns}; expected 1 or more. Leave it out.")
