"""Layers: frozen dataclasses with `init` and `apply`, over the functions of `functional`."""

from .capture import capture
from .combinators import Flatten, Identity, Lambda, Parallel, Residual, Sequential
from .composite import Composite
from .linear import Linear
from .module import Module
from .summary import Summary, summary

__all__ = [
    "Composite",
    "Flatten",
    "Identity",
    "Lambda",
    "Linear",
    "Module",
    "Parallel",
    "Residual",
    "Sequential",
    "Summary",
    "capture",
    "summary",
]
