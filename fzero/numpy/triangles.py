"""Diagonals and triangles of matrices."""

from typing import Any

from ..core import coerce
from ..dtypes import shape_of
from ..ops import structural as st
from ..shaping import op
from .entry import asked_axes, like_numpy, whole
from .manipulation import ravel
from .reductions import as_asked

__all__ = ["diag", "diagflat", "diagonal", "matrix_transpose", "trace", "tril", "triu"]


@like_numpy("matrix_transpose", "linalg.matrix_transpose")
def matrix_transpose(x: Any, /) -> Any:
    """`x` with its last two axes exchanged."""
    x = coerce(x)
    if len(shape_of(x)) < 2:
        raise ValueError(
            f"matrix_transpose: x has shape {shape_of(x)}; expected at least two axes. "
            "Add one with expand_dims."
        )
    return st.swapaxes(x, -1, -2)


@like_numpy("tril")
def tril(m: Any, k: int = 0) -> Any:
    """The lower triangle of `m`, up to its diagonal number `k`; zero above."""
    return st.tril(_matrices("tril", m), k=whole(k, "tril: k"))


@like_numpy("triu")
def triu(m: Any, k: int = 0) -> Any:
    """The upper triangle of `m`, from its diagonal number `k`; zero below."""
    return st.triu(_matrices("triu", m), k=whole(k, "triu: k"))


def _matrices(name: str, m: Any) -> Any:
    """A vector counts as the matrix whose rows all are it, as in NumPy."""
    m = coerce(m)
    rank = len(shape_of(m))
    if rank == 0:
        raise ValueError(f"{name}: m is 0-d; expected at least one axis. Use atleast_2d.")
    return st.broadcast_to(m, shape=(*shape_of(m), *shape_of(m))) if rank == 1 else m


@like_numpy("diagonal")
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal number `offset` of the planes of two axes, as the last axis."""
    a = coerce(a)
    i, j = asked_axes("diagonal", a, (axis1, axis2))
    return st.diagonal(a, offset=whole(offset, "diagonal: offset"), axis1=i, axis2=j)


@like_numpy("trace")
def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: Any = None
) -> Any:
    """The sum of a diagonal."""
    along = as_asked(diagonal(a, offset, axis1, axis2), dtype)
    return as_asked(op("sum")(along, axis=-1, keepdims=False), dtype)


@like_numpy("diag")
def diag(v: Any, k: int = 0) -> Any:
    """The diagonal number `k` of a matrix, or the matrix that has the vector `v` there."""
    v, k = coerce(v), whole(k, "diag: k")
    rank = len(shape_of(v))
    if rank == 2:
        return diagonal(v, k)
    if rank != 1:
        raise ValueError(f"diag: v has shape {shape_of(v)}; expected one or two axes. Use ravel.")
    n = shape_of(v)[0] + abs(k)
    return st.place_diagonal(v, shape=(n, n), offset=k, axis1=0, axis2=1)


@like_numpy("diagflat")
def diagflat(v: Any, k: int = 0) -> Any:
    """The matrix with the elements of `v` on its diagonal number `k`."""
    return diag(ravel(v), k)
