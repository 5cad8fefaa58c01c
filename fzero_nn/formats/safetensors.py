"""The safetensors format: a JSON header and the bytes of arrays, without any code in it.

Source: the format's description at https://github.com/huggingface/safetensors#format
"""

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

import fzero

from ..checkpoint.atomic import write_atomically
from ..damage import Damaged, reading
from .bfloat16 import widened
from .naming import plain_names

__all__ = ["load_safetensors", "save_safetensors"]

_DTYPES = {"BOOL": "|b1", "U8": "|u1", "I8": "|i1", "C64": "<c8"}
_DTYPES |= {f"{kind.upper()}{8 * n}": f"<{kind}{n}" for kind in "iu" for n in (2, 4, 8)}
_DTYPES |= {f"F{8 * n}": f"<f{n}" for n in (2, 4, 8)}
_CODES = {dtype: code for code, dtype in _DTYPES.items()}
_READ = _DTYPES | {"BF16": "<u2"}
_LONGEST_HEADER = 100_000_000  # the limit that the format sets
_METADATA = "__metadata__"
_FIELDS = {"dtype", "shape", "data_offsets"}


class _Entry(NamedTuple):
    name: str
    code: str
    shape: tuple[int, ...]
    start: int
    stop: int


def load_safetensors(path: str | os.PathLike[str]) -> Any:
    """Read a safetensors file.

    Args:
        path: the file.

    Returns:
        A FrozenDict from name to read-only array, in the order of the names. bfloat16 becomes
        float32, which holds the same values.

    Raises:
        ValueError: the file is damaged: a header that does not describe just the bytes that
            follow; or a dtype that NumPy does not have, such as float8.

    Example:
        >>> path = getfixture("tmp_path") / "model.safetensors"
        >>> save_safetensors(path, {"W": np.ones(2, np.float32)})
        >>> load_safetensors(path)
        FrozenDict({'W': array([1., 1.], dtype=float32)})
    """
    wanted, advice = "a safetensors file of numbers", "Take another file."
    with open(path, "rb") as file, reading("load_safetensors", path, wanted, advice):
        entries, start = _header(file)
        file.seek(start)
        arrays = {entry.name: _array(file, entry) for entry in entries}
        return fzero.freeze({name: arrays[name] for name in sorted(arrays)})


def save_safetensors(
    path: str | os.PathLike[str], tree: Any, metadata: Mapping[str, str] | None = None
) -> None:
    """Write arrays to a safetensors file, at once.

    Args:
        path: the file; an existing one is replaced.
        tree: a dictionary of arrays, or any pytree, whose paths (`layers/0/W`) become the names.
        metadata: texts for the header.

    Raises:
        TypeError: a leaf is no array of numbers that the format has; every such path is named.
            Or the metadata are no texts.
        ValueError: a name is `__metadata__`, or two leaves have one.
        FileNotFoundError: the folder does not exist.

    Example:
        >>> path = getfixture("tmp_path") / "model.safetensors"
        >>> save_safetensors(path, [{"W": np.eye(2)}], {"format": "fzero"})
        >>> list(load_safetensors(path))
        ['0/W']
    """
    leaves = zip(plain_names("save_safetensors", tree), fzero.tree.leaves(tree), strict=True)
    arrays = {name: np.asarray(fzero.device_get(x)) for name, x in leaves}
    _check(arrays, metadata or {})
    # The widest first, so that every array lies at a multiple of its item's size.
    order = sorted(arrays, key=lambda name: (-arrays[name].dtype.itemsize, name))
    header = _described({name: arrays[name] for name in order}, metadata)

    def write(file: BinaryIO) -> None:
        file.write(len(header).to_bytes(8, "little") + header)
        for name in order:
            array = np.ascontiguousarray(arrays[name], arrays[name].dtype.newbyteorder("<"))
            file.write(array.reshape(-1).view(np.uint8).data)

    write_atomically("save_safetensors", Path(path), write)


def _check(arrays: dict[str, np.ndarray], metadata: Mapping[str, str]) -> None:
    little = {name: a.dtype.newbyteorder("<").str for name, a in arrays.items()}
    if wrong := [f"{n} ({arrays[n].dtype})" for n, code in little.items() if code not in _CODES]:
        raise TypeError(
            f"save_safetensors: tree is with {', '.join(wrong)}; expected arrays of "
            f"{', '.join(_DTYPES)}. Convert them with x.astype."
        )
    if _METADATA in arrays:
        raise ValueError(
            f"save_safetensors: tree is with the name {_METADATA}; expected other names. "
            "Pass texts by metadata=."
        )
    if no_texts := {k: v for k, v in metadata.items() if not _are_texts(k, v)}:
        raise TypeError(
            f"save_safetensors: metadata is with {no_texts}; expected texts by texts. Convert "
            "values with str or json.dumps."
        )


def _are_texts(*values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _described(arrays: dict[str, np.ndarray], metadata: Mapping[str, str] | None) -> bytes:
    header: dict[str, Any] = {} if metadata is None else {_METADATA: dict(metadata)}
    start = 0
    for name, a in arrays.items():
        stop = start + a.nbytes
        code = _CODES[a.dtype.newbyteorder("<").str]
        header[name] = {"dtype": code, "shape": a.shape, "data_offsets": (start, stop)}
        start = stop
    text = json.dumps(header, separators=(",", ":")).encode()
    return text + b" " * (-len(text) % 8)


def _header(file: BinaryIO) -> tuple[list[_Entry], int]:
    """The entries in the order of their bytes, and where these start."""
    length = file.seek(0, os.SEEK_END)
    file.seek(0)
    size = int.from_bytes(file.read(8), "little")
    if length < 8 or size > min(_LONGEST_HEADER, length - 8):
        raise Damaged(f"a header of {size} bytes does not fit in a file of {length}")
    fields = json.loads(file.read(size), object_pairs_hook=_unique)
    if type(fields) is not dict:
        raise Damaged("its header is no dictionary")
    entries = [_entry(name, field) for name, field in fields.items() if name != _METADATA]
    entries.sort(key=lambda entry: (entry.start, entry.stop))
    _check_offsets(entries, length - 8 - size)
    return entries, 8 + size


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise Damaged("a name comes twice in the header")
    return fields


def _entry(name: str, field: Any) -> _Entry:
    if type(field) is not dict or not _FIELDS <= field.keys():
        raise Damaged(f"entry {name!r} does not state its {', '.join(sorted(_FIELDS))}")
    dtype, shape, (start, stop) = field["dtype"], field["shape"], field["data_offsets"]
    if type(dtype) is not str or dtype not in _READ:
        raise Damaged(f"entry {name!r} has dtype {dtype}")
    if any(type(n) is not int or n < 0 for n in (*shape, start, stop)):
        raise Damaged(f"entry {name!r} has a shape or offsets that are no sizes")
    if stop - start != math.prod(shape) * np.dtype(_READ[dtype]).itemsize:
        raise Damaged(f"entry {name!r} is not of the size of its shape {tuple(shape)}")
    return _Entry(name, dtype, tuple(shape), start, stop)


def _check_offsets(entries: list[_Entry], length: int) -> None:
    """The entries must fill the bytes after the header, without a gap or an overlap."""
    ends = [0, *(entry.stop for entry in entries)]
    starts = [*(entry.start for entry in entries), length]
    if ends != starts:
        raise Damaged("the entries overlap, leave gaps or reach beyond the file")


def _array(file: BinaryIO, entry: _Entry) -> np.ndarray:
    content = np.empty(entry.stop - entry.start, np.uint8)
    if file.readinto(content.data) != len(content):  # type: ignore[attr-defined]
        raise Damaged(f"entry {entry.name!r} ends early")
    array = content.view(_READ[entry.code]).reshape(entry.shape)
    return widened(array) if entry.code == "BF16" else array
