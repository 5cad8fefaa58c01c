"""The long short-term memory over a whole sequence, gates in the order i, f, g, o."""

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

__all__ = ["LSTM"]


def _gates(z: Any) -> list[Any]:
    """The four gates, views of (T, N, 4 H)."""
    H = z.shape[-1] // 4
    return [z[..., k * H : (k + 1) * H] for k in range(4)]


def _apart(z: Any) -> Any:
    """(T, N, 4 H) as (T, N, 4, H)."""
    return z.reshape(*z.shape[:2], 4, z.shape[-1] // 4)


def _sigmoid_scale(W_h: Any) -> Any:
    """1 / 2 for the gates that are sigmoids, 1 for g.

    sigmoid(z) = tanh(z / 2) / 2 + 1 / 2, so one tanh serves all four gates; halving is exact.
    """
    scale = array_namespace(W_h).full(W_h.shape[1], 0.5, W_h.dtype)
    _gates(scale)[2][...] = 1
    return scale


def _forward(
    needed: Any, x: Any, h0: Any, c0: Any, W_x: Any, W_h: Any, b: Any, mask: Any, *, reverse: bool
) -> Any:
    xp, held, scale = array_namespace(x), held_rows(mask), _sigmoid_scale(W_h)
    z = projected(x, W_x * scale, None if b is None else b * scale)
    hs, cs = history(h0, len(x), reverse), history(c0, len(x), reverse)
    tanh_c = xp.empty_like(after(cs, reverse))
    carries = (f(a, reverse) for a in (hs, cs) for f in (before, after))
    times_W, shift, part = multiplier(W_h * scale, len(h0)), 1 - scale, xp.empty_like(h0)
    product = xp.empty((len(h0), W_h.shape[1]), h0.dtype)
    for z_t, i, f, g, o, h, h_new, c, c_new, tanh_t, stay in steps(
        reverse, z, *_gates(z), *carries, tanh_c, held
    ):
        times_W(h, product)
        z_t += product
        xp.tanh(z_t, out=z_t)
        z_t *= scale
        z_t += shift
        xp.multiply(f, c, out=c_new)
        xp.multiply(i, g, out=part)
        c_new += part
        xp.tanh(c_new, out=tanh_t)
        xp.multiply(o, tanh_t, out=h_new)
        if stay is not None:
            xp.copyto(h_new, h, where=stay)
            xp.copyto(c_new, c, where=stay)
    out = outputs(after(hs, reverse), held), last(hs, reverse), last(cs, reverse)
    return out, (x, W_x, W_h, hs, cs, z, tanh_c, held) if any(needed) else None


def _slopes(gates: Any, c: Any, tanh_c: Any) -> tuple[Any, Any]:
    """The derivatives of c by the first three gates' z and of h by the last one's, and of h by c.

    Both in arrays of their own: (T, N, 4 H) and (T, N, H).
    """
    xp = array_namespace(gates)
    i, _, g, o = _gates(gates)
    slope = xp.subtract(1, gates)
    slope *= gates
    di, df, dg, do = _gates(slope)
    xp.multiply(g, g, out=dg)
    xp.subtract(1, dg, out=dg)
    for part, factor in ((di, g), (df, c), (dg, i), (do, tanh_c)):
        part *= factor
    through = tanh_c * tanh_c
    xp.subtract(1, through, out=through)
    through *= o
    return slope, through


def _backward(needed: Any, residuals: Any, g: Any, *, reverse: bool) -> Any:
    x, W_x, W_h, hs, cs, gates, tanh_c, held = residuals
    xp, (g_y, g_h, g_c) = array_namespace(x), g
    dh, dc, f = start(g_h, hs[0]), start(g_c, cs[0]), _gates(gates)[1]
    back = multiplier(W_h.T, len(dh))
    dz, through = _slopes(gates, before(cs, reverse), tanh_c)
    if held is not None:
        xp.copyto(dz, 0, where=held)
        xp.copyto(through, 0, where=held)
        f = xp.where(held, 1, f)
        g_y = None if g_y is None else outputs(g_y, held)
    of_c, of_h = _apart(dz)[:, :, :3], _gates(dz)[3]
    for dz_t, c_t, h_t, through_t, f_t, g_t, stay in steps(
        not reverse, dz, of_c, of_h, through, f, g_y, held
    ):
        if g_t is not None:
            dh += g_t
        through_t *= dh
        dc += through_t
        c_t *= dc[:, None]
        h_t *= dh
        dc *= f_t
        kept = None if stay is None else xp.where(stay, dh, 0)
        back(dz_t, dh)
        if kept is not None:
            dh += kept
    own = (needed[0], *needed[3:6])
    dx, *weights = input_and_weights(own, x, before(hs, reverse), W_x, dz, dz)
    return dx, dh, dc, *weights, None


LSTM = with_half(by_rows(Kernel(_forward, _backward, fits), KINDS["lstm"]))
