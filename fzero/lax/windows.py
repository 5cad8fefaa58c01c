"""Folding the elements of axes or of windows into one, by any function of two numbers."""

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import numpy as fnp
from .. import tree
from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..numpy.entry import from_host
from ..ops.conv import windows
from ..ops.elementwise import astype
from ..shaping import PYTHON_SCALARS, axes_of
from .padding import pad, padtype_to_pads

__all__ = ["reduce", "reduce_window", "reduce_window_shape_tuple"]


def _keeping(total: Callable[..., Any]) -> Callable[..., Any]:
    """A reduction in the dtype of the array, where NumPy's widens small integers."""
    return lambda x, axis: total(x, axis=axis, dtype=dtype_of(x))


#: Functions of two numbers that have a reduction of their own.
_KNOWN: dict[Any, Callable[..., Any]] = {
    **dict.fromkeys((fnp.add, np.add, operator.add), _keeping(fnp.sum)),
    **dict.fromkeys((fnp.multiply, np.multiply, operator.mul), _keeping(fnp.prod)),
    **dict.fromkeys((fnp.maximum, np.maximum), fnp.max),
    **dict.fromkeys((fnp.minimum, np.minimum), fnp.min),
}


def _folded(rows: Any, init: Any, computation: Callable[[Any, Any], Any]) -> Any:
    """The last axis of each leaf folded from `init` on."""
    leaves = tree.leaves(rows)
    *shape, n = shape_of(leaves[0])
    if n and len(leaves) == 1 and computation in _KNOWN:
        known = _KNOWN[computation]
        return tree.map(lambda x, i: computation(i, known(x, axis=-1)), rows, init)
    steps = (tree.map(lambda x, i=i: x[..., i], rows) for i in range(n))
    start = tree.map(lambda i: fnp.broadcast_to(from_host(i, *leaves), tuple(shape)), init)
    return functools.reduce(computation, steps, start)


def _started(operands: Any, init_values: Any) -> tuple[Any, Any]:
    """The operands as arrays, and the first values in their dtypes."""
    arrays = tree.map(coerce, operands)
    return arrays, tree.map(
        lambda x, i: i if type(i) in PYTHON_SCALARS else astype(coerce(i), dtype=dtype_of(x)),
        arrays,
        init_values,
    )


def reduce(
    operands: Any,
    init_values: Any,
    computation: Callable[[Any, Any], Any],
    dimensions: Sequence[int],
) -> Any:
    """All elements along axes, folded into one by `computation`.

    Args:
        operands: a pytree of arrays of one shape.
        init_values: a pytree like it, of numbers: where the fold starts.
        computation: (pytree, pytree) -> pytree, on whole arrays, element by element. The sum,
            product, maximum and minimum of `fzero.lax` and `fzero.numpy` run as one reduction,
            every other function once for each element along the axes.
        dimensions: the axes.

    Returns:
        A pytree of arrays without the axes, in the dtypes of the operands.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.reduce(np.arange(6.0).reshape(2, 3), 0.0, lax.add, (1,)).tolist()
        [3.0, 12.0]
    """
    arrays, init = _started(operands, init_values)

    def as_row(x: Any) -> Any:
        shape = shape_of(x)
        axes = axes_of(len(shape), tuple(dimensions))
        rest = [a for a in range(len(shape)) if a not in axes]
        moved = fnp.transpose(x, (*rest, *axes))
        return _joined(moved, len(rest))

    return _folded(tree.map(as_row, arrays), init, computation)


def _joined(x: Any, kept: int) -> Any:
    """`x` with the axes behind the first `kept` as one."""
    shape = shape_of(x)
    return fnp.reshape(x, (*shape[:kept], int(np.prod(shape[kept:], dtype=int))))


def reduce_window(
    operand: Any,
    init_value: Any,
    computation: Callable[[Any, Any], Any],
    window_dimensions: Sequence[int],
    window_strides: Sequence[int] | None = None,
    padding: str | Sequence[tuple[int, int]] = "VALID",
    base_dilation: Sequence[int] | None = None,
    window_dilation: Sequence[int] | None = None,
) -> Any:
    """The elements of each window, folded into one by `computation`.

    Args:
        operand: a pytree of arrays of one shape.
        init_value: a pytree like it, of numbers: where the fold starts, and what stands in the
            border and in the gaps.
        computation: as in `reduce`.
        window_dimensions: the size of the window along every axis.
        window_strides: the distance of the windows along every axis, 1 by default.
        padding: "SAME", "SAME_LOWER", "VALID", or (low, high) for every axis.
        base_dilation: the distance of the array's elements along every axis.
        window_dilation: the distance of a window's elements along every axis.

    Returns:
        A pytree of arrays with an element for each window.

    Raises:
        ValueError: not one number for each axis, or a window larger than the padded array.

    Gradient: equal elements of a window share that of a maximum or minimum.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.reduce_window(np.arange(5.0), -np.inf, lax.max, (3,), (2,)).tolist()
        [2.0, 4.0]
    """
    arrays, init = _started(operand, init_value)
    size, shape = tuple(window_dimensions), shape_of(tree.leaves(arrays)[0])
    given = (window_strides, base_dilation, window_dilation)
    steps, apart, spread = ((1,) * len(shape) if v is None else tuple(v) for v in given)
    _check_axes(shape, size, steps, apart, spread)
    spans = [(k - 1) * d + 1 for k, d in zip(size, spread, strict=True)]
    full = [max((n - 1) * d + 1, 0) for n, d in zip(shape, apart, strict=True)]
    borders = padtype_to_pads(full, spans, steps, padding)
    config = [(low, high, d - 1) for (low, high), d in zip(borders, apart, strict=True)]

    def rows(x: Any, value: Any) -> Any:
        x = pad(x, value, config)
        _check_window(shape_of(x), spans)
        axes = tuple(range(len(shape)))
        return _joined(windows(x, window=size, axis=axes, step=steps, dilation=spread), len(shape))

    return _folded(tree.map(rows, arrays, init), init, computation)


def reduce_window_shape_tuple(
    operand_shape: Sequence[int],
    window_dimensions: Sequence[int],
    window_strides: Sequence[int],
    padding: Sequence[tuple[int, int]],
    base_dilation: Sequence[int] | None = None,
    window_dilation: Sequence[int] | None = None,
) -> tuple[int, ...]:
    """The shape of the result of `reduce_window`.

    Example:
        >>> import fzero.lax as lax
        >>> lax.reduce_window_shape_tuple((5,), (3,), (2,), [(0, 0)])
        (2,)
    """
    ones = (1,) * len(operand_shape)
    axes = zip(
        operand_shape, window_dimensions, window_strides, padding, base_dilation or ones,
        window_dilation or ones, strict=True,
    )  # fmt: skip
    padded = [
        (low + high + max((n - 1) * a + 1, 0), (k - 1) * b + 1, s)
        for n, k, s, (low, high), a, b in axes
    ]
    return tuple(max((n - span) // step + 1, 0) for n, span, step in padded)


def _check_axes(shape: tuple[int, ...], *numbers: tuple[int, ...]) -> None:
    if any(len(n) != len(shape) or min(n, default=1) < 1 for n in numbers):
        raise ValueError(
            f"reduce_window: window, strides, base and window dilation are {numbers} for an array "
            f"of shape {shape}; expected a number from 1 for each axis. Use 1 for an axis to leave "
            "alone."
        )


def _check_window(shape: tuple[int, ...], spans: Sequence[int]) -> None:
    if any(span > n for n, span in zip(shape, spans, strict=True)):
        raise ValueError(
            f"reduce_window: the dilated window is {tuple(spans)} for an array that is {shape} "
            "with its padding; expected a window inside it. Pad more, or use 'SAME'."
        )
