"""Functions that make arrays. `device="cpu"` or `"gpu"` says where; the values may be tracers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..backend import device as device_of
from ..cells import fresh, present
from ..core import coerce, concrete
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import structural as st
from .entry import foreign, from_host, like_numpy, named, operands, placed, whole
from .manipulation import broadcast_to, sizes
from .reductions import real_dtype

__all__ = [
    "arange", "array", "asarray", "empty", "empty_like", "eye", "from_dlpack", "fromfunction",
    "full", "full_like", "geomspace", "identity", "indices", "linspace", "logspace", "meshgrid",
    "ones", "ones_like", "tri", "vander", "zeros", "zeros_like",
]  # fmt: skip


def array(
    object: Any, dtype: Any = None, *, copy: bool | None = True, order: str = "K",
    subok: bool = False, ndmin: int = 0, like: Any = None, device: Any = None,
) -> Any:  # fmt: skip
    """An array of numbers, nested lists, arrays and tracers.

    Example:
        >>> import fzero, fzero.numpy as fnp
        >>> fzero.grad(lambda x: fnp.array([x, 2 * x, 3]).sum())(1.0)
        np.float64(3.0)
    """
    if not foreign(object):
        made = np.array(object, dtype, copy=copy, order=order, subok=subok, ndmin=ndmin)  # type: ignore
        return placed(made, device)
    made = coerce(object)
    if dtype is not None and dtype_of(made) != np.dtype(dtype):
        made = el.astype(made, dtype=np.dtype(dtype))
    if copy is False and made is not object:
        raise ValueError(
            f"array: copy is False for a {type(object).__name__} that is to become an array of "
            f"{dtype_of(made)}; expected an array of that dtype. Leave out copy=False."
        )
    made = placed(st.atleast(made, ndmin), device)
    return fresh(made) if copy else made


def asarray(
    a: Any, dtype: Any = None, order: str | None = None, *, device: Any = None,
    copy: bool | None = None, like: Any = None,
) -> Any:  # fmt: skip
    """`a` as an array; arrays and tracers of that dtype as they are."""
    return array(a, dtype, copy=copy, order=order or "K", device=device)


def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Any:
    """The array in the memory of another library's array, by the DLPack protocol.

    A tracer is handed on as it is, with its derivatives.
    """
    if foreign(x):
        if copy is False and placed(x, device) is not x:
            raise ValueError(
                f"from_dlpack: device is {device!r} and copy=False for an array on "
                f"{device_of(x)}; expected the array's device. Leave out copy=False."
            )
        return fresh(placed(x, device)) if copy else placed(x, device)
    return placed(np.from_dlpack(x) if not copy else np.array(np.from_dlpack(x)), device)


def zeros(shape: Any, dtype: Any = float, order: str = "C", *, device: Any = None) -> Any:
    """Zeros of a shape."""
    return placed(np.zeros(sizes("zeros", shape), dtype, order), device)  # type: ignore


def ones(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None) -> Any:
    """Ones of a shape."""
    return placed(np.ones(sizes("ones", shape), dtype, order), device)  # type: ignore


def empty(shape: Any, dtype: Any = float, order: str = "C", *, device: Any = None) -> Any:
    """An array of a shape with any values; write them with `fzero.at`."""
    return placed(np.empty(sizes("empty", shape), dtype, order), device)  # type: ignore


def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", *, device: Any = None
) -> Any:
    """One value (number, array that broadcasts, or tracer) in a shape."""
    wanted = sizes("full", shape)
    if not foreign(fill_value):
        return placed(np.full(wanted, fill_value, dtype, order), device)  # type: ignore
    return placed(broadcast_to(array(fill_value, dtype), wanted), device)


def _like(name: str, value: Any) -> Any:
    def make(
        a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *,
        device: Any = None,
    ) -> Any:  # fmt: skip
        wanted = shape_of(coerce(a)) if shape is None else sizes(name, shape)
        made = np.full(wanted, value, dtype_of(coerce(a)) if dtype is None else dtype)
        return placed(made, device) if device is not None else from_host(made, a)

    doc = f"`{name}` of the shape, dtype and device of `a`; for a tracer a plain array."
    return named(make, f"{name}_like", doc)


zeros_like, ones_like, empty_like = _like("zeros", 0), _like("ones", 1), _like("empty", 0)


@like_numpy("full_like")
def full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True,
    shape: Any = None, *, device: Any = None,
) -> Any:  # fmt: skip
    """`fill_value` in the shape and dtype of `a`."""
    wanted = shape_of(coerce(a)) if shape is None else sizes("full_like", shape)
    value = array(fill_value, dtype_of(coerce(a)) if dtype is None else dtype)
    value = from_host(value, a) if not foreign(value) else value
    return placed(broadcast_to(value, wanted), device)


def arange(
    start: Any, stop: Any = None, step: Any = None, dtype: Any = None, *, device: Any = None,
    like: Any = None,
) -> Any:  # fmt: skip
    """start, start + step, ... up to `stop`, not included; tracers must have plain values."""
    given: list[Any] = [concrete(v, "arange") for v in (start, stop, step)]
    return placed(np.arange(*given, dtype=dtype), device)


@like_numpy("linspace")
def _linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0, *, device: Any = None,
) -> Any:  # fmt: skip
    start, stop = operands(start, stop)
    if (num := whole(num, "linspace: num")) < 0:
        raise ValueError(f"linspace: num is {num}; expected 0 or more. Give the number of points.")
    shape = np.broadcast_shapes(shape_of(start), shape_of(stop))
    parts = num - 1 if endpoint else num
    steps = np.arange(num).reshape(-1, *(1,) * len(shape))
    delta = el.subtract(stop, start) * 1.0
    steps = steps.astype(real_dtype(delta))
    steps = from_host(steps, start, stop)
    made = steps * (delta / max(parts, 1)) + start
    if endpoint and num > 1:  # the last one exactly
        is_last = from_host(np.arange(num).reshape(steps.shape) == num - 1, start, stop)
        made = el.where(is_last, stop, made)
    if dtype is not None:
        wanted = np.dtype(dtype)
        made = el.astype(el.floor(made) if wanted.kind in "iu" else made, dtype=wanted)
    made = st.moveaxis(made, 0, axis)
    return (made, delta / parts if parts else delta * np.nan) if retstep else made


def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0, *, device: Any = None,
) -> Any:  # fmt: skip
    """`num` points from `start` to `stop` at equal distances. Gradient: to both ends.

    Example:
        >>> import fzero, fzero.numpy as fnp
        >>> fzero.grad(lambda stop: fnp.linspace(0.0, stop, 3).sum())(1.0)
        np.float64(1.5)
    """
    made = _linspace(start, stop, num, endpoint, retstep, dtype, axis)
    return tuple(placed(m, device) for m in made) if retstep else placed(made, device)


@like_numpy("logspace")
def logspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: Any = 10.0,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    """base ** linspace(start, stop): points at equal ratios, given by their exponents."""
    made = el.power(base, linspace(start, stop, num, endpoint, axis=axis))
    return made if dtype is None else el.astype(made, dtype=np.dtype(dtype))


@like_numpy("geomspace")
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """Points at equal ratios from `start` to `stop`, which have the same sign."""
    start, stop = operands(start, stop)
    exponents = linspace(0.0, 1.0, num, endpoint)
    rank = len(np.broadcast_shapes(shape_of(start), shape_of(stop)))
    exponents = from_host(exponents.reshape(-1, *(1,) * rank), start, stop)
    made = st.moveaxis(start * (stop / start) ** exponents, 0, axis)
    return made if dtype is None else el.astype(made, dtype=np.dtype(dtype))


def eye(
    N: int, M: int | None = None, k: int = 0, dtype: Any = float, order: str = "C", *,
    device: Any = None,
) -> Any:  # fmt: skip
    """The N x M matrix with ones on its diagonal number `k`."""
    return placed(np.eye(N, M, k, dtype, order), device)  # type: ignore


def identity(n: int, dtype: Any = None, *, device: Any = None) -> Any:
    """The n x n matrix with ones on the diagonal."""
    return placed(np.identity(n, dtype), device)


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = float, *, device: Any = None) -> Any:
    """The N x M matrix with ones up to its diagonal number `k`, and zeros above."""
    return placed(np.tri(N, M, k, dtype), device)


def indices(dimensions: Sequence[int], dtype: Any = int, sparse: bool = False) -> Any:
    """For each axis of a grid the index along it, at every place."""
    return np.indices(dimensions, dtype, sparse)  # type: ignore


def fromfunction(function: Any, shape: Any, *, dtype: Any = float, **kwargs: Any) -> Any:
    """`function` of the index arrays of a shape."""
    return function(*np.indices(shape, dtype), **kwargs)


@like_numpy("meshgrid")
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple:
    """The coordinates of a grid: each vector along its own axis, repeated over the others."""
    if indexing not in ("xy", "ij"):
        raise ValueError(
            f"meshgrid: indexing is {indexing!r}; expected 'xy' or 'ij'. Leave it out for 'xy'."
        )
    n = len(xi)
    xi = tuple(map(present, xi)) if copy else xi
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    axes = [
        st.reshape(coerce(x), shape=tuple(-1 if i == order[k] else 1 for i in range(n)))
        for k, x in enumerate(xi)
    ]
    if sparse:
        return tuple(axes)
    together = np.broadcast_shapes(*map(shape_of, axes))
    return tuple(broadcast_to(a, together) for a in axes)


@like_numpy("vander")
def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """The matrix of the powers of `x`: columns x**(N-1), ..., x, 1, or from 1 if `increasing`."""
    x = coerce(x)
    x = el.astype(x, dtype=np.promote_types(dtype_of(x), int))
    N = shape_of(x)[0] if N is None else N
    exponents = np.arange(N) if increasing else np.arange(N)[::-1]
    columns = [x**0 if e == 0 else x ** int(e) for e in exponents]
    return st.stack(*columns, axis=1) if columns else np.zeros((shape_of(x)[0], 0), dtype_of(x))
