"""The figure of a finished run: its losses, and what the network says of some images."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

import fzero

from .figures import BLUE, GREEN, ORANGE, RED, clean, new_figure, write
from .images import channels_last

__all__ = ["training_figure"]


def training_figure(
    path: str | os.PathLike[str],
    train_losses: Any,
    test_losses: Any,
    images: Any,
    labels: Any,
    predictions: Any,
    class_names: Sequence[str] | None = None,
    title: str = "",
) -> None:
    """Write a PNG: the loss curve on the left, test images with predictions on the right.

    Args:
        path: the file to write.
        train_losses: the loss of each step, shape (steps,).
        test_losses: the test loss after each epoch, shape (epochs,).
        images: shape (N, H, W), (N, 1, H, W) or (N, 3, H, W), shown as a grid of up to five rows
            of eight.
        labels: the right classes, shape (N,).
        predictions: the classes that the network said, shape (N,); wrong ones are marked.
        class_names: their names; None for numbers.
        title: a line above.

    Raises:
        ModuleNotFoundError: Matplotlib is not installed.
        ValueError: there is no training loss or no image, or images are of another shape.

    Example:
        >>> path = getfixture("tmp_path") / "run.png"
        >>> images, labels = np.zeros((2, 8, 8)), np.array([0, 1])
        >>> training_figure(path, [1.5, 1.0, 0.7], [0.8], images, labels, predictions=labels)
        >>> path.exists()
        True
    """
    losses = _on_host(train_losses)
    if losses.size == 0:
        raise ValueError(
            "training_figure: train_losses is empty; expected the loss of each step. "
            "Draw the figure after the first step."
        )
    shown = channels_last("training_figure", images), _on_host(labels), _on_host(predictions)
    figure = new_figure("training_figure", (14, 6.4))
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.25))
    _draw_losses(left, losses, _on_host(test_losses))
    _draw_images(right, *shown, class_names)
    figure.suptitle(title, fontsize=13)
    write(figure, path)


def _on_host(x: Any) -> np.ndarray:
    return np.asarray(fzero.device_get(x))


def _draw_losses(figure: Any, train: np.ndarray, test: np.ndarray) -> None:
    axes = figure.subplots()
    steps = np.arange(1, len(train) + 1)
    axes.plot(steps, train, color=BLUE, alpha=0.25, linewidth=0.8, label="training, each step")
    axes.plot(*_smoothed(train), color=BLUE, linewidth=2, label="training, moving mean")
    ends = np.linspace(0, len(train), len(test) + 1)[1:]
    axes.plot(ends, test, "o-", color=ORANGE, linewidth=1.5, markersize=5, label="test")
    axes.set(xlabel="step", ylabel="loss", title="Loss", xlim=(0, len(train)))
    axes.set_ylim(*_limits(np.concatenate([_smoothed(train)[1], test])))
    clean(axes)
    axes.legend(frameon=False)


def _limits(heights: np.ndarray) -> tuple[float, float]:
    """From 0, or below it, to above the finite ones."""
    heights = heights[np.isfinite(heights)]
    low, high = 1.15 * heights.min(initial=0.0), 1.15 * heights.max(initial=0.0)
    return low, high if high > low else low + 1


def _smoothed(losses: np.ndarray, parts: int = 40) -> tuple[np.ndarray, np.ndarray]:
    """Means over windows of a fortieth of the run, each at the middle of its window."""
    width = max(1, len(losses) // parts)
    means = np.convolve(losses, np.ones(width) / width, mode="valid")
    return np.arange(len(means)) + (width + 1) / 2, means


def _draw_images(
    figure: Any,
    images: np.ndarray,
    labels: np.ndarray,
    predictions: np.ndarray,
    names: Sequence[str] | None,
) -> None:
    grid = figure.subplots(5, 8)
    figure.suptitle("Test images: prediction (wrong: red, with the right class)", fontsize=12)
    for axes in grid.flat:
        axes.axis("off")
    for axes, image, label, said in zip(grid.flat, images, labels, predictions, strict=False):
        axes.imshow(image, cmap="gray_r", interpolation="nearest")
        right = label == said
        wanted, got = (str(c) if names is None else names[c] for c in (label, said))
        text = got if right else f"{got}\nnot {wanted}"
        axes.set_title(text, fontsize=8, color=GREEN if right else RED, pad=3)
