"""Copies of tracers that can be assigned into: `y = x.copy(); y[index] = value`.

A cell holds a functional value, the present one; for libraries that may be a plain array. The
trace of the cells is newer than all others, so that it handles every operation on one: it puts the
present value in the place of the cell and calls the operation again. Assignment replaces the value
by that of an index update. Views of a cell know their cell and the steps that lead from it, so
that they see later assignments, as in NumPy.

A copy is laid out in C order, which decides whether a reshaped view is a copy.
"""

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from .backend import is_array
from .core import Primitive, Trace, Tracer, splits
from .dtypes import dtype_of, is_inexact, shape_of
from .ops import structural as st
from .ops.indexing import At, getitem
from .tree.kinds import read_leaves

__all__ = ["Cell", "fresh", "handed_on", "present", "shown", "spread"]

#: Primitives whose result NumPy makes a view, and those whose views are not followed.
_VIEWS = frozenset({"take", "reshape", "transpose", "flip", "broadcast_to", "diagonal"})
_UNFOLLOWED = frozenset({"unstack", "split_at", "real", "imag", "einsum"})
_HANDED_ON = "was handed to a transform or to a function of pytrees, or a part of it to a view"
_GIVEN = "is an argument of a function that must not change it"


class _Cells(Trace):
    """The one trace of all cells."""

    __slots__ = ()
    transform = "a copy"
    takes_fused = True
    adds = False

    def __init__(self) -> None:
        super().__init__()
        self.level = math.inf

    def process(self, prim: Primitive, args: Sequence[Any], params: dict[str, Any]) -> Any:
        first = args[0]
        if first.__class__ is Cell:
            if prim.name in _VIEWS and _is_view(prim, args, params):
                return first._viewed(prim, params)
            if prim.name in _UNFOLLOWED and len(args) == 1:
                first._root._refusal = _HANDED_ON
        out = prim.call(*map(present, args), **params)
        spreads = any(a.__class__ is Cell and a._root._spreads for a in args)
        if not spreads or prim.category == "rows":
            return out
        return spread(out)

    def rebuild(self, tracer: Any, parts: Sequence[Any]) -> Any:
        return parts[0]


_CELLS = _Cells()


class Cell(Tracer):
    """An array inside a transform that can be assigned into, or a view of one."""

    __slots__ = ("_content", "_refusal", "_root", "_spreads", "_steps", "_version")
    _content: Any
    _refusal: str | None
    _root: "Cell"
    _spreads: bool
    _steps: tuple[tuple[Primitive, dict[str, Any]], ...]

    def __init__(self, content: Any, spreads: bool = False, refusal: str | None = None) -> None:
        self._trace, self._root, self._steps = _CELLS, self, ()
        self._content, self._version = content, 0
        self._spreads, self._refusal = spreads, refusal

    @property
    def value(self) -> Any:  # type: ignore[override]
        """The present value, never a cell."""
        root = self._root
        if self._version != root._version:
            found = root._content
            for prim, params in self._steps:
                found = prim.call(found, **params)
            self._content, self._version = found, root._version
        return self._content

    def _viewed(self, prim: Primitive, params: dict[str, Any]) -> "Cell":
        """The view of this cell that an operation makes."""
        view = Cell(None)
        view._root, view._steps, view._version = self._root, (*self._steps, (prim, params)), -1
        assert view.value is not None  # an index out of range is an error here
        return view

    def _places(self) -> np.ndarray:
        """The position in the copy, counted in C order, of each element of this view."""
        shape = shape_of(self._root._content)
        places = np.arange(math.prod(shape)).reshape(shape)
        for prim, params in self._steps:
            places = prim.host(places, **params)
        return places

    def __setitem__(self, index: Any, value: Any) -> None:
        self._check_free()
        self._store(At(self.value, index).set(present(value)))

    def _store(self, new: Any) -> None:
        """Let `new` be the present value, also in the copy that this is a view of."""
        new, root = present(new), self._root
        if self._steps:
            places = self._places()
            if not places.flags.writeable:
                raise ValueError(
                    "assignment: the array is a broadcast view or a diagonal; expected one that "
                    "NumPy lets write. Take a copy of it first: y = y.copy()."
                )
            flat = st.reshape(root._content, shape=(-1,))
            flat = At(flat, places.ravel()).set(st.reshape(new, shape=(places.size,)))
            new = st.reshape(present(flat), shape=shape_of(root._content))
        root._content = new
        root._version += 1

    def _check_free(self) -> None:
        if self._root._refusal is not None:
            raise TypeError(
                f"assignment: the array {self._root._refusal}; expected no change after that, "
                "which could not be seen there. Take a copy first: y = y.copy()."
            )
        if splits.active and splits.convert(self.value) is not self.value:
            raise TypeError(
                "assignment: the array has all rows of a vmap while a branch runs on some of them; "
                "expected an array of the branch. Make it an operand of the branch, and copy it."
            )

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("iter: the array is 0-d; expected at least one axis. Use x itself.")
        return (getitem(self, i) for i in range(self.shape[0]))

    def __deepcopy__(self, memo: Any) -> "Cell":
        return fresh(self)

    def __repr__(self) -> str:
        return repr(self.value)


def _is_view(prim: Primitive, args: Sequence[Any], params: dict[str, Any]) -> bool:
    """Whether NumPy makes the result of this operation a view of the array."""
    cell = args[0]
    if prim.name == "take":  # with arrays it is a copy; one element is a scalar
        index = params["index"]
        return len(args) == 1 and not (
            len(index) == len(cell.shape) and all(isinstance(i, int) for i in index)
        )
    if prim.name == "reshape" and cell._steps:
        places = cell._places()
        return not places.size or np.may_share_memory(places, prim.host(places, **params))
    return True


def _in_place(function: Callable[[Any, Any], Any]) -> Callable[[Cell, Any], Cell]:
    """`y += other`, which changes the array and its views, and keeps its shape and dtype."""

    def update(self: Cell, other: Any) -> Cell:
        self._check_free()
        new = present(function(self.value, present(other)))
        if shape_of(new) != self.shape:
            raise ValueError(
                f"assignment: the result has shape {shape_of(new)} for an array of {self.shape}; "
                "expected the array's. Write y = y + other to make another array."
            )
        if not np.can_cast(dtype_of(new), self.dtype, "same_kind"):
            raise TypeError(
                f"assignment: the result has dtype {dtype_of(new)} for an array of {self.dtype}; "
                "expected one of its kind. Write y = y + other to make another array."
            )
        self._store(At(self.value, ...).set(new))
        return self

    return update


for _name in "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift".split():
    _function = getattr(operator, f"__{_name}__")
    setattr(Cell, f"__i{_name}__", _in_place(_function))


def present(x: Any) -> Any:
    """The present value of a cell; anything else as it is."""
    return x.value if x.__class__ is Cell else x


def fresh(x: Any, source: Any = None) -> Any:
    """A copy of `x`, a tracer, that can be assigned into; other values as they are.

    While derivatives are suspended, a tracer `source` gives a plain `x`, into which only a cell
    takes tracers.
    """
    if x.__class__ is Cell:
        return Cell(x.value, x._root._spreads)
    muted = isinstance(source, Tracer) and source._trace.suspended and is_inexact(x)
    return Cell(x) if muted or isinstance(x, Tracer) else x


def _holds_array(x: Any) -> bool:
    return isinstance(x, (Tracer, np.generic)) or is_array(x)


def shown(x: Any) -> Any:
    """The arrays in an argument as cells that refuse assignment, but whose results take it."""
    if type(x) in (tuple, list):
        return type(x)(map(shown, x))
    return Cell(x, True, _GIVEN) if _holds_array(x) and x.__class__ is not Cell else x


def spread(x: Any) -> Any:
    """The arrays in a result as cells whose results are cells again."""
    if isinstance(x, (tuple, list)):
        return type(x)(*map(spread, x)) if hasattr(x, "_fields") else type(x)(map(spread, x))
    return Cell(x, True) if _holds_array(x) and x.__class__ is not Cell else x


def handed_on(x: Cell) -> Any:
    """The present value, for others to keep: no assignment may follow."""
    x._root._refusal = x._root._refusal or _HANDED_ON
    return x.value


read_leaves(Cell, handed_on)
