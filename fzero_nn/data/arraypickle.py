"""Pickles of byte arrays, read without running anything that they name."""

import io
import pickle
from typing import Any

import numpy as np

__all__ = ["read_arrays"]

_NDARRAY = "the class of arrays"


def read_arrays(source: str, raw: bytes) -> Any:
    """What a pickle of Python 2 holds: containers, numbers, bytes, and arrays of bytes.

    No function that the pickle names is called. The few names that arrays need stand here for
    functions that only take notes, every other one is refused.

    Args:
        source: begins the message.
        raw: the pickle.

    Returns:
        The object, with uint8 arrays. Strings of Python 2 are bytes.

    Raises:
        ValueError: the pickle names anything else, or is damaged.
    """
    try:
        return _finished(_ArrayUnpickler(io.BytesIO(raw), encoding="bytes").load())
    except Exception as error:  # A damaged pickle can raise any of them.
        raise ValueError(
            f"{source} is damaged, or more than data ({error}); expected a pickle of byte arrays. "
            "Download it again."
        ) from error


class _Dtype:
    """A dtype's code, and what else its pickle says."""

    def __init__(self, code: Any) -> None:
        self.code = code

    def __setstate__(self, state: Any) -> None:
        """The byte order and fields, which a byte does not have."""


class _Array:
    """An array that gets its value by its state."""

    value: np.ndarray

    def __setstate__(self, state: Any) -> None:
        _, shape, dtype, fortran, content = state
        if dtype.code not in (b"u1", "u1"):
            raise pickle.UnpicklingError(
                "array: its dtype is another; expected bytes (u1). Take the published file"
            )
        order = "F" if fortran else "C"
        self.value = np.frombuffer(content, np.uint8).reshape(shape, order=order)


class _ArrayUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        match module, name:
            case "numpy", "ndarray":
                return _NDARRAY
            case "numpy", "dtype":
                return self._dtype
            case "numpy.core.multiarray" | "numpy._core.multiarray", "_reconstruct":
                return self._reconstruct
            case "_codecs", "encode":  # how Python 3 writes bytes for Python 2
                return self._encode
        raise pickle.UnpicklingError(
            f"pickle: it names {module}.{name}; expected the names of arrays alone, as loading "
            "others can run any code. Take the published file"
        )

    # Bound methods: a pickle cannot set attributes on them, as it could on a function or class.

    def _dtype(self, code: Any, *flags: Any) -> _Dtype:
        return _Dtype(code)

    def _reconstruct(self, kind: Any, shape: Any, code: Any) -> _Array:
        return _Array()

    def _encode(self, text: str, encoding: Any) -> bytes:
        return text.encode("latin1")


def _finished(x: Any) -> Any:
    """Arrays in place of their notes."""
    if isinstance(x, _Array):
        return x.value
    return {key: _finished(value) for key, value in x.items()} if isinstance(x, dict) else x
