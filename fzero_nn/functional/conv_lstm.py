"""The long short-term memory whose products are convolutions: for sequences of images."""

from typing import Any

import fzero
import fzero.numpy as fnp

from .activations import sigmoid
from .cells import pair
from .conv import conv1d, conv2d, conv3d
from .recurrent import length_mask

__all__ = ["conv_lstm", "conv_lstm_step"]

_CONVOLUTIONS = {3: conv1d, 4: conv2d, 5: conv3d}


def conv_lstm_step(
    x: Any, carry: tuple[Any, Any], W_x: Any, W_h: Any, b: Any = None
) -> tuple[Any, Any]:
    """A step of the convolutional long short-term memory; * is a convolution of the same size.

        i, f, g, o = split(W_x * x + b + W_h * h)
        c' = sigmoid(f) c + sigmoid(i) tanh(g)
        h' = sigmoid(o) tanh(c')

    Args:
        x: the input, shape (N, C, *S) with one to three spatial axes.
        carry: the hidden state h and the cell c, each of shape (N, H, *S).
        W_x: shape (4 H, C, *window), the kernels of the gates in the order i, f, g, o.
        W_h: shape (4 H, H, *window).
        b: shape (4 H,), or None for none.

    Returns:
        `(h', c')`, each of shape (N, H, *S).

    Raises:
        ValueError: shapes that do not fit.
        TypeError: the carry is no pair.

    Source: Shi et al. 2015, Convolutional LSTM network, arXiv:1506.04214; without its connections
    from the cell to the gates.

    Example:
        >>> import numpy as np
        >>> x, zero = np.ones((1, 2, 5, 5)), np.zeros((1, 3, 5, 5))
        >>> W_x, W_h = np.zeros((12, 2, 3, 3)), np.zeros((12, 3, 3, 3))
        >>> h, c = conv_lstm_step(x, (zero, zero), W_x, W_h, np.ones(12))
        >>> c.shape, float(c[0, 0, 0, 0].round(3))
        ((1, 3, 5, 5), 0.557)
    """
    h, c = pair("conv_lstm_step", carry)
    _check("conv_lstm_step", fnp.shape(x), (h, c), W_x, W_h)
    return _updated(_same(x, W_x, b), h, c, W_h)


def conv_lstm(
    x: Any, carry: Any, W_x: Any, W_h: Any, b: Any = None, *, lengths: Any = None
) -> tuple[Any, tuple[Any, Any]]:
    """The convolutional long short-term memory over a sequence: see `conv_lstm_step`.

    Args:
        x: the sequence, shape (T, N, C, *S).
        carry: the first (h, c), each of shape (N, H, *S); None for zeros.
        W_x, W_h, b: as of `conv_lstm_step`.
        lengths: how many steps of each row count, shape (N,); None for all. After them the outputs
            are 0, and the carry stays.

    Returns:
        The hidden states after each step, shape (T, N, H, *S), and the last carry (h, c).

    Raises:
        ValueError: shapes that do not fit; lengths beyond T.
        TypeError: the carry is no pair.

    Cost: linear in T; the convolutions of the inputs are one of T N images.

    Example:
        >>> import numpy as np
        >>> x, W_x, W_h = np.ones((2, 1, 1, 4)), np.ones((8, 1, 3)), np.ones((8, 2, 3))
        >>> ys, (h, c) = conv_lstm(x, None, W_x, W_h)
        >>> ys.shape, h.shape
        ((2, 1, 2, 4), (1, 2, 4))
    """
    shape = fnp.shape(x)
    if len(shape) < 4:
        raise ValueError(_misfit("conv_lstm", f"x is of shape {shape}"))
    if carry is None:
        zeros = fnp.zeros_like(W_h, shape=(shape[1], fnp.shape(W_h)[1], *shape[3:]))
        carry = zeros, zeros
    h, c = pair("conv_lstm", carry)
    _check("conv_lstm", shape[1:], (h, c), W_x, W_h)
    mask = None if lengths is None else _mask(lengths, x)
    x = x if mask is None else fnp.where(mask, x, 0)  # padding may be anything, NaN too
    images = fnp.reshape(x, (shape[0] * shape[1], *shape[2:]))
    z = _same(images, W_x, b)
    z = fnp.reshape(z, (*shape[:2], *fnp.shape(z)[1:]))
    carry, ys = fzero.scan(lambda carry, now: _scanned(carry, now, W_h), (h, c), (z, mask))
    return ys, carry


def _scanned(carry: Any, now: Any, W_h: Any) -> Any:
    (z, counts), (before, cell) = now, carry
    h, c = _updated(z, before, cell, W_h)
    if counts is None:
        return (h, c), h
    return (fnp.where(counts, h, before), fnp.where(counts, c, cell)), fnp.where(counts, h, 0)


def _updated(z: Any, h: Any, c: Any, W_h: Any) -> tuple[Any, Any]:
    """The new h and c from z = W_x * x + b."""
    i, f, g, o = fnp.split(z + _same(h, W_h, None), 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * fnp.tanh(g)
    return sigmoid(o) * fnp.tanh(c), c


def _same(x: Any, W: Any, b: Any) -> Any:
    return _CONVOLUTIONS[len(fnp.shape(x))](x, W, b, padding="SAME")


def _mask(lengths: Any, x: Any) -> Any:
    """Which steps count, to broadcast against x."""
    mask = length_mask(lengths, fnp.shape(x)[0])
    mask = mask if hasattr(lengths, "shape") else fzero.array_namespace(x).asarray(mask)
    return fnp.reshape(mask, (*fnp.shape(mask), *(1,) * (len(fnp.shape(x)) - 2)))


def _check(name: str, x: tuple[int, ...], carry: tuple[Any, Any], W_x: Any, W_h: Any) -> None:
    """Raise unless the carry and W_h fit an input of this shape; convolutions check the rest."""
    h, c, recurrent, inputs = (fnp.shape(a) for a in (*carry, W_h, W_x))
    state = (*x[:1], *recurrent[1:2], *x[2:])
    fits = len(x) in _CONVOLUTIONS and len(recurrent) == len(inputs) == len(x) and h == c == state
    if not fits or inputs[0] != recurrent[0] or recurrent[0] != 4 * recurrent[1]:
        raise ValueError(
            _misfit(
                name,
                f"x is of shape {x}, h of {h}, c of {c}, W_x of {inputs} and W_h of {recurrent}",
            )
        )


def _misfit(name: str, found: str) -> str:
    return (
        f"{name}: {found}; expected images (N, C, *S) of one to three spatial axes, h and c "
        "(N, H, *S), W_x (4 H, C, *window) and W_h (4 H, H, *window). A sequence has time first, "
        "(T, N, C, *S)."
    )
