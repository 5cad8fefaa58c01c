"""What every layer is: two pure functions, `init` and `apply`, and the sizes that they need.

    params, state = layer.init(key)
    y, state = layer.apply(params, state, x, key=key, train=True)

A layer is a frozen dataclass and holds no array. Parameters and state are FrozenDicts. What a layer
does not have is an empty one, and leaves no trace in the trees of a composite.
"""

import numbers
from typing import Any

from fzero import FrozenDict
from fzero import numpy as fnp

__all__ = ["EMPTY", "Module", "check_sizes", "entries", "required_key", "size_from"]

#: The parameters or the state of a layer that has none.
EMPTY = FrozenDict()


class Module:
    """A layer. Subclasses are frozen dataclasses that define `apply`, and mostly `init`."""

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        """Draw parameters. A layer without any has this method as it is.

        Args:
            key: a key of `fzero.random`; the parameters come to its device.
            x: an example input, from which sizes that were left out are read. Only its shape and
                dtype matter.

        Returns:
            `(params, state)`, FrozenDicts.

        Raises:
            ValueError: a size was left out, and there is no `x` to read it from.
        """
        return EMPTY, EMPTY

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        """Compute the output.

        Args:
            params, state: as from `init`.
            x: the input.
            key: a key of `fzero.random`, for layers that draw numbers in training.
            train: whether this is a training step, for dropout and batch statistics.

        Returns:
            `(y, state)`; the state is the very object that was given unless training changes it.

        Raises:
            ValueError: a shape that does not fit; no key where training needs one.
        """
        raise NotImplementedError

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Refused: a layer holds no parameters.

        Raises:
            TypeError: always.
        """
        raise TypeError(
            f"{type(self).__name__}: the layer itself is called; expected a call of init or apply. "
            "Write y, state = layer.apply(params, state, x)."
        )


def entries(layer: str, tree: Any, *names: str) -> tuple[Any, ...]:
    """The entries of a layer's parameters or state.

    Raises:
        TypeError: the tree is not a dictionary.
        ValueError: an entry is missing.
    """
    if not isinstance(tree, dict):
        raise TypeError(
            f"{layer}: params or state is a {type(tree).__name__}; expected a dictionary. Take "
            "both from this layer's init(key), as in params, state = layer.init(key)."
        )
    if missing := [n for n in names if n not in tree]:
        raise ValueError(
            f"{layer}: params or state is without {missing}, with {sorted(map(str, tree))}; "
            f"expected {list(names)}. Take both from this layer's init(key)."
        )
    return tuple(tree[n] for n in names)


def required_key(layer: str, key: Any) -> Any:
    """`key`, which training needs here.

    Raises:
        ValueError: it is None.
    """
    if key is None:
        raise ValueError(
            f"{layer}: key is None with train=True; expected a key, since the layer draws numbers "
            "in training. Write apply(params, state, x, key=random.fold_in(key, step), train=True)."
        )
    return key


def size_from(layer: str, argument: str, size: int | None, x: Any, axis: int) -> int:
    """`size`, or if it was left out that of an axis of the example input.

    Raises:
        ValueError: there is neither, or `x` has no such axis.
        TypeError: `size` is not an integer.
    """
    if size is not None:
        check_sizes(layer, **{argument: size})
        return size
    if x is None:
        raise ValueError(
            f"{layer}: {argument} is None, and init was given no x; expected one of them. "
            f"Write {layer}({argument}=..., ...), or init(key, x) with an example input."
        )
    shape = fnp.shape(x)
    if not -len(shape) <= axis < len(shape):
        raise ValueError(
            f"{layer}: x is of shape {shape}; expected an axis {axis} to read {argument} from. "
            "Give init an example with all axes, the batch included."
        )
    return shape[axis]


def check_sizes(layer: str, **sizes: Any) -> None:
    """Raise TypeError or ValueError unless all are integers from 1 on."""
    kinds = {n: s for n, s in sizes.items() if not _is_integer(s)}
    if kinds:
        raise TypeError(f"{layer}: sizes is {kinds}; expected integers. Convert them with int().")
    if wrong := {n: s for n, s in sizes.items() if s < 1}:
        raise ValueError(
            f"{layer}: sizes is {wrong}; expected integers from 1 on. Leave out a layer that has "
            "nothing to return."
        )


def _is_integer(size: Any) -> bool:
    return isinstance(size, numbers.Integral) and not isinstance(size, bool)
