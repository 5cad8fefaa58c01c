"""What the kernels of recurrent networks share: order, carries, projections and masks.

Buffers stand in the order of the sequence, whichever way the steps run. One product over all the
steps precedes the loop and one follows it; the loop itself makes few calls on buffers that are
there, since with short rows the calls are the cost.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from fzero import array_namespace
from fzero.fused import Kernel

__all__ = [
    "after",
    "before",
    "fits",
    "flat",
    "held_rows",
    "history",
    "input_and_weights",
    "last",
    "multiplier",
    "outputs",
    "projected",
    "start",
    "steps",
    "with_half",
]


def fits(*args: Any, **params: Any) -> bool:
    """Whether all but the mask, which comes last, are floats of one dtype, of at most 64 bits."""
    dtypes = {a.dtype for a in args[:-1] if a is not None}
    return len(dtypes) == 1 and dtypes.pop().char in "efd"


def flat(x: Any) -> Any:
    """(T, N, D) as (T N, D)."""
    return x.reshape(x.shape[0] * x.shape[1], x.shape[2])


def projected(x: Any, W: Any, b: Any) -> Any:
    """x W + b of every step, in an array of its own."""
    z = (flat(x) @ W).reshape(*x.shape[:2], W.shape[1])
    if b is not None:
        z += b
    return z


# ----------------------------------------------------------------------------------- products

#: Up to so many multiplications OpenBLAS takes the factors as they lie; beyond, it first copies
#: the weights, which for a few rows costs as much again.
_AS_THEY_LIE = 10**6
_NARROWEST = 16


def multiplier(W: Any, rows: int) -> Callable[[Any, Any], Any]:
    """`f(x, out)` for x of so many rows: x W, the fastest way for many steps."""
    xp, parts = array_namespace(W), _blocks(W, rows)
    if len(parts) == 1:
        dot, whole = xp.dot, parts[0]
        return lambda x, out: dot(x, whole, out)
    split = rows, len(parts), parts.shape[2]
    return lambda x, out: xp.matmul(x, parts, out=out.reshape(split).swapaxes(0, 1))


def _blocks(W: Any, rows: int) -> Any:
    """The columns of W (K, C) in blocks (B, K, C / B), for fast products with so many rows.

    One block where no narrow ones are fast.
    """
    (K, C), xp = W.shape, array_namespace(W)
    fast = (
        count
        for count in range(1, C // _NARROWEST + 1)
        if C % count == 0 and rows * K * C <= count * _AS_THEY_LIE
    )
    count = next(fast, 1) if xp.__name__ == "numpy" and rows * W.size > _AS_THEY_LIE else 1
    return xp.ascontiguousarray(W.reshape(K, count, C // count).swapaxes(0, 1))


def steps(backwards: bool, *arrays: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of the arrays, step by step; None for those that are None."""
    ordered = (itertools.repeat(None) if a is None else a[::-1] if backwards else a for a in arrays)
    return zip(*ordered, strict=False)  # repeat has no end


# ------------------------------------------------------------------------------------ carries


def history(first: Any, length: int, reverse: bool) -> Any:
    """Room for a carry around every step, shape (T + 1, N, H), with the first one in place."""
    whole = array_namespace(first).empty((length + 1, *first.shape), first.dtype)
    whole[-1 if reverse else 0] = first
    return whole


def before(whole: Any, reverse: bool) -> Any:
    """The carry that each step takes."""
    return whole[1:] if reverse else whole[:-1]


def after(whole: Any, reverse: bool) -> Any:
    """The carry that each step gives."""
    return whole[:-1] if reverse else whole[1:]


def last(whole: Any, reverse: bool) -> Any:
    """The carry after all steps, in memory of its own."""
    return whole[0 if reverse else -1].copy()


# -------------------------------------------------------------------------------------- masks


def held_rows(mask: Any) -> Any:
    """Where the carry stays, shape (T, N, 1), from the mask (T, N); None for nowhere."""
    return None if mask is None else ~mask[..., None]


def outputs(h: Any, held: Any) -> Any:
    """The outputs: the hidden states, 0 where the carry stays."""
    return h if held is None else array_namespace(h).where(held, 0, h)


# ---------------------------------------------------------------------------------- cotangents


def start(g: Any, like: Any) -> Any:
    """The cotangent of the last carry as a buffer that may be overwritten."""
    return array_namespace(like).zeros_like(like) if g is None else g.copy()


def input_and_weights(
    needed: Any, x: Any, h: Any, W: Any, dx: Any, dh: Any
) -> tuple[Any, Any, Any, Any]:
    """The cotangents of x, W_x, W_h and b, each from one product over all the steps.

    Args:
        needed: flags of these four.
        x, h: the input and the hidden state before each step, (T, N, D) and (T, N, H).
        W: the weights of x.
        dx, dh: the cotangents of x W + b and of h W_h, (T, N, K).
    """
    return (
        (flat(dx) @ W.T).reshape(x.shape) if needed[0] else None,
        flat(x).T @ flat(dx) if needed[1] else None,
        flat(h).T @ flat(dh) if needed[2] else None,
        flat(dx).sum(0) if needed[3] else None,
    )


# --------------------------------------------------------------------------------------- half


def _cast(arrays: Any, dtype: Any) -> list[Any]:
    """The arrays of floats in another dtype."""
    return [a if a is None or a.dtype.kind != "f" else a.astype(dtype, copy=False) for a in arrays]


def with_half(kernel: Kernel) -> Kernel:
    """The kernel for float16, too, which it then gets as float32: sums keep their digits."""

    def forward(needed: Any, *args: Any, **params: Any) -> Any:
        dtype = args[0].dtype
        wide = "f4" if dtype.char == "e" else dtype
        out, residuals = kernel.forward(needed, *_cast(args, wide), **params)
        return tuple(_cast(out, dtype)), (dtype, wide, residuals)

    def backward(needed: Any, residuals: Any, g: Any, **params: Any) -> Any:
        dtype, wide, inner = residuals
        return _cast(kernel.backward(needed, inner, _cast(g, wide), **params), dtype)

    return Kernel(forward, backward, kernel.fits)
