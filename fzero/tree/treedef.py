"""Structures: a tree taken apart into leaves and a TreeDef, and put together again."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable
from typing import Any

from .kinds import KINDS, Kind, Read, leaf_value
from .matching import children_like, mismatches

__all__ = ["IsLeaf", "TreeDef", "flatten", "flatten_up_to", "leaves", "structure", "unflatten"]

IsLeaf = Callable[[Any], bool] | None

_CYCLE_CHECK = 1 << 17  # a tree with more nodes than this is checked, once, for holding itself
_SHOWN = 5  # mismatches listed in an error


class TreeDef:
    """The structure of a pytree: immutable, comparable, hashable when keys and aux data are.

    Example:
        >>> structure({"a": 1, "b": (2, None)})
        {'a': *, 'b': (*, None)}
    """

    __slots__ = ("nodes", "num_leaves")

    nodes: tuple[tuple | None, ...]
    """In preorder: None for a leaf, (type, aux, number of children) for a node."""
    num_leaves: int
    """How many leaves a tree of this structure has."""

    def __init__(self, nodes: Iterable[tuple | None]) -> None:
        nodes = tuple(nodes)
        _set_nodes(self, nodes)
        _set_num_leaves(self, nodes.count(None))

    def __setattr__(self, name: str, *value: Any) -> None:
        raise AttributeError(
            f"TreeDef: {name} is read-only; expected a read. Build another structure instead."
        )

    __delattr__ = __setattr__  # type: ignore[assignment]

    @property
    def num_nodes(self) -> int:
        """How many nodes a tree of this structure has, leaves included."""
        return len(self.nodes)

    @property
    def is_leaf(self) -> bool:
        """Whether a tree of this structure is a single leaf."""
        return self.nodes == (None,)

    def children(self) -> list[TreeDef]:
        """Return the structures of the root's children."""
        starts = [1]
        pending = 1
        for i, node in enumerate(self.nodes[1:], 2):
            pending += (node[2] if node else 0) - 1
            if pending == 0:
                starts.append(i)
                pending = 1
        return [TreeDef(self.nodes[a:b]) for a, b in itertools.pairwise(starts)]

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """Return the tree of this structure with these leaves."""
        return unflatten(self, leaves)

    def flatten_up_to(self, tree: Any) -> list[Any]:
        """Return the subtrees of `tree` that stand where this structure has leaves."""
        return flatten_up_to(self, tree, "TreeDef.flatten_up_to", "tree")

    def __eq__(self, other: object) -> bool:
        return self.nodes == other.nodes if type(other) is TreeDef else NotImplemented

    def __hash__(self) -> int:
        return hash(self.nodes)

    def __reduce__(self) -> tuple:
        return TreeDef, (self.nodes,)

    def __repr__(self) -> str:
        stack: list[str] = []
        for node in reversed(self.nodes):
            if node is None:
                stack.append("*")
            else:
                kind, aux, n = node
                stack.append(KINDS[kind].show(aux, _take(stack, n)))
        return stack[0]


# The slots' own setters: they pass by the __setattr__ that refuses, and cost no call of Python.
_set_nodes = TreeDef.nodes.__set__  # type: ignore[attr-defined]
_set_num_leaves = TreeDef.num_leaves.__set__  # type: ignore[attr-defined]
_LEAF = TreeDef((None,))


def _take(stack: list, n: int) -> list:
    """Pop n items, the latest first."""
    if not n:
        return []
    items = stack[: -n - 1 : -1]
    del stack[-n:]
    return items


def flatten(tree: Any, is_leaf: IsLeaf = None) -> tuple[list[Any], TreeDef]:
    """Take a tree apart into its leaves and its structure.

    Args:
        tree: any object.
        is_leaf: `x -> bool`; a node for which it is true counts as a leaf.

    Returns:
        The leaves in order, and the structure that `unflatten` takes.

    Raises:
        ValueError: the tree holds itself.

    Example:
        >>> flatten({"b": 2, "a": [1]})
        ([1, 2], {'a': [*], 'b': *})
    """
    kinds = KINDS
    if kinds[type(tree)] is None:
        return [tree], _LEAF
    found: list[Any] = []
    nodes: list[tuple | None] = []
    stack = [tree]
    limit = _CYCLE_CHECK
    while stack:
        x = stack.pop()
        cls = type(x)
        kind = kinds[cls]
        if kind is None or (is_leaf is not None and is_leaf(x)):
            found.append(x)
            nodes.append(None)
        elif kind.__class__ is Read:
            found.append(kind.value(x))
            nodes.append(None)
        else:
            children, aux = kind.flatten(x)
            nodes.append((cls, aux, len(children)))
            stack += children[::-1]
            if len(nodes) > limit:
                _refuse_cycle(tree, is_leaf)
                limit = sys.maxsize
    return found, TreeDef(nodes)


def _refuse_cycle(tree: Any, is_leaf: IsLeaf) -> None:
    stack, ancestors = [(tree, False)], set()
    while stack:
        x, leaving = stack.pop()
        kind = KINDS[type(x)]
        if leaving:
            ancestors.remove(id(x))
        elif isinstance(kind, Kind) and not (is_leaf is not None and is_leaf(x)):
            if id(x) in ancestors:
                raise ValueError(
                    f"flatten: tree is a {type(x).__name__} that holds itself; expected a finite "
                    "tree. Remove the reference, or make it a leaf with is_leaf."
                )
            ancestors.add(id(x))
            stack.append((x, True))  # also keeps x alive, so that its id stays its own
            stack += [(child, False) for child in kind.flatten(x)[0]]


def unflatten(treedef: TreeDef, leaves: Iterable[Any]) -> Any:
    """Put a tree together from its structure and its leaves.

    Args:
        treedef: a structure, from `flatten` or `structure`.
        leaves: as many objects as the structure has leaves, in order.

    Returns:
        The tree.

    Raises:
        ValueError: there are too many or too few leaves.

    Example:
        >>> unflatten(structure({"a": 0, "b": [0]}), [1, 2])
        {'a': 1, 'b': [2]}
    """
    pending = list(leaves)
    if len(pending) != treedef.num_leaves:
        raise ValueError(
            f"unflatten: leaves is {len(pending)} objects; expected {treedef.num_leaves} for "
            f"{_short(treedef)}. Take the structure of the tree the leaves came from."
        )
    if treedef is _LEAF:
        return pending[0]
    kinds = KINDS
    stack: list[Any] = []
    for node in reversed(treedef.nodes):
        if node is None:
            stack.append(pending.pop())
        else:
            cls, aux, n = node
            stack.append(kinds[cls].build(aux, _take(stack, n)))
    return stack[0]


def leaves(tree: Any, is_leaf: IsLeaf = None) -> list[Any]:
    """Return the leaves of a tree, in order.

    Args:
        tree: any object.
        is_leaf: `x -> bool`; a node for which it is true counts as a leaf.

    Example:
        >>> leaves({"b": 2, "a": [1, None]})
        [1, 2]
    """
    return flatten(tree, is_leaf)[0]


def structure(tree: Any, is_leaf: IsLeaf = None) -> TreeDef:
    """Return the structure of a tree.

    Args:
        tree: any object.
        is_leaf: `x -> bool`; a node for which it is true counts as a leaf.

    Example:
        >>> structure((1, [2, None]))
        (*, [*, None])
    """
    return flatten(tree, is_leaf)[1]


def flatten_up_to(treedef: TreeDef, tree: Any, function: str, argument: str) -> list[Any]:
    """Return the subtrees of `tree` that stand where the structure has leaves.

    Args:
        treedef: the structure of the upper part of `tree`.
        tree: the tree.
        function, argument: the names an error gives to the caller and to `tree`.

    Raises:
        ValueError: the tree does not fit; up to five places are named.

    Example:
        >>> flatten_up_to(structure([0, 0]), [(1, 2), 3], "f", "x")
        [(1, 2), 3]
    """
    if treedef is _LEAF:
        return [leaf_value(tree)]
    found: list[Any] = []
    stack = [tree]
    for node in treedef.nodes:
        x = stack.pop()
        if node is None:
            found.append(leaf_value(x))
            continue
        children = children_like(node, x)
        if children is None:
            raise ValueError(_mismatch_error(treedef, tree, function, argument))
        stack += children[::-1]
    return found


def _mismatch_error(treedef: TreeDef, tree: Any, function: str, argument: str) -> str:
    first, *others = mismatches(treedef.nodes, tree, argument)
    more = len(others) + 1 - _SHOWN
    return "\n".join(
        [
            f"{function}: {first} Compare the two with fzero.tree.structure.",
            *others[: _SHOWN - 1],
            *([f"... and {more} more."] if more > 0 else []),
            f"got structure:      {_short(structure(tree))}",
            f"expected structure: {_short(treedef)}",
        ]
    )


def _short(treedef: TreeDef, width: int = 1000) -> str:
    text = repr(treedef)
    return text if len(text) <= width else f"{text[:width]}..."
