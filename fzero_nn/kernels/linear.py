"""Affine maps of the last axis on raw arrays: products of matrices, in several threads."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from fzero import array_namespace, config
from fzero.fused import Kernel
from fzero.parallel import shared

__all__ = ["LINEAR"]

#: Multiplications for which another thread is worth waking.
_LEAST_SHARE = 1 << 24


def _product(x: Any, W: Any) -> Any:
    """The product of two matrices."""
    (rows, inner), columns = x.shape, W.shape[1]
    if not isinstance(x, np.ndarray):
        return x @ W
    count = min(config.threads(), rows * inner * columns // _LEAST_SHARE)
    if count < 2:
        return x @ W
    y = np.empty((rows, columns), x.dtype)
    longer = max(rows, columns)
    ends = [longer * i // count for i in range(count + 1)]

    def fill(parts: Sequence[slice]) -> None:
        for part in parts:
            if rows >= columns:
                np.matmul(x[part], W, out=y[part])
            else:
                np.matmul(x, W[:, part], out=y[:, part])

    shared(fill, [slice(a, b) for a, b in zip(ends, ends[1:], strict=False)])
    return y


def _linear(needed: Any, x: Any, W: Any, b: Any) -> Any:
    rows = x.reshape(-1, W.shape[0])
    y = _product(rows, W)
    if b is not None:
        y += b
    return y.reshape(*x.shape[:-1], W.shape[1]), (x.shape, rows, W)


def _pull(needed: Sequence[bool], residuals: Any, g: Any) -> Sequence[Any]:
    shape, rows, W = residuals
    g = g.reshape(-1, W.shape[1])
    return (
        _product(g, W.T).reshape(shape) if needed[0] else None,
        _product(rows.T, g) if needed[1] else None,
        array_namespace(g).ones(len(g), g.dtype) @ g if needed[2] else None,
    )


def _fits(x: Any, W: Any, b: Any) -> bool:
    same = x.dtype == W.dtype and (b is None or b.dtype == W.dtype)
    return same and W.dtype.char in "fd" and W.size > 0


LINEAR = Kernel(_linear, _pull, _fits)
