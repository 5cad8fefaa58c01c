"""The simple recurrent network over a whole sequence: h = f(x W_x + b + h W_h)."""

from functools import partial
from typing import Any

from fzero import array_namespace
from fzero.fused import Kernel

from .recurrent import (
    after,
    before,
    fits,
    held_rows,
    history,
    input_and_weights,
    last,
    multiplier,
    outputs,
    projected,
    start,
    steps,
    with_half,
)
from .row_shares import KINDS, by_rows

__all__ = ["RNN"]


def _activation(xp: Any, name: str) -> Any:
    """The activation as a function `(x, out=...)`."""
    return xp.tanh if name == "tanh" else partial(xp.maximum, 0)


def _slope(activation: str, y: Any) -> Any:
    """The activation's derivative where its value is y, in an array of its own."""
    if activation == "tanh":
        slope = y * y
        return array_namespace(y).subtract(1, slope, out=slope)
    return (y > 0).astype(y.dtype)


def _forward(
    needed: Any, x: Any, h0: Any, W_x: Any, W_h: Any, b: Any, mask: Any, *, activation: str,
    reverse: bool,
) -> Any:  # fmt: skip
    xp, z, held = array_namespace(x), projected(x, W_x, b), held_rows(mask)
    hs, activate = history(h0, len(x), reverse), _activation(xp, activation)
    times_W = multiplier(W_h, len(h0))
    for z_t, h, new, stay in steps(reverse, z, before(hs, reverse), after(hs, reverse), held):
        times_W(h, new)
        new += z_t
        activate(new, out=new)
        if stay is not None:
            xp.copyto(new, h, where=stay)
    out = outputs(after(hs, reverse), held), last(hs, reverse)
    return out, (x, W_x, W_h, hs, held) if any(needed) else None


def _backward(needed: Any, residuals: Any, g: Any, *, activation: str, reverse: bool) -> Any:
    x, W_x, W_h, hs, held = residuals
    xp, (g_y, g_h) = array_namespace(x), g
    dz, dh = _slope(activation, after(hs, reverse)), start(g_h, hs[0])
    if held is not None:
        xp.copyto(dz, 0, where=held)
        g_y = None if g_y is None else outputs(g_y, held)
    back = multiplier(W_h.T, len(dh))
    for dz_t, g_t, stay in steps(not reverse, dz, g_y, held):
        if g_t is not None:
            dh += g_t
        dz_t *= dh
        kept = None if stay is None else xp.where(stay, dh, 0)
        back(dz_t, dh)
        if kept is not None:
            dh += kept
    own = (needed[0], *needed[2:5])
    dx, *weights = input_and_weights(own, x, before(hs, reverse), W_x, dz, dz)
    return dx, dh, *weights, None


RNN = with_half(by_rows(Kernel(_forward, _backward, fits), KINDS["rnn"]))
