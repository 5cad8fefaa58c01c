"""Reverse mode: vjp, grad and value_and_grad, on the tape of `fzero.tape`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from . import tree
from .arguments import (
    Selection,
    check_callable,
    check_numbers,
    check_scalar_output,
    checked_tangents,
    split_aux,
)
from .core import check_open
from .dtypes import ones_of, zeros_of
from .guard import own
from .nans import traced
from .tape import ReverseTrace, backward

__all__ = ["grad", "pullback_of", "pulling", "value_and_grad", "vjp"]

_ARRAY = np.ndarray


class _Run:
    """One forward run of `f` on a tape, with what is needed to pull cotangents back."""

    __slots__ = ("indices", "inputs", "leaves", "out_tree", "outs", "trace")

    def __init__(
        self,
        leaves: list[Any],
        call: Callable[[list[Any]], Any],
        trace_class: type[ReverseTrace] = ReverseTrace,
    ) -> None:
        self.leaves = leaves
        self.trace = trace = traced(trace_class)()
        try:
            with trace.guard.watching():
                tracers = trace.inputs(leaves)
                self.inputs = [trace.index_of(t) for t in tracers]
                outs, self.out_tree = tree.flatten(call(tracers))
                check_open(trace.transform, outs)
        except BaseException:
            trace.let_go()
            raise
        finally:
            trace.closed = True
        self.indices = [trace.index_of(y) for y in outs]
        self.outs = [trace.strip(y) for y in outs]

    def pull(self, cotangents: Sequence[Any], reuse: bool) -> list[Any]:
        """Cotangents of the leaves, given those of the outputs (None for zero)."""
        trace = self.trace
        stop = sum(i is not None for i in self.inputs)
        with trace.mutex:  # the tape is another one while a pullback runs
            tape = trace.tape
            total: list[Any] = [None] * len(tape)
            for i, g in zip(self.indices, cotangents, strict=True):
                if i is not None and g is not None:
                    total[i] = g if total[i] is None else total[i] + g
            trace.tape = list(tape) if reuse else tape
            held = len(trace.guard)
            try:
                total = backward(trace.tape, total, stop)
            finally:
                trace.tape = tape
                trace.guard.release(held)  # those of checkpoints that ran again
                if reuse:
                    trace.pause.end()
        found = [
            zeros_of(x) if i is None or total[i] is None else total[i]
            for i, x in zip(self.inputs, self.leaves, strict=True)
        ]
        return _unshared(found, [*cotangents, *self.leaves])


def _owner(x: np.ndarray) -> int:
    """The identity of the array that owns the memory of `x`."""
    return id(x) if x.base is None else id(x.base)


def _unshared(found: list[Any], given: Sequence[Any]) -> list[Any]:
    """`found` with copies where an array cannot be changed without changing another.

    Rules hand a cotangent on as it is, or as a view, to one parent or to several.
    """
    taken = {_owner(x) for x in given if x.__class__ is _ARRAY}
    for i, g in enumerate(found):
        if g.__class__ is _ARRAY:
            if not g.flags.writeable or _owner(g) in taken:
                found[i] = g = g.copy()
            taken.add(_owner(g))
    return found


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    r"""The value of `f` and the function that pulls cotangents back: g -> J(x)^T g.

    Args:
        f: a function of pytrees of arrays, returning a pytree.
        *primals: where to evaluate it. Integer and boolean leaves are constants; their
            cotangents are zeros of dtype float64.
        has_aux: `f` returns `(out, aux)`; `aux` is passed through undifferentiated.

    Returns:
        `(out, pullback)`, or `(out, pullback, aux)`. `pullback(g)` takes a cotangent of the
        structure, shapes and dtypes of `out`, and returns a tuple, one entry per primal. It may be
        called again.

    Raises:
        ValueError: a cotangent whose structure or shape is not that of the output.
        MutatedArrayError: an array that the pullback needs was changed in place.

    Gradient: the tape keeps what the pullbacks of `f`'s operations need, as long as `pullback`
        lives. Complex numbers follow JAX: the pairing is sum(g * t), without a conjugate.

    Example:
        >>> import fzero, numpy as np
        >>> y, pullback = fzero.vjp(np.sin, 0.0)
        >>> float(pullback(1.0)[0])
        1.0
    """
    check_callable("vjp", f, "Write vjp(f, x).")
    check_numbers("vjp: primals", tree.leaves(primals))
    out, pullback, *aux = pullback_of(f, primals, has_aux)
    # The pullback keeps results, and the caller may change what he gets.
    out, aux = tree.map(own, out), [tree.map(own, x) for x in aux]
    return (out, pullback, *aux)


class _Pullback:
    """Cotangents of the primals, given one of the output."""

    __slots__ = ("in_tree", "run")

    def __init__(self, run: _Run, in_tree: Any) -> None:
        self.run, self.in_tree = run, in_tree

    def __call__(self, g: Any) -> tuple[Any, ...]:
        run = self.run
        run.trace.guard.verify()
        cotangents = checked_tangents("vjp: the cotangent", g, run.outs, run.out_tree)
        return tree.unflatten(self.in_tree, run.pull(cotangents, reuse=True))


@contextmanager
def pulling(
    f: Callable[..., Any],
    primals: tuple[Any, ...],
    has_aux: bool = False,
    trace_class: type[ReverseTrace] = ReverseTrace,
) -> Iterator[tuple[Any, ...]]:
    """`vjp` for use inside a `with`, where the arrays that it needs stay read-only."""
    leaves, in_tree = tree.flatten(primals)
    aux: list[Any] = []

    def call(tracers: list[Any]) -> Any:
        out = f(*tree.unflatten(in_tree, tracers))
        if has_aux:
            out, extra = split_aux("vjp", out)
            aux.append(extra)
        return out

    run = _Run(leaves, call, trace_class)
    try:
        out = tree.unflatten(run.out_tree, run.outs)
        yield (out, _Pullback(run, in_tree), *(tree.map(run.trace.strip, x) for x in aux))
    finally:
        run.trace.let_go()


def pullback_of(
    f: Callable[..., Any],
    primals: tuple[Any, ...],
    has_aux: bool = False,
    trace_class: type[ReverseTrace] = ReverseTrace,
) -> tuple[Any, ...]:
    """`vjp` on a tape of another class; the pullback checks that its arrays are unchanged."""
    with pulling(f, primals, has_aux, trace_class) as (out, pullback, *aux):
        pullback.run.trace.guard.seal()
    return (out, pullback, *aux)


def value_and_grad(
    f: Callable[..., Any],
    argnums: int | str | Sequence[int | str] = 0,
    has_aux: bool = False,
    holomorphic: bool = False,
    allow_int: bool = False,
) -> Callable[..., Any]:
    """A function that returns `f`'s value and its gradient, from one forward and backward pass.

    Args:
        f: returns a real scalar (shape ()); its arguments are pytrees of arrays.
        argnums: which argument to differentiate: a position, a parameter name, or a sequence of
            these, which makes the gradient a tuple.
        has_aux: `f` returns `(value, aux)`; the result is then `((value, aux), gradient)`.
        holomorphic: `f` is holomorphic: complex inputs and output are then allowed.
        allow_int: integer leaves are constants (their gradient is zeros) rather than an error.

    Returns:
        A function with `f`'s signature that returns `(value, gradient)`. The gradient has the
        structure, shapes and dtypes of the argument.

    Raises:
        TypeError: an integer, boolean or non-array leaf, an output that is not a real scalar, or
            an argnums that does not name an argument; the message says what to write instead.
        MutatedArrayError: `f` changed in place an array that its gradient needs.

    Gradient: itself differentiable, by any transform.

    Example:
        >>> import fzero, numpy as np
        >>> value, g = fzero.value_and_grad(lambda x: np.sum(x**2))(np.arange(3.0))
        >>> float(value), g.tolist()
        (5.0, [0.0, 2.0, 4.0])
    """
    return _value_and_grad("value_and_grad", f, argnums, has_aux, holomorphic, allow_int)


def _value_and_grad(
    name: str,
    f: Callable[..., Any],
    argnums: Any,
    has_aux: bool,
    holomorphic: bool,
    allow_int: bool,
) -> Callable[..., Any]:
    selection = Selection(name, f, argnums)

    @selection.wraps
    def run_value_and_grad(*args: Any, **kwargs: Any) -> Any:
        chosen, rebuild = selection.pick(args, kwargs)
        leaves, in_tree = tree.flatten(chosen)
        selection.check_leaves(leaves, chosen, holomorphic, allow_int)
        aux: list[Any] = []

        def call(tracers: list[Any]) -> Any:
            args, kwargs = rebuild(tree.unflatten(in_tree, tracers))
            out = f(*args, **kwargs)
            if has_aux:
                out, extra = split_aux(name, out)
                aux.append(extra)
            return out

        run = _Run(leaves, call)
        try:
            value = tree.unflatten(run.out_tree, run.outs)
            check_scalar_output(name, value, holomorphic)
            gradient = tree.unflatten(in_tree, run.pull([ones_of(value)], reuse=False))
        finally:
            run.trace.let_go()
        gradient = gradient if selection.several else gradient[0]
        if has_aux:
            return (value, tree.map(run.trace.strip, aux[0])), gradient
        return value, gradient

    return run_value_and_grad


def grad(
    f: Callable[..., Any],
    argnums: int | str | Sequence[int | str] = 0,
    has_aux: bool = False,
    holomorphic: bool = False,
    allow_int: bool = False,
) -> Callable[..., Any]:
    """A function that returns the gradient of `f`: see `value_and_grad` for the arguments.

    Returns:
        A function with `f`'s signature that returns the gradient, or `(gradient, aux)` with
        `has_aux`.

    Raises:
        TypeError: as `value_and_grad`.

    Example:
        >>> import fzero, numpy as np
        >>> bool(fzero.grad(fzero.grad(np.sin))(0.5) == -np.sin(0.5))
        True
    """
    both = _value_and_grad("grad", f, argnums, has_aux, holomorphic, allow_int)

    @Selection("grad", f, argnums).wraps
    def run_grad(*args: Any, **kwargs: Any) -> Any:
        value, gradient = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return run_grad
