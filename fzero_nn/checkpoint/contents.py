"""The arrays and the structure in a file, verified."""

from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ..damage import Damaged, reading
from .archive import Member
from .npz import HEADER_LIMIT, npz_members, read_array
from .structure import STRUCTURE, Structure, decode

__all__ = ["Contents", "describe", "read", "read_arrays", "reading_npz", "verify"]


class Contents(NamedTuple):
    """What a file holds; `structure` is None if plain NumPy wrote it."""

    structure: Structure | None
    arrays: dict[str, np.ndarray]


def read(function: str, path: Any) -> Contents:
    """Everything in a file, verified.

    Raises:
        ValueError: the file is damaged, or holds other things than arrays of numbers.
    """
    with open(path, "rb") as file, reading_npz(function, path):
        entries, structure = _described(file)
        arrays = {name: read_array(file, member) for name, member in entries.items()}
        if structure is not None:
            _check_arrays(structure, arrays)
        return Contents(structure, arrays)


def verify(function: str, path: Any) -> Structure:
    """The structure of a file, after a look at every entry; one is in memory at a time."""
    with open(path, "rb") as file, reading_npz(function, path):
        entries, structure = _described(file)
        if structure is None:
            raise Damaged(f"it has no entry {STRUCTURE}")
        for leaf in structure.leaves:
            array = read_array(file, entries[leaf.entry])
            _check_arrays(structure._replace(leaves=[leaf]), {leaf.entry: array})
        return structure


def describe(function: str, path: Any) -> Structure | None:
    """The structure of a file alone; the arrays are not looked at."""
    with open(path, "rb") as file, reading_npz(function, path):
        return _described(file)[1]


def read_arrays(file: BinaryIO) -> dict[str, np.ndarray]:
    """The arrays of a `.npz`, whoever wrote it.

    Raises:
        Damaged: an entry is no array of numbers.
    """
    entries = npz_members(file)
    return {name: read_array(file, member) for name, member in entries.items()}


def reading_npz(function: str, path: Any) -> Any:
    """The context in which whatever is raised says that the file is damaged."""
    return reading(function, path, "a .npz of numbers", "Take another checkpoint.")


def _described(file: BinaryIO) -> tuple[dict[str, Member], Structure | None]:
    """The entries of leaves, and the structure, which must describe just these."""
    entries = npz_members(file)
    text = entries.pop(STRUCTURE, None)
    if text is None:
        return entries, None
    if text.deflated:
        raise Damaged(f"entry {STRUCTURE} is compressed")
    structure = decode(read_array(file, text, text=True))
    described = {leaf.entry: leaf for leaf in structure.leaves}
    if described.keys() != entries.keys():
        differ = sorted(described.keys() ^ entries.keys())
        raise Damaged(f"entries {differ} are in the archive or in {STRUCTURE} alone")
    for name, leaf in described.items():
        if entries[name].crc != leaf.crc:
            raise Damaged(f"entry {name!r} fails the checksum in {STRUCTURE}")
        if not leaf.nbytes <= entries[name].size <= leaf.nbytes + HEADER_LIMIT:
            raise Damaged(f"entry {name!r} is not of the size of its shape {leaf.shape}")
    return entries, structure


def _check_arrays(structure: Structure, arrays: dict[str, np.ndarray]) -> None:
    for leaf in structure.leaves:
        array = arrays[leaf.entry]
        if (array.dtype.str, array.shape) != (leaf.dtype, leaf.shape):
            raise Damaged(f"entry {leaf.entry!r} is not as {STRUCTURE} describes it")
