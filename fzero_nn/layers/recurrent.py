"""Recurrent layers over whole sequences, time first: (T, N, D).

A layer is its cell and more: `step` runs one step, `unroll` a sequence from a carry to the next
carry, and `apply`, as of every layer, gives the outputs alone. Nothing holds a carry in between.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .. import functional as F
from .cells import GRUCell, LSTMCell, RNNCell
from .module import Module

__all__ = ["GRU", "LSTM", "RNN", "Recurrent"]


class Recurrent(Module):
    """A layer of sequences. Subclasses define `unroll`, and `initial_carry(params, batch)`, zeros
    for so many rows in the dtype and on the device of the parameters.
    """

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
        """Run over a sequence.

        Args:
            params: as from `init`.
            x: shape (T, N, inputs).
            carry: as from `initial_carry`, or from the sequence before; None for zeros. To cut
                the gradient between two pieces of a long sequence, differentiate each piece by
                itself, as below, or pass the carry through `fzero.stop_gradient`.
            lengths: how many steps of each row count, integers of shape (N,); None for all.
                After them the outputs are 0, and the carry stays.
            key, train: as of `apply`, for layers inside that draw.

        Returns:
            `(y, carry)`: the outputs, shape (T, N, features), and the carry after the last step.

        Raises:
            ValueError: shapes that do not fit; lengths beyond T.

        Example:
            Backpropagation through 3 steps at a time; the carry goes on, the gradient does not.

            >>> import fzero, fzero_nn as nn, numpy as np
            >>> layer, x = nn.GRU(1, 2), np.ones((6, 1, 1), np.float32)
            >>> params, carry = layer.init(fzero.random.key(0))[0], None
            >>> def loss(params, x, carry):
            ...     y, carry = layer.unroll(params, x, carry)
            ...     return (y**2).sum(), carry
            >>> for piece in (x[:3], x[3:]):
            ...     g, carry = fzero.grad(loss, has_aux=True)(params, piece, carry)
        """
        raise NotImplementedError

    def apply(
        self,
        params: Any,
        state: Any,
        x: Any,
        *,
        key: Any = None,
        train: bool = False,
        carry: Any = None,
        lengths: Any = None,
    ) -> tuple[Any, Any]:
        """The outputs, with `carry` and `lengths` as of `unroll`.

        Returns:
            `(y, state)`, y of shape (T, N, features).
        """
        return self.unroll(params, x, carry, lengths, key=key, train=train)[0], state


class _OfCell(Recurrent):
    """A cell, and the function that runs it over a sequence."""

    reverse: bool
    _run: Callable[..., tuple[Any, Any]]
    _weights: Callable[[Any], tuple[Any, ...]]

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
        weights = self._weights(params)
        return self._run(x, carry, *weights, lengths=lengths, reverse=self.reverse)


@dataclass(frozen=True)
class RNN(_OfCell, RNNCell):
    """The simple recurrent network: h_t = activation(x_t W_x + b + h_(t-1) W_h).

    Args:
        inputs, features, bias, W_x_init, W_h_init, b_init, dtype, activation: as of `RNNCell`.
        reverse: run from the last step to the first.

    Parameters and carry: those of `RNNCell`.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = nn.RNN(3, 2)
        >>> params, state = layer.init(fzero.random.key(0))
        >>> y, carry = layer.unroll(params, np.ones((7, 5, 3), np.float32))
        >>> y.shape, carry.shape
        ((7, 5, 2), (5, 2))
    """

    reverse: bool = False

    def _run(self, *args: Any, **options: Any) -> tuple[Any, Any]:
        return F.rnn(*args, activation=self.activation, **options)


@dataclass(frozen=True)
class LSTM(_OfCell, LSTMCell):
    """The long short-term memory over sequences.

    Args:
        inputs, features, bias, W_x_init, W_h_init, b_init, dtype, forget_bias: as of `LSTMCell`.
        reverse: run from the last step to the first.

    Parameters and carry: those of `LSTMCell`.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = nn.LSTM(3, 2)
        >>> params, state = layer.init(fzero.random.key(0))
        >>> y, (h, c) = layer.unroll(params, np.ones((7, 5, 3), np.float32))
        >>> y.shape, h.shape, c.shape
        ((7, 5, 2), (5, 2), (5, 2))
    """

    reverse: bool = False
    _run = staticmethod(F.lstm)


@dataclass(frozen=True)
class GRU(_OfCell, GRUCell):
    """The gated recurrent unit over sequences.

    Args:
        inputs, features, bias, W_x_init, W_h_init, b_init, dtype: as of `GRUCell`.
        reverse: run from the last step to the first.

    Parameters and carry: those of `GRUCell`.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = nn.GRU(3, 2)
        >>> params, state = layer.init(fzero.random.key(0))
        >>> y, state = layer.apply(params, state, np.ones((7, 5, 3)), lengths=[7, 6, 5, 2, 1])
        >>> (y != 0).all(-1).sum(0)
        array([7, 6, 5, 2, 1])
    """

    reverse: bool = False
    _run = staticmethod(F.gru)
