"""Pytrees: nested containers seen as a list of leaves and a structure.

Nodes are dict, FrozenDict, OrderedDict, defaultdict, list, tuple, named tuples, None (a node
without leaves) and the types registered here. Anything else is a leaf, unregistered subclasses of
dict, list and tuple included. Dictionary entries are ordered by key (by type name, then value, if
the keys do not compare; by insertion if that fails too), an OrderedDict's always by insertion.

Every walk is a loop over an explicit stack, so the depth of a tree is bounded by memory alone.
"""

from __future__ import annotations

import builtins
import functools
import sys
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from fzero.frozen import FrozenDict
from fzero.nodes import (
    KINDS,
    DictKey,
    FlattenedIndexKey,
    GetAttrKey,
    KeyPath,
    SequenceKey,
    register_dataclass,
    register_pytree_node,
    register_pytree_node_class,
    register_pytree_with_keys,
    register_pytree_with_keys_class,
    register_static,
)

__all__ = [
    "DictKey",
    "FlattenedIndexKey",
    "FrozenDict",
    "GetAttrKey",
    "KeyPath",
    "Partial",
    "SequenceKey",
    "TreeDef",
    "all",
    "all_leaves",
    "broadcast",
    "broadcast_prefix",
    "flatten",
    "flatten_with_path",
    "freeze",
    "keystr",
    "leaves",
    "leaves_with_path",
    "map",
    "map_with_path",
    "reduce",
    "register_dataclass",
    "register_pytree_node",
    "register_pytree_node_class",
    "register_pytree_with_keys",
    "register_pytree_with_keys_class",
    "register_static",
    "structure",
    "transpose",
    "unflatten",
    "unfreeze",
]

IsLeaf = Callable[[Any], bool] | None

_DICTS = (dict, FrozenDict)
_CYCLE_CHECK = 1 << 17  # a tree with more nodes than this is checked, once, for holding itself
_SHOWN = 5  # mismatches listed in an error
_no_value = object()


class TreeDef:
    """The structure of a pytree: immutable, comparable, hashable when keys and aux data are.

    Example:
        >>> structure({"a": 1, "b": (2, None)})
        {'a': *, 'b': (*, None)}
    """

    # In preorder: None for a leaf, (type, aux, number of children) for a node.
    __slots__ = ("_nodes", "_num_leaves")

    _nodes: tuple
    _num_leaves: int

    def __init__(self, nodes: Iterable[tuple | None]) -> None:
        nodes = tuple(nodes)
        _set_nodes(self, nodes)
        _set_num_leaves(self, nodes.count(None))

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            f"TreeDef: {name} is read-only; expected a read. Build another structure instead."
        )

    __delattr__ = __setattr__  # type: ignore[assignment]

    @property
    def num_leaves(self) -> int:
        """How many leaves a tree of this structure has."""
        return self._num_leaves

    @property
    def num_nodes(self) -> int:
        """How many nodes a tree of this structure has, leaves included."""
        return len(self._nodes)

    @property
    def is_leaf(self) -> bool:
        """Whether a tree of this structure is a single leaf."""
        return self._nodes == (None,)

    def children(self) -> list[TreeDef]:
        """Return the structures of the root's children."""
        starts = [1]
        pending = 1
        for i, node in enumerate(self._nodes[1:], 2):
            pending += (node[2] if node else 0) - 1
            if pending == 0:
                starts.append(i)
                pending = 1
        return [TreeDef(self._nodes[a:b]) for a, b in zip(starts, starts[1:], strict=False)]

    def unflatten(self, leaves: Iterable[Any]) -> Any:
        """Return the tree of this structure with these leaves."""
        return unflatten(self, leaves)

    def flatten_up_to(self, tree: Any) -> list[Any]:
        """Return the subtrees of `tree` that stand where this structure has leaves."""
        return _flatten_up_to(self, tree, "TreeDef.flatten_up_to", "tree")

    def __eq__(self, other: object) -> bool:
        return self._nodes == other._nodes if type(other) is TreeDef else NotImplemented

    def __hash__(self) -> int:
        return hash(self._nodes)

    def __reduce__(self) -> tuple:
        return TreeDef, (self._nodes,)

    def __repr__(self) -> str:
        stack: list[str] = []
        for node in reversed(self._nodes):
            if node is None:
                stack.append("*")
            else:
                kind, aux, n = node
                stack.append(KINDS[kind].show(aux, _take(stack, n)))
        return stack[0]


# The slots' own setters: they pass by the __setattr__ that refuses, and cost no call of Python.
_set_nodes = TreeDef._nodes.__set__  # type: ignore[attr-defined]
_set_num_leaves = TreeDef._num_leaves.__set__  # type: ignore[attr-defined]
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
        elif kind is not None and not (is_leaf is not None and is_leaf(x)):
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
    if len(pending) != treedef._num_leaves:
        raise ValueError(
            f"unflatten: leaves is {len(pending)} objects; expected {treedef._num_leaves} for "
            f"{_short(treedef)}. Take the structure of the tree the leaves came from."
        )
    if treedef is _LEAF:
        return pending[0]
    kinds = KINDS
    stack: list[Any] = []
    for node in reversed(treedef._nodes):
        if node is None:
            stack.append(pending.pop())
        else:
            cls, aux, n = node
            if n:
                children = stack[: -n - 1 : -1]
                del stack[-n:]
            else:
                children = []
            stack.append(kinds[cls].build(aux, children))
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
    others = [_flatten_up_to(treedef, r, "map", f"rest[{i}]") for i, r in enumerate(rest)]
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
    subtrees = _flatten_up_to(outer, tree, "transpose", "tree")
    if inner is None:
        if not subtrees:
            raise ValueError(
                f"transpose: inner is None with outer {outer}, which has no leaf; "
                "expected a structure. Pass fzero.tree.structure of one lower part."
            )
        inner = structure(subtrees[0])
    rows = [_flatten_up_to(inner, s, "transpose", f"subtree {i}") for i, s in enumerate(subtrees)]
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
    subtrees = _flatten_up_to(treedef, tree, function, "tree")
    pairs = zip(values, subtrees, strict=True)
    return [value for value, subtree in pairs for _ in leaves(subtree)]


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
        >>> [(keystr(path), x) for path, x in flatten_with_path({"a": [1, 2]})[0]]
        [("['a'][0]", 1), ("['a'][1]", 2)]
    """
    treedef = structure(tree, is_leaf)
    pairs: list[tuple[KeyPath, Any]] = []
    stack: list[tuple[KeyPath, Any]] = [((), tree)]
    for node in treedef._nodes:
        path, x = stack.pop()
        if node is None:
            pairs.append((path, x))
        else:
            stack += _steps(path, x, node, KINDS[node[0]].flatten(x)[0])
    return pairs, treedef


def _steps(path: KeyPath, x: Any, node: tuple, children: Sequence) -> list[tuple[KeyPath, Any]]:
    """Return the paths of the children with the children, last first, as a stack wants them."""
    cls, aux, n = node
    keys = KINDS[cls].keys(x, aux, n)
    return [((*path, k), c) for k, c in zip(keys, children, strict=True)][::-1]


def leaves_with_path(tree: Any, is_leaf: IsLeaf = None) -> list[tuple[KeyPath, Any]]:
    """Return pairs of path and leaf, in order.

    Args:
        tree: any object.
        is_leaf: `x -> bool`; a node for which it is true counts as a leaf.

    Example:
        >>> leaves_with_path((5,))
        [((SequenceKey(idx=0),), 5)]
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
        >>> map_with_path(lambda path, x: f"{keystr(path)}={x}", {"a": [1]})
        {'a': ["['a'][0]=1"]}
    """
    pairs, treedef = flatten_with_path(tree, is_leaf)
    others = [
        _flatten_up_to(treedef, r, "map_with_path", f"rest[{i}]") for i, r in enumerate(rest)
    ]
    return unflatten(
        treedef, [f(*pair, *xs) for pair, *xs in zip(pairs, *others, strict=True)]
    )


def keystr(path: KeyPath, *, simple: bool = False, separator: str = "") -> str:
    """Write a path as the Python that follows it.

    Args:
        path: a tuple of keys.
        simple: write only the names, without brackets, quotes and dots.
        separator: what to put between keys.

    Example:
        >>> path = (DictKey("a"), SequenceKey(0), GetAttrKey("W"))
        >>> keystr(path), keystr(path, simple=True, separator="/")
        ("['a'][0].W", 'a/0/W')
    """
    return separator.join(_simple(key) if simple else str(key) for key in path)


def _simple(key: Any) -> str:
    for name in ("key", "idx", "name"):
        if hasattr(key, name):
            return str(getattr(key, name))
    return str(key)


def _flatten_up_to(treedef: TreeDef, tree: Any, function: str, argument: str) -> list[Any]:
    if treedef is _LEAF:
        return [tree]
    found: list[Any] = []
    stack = [tree]
    for node in treedef._nodes:
        x = stack.pop()
        if node is None:
            found.append(x)
            continue
        children = _children_like(node, x)
        if children is None:
            raise ValueError(_mismatch_error(treedef, tree, function, argument))
        stack += children[::-1]
    return found


def _children_like(node: tuple, x: Any) -> Sequence | None:
    """Return the children of x in the node's order, or None if x is not such a node."""
    kind, aux, n = node
    cls = type(x)
    if cls in _DICTS and kind in _DICTS:
        # By key, so that neither the kind of dictionary nor the order of insertion matters.
        same = len(x) == n and builtins.all([key in x for key in aux])
        return [x[key] for key in aux] if same else None
    if cls is not kind:
        return None
    children, other = KINDS[cls].flatten(x)
    return children if len(children) == n and other == aux else None


def _mismatch_error(treedef: TreeDef, tree: Any, function: str, argument: str) -> str:
    found = []
    stack: list[tuple[KeyPath, Any]] = [((), tree)]
    skip = 0  # subtrees of the structure left to pass over, below a mismatch
    for node in treedef._nodes:
        n = 0 if node is None else node[2]
        if skip:
            skip += n - 1
            continue
        path, x = stack.pop()
        if node is None:
            continue
        children = _children_like(node, x)
        if children is None:
            got, wanted = _difference(node, x)
            found.append(f"{argument}{keystr(path)} is {got}; expected {wanted}.")
            skip = n
        else:
            stack += _steps(path, x, node, children)
    more = [f"... and {len(found) - _SHOWN} more mismatches."] if len(found) > _SHOWN else []
    return "\n".join([
        f"{function}: {found[0]} Compare the two with fzero.tree.structure.",
        *found[1:_SHOWN],
        *more,
        f"got structure:      {_short(structure(tree))}",
        f"expected structure: {_short(treedef)}",
    ])


def _difference(node: tuple, x: Any) -> tuple[str, str]:
    kind, aux, n = node
    cls = type(x)
    if cls in _DICTS and kind in _DICTS:
        missing = [key for key in aux if key not in x]
        extra = [key for key in x if key not in aux]
        return f"a {cls.__name__} without {missing} and with {extra}", f"the keys {list(aux)}"
    if KINDS[cls] is None:
        return f"a leaf of type {cls.__name__}", _describe(kind, aux, n)
    children, other = KINDS[cls].flatten(x)
    return _describe(cls, other, len(children)), _describe(kind, aux, n)


def _describe(cls: type, aux: Any, n: int) -> str:
    if cls is type(None):
        return "None"
    about = "" if aux is None else f" with {aux!r}"
    return f"a {cls.__name__} of {n}{about}"


def _short(treedef: TreeDef, width: int = 1000) -> str:
    text = repr(treedef)
    return text if len(text) <= width else f"{text[:width]}..."


def freeze(tree: Any) -> Any:
    """Turn the dictionaries of a tree into FrozenDicts, and arrays into read-only views.

    The caller's own arrays stay writeable; the views share their memory. Lists stay lists, and
    an array that knows no such flag stays as it is.

    Args:
        tree: any object.

    Returns:
        The frozen tree.

    Example:
        >>> freeze({"a": [{"W": 1}]})
        FrozenDict({'a': [FrozenDict({'W': 1})]})
    """
    found, treedef = flatten(tree)
    return unflatten(_with_dicts(treedef, FrozenDict), [_read_only(x) for x in found])


def unfreeze(tree: Any) -> Any:
    """Turn the FrozenDicts of a tree into dicts; the leaves stay as they are.

    Args:
        tree: any object.

    Returns:
        The tree with plain dicts.

    Example:
        >>> unfreeze(FrozenDict(a=FrozenDict(W=1)))
        {'a': {'W': 1}}
    """
    found, treedef = flatten(tree)
    return unflatten(_with_dicts(treedef, dict), found)


def _with_dicts(treedef: TreeDef, cls: type) -> TreeDef:
    frozen = {dict: cls, FrozenDict: cls}
    if cls is FrozenDict:
        frozen |= {OrderedDict: cls, defaultdict: cls}

    def convert(node: tuple | None) -> tuple | None:
        if node is None or node[0] not in frozen:
            return node
        kind, aux, n = node
        return cls, aux[1] if kind is defaultdict else aux, n

    return TreeDef(convert(node) for node in treedef._nodes)


def _read_only(x: Any) -> Any:
    # By its flags rather than by its type: this file knows no array library.
    if not getattr(getattr(x, "flags", None), "writeable", False):
        return x
    view = x.view()
    view.flags.writeable = False
    return view


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
    lambda p: (
        ((GetAttrKey("args"), p.args), (GetAttrKey("keywords"), p.keywords)), p.func
    ),
)
