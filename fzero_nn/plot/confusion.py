"""The picture of a confusion matrix."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

import fzero

from .figures import new_figure, write

__all__ = ["confusion_figure"]

_MOST_NUMBERS = 20


def confusion_figure(
    path: str | os.PathLike[str],
    matrix: Any,
    class_names: Sequence[str] | None = None,
    title: str = "",
) -> None:
    """Write a PNG of a confusion matrix: shades of the share of each row, with the counts.

    Args:
        path: the file to write.
        matrix: counts of shape (C, C), rows are the right classes, such as confusion_matrix gives.
        class_names: C names; None for numbers.
        title: a line above.

    Raises:
        ModuleNotFoundError: Matplotlib is not installed.
        ValueError: the matrix is not square, or the names are not as many.

    Example:
        >>> import tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "confusion.png"
        >>> confusion_figure(path, np.array([[9, 1], [2, 8]]), ["cat", "dog"])
        >>> path.exists()
        True
    """
    matrix = np.asarray(fzero.device_get(matrix))
    names = _checked_names(matrix, class_names)
    size = min(14.0, 3.5 + 0.55 * len(matrix))
    figure = new_figure("confusion_figure", (size + 1, size))
    axes = figure.subplots()
    share = matrix / np.maximum(matrix.sum(1, keepdims=True), 1)
    shown = axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
    figure.colorbar(shown, label="share of the class")
    axes.set(xlabel="prediction", ylabel="class", title=title)
    axes.set_xticks(range(len(names)), names, rotation=90 if len(names) > 6 else 0)
    axes.set_yticks(range(len(names)), names)
    if len(matrix) <= _MOST_NUMBERS:
        _write_counts(axes, matrix, share)
    write(figure, path)


def _checked_names(matrix: np.ndarray, names: Sequence[str] | None) -> list[str]:
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.size == 0:
        raise ValueError(
            f"confusion_figure: matrix is of shape {matrix.shape}; expected (C, C) with C > 0. "
            "Take it from metrics.confusion_matrix(labels, predictions, num_classes)."
        )
    found = [str(c) for c in range(len(matrix))] if names is None else list(names)
    if len(found) != len(matrix):
        raise ValueError(
            f"confusion_figure: class_names has {len(found)} names; expected {len(matrix)}. "
            "Leave it out for numbers."
        )
    return found


def _write_counts(axes: Any, matrix: np.ndarray, share: np.ndarray) -> None:
    for (i, j), count in np.ndenumerate(matrix):
        colour = "white" if share[i, j] > 0.5 else "black"
        axes.text(j, i, str(count), ha="center", va="center", fontsize=8, color=colour)
