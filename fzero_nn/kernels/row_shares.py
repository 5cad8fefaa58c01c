"""Sequences side by side in several threads: the rows of a batch know nothing of each other.

A thread takes its rows through all the steps, so that none waits for another in between. The
threads of the linear algebra library would meet again after every step.
"""

import itertools
import math
from collections.abc import Sequence
from typing import Any

from fzero import array_namespace, config
from fzero.fused import Kernel
from fzero.parallel import shared

__all__ = ["KINDS", "by_rows"]

#: For each argument: t for a sequence (T, N, ...), n for rows (N, ...), w for weights, W_h second.
KINDS = {"rnn": "tnwwwt", "lstm": "tnnwwwt", "gru": "tnwwwwt"}

#: Rows of a share, at least: with fewer, a product is as long as reading the weights.
_ROWS = 8
#: Steps to a share, at least: a thread takes as long to start as a few of them.
_STEPS = 4
#: Multiplications in the time of a step's calls, in which one thread holds up the others.
_CALLS = 1 << 18


def _shares(x: Any, W_h: Any) -> list[slice] | None:
    """The rows for each thread, whose calls then fit beside the products; None for one thread."""
    steps, rows = x.shape[:2]
    count = min(rows // _ROWS, steps // _STEPS, math.isqrt(rows * W_h.size // _CALLS))
    if count > 1:
        count = min(count, config.threads()) if array_namespace(x).__name__ == "numpy" else 1
    if count < 2:
        return None
    ends = [rows * i // count for i in range(count + 1)]
    return [slice(*pair) for pair in itertools.pairwise(ends)]


def _axis(kind: str) -> int:
    return "nt".index(kind)


def _cut(arrays: Sequence[Any], kinds: str, rows: slice) -> list[Any]:
    """The arrays for some rows."""
    return [
        a if a is None or kind == "w" else a[(slice(None),) * _axis(kind) + (rows,)]
        for a, kind in zip(arrays, kinds, strict=True)
    ]


def _joined(parts: Sequence[Any], kind: str) -> Any:
    """One array from those of all shares: the sum of the cotangents of weights."""
    total = parts[0]
    if total is None:
        return None
    if kind != "w":
        return array_namespace(total).concatenate(parts, _axis(kind))
    for part in parts[1:]:
        total += part
    return total


def by_rows(kernel: Kernel, kinds: str) -> Kernel:
    """The kernel of a recurrent network, in threads where that is faster.

    Args:
        kernel: for arguments of these kinds; it returns the outputs of all steps, then rows.
        kinds: as in `KINDS`.
    """
    outputs = "t" + "n" * kinds.count("n")

    def forward(needed: Sequence[bool], *args: Any, **params: Any) -> Any:
        def work(shares: Sequence[slice]) -> list[Any]:
            return [kernel.forward(needed, *_cut(args, kinds, s), **params) for s in shares]

        shares = _shares(args[0], args[kinds.index("w") + 1])
        if shares is None:
            out, residuals = kernel.forward(needed, *args, **params)
            return out, (None, residuals)
        outs, residuals = zip(*itertools.chain(*shared(work, shares)), strict=True)
        out = tuple(map(_joined, zip(*outs, strict=True), outputs))
        return out, (shares, residuals)

    def backward(needed: Sequence[bool], residuals: Any, g: Sequence[Any], **params: Any) -> Any:
        shares, kept = residuals
        if shares is None:
            return kernel.backward(needed, kept, g, **params)

        def work(items: Sequence[tuple[slice, Any]]) -> list[Any]:
            return [kernel.backward(needed, r, _cut(g, outputs, s), **params) for s, r in items]

        found = itertools.chain(*shared(work, list(zip(shares, kept, strict=True))))
        return list(map(_joined, zip(*found, strict=True), kinds))

    return Kernel(forward, backward, kernel.fits)
