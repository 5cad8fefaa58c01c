"""The recurrent layer of sequences of images."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import random

from .. import functional as F
from ..functional.windows import per_axis
from ..initializers import Initializer, lecun_normal, zeros
from .module import EMPTY, check_sizes, entries, size_from
from .recurrent import Recurrent

__all__ = ["ConvLSTM"]


@dataclass(frozen=True)
class ConvLSTM(Recurrent):
    """The convolutional long short-term memory: `functional.conv_lstm` has the equations.

    Args:
        inputs: the channels of x; None to read them from init's x.
        features: the channels of the hidden state, which is the output, and of the memory cell.
        window: the sizes of the kernels, one for each spatial axis: (KH, KW) for images.
        bias: whether there is a b.
        W_x_init, W_h_init, b_init: initializers, for the kernel of each gate by itself.
        forget_bias: added to the forget gate's part of b at the start.
        dtype: of the parameters.

    Parameters: W_x of shape (4 features, inputs, *window), W_h of shape (4 features, features,
    *window), b of shape (4 features,), each with the gates in the order i, f, g, o.

    Carry: the hidden state and the memory cell, `(h, c)`, each of shape (N, features, *S).

    Raises:
        TypeError: window is not a tuple.
        ValueError: (from init) inputs is None, and there is no x.

    Source: Shi et al. 2015, arXiv:1506.04214.

    Example:
        >>> layer = ConvLSTM(1, 4, (3, 3))
        >>> params, state = layer.init(random.key(0))
        >>> y, (h, c) = layer.unroll(params, np.ones((5, 2, 1, 8, 8), np.float32))
        >>> y.shape, h.shape
        ((5, 2, 4, 8, 8), (2, 4, 8, 8))
    """

    inputs: int | None
    features: int
    window: tuple[int, ...]
    bias: bool = True
    W_x_init: Initializer = lecun_normal()
    W_h_init: Initializer = lecun_normal()
    b_init: Initializer = zeros
    forget_bias: float = 0.0
    dtype: Any = np.float32

    def __post_init__(self) -> None:
        if not isinstance(self.window, tuple) or len(self.window) not in (1, 2, 3):
            raise TypeError(
                f"ConvLSTM: window is {self.window!r}; expected a tuple of one to three sizes, one "
                "for each spatial axis. Write (3, 3) for images."
            )

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        inputs = size_from("ConvLSTM", "inputs", self.inputs, x, axis=2)
        check_sizes("ConvLSTM", features=self.features)
        window = per_axis("ConvLSTM", "window", self.window, len(self.window))
        x_key, h_key, b_key = random.split(key, 3)
        H = self.features
        params = {
            "W_x": self._joined(self.W_x_init, x_key, (H, inputs, *window)),
            "W_h": self._joined(self.W_h_init, h_key, (H, H, *window)),
        }
        if self.bias:
            i, f, g, o = fnp.split(self._joined(self.b_init, b_key, (H,)), 4)
            params["b"] = fnp.concatenate([i, f + self.forget_bias, g, o])
        return fzero.freeze(params), EMPTY

    def initial_carry(self, params: Any, batch: tuple[int, ...]) -> Any:
        """Zeros, in the dtype and on the device of the parameters.

        Args:
            params: as from `init`.
            batch: the number of rows, and the spatial shape: (N, *S).
        """
        rows, *spatial = batch
        h = fnp.zeros_like(params["W_h"], shape=(rows, self.features, *spatial))
        return h, h

    def step(self, params: Any, carry: Any, x: Any) -> tuple[Any, Any]:
        """One step: `(carry, y)` for x of shape (N, inputs, *S), as `fzero.scan` wants them."""
        h, c = F.conv_lstm_step(x, carry, *self._weights(params))
        return (h, c), h

    def unroll(
        self,
        params: Any,
        x: Any,
        carry: Any = None,
        lengths: Any = None,
        *,
        key: Any = None,
        train: bool = False,
    ) -> tuple[Any, Any]:
        """Run over a sequence (T, N, inputs, *S): see `Recurrent.unroll`."""
        return F.conv_lstm(x, carry, *self._weights(params), lengths=lengths)

    def _joined(self, init: Initializer, key: Any, shape: tuple[int, ...]) -> Any:
        """The gates, each drawn by itself, one after the other."""
        return fnp.concatenate([init(k, shape, self.dtype) for k in random.split(key, 4)])

    def _weights(self, params: Any) -> tuple[Any, ...]:
        return entries("ConvLSTM", params, "W_x", "W_h", *(("b",) if self.bias else ()))
