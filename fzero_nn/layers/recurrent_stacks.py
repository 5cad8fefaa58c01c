"""Recurrent layers made of others: both directions side by side, one layer on another."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import fzero.numpy as fnp
from fzero import random

from .combinators import Sequential
from .composite import Composite
from .module import EMPTY, Module
from .recurrent import Recurrent
from .remat import Remat

__all__ = ["Bidirectional", "RecurrentStack"]


class _OfLayers(Recurrent, Composite):
    """A recurrent layer made of others, into which `capture` sees."""

    def apply(
        self,
        params: Any,
        state: Any,
        x: Any,
        *,
        key: Any = None,
        train: bool = False,
        carry: Any = None,
        lengths: Any = None,
    ) -> tuple[Any, Any]:
        if carry is None and lengths is None:
            return Composite.apply(self, params, state, x, key=key, train=train)
        return Recurrent.apply(
            self, params, state, x, key=key, train=train, carry=carry, lengths=lengths
        )


@dataclass(frozen=True)
class Bidirectional(_OfLayers):
    """A recurrent layer run in both directions, the outputs side by side.

    Args:
        layer: a recurrent layer; a second one like it runs in reverse, from the last step of each
            row if there are lengths.

    Parameters: those of both, under `forward` and `backward`.

    Carry: a pair, that of the forward and that of the backward layer.

    Raises:
        TypeError: `layer` has no direction.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = Bidirectional(nn.LSTM(3, 2))
        >>> params, state = layer.init(fzero.random.key(0))
        >>> layer.apply(params, state, np.ones((7, 5, 3), np.float32))[0].shape
        (7, 5, 4)
    """

    layer: Any

    def __post_init__(self) -> None:
        if not hasattr(self.layer, "reverse"):
            raise TypeError(
                f"Bidirectional: layer is a {type(self.layer).__name__}; expected an RNN, LSTM or "
                "GRU. Put a Bidirectional of each layer into a RecurrentStack."
            )

    def children(self) -> Mapping[str, Any]:
        backward = replace(self.layer, reverse=not self.layer.reverse)
        return {"forward": self.layer, "backward": backward}

    def forward(self, call: Callable[..., Any], x: Any) -> Any:
        return fnp.concatenate([call(name, x) for name in self.children()], axis=-1)

    def unroll(
        self,
        params: Any,
        x: Any,
        carry: Any = None,
        lengths: Any = None,
        *,
        key: Any = None,
        train: bool = False,
    ) -> tuple[Any, Any]:
        carries = (None, None) if carry is None else carry
        both = [
            layer.unroll(
                params.get(name, EMPTY), x, first, lengths, key=_own(key, name), train=train
            )
            for (name, layer), first in zip(self.children().items(), carries, strict=True)
        ]
        (y, last), (y_back, last_back) = both
        return fnp.concatenate([y, y_back], axis=-1), (last, last_back)

    def initial_carry(self, params: Any, batch: int) -> Any:
        return tuple(
            layer.initial_carry(params[name], batch) for name, layer in self.children().items()
        )


class RecurrentStack(_OfLayers, Sequential):
    """Layers one on another, some of them recurrent, as one recurrent layer.

    Args:
        *layers: recurrent layers, and layers or functions that act on each step. They are called
            l0, l1, ... by their places; for other names give one mapping, as for `Sequential`.

    Parameters: those of each layer, under its name.

    Carry: a tuple of those of the recurrent layers.

    `unroll`, `step` and an `apply` with a carry or lengths hold no state: a BatchNorm does not fit
    in, a LayerNorm does. With lengths, what follows the last recurrent layer sees zeros after a
    row's end: mask the loss there.

    Raises:
        ValueError: no layer is recurrent, or one that is lies within another layer, where its
            carry would be lost; (from unroll, step) a carry for another number of layers.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = RecurrentStack(nn.LSTM(3, 4), nn.GRU(4, 6), nn.Linear(6, 2))
        >>> params, state = layer.init(fzero.random.key(0))
        >>> y, ((h, c), last) = layer.unroll(params, np.ones((7, 5, 3), np.float32))
        >>> y.shape, c.shape, last.shape
        ((7, 5, 2), (5, 4), (5, 6))
    """

    def __init__(self, *layers: Any) -> None:
        super().__init__(*layers)
        if hidden := [n for n, layer in self.layers if _hides_recurrent(layer)]:
            raise ValueError(
                f"RecurrentStack: layers is {list(dict(self.layers))}, with recurrent layers "
                f"within {hidden}, whose carry would be lost; expected them side by side. Put "
                "them into the stack itself or into a RecurrentStack, or use Sequential for all."
            )
        if not self._recurrent():
            raise ValueError(
                f"RecurrentStack: layers is {list(dict(self.layers))}, none of them recurrent; "
                "expected one that is or more. Use Sequential for these."
            )

    def unroll(
        self,
        params: Any,
        x: Any,
        carry: Any = None,
        lengths: Any = None,
        *,
        key: Any = None,
        train: bool = False,
    ) -> tuple[Any, Any]:
        def run(name: str, layer: Any, x: Any, carry: Any) -> tuple[Any, Any]:
            if hasattr(layer, "unroll"):
                options = {"key": _own(key, name), "train": train}
                return layer.unroll(params.get(name, EMPTY), x, carry, lengths, **options)
            return _mapped(layer, params.get(name, EMPTY), x, _own(key, name), train), None

        return self._through(run, x, carry)

    def step(self, params: Any, carry: Any, x: Any) -> tuple[Any, Any]:
        """One step, x of shape (N, inputs): `(carry, y)`, as `fzero.scan` wants them."""

        def run(name: str, layer: Any, x: Any, carry: Any) -> tuple[Any, Any]:
            if hasattr(layer, "unroll"):
                return layer.step(params.get(name, EMPTY), carry, x)[::-1]
            return _mapped(layer, params.get(name, EMPTY), x, None, False), None

        return self._through(run, x, carry)[::-1]

    def initial_carry(self, params: Any, batch: int) -> Any:
        return tuple(
            layer.initial_carry(params[name], batch) for name, layer in self._recurrent().items()
        )

    def _recurrent(self) -> dict[str, Any]:
        return {name: layer for name, layer in self.layers if hasattr(layer, "unroll")}

    def _through(self, run: Callable[..., tuple[Any, Any]], x: Any, carry: Any) -> tuple[Any, Any]:
        """The output and the carries, with `run(name, layer, x, carry)` of each layer."""
        recurrent = self._recurrent()
        given = (None,) * len(recurrent) if carry is None else carry
        if not (isinstance(given, (tuple, list)) and len(given) == len(recurrent)):
            raise ValueError(
                f"RecurrentStack: carry is a {type(given).__name__} that does not fit; expected a "
                f"tuple with those of {list(recurrent)}. Take it from initial_carry."
            )
        carries = dict(zip(recurrent, given, strict=True))
        for name, layer in self.layers:
            x, after = run(name, layer, x, carries.get(name))
            if name in carries:
                carries[name] = after
        return x, tuple(carries.values())


def _own(key: Any, name: str) -> Any:
    """The key of the child of this name, which is the one that `apply` gives it."""
    return None if key is None else random.fold_in(key, name)


def _mapped(layer: Any, params: Any, x: Any, key: Any, train: bool) -> Any:
    """What a layer without a carry, or a function, makes of x."""
    if not isinstance(layer, Module):
        return layer(x)
    return layer.apply(params, EMPTY, x, key=key, train=train)[0]


def _hides_recurrent(layer: Any) -> bool:
    """Whether a layer that has no carry itself is made of layers that have one."""
    if hasattr(layer, "unroll"):
        return False
    if isinstance(layer, Composite):
        inner = list(layer.children().values())
    else:
        inner = [layer.layer] if isinstance(layer, Remat) else []
    return any(hasattr(x, "unroll") or _hides_recurrent(x) for x in inner)
