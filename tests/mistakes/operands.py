"""Mistakes with dtypes, sizes and keywords of functions of arrays."""

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import errors
from fzero_nn import functional as F
from tests import strict

from . import A, Case, grad_sum, x

objects, texts = x.astype(object), np.array(["1", "2", "3"])

CASES: dict[str, Case] = {
    "object array into vmap": (
        lambda: fzero.vmap(lambda v: v * 2)(objects),
        TypeError,
        "vmap: leaf 0 is object[3]; expected arrays of numbers. Convert them with x.astype(float)",
        lambda: fzero.vmap(lambda v: v * 2)(objects.astype(float)),
    ),
    "texts into vmap": (
        lambda: fzero.vmap(lambda v, w: v)(x, texts),
        TypeError,
        "vmap: leaf 1 is <U1[3]; expected arrays of numbers ... by a closure",
        lambda: fzero.vmap(lambda v: v if texts is not None else -v)(x),
    ),
    "dates into vmap": (
        lambda: fzero.vmap(lambda v: v)(np.array(["2020-01-01"], "M8[D]")),
        TypeError,
        "vmap: leaf 0 is datetime64[D][1]; expected arrays of numbers ... x.astype(float)",
        lambda: fzero.vmap(lambda v: v)(np.array(["2020-01-01"], "M8[D]").astype(float)),
    ),
    "object array into jvp": (
        lambda: fzero.jvp(np.square, (objects,), (x,)),
        TypeError,
        "jvp: primals: leaf 0 is object[3]; expected arrays of numbers. Convert them",
        lambda: fzero.jvp(np.square, (objects.astype(float),), (x,)),
    ),
    "object array into vjp": (
        lambda: fzero.vjp(np.square, objects),
        TypeError,
        "vjp: primals: leaf 0 is object[3]; expected arrays of numbers. Convert them",
        lambda: fzero.vjp(np.square, objects.astype(float))[0],
    ),
    "texts as operand": (
        lambda: grad_sum(lambda v: v * texts),
        TypeError,
        "multiply: an operand has dtype <U1; expected numbers. Convert it with x.astype(float)",
        lambda: grad_sum(lambda v: v * texts.astype(float)),
    ),
    "axis as a float": (
        lambda: grad_sum(lambda v: v.sum(axis=0.0), A),
        TypeError,
        "sum: axis: a size or an axis is 0.0; expected an integer. Convert it with int()",
        lambda: grad_sum(lambda v: v.sum(axis=int(0.0)), A),
    ),
    "PyTorch's name of axis": (
        lambda: grad_sum(lambda v: fnp.sum(v, dim=0), A),
        TypeError,
        "sum() got an unexpected keyword argument 'dim'",
        lambda: grad_sum(lambda v: fnp.sum(v, axis=0), A),
    ),
    "matrices of unequal inner sizes under vmap": (
        lambda: fzero.vmap(lambda v: A @ v)(A[:, :2]),
        ValueError,
        "matmul: operands are of shapes (2, 3) and (2,); expected ... as long as ... Transpose one",
        lambda: fzero.vmap(lambda v: A.T @ v)(A[:, :2]),
    ),
    "stacks of matrices of unequal lengths": (
        lambda: grad_sum(lambda v: v @ np.ones((5, 3, 2)), np.ones((4, 2, 3))),
        ValueError,
        "matmul: operands are of shapes (4, 2, 3) and (5, 3, 2); expected leading axes that broad",
        lambda: grad_sum(lambda v: v[:, None] @ np.ones((5, 3, 2)), np.ones((4, 2, 3))),
    ),
    "dot of unequal lengths": (
        lambda: grad_sum(lambda v: fnp.dot(v, A), A),
        ValueError,
        "dot: operands are of shapes (2, 3) and (2, 3); expected the last axis ... x.dot(y.T)",
        lambda: grad_sum(lambda v: v.dot(A.T), A),
    ),
    "einsum with its subscripts behind": (
        lambda: grad_sum(lambda v: fnp.einsum(v, "ij->i"), A),
        TypeError,
        "einsum: the subscripts stand behind an operand; expected them first. Write einsum('ij",
        lambda: grad_sum(lambda v: fnp.einsum("ij->i", v), A),
    ),
    "einsum of an unknown label": (
        lambda: grad_sum(lambda v: np.einsum("ij->k", v), A),
        ValueError,
        "einsum: the output of 'ij->k' has 'k' 1 times; expected labels of the operands ... Rename",
        lambda: grad_sum(lambda v: np.einsum("ij->i", v), A),
    ),
    "reshape with a size that does not divide": (
        lambda: grad_sum(lambda v: v.reshape(-1, 4), A),
        ValueError,
        "reshape: shape is (-1, 4) for an array of 6 elements; expected sizes ... Give -1",
        lambda: grad_sum(lambda v: v.reshape(-1, 3), A),
    ),
    "number of points as a float": (
        lambda: grad_sum(lambda v: fnp.linspace(v[0], v[1], 2.5)),
        TypeError,
        "linspace: num: a size or an axis is 2.5; expected an integer. Convert it with int()",
        lambda: grad_sum(lambda v: fnp.linspace(v[0], v[1], int(2.5))),
    ),
    "negative count of repeats": (
        lambda: grad_sum(lambda v: fnp.repeat(v, -1)),
        ValueError,
        "repeat: repeats is -1; expected integers from 0 on",
        lambda: grad_sum(lambda v: fnp.repeat(v, 1)),
    ),
    "negative width of padding": (
        lambda: grad_sum(lambda v: fnp.pad(v, -1)),
        ValueError,
        "pad: pad_width is -1; expected integers from 0 on. Slice to take elements away",
        lambda: grad_sum(lambda v: v[1:-1]),
    ),
    "points of interpolation of another length": (
        lambda: grad_sum(lambda v: fnp.interp(v, x, x[:2])),
        ValueError,
        "interp: xp has shape (3,) and fp (2,); expected two vectors of one length",
        lambda: grad_sum(lambda v: fnp.interp(v, x, x)),
    ),
    "solution of no square system": (
        lambda: grad_sum(lambda v: fnp.linalg.solve(v, np.ones(2)), A),
        ValueError,
        "solve: a has shape (2, 3); expected square matrices ... there are lstsq",
        lambda: fnp.linalg.lstsq(A, np.ones(2))[0],
    ),
    "axis of softmax beyond the array": (
        lambda: F.softmax(x, axis=1),
        np.exceptions.AxisError,
        "axis 1 is out of bounds for array of dimension 1",
        lambda: F.softmax(x, axis=0),
    ),
    "devices mixed by a function": (
        lambda: fnp.stack([x, strict.put(x)]),
        errors.MixedDeviceError,
        "operands are arrays of numpy and of strict; expected one ... fzero.device_put",
        lambda: fnp.stack([x, fzero.device_get(strict.put(x))]),
    ),
}
