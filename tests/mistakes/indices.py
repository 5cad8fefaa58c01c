"""Mistakes with indices, and with lists of arrays that are to be one."""

import numpy as np

import fzero
import fzero.numpy as fnp

from . import A, Case, grad_sum, x

CASES: dict[str, Case] = {
    "index out of bounds under vmap": (
        lambda: fzero.vmap(lambda v: v[10])(A),
        IndexError,
        "index: 10 is out of bounds for axis 0 of an array of shape (3,); expected -3 <= ... -1",
        lambda: fzero.vmap(lambda v: v[-1])(A),
    ),
    "entry of an index out of bounds": (
        lambda: grad_sum(lambda v: v[:, np.array([0, -7])], A),
        IndexError,
        "index: -7 is out of bounds for axis 1 of an array of shape (2, 3) ... fzero.numpy.clip",
        lambda: grad_sum(lambda v: v[:, fnp.clip(np.array([0, -7]), -3, 2)], A),
    ),
    "too many indices": (
        lambda: grad_sum(lambda v: v[0, 0]),
        IndexError,
        "index: 2 indices for an array of shape (3,); expected at most 1. Drop 1 of them",
        lambda: grad_sum(lambda v: v[0]),
    ),
    "update out of bounds": (
        lambda: grad_sum(lambda v: v.at[3].set(1.0)),
        IndexError,
        "index: 3 is out of bounds for axis 0 ... expected -3 <= index < 3. Clip it",
        lambda: grad_sum(lambda v: v.at[fnp.clip(3, 0, 2)].set(1.0)),
    ),
    "update by values of another shape": (
        lambda: grad_sum(lambda v: v.at[:2].set(np.ones(3))),
        ValueError,
        "at: the values have shape (3,) for selected elements of shape (2,); expected ... Reshape",
        lambda: grad_sum(lambda v: v.at[:2].set(np.ones(3)[:2])),
    ),
    "added values of another shape": (
        lambda: grad_sum(lambda v: v.at[0].add(np.ones(3))),
        ValueError,
        "at: the values have shape (3,) for selected elements of shape (); expected ... select as",
        lambda: grad_sum(lambda v: v.at[:].add(np.ones(3))),
    ),
    "update of an array by another shape": (
        lambda: fzero.at(A, (0, slice(2))).max(x),
        ValueError,
        "at: the values have shape (3,) for selected elements of shape (2,); expected",
        lambda: fzero.at(A, (0, slice(3))).max(x),
    ),
    "ragged list as operand": (
        lambda: grad_sum(lambda v: v * [[1.0, 2.0], [3.0]]),
        ValueError,
        "a list has entries of shapes [(2,), (1,)]; expected one shape ... Pad them",
        lambda: grad_sum(lambda v: v[:2] * [[1.0, 2.0], [3.0, 0.0]]),
    ),
    "ragged list of tracers": (
        lambda: grad_sum(lambda v: fnp.array([v, v[:2]])),
        ValueError,
        "a list has entries of shapes [(3,), (2,)]; expected one shape ... numpy.concatenate",
        lambda: grad_sum(lambda v: np.concatenate([v, v[:2]])),
    ),
    "None in a list": (
        lambda: grad_sum(lambda v: fnp.array([v[0], None])),
        TypeError,
        "a list has None at [1]; expected numbers or arrays. Look for a function that lacks",
        lambda: grad_sum(lambda v: fnp.array([v[0], v[1]])),
    ),
    "list of another length": (
        lambda: grad_sum(lambda v: v * [1.0, 2.0]),
        ValueError,
        "multiply: operands are of shapes (3,) and (2,); expected shapes that broadcast",
        lambda: grad_sum(lambda v: v[:, None] * [1.0, 2.0]),
    ),
    "concatenate of a generator": (
        lambda: grad_sum(lambda v: fnp.concatenate(w for w in (v, v))),
        TypeError,
        "concatenate: arrays is of type generator; expected a list ... concatenate(list(arrays))",
        lambda: grad_sum(lambda v: fnp.concatenate(list(w for w in (v, v)))),
    ),
    "stack of a generator": (
        lambda: grad_sum(lambda v: fnp.stack(w for w in (v, v))),
        TypeError,
        'arrays to stack must be passed as a "sequence" type such as list or tuple',
        lambda: grad_sum(lambda v: fnp.stack(list(w for w in (v, v)))),
    ),
    "arrays one by one": (
        lambda: grad_sum(lambda v: fnp.concatenate(v, v)),
        TypeError,
        "concatenate: axis is an array of shape (3,); expected an int ... concatenate([x, y])",
        lambda: grad_sum(lambda v: fnp.concatenate([v, v])),
    ),
    "arrays to stack one by one": (
        lambda: grad_sum(lambda v: fnp.stack(v, v)),
        TypeError,
        "stack: axis is an array of shape (3,); expected an int ... stack([x, y])",
        lambda: grad_sum(lambda v: fnp.stack([v, v])),
    ),
    "numbers to concatenate": (
        lambda: grad_sum(lambda v: fnp.concatenate([v[0], v[1]])),
        ValueError,
        "concatenate: an array has no axes; expected one at least. Use stack",
        lambda: grad_sum(lambda v: fnp.stack([v[0], v[1]])),
    ),
    "concatenate of other shapes": (
        lambda: grad_sum(lambda v: fnp.concatenate([v, v.T]), A),
        ValueError,
        "concatenate: the shapes are [(2, 3), (3, 2)]; expected the same except along axis 0",
        lambda: grad_sum(lambda v: fnp.concatenate([v, v.T.reshape(2, 3)]), A),
    ),
    "concatenate under vmap": (
        lambda: fzero.vmap(lambda v: fnp.concatenate([v, A]))(A),
        ValueError,
        "concatenate: the shapes are [(3,), (2, 3)]; expected the same except along axis 0",
        lambda: fzero.vmap(lambda v: fnp.concatenate([v[None], A]))(A),
    ),
}
