"""Layers around a layer whose weights they give another form: WeightNorm and SpectralNorm."""

from dataclasses import dataclass
from typing import Any

import fzero
import fzero.numpy as fnp
from fzero import random

from .. import functional as F
from .module import Module, check_sizes, entries

__all__ = ["SpectralNorm", "WeightNorm"]

_START = 15  # steps of the power iteration in init, as in PyTorch


@dataclass(frozen=True)
class _Reweighted(Module):
    """What both have: the layer, the weights' name, and the axis of the outputs in them."""

    layer: Module
    name: str = "W"
    axis: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.layer, Module):
            raise TypeError(
                f"{type(self).__name__}: layer is {self.layer!r}; expected a layer. "
                "Call its class with its sizes, as in Linear(3, 4)."
            )

    def _weights(self, params: Any) -> Any:
        return entries(type(self).__name__, params, self.name)[0]

    def _axis(self, W: Any) -> int:
        """The last axis of a matrix, the first one of a kernel."""
        if self.axis is not None:
            return self.axis
        return -1 if len(fnp.shape(W)) == 2 else 0

    def _run(self, params: Any, W: Any, state: Any, x: Any, **options: Any) -> tuple[Any, Any]:
        """The layer with these weights in the place of its own."""
        return self.layer.apply(fzero.FrozenDict({**params, self.name: W}), state, x, **options)


@dataclass(frozen=True)
class WeightNorm(_Reweighted):
    """A layer whose weights are given by length and direction: `functional.weight_norm`.

    Args:
        layer: a layer with parameters of its own, such as Linear or Conv2d.
        name: which of its parameters.
        axis: the axis of the outputs in it; by default the last of a matrix, the first of a kernel
            (of a transposed convolution give axis=1).

    Parameters: those of `layer`, its weights being the directions, and the lengths as
    `<name>_norm`, shape (outputs,). They start as the lengths of the weights, so that nothing
    changes at first.

    Raises:
        TypeError: `layer` is not a layer.
        ValueError: it has no parameter of this name.

    Source: Salimans and Kingma 2016, arXiv:1602.07868.

    Example:
        >>> import fzero_nn as nn, numpy as np
        >>> layer = WeightNorm(nn.Linear(3, 2))
        >>> params, state = layer.init(random.key(0))
        >>> fzero.tree.map(np.shape, params)
        FrozenDict({'W': (3, 2), 'W_norm': (2,), 'b': (2,)})
    """

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        params, state = self.layer.init(key, x)
        v = self._weights(params)
        axis = self._axis(v) % v.ndim
        length = fnp.sqrt(fnp.sum(v * v, axis=tuple(i for i in range(v.ndim) if i != axis)))
        return fzero.freeze({**params, f"{self.name}_norm": length}), state

    def apply(
        self,
        params: Any,
        state: Any,
        x: Any,
        *,
        key: Any = None,
        train: bool = False,
        **options: Any,
    ) -> tuple[Any, Any]:
        """The output of the layer; further keywords are its own."""
        v, g = entries("WeightNorm", params, self.name, f"{self.name}_norm")
        W = F.weight_norm(v, g, self._axis(v))
        return self._run(params, W, state, x, key=key, train=train, **options)


@dataclass(frozen=True)
class SpectralNorm(_Reweighted):
    """A layer whose weights are divided by their largest singular value.

    Args:
        layer, name, axis: as of `WeightNorm`.
        steps: of the power iteration, in each step of training.
        eps: the least singular value, and the least length of a vector.

    Parameters: those of `layer`.
    State: that of `layer`, and the singular vectors `<name>_u`, shape (outputs,), and `<name>_v`,
    for the rest of the weights; training moves them.

    Raises:
        TypeError: `layer` is not a layer.
        ValueError: it has no parameter of this name.

    Source: Miyato et al. 2018, arXiv:1802.05957.

    Example:
        >>> import fzero_nn as nn, numpy as np
        >>> layer = SpectralNorm(nn.Linear(3, 2, bias=False))
        >>> params, state = layer.init(random.key(0))
        >>> W, _ = layer.apply(params, state, np.eye(3, dtype=np.float32))
        >>> float(np.linalg.svd(W)[1][0].round(4))
        1.0
    """

    steps: int = 1
    eps: float = 1e-12

    def __post_init__(self) -> None:
        super().__post_init__()
        check_sizes("SpectralNorm", steps=self.steps)

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        layer_key, u_key, v_key = random.split(key, 3)
        params, state = self.layer.init(layer_key, x)
        W = self._weights(params)
        axis = self._axis(W)
        n = W.shape[axis]
        u = random.normal(u_key, (n,), W.dtype)
        v = random.normal(v_key, (W.size // n,), W.dtype)
        u, v = F.power_iteration(W, u, v, axis, _START, self.eps)
        return params, fzero.freeze({**state, **self._vectors(u, v)})

    def apply(
        self,
        params: Any,
        state: Any,
        x: Any,
        *,
        key: Any = None,
        train: bool = False,
        **options: Any,
    ) -> tuple[Any, Any]:
        """The output of the layer; further keywords are its own."""
        W = self._weights(params)
        u, v = entries("SpectralNorm", state, *self._vectors(0, 0))
        if train:
            u, v = F.power_iteration(W, u, v, self._axis(W), self.steps, self.eps)
        normed = F.spectral_norm(W, u, v, self._axis(W), self.eps)
        own = fzero.FrozenDict({n: s for n, s in state.items() if n not in self._vectors(u, v)})
        y, after = self._run(params, normed, own, x, key=key, train=train, **options)
        return y, fzero.freeze({**after, **self._vectors(u, v)}) if train else state

    def _vectors(self, u: Any, v: Any) -> dict[str, Any]:
        return {f"{self.name}_u": u, f"{self.name}_v": v}
