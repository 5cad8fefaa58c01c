"""autograd's transforms, each one a few lines over `vjp`, `jvp` and `jacrev`.

An operator acts on a function of one argument; `of_argument` makes of it what the user calls:
`grad(fun, argnum)(*args, **kwargs)`, where several `argnum` give a tuple.
"""

import functools
import inspect
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ... import tree
from ...arguments import Selection, describe
from ...checkpointing import checkpoint
from ...derivatives import jacrev
from ...dtypes import dtype_of, is_inexact, ones_of, shape_of, zeros_of
from ...forward import jvp
from ...reverse import vjp

__all__ = [
    "checkpoint",
    "deriv",
    "elementwise_grad",
    "grad",
    "grad_and_aux",
    "grad_named",
    "hessian",
    "hessian_tensor_product",
    "hessian_vector_product",
    "holomorphic_grad",
    "jacobian",
    "make_ggnvp",
    "make_hvp",
    "make_jvp",
    "make_jvp_reversemode",
    "make_vjp",
    "multigrad_dict",
    "of_argument",
    "tensor_jacobian_product",
    "value_and_grad",
    "vector_jacobian_product",
]

Function = Callable[..., Any]


def of_argument(operator: Callable[..., Any]) -> Callable[..., Any]:
    """`operator(f, x)` on a function of one argument, for one argument of a function of several."""

    @functools.wraps(operator)
    def transform(fun: Function, argnum: int | Sequence[int] = 0, **options: Any) -> Function:
        selection = Selection(operator.__name__, fun, argnum)

        @selection.wraps
        def run(*args: Any, **kwargs: Any) -> Any:
            chosen, rebuild = selection.pick(args, kwargs)
            selection.check_leaves(tree.leaves(chosen), chosen, False, False)

            def unary(x: Any) -> Any:
                args, kwargs = rebuild(x if selection.several else (x,))
                return fun(*args, **kwargs)

            x = tuple(chosen) if selection.several else chosen[0]
            return operator(unary, x, **options)

        return run

    return transform


def pulled(f: Function, x: Any) -> tuple[Any, Function]:
    """The value of `f`, and its pullback as a function of one cotangent."""
    ans, pullback = vjp(f, x)
    return ans, lambda g: pullback(g)[0]


def ones(x: Any) -> Any:
    """A tree of ones, like `x`."""
    return tree.map(ones_of, x)


def refuse_complex(name: str, ans: Any) -> None:
    """Raise unless every leaf of `ans` is real."""
    bad = [describe(y) for y in tree.leaves(ans) if is_inexact(y) and dtype_of(y).kind == "c"]
    if bad:
        raise TypeError(
            f"{name}: the function returned {', '.join(bad)}; expected real numbers. "
            "Use holomorphic_grad, or return the real part."
        )


@of_argument
def value_and_grad(f: Function, x: Any) -> tuple[Any, Any]:
    """The value and the gradient of a function that returns one real number."""
    ans, pull = pulled(f, x)
    if not tree.all_leaves([ans]) or math.prod(shape_of(ans)) != 1 or not is_inexact(ans):
        raise TypeError(
            f"grad: the function returned {describe(ans)}; expected one real floating-point "
            "number. Use jacobian or elementwise_grad, or reduce it with sum()."
        )
    refuse_complex("grad", ans)
    return ans, pull(ones(ans))


def grad(fun: Function, argnum: int | Sequence[int] = 0) -> Function:
    """The gradient of a function that returns one real number, in the argument's structure.

    Args:
        fun: a function that returns a scalar, or an array of one element.
        argnum: a position; several of them give a tuple of gradients.

    Raises:
        TypeError: another output, or an argument that is no float.

    Example:
        >>> from fzero.compat.autograd import grad
        >>> [float(g) for g in grad(lambda x, y: x * y**2, (0, 1))(2.0, 3.0)]
        [9.0, 12.0]
    """
    both = value_and_grad(fun, argnum)
    return functools.wraps(both)(lambda *args, **kwargs: both(*args, **kwargs)[1])


@of_argument
def elementwise_grad(f: Function, x: Any) -> Any:
    """The sums of the Jacobian's columns: its diagonal, if the function is elementwise."""
    ans, pull = pulled(f, x)
    refuse_complex("elementwise_grad", ans)
    return pull(ones(ans))


@of_argument
def deriv(f: Function, x: Any) -> Any:
    """The derivative along ones, by forward mode."""
    return jvp(f, (x,), (ones(x),))[1]


@of_argument
def jacobian(f: Function, x: Any) -> Any:
    """The Jacobian, of shape (*output shape, *input shape), all rows at once by `vmap`."""
    return jacrev(f)(x)


@of_argument
def hessian(f: Function, x: Any) -> Any:
    """The Hessian: the Jacobian of the Jacobian, both in reverse mode."""
    return jacrev(jacrev(f))(x)


@of_argument
def holomorphic_grad(f: Function, x: Any) -> Any:
    """The complex derivative of a holomorphic function of complex numbers."""
    return grad(lambda x: f(x).real)(x)


def grad_named(fun: Function, argname: str) -> Function:
    """The gradient with respect to the argument of this name."""
    return grad(fun, list(inspect.signature(fun).parameters).index(argname))


@of_argument
def grad_and_aux(f: Function, x: Any) -> tuple[Any, Any]:
    """The gradient of the first of two outputs, and the second as it is."""
    ans, pullback, aux = vjp(f, x, has_aux=True)
    return pullback(ones(ans))[0], aux


@of_argument
def make_vjp(f: Function, x: Any) -> tuple[Function, Any]:
    """`(vjp, value)`, where `vjp(g)` is the cotangent of the argument."""
    ans, pull = pulled(f, x)
    return pull, ans


@of_argument
def make_jvp(f: Function, x: Any) -> Function:
    """`jvp(v) -> (value, tangent)`, by forward mode."""
    return lambda v: jvp(f, (x,), (v,))


@of_argument
def make_jvp_reversemode(f: Function, x: Any) -> Function:
    """`jvp(v) -> tangent`, as the transpose of the pullback: for rules in reverse mode only."""
    ans, pull = pulled(f, x)
    return pulled(pull, tree.map(zeros_of, ans))[1]


@of_argument
def make_hvp(f: Function, x: Any) -> tuple[Function, Any]:
    """`(hvp, gradient)`, where `hvp(v)` is the Hessian times `v`."""
    gradient, pull = pulled(grad(f), x)
    return pull, gradient


def half_square(x: Any) -> Any:
    """Half the sum of the squares along the last axis."""
    return 0.5 * np.sum(x**2, axis=-1)


def make_ggnvp(f: Function, g: Function = half_square, f_argnum: int = 0) -> Function:
    """`ggnvp(v)` at a point: J^T H J v, J the Jacobian of `f` and H the Hessian of `g` at f(x)."""

    def make_ggnvp_of(f: Function, x: Any) -> Function:
        ans, pull = pulled(f, x)
        curvature = pulled(grad(g), ans)[1]
        push = pulled(pull, tree.map(zeros_of, ans))[1]
        return lambda v: pull(curvature(push(v)))

    return of_argument(make_ggnvp_of)(f, f_argnum)


def hessian_tensor_product(fun: Function, argnum: int = 0) -> Function:
    """`product(*args, tensor)`: the Hessian times a tensor of the argument's shape."""

    def product(*args: Any, **kwargs: Any) -> Any:
        *given, tensor = args
        return make_hvp(fun, argnum)(*given, **kwargs)[0](tensor)

    return product


def tensor_jacobian_product(fun: Function, argnum: int = 0) -> Function:
    """`product(*args, tensor)`: the tensor times the Jacobian, over all axes of the tensor."""

    def product(*args: Any, **kwargs: Any) -> Any:
        *given, tensor = args
        dot = lambda *a, **k: np.tensordot(tensor, fun(*a, **k), np.ndim(tensor))
        return jacobian(dot, argnum)(*given, **kwargs)

    return product


def multigrad_dict(fun: Function) -> Function:
    """The gradients with respect to all arguments: a dictionary from their names."""
    signature = inspect.signature(fun)

    def gradients(*args: Any, **kwargs: Any) -> dict[str, Any]:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()

        def call(arguments: dict[str, Any]) -> Any:
            given = inspect.BoundArguments(signature, arguments)  # type: ignore[arg-type]
            return fun(*given.args, **given.kwargs)

        return grad(call)(dict(bound.arguments))

    return gradients


hessian_vector_product = hessian_tensor_product
vector_jacobian_product = tensor_jacobian_product
