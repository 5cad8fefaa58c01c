"""Products of vectors, matrices and tensors."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..array import UFUNCS
from ..core import coerce
from ..ops import conv
from ..ops import elementwise as el
from ..ops import products as ops
from .elementwise import ufunc
from .entry import like_numpy, named, operands, refuse_out

__all__ = [
    "convolve", "correlate", "cross", "dot", "einsum", "inner", "kron", "matmul", "matvec", "outer",
    "sliding_window_view", "tensordot", "vdot",
    "vecdot", "vecmat",
]  # fmt: skip

matmul = ufunc("matmul")


@like_numpy("dot")
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """The sum of products over the last axis of `a` and the last but one of `b` (or its only one).

    Example:
        >>> import fzero, fzero.numpy as fnp
        >>> fzero.grad(lambda x: fnp.dot(x, x))(fnp.array([1.0, 2.0]))
        array([2., 4.])
    """
    refuse_out("dot", out)
    return ops.dot(*operands(a, b))


@like_numpy("vdot")
def vdot(a: Any, b: Any, /) -> Any:
    """The inner product of the flat arrays, the first one conjugated."""
    return ops.vdot(*operands(a, b))


@like_numpy("inner")
def inner(a: Any, b: Any, /) -> Any:
    """The sums of products over the last axes, for every pair of the others."""
    return ops.inner(*operands(a, b))


@like_numpy("outer")
def outer(a: Any, b: Any, out: Any = None) -> Any:
    """The matrix of all products a[i] * b[j] of the flat arrays."""
    refuse_out("outer", out)
    return ops.outer(*operands(a, b))


@like_numpy("tensordot", "linalg.tensordot")
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """The sums of products over `axes`: a count of last and first axes, or two lists of them."""
    a, b = operands(a, b)
    return ops.tensordot(a, b, axes)


@like_numpy("kron")
def kron(a: Any, b: Any) -> Any:
    """The blocks a[i, j] * b, joined: the Kronecker product."""
    return ops.kron(*operands(a, b))


@like_numpy("cross")
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Any:
    """The vector products of vectors of 3 numbers, given along an axis."""
    a, b = operands(a, b)
    return ops.cross(a, b, axisa, axisb, axisc, axis)


@like_numpy("einsum")
def einsum(
    *arguments: Any, out: Any = None, dtype: Any = None, order: str = "K",
    casting: str = "safe", optimize: Any = False,
) -> Any:  # fmt: skip
    """Sums of products by Einstein's convention: `einsum("ij,jk->ik", a, b)`.

    Gradient: one product per operand, with the subscripts exchanged.

    Example:
        >>> import fzero, fzero.numpy as fnp
        >>> fzero.grad(lambda a: fnp.einsum("ii->", a))(fnp.zeros((2, 2)))
        array([[1., 0.],
               [0., 1.]])
    """
    refuse_out("einsum", out)
    if dtype is None:
        return ops.einsum(*arguments)
    if isinstance(arguments[0], str):
        cast = [el.astype(coerce(a), dtype=np.dtype(dtype)) for a in arguments[1:]]
        return ops.einsum(arguments[0], *cast)
    return el.astype(ops.einsum(*arguments), dtype=np.dtype(dtype))


def _vector_product(name: str, product: Callable[..., Any], doc: str) -> Callable[..., Any]:
    """A generalised ufunc on the last axes, with the keywords that NumPy's has."""

    def call(x1: Any, x2: Any, /, *, axis: int = -1, dtype: Any = None, out: Any = None) -> Any:
        refuse_out(name, out)
        x1, x2 = operands(x1, x2)
        if dtype is not None:
            x1, x2 = (el.astype(x, dtype=np.dtype(dtype)) for x in (x1, x2))
        if axis != -1 and name != "vecdot":
            raise ValueError(f"{name}: axis is {axis}; expected the last. Use moveaxis first.")
        return product(x1, x2, axis) if name == "vecdot" else product(x1, x2)

    UFUNCS[name] = call
    return named(call, name, doc)


vecdot = _vector_product(
    "vecdot", ops.vecdot, "The inner product along the last axes, the first one conjugated."
)
matvec = _vector_product("matvec", ops.matvec, "Matrices times vectors, over the last axes.")
vecmat = _vector_product(
    "vecmat", ops.vecmat, "Conjugated vectors times matrices, over the last axes."
)


@like_numpy("convolve")
def convolve(a: Any, v: Any, mode: str = "full") -> Any:
    """sum_k a[m - k] v[k] for each m: all ("full"), a's length ("same"), or whole overlaps."""
    a, v = operands(a, v)
    return conv.convolve(a, v, mode)


@like_numpy("correlate")
def correlate(a: Any, v: Any, mode: str = "valid") -> Any:
    """sum_k a[m + k] conj(v[k]) for each m, in the modes of `convolve`."""
    a, v = operands(a, v)
    return conv.correlate(a, v, mode)


@like_numpy("lib.stride_tricks.sliding_window_view")
def sliding_window_view(
    x: Any, window_shape: Any, axis: Any = None, *, subok: bool = False, writeable: bool = False
) -> Any:
    """All windows of a shape, one more axis at the end for each windowed axis."""
    return conv.sliding_window_view(x, window_shape, axis)
