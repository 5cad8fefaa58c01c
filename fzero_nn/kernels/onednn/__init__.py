"""Kernels that call oneDNN, for float32 arrays of NumPy: see docs/onednn.md.

The library is looked for when the first kernel runs, and not at import. Without it, or where it has
nothing fast for the shapes at hand, the kernels in plain NumPy run.
"""

from importlib import import_module

from fzero import config
from fzero.fused import Kernel, provide

from . import loader

__all__ = ["PROVIDED"]

#: Fused operation -> the module here and the name in it.
PROVIDED = {
    "avg_pool": ("pooling", "AVG_POOL"),
    "batch_norm": ("normalization", "BATCH_NORM"),
    "conv": ("conv", "CONV"),
    "conv_transpose": ("conv", "CONV_TRANSPOSE"),
    "layer_norm": ("normalization", "LAYER_NORM"),
    "max_pool": ("pooling", "MAX_POOL"),
}


def _kernel(name: str) -> Kernel | None:
    """The kernel of a fused operation; None where there is none or no library."""
    if name not in PROVIDED or loader.loaded() is None:
        return None
    module, attribute = PROVIDED[name]
    return getattr(import_module(f"{__name__}.{module}"), attribute)


provide("onednn", "numpy", _kernel)
config.register("onednn", loader.describe)
