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

from ..control import associative_scan, cond, fori_loop, map, scan, switch, while_loop
from ..custom import stop_gradient
from . import (
    convolution,
    cumulative,
    dynamic,
    elementwise,
    gathers,
    padding,
    products,
    scatters,
    shapes,
    sorting,
    windows,
)
from .convolution import *
from .cumulative import *
from .dynamic import *
from .elementwise import *
from .gathers import *
from .padding import *
from .products import *
from .scatters import *
from .shapes import *
from .sorting import *
from .windows import *

__all__ = [
    "associative_scan", "cond", "fori_loop", "map", "scan", "stop_gradient", "switch", "while_loop",
]  # fmt: skip
__all__ += convolution.__all__
__all__ += cumulative.__all__
__all__ += dynamic.__all__
__all__ += elementwise.__all__
__all__ += gathers.__all__
__all__ += padding.__all__
__all__ += products.__all__
__all__ += scatters.__all__
__all__ += shapes.__all__
__all__ += sorting.__all__
__all__ += windows.__all__
