"""Checkpoints: a pytree as one `.npz`, written whole or not at all, read without pickle.

Each leaf is an entry named by its path (`layers/0/W`), so `numpy.load` alone reads the file. One
more entry, `__structure__`, holds JSON that rebuilds the containers: their kinds in preorder, and
the leaves' entries.
"""

import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

import fzero
from fzero.dtypes import dtype_of, shape_of

__all__ = ["load", "save"]

_STRUCTURE = "__structure__"
_PYTHON = {t.__name__: t for t in (bool, int, float, complex)}
_KEYS = (str, int, float, bool, type(None))


def save(path: str | os.PathLike[str], tree: Any) -> None:
    """Write a pytree to one `.npz`, at once: a reader sees the old file or the new one.

    Args:
        path: the file, taken as it is; an existing one is replaced.
        tree: arrays and Python numbers in dicts, lists, tuples and registered nodes. Arrays of
            a GPU are copied to the host.

    Raises:
        TypeError: a leaf is no number or array of numbers, or a dictionary's key is neither str,
            int, float, bool nor None; every such path is named.
        FileNotFoundError: the folder does not exist.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> save(folder / "model.npz", {"W": np.ones((2, 3)), "step": 7})
        >>> np.load(folder / "model.npz").files
        ['W', 'step', '__structure__']
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"save: path is {str(path)!r}, in a folder that does not exist; expected an existing "
            "folder. Make it with path.parent.mkdir(parents=True)."
        )
    leaves = fzero.tree.leaves(tree)
    names = _names(tree)
    arrays = {n: np.asarray(fzero.device_get(x)) for n, x in zip(names, leaves, strict=True)}
    _check_leaves(arrays)
    described = [(name, _kind(x)) for name, x in zip(names, leaves, strict=True)]
    structure = {"nodes": _nodes(tree), "leaves": described}
    arrays[_STRUCTURE] = np.array(json.dumps(structure))
    _write_atomically(path, lambda file: _write_npz(file, arrays))


def load(path: str | os.PathLike[str], like: Any = None) -> Any:
    """Read a pytree that `save` wrote.

    Args:
        path: the file.
        like: a pytree of arrays (or of anything with shape and dtype) that the file must match
            leaf for leaf, and whose containers the result gets. Without it, named tuples and
            registered classes come back as FrozenDicts of their fields.

    Returns:
        The tree, frozen: FrozenDicts of read-only NumPy arrays.

    Raises:
        ValueError: the file is no checkpoint, is damaged, or does not match `like`; every
            missing, extra, mis-shaped and mis-typed path is listed.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> save(folder / "model.npz", {"W": np.ones(2), "step": 7})
        >>> load(folder / "model.npz")
        FrozenDict({'W': array([1., 1.]), 'step': 7})
    """
    arrays = _read_npz(Path(path))
    text = arrays.pop(_STRUCTURE, None)
    if like is not None:
        return _fill(path, like, arrays)
    if text is None:
        raise ValueError(
            f"load: path is {str(path)!r}, without {_STRUCTURE}; expected a file of save. "
            "Pass like=, a tree of the same paths, or read it with numpy.load."
        )
    with _reading(path):
        structure = json.loads(str(text))
        nodes, described = structure["nodes"], dict(structure["leaves"])
    if problems := _other_paths(list(described), arrays):
        raise _mismatch(path, problems)
    with _reading(path):
        leaves = [_restore(arrays[name], kind) for name, kind in described.items()]
        return fzero.freeze(_build(nodes, leaves))


# ---------------------------------------------------------------------- trees as names and JSON


def _names(tree: Any) -> list[str]:
    """The entry of each leaf: its path, marked ~1, ~2, ... where two paths read alike."""
    names: dict[str, None] = {}
    for path, _ in fzero.tree.leaves_with_path(tree):
        base = fzero.tree.keystr(path, simple=True, separator="/") or "leaf"
        name, number = base, 0
        while name in names or name == _STRUCTURE:
            number += 1
            name = f"{base}~{number}"
        names[name] = None
    return list(names)


def _nodes(tree: Any) -> list[Any]:
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


def _build(nodes: list[Any], leaves: list[Any]) -> Any:
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
        raise ValueError("the numbers of nodes and leaves differ")
    return stack[0]


def _container(kind: str, keys: Any, children: list[Any]) -> Any:
    if kind in ("dict", "fields"):
        return fzero.FrozenDict(zip(keys, children, strict=True))
    return {"list": list, "tuple": tuple, "NoneType": lambda _: None}[kind](children)


def _kind(x: Any) -> str:
    """The name of a Python number's type, which loading gives back; else "array"."""
    return type(x).__name__ if type(x) in _PYTHON.values() else "array"


def _restore(array: np.ndarray, kind: str) -> Any:
    return array if kind == "array" else _PYTHON[kind](array.item())


# ------------------------------------------------------------------------------------- checks


def _check_leaves(arrays: dict[str, np.ndarray]) -> None:
    wrong = [f"{name} ({a.dtype})" for name, a in arrays.items() if a.dtype.kind not in "biufc"]
    if wrong:
        raise TypeError(
            f"save: tree is with {', '.join(wrong)}; expected numbers and arrays of numbers. "
            "Leave those out, or encode them as integers."
        )


def _other_paths(wanted: list[str], arrays: dict[str, np.ndarray]) -> list[str]:
    """What the file lacks of the wanted paths, and what it has beside them."""
    known = set(wanted)
    missing = [f"missing: {name}" for name in wanted if name not in arrays]
    return missing + [f"extra: {name}" for name in arrays if name not in known]


def _fill(path: Any, like: Any, arrays: dict[str, np.ndarray]) -> Any:
    """The arrays in the containers of `like`, once every one of them fits."""
    names, (leaves, treedef) = _names(like), fzero.tree.flatten(like)
    problems = _other_paths(names, arrays)
    found = [(n, x, arrays[n]) for n, x in zip(names, leaves, strict=True) if n in arrays]
    for name, x, array in found:
        if shape_of(x) != array.shape:
            problems.append(f"shape: {name} is {array.shape}, expected {shape_of(x)}")
        elif dtype_of(x) != array.dtype:
            problems.append(f"dtype: {name} is {array.dtype}, expected {dtype_of(x)}")
    if problems:
        raise _mismatch(path, problems)
    values = [_restore(array, _kind(x)) for _, x, array in found]
    return fzero.freeze(fzero.tree.unflatten(treedef, values))


def _mismatch(path: Any, problems: list[str]) -> ValueError:
    return ValueError(
        f"load: path is {str(path)!r}, which does not match; expected the same paths, shapes and "
        "dtypes. Initialise the same model, or see what numpy.load finds there.\n"
        + "\n".join(problems)
    )


def _damaged(path: Any, why: str) -> ValueError:
    return ValueError(
        f"load: path is {str(path)!r}, which cannot be read ({why}); expected a .npz of numbers "
        "as save writes it. Take another checkpoint."
    )


@contextmanager
def _reading(path: Any) -> Iterator[None]:
    """Damaged data makes json, zipfile and numpy raise a dozen kinds; all become one."""
    try:
        yield
    except Exception as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error


# -------------------------------------------------------------------------------------- files


def _write_npz(file: BinaryIO, arrays: dict[str, np.ndarray]) -> None:
    """As `numpy.savez`, which however takes no entry named `file` or `allow_pickle`."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, array, allow_pickle=False)


def _write_atomically(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Through a temporary file beside `path` that is on the disk before it takes the name."""
    temporary = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        with open(temporary, "xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Put the new name on the disk too; Windows offers no such call, and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    if not zipfile.is_zipfile(path):
        # is_zipfile is also false where there is no file: opening it then says so.
        with open(path, "rb"):
            raise _damaged(path, "it is no zip archive")
    arrays = {}
    with _reading(path), zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as entry:
                array = np.lib.format.read_array(entry, allow_pickle=False)
                arrays[name.removesuffix(".npy")] = array
    return arrays
