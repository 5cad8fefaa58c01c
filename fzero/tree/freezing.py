"""Freezing: a tree that nobody changes by accident."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from typing import Any

from .frozen import FrozenDict
from .treedef import TreeDef, flatten, unflatten

__all__ = ["freeze", "frozen", "unfreeze"]


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
    return frozen(treedef, found)


def frozen(treedef: TreeDef, leaves: Iterable[Any]) -> Any:
    """`freeze` of the tree that `unflatten` would give."""
    return unflatten(_with_dicts(treedef, FrozenDict), [_read_only(x) for x in leaves])


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
    others = (dict, OrderedDict, defaultdict) if cls is FrozenDict else (FrozenDict,)
    if not any([node is not None and node[0] in others for node in treedef.nodes]):
        return treedef

    def convert(node: tuple | None) -> tuple | None:
        if node is None or node[0] not in others:
            return node
        kind, aux, n = node
        return cls, aux[1] if kind is defaultdict else aux, n

    return TreeDef(convert(node) for node in treedef.nodes)


def _read_only(x: Any) -> Any:
    # By its flags rather than by its type: this file knows no array library.
    if not getattr(getattr(x, "flags", None), "writeable", False):
        return x
    view = x.view()
    view.flags.writeable = False
    return view
