"""The other libraries, loaded where a row needs them and held to the same number of threads.

Each raises ImportError where the library is not installed, which the table then says.
"""

import importlib
import warnings
from typing import Any
from unittest import mock

import numpy

from . import THREADS

__all__ = ["autograd", "dezero", "jax", "mlx", "optax", "torch"]


def torch() -> Any:
    """PyTorch on the CPU."""
    module = importlib.import_module("torch")
    importlib.import_module("torch.utils.checkpoint")
    module.set_num_threads(THREADS)
    return module


def autograd() -> Any:
    """HIPS autograd; its NumPy is `autograd().numpy`."""
    importlib.import_module("autograd.numpy")
    return importlib.import_module("autograd")


def mlx() -> Any:
    """MLX's arrays on the CPU."""
    module = importlib.import_module("mlx.core")
    module.set_default_device(module.cpu)
    return module


def jax() -> Any:
    """JAX on the CPU; XLA has a thread for each processor that this process may use."""
    module = importlib.import_module("jax")
    module.config.update("jax_platforms", "cpu")
    return module


def optax() -> Any:
    """The optimizers of JAX."""
    jax()
    return importlib.import_module("optax")


def dezero() -> Any:
    """DeZero, whose data sets import Matplotlib; its models and layers with it.

    It names `numpy.int` while it is imported, which NumPy 2 no longer has.
    """
    with mock.patch.object(numpy, "int", int, create=True), warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # `is` with a string
        module = importlib.import_module("dezero")
        importlib.import_module("dezero.models")
    return module
