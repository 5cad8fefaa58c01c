"""Dtypes, constants and questions about them."""

from typing import Any

import numpy as np
from numpy import (
    bool,
    bool_,
    byte,
    cdouble,
    complex64,
    complex128,
    complexfloating,
    csingle,
    double,
    dtype,
    e,
    euler_gamma,
    finfo,
    float16,
    float32,
    float64,
    floating,
    iinfo,
    inexact,
    inf,
    int8,
    int16,
    int32,
    int64,
    int_,
    integer,
    intp,
    issubdtype,
    nan,
    ndarray,
    newaxis,
    number,
    pi,
    promote_types,
    signedinteger,
    single,
    ufunc,
    uint,
    uint8,
    uint16,
    uint32,
    uint64,
    unsignedinteger,
)

from ..dtypes import dtype_of
from .entry import like_numpy

__all__ = [
    "bool", "bool_", "byte", "can_cast", "cdouble", "complex128", "complex64", "complex_",
    "complexfloating", "csingle", "double", "dtype", "e", "euler_gamma", "finfo", "float16",
    "float32", "float64", "float_", "floating", "iinfo", "inexact", "inf", "int16", "int32",
    "int64", "int8", "int_", "integer", "intp", "iscomplexobj", "isdtype", "isrealobj", "isscalar",
    "issubdtype", "nan", "ndarray", "newaxis", "number", "pi", "promote_types", "result_type",
    "signedinteger", "single", "ufunc", "uint", "uint16", "uint32", "uint64", "uint8",
    "unsignedinteger",
]  # fmt: skip

#: NumPy 1's names, which other libraries kept.
float_, complex_ = float64, complex128


def _typed(x: Any) -> Any:
    """A tracer's or array's dtype; a number stays, being weak; a dtype stays."""
    return x if isinstance(x, type) else getattr(x, "dtype", x)


@like_numpy("result_type")
def result_type(*arrays_and_dtypes: Any) -> Any:
    """The dtype that an operation on these arrays, dtypes and numbers has."""
    return np.result_type(*map(_typed, arrays_and_dtypes))


@like_numpy("can_cast")
def can_cast(from_: Any, to: Any, casting: str = "safe") -> Any:
    """Whether a cast between dtypes obeys the rule `casting`."""
    return np.can_cast(_typed(from_), to, casting)  # type: ignore


def isdtype(dtype: Any, kind: Any) -> Any:
    """Whether a dtype is of a kind such as "real floating", or one of several."""
    return np.isdtype(dtype, kind)


@like_numpy("iscomplexobj")
def iscomplexobj(x: Any) -> Any:
    """Whether the dtype is complex."""
    return dtype_of(x).kind == "c"


@like_numpy("isrealobj")
def isrealobj(x: Any) -> Any:
    """Whether the dtype is not complex."""
    return dtype_of(x).kind != "c"


def isscalar(element: Any) -> Any:
    """Whether `element` is a number, not an array; a tracer is an array."""
    return np.isscalar(element)
