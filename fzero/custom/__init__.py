"""Derivatives stated by the user: custom_vjp, custom_jvp, custom_gradient, stop_gradient.

A call is a small program of its own: `primal`, `forward`, ... act on lists of leaves. The newest
trace among the leaves decides what becomes of it, as with primitives. Under `vmap` the functions
themselves are mapped, so that the stated rule stays in force for the traces below.
"""

from .gradient import custom_gradient
from .jvp import custom_jvp
from .stop import stop_gradient
from .vjp import custom_vjp

__all__ = ["custom_gradient", "custom_jvp", "custom_vjp", "stop_gradient"]
