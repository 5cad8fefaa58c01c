"""Recurrent networks with a readout, for sequences (T, N, ...); `unroll` carries their memory."""

from typing import Any

from ..layers import LSTM, RNN, Embedding, Linear, RecurrentStack

__all__ = ["BetterRNN", "CharLSTM", "SimpleRNN"]


def SimpleRNN(inputs: int | None, hidden: int, outputs: int, **options: Any) -> RecurrentStack:
    """The network of DeZero's step 59: a simple recurrent layer, and an affine map of its state.

    Args:
        inputs: the size of the last axis of x; None to read it from the example given to `init`.
        hidden: the size of the hidden state.
        outputs: the size of the last axis of y.
        **options: of `RNN`, such as activation or dtype.

    Parameters: rnn (W_x, W_h, b) and fc (W, b).

    Example:
        >>> import fzero, numpy as np
        >>> model = SimpleRNN(1, 100, 1)
        >>> params, state = model.init(fzero.random.key(0))
        >>> y, carry = model.unroll(params, np.ones((30, 1, 1), np.float32))
        >>> y.shape, carry[0].shape
        ((30, 1, 1), (1, 100))
    """
    return RecurrentStack(
        {"rnn": RNN(inputs, hidden, **options), "fc": Linear(hidden, outputs, **_dtype(options))}
    )


def BetterRNN(inputs: int | None, hidden: int, outputs: int, **options: Any) -> RecurrentStack:
    """The network of DeZero's step 60: as `SimpleRNN`, with a long short-term memory.

    Args:
        inputs: the size of the last axis of x; None to read it from the example given to `init`.
        hidden: the size of the hidden state and of the memory cell.
        outputs: the size of the last axis of y.
        **options: of `LSTM`, such as forget_bias or dtype.

    Parameters: rnn (W_x, W_h, b) and fc (W, b).

    Example:
        >>> import fzero
        >>> params, state = BetterRNN(1, 100, 1).init(fzero.random.key(0))
        >>> params["rnn"]["W_h"].shape
        (100, 400)
    """
    return RecurrentStack(
        {"rnn": LSTM(inputs, hidden, **options), "fc": Linear(hidden, outputs, **_dtype(options))}
    )


def CharLSTM(
    symbols: int, hidden: int, layers: int = 1, embedding: int = 64, **options: Any
) -> RecurrentStack:
    """A network that predicts each symbol of a text from those before it.

    Args:
        symbols: how many symbols there are; x holds integers below it, shape (T, N).
        hidden: the size of each hidden state and memory cell.
        layers: how many LSTM layers stand one on another.
        embedding: the size of the vector of a symbol.
        **options: of `LSTM`, such as forget_bias or dtype.

    Parameters: embed (W), lstm0, lstm1, ... (W_x, W_h, b) and fc (W, b).

    Returns:
        A layer whose outputs are logits of shape (T, N, symbols).

    Example:
        >>> import fzero, numpy as np
        >>> model = CharLSTM(50, 128, layers=2)
        >>> params, state = model.init(fzero.random.key(0))
        >>> model.unroll(params, np.zeros((7, 3), int))[0].shape
        (7, 3, 50)
    """
    stack: dict[str, Any] = {"embed": Embedding(symbols, embedding, **_dtype(options))}
    for i in range(layers):
        stack[f"lstm{i}"] = LSTM(hidden if i else embedding, hidden, **options)
    return RecurrentStack({**stack, "fc": Linear(hidden, symbols, **_dtype(options))})


def _dtype(options: dict[str, Any]) -> dict[str, Any]:
    """The dtype among the options of a recurrent layer, for the layers around it."""
    return {name: value for name, value in options.items() if name == "dtype"}
