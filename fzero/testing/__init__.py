"""Checks of derivative and batching rules, for tests of your own functions and primitives.

`check_grads`, `check_jvp` and `check_vjp` compare with central differences, `check_vmap` with a
Python loop, and `check_primitive` holds a primitive to every law that the library's own obey.
"""

from .checks import check_grads, check_jvp, check_vjp
from .laws import LAWS, check_primitive
from .loops import check_vmap

__all__ = ["LAWS", "check_grads", "check_jvp", "check_primitive", "check_vjp", "check_vmap"]
