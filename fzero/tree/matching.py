"""Whether a tree fits a structure, and a description of every place where it does not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .frozen import FrozenDict
from .keys import KeyPath, keystr
from .kinds import KINDS, Kind

__all__ = ["children_like", "mismatches", "steps"]

_DICTS = (dict, FrozenDict)


def children_like(node: tuple, x: Any) -> Sequence | None:
    """Return the children of x in the node's order, or None if x is not such a node."""
    kind, aux, n = node
    cls = type(x)
    if cls in _DICTS and kind in _DICTS:
        # By key, so that neither the kind of dictionary nor the order of insertion matters.
        same = len(x) == n and all([key in x for key in aux])
        return [x[key] for key in aux] if same else None
    if cls is not kind:
        return None
    children, other = KINDS[cls].flatten(x)
    return children if len(children) == n and other == aux else None


def steps(path: KeyPath, x: Any, node: tuple, children: Sequence) -> list[tuple[KeyPath, Any]]:
    """Return the children with their paths, last first, as a stack wants them."""
    cls, aux, n = node
    keys = KINDS[cls].keys(x, aux, n)
    return [((*path, k), c) for k, c in zip(keys, children, strict=True)][::-1]


def mismatches(nodes: tuple, tree: Any, argument: str) -> list[str]:
    """Return a sentence for every place where the tree does not fit the structure's nodes."""
    found = []
    stack: list[tuple[KeyPath, Any]] = [((), tree)]
    skip = 0  # subtrees of the structure left to pass over, below a mismatch
    for node in nodes:
        n = 0 if node is None else node[2]
        if skip:
            skip += n - 1
            continue
        path, x = stack.pop()
        if node is None:
            continue
        children = children_like(node, x)
        if children is None:
            got, wanted = _difference(node, x)
            found.append(f"{argument}{keystr(path)} is {got}; expected {wanted}.")
            skip = n
        else:
            stack += steps(path, x, node, children)
    return found


def _difference(node: tuple, x: Any) -> tuple[str, str]:
    kind, aux, n = node
    cls = type(x)
    if cls in _DICTS and kind in _DICTS:
        missing = [key for key in aux if key not in x]
        extra = [key for key in x if key not in aux]
        problems = [f"without {missing}"] * bool(missing) + [f"with {extra}"] * bool(extra)
        return f"a {cls.__name__} {' and '.join(problems)}", f"the keys {list(aux)}"
    if not isinstance(KINDS[cls], Kind):
        return f"a leaf of type {cls.__name__}", _describe(kind, aux, n)
    children, other = KINDS[cls].flatten(x)
    return _describe(cls, other, len(children)), _describe(kind, aux, n)


def _describe(cls: type, aux: Any, n: int) -> str:
    if cls is type(None):
        return "None"
    about = "" if aux is None else f" with {aux!r}"
    return f"a {cls.__name__} of {n}{about}"
