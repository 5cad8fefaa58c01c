"""The gated recurrent unit over a whole sequence, with the reset after the product.

W_x, W_h and b have the gates in the order r, z, n. Inside, a buffer of four columns per unit is
in the order a, r, z, n, where a is what the reset multiplies: h takes part in the first three of
them and x in the last three, so each of the two products is one slice.
"""

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

__all__ = ["GRU"]


def _columns(buffer: Any) -> list[Any]:
    """a, r, z and n, views of (T, N, 4 H)."""
    H = buffer.shape[-1] // 4
    return [buffer[..., k * H : (k + 1) * H] for k in range(4)]


def _rolled(W: Any, parts: int) -> Any:
    """Columns r, z, n as n, r, z (parts = 1), or the other way (parts = -1)."""
    return array_namespace(W).roll(W, parts * (W.shape[1] // 3), axis=1)


def _forward(
    needed: Any, x: Any, h0: Any, W_x: Any, W_h: Any, b: Any, b_h: Any, mask: Any, *, reverse: bool
) -> Any:
    xp, held, H = array_namespace(x), held_rows(mask), h0.shape[-1]
    buffer = xp.empty((*x.shape[:2], 4 * H), x.dtype)
    buffer[..., H:] = projected(x, W_x, b)
    hs, times_W = history(h0, len(x), reverse), multiplier(_rolled(W_h, 1), len(h0))
    product, part = xp.empty((h0.shape[0], 3 * H), x.dtype), xp.empty_like(h0)
    of_h, of_gates = product[:, :H], product[:, H:]
    carries, gates = (before(hs, reverse), after(hs, reverse)), buffer[..., H : 3 * H]
    for rz, a, r, z, n, h, new, stay in steps(reverse, gates, *_columns(buffer), *carries, held):
        times_W(h, product)
        rz += of_gates
        rz *= 0.5  # sigmoid(z) = tanh(z / 2) / 2 + 1 / 2
        xp.tanh(rz, out=rz)
        rz *= 0.5
        rz += 0.5
        if b_h is None:
            a[...] = of_h
        else:
            xp.add(of_h, b_h, out=a)
        xp.multiply(r, a, out=part)
        n += part
        xp.tanh(n, out=n)
        xp.subtract(h, n, out=new)
        new *= z
        new += n
        if stay is not None:
            xp.copyto(new, h, where=stay)
    out = outputs(after(hs, reverse), held), last(hs, reverse)
    return out, (x, W_x, W_h, hs, buffer, held) if any(needed) else None


def _slopes(buffer: Any, h: Any) -> Any:
    """The derivatives of the new h by the four columns, in an array of its own.

    dn = (1 - z) (1 - n^2),  dz = (h - n) z (1 - z),  dr = dn a r (1 - r),  da = dn r
    """
    xp = array_namespace(buffer)
    slope = xp.subtract(1, buffer)
    (a, r, z, n), (da, dr, dz, dn) = _columns(buffer), _columns(slope)
    xp.multiply(n, n, out=dn)
    xp.subtract(1, dn, out=dn)
    dn *= dz  # which is 1 - z still
    xp.multiply(dn, r, out=da)
    dr *= da
    dr *= a
    dz *= z
    dz *= h - n
    return slope


def _backward(needed: Any, residuals: Any, g: Any, *, reverse: bool) -> Any:
    x, W_x, W_h, hs, buffer, held = residuals
    xp, (g_y, g_h), H = array_namespace(x), g, W_h.shape[0]
    dz, dh = _slopes(buffer, before(hs, reverse)), start(g_h, hs[0])
    keep, back = _columns(buffer)[2], multiplier(_rolled(W_h, 1).T, len(dh))
    if held is not None:
        xp.copyto(dz, 0, where=held)
        keep = xp.where(held, 1, keep)
        g_y = None if g_y is None else outputs(g_y, held)
    product = xp.empty_like(dh)
    columns, of_h = dz.reshape(*dz.shape[:2], 4, H), dz[..., : 3 * H]
    for columns_t, h_t, keep_t, g_t in steps(not reverse, columns, of_h, keep, g_y):
        if g_t is not None:
            dh += g_t
        columns_t *= dh[:, None]
        dh *= keep_t
        back(h_t, product)
        dh += product
    own = (needed[0], *needed[2:5])
    dx, dW_x, dW_h, db = input_and_weights(own, x, before(hs, reverse), W_x, dz[..., H:], of_h)
    db_h = dz[..., :H].sum((0, 1)) if needed[5] else None
    return dx, dh, dW_x, None if dW_h is None else _rolled(dW_h, -1), db, db_h, None


GRU = with_half(by_rows(Kernel(_forward, _backward, fits), KINDS["gru"]))
