"""The methods and properties of tracers, named as those of `numpy.ndarray`."""

import sys
from collections.abc import Callable
from typing import Any

from ..array import attach_methods
from ..backend import device
from ..core import Tracer, concrete
from ..placement import device_put
from . import elementwise, indexing, manipulation, products, reductions, sorting, triangles
from .entry import for_tracers

__all__: list[str] = []


def _reshape(self: Tracer, *shape: Any, order: str = "C", copy: bool | None = None) -> Any:
    """The elements in another shape, given as one tuple or as several ints."""
    return for_tracers(manipulation.reshape)(self, shape[0] if len(shape) == 1 else shape, order)


def _transpose(self: Tracer, *axes: Any) -> Any:
    """The axes in another order (reversed by default), one tuple or several ints."""
    several = len(axes) == 1 and (axes[0] is None or isinstance(axes[0], (tuple, list)))
    return for_tracers(manipulation.transpose)(self, (axes[0] if several else axes) or None)


def _astype(
    self: Tracer, dtype: Any, order: str = "K", casting: str = "unsafe", subok: bool = True,
    copy: bool = True,
) -> Any:  # fmt: skip
    """The elements in another dtype."""
    return for_tracers(manipulation.astype)(self, dtype)


def _item(self: Tracer, *index: Any) -> Any:
    """One element as a Python number; under vmap there is one per row, which raises."""
    value = concrete(self, "item()")
    return value.item(*index) if hasattr(value, "item") else value


def _tolist(self: Tracer) -> Any:
    """The elements as nested lists of Python numbers."""
    value = concrete(self, "tolist()")
    return value.tolist() if hasattr(value, "tolist") else value


def _clip(self: Tracer, min: Any = None, max: Any = None, out: Any = None, **keywords: Any) -> Any:
    """The elements limited to [min, max]."""
    return for_tracers(elementwise.clip)(self, min, max, out)


def _compress(self: Tracer, condition: Any, axis: int | None = None, out: Any = None) -> Any:
    """The slices along `axis` where the condition holds."""
    return for_tracers(indexing.compress)(condition, self, axis, out)


def _namespace(self: Tracer, /, *, api_version: str | None = None) -> Any:
    """The namespace of functions for arrays and tracers: `fzero.numpy`."""
    return sys.modules[__package__ or ""]


def _to_device(self: Tracer, device: Any, /, *, stream: Any = None) -> Any:
    """The array on another device; the gradient comes back."""
    return device_put(self, device)


def _refused(name: str, instead: str) -> Callable[..., Any]:
    def refuse(self: Tracer, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(
            f"{name}: the array is a tracer, which has no memory of its own to change or "
            f"reinterpret; expected a function that returns a new array. Write {instead}."
        )

    refuse.__name__ = refuse.__qualname__ = name
    refuse.__doc__ = f"Raises: write {instead} instead."
    return refuse


#: Methods with the signature of the function of the same name.
_SAME = (
    (reductions, "sum prod mean std var max min argmax argmin any all cumsum cumprod ptp"),
    (manipulation, "ravel squeeze swapaxes repeat copy"),
    (triangles, "diagonal trace"),
    (elementwise, "round conjugate"),
    (indexing, "take nonzero choose"),
    (products, "dot"),
    (sorting, "argsort argpartition searchsorted"),
)
_REFUSED = {
    "sort": "fnp.sort(x)",
    "partition": "fnp.partition(x, kth)",
    "fill": "fnp.full_like(x, value)",
    "put": "fzero.at(x.ravel(), indices).set(values).reshape(x.shape)",
    "itemset": "x.at[index].set(value)",
    "setfield": "x.at[index].set(value)",
    "resize": "fnp.resize(x, shape)",
    "view": "x.astype(dtype), or fzero.stop_gradient(x)",
    "byteswap": "x.astype(dtype)",
    "tobytes": "fzero.stop_gradient on the result of the transform, then its tobytes()",
}


def _methods() -> dict[str, Any]:
    found: dict[str, Any] = {
        name: for_tracers(getattr(module, name))
        for module, names in _SAME
        for name in names.split()
    }
    found |= {name: _refused(name, instead) for name, instead in _REFUSED.items()}
    found |= {
        "reshape": _reshape,
        "transpose": _transpose,
        "flatten": found["ravel"],
        "astype": _astype,
        "clip": _clip,
        "compress": _compress,
        "conj": found["conjugate"],
        "item": _item,
        "tolist": _tolist,
        "to_device": _to_device,
        "__array_namespace__": _namespace,
        "__copy__": found["copy"],
        "__deepcopy__": lambda self, memo: self,
        "T": property(for_tracers(manipulation.transpose)),
        "mT": property(for_tracers(triangles.matrix_transpose)),
        "real": property(for_tracers(elementwise.real)),
        "imag": property(for_tracers(elementwise.imag)),
        "flat": property(found["ravel"]),
        "device": property(lambda self: str(device(self))),
    }
    return found


attach_methods(_methods())
