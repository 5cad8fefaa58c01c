"""Layers: frozen dataclasses with `init` and `apply`, over the functions of `functional`."""

from .linear import Linear
from .module import Composite, Module

__all__ = ["Composite", "Linear", "Module"]
