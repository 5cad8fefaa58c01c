"""Affine layers one after another."""

from collections.abc import Callable, Sequence
from typing import Any

from .. import functional as F
from ..initializers import Initializer
from ..layers import Linear, Sequential
from .blocks import HE_NORMAL

__all__ = ["MLP"]


def MLP(
    sizes: Sequence[int | None],
    activation: Callable[..., Any] = F.relu,
    W_init: Initializer = HE_NORMAL,
) -> Sequential:
    """A multilayer perceptron: y = W_n a(... a(W_0 x + b_0) ...) + b_n.

    Args:
        sizes: of the input, of each hidden layer, of the output. The first may be None, and is
            then read from the example given to `init`.
        activation: between the affine layers; there is none after the last.
        W_init: initializer of the weights.

    Parameters: l0, l1, ..., each with W and b, as DeZero names them.

    Raises:
        ValueError: fewer than two sizes; None for another than the first.

    Example:
        >>> import fzero
        >>> params, state = MLP((784, 100, 10)).init(fzero.random.key(0))
        >>> [p["W"].shape for p in params.values()]
        [(784, 100), (100, 10)]
    """
    if len(sizes) < 2 or None in sizes[1:]:
        raise ValueError(
            f"MLP: sizes is {tuple(sizes)}; expected at least two, of the input and the output, "
            "and numbers after the first. Write (None, outputs) to read it from an example."
        )
    layers: dict[str, Any] = {}
    pairs: Any = zip(sizes, sizes[1:], strict=False)
    for i, (inputs, outputs) in enumerate(pairs):
        if i:
            layers[f"activation{i - 1}"] = activation
        layers[f"l{i}"] = Linear(inputs, outputs, W_init=W_init)
    return Sequential(layers)
