"""Control flow in eager Python, through which every transform passes.

On plain predicates these functions are the Python statements of their names. On predicates that
`vmap` batched, the rows are split: a branch runs on its rows only, and a loop goes on with the
rows that are not done.
"""

import builtins
from collections.abc import Callable, Sequence
from typing import Any

from . import tree
from .arguments import describe, leaves_like
from .backend import array_namespace, to_device
from .batching import BatchTrace, vmap
from .core import Tracer, concrete
from .derivatives import eval_shape
from .dtypes import shape_of
from .ops.elementwise import detach
from .ops.structural import concatenate, flip, reshape, stack, unstack
from .rows import PartTrace, convert, holds, merge_results, resumed, take_rows
from .shaping import axis_of

__all__ = [
    "associative_scan",
    "cond",
    "fori_loop",
    "map",
    "scan",
    "switch",
    "while_loop",
]


# ------------------------------------------------------------------------------ cond and switch


def _single_row(value: Any, trace: BatchTrace) -> bool:
    return isinstance(value, Tracer) and trace.size == 1


def _predicate(x: Any) -> Any:
    """A predicate without derivatives; a tracer remains only where it differs between rows."""
    x = detach(x)
    while isinstance(x, Tracer) and isinstance(x._trace, BatchTrace):
        if not _single_row(x.value, x._trace):
            break
        x = x.value[0]
    return x


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
        IndexError: an index outside of `branches`.
        ValueError: under `vmap`, branches that return different structures or shapes.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.vmap(lambda i: fzero.switch(i, [lambda: 5.0, lambda: 7.0]))(np.array([1, 0, 1]))
        array([7., 5., 7.])
    """
    branches = list(branches)
    if not branches:
        raise ValueError("switch: branches is empty; expected at least one function.")
    return _switch("switch", index, branches, operands)


def _switch(name: str, index: Any, branches: list[Callable[..., Any]], operands: Any) -> Any:
    index = _predicate(index)
    if not isinstance(index, Tracer):
        return branches[_checked_index(name, index, len(branches))](*operands)
    trace = index._trace
    if not isinstance(trace, BatchTrace):
        return _switch(name, concrete(index, name), branches, operands)
    outs, targets = [], []
    for value, rows in _by_rows(index.value, trace):
        target = PartTrace(trace, rows)
        with resumed([target]):
            chosen = convert(index) if value is None else value
            # A branch may also return, untouched, what its closure brings in.
            out = _switch(name, chosen, branches, tree.map(convert, operands))
            outs.append(tree.map(convert, out))
        targets.append(target)
    return _merge(name, outs, trace, targets)


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


def _merge(name: str, outs: list[Any], trace: BatchTrace, targets: list[PartTrace]) -> Any:
    """The results of the row sets as one result over all rows."""
    if len(outs) == 0:
        raise ValueError(f"{name}: no row is left; expected at least one.")
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
    if shape_of(pred) != ():
        raise TypeError(
            f"cond: pred is {describe(pred)}; expected one boolean. Use .any() or .all(), or "
            "fzero.numpy.where to choose element by element."
        )
    return _switch("cond", pred, [false_fun, true_fun], operands)


# -------------------------------------------------------------------------------------- loops


def while_loop(
    cond_fun: Callable[[Any], Any], body_fun: Callable[[Any], Any], init_val: Any
) -> Any:
    """Repeat `val = body_fun(val)` while `cond_fun(val)` holds.

    Args:
        cond_fun: pytree -> boolean.
        body_fun: pytree -> pytree of the same structure and shapes.
        init_val: where to start.

    Returns:
        The last value.

    Raises:
        ValueError: a body that changes the structure.

    Gradient: both modes; reverse mode keeps what each turn needs. Under `vmap`, rows that are done
        leave the loop.

    Example:
        >>> import fzero
        >>> double = lambda x: fzero.while_loop(lambda v: v < 10.0, lambda v: v * 2, x)
        >>> float(double(3.0)), float(fzero.grad(double)(3.0))
        (12.0, 4.0)
    """
    val = init_val
    while True:
        pred = _predicate(cond_fun(val))
        if isinstance(pred, Tracer):
            return _while_rows(cond_fun, body_fun, val, pred)
        if not pred:
            return val
        val = _same_structure("while_loop", body_fun(val), val)


def _cut(val: Any, trace: BatchTrace, index: Any, target: PartTrace) -> Any:
    """The rows `index` of a value over `trace`, carried by `target`."""
    return tree.map(lambda x: take_rows(x, trace, target, index) if holds(x, trace) else x, val)


def _while_rows(cond_fun: Any, body_fun: Any, val: Any, pred: Any) -> Any:
    """The loop from where the predicate first differs between rows; rows that are done leave."""
    source = trace = pred._trace
    xp = array_namespace(pred.value)
    rows = xp.arange(source.size)
    outs: list[Any] = []
    targets: list[PartTrace] = []
    while True:
        if isinstance(pred, Tracer) and not isinstance(pred.value, Tracer):
            alive = pred.value
        else:  # the same for all these rows, or also batched by an outer vmap
            alive = xp.full(len(rows), isinstance(pred, Tracer) or bool(pred))
        (done,), (going,) = xp.nonzero(~alive), xp.nonzero(alive)
        if len(done):
            targets.append(PartTrace(source, rows[done]))
            outs.append(_cut(val, trace, done, targets[-1]))
        if not len(going):
            return _merge("while_loop", outs, source, targets)
        if isinstance(pred.value, Tracer):
            for i in going:
                target = PartTrace(source, rows[i : i + 1])
                part = _cut(val, trace, xp.asarray([int(i)]), target)
                with resumed([target]):
                    outs.append(tree.map(convert, while_loop(cond_fun, body_fun, part)))
                targets.append(target)
            return _merge("while_loop", outs, source, targets)
        target = PartTrace(source, rows[going])
        val, rows, trace = _cut(val, trace, going, target), rows[going], target
        with resumed([trace]):
            while True:
                val = _same_structure("while_loop", tree.map(convert, body_fun(val)), val)
                pred = _predicate(cond_fun(val))
                if not _every_row(pred):
                    break


def _every_row(pred: Any) -> bool:
    """Whether all rows go on."""
    if not isinstance(pred, Tracer):
        return bool(pred)
    return not isinstance(pred.value, Tracer) and bool(pred.value.all())


def _same_structure(name: str, new: Any, old: Any) -> Any:
    """`new`, checked to have the structure and shapes of `old`."""
    leaves, treedef = tree.flatten(old)
    news = leaves_like(treedef, new, name, "the new value")
    for i, (a, b) in enumerate(zip(leaves, news, strict=True)):
        if shape_of(a) != shape_of(b):
            raise ValueError(
                f"{name}: leaf {i} changed its shape from {shape_of(a)} to {shape_of(b)}; expected "
                "one shape throughout. Start from a value of the final shape."
            )
    return tree.unflatten(treedef, news)


def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """`val = body_fun(i, val)` for i from `lower` up to, but not including, `upper`.

    Args:
        lower, upper: integers; under `vmap` they may differ between rows.
        body_fun: (int, pytree) -> pytree of the same structure and shapes.
        init_val: where to start.

    Returns:
        The last value.

    Gradient: both modes.

    Example:
        >>> import fzero
        >>> fzero.fori_loop(0, 4, lambda i, v: v + i, 0)
        6
    """
    lower, upper = _predicate(lower), _predicate(upper)
    if isinstance(lower, Tracer) or isinstance(upper, Tracer):
        step = lambda state: (state[0] + 1, body_fun(state[0], state[1]))  # noqa: E731
        return while_loop(lambda state: state[0] < upper, step, (lower, init_val))[1]
    val = init_val
    for i in range(int(lower), int(upper)):
        val = _same_structure("fori_loop", body_fun(i, val), val)
    return val


def _rows(name: str, xs: Any, length: int | None) -> tuple[list[list[Any]], Any, int]:
    """The slices of each leaf along axis 0, the structure, and how many there are."""
    leaves, treedef = tree.flatten(xs)
    bad = [describe(x) for x in leaves if not shape_of(x)]
    if bad:
        raise ValueError(
            f"{name}: xs has leaves without an axis: {', '.join(bad)}; expected arrays whose axis "
            "0 is the steps. Stack them, or pass constants through a closure."
        )
    lengths = {shape_of(x)[0] for x in leaves} | ({length} if length is not None else set())
    if len(lengths) != 1:
        raise ValueError(
            f"{name}: the lengths are {sorted(lengths)}; expected one number of steps, from the "
            "leaves of xs or from length=. Give xs with equal first axes."
        )
    return [_slices(x) for x in leaves], treedef, lengths.pop()


def _slices(x: Any) -> Any:
    return unstack(x, axis=0) if isinstance(x, Tracer) else x


def scan(
    f: Callable[[Any, Any], tuple[Any, Any]],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int = 1,
) -> tuple[Any, Any]:
    """Thread a carry through the steps of `xs`, and stack what each step returns.

    Args:
        f: `(carry, x) -> (carry, y)`; the carry keeps its structure and shapes.
        init: the first carry.
        xs: a pytree of arrays with the steps along axis 0, or None.
        length: the number of steps; needed if `xs` is None.
        reverse: start from the last step; the results stay in the order of `xs`.
        unroll: has no effect, since nothing is compiled; accepted for JAX's code.

    Returns:
        `(carry, ys)`, `ys` with the steps along axis 0.

    Raises:
        ValueError: lengths that differ, a carry that changes its structure or shapes.

    Gradient: both modes; cost linear in the number of steps.

    Example:
        >>> import fzero, numpy as np
        >>> carry, sums = fzero.scan(lambda c, x: (c + x, c + x), 0.0, np.arange(4.0))
        >>> sums.tolist()
        [0.0, 1.0, 3.0, 6.0]
    """
    slices, treedef, n = _rows("scan", xs, length)
    if n == 0:
        x0 = tree.unflatten(treedef, [x[:1].sum(0) for x in tree.leaves(xs)])
        y = eval_shape(lambda c, x: f(c, x)[1], init, x0)
        xp = array_namespace(*tree.leaves(xs))
        return init, tree.map(lambda s: xp.zeros((0, *s.shape), s.dtype), y)
    carry, ys, y_tree = init, [], tree.structure(None)
    for i in builtins.reversed(range(n)) if reverse else range(n):
        out = f(carry, tree.unflatten(treedef, [s[i] for s in slices]))
        if not isinstance(out, tuple) or len(out) != 2:
            raise TypeError(
                f"scan: the function returned {type(out).__name__}; expected a pair (carry, y). "
                "Return (carry, None) if there is nothing to stack."
            )
        carry = _same_structure("scan", out[0], carry)
        if not ys:
            leaves, y_tree = tree.flatten(out[1])
        else:
            leaves = leaves_like(y_tree, out[1], "scan", "the result of a step")
        ys.append(leaves)
    if reverse:
        ys.reverse()
    stacked = [stack(*column, axis=0) for column in zip(*ys, strict=True)]
    return carry, tree.unflatten(y_tree, stacked)


def map(f: Callable[[Any], Any], xs: Any, *, batch_size: int | None = None) -> Any:
    """`f` of each slice of `xs` along axis 0, stacked.

    Args:
        f: pytree -> pytree.
        xs: a pytree of arrays with equal first axes.
        batch_size: run so many slices at once by `vmap`; None runs them one by one.

    Returns:
        The results, stacked along axis 0.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.map(lambda x: x**2, np.arange(3.0)).tolist()
        [0.0, 1.0, 4.0]
    """
    if batch_size is not None:
        return vmap(f, chunk_size=batch_size)(xs)
    return scan(lambda carry, x: (carry, f(x)), None, xs)[1]


def associative_scan(
    fn: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0
) -> Any:
    """All prefixes combined by an associative function, in O(log n) calls on whole arrays.

    Args:
        fn: `(a, b) -> c` on pytrees of arrays that hold many elements along `axis`; associative.
        elems: a pytree of arrays of equal size along `axis`.
        reverse: combine from the end.
        axis: the axis of the elements.

    Returns:
        The structure and shapes of `elems`; element i is elems[0] * ... * elems[i].

    Raises:
        ValueError: sizes that differ along `axis`.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.associative_scan(np.add, np.arange(5.0)).tolist()
        [0.0, 1.0, 3.0, 6.0, 10.0]
    """
    leaves, treedef = tree.flatten(elems)
    axes = [axis_of(len(shape_of(x)), axis) for x in leaves]
    sizes = {shape_of(x)[a] for x, a in zip(leaves, axes, strict=True)}
    if len(sizes) != 1:
        raise ValueError(
            f"associative_scan: the sizes along axis {axis} are {sorted(sizes)}; expected one "
            "size. Pass arrays with as many elements each."
        )
    if reverse:
        leaves = [flip(x, axis=(a,)) for x, a in zip(leaves, axes, strict=True)]

    def combine(a: list[Any], b: list[Any]) -> list[Any]:
        return tree.leaves(fn(tree.unflatten(treedef, a), tree.unflatten(treedef, b)))

    out = _prefixes(combine, leaves, axes)
    if reverse:
        out = [flip(x, axis=(a,)) for x, a in zip(out, axes, strict=True)]
    return tree.unflatten(treedef, out)


def _prefixes(combine: Any, xs: list[Any], axes: list[int]) -> list[Any]:
    """Combine neighbours, solve the half-length problem, fill in the other half."""
    n = shape_of(xs[0])[axes[0]]
    if n < 2:
        return xs

    def part(values: list[Any], rows: slice) -> list[Any]:
        return [v[(slice(None),) * a + (rows,)] for v, a in zip(values, axes, strict=True)]

    pairs = combine(part(xs, slice(0, n - 1, 2)), part(xs, slice(1, n, 2)))
    odd = _prefixes(combine, pairs, axes)
    rest = part(xs, slice(2, n, 2))
    even = combine(part(odd, slice(0, shape_of(rest[0])[axes[0]])), rest) if n > 2 else rest
    even = [
        concatenate(first, v, axis=a)
        for first, v, a in zip(part(xs, slice(0, 1)), even, axes, strict=True)
    ]
    return [_interleave(e, o, a) for e, o, a in zip(even, odd, axes, strict=True)]


def _interleave(even: Any, odd: Any, axis: int) -> Any:
    """even[0], odd[0], even[1], ... along `axis`."""
    n = shape_of(odd)[axis]
    head = (slice(None),) * axis
    pairs = stack(even[(*head, slice(0, n))], odd, axis=axis + 1)
    shape = shape_of(odd)
    mixed = reshape(pairs, shape=(*shape[:axis], 2 * n, *shape[axis + 1 :]))
    if shape_of(even)[axis] == n:
        return mixed
    return concatenate(mixed, even[(*head, slice(n, None))], axis=axis)
