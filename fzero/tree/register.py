"""Registration: making a user's type a pytree node."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, overload

from .keys import FlattenedIndexKey, GetAttrKey
from .kinds import KINDS, Kind, show_fields

__all__ = [
    "register_dataclass",
    "register_pytree_node",
    "register_pytree_node_class",
    "register_pytree_with_keys",
    "register_pytree_with_keys_class",
    "register_static",
]

C = TypeVar("C", bound=type)

_registered = set(KINDS)  # not the named tuples met on the way: those may still be registered


def _add(function: str, cls: type, kind: Kind) -> None:
    if not isinstance(cls, type):
        raise TypeError(f"{function}: nodetype is {cls!r}; expected a class. Pass the type of it.")
    if cls in _registered:
        raise ValueError(
            f"{function}: nodetype is {cls.__name__}, already a node; expected a new type. "
            "Register a subclass of it instead."
        )
    _registered.add(cls)
    KINDS[cls] = kind


def _index_keys(x: Any, aux: Any, n: int) -> list:
    return [FlattenedIndexKey(i) for i in range(n)]


def _custom(cls: type, flatten: Callable, build: Callable, keys: Callable) -> Kind:
    def show(aux: Any, parts: list[str]) -> str:
        about = "" if aux is None else f"[{aux!r}]"
        return f"{cls.__name__}{about}({', '.join(parts)})"

    def flatten_to_tuple(x: Any) -> tuple[tuple, Any]:
        children, aux = flatten(x)
        return tuple(children), aux

    return Kind(flatten_to_tuple, build, keys, show)


def register_pytree_node(
    nodetype: type,
    flatten_func: Callable[[Any], tuple[Iterable, Any]],
    unflatten_func: Callable[[Any, Sequence], Any],
    flatten_with_keys_func: Callable[[Any], tuple[Iterable, Any]] | None = None,
) -> None:
    """Make a type a pytree node.

    Args:
        nodetype: the class; its subclasses are not included.
        flatten_func: `x -> (children, aux)`, aux being comparable with `==`, best hashable.
        unflatten_func: `(aux, children) -> x`; the children may be any objects, not only arrays.
        flatten_with_keys_func: `x -> ((key, child) pairs, aux)`, for readable paths.

    Raises:
        TypeError: nodetype is not a class.
        ValueError: nodetype is a node already.

    Example:
        >>> class Pair:
        ...     def __init__(self, x, y): self.x, self.y = x, y
        >>> register_pytree_node(Pair, lambda p: ((p.x, p.y), None), lambda _, xy: Pair(*xy))
    """
    keys = _index_keys
    if flatten_with_keys_func is not None:
        keys = lambda x, aux, n: [key for key, _ in flatten_with_keys_func(x)[0]]
    _add("register_pytree_node", nodetype, _custom(nodetype, flatten_func, unflatten_func, keys))


def register_pytree_with_keys(
    nodetype: type,
    flatten_with_keys: Callable[[Any], tuple[Iterable, Any]],
    unflatten_func: Callable[[Any, Sequence], Any],
    flatten_func: Callable[[Any], tuple[Iterable, Any]] | None = None,
) -> None:
    """Make a type a pytree node whose children have names in paths.

    Args:
        nodetype: the class; its subclasses are not included.
        flatten_with_keys: `x -> ((key, child) pairs, aux)`, keys such as `GetAttrKey("name")`.
        unflatten_func: `(aux, children) -> x`.
        flatten_func: `x -> (children, aux)`, a faster way to the same children.

    Raises:
        TypeError: nodetype is not a class.
        ValueError: nodetype is a node already.

    Example:
        >>> class Box:
        ...     def __init__(self, x): self.x = x
        >>> register_pytree_with_keys(
        ...     Box, lambda b: ([(GetAttrKey("x"), b.x)], None), lambda _, xs: Box(*xs))
    """

    def without_keys(x: Any) -> tuple[tuple, Any]:
        pairs, aux = flatten_with_keys(x)
        return tuple(child for _, child in pairs), aux

    register_pytree_node(nodetype, flatten_func or without_keys, unflatten_func, flatten_with_keys)


def register_pytree_node_class(cls: C) -> C:
    """Make a class with `tree_flatten(self)` and `tree_unflatten(cls, aux, children)` a node.

    Args:
        cls: the class; usable as a decorator.

    Returns:
        The class itself.

    Raises:
        ValueError: cls is a node already.

    Example:
        >>> @register_pytree_node_class
        ... class Scaled:
        ...     def __init__(self, x): self.x = x
        ...     def tree_flatten(self): return (self.x,), None
        ...     tree_unflatten = classmethod(lambda cls, aux, children: cls(*children))
    """
    register_pytree_node(cls, cls.tree_flatten, cls.tree_unflatten)
    return cls


def register_pytree_with_keys_class(cls: C) -> C:
    """Make a class with `tree_flatten_with_keys` and `tree_unflatten` a node with named children.

    Args:
        cls: the class; usable as a decorator. A `tree_flatten` of its own is used when there.

    Returns:
        The class itself.

    Raises:
        ValueError: cls is a node already.

    Example:
        >>> @register_pytree_with_keys_class
        ... class Shifted:
        ...     def __init__(self, x): self.x = x
        ...     def tree_flatten_with_keys(self): return [(GetAttrKey("x"), self.x)], None
        ...     tree_unflatten = classmethod(lambda cls, aux, children: cls(*children))
    """
    register_pytree_with_keys(
        cls, cls.tree_flatten_with_keys, cls.tree_unflatten, getattr(cls, "tree_flatten", None)
    )
    return cls


def _split_fields(
    cls: type, data: Sequence[str] | None, meta: Sequence[str] | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not (isinstance(cls, type) and dataclasses.is_dataclass(cls)):
        raise TypeError(
            f"register_dataclass: nodetype is {cls!r}; expected a dataclass. "
            "Put @dataclasses.dataclass under @register_dataclass."
        )
    fields = dataclasses.fields(cls)
    names = [f.name for f in fields]
    if meta is None:
        static = [f.name for f in fields if f.metadata.get("static", False)]
        meta = static if data is None else [name for name in names if name not in data]
    if data is None:
        data = [name for name in names if name not in meta]
    if sorted([*data, *meta]) != sorted(names):
        raise ValueError(
            f"register_dataclass: fields is data_fields={list(data)}, meta_fields={list(meta)}; "
            f"expected each of {names} once. Leave data_fields out to take all the others."
        )
    return tuple(data), tuple(meta)


@overload
def register_dataclass(
    nodetype: C,
    data_fields: Sequence[str] | None = None,
    meta_fields: Sequence[str] | None = None,
) -> C: ...


@overload
def register_dataclass(
    nodetype: None = None,
    data_fields: Sequence[str] | None = None,
    meta_fields: Sequence[str] | None = None,
) -> Callable[[C], C]: ...


def register_dataclass(
    nodetype: type | None = None,
    data_fields: Sequence[str] | None = None,
    meta_fields: Sequence[str] | None = None,
) -> Any:
    """Make a dataclass a pytree node; a decorator, bare or with arguments.

    A node is rebuilt field by field, without `__init__` and `__post_init__`: a check or a
    conversion there would meet tracers, or run twice on what it already converted.

    Args:
        nodetype: the dataclass.
        data_fields: names of the fields that are subtrees; all but the meta fields by default.
        meta_fields: names of the fields that belong to the structure (hashable values); by
            default those declared with `field(metadata={"static": True})`.

    Returns:
        The class itself, or a decorator when nodetype is left out.

    Raises:
        TypeError: nodetype is not a dataclass.
        ValueError: a field is unknown, missing or in both lists, or nodetype is a node already.

    Example:
        >>> @register_dataclass
        ... @dataclasses.dataclass
        ... class Moments:
        ...     mean: float
    """
    if nodetype is None:
        return lambda cls: register_dataclass(cls, data_fields, meta_fields)
    data, meta = _split_fields(nodetype, data_fields, meta_fields)

    def flatten(x: Any) -> tuple[list, tuple]:
        return [getattr(x, name) for name in data], tuple([getattr(x, name) for name in meta])

    def build(aux: tuple, children: Sequence) -> Any:
        x = object.__new__(nodetype)
        for name, value in zip(data + meta, (*children, *aux), strict=True):
            object.__setattr__(x, name, value)
        return x

    def keys(x: Any, aux: tuple, n: int) -> list:
        return [GetAttrKey(name) for name in data]

    def show(aux: tuple, parts: list[str]) -> str:
        return show_fields(nodetype.__name__, data + meta, [*parts, *(repr(a) for a in aux)])

    _add("register_dataclass", nodetype, Kind(flatten, build, keys, show))
    return nodetype


def register_static(nodetype: C) -> C:
    """Make a type a node without leaves: its value is part of the structure.

    Args:
        nodetype: a class with `__eq__` and `__hash__`; usable as a decorator.

    Returns:
        The class itself.

    Raises:
        TypeError: nodetype is not a class.
        ValueError: nodetype is a node already.

    Example:
        >>> register_static(type("Mode", (), {})).__name__
        'Mode'
    """
    kind = Kind(
        lambda x: ((), x), lambda x, children: x, _index_keys, lambda x, parts: f"static({x!r})"
    )
    _add("register_static", nodetype, kind)
    return nodetype
