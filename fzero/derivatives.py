"""Jacobians, Hessians and shapes of results: compositions of the transforms."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import tree
from .arguments import Selection, check_callable, describe
from .backend import array_namespace
from .core import innermost
from .dtypes import dtype_of, is_inexact, ones_of, shape_of
from .forward import jvp
from .mapping import vmap
from .ops.structural import reshape
from .reverse import grad, pullback_of, pulling
from .tape import ReverseTrace

__all__ = [
    "ShapeDtypeStruct",
    "eval_shape",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "linear_transpose",
]

Argnums = int | str | Sequence[int | str]


class _Basis:
    """The unit vectors of a pytree of arrays, as a batch; and the inverse for Jacobians."""

    def __init__(self, value: Any) -> None:
        self.leaves, self.treedef = tree.flatten(value)
        self.shapes = [shape_of(x) for x in self.leaves]
        self.sizes = [math.prod(s) for s in self.shapes]

    def vectors(self) -> Any:
        """Each leaf of shape (n, *shape), n the number of all elements."""
        total, start, out = sum(self.sizes), 0, []
        for x, shape, size in zip(self.leaves, self.shapes, self.sizes, strict=True):
            xp = array_namespace(innermost(x))
            eye = xp.eye(total, size, k=-start, dtype=dtype_of(x))
            out.append(eye.reshape((total, *shape)))
            start += size
        return tree.unflatten(self.treedef, out)

    def split_rows(self, x: Any) -> Any:
        """An array whose axis 0 counts all elements, as a pytree over the leaves."""
        start, out = 0, []
        for shape, size in zip(self.shapes, self.sizes, strict=True):
            out.append(reshape(x[start : start + size], shape=(*shape, *shape_of(x)[1:])))
            start += size
        return tree.unflatten(self.treedef, out)

    def split_columns(self, x: Any, rank: int) -> Any:
        """An array whose last axis counts all elements, as a pytree over the leaves."""
        start, out = 0, []
        head = shape_of(x)[:rank]
        for shape, size in zip(self.shapes, self.sizes, strict=True):
            out.append(reshape(x[..., start : start + size], shape=(*head, *shape)))
            start += size
        return tree.unflatten(self.treedef, out)


def jacfwd(
    f: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    holomorphic: bool = False,
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The Jacobian of `f`, one column per element of the argument, by forward mode.

    Prefer it to `jacrev` where the output is at least as large as the input.

    Args:
        f: a function of pytrees of arrays, returning a pytree.
        argnums: which argument to differentiate: a position, a name, or a sequence of these.
        has_aux: `f` returns `(out, aux)`; the result is then `(jacobian, aux)`.
        holomorphic: `f` is holomorphic; its complex inputs are then allowed.
        chunk_size: at most so many columns at once, to bound memory.

    Returns:
        A function with `f`'s signature that returns, for each leaf of the output, the structure
        of the argument with leaves of shape (*output shape, *input shape).

    Raises:
        TypeError: an integer or non-array leaf in the argument.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.jacfwd(lambda x: x**2)(np.array([1.0, 3.0])).tolist()
        [[2.0, 0.0], [0.0, 6.0]]
    """
    selection = Selection("jacfwd", f, argnums)

    @selection.wraps
    def run_jacfwd(*args: Any, **kwargs: Any) -> Any:
        chosen, rebuild = selection.pick(args, kwargs)
        selection.check_leaves(tree.leaves(chosen), chosen, holomorphic, False)
        basis = _Basis(chosen)

        def push(t: Any) -> Any:
            _, out, *aux = jvp(_on_chosen(f, rebuild), chosen, t, has_aux)
            _check_output("jacfwd", out)
            return (out, *aux)

        out_axes = (-1, None) if has_aux else (-1,)
        out, *aux = vmap(push, out_axes=out_axes, chunk_size=chunk_size)(basis.vectors())

        def columns(y: Any) -> Any:
            jacobian = basis.split_columns(y, len(shape_of(y)) - 1)
            return jacobian if selection.several else jacobian[0]

        jacobian = tree.map(columns, out)
        return (jacobian, aux[0]) if has_aux else jacobian

    return run_jacfwd


def _check_output(name: str, out: Any) -> None:
    """Raise where a function returned nothing, or what is no number."""
    leaves = tree.leaves(out)
    if out is None or any(dtype_of(y).kind not in "biufc" for y in leaves):
        what = describe(out) if out is None else ", ".join(map(describe, leaves))
        raise TypeError(
            f"{name}: the function returned {what}; expected arrays of numbers. "
            "Return what is to be differentiated, and the rest by has_aux=True."
        )


def _on_chosen(f: Callable[..., Any], rebuild: Callable[..., Any]) -> Callable[..., Any]:
    def on_chosen(*values: Any) -> Any:
        args, kwargs = rebuild(values)
        return f(*args, **kwargs)

    return on_chosen


def jacrev(
    f: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    holomorphic: bool = False,
    allow_int: bool = False,
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The Jacobian of `f`, one row per element of the output, by reverse mode.

    Prefer it to `jacfwd` where the output is smaller than the input. Arguments and result are
    those of `jacfwd`; `allow_int` holds integer leaves constant.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.jacrev(lambda x: x[0] * x[1])(np.array([2.0, 3.0])).tolist()
        [3.0, 2.0]
    """
    selection = Selection("jacrev", f, argnums)

    @selection.wraps
    def run_jacrev(*args: Any, **kwargs: Any) -> Any:
        chosen, rebuild = selection.pick(args, kwargs)
        selection.check_leaves(tree.leaves(chosen), chosen, holomorphic, allow_int)
        with pulling(_on_chosen(f, rebuild), chosen, has_aux) as (out, pull, *aux):
            if tree.all_leaves([out]) and shape_of(out) == () and is_inexact(out):
                rows = pull(ones_of(out))  # the only row, without a vmap around it
                jacobian = rows if selection.several else rows[0]
                return (jacobian, aux[0]) if has_aux else jacobian
            _check_output("jacrev", out)
            basis = _Basis(out)
            rows = vmap(pull, chunk_size=chunk_size)(basis.vectors())
        # Leaf by leaf of the input, split into the leaves of the output: then turned inside out.
        in_leaves, in_tree = tree.flatten(rows if selection.several else rows[0])
        per_input = [tree.leaves(basis.split_rows(r)) for r in in_leaves]
        per_output = [tree.unflatten(in_tree, list(r)) for r in zip(*per_input, strict=True)]
        jacobian = tree.unflatten(basis.treedef, per_output)
        return (jacobian, aux[0]) if has_aux else jacobian

    return run_jacrev


def jacobian(f: Callable[..., Any], argnums: Argnums = 0, **options: Any) -> Callable[..., Any]:
    """The Jacobian of `f` by reverse mode: another name of `jacrev`.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.jacobian(np.sum)(np.ones(2)).tolist()
        [1.0, 1.0]
    """
    check_callable("jacobian", f)
    return jacrev(f, argnums, **options)


def hessian(
    f: Callable[..., Any],
    argnums: Argnums = 0,
    has_aux: bool = False,
    holomorphic: bool = False,
    *,
    chunk_size: int | None = None,
) -> Callable[..., Any]:
    """The second derivatives of `f`: jacfwd(jacrev(f)).

    Args:
        f, argnums, has_aux, holomorphic, chunk_size: as for `jacfwd`.

    Returns:
        A function with `f`'s signature that returns the Hessian: for a scalar `f` of an array, an
        array of shape (*shape, *shape); for pytrees, a pytree of pytrees.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 1.0])).tolist()
        [[2.0, 6.0], [6.0, 0.0]]
    """
    check_callable("hessian", f)
    rows = jacrev(f, argnums, has_aux=has_aux, holomorphic=holomorphic)
    return jacfwd(rows, argnums, has_aux=has_aux, holomorphic=holomorphic, chunk_size=chunk_size)


def hvp(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Hessian times vector, at the cost of a few gradients: `hvp(f)(x, v) = hessian(f)(x) @ v`.

    Args:
        f: returns a real scalar.
        argnums: which argument; with a sequence, `v` is a tuple.

    Returns:
        A function of `f`'s arguments followed by `v` (of the structure of the argument), that
        returns the product, in the same structure.

    Raises:
        ValueError: `v` has another structure or other shapes than the argument.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.hvp(lambda x: (x**3).sum())(np.array([1.0, 2.0]), np.array([1.0, 1.0])).tolist()
        [6.0, 12.0]
    """
    selection = Selection("hvp", f, argnums)

    def run_hvp(*args: Any, **kwargs: Any) -> Any:
        if len(args) < (1 if kwargs else 2):
            raise TypeError(
                f"hvp: the call has {len(args)} positional arguments; expected those of the "
                "function and then v. Write hvp(f)(x, v)."
            )
        v = args[-1]
        chosen, rebuild = selection.pick(args[:-1], kwargs)
        gradient = grad(_on_chosen(f, rebuild), tuple(range(len(chosen))))
        out = jvp(gradient, chosen, v if selection.several else (v,))[1]
        return out if selection.several else out[0]

    return run_hvp


class _LinearReverse(ReverseTrace):
    """A tape that refuses what is not linear in the inputs."""

    __slots__ = ()
    transform = "linear_transpose"

    def process(self, prim: Any, args: Any, params: Any) -> Any:
        own = frozenset(i for i, a in enumerate(args) if self.index_of(a) is not None)
        if prim.differentiable and prim.linear is not None:
            if not any(own <= group for group in prim.linear):
                raise TypeError(
                    f"linear_transpose: {prim.name} is not linear in its arguments {sorted(own)}; "
                    "expected a linear function. Use fzero.vjp for the transpose of a derivative."
                )
        return super().process(prim, args, params)


def linear_transpose(f: Callable[..., Any], *primals: Any) -> Callable[..., Any]:
    """The transpose of a linear function.

    Args:
        f: linear in `primals` jointly.
        *primals: arrays, or `ShapeDtypeStruct`s, that tell structure, shapes and dtypes.

    Returns:
        A function of a cotangent of `f`'s output that returns a tuple, one entry per primal.

    Raises:
        TypeError: an operation that is not linear.

    Example:
        >>> import fzero, numpy as np
        >>> transpose = fzero.linear_transpose(lambda x: np.cumsum(x), np.zeros(3))
        >>> transpose(np.array([1.0, 0.0, 2.0]))[0].tolist()
        [3.0, 2.0, 2.0]
    """
    check_callable("linear_transpose", f, "Write linear_transpose(f, x)(g).")
    zeros = tree.map(_dummy, tuple(primals))
    return pullback_of(f, zeros, trace_class=_LinearReverse)[1]


@dataclass(frozen=True)
class ShapeDtypeStruct:
    """The shape and dtype of an array that is not there: a leaf of pytrees.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.eval_shape(np.transpose, fzero.ShapeDtypeStruct((3, 4), np.float32)).shape
        (4, 3)
    """

    shape: tuple[int, ...]
    dtype: Any


def _dummy(x: Any) -> Any:
    """Zeros of the shape and dtype of `x` that take the memory of one element."""
    if not hasattr(x, "shape"):
        return x
    xp = array_namespace(x) if not isinstance(x, ShapeDtypeStruct) else array_namespace()
    return xp.broadcast_to(xp.zeros((), x.dtype), x.shape)


def eval_shape(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The shapes and dtypes of what `f` would return.

    `f` runs on zeros that take no memory, since nothing is traced abstractly: a branch that
    depends on values takes the way of zeros.

    Args:
        f: a function of pytrees.
        *args, **kwargs: pytrees of arrays or `ShapeDtypeStruct`s.

    Returns:
        The structure of the result with `ShapeDtypeStruct` leaves.

    Example:
        >>> import fzero, numpy as np
        >>> fzero.eval_shape(np.matmul, np.ones((2, 3)), np.ones((3, 4))).shape
        (2, 4)
    """
    check_callable("eval_shape", f, "Write eval_shape(f, x).")
    args, kwargs = tree.map(_dummy, (args, kwargs))
    with np.errstate(all="ignore"):
        out = f(*args, **kwargs)
    return tree.map(lambda y: ShapeDtypeStruct(shape_of(y), dtype_of(y)), out)
