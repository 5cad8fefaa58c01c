"""`while_loop` and `fori_loop`: rows that are done leave the loop."""

from collections.abc import Callable
from typing import Any

from .. import tree
from ..arguments import check_callable, leaves_like
from ..backend import array_namespace
from ..batching import BatchTrace
from ..core import Tracer
from ..dtypes import shape_of
from ..nans import traced
from ..rows import PartTrace, convert, holds, resumed, take_rows
from .branches import check_integer, check_predicate, merge, predicate

__all__ = ["fori_loop", "same_structure", "while_loop"]


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
        TypeError: a predicate that is no scalar.
        ValueError: a body that changes the structure.

    Gradient: both modes; reverse mode keeps what each turn needs. Under `vmap`, rows that are done
        leave the loop.

    Example:
        >>> import fzero
        >>> double = lambda x: fzero.while_loop(lambda v: v < 10.0, lambda v: v * 2, x)
        >>> float(double(3.0)), float(fzero.grad(double)(3.0))
        (12.0, 4.0)
    """
    for f in (cond_fun, body_fun):
        check_callable("while_loop", f, "Write while_loop(cond_fun, body_fun, init_val).")
    val = init_val
    while True:
        pred = predicate(cond_fun(val))
        if isinstance(pred, Tracer):
            return _while_rows(cond_fun, body_fun, val, pred)
        if pred is not True:  # what differs from a plain bool is looked at
            check_predicate("while_loop", pred)
            if not pred:
                return val
        val = same_structure("while_loop", body_fun(val), val)


def _cut(val: Any, trace: BatchTrace, index: Any, target: PartTrace) -> Any:
    """The rows `index` of a value over `trace`, carried by `target`."""
    return tree.map(lambda x: take_rows(x, trace, target, index) if holds(x, trace) else x, val)


def _while_rows(cond_fun: Any, body_fun: Any, val: Any, pred: Any) -> Any:
    """The loop from where the predicate first differs between rows; rows that are done leave."""
    source = trace = pred._trace
    if source.size == 0:
        return val
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
            targets.append(traced(PartTrace)(source, rows[done]))
            outs.append(_cut(val, trace, done, targets[-1]))
        if not len(going):
            return merge("while_loop", outs, source, targets)
        if isinstance(pred.value, Tracer):
            for i in going:
                target = traced(PartTrace)(source, rows[i : i + 1])
                part = _cut(val, trace, xp.asarray([int(i)]), target)
                with resumed([target]):
                    outs.append(tree.map(convert, while_loop(cond_fun, body_fun, part)))
                targets.append(target)
            return merge("while_loop", outs, source, targets)
        target = traced(PartTrace)(source, rows[going])
        val, rows, trace = _cut(val, trace, going, target), rows[going], target
        with resumed([trace]):
            while True:
                val = same_structure("while_loop", tree.map(convert, body_fun(val)), val)
                pred = predicate(cond_fun(val))
                if not _every_row(pred):
                    break


def _every_row(pred: Any) -> bool:
    """Whether all rows go on."""
    if not isinstance(pred, Tracer):
        return bool(pred)
    return not isinstance(pred.value, Tracer) and bool(pred.value.all())


def same_structure(name: str, new: Any, old: Any) -> Any:
    """`new`, checked to have the structure and shapes of `old`."""
    leaves, treedef = tree.flatten(old)
    news = leaves_like(treedef, new, name, "the new value")
    for i, (a, b) in enumerate(zip(leaves, news, strict=True)):
        if shape_of(a) != shape_of(b):
            path = tree.keystr(tree.leaves_with_path(old)[i][0])
            raise ValueError(
                f"{name}: leaf {path or i} changed its shape from {shape_of(a)} to {shape_of(b)}; "
                "expected one shape throughout. Start from a value of the final shape."
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
    check_callable("fori_loop", body_fun, "Write fori_loop(lower, upper, body_fun, init_val).")
    for what, bound in (("lower", lower), ("upper", upper)):
        check_integer("fori_loop", what, bound)
    lower, upper = predicate(lower), predicate(upper)
    if isinstance(lower, Tracer) or isinstance(upper, Tracer):
        step = lambda state: (state[0] + 1, body_fun(state[0], state[1]))
        return while_loop(lambda state: state[0] < upper, step, (lower, init_val))[1]
    val = init_val
    for i in range(int(lower), int(upper)):
        val = same_structure("fori_loop", body_fun(i, val), val)
    return val
