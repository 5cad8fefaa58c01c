"""One step of a recurrent network: the input and the carry in, the new carry out."""

from collections.abc import Callable, Mapping
from typing import Any

import fzero.numpy as fnp

from .activations import sigmoid
from .linear import linear

__all__ = ["gru_step", "gru_update", "lstm_step", "lstm_update", "misfits", "pair", "rnn_step"]


def rnn_step(
    x: Any,
    h: Any,
    W_x: Any,
    W_h: Any,
    b: Any = None,
    activation: Callable[[Any], Any] = fnp.tanh,
) -> Any:
    """A step of the simple recurrent network: h' = activation(x W_x + b + h W_h).

    Args:
        x: the input, shape (..., D).
        h: the hidden state, shape (..., H).
        W_x: shape (D, H).
        W_h: shape (H, H).
        b: shape (H,), or None for none.
        activation: a function of an array.

    Returns:
        The new hidden state, shape (..., H).

    Raises:
        ValueError: shapes that do not fit.

    Source: Elman 1990, Finding structure in time.

    Example:
        >>> import numpy as np
        >>> rnn_step(np.ones((1, 2)), np.zeros((1, 3)), np.ones((2, 3)), np.eye(3)).round(3)
        array([[0.964, 0.964, 0.964]])
    """
    _check_step("rnn_step", x, {"h": h}, W_x, W_h, {"b": (b, 1)}, 1)
    return activation(linear(x, W_x, b) + h @ W_h)


def lstm_step(x: Any, carry: tuple[Any, Any], W_x: Any, W_h: Any, b: Any = None) -> tuple[Any, Any]:
    """A step of the long short-term memory.

        i, f, g, o = split(x W_x + b + h W_h)
        c' = sigmoid(f) c + sigmoid(i) tanh(g)
        h' = sigmoid(o) tanh(c')

    Args:
        x: the input, shape (..., D).
        carry: the hidden state h and the cell c, each of shape (..., H).
        W_x: shape (D, 4 H), columns in the order i, f, g, o.
        W_h: shape (H, 4 H).
        b: shape (4 H,), or None for none.

    Returns:
        `(h', c')`, each of shape (..., H).

    Raises:
        ValueError: shapes that do not fit.
        TypeError: the carry is no pair.

    Source: Hochreiter and Schmidhuber 1997; with the forget gate of Gers et al. 2000.

    Example:
        >>> import numpy as np
        >>> x, zero = np.ones((1, 2)), np.zeros((1, 3))
        >>> h, c = lstm_step(x, (zero, zero), np.ones((2, 12)), np.ones((3, 12)))
        >>> c.round(3)
        array([[0.849, 0.849, 0.849]])
    """
    h, c = pair("lstm_step", carry)
    _check_step("lstm_step", x, {"h": h, "c": c}, W_x, W_h, {"b": (b, 4)}, 4)
    return lstm_update(linear(x, W_x, b) + h @ W_h, c)


def gru_step(x: Any, h: Any, W_x: Any, W_h: Any, b: Any = None, b_h: Any = None) -> Any:
    """A step of the gated recurrent unit, with the reset after the product, as in PyTorch.

        r, z, n = split(x W_x + b),  r_h, z_h, n_h = split(h W_h)
        r = sigmoid(r + r_h),  z = sigmoid(z + z_h),  n = tanh(n + r (n_h + b_h))
        h' = (1 - z) n + z h

    Args:
        x: the input, shape (..., D).
        h: the hidden state, shape (..., H).
        W_x: shape (D, 3 H), columns in the order r, z, n.
        W_h: shape (H, 3 H).
        b: shape (3 H,), or None for none.
        b_h: the bias that the reset multiplies, shape (H,), or None for none.

    Returns:
        The new hidden state, shape (..., H).

    Raises:
        ValueError: shapes that do not fit.

    Source: Cho et al. 2014, arXiv:1406.1078v1; the later version of the paper resets before the
    product.

    Example:
        >>> import numpy as np
        >>> x, h = np.ones((1, 2)), np.zeros((1, 3))
        >>> gru_step(x, h, np.ones((2, 9)), np.ones((3, 9))).round(3)
        array([[0.115, 0.115, 0.115]])
    """
    _check_step("gru_step", x, {"h": h}, W_x, W_h, {"b": (b, 3), "b_h": (b_h, 1)}, 3)
    return gru_update(linear(x, W_x, b), h, W_h, b_h)


def lstm_update(z: Any, c: Any) -> tuple[Any, Any]:
    """The new h and c from the sum z that the four gates share, shape (..., 4 H)."""
    i, f, g, o = fnp.split(z, 4, axis=-1)
    c = sigmoid(f) * c + sigmoid(i) * fnp.tanh(g)
    return sigmoid(o) * fnp.tanh(c), c


def gru_update(z: Any, h: Any, W_h: Any, b_h: Any) -> Any:
    """The new h from z = x W_x + b, shape (..., 3 H)."""
    r, z, n = fnp.split(z, 3, axis=-1)
    r_h, z_h, n_h = fnp.split(h @ W_h, 3, axis=-1)
    r, z = sigmoid(r + r_h), sigmoid(z + z_h)
    n = fnp.tanh(n + r * (n_h if b_h is None else n_h + b_h))
    return n + z * (h - n)


# ------------------------------------------------------------------------------------- checks


def pair(function: str, carry: Any) -> tuple[Any, Any]:
    """The two parts of a carry."""
    if not (isinstance(carry, (tuple, list)) and len(carry) == 2):
        raise TypeError(
            f"{function}: carry is a {type(carry).__name__}; expected a pair of arrays, (h, c). "
            "Take it from initial_carry, or write (h, fnp.zeros_like(h))."
        )
    return carry[0], carry[1]


def misfits(arrays: Mapping[str, tuple[Any, tuple[int | str, ...]]]) -> str:
    """What is no array of its shape, in words; "" if all is well. A name stands for any size."""
    found = (_misfit(name, a, wanted) for name, (a, wanted) in arrays.items())
    return ", ".join(text for text in found if text)


def _misfit(name: str, a: Any, wanted: tuple[int | str, ...]) -> str:
    shape = getattr(a, "shape", None)
    if shape is not None and len(shape) == len(wanted):
        if all([isinstance(w, str) or n == w for n, w in zip(shape, wanted, strict=True)]):
            return ""
    shown = str(wanted).replace("'", "")
    if shape is None:
        return f"{name} is a {type(a).__name__}, not an array of shape {shown}"
    return f"{name} is of shape {tuple(shape)}, not {shown}"


def _check_step(
    name: str,
    x: Any,
    carry: dict[str, Any],
    W_x: Any,
    W_h: Any,
    biases: dict[str, tuple[Any, int]],
    gates: int,
) -> None:
    """Raise unless the shapes are those of a step with so many gates."""
    *rows, D = x.shape
    H = W_h.shape[0]
    wrong = misfits(
        {"W_x": (W_x, (D, gates * H)), "W_h": (W_h, (H, gates * H))}
        | {key: (h, (*rows, H)) for key, h in carry.items()}
        | {key: (b, (parts * H,)) for key, (b, parts) in biases.items() if b is not None}
    )
    if wrong:
        raise ValueError(
            f"{name}: {wrong}, with x of shape {tuple(x.shape)}; expected W_x of shape "
            f"(D, {gates} H) and W_h of shape (H, {gates} H) with x of shape (..., D) and a carry "
            "of shape (..., H). Take all of them from one cell's init, or transpose the weights."
        )
