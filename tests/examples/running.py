"""Loading the examples, which are programs and no package, and small data for them."""

import importlib.util
import struct
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import fzero
from fzero_nn.data import load_npz
from tests.strict import put

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
sys.path.append(str(EXAMPLES))  # where a program finds the others beside it


def load_example(name: str) -> ModuleType:
    """A fresh module of the file examples/<name>.py."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def use_stand_in(monkeypatch: Any) -> None:
    """Let `--device gpu` mean the stand-in for CuPy, which refuses what is not moved to it."""
    real = fzero.device_put

    def device_put(x: Any, device: Any = "gpu") -> Any:
        return real(x, device) if str(device) == "cpu" else fzero.tree.map(put, x)

    monkeypatch.setattr(fzero, "device_put", device_put)


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
