"""Recurrent layers over whole sequences, time first: (T, N, D).

A layer is its cell and more: `step` runs one step, `unroll` a sequence from a carry to the next
carry, and `apply`, as of every layer, gives the outputs alone. Nothing holds a carry in between.
"""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import fzero.numpy as fnp

from .. import functional as F
from .cells import GRUCell, LSTMCell, RNNCell
from .combinators import Sequential
from .composite import Composite
from .module import EMPTY, Module

__all__ = ["GRU", "LSTM", "RNN", "Bidirectional", "Recurrent", "RecurrentStack"]


class Recurrent(Module):
    """A layer of sequences. Subclasses define `unroll`, and `initial_carry(params, batch)`, zeros
    for so many rows in the dtype and on the device of the parameters.
    """

    def unroll(
        self, params: Any, x: Any, carry: Any = None, lengths: Any = None
    ) -> tuple[Any, Any]:
        """Run over a sequence.

        Args:
            params: as from `init`.
            x: shape (T, N, inputs).
            carry: as from `initial_carry`, or from the sequence before; None for zeros. To cut
                the gradient between two pieces of a long sequence, pass it through
                `fzero.stop_gradient`, or differentiate each piece by itself.
            lengths: how many steps of each row count, integers of shape (N,); None for all.
                After them the outputs are 0, and the carry stays.

        Returns:
            `(y, carry)`: the outputs, shape (T, N, features), and the carry after the last step.

        Raises:
            ValueError: shapes that do not fit; lengths beyond T.
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
        return self.unroll(params, x, carry, lengths)[0], state


@dataclass(frozen=True)
class RNN(Recurrent, RNNCell):
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

    def unroll(
        self, params: Any, x: Any, carry: Any = None, lengths: Any = None
    ) -> tuple[Any, Any]:
        weights = self._weights(params)
        options = {"activation": self.activation, "lengths": lengths, "reverse": self.reverse}
        return F.rnn(x, carry, *weights, **options)


@dataclass(frozen=True)
class LSTM(Recurrent, LSTMCell):
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

    def unroll(
        self, params: Any, x: Any, carry: Any = None, lengths: Any = None
    ) -> tuple[Any, Any]:
        weights = self._weights(params)
        return F.lstm(x, carry, *weights, lengths=lengths, reverse=self.reverse)


@dataclass(frozen=True)
class GRU(Recurrent, GRUCell):
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

    def unroll(
        self, params: Any, x: Any, carry: Any = None, lengths: Any = None
    ) -> tuple[Any, Any]:
        weights = self._weights(params)
        return F.gru(x, carry, *weights, lengths=lengths, reverse=self.reverse)


class _OfLayers(Recurrent, Composite):
    """A recurrent layer made of others, into which `capture` sees."""

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
        if carry is None and lengths is None:
            return Composite.apply(self, params, state, x, key=key, train=train)
        return self.unroll(params, x, carry, lengths)[0], state


@dataclass(frozen=True)
class Bidirectional(_OfLayers):
    """A recurrent layer run in both directions, the outputs side by side.

    Args:
        layer: a recurrent layer; a second one like it runs in reverse, from the last step of each
            row if there are lengths.

    Parameters: those of both, under `forward` and `backward`.

    Carry: a pair, that of the forward and that of the backward layer.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = Bidirectional(nn.LSTM(3, 2))
        >>> params, state = layer.init(fzero.random.key(0))
        >>> layer.apply(params, state, np.ones((7, 5, 3), np.float32))[0].shape
        (7, 5, 4)
    """

    layer: Any

    def children(self) -> Mapping[str, Any]:
        backward = dataclasses.replace(self.layer, reverse=not self.layer.reverse)
        return {"forward": self.layer, "backward": backward}

    def forward(self, call: Callable[..., Any], x: Any) -> Any:
        return fnp.concatenate([call(name, x) for name in self.children()], axis=-1)

    def unroll(
        self, params: Any, x: Any, carry: Any = None, lengths: Any = None
    ) -> tuple[Any, Any]:
        carries = (None, None) if carry is None else carry
        both = [
            layer.unroll(params[name], x, first, lengths)
            for (name, layer), first in zip(self.children().items(), carries, strict=True)
        ]
        (y, last), (y_back, last_back) = both
        return fnp.concatenate([y, y_back], axis=-1), (last, last_back)

    def initial_carry(self, params: Any, batch: int) -> Any:
        return tuple(
            layer.initial_carry(params[name], batch) for name, layer in self.children().items()
        )


class RecurrentStack(_OfLayers, Sequential):
    """Layers one on another, some of them recurrent, as one recurrent layer.

    Args:
        *layers: recurrent layers, and layers or functions that act on each step. They are called
            l0, l1, ... by their places; for other names give one mapping, as for `Sequential`.

    Parameters: those of each layer, under its name.

    Carry: a tuple of those of the recurrent layers.

    `unroll` and `step` run every layer as outside of training, and carry no state: a BatchNorm
    does not fit in, a LayerNorm does. With lengths, what follows the last recurrent layer sees
    zeros after a row's end: mask the loss there.

    Raises:
        ValueError: no layer is recurrent.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = RecurrentStack(nn.LSTM(3, 4), nn.GRU(4, 6), nn.Linear(6, 2))
        >>> params, state = layer.init(fzero.random.key(0))
        >>> y, ((h, c), last) = layer.unroll(params, np.ones((7, 5, 3), np.float32))
        >>> y.shape, c.shape, last.shape
        ((7, 5, 2), (5, 4), (5, 6))
    """

    def __init__(self, *layers: Any) -> None:
        super().__init__(*layers)
        if not self._recurrent():
            raise ValueError(
                f"RecurrentStack: layers is {list(dict(self.layers))}, none of them recurrent; "
                "expected one that is or more. Use Sequential for these."
            )

    def unroll(
        self, params: Any, x: Any, carry: Any = None, lengths: Any = None
    ) -> tuple[Any, Any]:
        def run(layer: Any, params: Any, x: Any, carry: Any) -> tuple[Any, Any]:
            return layer.unroll(params, x, carry, lengths)

        return self._through(run, params, x, carry)

    def step(self, params: Any, carry: Any, x: Any) -> tuple[Any, Any]:
        """One step, x of shape (N, inputs): `(carry, y)`, as `fzero.scan` wants them."""

        def run(layer: Any, params: Any, x: Any, carry: Any) -> tuple[Any, Any]:
            return layer.step(params, carry, x)[::-1]

        return self._through(run, params, x, carry)[::-1]

    def initial_carry(self, params: Any, batch: int) -> Any:
        return tuple(
            layer.initial_carry(params[name], batch) for name, layer in self._recurrent().items()
        )

    def _recurrent(self) -> dict[str, Any]:
        return {name: layer for name, layer in self.layers if hasattr(layer, "unroll")}

    def _through(
        self, run: Callable[..., tuple[Any, Any]], params: Any, x: Any, carry: Any
    ) -> tuple[Any, Any]:
        """The output and the carries, with `run(layer, params, x, carry)` of the recurrent ones."""
        recurrent = self._recurrent()
        given = [None] * len(recurrent) if carry is None else carry
        carries = dict(zip(recurrent, given, strict=True))
        for name, layer in self.layers:
            if name in recurrent:
                x, carries[name] = run(layer, params[name], x, carries[name])
            elif isinstance(layer, Module):
                x, _ = layer.apply(params.get(name, EMPTY), EMPTY, x)
            else:
                x = layer(x)
        return x, tuple(carries.values())
