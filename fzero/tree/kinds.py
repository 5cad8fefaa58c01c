"""The kinds of pytree node: how each type comes apart, goes together and names its children."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from .frozen import FrozenDict
from .keys import DictKey, GetAttrKey, SequenceKey

__all__ = ["KINDS", "Kind", "Read", "leaf_value", "read_leaves", "show_fields"]


class Kind(NamedTuple):
    """What the library knows of one node type; `aux` is all of a node but its children."""

    flatten: Callable[[Any], tuple[Sequence, Any]]  # x -> children, aux
    build: Callable[[Any, Sequence], Any]  # aux, children -> x
    keys: Callable[[Any, Any, int], Sequence]  # x, aux, number of children -> keys
    show: Callable[[Any, list[str]], str]  # aux, shown children -> text


class Read:
    """The kind of a leaf that stands for another: `value(x)` is what walks take for it."""

    __slots__ = ("value",)

    def __init__(self, value: Callable[[Any], Any]) -> None:
        self.value = value


class _Kinds(dict):
    """Type -> Kind, or None for a leaf, or Read. A type is classified when it is first seen.

    The match is exact: a subclass of dict, list or tuple is a leaf unless it is registered or is
    a named tuple, because its constructor and its invariants are not known.
    """

    def __missing__(self, cls: type) -> Kind | None:
        named = issubclass(cls, tuple) and hasattr(cls, "_fields") and hasattr(cls, "_make")
        return self.setdefault(cls, _named_tuple(cls) if named else None)


def _ordered(d: dict) -> tuple:
    try:
        return tuple(sorted(d))
    except TypeError:
        pass
    try:
        return tuple(sorted(d, key=lambda key: (type(key).__name__, key)))
    except TypeError:
        return tuple(d)


def _flatten_dict(d: dict) -> tuple[list, tuple]:
    keys = _ordered(d)
    return [d[key] for key in keys], keys


def _flatten_defaultdict(d: defaultdict) -> tuple[list, tuple]:
    keys = _ordered(d)
    return [d[key] for key in keys], (d.default_factory, keys)


def _dict_keys(x: Any, aux: tuple, n: int) -> list:
    return [DictKey(key) for key in aux]


def _sequence_keys(x: Any, aux: Any, n: int) -> list:
    return [SequenceKey(i) for i in range(n)]


def _show_dict(keys: tuple, parts: list[str]) -> str:
    return "{" + ", ".join(f"{k!r}: {p}" for k, p in zip(keys, parts, strict=True)) + "}"


def show_fields(name: str, fields: Iterable[str], parts: Iterable[str]) -> str:
    return f"{name}({', '.join(f'{f}={p}' for f, p in zip(fields, parts, strict=True))})"


def _dict_kind(cls: type) -> Kind:
    return Kind(
        _flatten_dict,
        lambda keys, children: cls(zip(keys, children, strict=True)),
        _dict_keys,
        lambda keys, parts: f"{cls.__name__}({_show_dict(keys, parts)})",
    )


def _named_tuple(cls: Any) -> Kind:
    fields = cls._fields
    return Kind(
        lambda x: (tuple(x), None),
        lambda aux, children: cls._make(children),
        lambda x, aux, n: [GetAttrKey(f) for f in fields],
        lambda aux, parts: show_fields(cls.__name__, fields, parts),
    )


# Typed for the walks, which tell a leaf (None) from a node before they ask for the functions.
KINDS: dict[type, Any] = _Kinds(
    {
        type(None): Kind(
            lambda x: ((), None),
            lambda aux, children: None,
            _sequence_keys,
            lambda aux, parts: "None",
        ),
        list: Kind(
            lambda x: (x, None),
            lambda aux, children: list(children),
            _sequence_keys,
            lambda aux, parts: f"[{', '.join(parts)}]",
        ),
        tuple: Kind(
            lambda x: (x, None),
            lambda aux, children: tuple(children),
            _sequence_keys,
            lambda aux, parts: f"({', '.join(parts)}{',' * (len(parts) == 1)})",
        ),
        dict: _dict_kind(dict)._replace(show=_show_dict),
        FrozenDict: _dict_kind(FrozenDict),
        OrderedDict: _dict_kind(OrderedDict)._replace(
            flatten=lambda d: (list(d.values()), tuple(d)),
        ),
        defaultdict: Kind(
            _flatten_defaultdict,
            lambda aux, children: defaultdict(aux[0], zip(aux[1], children, strict=True)),
            lambda x, aux, n: _dict_keys(x, aux[1], n),
            lambda aux, parts: f"defaultdict({aux[0]!r}, {_show_dict(aux[1], parts)})",
        ),
    }
)


def read_leaves(cls: type, value: Callable[[Any], Any]) -> None:
    """Let walks take `value(x)` for a leaf `x` of the type `cls`."""
    KINDS[cls] = Read(value)


def leaf_value(x: Any) -> Any:
    """What walks take for the leaf `x`."""
    kind = KINDS[type(x)]
    return kind.value(x) if kind.__class__ is Read else x
