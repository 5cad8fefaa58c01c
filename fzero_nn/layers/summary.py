"""A table of a model: its layers, their outputs, and what they take in memory."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero import random, tree

from .composite import initialized_as, observed
from .module import EMPTY, Module

__all__ = ["Row", "Summary", "summary"]


class Row(NamedTuple):
    """One layer of a model.

    Attributes:
        path: the names of the children on the way to it; "" for the model itself.
        layer: its type, or the name of the function.
        output: the shape of its output; a pytree of shapes if it returns one.
        parameters, state: how many numbers it has of each, its children's included.
        parameter_bytes, output_bytes: what its parameters and its output take in memory.
        leaf: whether no other row is inside it.
    """

    path: str
    layer: str
    output: Any
    parameters: int
    state: int
    parameter_bytes: int
    output_bytes: int
    leaf: bool


@dataclass(frozen=True)
class Summary:
    """The rows of a model, itself first, then its layers in the order of the calls.

    A layer that is called twice has two rows; the first row, the model's own, counts its parameters
    once. As text it is a table.
    """

    rows: tuple[Row, ...]

    @property
    def parameters(self) -> int:
        """How many numbers can be trained."""
        return self.rows[0].parameters

    @property
    def state(self) -> int:
        """How many numbers the state has, such as the statistics of BatchNorm."""
        return self.rows[0].state

    @property
    def parameter_bytes(self) -> int:
        """What the parameters take in memory."""
        return self.rows[0].parameter_bytes

    @property
    def activation_bytes(self) -> int:
        """What the outputs of all layers take in memory, those of composites not counted again."""
        return sum(row.output_bytes for row in self.rows if row.leaf)

    def __str__(self) -> str:
        table = [("path", "layer", "output", "parameters", "memory", "activations")]
        table += [_cells(row) for row in self.rows]
        widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
        lines = [_line(cells, widths) for cells in table]
        return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "", self._totals()])

    def _totals(self) -> str:
        return (
            f"{self.parameters:,} parameters ({_size(self.parameter_bytes)}), "
            f"{self.state:,} numbers of state, {_size(self.activation_bytes)} of activations"
        )


def summary(layer: Module, x: Any) -> Summary:
    """Which layers a model has, what they return, and how large they are.

    Args:
        layer: a layer.
        x: an example input, or a `fzero.ShapeDtypeStruct` of it.

    Returns:
        A `Summary`: its `rows` are data, its text is a table.

    Cost: one `apply` on zeros, and where sizes were left out one `init`. Nothing is drawn by the
    layers' initializers, the fields whose names end in `_init`.

    Example:
        >>> import fzero_nn as nn, numpy as np
        >>> print(summary(nn.Sequential(nn.Linear(3, 4), np.tanh), np.ones((2, 3), np.float32)))
        path  layer       output  parameters  memory  activations
        ---------------------------------------------------------
              Sequential  (2, 4)          16    64 B         32 B
        l0    Linear      (2, 4)          16    64 B         32 B
        l1    tanh        (2, 4)           0     0 B         32 B
        16 parameters (64 B), 0 numbers of state, 64 B of activations
    """
    params, state = _shapes(layer, x)
    done: list[list[Row]] = []  # each layer that has returned, and those inside it

    def see(path: str, layer: Any, params: Any, y: Any) -> Any:
        inside: list[Row] = []
        while done and done[-1][0].path.startswith(f"{path}/"):
            inside = done.pop() + inside
        done.append([_row(path, layer, params, _at(state, path), y, leaf=not inside), *inside])
        return y

    with observed(see):
        y = fzero.eval_shape(lambda *given: layer.apply(*given)[0], params, state, x)
    rows = [row for rows in done for row in rows]
    return Summary((_row("", layer, params, state, y, leaf=not rows), *rows))


def _shapes(layer: Module, x: Any) -> tuple[Any, Any]:
    """Parameters and state like those of `layer.init`, as zeros that take no memory."""
    key = random.key(0)
    with initialized_as(_undrawn):
        try:
            return _undrawn(layer).init(key)
        except ValueError:
            # A size was left out; to read it from x takes a run of the whole model.
            return _undrawn(layer).init(key, x)


def _undrawn(layer: Any) -> Any:
    names = [n for n in getattr(layer, "__dataclass_fields__", ()) if n.endswith("_init")]
    return replace(layer, **dict.fromkeys(names, _zeros)) if names else layer


def _zeros(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    return np.broadcast_to(np.zeros((), dtype), shape)


def _row(path: str, layer: Any, params: Any, state: Any, y: Any, leaf: bool) -> Row:
    numbers, bytes_ = _count(params)
    kind = getattr(layer, "__name__", type(layer).__name__)
    shapes = tree.map(lambda a: tuple(a.shape), y)
    return Row(path, kind, shapes, numbers, _count(state)[0], bytes_, _count(y)[1], leaf)


def _at(state: Any, path: str) -> Any:
    """The state of the layer at a path, empty if it has none."""
    for name in path.split("/"):
        state = state.get(name, EMPTY)
    return state


def _count(values: Any) -> tuple[int, int]:
    """The numbers in a pytree, and their bytes."""
    sizes = [(math.prod(a.shape), a.dtype.itemsize) for a in tree.leaves(values)]
    return sum(n for n, _ in sizes), sum(n * itemsize for n, itemsize in sizes)


def _cells(row: Row) -> tuple[str, ...]:
    sizes = (_size(row.parameter_bytes), _size(row.output_bytes))
    return row.path, row.layer, str(row.output), f"{row.parameters:,}", *sizes


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Text to the left, numbers to the right."""
    padded = [
        cell.ljust(width) if i < 3 else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  ".join(padded).rstrip()


def _size(n: int) -> str:
    """A number of bytes to read: 64 B, 1.5 KiB, 528.0 MiB."""
    if n < 1024:
        return f"{n} B"
    power = min(int(math.log2(n)) // 10, 4)
    return f"{n / 1024**power:.1f} {'KMGT'[power - 1]}iB"
