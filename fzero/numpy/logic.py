"""Comparisons of whole arrays, and questions about each element."""

from typing import Any

import numpy as np

from ..core import coerce
from ..dtypes import dtype_of, shape_of
from ..ops import elementwise as el
from ..ops import reduction as red
from ..ops import structural as st
from .entry import like_numpy, operands
from .reductions import flat

__all__ = [
    "allclose", "array_equal", "array_equiv", "isclose", "iscomplex", "isin", "isneginf",
    "isposinf", "isreal",
]  # fmt: skip


@like_numpy("isclose")
def isclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any:
    """Whether |a - b| <= atol + rtol |b|, element by element; equal infinities are close."""
    a, b = operands(a, b)
    a, b = el.detach(a), el.detach(b)
    finite = el.isfinite(b) & el.isfinite(a)
    gap = el.absolute(el.where(finite, a, 0) - el.where(finite, b, 0))
    close = el.where(finite, gap <= atol + rtol * el.absolute(el.where(finite, b, 0)), a == b)
    return close | (el.isnan(a) & el.isnan(b)) if equal_nan else close


@like_numpy("allclose")
def allclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any:
    """Whether all elements are close; under vmap one answer per row."""
    return _all(isclose(a, b, rtol, atol, equal_nan))


def _all(x: Any) -> Any:
    return red.all(x, axis=tuple(range(len(shape_of(x)))), keepdims=False)


@like_numpy("array_equal")
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> Any:
    """Whether the shapes and all elements are equal."""
    a1, a2 = operands(a1, a2)
    if shape_of(a1) != shape_of(a2):
        return False
    same = el.equal(a1, a2)
    if equal_nan and dtype_of(a1).kind in "fc" and dtype_of(a2).kind in "fc":
        same = same | (el.isnan(a1) & el.isnan(a2))
    return _all(same)


@like_numpy("array_equiv")
def array_equiv(a1: Any, a2: Any) -> Any:
    """Whether the arrays are equal after broadcasting."""
    a1, a2 = operands(a1, a2)
    try:
        np.broadcast_shapes(shape_of(a1), shape_of(a2))
    except ValueError:
        return False
    return _all(el.equal(a1, a2))


@like_numpy("isin")
def isin(
    element: Any, test_elements: Any, assume_unique: bool = False, invert: bool = False, *,
    kind: str | None = None,
) -> Any:  # fmt: skip
    """Whether each element is among `test_elements`. Cost: the product of the sizes."""
    element, test = operands(element, test_elements)
    hits = el.equal(st.expand_dims(element, len(shape_of(element))), flat(test))
    found = red.any(hits, axis=(-1,), keepdims=False)
    return el.logical_not(found) if invert else found


@like_numpy("iscomplex")
def iscomplex(x: Any) -> Any:
    """Whether the imaginary part of each element is nonzero."""
    return el.not_equal(el.imag(coerce(x)), 0)


@like_numpy("isreal")
def isreal(x: Any) -> Any:
    """Whether the imaginary part of each element is zero."""
    return el.equal(el.imag(coerce(x)), 0)


@like_numpy("isposinf")
def isposinf(x: Any, out: Any = None) -> Any:
    """Whether each element is positive infinity."""
    return el.equal(x, np.inf)


@like_numpy("isneginf")
def isneginf(x: Any, out: Any = None) -> Any:
    """Whether each element is negative infinity."""
    return el.equal(x, -np.inf)
