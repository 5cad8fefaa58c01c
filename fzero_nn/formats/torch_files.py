"""Weight files of PyTorch (`.pth`, `.pt`), read without PyTorch and without running their pickles.

`torch.save` writes a ZIP archive with a pickle of the structure and one entry for the bytes of
each storage; before version 1.6 it wrote pickles one after the other, and then the storages.
"""

import io
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ..checkpoint.archive import Member, members, read_member
from ..damage import Damaged, reading
from ..pickles import Function, unpickle
from .bfloat16 import widened

__all__ = ["load_torch"]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_MOST_AXES = 64  # of an array of NumPy
#: Storage class -> dtype of its elements in the file.
_STORAGES = {
    "BoolStorage": "|b1",
    "ByteStorage": "|u1",
    "CharStorage": "|i1",
    "ShortStorage": "<i2",
    "IntStorage": "<i4",
    "LongStorage": "<i8",
    "HalfStorage": "<f2",
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "ComplexFloatStorage": "<c8",
    "ComplexDoubleStorage": "<c16",
    "BFloat16Storage": "<u2",
}
_DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64")
_DTYPES += ("float16", "float32", "float64", "complex64", "complex128")


class _StorageType(NamedTuple):
    name: str
    dtype: str


class _Storage(NamedTuple):
    elements: np.ndarray


def load_torch(path: str | os.PathLike[str]) -> dict[Any, Any]:
    """Read a dictionary that `torch.save` wrote, such as a `state_dict`.

    Both formats are read. Nothing in the file is executed: its pickle may build dictionaries,
    lists, tuples, numbers, texts and tensors, and nothing else.

    Args:
        path: the file.

    Returns:
        The dictionary, with tensors as read-only NumPy arrays of the same strides; those that
        share a storage share memory. bfloat16 becomes float32, which holds the same values.

    Raises:
        ValueError: the file is damaged, is a TorchScript program, or holds an object that is no
            plain data, such as a whole module; the message names it.

    Example:
        >>> load_torch("weights.pth")["conv1.weight"].shape  # doctest: +SKIP
        (32, 3, 3, 3)
    """
    wanted = "a file of torch.save with a dictionary of tensors"
    advice = "In PyTorch write torch.save(model.state_dict(), path)."
    with open(path, "rb") as file, reading("load_torch", path, wanted, advice):
        result = (_read_zip if file.read(4) == b"PK\x03\x04" else _read_legacy)(file)
        if type(result) is not dict:
            raise Damaged(f"it holds a {type(result).__name__}")
        return result


# ------------------------------------------------------------------------------ the two formats


def _read_zip(file: BinaryIO) -> Any:
    entries = members(file)
    root = _root(entries)
    order = entries.get(f"{root}byteorder")
    if order and read_member(file, order).tobytes() != b"little":
        raise Damaged("its numbers are big-endian")
    described: dict[str, tuple[_StorageType, int]] = {}

    @cache  # so that tensors of one storage share memory
    def storage(key: str) -> _Storage:
        content = read_member(file, entries[f"{root}data/{key}"])
        return _storage(content, *described[key])

    def load(identity: Any) -> _Storage:
        key, _ = _note(identity, described)
        return storage(key)

    text = read_member(file, entries[f"{root}data.pkl"]).tobytes()
    return unpickle(io.BytesIO(text), _NAMES, load)


def _root(entries: Mapping[str, Member]) -> str:
    """The folder in the archive that holds everything."""
    roots = [name.removesuffix("data.pkl") for name in entries if name.endswith("/data.pkl")]
    if len(roots) != 1:
        raise Damaged("it has no entry data.pkl")
    if f"{roots[0]}constants.pkl" in entries:
        raise Damaged("it is a TorchScript program")
    if any(member.deflated for member in entries.values()):
        raise Damaged("its entries are compressed")
    return roots[0]


def _read_legacy(file: BinaryIO) -> Any:
    file.seek(0)
    content = file.read()
    stream = io.BytesIO(content)
    magic, protocol, system = (unpickle(stream, {}) for _ in range(3))
    if (magic, protocol) != (_MAGIC, _PROTOCOL) or system.get("little_endian") is not True:
        raise Damaged("it does not begin as a file of torch.save does")
    start = stream.tell()
    # The bytes come last, so a first reading collects what they are, and a second one uses them.
    described: dict[str, tuple[_StorageType, int]] = {}
    unpickle(stream, _NAMES_ALONE, lambda identity: _note(identity, described))
    keys = unpickle(stream, {})
    storages = dict(_storages(content, stream.tell(), {key: described[key] for key in keys}))

    def load(identity: Any) -> _Storage:
        key, view = _note(identity, described)
        return storages[key] if view is None else _section(storages[key], *view[1:])

    stream.seek(start)
    return unpickle(stream, _NAMES, load)


def _storages(
    content: bytes, place: int, described: Mapping[str, tuple[_StorageType, int]]
) -> Iterator[tuple[str, _Storage]]:
    """The storages one after the other, each one after the number of its elements."""
    numbers = np.frombuffer(content, np.uint8)
    for key, (kind, count) in described.items():
        start = place + 8
        place = start + count * np.dtype(kind.dtype).itemsize
        if int.from_bytes(content[start - 8 : start], "little") != count:
            raise Damaged(f"storage {key} is not of the declared size")
        yield key, _storage(numbers[start:place], kind, count)


# --------------------------------------------------------------------------- storages and tensors


def _note(identity: Any, described: dict[str, tuple[_StorageType, int]]) -> tuple[str, Any]:
    """The key and the view that a persistent id states; its type and size go into `described`."""
    tag, kind, key, _, count, *view = identity
    if tag != "storage" or type(kind) is not _StorageType or type(key) is not str:
        # Unknown objects are not shown: a text of a few shared tuples may have no end.
        raise Damaged("its pickle refers to something else than a storage")
    if type(count) is not int or count < 0:
        raise Damaged(f"storage {key} has {count} elements")
    if described.setdefault(key, (kind, count)) != (kind, count):
        raise Damaged(f"storage {key} has two types or sizes")
    return key, view[0] if view else None


def _storage(content: np.ndarray, kind: _StorageType, count: int) -> _Storage:
    if len(content) != count * np.dtype(kind.dtype).itemsize:
        raise Damaged("a storage is not of the declared size")
    bits = content.view(kind.dtype)
    elements = widened(bits) if kind.name == "BFloat16Storage" else np.require(bits, None, "A")
    elements.flags.writeable = False
    return _Storage(elements)


def _section(storage: _Storage, first: int, count: int) -> _Storage:
    if not 0 <= first <= first + count <= len(storage.elements):
        raise Damaged("a view reaches beyond its storage")
    return _Storage(storage.elements[first : first + count])


def _tensor(storage: Any, offset: Any, size: Any, stride: Any, *rest: Any) -> np.ndarray:
    if type(storage) is not _Storage:
        raise Damaged("a tensor has no storage")
    return _strided(storage.elements, offset, size, stride)


def _tensor_of_dtype(
    storage: Any, offset: Any, size: Any, stride: Any, grad: Any, hooks: Any, dtype: Any, *_: Any
) -> np.ndarray:
    """A tensor whose dtype has no class of storages: its storage is of bytes."""
    if type(storage) is not _Storage or not isinstance(dtype, np.dtype):
        raise Damaged("a tensor has no storage or no dtype")
    return _strided(storage.elements.view(dtype), offset, size, stride)


def _strided(elements: np.ndarray, offset: Any, size: Any, stride: Any) -> np.ndarray:
    """A view of a storage, once no index of it reaches beyond."""
    if len(_as_tuple(size)) != len(_as_tuple(stride)) or len(size) > _MOST_AXES:
        raise Damaged(f"a tensor has {len(size)} sizes and {len(stride)} strides")
    if any(type(n) is not int or n < 0 for n in (offset, *size, *stride)):
        raise Damaged("a tensor has an offset, size or stride that is no natural number")
    last = offset + sum((n - 1) * step for n, step in zip(size, stride, strict=True))
    if 0 not in size and last >= len(elements):
        raise Damaged(f"a tensor of size {size} and stride {stride} reaches beyond its storage")
    if 0 in size:
        return elements[:0].reshape(size)
    steps = [step * elements.itemsize for step in stride]
    return np.lib.stride_tricks.as_strided(elements[offset:], size, steps, writeable=False)


def _as_tuple(size: Any) -> tuple[Any, ...]:
    if type(size) is not tuple:
        raise Damaged(f"a size is a {type(size).__name__}")
    return size


def _first(data: Any, *rest: Any) -> Any:
    return data


def _new_dictionary() -> dict[Any, Any]:
    return {}


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "collections OrderedDict": _new_dictionary,
    "torch Size": _as_tuple,
    "torch._utils _rebuild_tensor": _tensor,
    "torch._utils _rebuild_tensor_v2": _tensor,
    "torch._utils _rebuild_tensor_v3": _tensor_of_dtype,
    "torch._utils _rebuild_parameter": _first,
    "torch._utils _rebuild_parameter_with_state": _first,
}
#: Everything that a pickle may ask for.
_NAMES: dict[str, Any] = {
    **{name: Function(call) for name, call in _FUNCTIONS.items()},
    **{f"torch {name}": _StorageType(name, dtype) for name, dtype in _STORAGES.items()},
    "torch.storage UntypedStorage": _StorageType("UntypedStorage", "|u1"),
    **{f"torch {name}": np.dtype(name) for name in _DTYPES},
}
#: The same for a reading without storages, in which tensors are nothing.
_NAMES_ALONE = {
    name: Function(lambda *_: None) if "_rebuild" in name else x for name, x in _NAMES.items()
}
