"""Transforms of plain NumPy and CuPy functions: grad, vjp, jvp, vmap and their nestings.

Arrays go in, arrays come out. A transform takes a function and returns a function; inside, the
ordinary functions, operators and methods of NumPy work.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from . import config, errors, graph, numpy, random, tree
from .array import value
from .backend import Device, array_namespace, device, devices
from .checkpointing import checkpoint
from .collectives import all_gather, axis_index, axis_size, pmax, pmean, pmin, psum
from .control import associative_scan, cond, fori_loop, map, scan, switch, while_loop
from .custom import custom_gradient, custom_jvp, custom_vjp, stop_gradient
from .derivatives import (
    ShapeDtypeStruct,
    eval_shape,
    hessian,
    hvp,
    jacfwd,
    jacobian,
    jacrev,
    linear_transpose,
)
from .eager import block_until_ready, jit
from .forward import jvp, linearize
from .implicit import custom_linear_solve, custom_root, fixed_point
from .mapping import vmap
from .nans import debug_infs, debug_nans
from .ode import odeint
from .ops.indexing import at
from .placement import device_get, device_put
from .reverse import grad, value_and_grad, vjp
from .tree import FrozenDict, freeze

if TYPE_CHECKING:
    from . import flatten_util, image, lax, scipy, typing
    from .segments import segment_max, segment_min, segment_prod, segment_sum
    from .typing import Array

remat = checkpoint  # JAX's other name for it

__version__ = "0.1.0"

__all__ = [
    "Array",
    "Device",
    "FrozenDict",
    "ShapeDtypeStruct",
    "all_gather",
    "array_namespace",
    "associative_scan",
    "at",
    "axis_index",
    "axis_size",
    "block_until_ready",
    "checkpoint",
    "cond",
    "config",
    "custom_gradient",
    "custom_jvp",
    "custom_linear_solve",
    "custom_root",
    "custom_vjp",
    "debug_infs",
    "debug_nans",
    "device",
    "device_get",
    "device_put",
    "devices",
    "errors",
    "eval_shape",
    "fixed_point",
    "flatten_util",
    "fori_loop",
    "freeze",
    "grad",
    "graph",
    "hessian",
    "hvp",
    "image",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jit",
    "jvp",
    "lax",
    "linear_transpose",
    "linearize",
    "map",
    "numpy",
    "odeint",
    "pmax",
    "pmean",
    "pmin",
    "psum",
    "random",
    "remat",
    "scan",
    "scipy",
    "segment_max",
    "segment_min",
    "segment_prod",
    "segment_sum",
    "stop_gradient",
    "switch",
    "tree",
    "typing",
    "value",
    "value_and_grad",
    "vjp",
    "vmap",
    "while_loop",
]


#: Name -> the module that is imported when the name is first asked for.
_LATE = {
    "Array": "typing",
    "segment_max": "segments",
    "segment_min": "segments",
    "segment_prod": "segments",
    "segment_sum": "segments",
}


def __getattr__(name: str) -> Any:
    if name in ("flatten_util", "image", "lax", "scipy", "typing"):  # imported when first asked for
        return import_module(f"{__name__}.{name}")
    if name in _LATE:
        return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)
    raise AttributeError(
        f"fzero: the name is {name!r}, which is not here; expected one of dir(fzero). "
        "NumPy's functions are in fzero.numpy."
    )


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
