"""Rebuild examples/data/fashion_mnist.npz from the four original Fashion-MNIST files.

    python examples/make_data.py FOLDER [OUTPUT]

FOLDER holds the IDX files as published, gzip and all (data/README.md says where they come from).
The subset takes the first images of each class and keeps their order in the original file.
"""

import argparse
import gzip
import hashlib
import io
import zipfile
from pathlib import Path

import numpy as np

OUTPUT = Path(__file__).parent / "data" / "fashion_mnist.npz"
PER_CLASS = {"train": 1150, "test": 200}
PREFIX = {"train": "train", "test": "t10k"}
SHA256 = {
    "train-images-idx3-ubyte.gz": (
        "b0564c3eedabfbf835052cff8503ea422014ce006caf5b757f851416ee8300c7"
    ),
    "train-labels-idx1-ubyte.gz": (
        "0ae29f65d86684f32d1b9c85147786c547b9c6aebcaf235f0400a0cce308b056"
    ),
    "t10k-images-idx3-ubyte.gz": (
        "cc1d090a38ace84dfa1aa66e3ada7c336ef481a96936906477e6dd344da56eaa"
    ),
    "t10k-labels-idx1-ubyte.gz": (
        "8d3605d196f4be44669e46906da9733c8131fef761fdbfec72c424d5222f1a05"
    ),
}


def check_sources(folder: Path) -> None:
    """Refuse files other than the published ones, naming every one that differs."""
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in SHA256}
    wrong = [name for name, digest in digests.items() if digest != SHA256[name]]
    if wrong:
        raise ValueError(
            f"make_data: folder is {str(folder)!r}, where {', '.join(wrong)} differ from the "
            "published files; expected the SHA-256 digests listed in examples/data/README.md. "
            "Download the files again."
        )


def read_idx(path: Path) -> np.ndarray:
    """Read a gzipped IDX file of bytes: two zeros, type 8, rank, big-endian sizes, data."""
    raw = gzip.decompress(path.read_bytes())
    shape = np.frombuffer(raw, ">u4", count=raw[3], offset=4)
    return np.frombuffer(raw, np.uint8, offset=4 + 4 * raw[3]).reshape(shape)


def first_of_each_class(labels: np.ndarray, count: int) -> np.ndarray:
    """Indices of the first `count` labels of every class, in increasing order."""
    return np.sort(np.concatenate([np.flatnonzero(labels == c)[:count] for c in range(10)]))


def subset(folder: Path, per_class: dict[str, int]) -> dict[str, np.ndarray]:
    """Read the four files and keep `per_class[split]` images of each class of each split."""
    arrays = {}
    for split, count in per_class.items():
        labels = read_idx(folder / f"{PREFIX[split]}-labels-idx1-ubyte.gz")
        keep = first_of_each_class(labels, count)
        arrays[f"{split}_images"] = read_idx(folder / f"{PREFIX[split]}-images-idx3-ubyte.gz")[keep]
        arrays[f"{split}_labels"] = labels[keep]
    return arrays


def write_npz(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write an .npz whose bytes depend on the arrays alone (no date, no host), at zlib's level 9.

    `numpy.savez_compressed` has no level; its 6 costs 50 kB more, which is a hundred images.
    """
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            file = io.BytesIO()
            np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")  # dated 1980-01-01
            entry.create_system = 3  # the same on Windows as elsewhere
            archive.writestr(entry, file.getvalue(), zipfile.ZIP_DEFLATED, compresslevel=9)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="where the four *-ubyte.gz files are")
    parser.add_argument("output", type=Path, nargs="?", default=OUTPUT, help="the file to write")
    options = parser.parse_args()
    check_sources(options.folder)
    write_npz(options.output, subset(options.folder, PER_CLASS))
    digest = hashlib.sha256(options.output.read_bytes()).hexdigest()
    print(f"{options.output}: {options.output.stat().st_size} bytes, SHA-256 {digest}")


if __name__ == "__main__":
    main()
