"""Recurrent cells: layers of one step, which take a carry and give the next one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import random

from .. import functional as F
from ..initializers import Initializer, lecun_normal, zeros
from .module import EMPTY, Module, entries, size_from

__all__ = ["Cell", "GRUCell", "LSTMCell", "RNNCell"]


@dataclass(frozen=True)
class Cell(Module):
    """What the cells share: the sizes, the initial parameters, and `apply` as one step.

    Each gate of the weights is drawn by itself, so an initializer sees (inputs, features) and
    (features, features).
    """

    #: How many gates the columns of W_x and W_h have.
    gates: ClassVar[int]
    #: What its biases are called.
    biases: ClassVar[tuple[str, ...]] = ("b",)

    inputs: int | None
    features: int
    bias: bool = True
    W_x_init: Initializer = lecun_normal()
    W_h_init: Initializer = lecun_normal()
    b_init: Initializer = zeros
    dtype: Any = np.float32

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        inputs = size_from(type(self).__name__, "inputs", self.inputs, x, axis=-1)
        x_key, h_key, b_key = random.split(key, 3)
        params = {
            "W_x": self._joined(self.W_x_init, x_key, (inputs, self.features)),
            "W_h": self._joined(self.W_h_init, h_key, (self.features, self.features)),
        }
        return fzero.freeze(params | (self._biases(b_key) if self.bias else {})), EMPTY

    def step(self, params: Any, carry: Any, x: Any) -> tuple[Any, Any]:
        """One step.

        Args:
            params: as from `init`.
            carry: as from `initial_carry`, or from the step before.
            x: the input, shape (..., inputs).

        Returns:
            `(carry, y)`, as `fzero.scan` wants them; y is the new hidden state.
        """
        raise NotImplementedError

    def initial_carry(self, params: Any, batch: int | tuple[int, ...]) -> Any:
        """Zeros, in the dtype and on the device of the parameters.

        Args:
            params: as from `init`.
            batch: the number of rows, or the shape before the features.
        """
        rows = batch if isinstance(batch, tuple) else (batch,)
        return fnp.zeros_like(params["W_h"], shape=(*rows, self.features))

    def apply(
        self,
        params: Any,
        state: Any,
        x: Any,
        *,
        key: Any = None,
        train: bool = False,
        carry: Any = None,
    ) -> tuple[Any, Any]:
        """The output of one step, from a carry or from zeros; `step` gives the new carry, too."""
        carry = self.initial_carry(params, x.shape[:-1]) if carry is None else carry
        return self.step(params, carry, x)[1], state

    def _joined(self, init: Initializer, key: Any, shape: tuple[int, ...]) -> Any:
        """The gates, each drawn by itself, side by side."""
        drawn = [init(k, shape, self.dtype) for k in random.split(key, self.gates)]
        return fnp.concatenate(drawn, axis=-1)

    def _biases(self, key: Any) -> dict[str, Any]:
        return {"b": self._joined(self.b_init, key, (self.features,))}

    def _weights(self, params: Any) -> tuple[Any, ...]:
        """W_x and W_h, and the biases if there are any."""
        biases = self.biases if self.bias else ()
        return entries(type(self).__name__, params, "W_x", "W_h", *biases)


@dataclass(frozen=True)
class RNNCell(Cell):
    """A step of the simple recurrent network: h' = activation(x W_x + b + h W_h).

    Args:
        inputs: the size of the last axis of x; None to read it from init's x.
        features: the size of the hidden state, which is the output.
        bias: whether there is a b.
        W_x_init, W_h_init, b_init: initializers; the weights start with variance 1 / inputs and
            1 / features. `orthogonal()` for W_h keeps gradients through many steps in size.
        dtype: of the parameters.
        activation: a function of an array.

    Parameters: W_x of shape (inputs, features), W_h of shape (features, features), b of shape
    (features,).

    Carry: the hidden state h, shape (N, features).

    Raises:
        ValueError: (from init) inputs is None, and there is no x.

    Example:
        >>> cell = RNNCell(3, 2)
        >>> params, _ = cell.init(random.key(0))
        >>> h, y = cell.step(params, cell.initial_carry(params, 5), np.ones((5, 3), np.float32))
        >>> y.shape
        (5, 2)
    """

    gates: ClassVar[int] = 1
    activation: Callable[[Any], Any] = F.tanh

    def step(self, params: Any, carry: Any, x: Any) -> tuple[Any, Any]:
        W_x, W_h, *b = self._weights(params)
        h = F.rnn_step(x, carry, W_x, W_h, *b, activation=self.activation)
        return h, h


@dataclass(frozen=True)
class LSTMCell(Cell):
    """A step of the long short-term memory; `functional.lstm_step` has the equations.

    Args:
        inputs: the size of the last axis of x; None to read it from init's x.
        features: the size of the hidden state, which is the output, and of the memory cell.
        bias: whether there is a b.
        W_x_init, W_h_init, b_init: initializers; the weights start with variance 1 / inputs and
            1 / features.
        dtype: of the parameters.
        forget_bias: added to the forget gate's part of b at the start. With 1 the cell keeps more
            of what it holds while it learns; 0 is PyTorch's and DeZero's start.

    Parameters: W_x of shape (inputs, 4 features), W_h of shape (features, 4 features), b of shape
    (4 features,), each with the gates in the order i, f, g, o.

    Carry: the hidden state and the memory cell, `(h, c)`, each of shape (N, features).

    Raises:
        ValueError: (from init) inputs is None, and there is no x.

    Source: Hochreiter and Schmidhuber 1997; the bias of 1: Jozefowicz et al. 2015.

    Example:
        >>> cell = LSTMCell(3, 2, forget_bias=1.0)
        >>> params, _ = cell.init(random.key(0))
        >>> params["b"].tolist()
        [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """

    gates: ClassVar[int] = 4
    forget_bias: float = 0.0

    def step(self, params: Any, carry: Any, x: Any) -> tuple[Any, Any]:
        h, c = F.lstm_step(x, carry, *self._weights(params))
        return (h, c), h

    def initial_carry(self, params: Any, batch: int | tuple[int, ...]) -> Any:
        return super().initial_carry(params, batch), super().initial_carry(params, batch)

    def _biases(self, key: Any) -> dict[str, Any]:
        i, f, g, o = fnp.split(super()._biases(key)["b"], 4)
        return {"b": fnp.concatenate([i, f + self.forget_bias, g, o])}


@dataclass(frozen=True)
class GRUCell(Cell):
    """A step of the gated recurrent unit, as PyTorch's; `functional.gru_step` has the equations.

    Args:
        inputs: the size of the last axis of x; None to read it from init's x.
        features: the size of the hidden state, which is the output.
        bias: whether there are b and b_h.
        W_x_init, W_h_init, b_init: initializers; the weights start with variance 1 / inputs and
            1 / features.
        dtype: of the parameters.

    Parameters: W_x of shape (inputs, 3 features), W_h of shape (features, 3 features), b of shape
    (3 features,), each with the gates in the order r, z, n; b_h of shape (features,), the bias
    that the reset gate multiplies.

    Carry: the hidden state h, shape (N, features).

    Raises:
        ValueError: (from init) inputs is None, and there is no x.

    Source: Cho et al. 2014, arXiv:1406.1078v1.

    Example:
        >>> cell = GRUCell(3, 2)
        >>> params, _ = cell.init(random.key(0))
        >>> fzero.tree.map(np.shape, params)
        FrozenDict({'W_h': (2, 6), 'W_x': (3, 6), 'b': (6,), 'b_h': (2,)})
    """

    gates: ClassVar[int] = 3
    biases: ClassVar[tuple[str, ...]] = ("b", "b_h")

    def step(self, params: Any, carry: Any, x: Any) -> tuple[Any, Any]:
        h = F.gru_step(x, carry, *self._weights(params))
        return h, h

    def _biases(self, key: Any) -> dict[str, Any]:
        key, h_key = random.split(key)
        return {**super()._biases(key), "b_h": self.b_init(h_key, (self.features,), self.dtype)}
