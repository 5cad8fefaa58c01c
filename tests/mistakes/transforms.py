"""Mistakes with the transforms: losses, argnums, axes, cotangents, tracers that leak."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import errors, tree

from . import A, Case, grad_sum, no_return, x


def kept(transform: Callable[..., Any]) -> Any:
    """A tracer that outlived its transform."""
    found: list[Any] = []
    transform(lambda v: found.append(v) or v * v)(2.0 if transform is fzero.grad else x)
    return found[0]


def debugged(f: Callable[[Any], Any]) -> Any:
    """The gradient at -1, watched for NaN."""
    with np.errstate(invalid="ignore"), fzero.debug_nans():
        return fzero.grad(f)(-1.0)


relu_if = lambda v: v if v > 0 else 0 * v

CASES: dict[str, Case] = {
    "loss that is an array": (
        lambda: fzero.grad(np.square)(x),
        TypeError,
        "grad: the function returned an array of shape (3,); expected a scalar ... .sum()",
        lambda: fzero.grad(lambda v: np.square(v).sum())(x),
    ),
    "loss and more": (
        lambda: fzero.grad(lambda v: (v.sum(), v))(x),
        TypeError,
        "grad: the function returned a tuple; expected one real scalar ... has_aux=True",
        lambda: fzero.grad(lambda v: (v.sum(), 1.0), has_aux=True)(x),
    ),
    "complex loss": (
        lambda: grad_sum(lambda v: v * 1j),
        TypeError,
        "grad: the function returned complex128[]; expected a real scalar. Return .real",
        lambda: grad_sum(lambda v: (v * 1j).real),
    ),
    "integer loss": (
        lambda: fzero.grad(np.argmax)(x),
        TypeError,
        "grad: the function returned int64[]; expected a real floating-point scalar",
        lambda: fzero.grad(np.max)(x),
    ),
    "missing return": (
        lambda: fzero.grad(no_return)(1.0),
        TypeError,
        "grad: the function returned a NoneType; expected one real scalar. Return the loss",
        lambda: fzero.grad(lambda v: v + 1)(1.0),
    ),
    "missing aux": (
        lambda: fzero.grad(np.sum, has_aux=True)(x),
        TypeError,
        "grad: with has_aux=True the function returned float64[]; expected a pair ... leave out",
        lambda: fzero.grad(np.sum)(x),
    ),
    "value for a function": (
        lambda: fzero.grad(x.sum()),
        TypeError,
        "grad: the function is float64[]; expected a callable. Write fzero.grad(f)(x)",
        lambda: fzero.grad(np.sum)(x),
    ),
    "value for a function of vmap": (
        lambda: fzero.vmap(x),
        TypeError,
        "vmap: the function is float64[3]; expected a callable. Write fzero.vmap(f)(x)",
        lambda: fzero.vmap(np.sin)(x),
    ),
    "argnums beyond the arguments": (
        lambda: fzero.grad(np.sum, argnums=1)(x),
        TypeError,
        "grad: argnums is 1, but the call has 1 ... expected a position among them",
        lambda: fzero.grad(np.sum, argnums=0)(x),
    ),
    "argnums of an argument by keyword": (
        lambda: fzero.grad(lambda v: v.sum())(v=x),
        TypeError,
        "grad: argnums is 0, but the call has 0 ... expected ... argnums='parameter'",
        lambda: fzero.grad(lambda v: v.sum(), argnums="v")(v=x),
    ),
    "argnums by a wrong name": (
        lambda: fzero.grad(lambda v: v.sum(), argnums="w")(x),
        TypeError,
        "grad: argnums is 'w'; expected a parameter ... one of ['v']. Pass it, or correct",
        lambda: fzero.grad(lambda v: v.sum(), argnums="v")(x),
    ),
    "argnums twice": (
        lambda: fzero.grad(lambda v, w: (v * w).sum(), argnums=(0, -2))(x, x),
        ValueError,
        "grad: argnums is (0, -2), which names an argument twice; expected each once",
        lambda: fzero.grad(lambda v, w: (v * w).sum(), argnums=(0, -1))(x, x),
    ),
    "cotangent of another structure": (
        lambda: fzero.vjp(lambda v: {"a": v}, x)[1]((x,)),
        ValueError,
        "vjp: the cotangent has the structure (*,); expected {'a': *} ... fzero.tree.map",
        lambda: (lambda y, pull: pull(tree.map(np.ones_like, y)))(
            *fzero.vjp(lambda v: {"a": v}, x)
        ),
    ),
    "cotangent of another shape": (
        lambda: fzero.vjp(np.sin, x)[1](1.0),
        ValueError,
        "vjp: the cotangent has a leaf 0 of shape (); expected (3,) ... ones_like",
        lambda: fzero.vjp(np.sin, x)[1](np.ones_like(x)),
    ),
    "primals without a tuple": (
        lambda: fzero.jvp(np.sin, x, x),
        TypeError,
        "jvp: primals is a ndarray; expected a tuple of arguments. Write jvp(f, (x,), (t,))",
        lambda: fzero.jvp(np.sin, (x,), (x,)),
    ),
    "tangents of another tree": (
        lambda: fzero.jvp(lambda p: p["W"], ({"W": x},), ({"V": x},)),
        ValueError,
        "jvp: tangents has the structure ({'V': *},); expected ({'W': *},) ... fzero.tree.map",
        lambda: fzero.jvp(lambda p: p["W"], ({"W": x},), tree.map(np.ones_like, ({"W": x},))),
    ),
    "trees with other keys": (
        lambda: tree.map(np.add, {"W": x}, {"V": x}),
        ValueError,
        "map: rest[0] is a dict without ['W'] and with ['V']; expected the keys ['W']",
        lambda: tree.map(np.add, {"W": x}, {"W": x}),
    ),
    "tracer that leaked from grad": (
        lambda: kept(fzero.grad) + 1,
        errors.LeakedTracerError,
        "add: an argument is a tracer of a grad or vjp that has returned; expected ... has_aux",
        lambda: fzero.grad(lambda v: (v * v, v), has_aux=True)(2.0)[1] + 1,
    ),
    "tracer that leaked into numpy.array": (
        lambda: np.array(kept(fzero.vmap)),
        errors.LeakedTracerError,
        "numpy.array: an argument is a tracer of a vmap that has returned; expected an array. Ret",
        lambda: np.array(fzero.vmap(lambda v: (v * v, v))(x)[1]),
    ),
    "if under vmap": (
        lambda: fzero.vmap(relu_if)(x),
        errors.BatchedValueError,
        "bool of a tracer: the value is batched by vmap (3 rows ... expected ... fallback='loop'",
        lambda: fzero.vmap(relu_if, fallback="loop")(x),
    ),
    "max() under vmap": (
        lambda: fzero.vmap(lambda v: max(v, 0.0))(x),
        errors.BatchedValueError,
        "bool of a tracer: the value is batched ... expected one concrete value ... fzero.cond",
        lambda: fzero.vmap(lambda v: fzero.cond(v > 0, lambda: v, lambda: 0.0))(x),
    ),
    "float() under vmap": (
        lambda: fzero.vmap(float)(x),
        errors.BatchedValueError,
        "float of a tracer: the value is batched by vmap (3 rows ... expected ... fallback='loop'",
        lambda: fzero.vmap(float, fallback="loop")(x),
    ),
    "mask under vmap": (
        lambda: fzero.vmap(lambda v: v[v > 1].sum())(A),
        errors.BatchedValueError,
        "a boolean mask as an index: the value is batched ... expected ... fzero.numpy.where",
        lambda: fzero.vmap(lambda v: fnp.where(v > 1, v, 0.0).sum())(A),
    ),
    "index of another array under vmap": (
        lambda: fzero.vmap(lambda i: x[i])(np.arange(3)),
        TypeError,
        "the argument is a tracer ... expected an array ... fzero.at(array, x).get()",
        lambda: fzero.vmap(lambda i: fzero.at(x, i).get())(np.arange(3)),
    ),
    "shapes under vmap": (
        lambda: fzero.vmap(lambda v: v + np.ones(4))(A),
        ValueError,
        "add: operands are of shapes (3,) and (4,); expected shapes that broadcast",
        lambda: fzero.vmap(lambda v: v[:, None] + np.ones(4))(A),
    ),
    "in_axes of another length": (
        lambda: fzero.vmap(np.add, in_axes=(0,))(x, 1.0),
        ValueError,
        "vmap: in_axes has 1 entries for 2 positional arguments; expected one each. Use None",
        lambda: fzero.vmap(np.add, in_axes=(0, None))(x, 1.0),
    ),
    "in_axes beyond the array": (
        lambda: fzero.vmap(np.add, in_axes=(0, 1))(x, x),
        ValueError,
        "vmap: leaf 1 of the arguments is float64[3] with in_axes 1; expected an array with that",
        lambda: fzero.vmap(np.add, in_axes=(0, None))(x, x),
    ),
    "in_axes of another tree": (
        lambda: fzero.vmap(lambda p: p["W"], in_axes=({"V": 0},))({"W": x}),
        ValueError,
        "vmap: in_axes is ... no prefix of the structure ... expected an int, None, or a tuple",
        lambda: fzero.vmap(lambda p: p["W"], in_axes=0)({"W": x}),
    ),
    "out_axes None of rows": (
        lambda: fzero.vmap(np.sin, out_axes=None)(x),
        ValueError,
        "vmap: out_axes is None for an output that differs ... expected an int. Use out_axes=0",
        lambda: fzero.vmap(np.sin, out_axes=0)(x),
    ),
    "unequal lengths under vmap": (
        lambda: fzero.vmap(lambda v, w: v + w.sum())(x, A),
        ValueError,
        "vmap: the mapped axes have different sizes: leaf 0: 3 ... leaf 1: 2 ... expected one size",
        lambda: fzero.vmap(lambda v, w: v + w.sum(), in_axes=(0, None))(x, A),
    ),
    "scalar into vmap": (
        lambda: fzero.vmap(np.sin)(1.0),
        ValueError,
        "vmap: leaf 0 of the arguments is float 1.0 with in_axes 0; expected an array",
        lambda: fzero.vmap(np.sin)(np.array([1.0])),
    ),
    "name of an axis not in force": (
        lambda: fzero.vmap(lambda v: fzero.psum(v, "j"), axis_name="i")(x),
        NameError,
        "psum: axis_name is 'j'; expected a vmap axis in force, one of ['i']. Write vmap(f, axis",
        lambda: fzero.vmap(lambda v: fzero.psum(v, "j"), axis_name="j")(x),
    ),
    "NaN in a run": (
        lambda: debugged(np.log),
        errors.NaNError,
        "debug_nans: log returned a NaN; expected numbers. It was called at ... look at its arg",
        lambda: debugged(lambda v: np.log(-v)),
    ),
    "transpose of what is not linear": (
        lambda: fzero.linear_transpose(np.sin, x)(x),
        TypeError,
        "linear_transpose: sin is not linear ... expected a linear function. Use fzero.vjp",
        lambda: fzero.vjp(np.sin, x)[1](x),
    ),
}
