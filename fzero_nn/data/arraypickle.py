"""Pickles of byte arrays, as CIFAR's Python version has them."""

import io
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from ..damage import Damaged
from ..pickles import Function, unpickle

__all__ = ["read_arrays"]


def read_arrays(source: str, raw: bytes) -> dict[str, Any]:
    """The dictionary that a pickle of Python 2 or 3 holds, without running anything in it.

    Args:
        source: begins the message.
        raw: the pickle.

    Returns:
        The dictionary, its keys texts and its arrays uint8. Strings of Python 2 are texts.

    Raises:
        ValueError: the pickle names anything but arrays, or is damaged.
    """
    try:
        content = unpickle(io.BytesIO(raw), _NAMES, set_state=_set_state)
        if type(content) is not dict:
            raise Damaged(f"it holds a {type(content).__name__}")
        return {_text(key): _value(value) for key, value in content.items()}
    except Exception as error:  # A damaged pickle can raise any of them.
        raise ValueError(
            f"{source} is damaged, or more than data ({error}); expected a pickle of byte arrays. "
            "Download it again."
        ) from error


class _Dtype(NamedTuple):
    code: Any


@dataclass
class _Array:
    """An array, whose value comes with its state; what the pickle shares is this object."""

    value: np.ndarray | None = None


def _set_state(target: Any, state: Any) -> None:
    if type(target) is _Dtype:
        return  # the byte order and the fields, which a byte does not have
    if type(target) is not _Array:
        raise Damaged(f"its pickle sets attributes of a {type(target).__name__}")
    _, shape, dtype, fortran, content = state
    if type(dtype) is not _Dtype or dtype.code not in ("u1", b"u1"):
        raise Damaged("an array has another dtype than bytes (u1)")
    numbers = np.frombuffer(_bytes(content), np.uint8)
    target.value = numbers.reshape(shape, order="F" if fortran else "C")


def _bytes(x: Any, *encoding: Any) -> bytes:
    return x.encode("latin1") if isinstance(x, str) else x


def _text(key: Any) -> Any:
    return key.decode("latin1") if isinstance(key, bytes) else key


def _value(x: Any) -> Any:
    return x.value if type(x) is _Array else x


_RECONSTRUCT = Function(lambda kind, shape, code: _Array())
#: Everything that a pickle may ask for.
_NAMES = {
    "numpy ndarray": "the class of arrays",
    "numpy dtype": Function(lambda code, *flags: _Dtype(code)),
    "numpy.core.multiarray _reconstruct": _RECONSTRUCT,
    "numpy._core.multiarray _reconstruct": _RECONSTRUCT,
    "_codecs encode": Function(_bytes),  # how Python 3 writes bytes for Python 2
}
