"""Recurrent networks over whole sequences: time first, (T, N, D)."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from .activations import tanh
from .cells import misfits, pair
from .rectifiers import relu
from .recurrent_pairs import GRU_PAIR, LSTM_PAIR, RNN_PAIR, rnn_reference

__all__ = ["gru", "length_mask", "lstm", "rnn"]

#: The activations that a kernel has, by the function.
_FUSED = ((fnp.tanh, "tanh"), (np.tanh, "tanh"), (tanh, "tanh"), (relu, "relu"))


def rnn(
    x: Any,
    h: Any,
    W_x: Any,
    W_h: Any,
    b: Any = None,
    *,
    activation: Callable[[Any], Any] = fnp.tanh,
    lengths: Any = None,
    mask: Any = None,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """The simple recurrent network: h_t = activation(x_t W_x + b + h_(t-1) W_h).

    Args:
        x: the sequence, shape (T, N, D).
        h: the first hidden state, shape (N, H), or None for zeros.
        W_x, W_h, b: as in `rnn_step`.
        activation: a function of an array; `fnp.tanh` and `relu` are fused.
        lengths: how many steps of each row count, integers of shape (N,) from 0 to T; None for
            all. After them the outputs are 0, and the hidden state stays; x may hold anything
            there.
        mask: instead of lengths: which steps count, bools of shape (T, N).
        reverse: run from the last step (of each row) to the first. The outputs stay in the order
            of x.

    Returns:
        The hidden states after each step, shape (T, N, H), and the one after all, shape (N, H).

    Raises:
        ValueError: shapes that do not fit; lengths beyond T; both lengths and mask.
        TypeError: the mask is not of bools.

    Gradient: saved are x and the hidden states. Cost: linear in T; one product of (T N, D) for
    the inputs, then one of (N, H) for each step.

    Source: Elman 1990, Finding structure in time.

    Example:
        >>> x, W_x, W_h = np.ones((2, 1, 1)), np.ones((1, 1)), np.ones((1, 1))
        >>> rnn(x, None, W_x, W_h)[1].round(3)
        array([[0.943]])
    """
    x, mask = _checked("rnn", x, {"h": h}, (W_x, W_h), {"b": (b, 1)}, 1, lengths, mask)
    args = x, _or_zeros(h, x, W_h), W_x, W_h, b, mask
    for function, name in _FUSED:
        if activation is function:
            return RNN_PAIR(*args, activation=name, reverse=reverse)
    return rnn_reference(*args, activation=activation, reverse=reverse)


def lstm(
    x: Any,
    carry: Any,
    W_x: Any,
    W_h: Any,
    b: Any = None,
    *,
    lengths: Any = None,
    mask: Any = None,
    reverse: bool = False,
) -> tuple[Any, tuple[Any, Any]]:
    """The long short-term memory; `lstm_step` has the equations of a step.

    Args:
        x: the sequence, shape (T, N, D).
        carry: the first hidden state and cell, (h, c), each of shape (N, H); None for zeros.
        W_x, W_h, b: as in `lstm_step`, with the gates in the order i, f, g, o.
        lengths, mask, reverse: as in `rnn`.

    Returns:
        The hidden states after each step, shape (T, N, H), and the last carry (h, c).

    Raises:
        ValueError: shapes that do not fit; lengths beyond T; both lengths and mask.
        TypeError: the mask is not of bools; the carry is no pair.

    Gradient: saved are x and 7 H numbers per step and row. Cost: linear in T; one product of
    (T N, D) for the inputs, then one of (N, H) for each step.

    Source: Hochreiter and Schmidhuber 1997; with the forget gate of Gers et al. 2000.

    Example:
        >>> x, W_x, W_h = np.ones((2, 1, 1)), np.ones((1, 4)), np.ones((1, 4))
        >>> ys, (h, c) = lstm(x, None, W_x, W_h)
        >>> ys.round(3).ravel(), c.round(3)
        (array([0.37 , 0.651]), array([[1.144]]))
    """
    h, c = (None, None) if carry is None else pair("lstm", carry)
    x, mask = _checked("lstm", x, {"h": h, "c": c}, (W_x, W_h), {"b": (b, 4)}, 4, lengths, mask)
    first = _or_zeros(h, x, W_h), _or_zeros(c, x, W_h)
    ys, h, c = LSTM_PAIR(x, *first, W_x, W_h, b, mask, reverse=reverse)
    return ys, (h, c)


def gru(
    x: Any,
    h: Any,
    W_x: Any,
    W_h: Any,
    b: Any = None,
    b_h: Any = None,
    *,
    lengths: Any = None,
    mask: Any = None,
    reverse: bool = False,
) -> tuple[Any, Any]:
    """The gated recurrent unit; `gru_step` has the equations of a step.

    Args:
        x: the sequence, shape (T, N, D).
        h: the first hidden state, shape (N, H), or None for zeros.
        W_x, W_h, b, b_h: as in `gru_step`, with the gates in the order r, z, n.
        lengths, mask, reverse: as in `rnn`.

    Returns:
        The hidden states after each step, shape (T, N, H), and the one after all, shape (N, H).

    Raises:
        ValueError: shapes that do not fit; lengths beyond T; both lengths and mask.
        TypeError: the mask is not of bools.

    Gradient: saved are x and 5 H numbers per step and row. Cost: linear in T; one product of
    (T N, D) for the inputs, then one of (N, H) for each step.

    Source: Cho et al. 2014, arXiv:1406.1078v1.

    Example:
        >>> x, W_x, W_h = np.ones((2, 1, 1)), np.ones((1, 3)), np.ones((1, 3))
        >>> gru(x, None, W_x, W_h)[1].round(3)
        array([[0.347]])
    """
    biases = {"b": (b, 3), "b_h": (b_h, 1)}
    x, mask = _checked("gru", x, {"h": h}, (W_x, W_h), biases, 3, lengths, mask)
    return GRU_PAIR(x, _or_zeros(h, x, W_h), W_x, W_h, b, b_h, mask, reverse=reverse)


def length_mask(lengths: Any, steps: int) -> Any:
    """Which steps count: mask[t, n] = t < lengths[n].

    Args:
        lengths: integers, shape (N,).
        steps: T, the length of the sequences with their padding.

    Returns:
        Bools of shape (T, N).

    Raises:
        ValueError: lengths that are no row of integers; below 0 or beyond T, where they are
            NumPy's.

    Example:
        >>> length_mask(np.array([1, 2]), 2)
        array([[ True,  True],
               [False,  True]])
    """
    lengths = lengths if hasattr(lengths, "shape") else np.asarray(lengths)
    a_row = len(lengths.shape) == 1 and (lengths.dtype.kind in "iu" or lengths.shape == (0,))
    on_host = isinstance(lengths, np.ndarray)
    if not a_row or (on_host and ((lengths < 0) | (lengths > steps)).any()):
        raise ValueError(
            f"length_mask: lengths is {lengths}; expected integers from 0 to {steps}, the "
            "number of steps, one for each row. Pad the sequences to the longest one."
        )
    return fzero.array_namespace(lengths).arange(steps)[:, None] < lengths


# --------------------------------------------------------------------------------- arguments


def _checked(
    name: str,
    x: Any,
    carry: dict[str, Any],
    weights: tuple[Any, Any],
    biases: dict[str, tuple[Any, int]],
    gates: int,
    lengths: Any,
    mask: Any,
) -> tuple[Any, Any]:
    """x, 0 where no step counts, and the mask, None if all do; raises unless the shapes fit."""
    if lengths is not None:
        if mask is not None:
            raise ValueError(
                f"{name}: lengths and mask are both given; expected one of them. "
                "Write mask=mask & length_mask(lengths, len(x))."
            )
        mask = length_mask(lengths, x.shape[0])
        if not hasattr(lengths, "shape"):
            mask = fzero.array_namespace(x).asarray(mask)
    wrong = _misfits(x, carry, weights, biases, gates, mask)
    if wrong:
        raise ValueError(
            f"{name}: {wrong}; expected x of shape (T, N, D), W_x of shape (D, {gates} H), W_h of "
            f"shape (H, {gates} H), a carry of shape (N, H) and lengths of shape (N,). Time comes "
            "first: write fnp.swapaxes(x, 0, 1) if x is (N, T, D), and x[:, None] for one row."
        )
    if mask is None:
        return x, None
    if mask.dtype.kind != "b":
        raise TypeError(
            f"{name}: mask is of dtype {mask.dtype}; expected bools. Write mask=mask != 0."
        )
    # What stands after the end of a row may be anything, and 0 times NaN is no 0.
    return fnp.where(mask[..., None], x, 0), mask


def _misfits(
    x: Any,
    carry: dict[str, Any],
    weights: tuple[Any, Any],
    biases: dict[str, tuple[Any, int]],
    gates: int,
    mask: Any,
) -> str:
    """What does not fit; of the rest only once x and W_h have the right number of axes."""
    W_x, W_h = weights
    axes = misfits({"x": (x, ("T", "N", "D")), "W_h": (W_h, ("H", f"{gates} H"))})
    if axes:
        return axes
    (T, N, D), H = x.shape, W_h.shape[0]
    optional = {
        **{key: (h, (N, H)) for key, h in carry.items()},
        **{key: (b, (parts * H,)) for key, (b, parts) in biases.items()},
        "lengths or mask": (mask, (T, N)),
    }
    return misfits(
        {"W_x": (W_x, (D, gates * H)), "W_h": (W_h, (H, gates * H))}
        | {name: given for name, given in optional.items() if given[0] is not None}
    )


def _or_zeros(h: Any, x: Any, W_h: Any) -> Any:
    """`h`, or zeros in its place; of the weights' dtype, as x may be of integers."""
    return fnp.zeros_like(W_h, shape=(x.shape[1], W_h.shape[0])) if h is None else h
