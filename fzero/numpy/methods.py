"""The methods and properties of tracers, named as those of `numpy.ndarray`."""

import functools
import sys
import warnings
from collections.abc import Callable
from typing import Any

from ..array import attach_methods
from ..backend import device
from ..cells import Cell, fresh, handed_on, present
from ..core import Tracer, concrete, innermost
from ..errors import LostDerivativeWarning
from . import elementwise, indexing, manipulation, products, reductions, sorting, triangles
from .entry import for_tracers, placed
from .standard import StandardNamespace

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
    return for_tracers(manipulation.astype)(self, dtype, copy=copy)


def _flatten(self: Tracer, order: str = "C") -> Any:
    """A copy of the elements along one axis."""
    return fresh(for_tracers(manipulation.ravel)(present(self), order))


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


def _conjugate(self: Tracer) -> Any:
    """The complex conjugate; a real array as it is."""
    return for_tracers(elementwise.conjugate)(self) if self.dtype.kind == "c" else self


def _compress(self: Tracer, condition: Any, axis: int | None = None, out: Any = None) -> Any:
    """The slices along `axis` where the condition holds."""
    return for_tracers(indexing.compress)(condition, self, axis, out)


def _namespace(self: Tracer, /, *, api_version: str | None = None) -> Any:
    """The functions of `fzero.numpy`, as libraries need them: with results to assign into."""
    return _standard()


@functools.cache
def _standard() -> StandardNamespace:
    return StandardNamespace(sys.modules[__package__ or ""])


def _to_device(self: Tracer, device: Any, /, *, stream: Any = None) -> Any:
    """The array on another device; the gradient comes back."""
    return placed(self, device)


def _dlpack_device(self: Tracer) -> tuple[int, int]:
    """The kind and the number of the device that holds the array."""
    return innermost(self).__dlpack_device__()


def _dlpack(
    self: Tracer, *, stream: Any = None, max_version: Any = None, dl_device: Any = None,
    copy: bool | None = None,
) -> Any:  # fmt: skip
    """The memory of the carried array, with a warning, since derivatives end here."""
    x = handed_on(self) if isinstance(self, Cell) else self
    if isinstance(x, Tracer):
        warnings.warn(
            f"__dlpack__: the array is a tracer of {x._trace.transform}; other libraries see its "
            "numbers only, and no derivative goes through them. Use fzero.numpy.from_dlpack to "
            "stay inside, or hand out fzero.value(x), which does not warn.",
            LostDerivativeWarning,
            stacklevel=2,
        )
    while isinstance(x, Tracer):
        x = x._trace.exported(x)
    return x.__dlpack__(stream=stream, max_version=max_version, dl_device=dl_device, copy=copy)


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
    (elementwise, "round"),
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
        "flatten": _flatten,
        "astype": _astype,
        "clip": _clip,
        "compress": _compress,
        "conj": _conjugate,
        "conjugate": _conjugate,
        "item": _item,
        "tolist": _tolist,
        "to_device": _to_device,
        "__array_namespace__": _namespace,
        "__dlpack__": _dlpack,
        "__dlpack_device__": _dlpack_device,
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
