"""Borders and gaps around and between elements, and the borders that SAME and VALID mean."""

from collections.abc import Sequence
from typing import Any

from ..backend import array_namespace
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops.elementwise import astype, where
from ..ops.gather import place

__all__ = ["pad", "padtype_to_pads"]


def pad(operand: Any, padding_value: Any, padding_config: Sequence[tuple[int, int, int]]) -> Any:
    """`operand` with a border, and with gaps between its elements.

    Element j of an axis goes to low + j * (interior + 1); what falls outside is dropped.

    Args:
        operand: an array.
        padding_value: the number around and between the elements, cast to the dtype of `operand`.
        padding_config: (low, high, interior) for each axis. A negative low or high cuts off,
            after the gaps are made; interior is at least 0.

    Returns:
        An array whose axes have the sizes low + high + n + max(n - 1, 0) * interior.

    Raises:
        ValueError: not one triple for each axis, a negative interior, or a negative size.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.pad(np.array([1.0, 2.0]), 0.0, [(1, 0, 2)]).tolist()
        [0.0, 1.0, 0.0, 0.0, 2.0]
    """
    operand = coerce(operand)
    if shape_of(operand) == () and not padding_config:
        return operand
    shape = _padded_shape(shape_of(operand), padding_config)
    axes = zip(shape_of(operand), shape, padding_config, strict=True)
    moves = [_moved(n, size, low, gap + 1) for n, size, (low, _, gap) in axes]
    kept, places = zip(*moves, strict=True)
    inner = operand[kept]
    padded = place(inner, index=places, shape=shape, unique=True)
    if isinstance(padding_value, (int, float)) and padding_value == 0:
        return padded
    ones = array_namespace(operand).ones(shape_of(inner), bool)
    inside = place(ones, index=places, shape=shape, unique=True)
    return where(inside, padded, astype(padding_value, dtype=dtype_of(operand)))


def _padded_shape(
    shape: tuple[int, ...], config: Sequence[tuple[int, int, int]]
) -> tuple[int, ...]:
    if len(config) == len(shape):
        sizes = tuple(
            low + high + n + max(n - 1, 0) * gap
            for n, (low, high, gap) in zip(shape, config, strict=True)
        )
        if all(n >= 0 for n in sizes) and all(gap >= 0 for _, _, gap in config):
            return sizes
    raise ValueError(
        f"pad: padding_config is {list(config)} for an array of shape {shape}; expected (low, "
        "high, interior) for each axis, interior >= 0, and a size that stays >= 0. Use (0, 0, 0) "
        "for an axis to leave alone."
    )


def _moved(n: int, size: int, low: int, step: int) -> tuple[slice, slice]:
    """The elements j of an axis of `n` with 0 <= low + j * step < size, and their places there."""
    first = max(-(low // step), 0)
    stop = max(min(-((low - size) // step), n), first)
    start = low + first * step
    return slice(first, stop), slice(start, min(start + (stop - first) * step, size), step)


def padtype_to_pads(
    in_shape: Sequence[int],
    window_shape: Sequence[int],
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    """The (low, high) borders of each axis that a kind of padding means.

    Args:
        in_shape, window_shape, window_strides: a number for each axis.
        padding: "VALID" (no border), "SAME" (as many windows as ceil(size / stride); an odd border
            is wider at the end), "SAME_LOWER" (wider at the start), or the borders themselves.

    Raises:
        ValueError: another name, or not one pair for each axis.

    Example:
        >>> import fzero.lax as lax
        >>> lax.padtype_to_pads((5, 6), (3, 2), (1, 1), "SAME")
        [(1, 1), (0, 1)]
    """
    if not isinstance(padding, str):
        pads = [(int(low), int(high)) for low, high in padding]
        if len(pads) == len(in_shape):
            return pads
    elif padding.upper() == "VALID":
        return [(0, 0)] * len(in_shape)
    elif padding.upper() in ("SAME", "SAME_LOWER"):
        sides = zip(in_shape, window_shape, window_strides, strict=True)
        totals = [max((-(-n // s) - 1) * s + w - n, 0) for n, w, s in sides]
        pads = [(t // 2, t - t // 2) for t in totals]
        return pads if padding.upper() == "SAME" else [(high, low) for low, high in pads]
    raise ValueError(
        f"padtype_to_pads: padding is {padding!r} for {len(in_shape)} axes; expected 'SAME', "
        "'SAME_LOWER', 'VALID' or (low, high) for each axis. 'VALID' means no border."
    )
