"""Functions of whole trees: map, reduce, transpose, broadcast."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable, Iterable
from typing import Any

from .keys import GetAttrKey
from .register import register_pytree_node
from .treedef import IsLeaf, TreeDef, flatten, flatten_up_to, leaves, structure, unflatten

__all__ = [
    "Partial",
    "all",
    "all_leaves",
    "broadcast",
    "broadcast_prefix",
    "map",
    "reduce",
    "transpose",
]

_no_value = object()


def all_leaves(iterable: Iterable[Any], is_leaf: IsLeaf = None) -> bool:
    """Return whether every item is a leaf.

    Args:
        iterable: any objects.
        is_leaf: `x -> bool`; a node for which it is true counts as a leaf.

    Example:
        >>> all_leaves([1, "a"]), all_leaves([1, ()])
        (True, False)
    """
    return builtins.all(flatten(x, is_leaf)[1].is_leaf for x in iterable)


def map(f: Callable[..., Any], tree: Any, *rest: Any, is_leaf: IsLeaf = None) -> Any:
    """Apply a function to every leaf, or to the leaves of several trees at one place.

    Args:
        f: takes a leaf of `tree` and what each of `rest` has at that place.
        tree: the tree that gives the structure.
        rest: trees that have at least that structure; dict and FrozenDict match each other.
        is_leaf: `x -> bool`; a node of `tree` for which it is true counts as a leaf.

    Returns:
        A tree of the structure of `tree`.

    Raises:
        ValueError: a tree of `rest` has another structure; every place is named.

    Example:
        >>> map(lambda x, y: x + y, {"a": 1, "b": 2}, {"a": 10, "b": 20})
        {'a': 11, 'b': 22}
    """
    first, treedef = flatten(tree, is_leaf)
    if not rest:
        return unflatten(treedef, [f(x) for x in first])
    others = [flatten_up_to(treedef, r, "map", f"rest[{i}]") for i, r in enumerate(rest)]
    return unflatten(treedef, [f(*xs) for xs in zip(first, *others, strict=True)])


def reduce(
    f: Callable[[Any, Any], Any], tree: Any, initializer: Any = _no_value, is_leaf: IsLeaf = None
) -> Any:
    """Combine the leaves from left to right.

    Args:
        f: `(so far, leaf) -> so far`.
        tree: any object.
        initializer: what to start from; the first leaf by default.
        is_leaf: `x -> bool`; a node for which it is true counts as a leaf.

    Raises:
        ValueError: the tree has no leaf and no initializer is given.

    Example:
        >>> reduce(lambda total, x: total + x, {"a": 1, "b": (2, 3)}, 0)
        6
    """
    found = leaves(tree, is_leaf)
    if initializer is not _no_value:
        return functools.reduce(f, found, initializer)
    if not found:
        raise ValueError(
            f"reduce: tree is {tree!r}, without a leaf; expected one leaf or more. "
            "Pass an initializer."
        )
    return functools.reduce(f, found)


def all(tree: Any, *, is_leaf: IsLeaf = None) -> bool:
    """Return whether every leaf is true.

    Args:
        tree: any object.
        is_leaf: `x -> bool`; a node for which it is true counts as a leaf.

    Example:
        >>> all({"a": True, "b": (1, 0)})
        False
    """
    return builtins.all(leaves(tree, is_leaf))


def transpose(outer: TreeDef, inner: TreeDef | None, tree: Any) -> Any:
    """Turn a tree of trees inside out: outer of inner to inner of outer.

    Args:
        outer: the structure of the upper part of `tree`.
        inner: the structure of each lower part; by default that of the first.
        tree: the tree.

    Returns:
        A tree of structure `inner` whose leaves are trees of structure `outer`.

    Raises:
        ValueError: the tree is not of this structure, or inner is None and outer has no leaf.

    Example:
        >>> transpose(structure([0, 0]), None, [{"a": 1}, {"a": 2}])
        {'a': [1, 2]}
    """
    subtrees = flatten_up_to(outer, tree, "transpose", "tree")
    if inner is None:
        if not subtrees:
            raise ValueError(
                f"transpose: inner is None with outer {outer}, which has no leaf; "
                "expected a structure. Pass fzero.tree.structure of one lower part."
            )
        inner = structure(subtrees[0])
    rows = [flatten_up_to(inner, s, "transpose", f"subtree {i}") for i, s in enumerate(subtrees)]
    columns = [[row[j] for row in rows] for j in range(inner.num_leaves)]
    return unflatten(inner, [unflatten(outer, column) for column in columns])


def broadcast_prefix(prefix: Any, tree: Any, is_leaf: IsLeaf = None) -> list[Any]:
    """Repeat each leaf of a prefix for every leaf below it.

    Args:
        prefix: a tree that agrees with the upper part of `tree`.
        tree: the whole tree.
        is_leaf: `x -> bool`; a node of `prefix` for which it is true counts as a leaf, so
            `lambda x: x is None` lets a None stand for a whole subtree.

    Returns:
        As many objects as `tree` has leaves, in their order.

    Raises:
        ValueError: prefix is not a prefix of tree; every place is named.

    Example:
        >>> broadcast_prefix((0, None), ({"a": 1, "b": 2}, 3), is_leaf=lambda x: x is None)
        [0, 0, None]
    """
    return _broadcast_prefix(prefix, tree, is_leaf, "broadcast_prefix")


def broadcast(prefix: Any, tree: Any, is_leaf: IsLeaf = None) -> Any:
    """Repeat each leaf of a prefix for every leaf below it, as a tree.

    Args:
        prefix: a tree that agrees with the upper part of `tree`.
        tree: the whole tree.
        is_leaf: `x -> bool`; a node of `prefix` for which it is true counts as a leaf.

    Returns:
        A tree of the structure of `tree` with leaves of `prefix`.

    Raises:
        ValueError: prefix is not a prefix of tree; every place is named.

    Example:
        >>> broadcast((0, 1), ({"a": 5, "b": 6}, 7))
        ({'a': 0, 'b': 0}, 1)
    """
    return unflatten(structure(tree), _broadcast_prefix(prefix, tree, is_leaf, "broadcast"))


def _broadcast_prefix(prefix: Any, tree: Any, is_leaf: IsLeaf, function: str) -> list[Any]:
    values, treedef = flatten(prefix, is_leaf)
    subtrees = flatten_up_to(treedef, tree, function, "tree")
    pairs = zip(values, subtrees, strict=True)
    return [value for value, subtree in pairs for _ in leaves(subtree)]


class Partial(functools.partial):
    """A `functools.partial` that is a pytree: the arguments are its leaves.

    Args:
        func: the function, part of the structure.
        args, keywords: the arguments it already has.

    Example:
        >>> map(lambda x: x + 1, Partial(pow, 2))(2)
        9
    """


register_pytree_node(
    Partial,
    lambda p: ((p.args, p.keywords), p.func),
    lambda func, children: Partial(func, *children[0], **children[1]),
    lambda p: (((GetAttrKey("args"), p.args), (GetAttrKey("keywords"), p.keywords)), p.func),
)
