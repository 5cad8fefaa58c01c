"""Both libraries of the sweep: fzero, and JAX where it is installed."""

import functools
import importlib
from typing import Any

import fzero
from fzero import tree
from fzero.core import REGISTRY

from .measure import Library
from .tables.primitives import PEERS

#: Namespace of the sweep -> the module of fzero and the one of JAX.
SPACES = {
    "numpy": ("fzero.numpy", "jax.numpy"),
    "numpy.linalg": ("fzero.numpy.linalg", "jax.numpy.linalg"),
    "numpy.fft": ("fzero.numpy.fft", "jax.numpy.fft"),
    "lax": ("fzero.lax", "jax.lax"),
    "lax.linalg": ("fzero.lax.linalg", "jax.lax.linalg"),
    "scipy.special": ("fzero.scipy.special", "jax.scipy.special"),
    "scipy.linalg": ("fzero.scipy.linalg", "jax.scipy.linalg"),
    "scipy.stats": ("fzero.scipy.stats", "jax.scipy.stats"),
    "nn": ("fzero_nn.functional", "jax.nn"),
}


@functools.cache
def _ours(space: str) -> Any:
    if space == "primitive":
        return {name: prim.call for name, prim in REGISTRY.items()}
    return importlib.import_module(SPACES[space][0])


@functools.cache
def _theirs(space: str) -> Any:
    import jax

    if space == "primitive":
        return {name: functools.partial(peer, jax) for name, peer in PEERS.items()}
    return importlib.import_module(SPACES[space][1])


OURS = Library(_ours, lambda x: x, fzero.jvp, fzero.vjp, fzero.vmap, tree.leaves)


def jax_library() -> Library:
    """JAX on the CPU, in float64."""
    import jax

    jax.config.update("jax_platforms", "cpu")
    jax.config.update("jax_enable_x64", True)
    return Library(_theirs, jax.numpy.asarray, jax.jvp, jax.vjp, jax.vmap, jax.tree.leaves)
