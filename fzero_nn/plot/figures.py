"""What the plots share: a figure without a screen, colours, and a file that is whole."""

import os
from pathlib import Path
from typing import Any

__all__ = ["BLUE", "COLOURS", "GREEN", "ORANGE", "RED", "clean", "new_figure", "write"]

BLUE, ORANGE, GREEN, RED = "#1f5fa8", "#e07b1a", "#2a7d46", "#c0282d"
COLOURS = (BLUE, ORANGE, GREEN, RED, "#6b4c9a", "#8a8a8a")


def new_figure(function: str, size: tuple[float, float]) -> Any:
    """A figure that knows of no screen and of no pyplot.

    Raises:
        ModuleNotFoundError: Matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError as error:
        raise missing(function) from error
    return Figure(figsize=size, layout="constrained")


def missing(function: str) -> ModuleNotFoundError:
    """The error where Matplotlib is not installed."""
    return ModuleNotFoundError(
        f"{function}: matplotlib is not installed; expected the extra 'plots'. "
        "Install it with: pip install 'fzero[plots]'"
    )


def clean(axes: Any) -> None:
    """A light grid, and no frame above and at the right."""
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def write(figure: Any, path: str | os.PathLike[str], dpi: int = 150) -> None:
    """Write a PNG in one piece: who looks at the file never sees half of it."""
    path = Path(path)
    part = path.with_name(path.name + ".part")
    try:
        figure.savefig(part, dpi=dpi, format="png")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
