"""A layer that saves memory by computing again."""

from dataclasses import dataclass
from typing import Any

import fzero

from .composite import is_observed
from .module import Module

__all__ = ["Remat"]


@dataclass(frozen=True)
class Remat(Module):
    """A layer whose inner values are computed again in the backward pass instead of kept.

    Args:
        layer: a layer.

    Parameters: those of `layer`, under the same names, so that it can be wrapped at any time. In
    `capture` and `summary` the layer runs as it is.

    Raises:
        TypeError: `layer` is not a layer.

    Cost: memory for its input and output only; time of one more forward pass.

    Source: Chen et al., Training deep nets with sublinear memory cost, 2016, arXiv:1604.06174.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = Remat(nn.Sequential(nn.Linear(3, 100), np.tanh, nn.Linear(100, 2)))
        >>> params, state = layer.init(fzero.random.key(0))
        >>> layer.apply(params, state, np.ones((5, 3), np.float32))[0].shape
        (5, 2)
    """

    layer: Module

    def __post_init__(self) -> None:
        if not isinstance(self.layer, Module):
            raise TypeError(
                f"Remat: layer is {self.layer!r}; expected a layer. Put a function into Lambda."
            )

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        return self.layer.init(key, x)

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        # The outputs seen inside must be those of this run, on the tape.
        if is_observed():
            return self.layer.apply(params, state, x, key=key, train=train)

        def run(params: Any, before: Any, x: Any, key: Any) -> tuple[Any, Any]:
            y, after = self.layer.apply(params, before, x, key=key, train=train)
            return y, None if after is before else after

        y, after = fzero.checkpoint(run)(params, state, x, key)
        return y, state if after is None else after
