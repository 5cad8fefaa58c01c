"""Data: readers of image files, and shuffled minibatches from a key."""

import gzip
import math
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero import random

__all__ = ["ImageData", "batches", "load_idx_folder", "load_npz", "read_idx"]

_IDX_DTYPES = {8: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
#: Field of ImageData -> the file's name, the same for MNIST and Fashion-MNIST.
_IDX_FILES = {
    "train_images": "train-images-idx3-ubyte",
    "train_labels": "train-labels-idx1-ubyte",
    "test_images": "t10k-images-idx3-ubyte",
    "test_labels": "t10k-labels-idx1-ubyte",
}


class ImageData(NamedTuple):
    """Labelled images in two splits.

    Attributes:
        train_images, test_images: uint8 of shape (N, H, W).
        train_labels, test_labels: uint8 of shape (N,).
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


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
    found = {name: _find(Path(folder), name) for name in _IDX_FILES.values()}
    missing = [name for name, path in found.items() if path is None]
    if missing:
        raise FileNotFoundError(
            f"load_idx_folder: folder is {str(folder)!r}, without {', '.join(missing)}; expected "
            "the four files of MNIST or Fashion-MNIST, each as published (.gz) or unpacked. "
            "Place them there, or name the folder that holds them."
        )
    arrays = {field: read_idx(found[name] or name) for field, name in _IDX_FILES.items()}
    return _checked("load_idx_folder", folder, ImageData(**arrays))


def load_npz(path: str | os.PathLike[str]) -> ImageData:
    """Read labelled images from one `.npz` with the fields of `ImageData`.

    Args:
        path: the file.

    Returns:
        The images and labels.

    Raises:
        ValueError: a field is missing, or images and labels differ in number.
    """
    with np.load(path, allow_pickle=False) as file:
        missing = [name for name in ImageData._fields if name not in file.files]
        if missing:
            raise ValueError(
                f"load_npz: path is {str(path)!r}, without {', '.join(missing)}; expected "
                f"{', '.join(ImageData._fields)}. Save them with numpy.savez(path, ...)."
            )
        return _checked("load_npz", path, ImageData(*(file[name] for name in ImageData._fields)))


def batches(key: Any, arrays: Any, batch_size: int, drop_last: bool = False) -> Iterator[Any]:
    """Minibatches of one epoch, shuffled by a key.

    Args:
        key: decides the order, the same one every time; None keeps the order.
        arrays: a pytree of arrays with the same first axis, of length N.
        batch_size: rows of a batch, > 0.
        drop_last: leave out a last batch of fewer rows.

    Yields:
        Pytrees like `arrays`, with at most `batch_size` rows.

    Raises:
        ValueError: the arrays differ in length, there is none, or batch_size is no size.

    Example:
        >>> x, y = np.arange(5), np.arange(5) * 10
        >>> [b.tolist() for _, b in batches(None, (x, y), 2)]
        [[0, 10], [20, 30], [40]]
    """
    lengths = {a.shape[:1] for a in fzero.tree.leaves(arrays)}
    if len(lengths) != 1 or lengths == {()}:
        raise ValueError(
            f"batches: arrays is of lengths {sorted(lengths)}; expected arrays with the same "
            "first axis. Slice them to the shortest one."
        )
    if batch_size < 1:
        raise ValueError(f"batches: batch_size is {batch_size}; expected 1 or more. Try 100.")
    return _batches(key, arrays, lengths.pop()[0], batch_size, drop_last)


def _batches(key: Any, arrays: Any, rows: int, batch_size: int, drop_last: bool) -> Iterator[Any]:
    xp = fzero.array_namespace(*fzero.tree.leaves(arrays))
    order = xp.arange(rows) if key is None else xp.asarray(random.permutation(key, rows))
    stop = rows - batch_size + 1 if drop_last else rows
    for start in range(0, stop, batch_size):
        chosen = order[start : start + batch_size]
        yield fzero.tree.map(lambda a, chosen=chosen: a[chosen], arrays)


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


def _find(folder: Path, name: str) -> Path | None:
    return next((p for p in (folder / name, folder / f"{name}.gz") if p.is_file()), None)


def _checked(function: str, source: Any, data: ImageData) -> ImageData:
    for split in ("train", "test"):
        images, labels = (getattr(data, f"{split}_{kind}") for kind in ("images", "labels"))
        if images.ndim != 3 or images.shape[:1] != labels.shape:
            raise ValueError(
                f"{function}: {str(source)!r} has {split} images of shape {images.shape} and "
                f"labels of shape {labels.shape}; expected (N, H, W) and (N,). "
                "Take both files from one data set."
            )
    return data
