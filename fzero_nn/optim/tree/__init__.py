"""Arithmetic, norms and searches of whole pytrees, with the names of `optax.tree`.

    tree.add_scale(params, -0.1, gradients),   tree.norm(gradients),   tree.get(state, "count")

Trees that come back are frozen. A scalar factor takes the dtype of each array, so that a float64
number does not turn float32 parameters to float64. Float16 is summed in float32.
"""

from .arithmetic import add, add_scale, clip, conj, div, mul, real, scale, sub, where
from .averages import (
    bias_correction,
    update_infinity_moment,
    update_moment,
    update_moment_per_elem_norm,
)
from .creation import batch_shape, full_like, ones_like, zeros_like
from .dtypes import cast, cast_like, dtype
from .parameters import map_params
from .reductions import allclose, max, min, norm, size, sum, vdot
from .sampling import random_like, split_key_like
from .states import NamedTupleKey, get, get_all_with_path, set

__all__ = [
    "NamedTupleKey",
    "add",
    "add_scale",
    "allclose",
    "batch_shape",
    "bias_correction",
    "cast",
    "cast_like",
    "clip",
    "conj",
    "div",
    "dtype",
    "full_like",
    "get",
    "get_all_with_path",
    "map_params",
    "max",
    "min",
    "mul",
    "norm",
    "ones_like",
    "random_like",
    "real",
    "scale",
    "set",
    "size",
    "split_key_like",
    "sub",
    "sum",
    "update_infinity_moment",
    "update_moment",
    "update_moment_per_elem_norm",
    "vdot",
    "where",
    "zeros_like",
]
