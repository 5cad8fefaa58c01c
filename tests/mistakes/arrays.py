"""Mistakes with arrays: dtypes, shapes, indices, changes in place, devices."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import errors
from tests import strict

from . import A, Case, grad_sum, no_return, x


def changed(change: Callable[..., Any], *args: Any) -> Callable[[Any], Any]:
    """A function that does `change(v, *args)` to its argument, and sums it."""
    return lambda v: (change(v, *args), v.sum())[1]


def store(v: Any, index: Any = 0) -> Any:
    """Write a tracer into an array."""
    y = np.zeros(3)
    y[index] = v[index]
    return y.sum()


def add_to_captured(v: Any) -> Any:
    """`+=` on an array that is no tracer."""
    total = np.zeros(3)
    total += v
    return total.sum()


def double_captured(constant: np.ndarray) -> Callable[[Any], Any]:
    """A function that changes the array which its product needs."""

    def f(v: Any) -> Any:
        y = v * constant
        np.multiply(constant, 2, out=constant)
        return y.sum()

    return f


CASES: dict[str, Case] = {
    "integer argument": (
        lambda: fzero.grad(lambda v: v**2)(3),
        TypeError,
        "grad: argument 0 is int 3; expected floating-point arrays. Pass floats (3.0",
        lambda: fzero.grad(lambda v: v**2)(3.0),
    ),
    "integer array": (
        lambda: grad_sum(np.square, np.arange(3)),
        TypeError,
        "grad: argument 0 is int64[3]; expected floating-point ... x.astype(float)",
        lambda: grad_sum(np.square, np.arange(3).astype(float)),
    ),
    "string argument": (
        lambda: fzero.grad(lambda v: v**2)("3.0"),
        TypeError,
        "grad: argument 0 is str '3.0'; expected floating-point",
        lambda: fzero.grad(lambda v: v**2)(float("3.0")),
    ),
    "string operand": (
        lambda: grad_sum(lambda v: v * "2"),
        TypeError,
        "an operand is a str ('2'); expected a number ... numpy.asarray(x, dtype=float)",
        lambda: grad_sum(lambda v: v * np.asarray("2", dtype=float)),
    ),
    "dict operand": (
        lambda: grad_sum(lambda v: v * {"W": x}),
        TypeError,
        "an operand is a dict ... expected a number or an array of numbers. Convert",
        lambda: grad_sum(lambda v: v * {"W": x}["W"]),
    ),
    "None as operand": (
        lambda: grad_sum(lambda v: v * no_return(v)),
        TypeError,
        "multiply: an operand is None; expected arrays ... lacks its return",
        lambda: grad_sum(lambda v: v * (v + 1)),
    ),
    "None on the left": (
        lambda: grad_sum(lambda v: no_return(v) - v),
        TypeError,
        "subtract: an operand is None; expected arrays ... lacks its return",
        lambda: grad_sum(lambda v: (v + 1) - v),
    ),
    "generator as argument": (
        lambda: fzero.grad(sum)(v for v in x),
        TypeError,
        "grad: argument 0 is generator ... expected floating-point arrays",
        lambda: fzero.grad(sum)(list(x)),
    ),
    "masked array": (
        lambda: grad_sum(np.square, np.ma.masked_array(x, [0, 1, 0])),
        TypeError,
        "an operand is a MaskedArray; expected a plain array ... x.filled(0.0)",
        lambda: grad_sum(np.square, np.ma.masked_array(x, [0, 1, 0]).filled(0.0)),
    ),
    "object array": (
        lambda: grad_sum(np.square, x.astype(object)),
        TypeError,
        "grad: argument 0 is object[3]; expected floating-point ... x.astype(float)",
        lambda: grad_sum(np.square, x.astype(object).astype(float)),
    ),
    "array of tracers": (
        lambda: fzero.grad(lambda v: np.array([v, v]).sum())(1.0),
        TypeError,
        "numpy.array: the argument is a tracer ... expected an array. Use fzero.numpy.array",
        lambda: fzero.grad(lambda v: fnp.array([v, v]).sum())(1.0),
    ),
    "assignment into a tracer": (
        lambda: grad_sum(lambda v: v.__setitem__(0, 5.0)),
        TypeError,
        "assignment: x[index] = value on a tracer; expected no change ... x.at[index].set(value)",
        lambda: grad_sum(lambda v: v.at[0].set(5.0)),
    ),
    "tracer stored into an array": (
        lambda: fzero.grad(store)(x),
        ValueError,
        "a tracer is stored into a NumPy array ... expected ... fzero.at(y, index).set(x)",
        lambda: grad_sum(lambda v: fzero.at(np.zeros(3), 0).set(v[0])),
    ),
    "tracers stored into a slice": (
        lambda: fzero.grad(lambda v: store(v, slice(2)))(x),
        errors.AssignmentError,
        "a tracer is stored into a NumPy array ... expected ... fzero.at(y, index).set(x)",
        lambda: grad_sum(lambda v: fzero.at(np.zeros(3), slice(2)).set(v[:2])),
    ),
    "in-place sort": (
        lambda: fzero.grad(changed(lambda v: v.sort()))(x),
        TypeError,
        "sort: the array is a tracer ... expected a function that returns ... fnp.sort(x)",
        lambda: grad_sum(fnp.sort),
    ),
    "+= on a captured array": (
        lambda: fzero.grad(add_to_captured)(x),
        TypeError,
        "numpy.add: out= is given with a tracer; expected no change ... numpy.add(...) without out",
        lambda: grad_sum(lambda v: np.add(np.zeros(3), v)),
    ),
    "change of what a gradient needs": (
        lambda: fzero.grad(double_captured(np.ones(3)))(x),
        errors.MutatedArrayError,
        "read-only: an array that a derivative still needs ... expected it unchanged ... out of",
        lambda: grad_sum(lambda v: v * (np.ones(3) * 2)),
    ),
    "float as an index": (
        lambda: grad_sum(lambda v: v[1.0]),
        IndexError,
        "index: an index has dtype float64; expected integers ... .astype(int)",
        lambda: grad_sum(lambda v: v[np.asarray(1.0).astype(int)]),
    ),
    "index out of bounds": (
        lambda: grad_sum(lambda v: v[10]),
        IndexError,
        "index: 10 is out of bounds for axis 0 of an array of shape (3,); expected ... Clip it",
        lambda: grad_sum(lambda v: v[-1]),
    ),
    "shapes that do not broadcast": (
        lambda: grad_sum(lambda v: v + np.ones(4)),
        ValueError,
        "add: operands are of shapes (3,) and (4,); expected ... Add an axis with x[:, None]",
        lambda: grad_sum(lambda v: v[:, None] + np.ones(4)),
    ),
    "shapes that do not broadcast, array first": (
        lambda: grad_sum(lambda v: np.ones(4) * v),
        ValueError,
        "multiply: operands are of shapes (4,) and (3,); expected ... x[:, None]",
        lambda: grad_sum(lambda v: np.ones(4)[:, None] * v),
    ),
    "matrices that do not chain": (
        lambda: grad_sum(lambda v: v @ A, A),
        ValueError,
        "matmul: operands are of shapes (2, 3) and (2, 3); expected the last axis ... x @ y.T",
        lambda: grad_sum(lambda v: v @ A.T, A),
    ),
    "reshape to another size": (
        lambda: grad_sum(lambda v: v.reshape(4, 2), A),
        ValueError,
        "reshape: shape is (4, 2) for an array of shape (2, 3) ... expected ... Use -1",
        lambda: grad_sum(lambda v: v.reshape(-1, 2), A),
    ),
    "reshape to a float": (
        lambda: grad_sum(lambda v: v.reshape(6 / 2, 2), A),
        TypeError,
        "reshape: ... is 3.0; expected an integer. Convert it with int()",
        lambda: grad_sum(lambda v: v.reshape(int(6 / 2), 2), A),
    ),
    "axis that is not there": (
        lambda: grad_sum(lambda v: v.sum(axis=1)),
        ValueError,
        "sum: axis is 1 for an array of shape (3,); expected -1 <= axis < 1. Use axis=-1",
        lambda: grad_sum(lambda v: v.sum(axis=-1)),
    ),
    "einsum of other sizes": (
        lambda: grad_sum(lambda v: np.einsum("ij,jk->ik", v, A), A),
        ValueError,
        "einsum: label 'j' of 'ij,jk->ik' has sizes 3 and 2; expected one size",
        lambda: grad_sum(lambda v: np.einsum("ij,kj->ik", v, A), A),
    ),
    "einsum of other ranks": (
        lambda: grad_sum(lambda v: np.einsum("ijk->i", v), A),
        ValueError,
        "einsum: term 0 of 'ijk->i' ... for an operand of 2 axes; expected a label ... '...'",
        lambda: grad_sum(lambda v: np.einsum("i...->i...", v), A),
    ),
    "stack of unequal shapes": (
        lambda: grad_sum(lambda v: np.stack([v, v[:2]])),
        ValueError,
        "stack: the shapes are [(3,), (2,)]; expected one shape. Use concatenate",
        lambda: grad_sum(lambda v: np.concatenate([v, v[:2]])),
    ),
    "ufunc without a rule": (
        lambda: fzero.grad(lambda v: np.frompyfunc(lambda w: w + 1, 1, 1)(v))(1.0),
        TypeError,
        "no rule for tracers; expected a function of fzero.numpy. Compose it from those",
        lambda: fzero.grad(lambda v: v + 1)(1.0),
    ),
    "mixed devices": (
        lambda: grad_sum(lambda v: v * x, strict.put(x)),
        errors.MixedDeviceError,
        "operands are arrays of strict and of numpy; expected one. Move them ... device_get(x)",
        lambda: grad_sum(lambda v: v * x, fzero.device_get(strict.put(x))),
    ),
    "unknown device": (
        lambda: fzero.device_put(x, "tpu"),
        ValueError,
        "device_put: device is 'tpu'; expected 'cpu', 'gpu' ... fzero.devices()",
        lambda: fzero.device_put(x, fzero.devices()[0]),
    ),
}
