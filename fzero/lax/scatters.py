"""Writing slices at many places: the general scatter, with several ways to combine."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import numpy as fnp
from ..backend import array_namespace
from ..core import Tracer, coerce
from ..dtypes import dtype_of, shape_of
from ..ops.indexing import At, at
from .gathers import (
    GatherDimensionNumbers,
    GatherScatterMode,
    Places,
    as_indices,
    check_numbers,
    find_places,
    outside_rows,
)

__all__ = [
    "ScatterDimensionNumbers", "scatter", "scatter_add", "scatter_apply", "scatter_max",
    "scatter_min", "scatter_mul", "scatter_sub",
]  # fmt: skip


class ScatterDimensionNumbers(NamedTuple):
    """How the axes of a scatter belong together.

    Args:
        update_window_dims: the axes of the updates that run along the slices, rising.
        inserted_window_dims: the axes of the array whose slices have size 1, not in the updates.
        scatter_dims_to_operand_dims: the axis that each number of an index vector is for.
        operand_batching_dims: axes of the array that are written at their own place only.
        scatter_indices_batching_dims: the axes of the indices that go with them.
    """

    update_window_dims: tuple[int, ...]
    inserted_window_dims: tuple[int, ...]
    scatter_dims_to_operand_dims: tuple[int, ...]
    operand_batching_dims: tuple[int, ...] = ()
    scatter_indices_batching_dims: tuple[int, ...] = ()


#: Writes the updates, if there are any, into an array at an index.
Write = Callable[[Any, tuple[Any, ...], Any], Any]


def _write(
    name: str,
    operand: Any,
    indices: Any,
    updates: Any,
    shape: Sequence[int],
    numbers: ScatterDimensionNumbers,
    mode: Any,
    write: Write,
) -> Any:
    """The operand after `write`, on its axes in the order of the places, with a spare row."""
    operand = coerce(operand)
    indices = as_indices(name, indices, operand)
    drop = GatherScatterMode.from_any(mode) is GatherScatterMode.FILL_OR_DROP
    sizes = _sizes(name, shape_of(operand), shape_of(indices), shape, numbers)
    gathering = GatherDimensionNumbers(*map(tuple, numbers))
    if not shape_of(operand):  # one element, at the place 0 of every index vector
        operand, sizes = fnp.reshape(operand, (1,)), [1]
        zeros = array_namespace(indices).zeros((*shape_of(indices)[:-1], 1), int)
        gathering = GatherDimensionNumbers((), (0,), (0,))
        return _written(operand, zeros, updates, sizes, gathering, drop, write)[0]
    return _written(operand, indices, updates, sizes, gathering, drop, write)


def _sizes(
    name: str, shape: Any, places: Any, updates: Sequence[int], numbers: ScatterDimensionNumbers
) -> list[int]:
    """The sizes of the slices along the operand's axes, as the shape of the updates has them."""
    dropped = {*numbers.inserted_window_dims, *numbers.operand_batching_dims}
    spans = [updates[a] for a in numbers.update_window_dims if a < len(updates)]
    kept = [a for a in range(len(shape)) if a not in dropped]
    sizes = [1] * len(shape)
    for a, span in zip(kept, spans, strict=False):
        sizes[a] = span
    check_numbers(name, shape, places, sizes, GatherDimensionNumbers(*map(tuple, numbers)))
    batch = [n for a, n in enumerate(updates) if a not in numbers.update_window_dims]
    if batch != list(places[:-1]):
        raise ValueError(
            f"{name}: the updates have shape {tuple(updates)}, of which the axes "
            f"{tuple(numbers.update_window_dims)} run along slices, for indices of shape {places}; "
            f"expected {places[:-1]} as the others. Broadcast the updates first."
        )
    return sizes


def _written(
    operand: Any,
    indices: Any,
    updates: Any,
    sizes: Sequence[int],
    numbers: GatherDimensionNumbers,
    drop: bool,
    write: Write,
) -> Any:
    places = find_places(operand, indices, sizes, numbers)
    rows = fnp.transpose(operand, places.order)
    n = shape_of(rows)[0]
    spare = array_namespace(operand).ones((1, *shape_of(rows)[1:]), dtype_of(operand))
    index = _dropping(places, n) if drop else places.index
    values = None if updates is None else _behind_batch(updates, places, numbers)
    rows = write(fnp.concatenate([rows, spare]), index, values)[:n]
    return fnp.transpose(rows, tuple(int(a) for a in np.argsort(places.order)))


def _dropping(places: Places, spare: int) -> tuple[Any, ...]:
    """The index with the slices that lead out at the place `spare` of the first axis."""
    first, *rest = places.index
    outside = outside_rows(places.inside, len(shape_of(first)))
    return (fnp.where(outside, spare, first), *rest)


def _behind_batch(updates: Any, places: Places, numbers: GatherDimensionNumbers) -> Any:
    """The updates with the axes of the slices in the order of the places, behind the batch."""
    batch = len(shape_of(updates)) - len(places.window)
    return fnp.moveaxis(
        updates, tuple(numbers.offset_dims), tuple(batch + a for a in places.window)
    )


def _in_turns(step: Callable[[At, Any], Any]) -> Write:
    """A write that takes repeated places one after the other, each time another update."""

    def write(rows: Any, index: tuple[Any, ...], values: Any) -> Any:
        first, *rest = index
        turn, spare = _turns(index, shape_of(rows)), shape_of(rows)[0] - 1
        for i in range(_largest(turn) + 1):
            rows = step(at(rows, (fnp.where(turn == i, first, spare), *rest)), values)
        return rows

    return write


def _turns(index: tuple[Any, ...], shape: tuple[int, ...]) -> Any:
    """For each place of an index, how often it was named before; 0 in the spare row."""
    whole = shape_of(index[0])
    flat = index[0]
    for places, n in zip(index[1:], shape[1:], strict=False):
        flat = flat * n + places
    flat = fnp.reshape(flat, (-1,))
    order = fnp.argsort(flat, stable=True)
    found = flat[order]
    before = array_namespace(found).arange(shape_of(found)[0]) - fnp.searchsorted(found, found)
    turn = fnp.reshape(before[fnp.argsort(order)], whole)
    return fnp.where(index[0] == shape[0] - 1, 0, turn)


def _largest(turn: Any) -> int:
    """The largest of all rows: under `vmap` they take as many turns together."""
    while isinstance(turn, Tracer):
        turn = turn.value
    return int(turn.max()) if turn.size else 0


def _combining(name: str, write: Write, summary: str, note: str) -> Callable[..., Any]:
    """A scatter that writes in one way, under its name and with its docstring."""

    def function(
        operand: Any,
        scatter_indices: Any,
        updates: Any,
        dimension_numbers: ScatterDimensionNumbers,
        *,
        indices_are_sorted: bool = False,
        unique_indices: bool = False,
        mode: str | GatherScatterMode | None = None,
    ) -> Any:
        updates = coerce(updates)
        shape = shape_of(updates)
        return _write(
            name, operand, scatter_indices, updates, shape, dimension_numbers, mode, write
        )

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
        operand: an array; it is not changed.
        scatter_indices: integers (*batch, k): the starts along the k axes of
            scatter_dims_to_operand_dims. A negative one leads out of the array.
        updates: the slices, their axes at update_window_dims among the batch axes; cast to the
            dtype of `operand`.
        dimension_numbers: how the axes belong together.
        indices_are_sorted, unique_indices: have no effect.
        mode: what is done with a slice that leads out: it is dropped ("drop" and "fill", the
            default), or moved inside ("clip" and "promise_in_bounds").

    Returns:
        An array of the shape and dtype of `operand`.

    Raises:
        ValueError: another mode, or dimension numbers that do not fit the shapes.
        TypeError: indices that are no integers.

    {note}
    """
    return function


scatter = _combining(
    "scatter",
    lambda rows, index, values: at(rows, index).set(values),
    "An array with slices replaced.",
    "Where slices overlap, one of them wins, and gets the gradient.",
)
scatter_add = _combining(
    "scatter_add",
    lambda rows, index, values: at(rows, index).add(values),
    "An array with slices added; those that overlap add up.",
    "Gradient: to the array and to the updates.",
)
scatter_sub = _combining(
    "scatter_sub",
    lambda rows, index, values: at(rows, index).subtract(values),
    "An array with slices subtracted; those that overlap add up.",
    "Gradient: to the array and to the updates.",
)
scatter_mul = _combining(
    "scatter_mul",
    _in_turns(lambda here, values: here.set(here.get() * values)),
    "An array with slices multiplied into it; all of those that overlap.",
    "Cost: one write for each time that an element is named, at most.",
)
scatter_max = _combining(
    "scatter_max",
    lambda rows, index, values: at(rows, index).max(values),
    "The larger of an array and of slices.",
    "Gradient: equal elements share it.",
)
scatter_min = _combining(
    "scatter_min",
    lambda rows, index, values: at(rows, index).min(values),
    "The smaller of an array and of slices.",
    "Gradient: equal elements share it.",
)


def scatter_apply(
    operand: Any,
    scatter_indices: Any,
    func: Callable[[Any], Any],
    dimension_numbers: ScatterDimensionNumbers,
    *,
    update_shape: Sequence[int] = (),
    indices_are_sorted: bool = False,
    unique_indices: bool = False,
    mode: str | GatherScatterMode | None = None,
) -> Any:
    """An array with a function applied to slices; as often as an element is named.

    Args:
        func: array -> array, element by element.
        update_shape: the shape that updates would have: (*batch, *slice), its axes in the order
            of the dimension numbers.

    All other arguments, and what is returned and raised, as in `scatter`.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> numbers, places = lax.ScatterDimensionNumbers((), (0,), (0,)), np.array([[0], [2], [2]])
        >>> lax.scatter_apply(np.array([3.0, 3.0, 3.0]), places, np.square, numbers,
        ...                   update_shape=(3,)).tolist()
        [9.0, 3.0, 81.0]
    """
    write = _in_turns(lambda here, _: here.set(func(here.get())))
    shape = tuple(update_shape)
    return _write(
        "scatter_apply", operand, scatter_indices, None, shape, dimension_numbers, mode, write
    )
