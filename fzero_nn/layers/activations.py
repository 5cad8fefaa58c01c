"""Activations with parameters; the others are functions, and layers use them as they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import fzero

from .. import functional as F
from ..initializers import Initializer, constant
from .module import EMPTY, Module, entries

__all__ = ["PReLU"]


@dataclass(frozen=True)
class PReLU(Module):
    """A rectifier whose negative slopes are learnt: `functional.prelu`.

    Args:
        features: how many slopes there are: 1 for all elements, or one per channel.
        axis: the axis of the channels in x.
        slope_init: an initializer.
        dtype: of the parameter.

    Parameters: slope of shape (features,).

    Example:
        >>> from fzero import random
        >>> layer = PReLU()
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.array([-2.0, 3.0], np.float32))[0]
        array([-0.5,  3. ], dtype=float32)
    """

    features: int = 1
    axis: int = 1
    slope_init: Initializer = constant(0.25)
    dtype: Any = np.float32

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        return fzero.freeze({"slope": self.slope_init(key, (self.features,), self.dtype)}), EMPTY

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        (slope,) = entries("PReLU", params, "slope")
        return F.prelu(x, slope, self.axis), state
