"""JAX's lower-level functions on NumPy and CuPy arrays: `import fzero.lax as lax`.

Names and arguments are those of jax.lax; each function is a composition of fzero's operations, so
that every transform passes through it. What differs: operands broadcast and are promoted as in
NumPy, indices are NumPy's integers, and `precision` has no effect.

Example:
    >>> import numpy as np, fzero, fzero.lax as lax
    >>> fzero.grad(lambda x: lax.cumsum(x)[1])(np.array([1.0, 2.0, 3.0])).tolist()
    [1.0, 1.0, 0.0]
"""
# ruff: noqa: F403, F405

from ..collectives import all_gather, axis_index, axis_size, pmax, pmean, pmin, psum
from ..control import associative_scan, cond, fori_loop, map, scan, switch, while_loop
from ..custom import stop_gradient
from ..implicit import custom_linear_solve, custom_root
from . import (
    bits,
    convolution,
    cumulative,
    dynamic,
    elementwise,
    fourier,
    gathers,
    linalg,
    padding,
    patches,
    products,
    reductions,
    scatters,
    shapes,
    sorting,
    transposed,
    windows,
)
from .bits import *
from .convolution import *
from .cumulative import *
from .dynamic import *
from .elementwise import *
from .fourier import *
from .gathers import *
from .padding import *
from .patches import *
from .products import *
from .reductions import *
from .scatters import *
from .shapes import *
from .sorting import *
from .transposed import *
from .windows import *

__all__ = [
    "all_gather", "associative_scan", "axis_index", "axis_size", "cond", "custom_linear_solve",
    "custom_root", "fori_loop", "linalg", "map", "pmax", "pmean", "pmin", "psum", "scan",
    "stop_gradient", "switch", "while_loop",
]  # fmt: skip
__all__ += bits.__all__
__all__ += convolution.__all__
__all__ += cumulative.__all__
__all__ += dynamic.__all__
__all__ += elementwise.__all__
__all__ += fourier.__all__
__all__ += gathers.__all__
__all__ += padding.__all__
__all__ += patches.__all__
__all__ += products.__all__
__all__ += reductions.__all__
__all__ += scatters.__all__
__all__ += shapes.__all__
__all__ += sorting.__all__
__all__ += transposed.__all__
__all__ += windows.__all__
