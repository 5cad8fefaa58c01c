"""Tables of vectors."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import fzero

from .. import functional as F
from ..initializers import Initializer, normal
from .module import EMPTY, Module, check_sizes, entries

__all__ = ["Embedding"]


@dataclass(frozen=True)
class Embedding(Module):
    """A vector for each integer: y = W[ids].

    Args:
        size: how many integers there are, 0 ... size - 1.
        features: the length of a vector.
        W_init: an initializer; variance 1 by default, as in DeZero.
        dtype: of the parameter.

    Parameters: W of shape (size, features).

    Raises:
        IndexError: (from apply) an id is out of range, on the CPU.
        TypeError: (from apply) the ids are not integers.

    Example:
        >>> from fzero import random
        >>> layer = Embedding(10, 4)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.array([[1, 2, 3]]))[0].shape
        (1, 3, 4)
    """

    size: int
    features: int
    W_init: Initializer = normal(1.0)
    dtype: Any = np.float32

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        check_sizes("Embedding", size=self.size, features=self.features)
        W = self.W_init(key, (self.size, self.features), self.dtype)
        return fzero.freeze({"W": W}), EMPTY

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        (W,) = entries("Embedding", params, "W")
        return F.embedding(x, W), state
