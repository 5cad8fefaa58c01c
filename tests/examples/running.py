"""Loading the examples, which are programs and no package, and small data for them."""

import importlib.util
import struct
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from fzero_nn.data import load_npz

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def load_example(name: str) -> ModuleType:
    """A fresh module of the file examples/<name>.py."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_idx(path: Path, array: Any) -> None:
    """Write bytes in the format of MNIST's files."""
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    path.write_bytes(header + np.ascontiguousarray(array).tobytes())


def write_images(folder: Path, train: int, test: int) -> Path:
    """Write the first of the embedded images as the four IDX files; returns the folder."""
    images = load_npz(EXAMPLES / "data/fashion_mnist.npz")
    write_idx(folder / "train-images-idx3-ubyte", images.train_images[:train])
    write_idx(folder / "train-labels-idx1-ubyte", images.train_labels[:train])
    write_idx(folder / "t10k-images-idx3-ubyte", images.test_images[:test])
    write_idx(folder / "t10k-labels-idx1-ubyte", images.test_labels[:test])
    return folder
