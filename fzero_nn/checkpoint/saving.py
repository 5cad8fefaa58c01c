"""`save`: a pytree to one file."""

import os
import zipfile
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

import fzero

from .atomic import write_atomically
from .npz import add_array, is_storable
from .structure import STRUCTURE, Leaf, Structure, encode, kind_of, names, nodes_of

__all__ = ["Snapshot", "check_storable", "save", "snapshot", "write_snapshot"]


class Snapshot(NamedTuple):
    """A tree on the host, ready to be written."""

    nodes: list[Any]
    kinds: list[str]
    arrays: dict[str, np.ndarray]


def save(path: str | os.PathLike[str], tree: Any, *, compress: bool = False) -> None:
    """Write a pytree to one `.npz`, at once: a reader sees the old file or the new one.

    The file is on the disk when this returns. It carries a CRC-32 of every array.

    Args:
        path: the file, taken as it is; an existing one is replaced; its permissions stay.
        tree: arrays and Python numbers in dicts, lists, tuples and registered nodes. Arrays of
            a GPU are copied to the host.
        compress: deflate the entries. Weights hardly shrink, and it takes ten times longer.

    Raises:
        TypeError: a leaf is no number or array of numbers (bfloat16 and longdouble included), or
            a dictionary's key is neither str, int, float, bool nor None; each one is named.
        FileNotFoundError: the folder does not exist.
        ValueError: there is a folder at `path`.

    Cost: one pass over the bytes; no copy of arrays that are contiguous on the host.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> save(folder / "model.npz", {"W": np.ones((2, 3)), "step": 7})
        >>> np.load(folder / "model.npz").files
        ['W', 'step', '__structure__']
    """
    write_snapshot("save", Path(path), snapshot("save", tree), compress, {})


def snapshot(function: str, tree: Any, copy: bool = False) -> Snapshot:
    """The tree on the host; with `copy` no array shares memory with the tree's."""
    leaves = fzero.tree.leaves(tree)
    make = np.array if copy else np.asarray
    arrays = {n: make(fzero.device_get(x)) for n, x in zip(names(tree), leaves, strict=True)}
    check_storable(function, arrays)
    return Snapshot(nodes_of(tree), [kind_of(x) for x in leaves], arrays)


def check_storable(function: str, arrays: dict[str, np.ndarray]) -> None:
    """Refuse arrays that a file cannot hold, all of them at once."""
    wrong = [f"{name} ({a.dtype})" for name, a in arrays.items() if not is_storable(a.dtype)]
    if wrong:
        raise TypeError(
            f"{function}: tree is with {', '.join(wrong)}; expected numbers and arrays of "
            "booleans, integers, float16 to float64, complex64 or complex128. "
            "Leave those out, or convert them with x.astype."
        )


def write_snapshot(
    function: str, path: Path, tree: Snapshot, compress: bool, note: dict[str, Any]
) -> None:
    """Write a snapshot, and a note for the entry `__structure__`."""

    def write(file: BinaryIO) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            leaves = [
                Leaf(name, kind, a.dtype.str, a.shape, add_array(archive, name, a, compress))
                for kind, (name, a) in zip(tree.kinds, tree.arrays.items(), strict=True)
            ]
            add_array(archive, STRUCTURE, encode(Structure(tree.nodes, leaves, note)))

    write_atomically(function, path, write)
