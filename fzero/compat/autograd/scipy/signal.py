"""`autograd.scipy.signal.convolve`, which contracts axes too, over `fzero.scipy.signal`."""

import math
from collections.abc import Sequence
from typing import Any

from .... import numpy as fnp

__all__ = ["convolve"]

Axes = Sequence[Sequence[int]]


def convolve(
    A: Any, B: Any, axes: Axes | None = None, dot_axes: Axes = ((), ()), mode: str = "full"
) -> Any:
    """Convolve along pairs of axes, contract along others, and take all of the rest.

    out[i, j, m] = sum over k and d of A[i, d, m - k] B[j, d, k].

    Args:
        A, B: arrays.
        axes: the axes of A and of B to convolve, in pairs; None is all.
        dot_axes: those to contract.
        mode: "full", "valid" (one is at least as long as the other in every pair), or "same" (as
            long as A).

    Returns:
        The other axes of A, those of B, and the convolved ones.

    Raises:
        ValueError: for another mode, lists of different lengths, and lengths without a "valid"
            part.

    Example:
        >>> import numpy as np
        >>> convolve(np.ones((2, 3)), np.ones((4, 2)), axes=([1], [1])).shape
        (2, 4, 4)
    """
    A, B = fnp.asarray(A), fnp.asarray(B)
    if axes is None:
        axes = (range(A.ndim), range(A.ndim))
    if mode not in ("full", "same", "valid") or any(
        len(pair[0]) != len(pair[1]) for pair in (axes, dot_axes)
    ):
        raise ValueError(
            f"convolve: mode is {mode!r}, axes {axes} and dot_axes {dot_axes}; expected 'full', "
            "'same' or 'valid', and pairs of lists of one length. Give one axis of B for each of A."
        )
    x, free, sizes = _rows(A, axes[0], dot_axes[0])
    w, others, lengths = _rows(B, axes[1], dot_axes[1])
    swap = mode == "valid" and any(n < k for n, k in zip(sizes, lengths, strict=True))
    if swap and any(n > k for n, k in zip(sizes, lengths, strict=True)):
        raise ValueError(
            f"convolve: the convolved lengths are {sizes} and {lengths}; expected one operand as "
            "long as the other in every axis. Use mode 'full'."
        )
    if swap:
        x, w, sizes, lengths = w, x, lengths, sizes
    found = _slid(x, w, lengths, mode)
    if swap:
        found = fnp.swapaxes(found, 0, 1)
    return fnp.reshape(found, (*free, *others, *found.shape[2:]))


def _rows(x: Any, axes: Sequence[int], dot_axes: Sequence[int]) -> tuple[Any, Any, Any]:
    """(rest, contracted, *convolved), the lengths of the rest, and those convolved."""
    conv, dot = ([a % x.ndim for a in group] for group in (axes, dot_axes))
    rest = [a for a in range(x.ndim) if a not in conv and a not in dot]
    shapes = [tuple(x.shape[a] for a in group) for group in (rest, dot, conv)]
    x = fnp.transpose(x, (*rest, *dot, *conv))
    return (
        fnp.reshape(x, (math.prod(shapes[0]), math.prod(shapes[1]), *shapes[2])),
        shapes[0],
        shapes[2],
    )


def _slid(x: Any, w: Any, lengths: Sequence[int], mode: str) -> Any:
    """(rows of x, rows of w, *convolved)."""
    count = len(lengths)
    widths = [(0, 0), (0, 0)]
    for k in lengths:
        after = (k - 1) // 2
        both = {"full": (k - 1, k - 1), "same": (k - 1 - after, after), "valid": (0, 0)}
        widths.append(both[mode])
    places = tuple(range(2, 2 + count))
    windows = fnp.sliding_window_view(fnp.pad(x, widths), tuple(lengths), places)
    kernel = fnp.flip(w, places) if count else w
    over = [1, *range(2 + count, 2 + 2 * count)]
    found = fnp.tensordot(windows, kernel, (over, [1, *places]))
    return fnp.moveaxis(found, -1, 1)
