"""Arrays as the entries of an archive, as `numpy.savez` writes them, without a copy in between."""

import io
import math
import zipfile
from typing import BinaryIO

import numpy as np

from ..damage import Damaged
from .archive import CHUNK, Member, members, read_member

__all__ = ["HEADER_LIMIT", "add_array", "is_storable", "npz_members", "read_array"]

_format = np.lib.format
#: Bytes of a header. Longer ones could nest so deeply that Python's parser has no memory for them.
HEADER_LIMIT = 1 << 12
#: Those that mean the same numbers on every machine, which longdouble does not.
_CODES = {"b1", "f2", "f4", "f8", "c8", "c16"} | {f"{k}{n}" for k in "iu" for n in (1, 2, 4, 8)}
_READERS = {(1, 0): _format.read_array_header_1_0, (2, 0): _format.read_array_header_2_0}


def is_storable(dtype: np.dtype) -> bool:
    """Whether a dtype is one of numbers of a fixed format, in either byte order."""
    return dtype.str[1:] in _CODES


def add_array(
    archive: zipfile.ZipFile, name: str, array: np.ndarray, compress: bool = False
) -> int:
    """Write an array, and return the CRC-32 of its entry, header included.

    The checksum is the one that the ZIP format wants, so the bytes are passed over once.
    """
    header = io.BytesIO()
    _format.write_array_header_1_0(header, _format.header_data_from_array_1_0(array))
    body = _body(array)
    info = zipfile.ZipInfo(f"{name}.npy")
    info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
    info.file_size = header.tell() + len(body)  # beforehand, for it decides on ZIP64
    with archive.open(info, "w") as entry:
        entry.write(header.getvalue())
        for start in range(0, len(body), CHUNK):
            entry.write(body[start : start + CHUNK])
    return info.CRC


def _body(array: np.ndarray) -> memoryview:
    """The array's bytes in the order that its header states, in place where they lie so."""
    fortran = array.flags.f_contiguous and not array.flags.c_contiguous
    rows = np.ascontiguousarray(array.T if fortran else array)
    return rows.reshape(-1).view(np.uint8).data


def npz_members(file: BinaryIO) -> dict[str, Member]:
    """The entries of a `.npz` by the names that `numpy.load` gives them."""
    found = members(file)
    if wrong := [name for name in found if not name.endswith(".npy")]:
        raise Damaged(f"entries {wrong} are no arrays")
    return {name.removesuffix(".npy"): member for name, member in found.items()}


def read_array(file: BinaryIO, member: Member, text: bool = False) -> np.ndarray:
    """The array of an entry; `text` asks for bytes instead of numbers.

    The array is a view of the entry's content: nothing is allocated but what is in the file.
    """
    content = read_member(file, member)
    head = io.BytesIO(content[:HEADER_LIMIT].tobytes())
    shape, fortran, dtype = _READERS[_format.read_magic(head)](head, max_header_size=HEADER_LIMIT)
    if dtype.hasobject:
        raise Damaged(f"entry {member.name!r} is a pickled object")
    if not (dtype.kind == "S" if text else is_storable(dtype)):
        raise Damaged(f"entry {member.name!r} has dtype {dtype}")
    body = content[head.tell() :]
    if body.nbytes != math.prod(shape) * dtype.itemsize or min(shape, default=0) < 0:
        raise Damaged(f"entry {member.name!r} is not of the size of its shape {shape}")
    array = body.view(dtype).reshape(shape, order="F" if fortran else "C")
    return array if array.flags.aligned else array.copy()
