"""MNIST and Fashion-MNIST."""

import os

from .fetch import Published, find
from .idx import IDX_FILES, find_idx, read_idx_files
from .images import ImageData

__all__ = ["FASHION_MNIST_CLASSES", "fashion_mnist", "mnist"]

FASHION_MNIST_CLASSES = (
    "T-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip

_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_FASHION = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
#: Field of ImageData -> bytes and MD5 of the published file.
_MNIST_FILES = {
    "train_images": (9912422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    "train_labels": (28881, "d53e105ee54ea40749a09fcbcd1e9432"),
    "test_images": (1648877, "9fb629c4189551a2d022fa330f9573f3"),
    "test_labels": (4542, "ec29112dd5afa0611ce80d1b7f02629c"),
}
#: Field of ImageData -> bytes and SHA-256 of the published file.
_FASHION_FILES = {
    "train_images": (26421880, "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"),
    "train_labels": (29515, "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"),
    "test_images": (4422102, "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"),
    "test_labels": (5148, "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05"),
}


def mnist(folder: str | os.PathLike[str] | None = None, download: bool = False) -> ImageData:
    """MNIST: 60,000 and 10,000 handwritten digits in grey.

    Args:
        folder: holds the four published files, gzipped or unpacked; None for the cache alone.
        download: fetch into the cache (11.6 MB) what is in neither place.

    Returns:
        Images uint8 of shape (N, 28, 28) in [0, 255], labels uint8 in [0, 9].

    Raises:
        FileNotFoundError: files are missing; the message names each and where to put it.
        ValueError: a file is damaged.

    Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
    """
    files = {
        field: Published(_address(_MNIST, field), size, md5=md5)
        for field, (size, md5) in _MNIST_FILES.items()
    }
    return _load("mnist", files, folder, download)


def fashion_mnist(
    folder: str | os.PathLike[str] | None = None, download: bool = False
) -> ImageData:
    """Fashion-MNIST: 60,000 and 10,000 pieces of clothing in grey.

    Args:
        folder: holds the four published files, gzipped or unpacked; None for the cache alone.
        download: fetch into the cache (30.9 MB) what is in neither place.

    Returns:
        Images uint8 of shape (N, 28, 28) in [0, 255], labels uint8 in [0, 9], whose names are
        FASHION_MNIST_CLASSES.

    Raises:
        FileNotFoundError: files are missing; the message names each and where to put it.
        ValueError: a file is damaged.

    Source: Xiao, Rasul, Vollgraf, "Fashion-MNIST: a novel image dataset", 2017.
    """
    files = {
        field: Published(_address(_FASHION, field), size, sha256=sha256)
        for field, (size, sha256) in _FASHION_FILES.items()
    }
    return _load("fashion_mnist", files, folder, download)


def _address(server: str, field: str) -> str:
    return f"{server}{IDX_FILES[field]}.gz"


def _load(
    function: str,
    files: dict[str, Published],
    folder: str | os.PathLike[str] | None,
    download: bool,
) -> ImageData:
    unpacked = {} if folder is None else {f: find_idx(folder, IDX_FILES[f]) for f in files}
    paths = {field: path for field, path in unpacked.items() if path is not None}
    rest = [field for field in files if field not in paths]
    found = find(function, [files[field] for field in rest], folder, download)
    return read_idx_files(function, paths | dict(zip(rest, found, strict=True)))
