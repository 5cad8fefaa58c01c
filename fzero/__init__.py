"""Transforms of plain NumPy and CuPy functions: grad, vjp, jvp, vmap and their nestings."""

from . import array, tree
from .backend import Device, array_namespace, device, devices
from .batching import vmap
from .checkpointing import checkpoint
from .collectives import axis_index, axis_size, pmean, psum
from .control import associative_scan, cond, fori_loop, map, scan, switch, while_loop
from .custom import custom_jvp, custom_vjp, stop_gradient
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
from .errors import (
    BatchedValueError,
    DeviceError,
    LeakedTracerError,
    MixedDeviceError,
    MutatedArrayError,
    NaNError,
    NotDifferentiableError,
)
from .forward import jvp, linearize
from .nans import debug_nans
from .ops.indexing import at
from .placement import device_get, device_put
from .reverse import grad, value_and_grad, vjp
from .tree import FrozenDict, freeze
