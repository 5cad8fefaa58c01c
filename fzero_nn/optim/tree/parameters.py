"""Maps over what a state keeps for each parameter."""

from collections.abc import Callable
from typing import Any

import fzero

__all__ = ["Placeholder", "map_params"]


@fzero.tree.register_pytree_node_class
class Placeholder:
    """A tree of parameters without leaves, which marks where a state keeps such trees."""

    def tree_flatten(self) -> tuple[tuple[()], None]:
        return (), None

    @classmethod
    def tree_unflatten(cls, aux_data: None, children: Any) -> "Placeholder":
        return cls()


def map_params(
    initable: Any,
    f: Callable[..., Any],
    state: Any,
    /,
    *rest: Any,
    transform_non_params: Callable[[Any], Any] | None = None,
    is_leaf: Callable[[Any], bool] | None = None,
) -> Any:
    """Apply a function to what a state keeps for each parameter, such as moments.

    Args:
        initable: an optimizer, or its `init`.
        f: takes a leaf of the state and what each of `rest` has for this parameter.
        state: a state of the optimizer.
        rest: trees of the structure of the parameters.
        transform_non_params: takes the other leaves, such as counts; None leaves them.
        is_leaf: x -> bool; a node of such trees for which it is true counts as a leaf, as for
            the `MaskedNode` of `masked`.

    Returns:
        A state of the same structure, frozen.

    Example:
        >>> from fzero_nn.optim import trace
        >>> t, params = trace(0.9), {"W": 1.0}
        >>> map_params(t, lambda m, name: name, t.init(params), {"W": "of W"})
        TraceState(trace=FrozenDict({'W': 'of W'}))
    """
    marked = getattr(initable, "init", initable)(Placeholder())

    def mapped(mark: Any, value: Any) -> Any:
        if isinstance(mark, Placeholder):
            return fzero.tree.map(f, value, *rest, is_leaf=is_leaf)
        return value if transform_non_params is None else transform_non_params(value)

    new = fzero.tree.map(mapped, marked, state, is_leaf=lambda x: isinstance(x, Placeholder))
    return fzero.freeze(new)
