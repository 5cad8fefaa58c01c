"""Attention with several heads."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import fzero
from fzero import random

from .. import functional as F
from ..initializers import Initializer, xavier_uniform, zeros
from .linear import Linear
from .module import EMPTY, Module, entries, required_key, size_from

__all__ = ["MultiHeadAttention"]

_MAPS = ("query", "key", "value", "out")


@dataclass(frozen=True)
class MultiHeadAttention(Module):
    """Attention of several heads: y = W_out of heads (x W_query, c W_key, c W_value).

    x is of shape (..., T, inputs): the time is the last axis but one, the batch comes first, as in
    (N, T, D). The context c, x itself by default, is of shape (..., S, context_inputs).

    Args:
        inputs: the features of x; None to read them from init's x.
        features: the features of y; `heads` divides them.
        heads: how many heads there are, each of features / heads.
        context_inputs: the features of a context; None for those of x.
        bias: whether the four maps have a b.
        causal: whether step t sees the steps 0 ... t only.
        rate: the probability with which a weight is zeroed in training.
        W_init, b_init: initializers.
        dtype: of the parameters.

    Parameters: query, key, value and out, each with W and b.

    Raises:
        ValueError: heads does not divide features; (from init) inputs is None, and there is no x;
            (from apply) train=True without a key where rate > 0.

    Source: Vaswani et al., arXiv:1706.03762.

    Example:
        >>> layer = MultiHeadAttention(8, features=8, heads=2)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.ones((5, 3, 8), np.float32))[0].shape
        (5, 3, 8)
    """

    inputs: int | None
    features: int
    heads: int
    context_inputs: int | None = None
    bias: bool = True
    causal: bool = False
    rate: float = 0.0
    W_init: Initializer = xavier_uniform()
    b_init: Initializer = zeros
    dtype: Any = np.float32

    def __post_init__(self) -> None:
        if self.heads < 1 or self.features % self.heads:
            raise ValueError(
                f"MultiHeadAttention: features is {self.features} with {self.heads} heads; "
                "expected a multiple of heads. Choose features = heads * size."
            )

    def _map(self, inputs: int) -> Linear:
        return Linear(inputs, self.features, self.bias, self.W_init, self.b_init, self.dtype)

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        inputs = size_from("MultiHeadAttention", "inputs", self.inputs, x, axis=-1)
        context = self.context_inputs or inputs
        sizes = {"query": inputs, "key": context, "value": context, "out": self.features}
        return fzero.freeze(
            {n: self._map(i).init(random.fold_in(key, n))[0] for n, i in sizes.items()}
        ), EMPTY

    def apply(
        self,
        params: Any,
        state: Any,
        x: Any,
        *,
        context: Any = None,
        mask: Any = None,
        key: Any = None,
        train: bool = False,
    ) -> tuple[Any, Any]:
        """Compute the output.

        Args:
            params, state: as from `init`.
            x: shape (..., T, inputs).
            context: what is attended to, shape (..., S, context_inputs); None for x.
            mask: booleans that broadcast to (..., heads, T, S), False where nothing is attended to.
            key: a key of `fzero.random`, for rate > 0 in training.
            train: whether this is a training step.

        Returns:
            `(y, state)`, y of shape (..., T, features).
        """
        query, key_, value, out = entries("MultiHeadAttention", params, *_MAPS)
        context = x if context is None else context
        drops = train and self.rate > 0
        y = F.dot_product_attention(
            self._split(x, query),
            self._split(context, key_),
            self._split(context, value),
            mask=mask,
            is_causal=self.causal,
            rate=self.rate if drops else 0,
            key=required_key("MultiHeadAttention", key) if drops else None,
        )
        merged = fzero.numpy.reshape(y, (*y.shape[:-2], self.features))
        return F.linear(merged, *self._weights(out)), state

    def _split(self, x: Any, params: Any) -> Any:
        """(..., T, D) through a map, as (..., T, heads, features / heads)."""
        y = F.linear(x, *self._weights(params))
        return fzero.numpy.reshape(y, (*y.shape[:-1], self.heads, self.features // self.heads))

    def _weights(self, params: Any) -> tuple[Any, ...]:
        return entries("MultiHeadAttention", params, *(("W", "b") if self.bias else ("W",)))
