"""Labelled images in two splits, and their file of NumPy arrays."""

import os
from typing import Any, NamedTuple

import numpy as np

__all__ = ["ImageData", "checked", "load_npz"]


class ImageData(NamedTuple):
    """Labelled images in two splits.

    Attributes:
        train_images, test_images: uint8 of shape (N, H, W), or (N, C, H, W) in colour.
        train_labels, test_labels: uint8 of shape (N,).
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray


def load_npz(path: str | os.PathLike[str]) -> ImageData:
    """Read labelled images from one `.npz` with the fields of `ImageData`.

    Args:
        path: the file.

    Returns:
        The images and labels.

    Raises:
        ValueError: a field is missing, or images and labels differ in number.

    Example:
        >>> path = getfixture("tmp_path") / "data.npz"
        >>> images, labels = np.zeros((2, 8, 8), np.uint8), np.zeros(2, np.uint8)
        >>> np.savez(path, **ImageData(images, labels, images, labels)._asdict())
        >>> load_npz(path).test_images.shape
        (2, 8, 8)
    """
    with np.load(path, allow_pickle=False) as file:
        missing = [name for name in ImageData._fields if name not in file.files]
        if missing:
            raise ValueError(
                f"load_npz: path is {str(path)!r}, without {', '.join(missing)}; expected "
                f"{', '.join(ImageData._fields)}. Save them with numpy.savez(path, ...)."
            )
        return checked("load_npz", path, ImageData(*(file[name] for name in ImageData._fields)))


def checked(function: str, source: Any, data: ImageData) -> ImageData:
    """`data`, if each split has as many labels as images; `source` stands in the message.

    Raises:
        ValueError: images and labels differ in number, or have other axes.
    """
    for split in ("train", "test"):
        images, labels = (getattr(data, f"{split}_{kind}") for kind in ("images", "labels"))
        if images.ndim not in (3, 4) or images.shape[:1] != labels.shape:
            raise ValueError(
                f"{function}: {str(source)!r} has {split} images of shape {images.shape} and "
                f"labels of shape {labels.shape}; expected (N, H, W) or (N, C, H, W), and (N,). "
                "Take both files from one data set."
            )
    return data
