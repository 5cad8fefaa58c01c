"""`cond` and `switch`: a branch runs on its rows only."""

from collections.abc import Callable, Sequence
from typing import Any

from .. import tree
from ..arguments import check_callable, describe, leaves_like
from ..backend import array_namespace, to_device
from ..batching import BatchTrace
from ..core import Tracer, concrete
from ..dtypes import dtype_of, shape_of
from ..nans import traced
from ..ops.elementwise import detach
from ..rows import PartTrace, convert, merge_results, resumed

__all__ = ["check_integer", "check_predicate", "cond", "merge", "predicate", "switch"]


def _single_row(value: Any, trace: BatchTrace) -> bool:
    return isinstance(value, Tracer) and trace.size == 1


def predicate(x: Any) -> Any:
    """A predicate without derivatives; a tracer remains only where it differs between rows."""
    x = detach(x)
    while isinstance(x, Tracer):
        if not isinstance(x._trace, BatchTrace):
            x = x.value
        elif _single_row(x.value, x._trace):
            x = x.value[0]
        else:
            break
    return x


def check_predicate(name: str, pred: Any) -> None:
    """Raise unless `pred` is one value: a function that lacks its `return` gives None."""
    if pred is None or shape_of(pred) != ():
        raise TypeError(
            f"{name}: pred is {describe(pred)}; expected one boolean. Use .any() or .all(), or "
            "fzero.numpy.where to choose element by element."
        )


def check_integer(name: str, what: str, x: Any) -> None:
    """Raise unless `x` is one integer: a float would be cut off without a word."""
    if type(x) is not int and (shape_of(x) != () or dtype_of(x).kind not in "biu"):
        raise TypeError(
            f"{name}: {what} is {describe(x)}; expected one integer. "
            "Convert it with int(), or x.astype(int) inside a transform."
        )


def _by_rows(values: Any, trace: BatchTrace) -> list[tuple[Any, Any]]:
    """The rows of a batched predicate, grouped by value: `(value, rows)`.

    Where the values themselves are batched by an outer `vmap`, each row is a group of its own,
    and its value is decided inside.
    """
    xp = array_namespace(values)
    if isinstance(values, Tracer):
        return [(None, xp.asarray([i])) for i in range(trace.size)]
    host = to_device(values, "cpu")
    kinds = sorted({v.item() for v in host}) or [host.dtype.type(0).item()]
    return [(v, xp.nonzero(values == v)[0]) for v in kinds]


def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """`branches[index](*operands)`; under `vmap`, each branch runs on its rows only.

    Args:
        index: an integer, or a tracer of one.
        branches: functions of the operands that return the same structure and shapes.
        *operands: pytrees.

    Returns:
        What the chosen branch returns.

    Raises:
        TypeError: an index that is no integer.
        IndexError: an index outside of `branches`.
        ValueError: under `vmap`, branches that return different structures or shapes.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.vmap(lambda i: fzero.switch(i, [lambda: 5.0, lambda: 7.0]))(np.array([1, 0, 1]))
        array([7., 5., 7.])
    """
    branches = list(branches)
    if not branches:
        raise ValueError(
            "switch: branches is empty; expected at least one function. Pass a list of them."
        )
    check_integer("switch", "index", index)
    for branch in branches:
        check_callable("switch", branch, "Write switch(index, [lambda: a, lambda: b]) for values.")
    return _switch("switch", index, branches, operands)


def _switch(name: str, index: Any, branches: list[Callable[..., Any]], operands: Any) -> Any:
    index = predicate(index)
    if not isinstance(index, Tracer):
        return branches[_checked_index(name, index, len(branches))](*operands)
    trace = index._trace
    if not isinstance(trace, BatchTrace):
        return _switch(name, concrete(index, name), branches, operands)
    outs, targets = [], []
    for value, rows in _by_rows(index.value, trace):
        target = traced(PartTrace)(trace, rows)
        with resumed([target]):
            chosen = convert(index) if value is None else value
            # A branch may also return, untouched, what its closure brings in.
            out = _switch(name, chosen, branches, tree.map(convert, operands))
            outs.append(tree.map(convert, out))
        targets.append(target)
    return merge(name, outs, trace, targets)


def _checked_index(name: str, index: Any, count: int) -> int:
    if name == "cond":
        return int(bool(index))
    i = int(index)
    if not -count <= i < count:
        raise IndexError(
            f"switch: index is {i}; expected -{count} <= index < {count}, one of the branches. "
            "Clip it first, for example with fzero.numpy.clip."
        )
    return i


def merge(name: str, outs: list[Any], trace: BatchTrace, targets: list[PartTrace]) -> Any:
    """The results of the row sets as one result over all rows."""
    if len(outs) == 0:
        raise ValueError(
            f"{name}: the vmap is over 0 rows; expected at least 1. Treat the empty batch outside."
        )
    first, treedef = tree.flatten(outs[0])
    columns = [first]
    for i, out in enumerate(outs[1:], 1):
        columns.append(leaves_like(treedef, out, name, f"the result of branch {i}"))
    leaves = []
    for k, parts in enumerate(zip(*columns, strict=True)):
        shapes = {shape_of(p) for p in parts}
        if len(shapes) > 1:
            raise ValueError(
                f"{name}: leaf {k} of the results has the shapes {sorted(shapes)} in different "
                "rows; expected one shape. Reshape or pad the results of the branches."
            )
        leaves.append(merge_results(parts, trace, targets))
    return tree.unflatten(treedef, leaves)


def cond(
    pred: Any, true_fun: Callable[..., Any], false_fun: Callable[..., Any], *operands: Any
) -> Any:
    """`true_fun(*operands) if pred else false_fun(*operands)`.

    Under `vmap` with a predicate that differs between rows, each function runs once, on its rows
    only (or not at all), so that the other rows cost nothing and cannot make a NaN.

    Args:
        pred: a boolean, or a tracer of one.
        true_fun, false_fun: functions of the operands that return the same structure and shapes.
        *operands: pytrees.

    Returns:
        What the chosen function returns.

    Raises:
        TypeError: a predicate that is no scalar.
        ValueError: under `vmap`, results of different structures or shapes.

    Gradient: of the function that ran.

    Example:
        >>> import fzero, numpy as np
        >>> f = lambda x: fzero.cond(x > 0, np.sqrt, lambda x: 0.0 * x, x)
        >>> fzero.vmap(fzero.grad(f))(np.array([4.0, 0.0])).tolist()
        [0.25, 0.0]
    """
    check_predicate("cond", pred)
    for branch in (true_fun, false_fun):
        if not callable(branch):
            raise TypeError(
                f"cond: a branch is {describe(branch)}; expected functions of the operands. "
                "Write cond(pred, lambda: a, lambda: b) to choose between values."
            )
    return _switch("cond", pred, [false_fun, true_fun], operands)
