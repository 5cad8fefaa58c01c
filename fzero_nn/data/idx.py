"""IDX files, the format of MNIST and of the data sets in its place."""

import gzip
import math
import os
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from .images import ImageData, checked

__all__ = ["IDX_FILES", "find_idx", "load_idx_folder", "read_idx", "read_idx_files"]

_IDX_DTYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
#: Field of ImageData -> the file's name, the same for MNIST and Fashion-MNIST.
IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


def read_idx(path: str | os.PathLike[str]) -> np.ndarray:
    """Read an IDX file, the format of MNIST, gzipped or not.

    Args:
        path: the file; its content, not its name, tells whether it is gzipped.

    Returns:
        The array, in the file's shape and the native byte order.

    Raises:
        ValueError: the file is no IDX file, or it is cut short.

    Source: yann.lecun.com/exdb/mnist: two zero bytes, type, rank, big-endian sizes, data.

    Example:
        >>> path = getfixture("tmp_path") / "labels"
        >>> path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
        11
        >>> read_idx(path)
        array([7, 2, 1], dtype=uint8)
    """
    raw = _read_bytes(path)
    if len(raw) < 4 or raw[:2] != b"\0\0" or raw[2] not in _IDX_DTYPES:
        raise ValueError(
            f"read_idx: path is {str(path)!r}, which begins with {raw[:4].hex(' ')!r}; expected an "
            "IDX file: 00 00, a type (08 for bytes) and a rank. Download the file again."
        )
    dtype, rank = np.dtype(_IDX_DTYPES[raw[2]]), raw[3]
    start = 4 + 4 * rank
    shape = tuple(int.from_bytes(raw[i : i + 4], "big") for i in range(4, start, 4))
    wanted = start + math.prod(shape) * dtype.itemsize
    if len(raw) != wanted:
        raise ValueError(
            f"read_idx: path is {str(path)!r}, of {len(raw)} bytes unpacked; expected {wanted} for "
            f"shape {shape} of {dtype.name}. Download the file again."
        )
    return np.frombuffer(raw, dtype, offset=start).reshape(shape).astype(dtype.newbyteorder("="))


def load_idx_folder(folder: str | os.PathLike[str]) -> ImageData:
    """Read MNIST or Fashion-MNIST from its four published files.

    Args:
        folder: holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte
            and t10k-labels-idx1-ubyte, each with or without .gz.

    Returns:
        The images and labels.

    Raises:
        FileNotFoundError: files are missing; the message names each and where to put it.
        ValueError: a file is damaged, or images and labels differ in number.
    """
    found = {field: find_idx(folder, name) for field, name in IDX_FILES.items()}
    missing = [IDX_FILES[field] for field, path in found.items() if path is None]
    if missing:
        raise FileNotFoundError(
            f"load_idx_folder: folder is {str(folder)!r}, without {', '.join(missing)}; expected "
            "the four files of MNIST or Fashion-MNIST, each as published (.gz) or unpacked. "
            "Place them there, or name the folder that holds them."
        )
    return read_idx_files("load_idx_folder", {f: path for f, path in found.items() if path})


def read_idx_files(function: str, paths: Mapping[str, Path]) -> ImageData:
    """Read one file for each field of `ImageData`; `function` stands in the messages.

    Raises:
        ValueError: a file is damaged, or images and labels differ in number.
    """
    data = ImageData(**{field: read_idx(path) for field, path in paths.items()})
    return checked(function, paths["train_images"].parent, data)


def find_idx(folder: str | os.PathLike[str], name: str) -> Path | None:
    """The file of that name in the folder, unpacked or gzipped, or None."""
    candidates = (Path(folder) / name, Path(folder) / f"{name}.gz")
    return next((path for path in candidates if path.is_file()), None)


def _read_bytes(path: str | os.PathLike[str]) -> bytes:
    raw = Path(path).read_bytes()
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    try:
        return gzip.decompress(raw)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"read_idx: path is {str(path)!r}, whose gzip data is damaged ({error}); expected the "
            "published file. Download the file again."
        ) from error
