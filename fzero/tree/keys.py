"""Paths into a tree: tuples of keys, and how they are written."""

from __future__ import annotations

import dataclasses
from typing import Any

__all__ = ["DictKey", "FlattenedIndexKey", "GetAttrKey", "KeyPath", "SequenceKey", "keystr"]


@dataclasses.dataclass(frozen=True, slots=True)
class DictKey:
    """The step of a path into a dictionary."""

    key: Any

    def __str__(self) -> str:
        return f"[{self.key!r}]"


@dataclasses.dataclass(frozen=True, slots=True)
class SequenceKey:
    """The step of a path into a list or tuple."""

    idx: int

    def __str__(self) -> str:
        return f"[{self.idx}]"


@dataclasses.dataclass(frozen=True, slots=True)
class GetAttrKey:
    """The step of a path into a named tuple or dataclass."""

    name: str

    def __str__(self) -> str:
        return f".{self.name}"


@dataclasses.dataclass(frozen=True, slots=True)
class FlattenedIndexKey:
    """The step of a path into a registered type that names no keys."""

    key: int

    def __str__(self) -> str:
        return f"[<flat index {self.key}>]"


KeyPath = tuple[Any, ...]


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
