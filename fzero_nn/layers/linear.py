"""Affine layers."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import fzero
from fzero import random

from .. import functional as F
from ..initializers import Initializer, lecun_normal, zeros
from .module import EMPTY, Module, check_sizes, entries, size_from

__all__ = ["Linear"]


@dataclass(frozen=True)
class Linear(Module):
    """An affine map of the last axis: y = x W + b.

    Args:
        inputs: the size of the last axis of x; None to read it from init's x.
        outputs: the size of the last axis of y.
        bias: whether there is a b.
        W_init, b_init: initializers; W starts with variance 1 / inputs.
        dtype: of the parameters.

    Parameters: W of shape (inputs, outputs), b of shape (outputs,).

    Raises:
        ValueError: (from init) inputs is None, and there is no x.

    Example:
        >>> layer = Linear(3, 2)
        >>> params, state = layer.init(random.key(0))
        >>> y, state = layer.apply(params, state, np.ones((5, 3), np.float32))
        >>> y.shape
        (5, 2)
    """

    inputs: int | None
    outputs: int
    bias: bool = True
    W_init: Initializer = lecun_normal()
    b_init: Initializer = zeros
    dtype: Any = np.float32

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        inputs = size_from("Linear", "inputs", self.inputs, x, axis=-1)
        check_sizes("Linear", outputs=self.outputs)
        W_key, b_key = random.split(key)
        params = {"W": self.W_init(W_key, (inputs, self.outputs), self.dtype)}
        if self.bias:
            params["b"] = self.b_init(b_key, (self.outputs,), self.dtype)
        return fzero.freeze(params), EMPTY

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        W, *b = entries("Linear", params, *(("W", "b") if self.bias else ("W",)))
        return F.linear(x, W, *b), state
