"""Softmax and its logarithm along the last axis of raw arrays, in blocks that stay in the cache."""

from collections.abc import Callable, Sequence
from typing import Any

from fzero import array_namespace
from fzero.fused import Kernel
from fzero.parallel import shared

__all__ = ["LOG_SOFTMAX", "SOFTMAX"]

#: Elements of a block.
_BLOCK = 1 << 15


def _in_blocks(f: Callable[..., None], *arrays: Any) -> None:
    """`f` on the same rows of arrays (rows, size), a block at a time."""
    rows, size = arrays[0].shape
    on_card = hasattr(array_namespace(arrays[0]), "RawKernel")
    step = max(1, rows if on_card else _BLOCK // max(1, size))

    def work(parts: Sequence[slice]) -> None:
        for part in parts:
            f(*(a[part] for a in arrays))

    shared(work, [slice(i, i + step) for i in range(0, rows, step)])


def _rows(x: Any) -> Any:
    return x.reshape(-1, x.shape[-1])


def _sums(xp: Any, x: Any) -> Any:
    """The sum of each row, as a column: a product with ones is the fastest sum there is."""
    return x @ xp.ones((x.shape[1], 1), x.dtype)


def _shifted(xp: Any, x: Any, out: Any) -> None:
    """`x` less its maximum, unless that is infinite."""
    top = x.max(axis=1, keepdims=True)
    xp.subtract(x, xp.where(xp.isfinite(top), top, 0), out=out)


def _softmax(needed: Any, x: Any) -> Any:
    xp, y = array_namespace(x), array_namespace(x).empty(x.shape, x.dtype)

    def fill(x: Any, y: Any) -> None:
        _shifted(xp, x, y)
        xp.exp(y, out=y)
        y /= _sums(xp, y)

    _in_blocks(fill, _rows(x), _rows(y))
    return y, y


def _softmax_back(needed: Any, y: Any, g: Any) -> Any:
    xp, out = array_namespace(y), array_namespace(y).empty(y.shape, y.dtype)

    def fill(y: Any, g: Any, out: Any) -> None:
        along = _sums(xp, xp.multiply(g, y, out=out))
        xp.subtract(g, along, out=out)
        out *= y

    _in_blocks(fill, _rows(y), _rows(g), _rows(out))
    return (out,)


def _log_softmax(needed: Any, x: Any) -> Any:
    xp, y = array_namespace(x), array_namespace(x).empty(x.shape, x.dtype)

    def fill(x: Any, y: Any) -> None:
        _shifted(xp, x, y)
        y -= xp.log(_sums(xp, xp.exp(y)))

    _in_blocks(fill, _rows(x), _rows(y))
    return y, y


def _log_softmax_back(needed: Any, y: Any, g: Any) -> Any:
    xp, out = array_namespace(y), array_namespace(y).empty(y.shape, y.dtype)

    def fill(y: Any, g: Any, out: Any) -> None:
        xp.exp(y, out=out)
        out *= -_sums(xp, g)
        out += g

    _in_blocks(fill, _rows(y), _rows(g), _rows(out))
    return (out,)


def _fits(x: Any) -> bool:
    return x.dtype.char in "fd" and x.ndim > 0 and x.size > 0


SOFTMAX = Kernel(_softmax, _softmax_back, _fits)
LOG_SOFTMAX = Kernel(_log_softmax, _log_softmax_back, _fits)
