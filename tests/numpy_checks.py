"""How the tests of `fzero.numpy` compare a case with NumPy."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fzero import tree


def is_float(x: Any) -> bool:
    return x.dtype.kind == "f"


def floats(value: Any) -> list[Any]:
    """The real floating leaves of a result, as float64 arrays or tracers."""
    leaves = [x for x in tree.leaves(value) if hasattr(x, "dtype") and is_float(x)]
    return [x.astype(np.float64) for x in leaves]


def quiet(f: Callable[..., Any], *args: Any) -> Any:
    """`f(*args)` without warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return f(*args)


def compare(got: Any, want: Any, rtol: float = 1e-12, atol: float = 1e-12) -> None:
    """Raise unless dtypes are equal and values agree; float32 as far as it goes."""
    got, want = tree.leaves(got), tree.leaves(want)
    assert len(got) == len(want)
    for a, b in zip(got, want, strict=True):
        a, b = np.asarray(a), np.asarray(b)
        assert a.dtype == b.dtype
        tiny = b.dtype in (np.float32, np.complex64)
        np.testing.assert_allclose(a, b, 1e-5 if tiny else rtol, 1e-6 if tiny else atol)


def dotted(xs: Sequence[Any], ys: Sequence[Any]) -> float:
    return sum(float(np.sum(np.asarray(x) * np.asarray(y))) for x, y in zip(xs, ys, strict=True))
