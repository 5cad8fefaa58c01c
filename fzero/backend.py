"""Array libraries and devices: the one file that names CuPy.

Everything above asks `namespace(x)` for the module that computes on `x`, and states its
implementations as functions of that module.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from .errors import DeviceError, MixedDeviceError

__all__ = [
    "HOST",
    "Device",
    "array_namespace",
    "device",
    "devices",
    "is_array",
    "known",
    "namespace",
    "register",
    "scatter_add",
    "scatter_extremum",
    "to_device",
]

_SCALARS = (bool, int, float, complex, type(None))
_NUMPY_SCALARS = tuple(t for t in np.sctypeDict.values() if issubclass(t, np.generic))


class Backend(NamedTuple):
    """What one array library brings: its module, and the few calls that modules do not share."""

    name: str
    xp: Any
    scatter_add: Callable[[Any, Any, Any], None]
    scatter_max: Callable[[Any, Any, Any], None]
    scatter_min: Callable[[Any, Any, Any], None]
    put: Callable[[Any], Any]
    get: Callable[[Any], Any]


class Device(NamedTuple):
    """A place where arrays live: `Device("cpu", 0)` or `Device("gpu", index)`."""

    kind: str
    index: int

    def __str__(self) -> str:
        return self.kind if self.kind == "cpu" else f"{self.kind}:{self.index}"


_HOST_BACKEND = Backend(
    "numpy", np, np.add.at, np.maximum.at, np.minimum.at, np.asarray, np.asarray
)
#: Types that NumPy takes as they are, so that a call on them needs no look-up.
HOST: frozenset[type] = frozenset({np.ndarray, *_SCALARS, *_NUMPY_SCALARS})
#: Array type -> its backend; None for scalars, which go with any library.
_BACKENDS: dict[type, Backend | None] = {np.ndarray: _HOST_BACKEND}
_BACKENDS.update(dict.fromkeys((*_SCALARS, *_NUMPY_SCALARS)))


#: Subclasses of NumPy's array whose arithmetic is not that of arrays.
_ODD = frozenset({"MaskedArray", "matrix"})


def register(array_type: type, backend: Backend) -> None:
    """Teach fzero an array type. Everything else follows from the library's module."""
    _BACKENDS[array_type] = backend


def _cupy_backend(cupy: ModuleType) -> Backend:
    cupyx = importlib.import_module("cupyx")
    return Backend(
        "cupy",
        cupy,
        cupyx.scatter_add,
        cupyx.scatter_max,
        cupyx.scatter_min,
        cupy.asarray,
        cupy.asnumpy,
    )


def _resolve(kind: type) -> bool:
    """Register `kind` if it is an array type seen for the first time."""
    if issubclass(kind, np.ndarray):
        if any(c.__module__.startswith("numpy") and c.__name__ in _ODD for c in kind.__mro__):
            raise TypeError(
                f"fzero: an operand is a {kind.__name__}; expected a plain array, since * is "
                "another product for matrices, and a mask has no derivative. Convert it with "
                "numpy.asarray(x), or x.filled(0.0) where elements are masked."
            )
        _BACKENDS[kind] = _HOST_BACKEND
        return True
    cupy = sys.modules.get("cupy")
    if cupy is not None and issubclass(kind, cupy.ndarray):
        _BACKENDS[kind] = _cupy_backend(cupy)
        return True
    return False


def known(x: object) -> bool:
    """Whether `x` is an array of a known library, or a scalar."""
    return type(x) in _BACKENDS or _resolve(type(x))


def is_array(x: object) -> bool:
    """Whether `x` is an array of a known library (a scalar or a tracer is not)."""
    return known(x) and _BACKENDS[type(x)] is not None


def _backend(*values: Any) -> Backend:
    found = None
    for x in values:
        backend = _BACKENDS[type(x)] if known(x) else None
        if backend is None or backend is found:
            continue
        if found is not None:
            raise MixedDeviceError(
                f"fzero: operands are arrays of {found.name} and of {backend.name}; expected one. "
                "Move them to one device first, for example fzero.device_put(x, 'gpu') or "
                "fzero.device_get(x)."
            )
        found = backend
    return found or _HOST_BACKEND


def namespace(*values: Any) -> Any:
    """The module that computes on `values` (arrays and scalars, no tracers).

    Raises:
        MixedDeviceError: two libraries among the values.
    """
    return _backend(*values).xp


def array_namespace(*arrays: Any) -> Any:
    """The array library of `arrays`: the `numpy` or the `cupy` module.

    Args:
        *arrays: arrays, scalars or tracers; a tracer counts as the array that it carries.

    Raises:
        MixedDeviceError: arrays of two libraries.

    Example:
        >>> import numpy
        >>> array_namespace(numpy.ones(3), 2.0) is numpy
        True
    """
    return namespace(*map(_innermost, arrays))


def _innermost(x: Any) -> Any:
    while hasattr(x, "_trace") and hasattr(x, "value"):
        x = x.value
    return x


def scatter_add(out: Any, index: Any, values: Any) -> None:
    """`out[index] += values` in place, with repeated indices added up."""
    _backend(out).scatter_add(out, index, values)


def scatter_extremum(out: Any, index: Any, values: Any, sign: int) -> None:
    """`out[index] = maximum(out[index], values)` in place (minimum for sign -1), with repeats."""
    backend = _backend(out)
    (backend.scatter_max if sign > 0 else backend.scatter_min)(out, index, values)


def _import_cupy() -> ModuleType:
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as error:
        raise DeviceError(
            "device 'gpu': CuPy is not installed; expected the extra. "
            "Install it with: pip install 'fzero[gpu]'"
        ) from error
    try:
        count = cupy.cuda.runtime.getDeviceCount()
    except Exception as error:
        raise DeviceError(
            f"device 'gpu': CuPy cannot reach a driver ({error}); expected a CUDA card with a "
            "working driver. Check nvidia-smi, or use device 'cpu'."
        ) from error
    if count == 0:
        raise DeviceError("device 'gpu': CuPy finds no card; expected at least 1. Use 'cpu'.")
    return cupy


def devices(kind: str | None = None) -> list[Device]:
    """The devices of this machine: the CPU first, then each CUDA card that CuPy can use.

    Args:
        kind: "cpu" or "gpu" to list one kind only; with "gpu", what is missing is raised.

    Raises:
        DeviceError: `kind` is "gpu" and there is none; the message says what is missing.

    Example:
        >>> str(devices("cpu")[0])
        'cpu'
    """
    if kind not in (None, "cpu", "gpu", "cuda"):
        raise ValueError(
            f"devices: kind is {kind!r}; expected 'cpu', 'gpu' or None. Leave it out for both."
        )
    cpu = [Device("cpu", 0)] if kind in (None, "cpu") else []
    if kind == "cpu":
        return cpu
    try:
        count = _import_cupy().cuda.runtime.getDeviceCount()
    except DeviceError:
        if kind is not None:
            raise
        return cpu
    return cpu + [Device("gpu", i) for i in range(count)]


def device(x: Any) -> Device:
    """The device on which `x` lives. `x` is an array, a scalar or a tracer.

    Example:
        >>> device(1.0)
        Device(kind='cpu', index=0)
    """
    x = _innermost(x)
    if _backend(x).name != "cupy":
        return Device("cpu", 0)
    return Device("gpu", x.device.id)


def _parse(target: Any) -> Device:
    if isinstance(target, Device):
        return target
    kind, _, index = str(target).partition(":")
    kind = "gpu" if kind == "cuda" else kind
    if kind not in ("cpu", "gpu") or not (index.isdigit() or index == ""):
        raise ValueError(
            f"device_put: device is {target!r}; expected 'cpu', 'gpu' or 'gpu:N'. "
            "fzero.devices() lists what this machine has."
        )
    return Device(kind, int(index or 0))


def to_device(x: Any, target: Any) -> Any:
    """One array on `target`, copied only if it is elsewhere; what is no array passes through."""
    place = _parse(target)
    if isinstance(x, (list, tuple)) or not known(x):
        return x
    if place.kind == "cpu":
        backend = _BACKENDS[type(x)]
        return x if backend is None else backend.get(x)
    cupy = _import_cupy()
    with cupy.cuda.Device(place.index):
        return cupy.asarray(x)
