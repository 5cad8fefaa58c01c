"""The layers and functions that tests/nn/test_laws.py holds to the laws: a file per category.

Each file of this folder defines `LAYERS`, `FUNCTIONS` or both. A peer is the same computation in
PyTorch; it gets the module `torch` as its first argument, so that no file imports it.
"""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from fzero_nn import Module


class LayerCase(NamedTuple):
    """One layer at one input.

    Attributes:
        name: unique among all cases.
        layer: the layer.
        x: an example input, float64 or integers.
        batch: the axis of x and y whose rows do not mix outside of training; None if there is none.
        draws: whether training draws numbers.
        order: how many derivatives differences can check here; 0 where something is held fixed.
        peer: `(torch, params, state, x, train) -> tensor`, or None where PyTorch has no such thing.
        options: further keywords of apply.
    """

    name: str
    layer: Module
    x: np.ndarray
    batch: int | None = 0
    draws: bool = False
    order: int = 2
    peer: Callable[..., Any] | None = None
    options: dict[str, Any] = {}


class FunctionCase(NamedTuple):
    """One function at some arguments.

    Attributes:
        name: unique among all cases.
        function: a function of arrays.
        args: positional arguments; float64 arrays are differentiated.
        params: static keywords.
        order: how many derivatives differences can check here; 0 where it is not differentiable.
        peer: `(torch, *args) -> tensor`, or None.
    """

    name: str
    function: Callable[..., Any]
    args: tuple[Any, ...]
    params: dict[str, Any] = {}
    order: int = 2
    peer: Callable[..., Any] | None = None


def draw(*shape: int, seed: int = 0) -> np.ndarray:
    """Standard normal numbers in float64."""
    return np.random.default_rng(seed).normal(size=shape)


def collected(table: str) -> dict[str, Any]:
    """The cases of `LAYERS` or of `FUNCTIONS` of every file, by name."""
    found: dict[str, Any] = {}
    for module in pkgutil.iter_modules(__path__):
        for case in getattr(importlib.import_module(f"{__name__}.{module.name}"), table, []):
            assert case.name not in found, f"two cases are called {case.name}"
            found[case.name] = case
    return found
