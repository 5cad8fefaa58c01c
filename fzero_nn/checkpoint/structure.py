"""Trees as names and JSON: how leaves are called, and how containers come back."""

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

import fzero

from ..damage import Damaged

__all__ = [
    "STRUCTURE",
    "Leaf",
    "Structure",
    "build",
    "decode",
    "encode",
    "kind_of",
    "names",
    "nodes_of",
    "paths",
    "restore",
]

STRUCTURE = "__structure__"
_VERSION = 1
_PYTHON = {t.__name__: t for t in (bool, int, float, complex)}
_KEYS = (str, int, float, bool, type(None))
#: What the name of a ZIP entry cannot hold: NUL, a backslash (on Windows), halves of surrogates.
_UNFIT = re.compile("[\0\\\\\ud800-\udfff]")
_LONGEST = 16_000  # characters; 65,535 bytes are the limit


class Leaf(NamedTuple):
    """What the structure says of a leaf."""

    entry: str
    kind: str
    dtype: str
    shape: tuple[int, ...]
    crc: int

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


class Structure(NamedTuple):
    """The content of the entry `__structure__`."""

    nodes: list[Any]
    leaves: list[Leaf]
    note: dict[str, Any]


def encode(structure: Structure) -> np.ndarray:
    """The structure as bytes of JSON, which `numpy.load` gives back by `.item()`."""
    fields = {"version": _VERSION, **structure._asdict()}
    return np.array(json.dumps(fields, separators=(",", ":")).encode())


def decode(text: np.ndarray) -> Structure:
    """The structure that `encode` wrote.

    Raises:
        Damaged: a later version wrote it, or entries are named twice.
    """
    fields = json.loads(text.item())
    if fields["version"] != _VERSION:
        raise Damaged(f"it has version {fields['version']!r} of the format, not {_VERSION}")
    leaves = [Leaf(e, k, d, tuple(s), c) for e, k, d, s, c in fields["leaves"]]
    if len({leaf.entry for leaf in leaves}) < len(leaves):
        raise Damaged("two leaves have one entry")
    return Structure(fields["nodes"], leaves, dict(fields["note"]))


def names(tree: Any) -> list[str]:
    """The entry of each leaf: its path, marked ~1, ~2, ... where two paths read alike."""
    found: dict[str, None] = {}
    marks: dict[str, int] = {}
    for text in paths(tree):
        name = base = _UNFIT.sub("_", text)[:_LONGEST] or "leaf"
        while name in found or name == STRUCTURE:
            marks[base] = marks.get(base, 0) + 1
            name = f"{base}~{marks[base]}"
        found[name] = None
    return list(found)


def paths(tree: Any) -> list[str]:
    """The path of each leaf, as in `layers/0/W`."""
    found = fzero.tree.leaves_with_path(tree)
    return [fzero.tree.keystr(path, simple=True, separator="/") for path, _ in found]


def nodes_of(tree: Any) -> list[Any]:
    """The containers in preorder: None for a leaf, else kind and keys (or number of children)."""
    nodes, stack = [], [tree]
    while stack:
        x = stack.pop()
        pairs, treedef = fzero.tree.flatten_with_path(x, is_leaf=lambda y, x=x: y is not x)
        if treedef.is_leaf:
            nodes.append(None)
            continue
        nodes.append(_node(x, [path[0] for path, _ in pairs]))
        stack += [child for _, child in reversed(pairs)]
    return nodes


def _node(x: Any, keys: list[Any]) -> list[Any]:
    if x is None or type(x) in (list, tuple):
        return [type(x).__name__, len(keys)]
    if not isinstance(x, dict):
        return ["fields", [fzero.tree.keystr((key,), simple=True) for key in keys]]
    wrong = [key.key for key in keys if type(key.key) not in _KEYS]
    if wrong:
        raise TypeError(
            f"save: tree is a dictionary with keys {wrong}; expected str, int, float, bool or "
            "None. Name the entries by strings."
        )
    return ["dict", [key.key for key in keys]]


def build(nodes: list[Any], leaves: Iterable[Any]) -> Any:
    """The tree of these containers, from its end: children are ready before their parent."""
    pending, stack = list(leaves), []
    for node in reversed(nodes):
        if node is None:
            stack.append(pending.pop())
            continue
        kind, keys = node
        count = keys if isinstance(keys, int) else len(keys)
        children = [stack.pop() for _ in range(count)]
        stack.append(_container(kind, keys, children))
    if pending or len(stack) != 1:
        raise Damaged("the numbers of nodes and leaves differ")
    return stack[0]


def _container(kind: str, keys: Any, children: list[Any]) -> Any:
    if kind in ("dict", "fields"):
        return fzero.FrozenDict(zip(keys, children, strict=True))
    return {"list": list, "tuple": tuple, "NoneType": lambda _: None}[kind](children)


def kind_of(x: Any) -> str:
    """The name of a Python number's type, which loading gives back; else "array"."""
    return type(x).__name__ if type(x) in _PYTHON.values() else "array"


def restore(array: np.ndarray, kind: str) -> Any:
    """The leaf of this kind whose value is `array`."""
    return array if kind == "array" else _PYTHON[kind](array.item())
