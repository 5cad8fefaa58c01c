"""The leaves of a tree together with their paths."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .keys import KeyPath
from .kinds import KINDS, leaf_value
from .matching import steps
from .treedef import IsLeaf, TreeDef, flatten_up_to, structure, unflatten

__all__ = ["flatten_with_path", "leaves_with_path", "map_with_path"]


def flatten_with_path(
    tree: Any, is_leaf: IsLeaf = None
) -> tuple[list[tuple[KeyPath, Any]], TreeDef]:
    """Take a tree apart into pairs of path and leaf, and its structure.

    Args:
        tree: any object.
        is_leaf: `x -> bool`; a node for which it is true counts as a leaf.

    Returns:
        The pairs in order, each path a tuple of keys, and the structure.

    Example:
        >>> pairs, _ = flatten_with_path({"a": [1, 2]})
        >>> [("".join(str(key) for key in path), x) for path, x in pairs]
        [("['a'][0]", 1), ("['a'][1]", 2)]
    """
    treedef = structure(tree, is_leaf)
    pairs: list[tuple[KeyPath, Any]] = []
    stack: list[tuple[KeyPath, Any]] = [((), tree)]
    for node in treedef.nodes:
        path, x = stack.pop()
        if node is None:
            pairs.append((path, leaf_value(x)))
        else:
            stack += steps(path, x, node, KINDS[node[0]].flatten(x)[0])
    return pairs, treedef


def leaves_with_path(tree: Any, is_leaf: IsLeaf = None) -> list[tuple[KeyPath, Any]]:
    """Return pairs of path and leaf, in order.

    Args:
        tree: any object.
        is_leaf: `x -> bool`; a node for which it is true counts as a leaf.

    Example:
        >>> leaves_with_path({"a": 5})
        [((DictKey(key='a'),), 5)]
    """
    return flatten_with_path(tree, is_leaf)[0]


def map_with_path(f: Callable[..., Any], tree: Any, *rest: Any, is_leaf: IsLeaf = None) -> Any:
    """Apply a function to every leaf and its path.

    Args:
        f: takes the path, a leaf of `tree`, and what each of `rest` has at that place.
        tree: the tree that gives the structure.
        rest: trees that have at least that structure.
        is_leaf: `x -> bool`; a node of `tree` for which it is true counts as a leaf.

    Returns:
        A tree of the structure of `tree`.

    Raises:
        ValueError: a tree of `rest` has another structure; every place is named.

    Example:
        >>> map_with_path(lambda path, x: (len(path), x), {"a": [7]})
        {'a': [(2, 7)]}
    """
    pairs, treedef = flatten_with_path(tree, is_leaf)
    others = [flatten_up_to(treedef, r, "map_with_path", f"rest[{i}]") for i, r in enumerate(rest)]
    return unflatten(treedef, [f(*pair, *xs) for pair, *xs in zip(pairs, *others, strict=True)])
