"""A dictionary that refuses mutation: the container of every tree the library makes."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, NoReturn

__all__ = ["FrozenDict"]


class FrozenDict(dict):
    """A dict whose keys and values stay as they were given.

    `|` and `replace` return a changed copy; `dict(d)` is a mutable one. Values are not frozen:
    `fzero.freeze` also converts the dictionaries inside.

    Args:
        Whatever `dict` takes: a mapping, an iterable of pairs, keyword arguments.

    Example:
        >>> p = FrozenDict(W=1, b=2)
        >>> p | {"b": 3}
        FrozenDict({'W': 1, 'b': 3})
    """

    __slots__ = ()

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(
            "FrozenDict: the operation is a mutation; expected a read. Make a changed copy with "
            "`d | {key: value}` or `d.replace(key=value)`, or a mutable one with `dict(d)`."
        )

    __setitem__ = __delitem__ = _refuse
    clear = pop = popitem = _refuse
    setdefault: Any = _refuse
    update: Any = _refuse

    def replace(self, *mappings: Mapping, **values: Any) -> FrozenDict:
        """Return a copy with other values for keys that are there.

        Args:
            mappings: mappings from key to new value, later ones winning.
            values: the same as keyword arguments, for keys that are names.

        Returns:
            A new FrozenDict with the same keys in the same order.

        Raises:
            ValueError: a key is not there, which is more often a misspelling than a wish.

        Example:
            >>> FrozenDict(W=1, b=2).replace(b=3)
            FrozenDict({'W': 1, 'b': 3})
        """
        new: dict = {}
        for mapping in (*mappings, values):
            new |= mapping
        unknown = [key for key in new if key not in self]
        if unknown:
            raise ValueError(
                f"FrozenDict.replace: keys is {unknown}; expected keys among {list(self)}. "
                "Add keys with `d | {key: value}`."
            )
        return self | new

    def copy(self) -> FrozenDict:
        """Return the dictionary itself: nobody can change it."""
        return self

    __copy__ = copy

    @classmethod
    def fromkeys(cls, keys: Iterable[Hashable], value: Any = None) -> FrozenDict:
        """Return a FrozenDict with one value under every key."""
        return cls(dict.fromkeys(keys, value))

    def __or__(self, other: Any) -> FrozenDict:
        return FrozenDict({**self, **other}) if isinstance(other, dict) else NotImplemented

    def __ror__(self, other: Any) -> FrozenDict:
        return FrozenDict({**other, **self}) if isinstance(other, dict) else NotImplemented

    # As for a frozenset, `d |= e` binds the name to a new value.
    __ior__: Any = __or__

    def __reduce__(self) -> tuple:
        # The default refills an empty dictionary item by item, which is refused.
        return type(self), (dict(self),)

    def __repr__(self) -> str:
        return f"FrozenDict({dict.__repr__(self)})"
