"""Layers that put others together: in a row, side by side, around a shortcut."""

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from fzero import numpy as fnp
from fzero.dtypes import shape_of

from .composite import Composite
from .module import Module

__all__ = ["Flatten", "Identity", "Lambda", "Parallel", "Residual", "Sequential"]


@dataclass(frozen=True, init=False)
class Sequential(Composite):
    """Layers one after another: y = f_n(... f_2(f_1(x))).

    Args:
        *layers: layers, or functions of an array. They are called l0, l1, ... by their places;
            for other names give one mapping, from name to layer in order.

    Parameters: those of each layer, under its name.

    An index gives the layer at a place or of a name, a slice a `Sequential` of the layers there
    under the same names, which takes the parameters of the whole.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = Sequential(nn.Linear(3, 5), np.tanh, nn.Linear(5, 2))
        >>> params, state = layer.init(fzero.random.key(0))
        >>> y, state = layer[:2].apply(params, state, np.ones((4, 3), np.float32))
        >>> list(params), y.shape
        (['l0', 'l2'], (4, 5))
    """

    layers: tuple[tuple[str, Any], ...]

    def __init__(self, *layers: Any) -> None:
        object.__setattr__(self, "layers", tuple(_named(layers).items()))

    def children(self) -> Mapping[str, Any]:
        return dict(self.layers)

    def forward(self, call: Callable[..., Any], x: Any) -> Any:
        for name, _ in self.layers:
            x = call(name, x)
        return x

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Any]:
        return (layer for _, layer in self.layers)

    def __getitem__(self, place: int | str | slice) -> Any:
        if isinstance(place, slice):
            return Sequential(dict(self.layers[place]))
        return dict(self.layers)[place] if isinstance(place, str) else self.layers[place][1]


@dataclass(frozen=True, init=False)
class Parallel(Composite):
    """Branches that all take the same input: y = combine([f_1(x), ..., f_n(x)]).

    Args:
        branches: layers or functions, called l0, l1, ...; or a mapping from name to layer.
        combine: "concatenate" or "stack" along `axis`, "add", "tuple" for the outputs as they
            are, or a function of the list of outputs.
        axis: of "concatenate" and "stack": 1 for the channels of images, -1 for features.

    Parameters: those of each branch, under its name.

    Raises:
        ValueError: combine is another text; (from apply) shapes that cannot be combined.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = Parallel([nn.Linear(3, 5), np.tanh])
        >>> params, state = layer.init(fzero.random.key(0))
        >>> layer.apply(params, state, np.ones((4, 3), np.float32))[0].shape
        (4, 8)
    """

    branches: tuple[tuple[str, Any], ...]
    combine: str | Callable[[list[Any]], Any]
    axis: int

    def __init__(
        self,
        branches: Sequence[Any] | Mapping[str, Any],
        combine: str | Callable[[list[Any]], Any] = "concatenate",
        axis: int = -1,
    ) -> None:
        if isinstance(combine, str) and combine not in _COMBINE:
            raise ValueError(
                f"Parallel: combine is {combine!r}; expected one of {list(_COMBINE)} or a "
                "function. Give a function of the list of outputs for anything else."
            )
        given = (branches,) if isinstance(branches, Mapping) else tuple(branches)
        object.__setattr__(self, "branches", tuple(_named(given).items()))
        object.__setattr__(self, "combine", combine)
        object.__setattr__(self, "axis", axis)

    def children(self) -> Mapping[str, Any]:
        return dict(self.branches)

    def forward(self, call: Callable[..., Any], x: Any) -> Any:
        outputs = [call(name, x) for name, _ in self.branches]
        if isinstance(self.combine, str):
            return _COMBINE[self.combine](outputs, self.axis)
        return self.combine(outputs)


_COMBINE: dict[str, Callable[[list[Any], int], Any]] = {
    "concatenate": lambda outputs, axis: fnp.concatenate(outputs, axis),
    "stack": lambda outputs, axis: fnp.stack(outputs, axis),
    "add": lambda outputs, axis: _sum("Parallel", outputs),
    "tuple": lambda outputs, axis: tuple(outputs),
}


@dataclass(frozen=True)
class Residual(Composite):
    """A layer beside a shortcut: y = activation(body(x) + shortcut(x)).

    Args:
        body: a layer, or a function.
        shortcut: the same; None for x itself.
        activation: a function; None for none.

    Parameters: those of `body` and of `shortcut`, under these names.

    Raises:
        ValueError: (from apply) the shapes of the two differ.

    Source: He et al., Deep residual learning for image recognition, 2015, arXiv:1512.03385.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> layer = Residual(nn.Linear(3, 3), activation=np.tanh)
        >>> params, state = layer.init(fzero.random.key(0))
        >>> layer.apply(params, state, np.ones((4, 3), np.float32))[0].shape
        (4, 3)
    """

    body: Any
    shortcut: Any = None
    activation: Callable[..., Any] | None = None

    def children(self) -> Mapping[str, Any]:
        given = {"body": self.body, "shortcut": self.shortcut, "activation": self.activation}
        return {name: child for name, child in given.items() if child is not None}

    def forward(self, call: Callable[..., Any], x: Any) -> Any:
        y = call("body", x)
        y = _sum("Residual", [y, x if self.shortcut is None else call("shortcut", x)])
        return y if self.activation is None else call("activation", y)


@dataclass(frozen=True)
class Lambda(Module):
    """A function as a layer: y = f(x).

    Composites take functions as they are; this is for where a `Module` is wanted.

    Args:
        function: of an array, pure.

    Example:
        >>> import numpy as np
        >>> Lambda(np.tanh).apply({}, {}, np.zeros(2))[0]
        array([0., 0.])
    """

    function: Callable[..., Any]

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        return self.function(x), state


@dataclass(frozen=True)
class Identity(Module):
    """y = x, to stand where a layer is left out.

    Example:
        >>> import numpy as np
        >>> Identity().apply({}, {}, np.ones(2))[0]
        array([1., 1.])
    """

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        return x, state


@dataclass(frozen=True)
class Flatten(Module):
    """The axes from `start` on as one, in C order: (N, C, H, W) becomes (N, C H W).

    Args:
        start: the first axis that is merged, 0 <= start <= the number of axes of x.

    Raises:
        ValueError: (from apply) x has fewer axes.

    Example:
        >>> import numpy as np
        >>> Flatten().apply({}, {}, np.ones((2, 3, 4)))[0].shape
        (2, 12)
    """

    start: int = 1

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        shape = shape_of(x)
        if not 0 <= self.start <= len(shape):
            raise ValueError(
                f"Flatten: start is {self.start}, with x of shape {shape}; expected 0 <= start <= "
                f"{len(shape)}. Count the axes from the front, the batch being 0."
            )
        # The product, since -1 is ambiguous for an empty batch.
        return fnp.reshape(x, (*shape[: self.start], math.prod(shape[self.start :]))), state


def _sum(owner: str, outputs: list[Any]) -> Any:
    shapes = [shape_of(y) for y in outputs]
    if len(set(shapes)) > 1:
        raise ValueError(
            f"{owner}: the shapes of the outputs are {shapes}; expected one shape. Map x to the "
            "shape of the others, in a Residual by a shortcut such as Linear or Conv2d."
        )
    return reduce(operator.add, outputs)


def _named(layers: tuple[Any, ...]) -> Mapping[str, Any]:
    """The one mapping that was given, or the layers as l0, l1, ..."""
    if len(layers) == 1 and isinstance(layers[0], Mapping):
        return layers[0]
    return {f"l{i}": layer for i, layer in enumerate(layers)}
