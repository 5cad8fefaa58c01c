"""Reading and replacing parts of a state by their names."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import fzero
from fzero.tree import DictKey, KeyPath

__all__ = ["NamedTupleKey", "get", "get_all_with_path", "set"]

#: (path, value) -> whether the value is meant.
Filter = Callable[[KeyPath, Any], bool]


@dataclasses.dataclass(frozen=True, slots=True)
class NamedTupleKey:
    """The step of a path into a named tuple, which tells states apart.

    Attributes:
        tuple_name: the name of its class, such as "ScaleByAdamState".
        name: the field.
    """

    tuple_name: str
    name: str

    def __str__(self) -> str:
        return f"{self.tuple_name}.{self.name}"


def get_all_with_path(
    tree: Any, key: Any, filtering: Filter | None = None
) -> list[tuple[KeyPath, Any]]:
    """Find all values of a name, at any depth.

    Args:
        tree: a pytree, such as the state of an optimizer.
        key: a field of named tuples, a key of dictionaries, or the name of a named tuple's class.
        filtering: (path, value) -> whether to take it; None takes all.

    Returns:
        Pairs of a path and a value. A path is a tuple of keys as those of `fzero.tree`, with
        `NamedTupleKey` for fields; `fzero.tree.keystr` writes it.

    Example:
        >>> from fzero_nn.optim import adam
        >>> [(path, count)] = get_all_with_path(adam(0.1).init(1.0), "count")
        >>> fzero.tree.keystr(path), int(count)
        ('[0]ScaleByAdamState.count', 0)
    """
    return [
        (path, node)
        for path, node in _walk(tree)
        if key in _names(path, node) and (filtering is None or filtering(path, node))
    ]


def get(tree: Any, key: Any, default: Any = None, filtering: Filter | None = None) -> Any:
    """The value of a name, at any depth.

    Args:
        tree, key, filtering: as in `get_all_with_path`.
        default: what to return if there is none.

    Raises:
        KeyError: there are several; their paths are named.

    Example:
        >>> from fzero_nn.optim import adam
        >>> int(get(adam(0.1).init(1.0), "count"))
        0
    """
    found = get_all_with_path(tree, key, filtering)
    if len(found) > 1:
        paths = ", ".join(fzero.tree.keystr(path) for path, _ in found)
        raise KeyError(
            f"get: {key!r} stands at {paths}; expected it once. "
            "Choose with filtering=lambda path, value: ..., or use get_all_with_path."
        )
    return found[0][1] if found else default


def set(tree: Any, filtering: Filter | None = None, /, **kwargs: Any) -> Any:
    """A tree with other values for some names.

    Args:
        tree: a pytree.
        filtering: (path, value) -> whether to replace it; None replaces all of the name.
        **kwargs: name -> new value, with names as in `get_all_with_path`.

    Returns:
        A new tree, frozen.

    Raises:
        KeyError: there are names without a value to replace.

    Example:
        >>> from fzero_nn.optim import sgd, inject_hyperparams
        >>> state = inject_hyperparams(sgd)(0.5).init(1.0)
        >>> set(state, learning_rate=0.25).hyperparams
        FrozenDict({'learning_rate': 0.25})
    """
    missing = [key for key in kwargs if not get_all_with_path(tree, key, filtering)]
    if missing:
        raise KeyError(
            f"set: {missing} stand nowhere in the tree, or the filter takes none of them; expected "
            "names of fields, keys or named tuples. See get_all_with_path."
        )

    def replaced(path: KeyPath, node: Any) -> Any:
        for name in _names(path, node):
            if name in kwargs and (filtering is None or filtering(path, node)):
                return kwargs[name]
        children = _children(node)
        if not children:
            return node
        treedef = fzero.tree.structure(node, is_leaf=lambda x: x is not node)
        parts = [replaced((*path, key), child) for key, child in children]
        return fzero.tree.unflatten(treedef, parts)

    return fzero.freeze(replaced((), tree))


def _walk(tree: Any) -> Iterator[tuple[KeyPath, Any]]:
    """Every node and leaf with its path, parents first."""
    stack: list[tuple[KeyPath, Any]] = [((), tree)]
    while stack:
        path, node = stack.pop()
        yield path, node
        stack += [((*path, key), child) for key, child in reversed(_children(node))]


def _children(node: Any) -> list[tuple[Any, Any]]:
    """Pairs of a key and a child; none for a leaf."""
    found = fzero.tree.leaves_with_path(node, is_leaf=lambda x: x is not node)
    steps = [(path[0], child) for path, child in found if path]
    if not _is_named_tuple(node):
        return steps
    return [(NamedTupleKey(type(node).__name__, key.name), child) for key, child in steps]


def _names(path: KeyPath, node: Any) -> list[Any]:
    """What a node can be found by."""
    names = [type(node).__name__] if _is_named_tuple(node) else []
    last = path[-1] if path else None
    if isinstance(last, NamedTupleKey):
        names.append(last.name)
    return [*names, last.key] if isinstance(last, DictKey) else names


def _is_named_tuple(x: Any) -> bool:
    return isinstance(x, tuple) and hasattr(x, "_fields")
