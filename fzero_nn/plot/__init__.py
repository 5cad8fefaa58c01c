"""Figures of a run and of its data, as PNG files by Matplotlib; no screen is needed."""

from .confusion import confusion_figure
from .curve import LiveCurve
from .images import image_grid
from .training import training_figure

__all__ = ["LiveCurve", "confusion_figure", "image_grid", "training_figure"]
