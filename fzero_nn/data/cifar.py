"""CIFAR-10 and CIFAR-100, from the binary or the Python version, packed or unpacked."""

import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .arraypickle import read_arrays
from .fetch import Published, find, locate
from .images import ImageData, checked

__all__ = [
    "CIFAR10_CLASSES",
    "CIFAR100_COARSE_CLASSES",
    "CIFAR100_FINE_CLASSES",
    "cifar10",
    "cifar100",
]

CIFAR10_CLASSES = (
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
)  # fmt: skip
CIFAR100_FINE_CLASSES = tuple(
    "apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus "
    "butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch "
    "crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo "
    "keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse "
    "mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy "
    "porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper "
    "snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television "
    "tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm".split()
)
CIFAR100_COARSE_CLASSES = tuple(
    "aquatic_mammals fish flowers food_containers fruit_and_vegetables "
    "household_electrical_devices household_furniture insects large_carnivores "
    "large_man-made_outdoor_things large_natural_outdoor_scenes large_omnivores_and_herbivores "
    "medium_mammals non-insect_invertebrates people reptiles small_mammals trees vehicles_1 "
    "vehicles_2".split()
)

_SERVER = "https://www.cs.toronto.edu/~kriz/"
_PIXELS = 3 * 32 * 32


class _Version(NamedTuple):
    """One published form of a data set."""

    archive: Published
    folder: str  # within the archive
    train: tuple[str, ...]
    test: str
    read: Callable[[str, bytes], tuple[np.ndarray, np.ndarray]]  # images, labels


def cifar10(folder: str | os.PathLike[str] | None = None, download: bool = False) -> ImageData:
    """CIFAR-10: 50,000 and 10,000 colour images of ten classes.

    Args:
        folder: holds cifar-10-binary.tar.gz or cifar-10-python.tar.gz, or what is in one of
            them, packed or unpacked; None for the cache alone.
        download: fetch the binary version into the cache (170 MB) if there is neither.

    Returns:
        Images uint8 of shape (N, 3, 32, 32) in [0, 255], labels uint8 in [0, 9], whose names are
        CIFAR10_CLASSES.

    Raises:
        FileNotFoundError: files are missing; the message says what to put where.
        ValueError: a file is damaged, or holds more than arrays; it is read without running
            anything from it.

    Cost: bytes, 185 MB for all, a quarter of what float32 takes.
    Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """
    return _load("cifar10", _cifar10_versions(), folder, download)


def cifar100(
    folder: str | os.PathLike[str] | None = None, labels: str = "fine", download: bool = False
) -> ImageData:
    """CIFAR-100: 50,000 and 10,000 colour images of 100 classes in 20 groups.

    Args:
        folder: holds cifar-100-binary.tar.gz or cifar-100-python.tar.gz, or what is in one of
            them, packed or unpacked; None for the cache alone.
        labels: "fine" for the 100 classes, "coarse" for the 20 groups.
        download: fetch the binary version into the cache (169 MB) if there is neither.

    Returns:
        Images uint8 of shape (N, 3, 32, 32) in [0, 255], labels uint8 in [0, 99] or [0, 19], whose
        names are CIFAR100_FINE_CLASSES or CIFAR100_COARSE_CLASSES.

    Raises:
        FileNotFoundError: files are missing; the message says what to put where.
        ValueError: a file is damaged, or holds more than arrays, or no such labels.

    Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
    """
    if labels not in ("fine", "coarse"):
        raise ValueError(
            f"cifar100: labels is {labels!r}; expected 'fine' or 'coarse'. Leave it out for 'fine'."
        )
    return _load("cifar100", _cifar100_versions(labels), folder, download)


def _cifar10_versions() -> list[_Version]:
    names = [f"data_batch_{i}" for i in range(1, 6)]
    binary = Published(
        f"{_SERVER}cifar-10-binary.tar.gz", 170052171, md5="c32a1d4ab5d03f1284b67883e8d87530"
    )
    pickled = Published(
        f"{_SERVER}cifar-10-python.tar.gz", 170498071, md5="c58f30108f718f92721af3b95e74349a"
    )
    records = partial(_read_records, label=0, label_bytes=1)
    entries = partial(_read_pickle, entry="labels")
    files = tuple(f"{name}.bin" for name in names)
    return [
        _Version(binary, "cifar-10-batches-bin", files, "test_batch.bin", records),
        _Version(pickled, "cifar-10-batches-py", tuple(names), "test_batch", entries),
    ]


def _cifar100_versions(labels: str) -> list[_Version]:
    binary = Published(
        f"{_SERVER}cifar-100-binary.tar.gz", 168513733, md5="03b5dce01913d631647c71ecec9e9cb8"
    )
    pickled = Published(
        f"{_SERVER}cifar-100-python.tar.gz", 169001437, md5="eb9058c3a382ffc7106e4002c42a8d85"
    )
    label = ("coarse", "fine").index(labels)
    records = partial(_read_records, label=label, label_bytes=2)
    entries = partial(_read_pickle, entry=f"{labels}_labels")
    return [
        _Version(binary, "cifar-100-binary", ("train.bin",), "test.bin", records),
        _Version(pickled, "cifar-100-python", ("train",), "test", entries),
    ]


def _load(
    function: str,
    versions: Sequence[_Version],
    folder: str | os.PathLike[str] | None,
    download: bool,
) -> ImageData:
    version, place = _located(function, versions, folder, download)
    files = (_unpacked_files if place.is_dir() else _archived_files)(function, version, place)
    parts = {name: version.read(f"{function}: {name} of {place}", raw) for name, raw in files}
    train = [parts[name] for name in version.train]
    images, labels = (np.concatenate(arrays) for arrays in zip(*train, strict=True))
    return checked(function, place, ImageData(images, labels, *parts[version.test]))


def _located(
    function: str,
    versions: Sequence[_Version],
    folder: str | os.PathLike[str] | None,
    download: bool,
) -> tuple[_Version, Path]:
    """The first version that is on this machine, else the first one, downloaded."""
    for version in versions:
        for place in _unpacked_places(version, folder):
            if all((place / name).is_file() for name in (*version.train, version.test)):
                return version, place
    for version in versions:
        if place := locate(version.archive, folder):
            return version, place
    return versions[0], find(function, [versions[0].archive], folder, download)[0]


def _unpacked_places(version: _Version, folder: str | os.PathLike[str] | None) -> list[Path]:
    return [] if folder is None else [Path(folder) / version.folder, Path(folder)]


def _unpacked_files(function: str, version: _Version, place: Path) -> Iterator[tuple[str, bytes]]:
    for name in (*version.train, version.test):
        yield name, (place / name).read_bytes()


def _archived_files(function: str, version: _Version, place: Path) -> Iterator[tuple[str, bytes]]:
    """Read from the archive itself: nothing is unpacked, so no name in it can lead elsewhere."""
    # Imported here, as it would slow the import of the package.
    import tarfile

    wanted = {f"{version.folder}/{name}": name for name in (*version.train, version.test)}
    try:
        with tarfile.open(place, "r:gz") as archive:
            for member in archive:
                if member.name in wanted and (file := archive.extractfile(member)):
                    yield wanted.pop(member.name), file.read()
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"{function}: {place} is damaged ({error}); expected the archive as published at "
            f"{version.archive.url}. Download it again."
        ) from error
    if wanted:
        raise ValueError(
            f"{function}: {place} is without {', '.join(wanted)}; expected the archive as "
            f"published at {version.archive.url}. Download it again."
        )


def _read_records(
    source: str, raw: bytes, label: int, label_bytes: int
) -> tuple[np.ndarray, np.ndarray]:
    """Records of the label's bytes and the pixels: red, green and blue planes."""
    width = label_bytes + _PIXELS
    if not raw or len(raw) % width:
        raise ValueError(
            f"{source} is of {len(raw)} bytes; expected a multiple of {width}. Download it again."
        )
    records = np.frombuffer(raw, np.uint8).reshape(-1, width)
    images = np.ascontiguousarray(records[:, label_bytes:]).reshape(-1, 3, 32, 32)
    return images, records[:, label].copy()


def _read_pickle(source: str, raw: bytes, entry: str) -> tuple[np.ndarray, np.ndarray]:
    content = read_arrays(source, raw)
    try:
        images = content["data"].reshape(-1, 3, 32, 32).copy()  # which may be changed
        return images, np.array(content[entry], np.uint8)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(
            f"{source} is without images of 3072 bytes or {entry} ({error!r}); expected "
            "both. Download it again."
        ) from error
