"""The recurrent networks as pairs: a reference that scans over the steps, and a kernel.

The arguments are checked by `recurrent`.
"""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero.fused import Fused

from ..kernels.gru import GRU
from ..kernels.lstm import LSTM
from ..kernels.rnn import RNN
from ..kernels.row_shares import KINDS
from .activations import tanh
from .cells import gru_update, lstm_update
from .linear import linear
from .rectifiers import relu

__all__ = ["GRU_PAIR", "LSTM_PAIR", "RNN_PAIR", "rnn_reference"]

_NAMED = {"tanh": tanh, "relu": relu}


def _scanned(step: Any, carry: tuple[Any, ...], zs: Any, mask: Any, reverse: bool) -> Any:
    """The outputs, and the last carry, of `step(carry, z) -> carry` over the steps of zs."""

    def masked(carry: Any, now: Any) -> tuple[Any, Any]:
        z, counts = now
        new = step(carry, z)
        if counts is None:
            return new, new[0]
        counts = counts[:, None]
        held = tuple(fnp.where(counts, n, old) for n, old in zip(new, carry, strict=True))
        return held, fnp.where(counts, new[0], 0)

    carry, ys = fzero.scan(masked, carry, (zs, mask), reverse=reverse)
    return (ys, *carry)


def rnn_reference(
    x: Any, h: Any, W_x: Any, W_h: Any, b: Any, mask: Any, *, activation: Any, reverse: bool
) -> Any:
    """The simple network in public operations."""
    step = lambda carry, z: (activation(z + carry[0] @ W_h),)
    return _scanned(step, (h,), linear(x, W_x, b), mask, reverse)


def _rnn_named(*args: Any, activation: str, reverse: bool) -> Any:
    return rnn_reference(*args, activation=_NAMED[activation], reverse=reverse)


def _lstm_reference(
    x: Any, h: Any, c: Any, W_x: Any, W_h: Any, b: Any, mask: Any, *, reverse: bool
) -> Any:
    step = lambda carry, z: lstm_update(z + carry[0] @ W_h, carry[1])
    return _scanned(step, (h, c), linear(x, W_x, b), mask, reverse)


def _gru_reference(
    x: Any, h: Any, W_x: Any, W_h: Any, b: Any, b_h: Any, mask: Any, *, reverse: bool
) -> Any:
    step = lambda carry, z: (gru_update(z, carry[0], W_h, b_h),)
    return _scanned(step, (h,), linear(x, W_x, b), mask, reverse)


# ------------------------------------------------------------------------------------- pairs


def _folding(kinds: str) -> Any:
    """The batching rule: further rows of one call, where the weights are shared.

    Args:
        kinds: as in `KINDS`.
    """

    def merged(a: Any, kind: str, mapped: bool, size: int) -> Any:
        if a is None or kind == "w":
            return a
        a = a if mapped else fnp.broadcast_to(a, (size, *a.shape))
        a = fnp.swapaxes(a, 0, 1) if kind == "t" else a
        lead = a.shape[:1] if kind == "t" else ()
        return fnp.reshape(a, (*lead, size * a.shape[len(lead) + 1], *a.shape[len(lead) + 2 :]))

    def batch(call: Any, size: int, args: Any, batched: Any, params: Any) -> Any:
        if any(m for m, kind in zip(batched, kinds, strict=True) if kind == "w"):
            return None
        rows = [merged(a, k, m, size) for a, k, m in zip(args, kinds, batched, strict=True)]
        ys, *carry = call(*rows, **params)
        T, N, H = ys.shape
        ys = fnp.swapaxes(fnp.reshape(ys, (T, size, N // size, H)), 0, 1)
        outs = ys, *(fnp.reshape(h, (size, N // size, H)) for h in carry)
        return outs, (True,) * len(outs)

    return batch


def _samples(gates: int, biases: tuple[int, ...], carries: int, **options: Any) -> Any:
    """Samples with and without biases and a mask, forwards and in reverse."""

    def samples(rng: Any) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
        T, N, D, H = 3, 2, 2, 2
        x, W_x, W_h = (rng.normal(size=s) for s in ((T, N, D), (D, gates * H), (H, gates * H)))
        first = [rng.normal(size=(N, H)) for _ in range(carries)]
        bs = [rng.normal(size=parts * H) for parts in biases]
        mask = np.array([[True, True], [False, True], [True, False]])
        return [
            ((x, *first, W_x, W_h, *bs, mask), {"reverse": False, **options}),
            ((x, *first, W_x, W_h, *bs, None), {"reverse": True, **options}),
            (
                (x[:1], *first, W_x, W_h, *(None for _ in bs), mask[2:]),
                {"reverse": True, **options},
            ),
        ]

    return samples


RNN_PAIR = Fused(
    "rnn",
    _rnn_named,
    {"numpy": RNN, "cupy": RNN},
    samples=lambda rng: [
        sample for name in _NAMED for sample in _samples(1, (1,), 1, activation=name)(rng)
    ],
    batch=_folding(KINDS["rnn"]),
    multiple=True,
)
LSTM_PAIR = Fused(
    "lstm",
    _lstm_reference,
    {"numpy": LSTM, "cupy": LSTM},
    samples=_samples(4, (4,), 2),
    batch=_folding(KINDS["lstm"]),
    multiple=True,
)
GRU_PAIR = Fused(
    "gru",
    _gru_reference,
    {"numpy": GRU, "cupy": GRU},
    samples=_samples(3, (3, 1), 1),
    batch=_folding(KINDS["gru"]),
    multiple=True,
)
