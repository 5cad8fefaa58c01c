"""JAX's results in one file: an index of shapes, and all numbers in one row."""

import json
from pathlib import Path
from typing import Any

import numpy as np

STORED = Path(__file__).with_name("data") / "jax_values.npz"
#: name -> one {part: [array]} for each case; the part "inputs" is a digest of what was drawn.
Results = dict[str, list[dict[str, list[np.ndarray]]]]
KINDS = {"f": np.float64, "c": np.complex128, "i": np.int64, "u": np.int64, "b": np.bool_}


def digest(rows: list[np.ndarray]) -> list[np.ndarray]:
    """One number for each operand, that other inputs would not give."""
    flat = [r.reshape(-1) for r in rows]
    return [np.sum(x * np.cos(np.arange(x.size))) for x in flat]


def normal(y: Any) -> np.ndarray:
    """An array in the widest dtype of its kind, as it is stored and compared."""
    y = np.asarray(y)
    return y.astype(KINDS[y.dtype.kind])


def _numbers(y: np.ndarray) -> np.ndarray:
    y = normal(y).reshape(-1)
    return y.view(np.float64) if y.dtype.kind == "c" else y.astype(np.float64)


def write(results: Results) -> None:
    """Write all results."""
    index: dict[str, Any] = {}
    numbers = []
    for name in sorted(results):
        index[name] = [
            {part: [[normal(y).dtype.kind, *y.shape] for y in ys] for part, ys in case.items()}
            for case in results[name]
        ]
        numbers += [_numbers(y) for case in results[name] for ys in case.values() for y in ys]
    text = np.frombuffer(json.dumps(index).encode(), np.uint8)
    STORED.parent.mkdir(exist_ok=True)
    np.savez_compressed(STORED, allow_pickle=False, index=text, numbers=np.concatenate(numbers))


def read() -> Results:
    """All results, as they were written."""
    with np.load(STORED, allow_pickle=False) as file:
        index, numbers = json.loads(file["index"].tobytes()), file["numbers"]
    place = 0

    def taken(kind: str, *shape: int) -> np.ndarray:
        nonlocal place
        size = int(np.prod(shape)) * (2 if kind == "c" else 1)
        flat = numbers[place : place + size]
        place += size
        return (flat.view(np.complex128) if kind == "c" else flat.astype(KINDS[kind])).reshape(
            shape
        )

    return {
        name: [{part: [taken(*y) for y in ys] for part, ys in case.items()} for case in cases]
        for name, cases in index.items()
    }
