"""Layers that zero at random in training."""

from dataclasses import dataclass
from typing import Any

from .. import functional as F
from .module import Module, required_key

__all__ = ["Dropout", "SpatialDropout"]


@dataclass(frozen=True)
class Dropout(Module):
    """`functional.dropout` in training, the identity otherwise.

    Args:
        rate: the probability of zeroing; apply's `rate` overrides it, and may change at run time.

    Raises:
        ValueError: (from apply) train=True without a key; a rate outside [0, 1].

    Example:
        >>> import numpy as np
        >>> from fzero import random
        >>> y, _ = Dropout(0.5).apply({}, {}, np.ones(999), key=random.key(0), train=True)
        >>> np.unique(y)
        array([0., 2.])
    """

    rate: float = 0.5

    def apply(
        self,
        params: Any,
        state: Any,
        x: Any,
        *,
        key: Any = None,
        train: bool = False,
        rate: Any = None,
    ) -> tuple[Any, Any]:
        if not train:
            return x, state
        key = required_key("Dropout", key)
        return F.dropout(key, x, self.rate if rate is None else rate), state


@dataclass(frozen=True)
class SpatialDropout(Module):
    """`functional.spatial_dropout` of whole channels in training, the identity otherwise.

    Args:
        rate: the probability of zeroing; apply's `rate` overrides it, and may change at run time.

    Raises:
        ValueError: (from apply) train=True without a key; a rate outside [0, 1]; x is not of
            shape (N, C, ...).

    Example:
        >>> import numpy as np
        >>> from fzero import random
        >>> x = np.ones((2, 3, 4, 4))
        >>> y, _ = SpatialDropout(0.5).apply({}, {}, x, key=random.key(0), train=True)
        >>> bool(np.all(y == y[:, :, :1, :1]))
        True
    """

    rate: float = 0.5

    def apply(
        self,
        params: Any,
        state: Any,
        x: Any,
        *,
        key: Any = None,
        train: bool = False,
        rate: Any = None,
    ) -> tuple[Any, Any]:
        if not train:
            return x, state
        key = required_key("SpatialDropout", key)
        return F.spatial_dropout(key, x, self.rate if rate is None else rate), state
