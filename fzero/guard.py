"""Arrays that a tape needs cannot be changed behind its back.

While a transform runs, the NumPy arrays that its pullbacks keep are flagged read-only, so that a
write raises where it happens. A pullback that outlives its transform gives them back, and instead
compares a checksum of each before it uses them. CuPy arrays carry no such flag: they are not
watched.
"""

import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from .backend import is_array
from .errors import MutatedArrayError

__all__ = ["Guard", "own", "read_only"]

_MUTEX = threading.Lock()
#: id -> [array, number of guards that hold it]; the array is kept, so the id stays its own.
_HELD: dict[int, list[Any]] = {}


def _hold(x: np.ndarray) -> bool:
    with _MUTEX:
        entry = _HELD.get(id(x))
        if entry is not None:
            entry[1] += 1
            return True
        if not x.flags.writeable or not _restorable(x):
            return False
        x.flags.writeable = False
        _HELD[id(x)] = [x, 1]
        return True


def _restorable(x: np.ndarray) -> bool:
    """Whether NumPy lets a read-only `x` become writable again: not where the memory is that of an
    object without a buffer, such as another library's array or the stand-in behind a strided view.
    """
    base = x.base
    while isinstance(base, np.ndarray):
        base = base.base
    if base is None:
        return True
    try:
        return not memoryview(base).readonly
    except TypeError:
        return False


def _release(x: np.ndarray) -> None:
    with _MUTEX:
        entry = _HELD[id(x)]
        entry[1] -= 1
        if entry[1] == 0:
            owner = _owner(x)
            if id(owner) in _HELD:
                # NumPy refuses to make a view writable before its owner: pass the owner first.
                _HELD[id(owner)].append(x)
            else:
                x.flags.writeable = True
            del _HELD[id(x)]
            for view in entry[2:]:
                if id(view) not in _HELD:
                    view.flags.writeable = True


def _checksum(x: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(x).reshape(-1).view(np.uint8).data)


def _owner(x: np.ndarray) -> Any:
    """The array that owns the memory of the view `x`, None if `x` does; strided views, too,
    whose base is a stand-in that holds the array."""
    base = x.base
    while base is not None and not isinstance(base, np.ndarray):
        base = getattr(base, "base", None)
    return base


def own(x: Any) -> Any:
    """A copy of an array, for a caller who may change it; anything else as it is."""
    return x.copy() if is_array(x) else x


def read_only(x: Any) -> Any:
    """A view of a NumPy array that refuses writes; anything else as it is."""
    if x.__class__ is np.ndarray:
        x = x.view()
        x.flags.writeable = False
    return x


class Guard:
    """The arrays that one tape needs."""

    __slots__ = ("_held", "_sums")

    def __init__(self) -> None:
        self._held: list[np.ndarray] = []
        self._sums: list[tuple[np.ndarray, int]] = []

    def add(self, x: Any) -> None:
        """Hold `x`, and the array that owns its memory, if they are NumPy arrays."""
        if not isinstance(x, np.ndarray):
            return
        if _hold(x):
            self._held.append(x)
        owner = _owner(x)
        if owner is not None and _hold(owner):
            self._held.append(owner)

    def __len__(self) -> int:
        return len(self._held)

    def release(self, keep: int = 0) -> None:
        """Give the arrays back, all but the first `keep`; an owner before its views."""
        while len(self._held) > keep:
            _release(self._held.pop())

    def seal(self) -> None:
        """Give the arrays back, but remember what they hold, for `verify`."""
        owners = {id(_owner(x)) for x in self._held}
        self._sums = [(x, _checksum(x)) for x in self._held if id(x) not in owners]
        self.release()

    def verify(self) -> None:
        """Raise if an array was changed after `seal`.

        Raises:
            MutatedArrayError: names the shape and dtype of the array.
        """
        for x, checksum in self._sums:
            if _checksum(x) != checksum:
                raise MutatedArrayError(
                    f"vjp: an array of shape {x.shape} and dtype {x.dtype} that the pullback needs "
                    "was changed in place after the forward pass; expected it unchanged. Pass a "
                    "copy (x.copy()), or call the pullback before changing it."
                )

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Say, where NumPy refuses a write, which transform needs the array."""
        try:
            yield
        except ValueError as error:
            if self._held and "read-only" in str(error) and type(error) is ValueError:
                raise MutatedArrayError(
                    f"{error}: an array that a derivative still needs was changed in place; "
                    "expected it unchanged until the transform returns. Work on a copy "
                    "(a = a.copy()) or out of place (a = a * 2, fzero.at(a, i).set(v))."
                ) from error
            raise
