"""Every function of `fzero.numpy` on the stand-in for CuPy: plain, under grad and under vmap."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import tree
from tests.numpy_cases import CASES, Case
from tests.strict import StrictArray, put, unwrap

#: Functions that make host arrays, or that hand an index to the caller's own array.
HOST = {"ix_", "result_type", "fft.fftfreq", "fft.rfftfreq"}
KEPT = [c for c in CASES if c.name not in HOST]


def names(cases: list[Case]) -> list[str]:
    return [f"{i}-{c.name}" for i, c in enumerate(cases)]


def same(got: Any, want: Any) -> None:
    """The same numbers, in arrays of the device wherever NumPy gives arrays."""
    for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
        if isinstance(b, (np.ndarray, np.generic)):
            assert isinstance(a, StrictArray), f"the result is a {type(a)}"
            np.testing.assert_allclose(unwrap(a), b, rtol=1e-9, atol=1e-9)
        else:
            assert a == b


@pytest.mark.parametrize("case", KEPT, ids=names(KEPT))
def test_plain(case: Case) -> None:
    same(case.call(fnp, *map(put, case.args)), case.call(fnp, *case.args))


def places(case: Case) -> list[int]:
    """The arguments that have derivatives."""
    return [i for i, x in enumerate(case.args) if x.dtype.kind == "f"]


SMOOTH = [c for c in KEPT if places(c) and not c.flat]


def loss(case: Case, to_device: Callable[[Any], Any]) -> Callable[..., Any]:
    """The sum of the sines of all floating results, as a function of the floating arguments."""
    own = places(case)

    def f(*xs: Any) -> Any:
        full = [to_device(x) for x in case.args]
        for i, x in zip(own, xs, strict=True):
            full[i] = x
        leaves = tree.leaves(case.call(fnp, *full))
        parts = [
            fnp.sum(fnp.sin(y)) for y in leaves if getattr(y, "dtype", np.dtype(int)).kind == "f"
        ]
        return sum(parts[1:], parts[0]) if parts else fnp.sum(xs[0] * 0.0)

    return f


@pytest.mark.parametrize("case", SMOOTH, ids=names(SMOOTH))
def test_gradient(case: Case) -> None:
    xs = [case.args[i] for i in places(case)]
    which = tuple(range(len(xs)))
    got = fzero.grad(loss(case, put), which)(*map(put, xs))
    same(got, fzero.grad(loss(case, lambda x: x), which)(*xs))


BATCHED = [c for c in SMOOTH if not c.by_value]


@pytest.mark.parametrize("case", BATCHED, ids=names(BATCHED))
def test_vmap(case: Case) -> None:
    xs = [np.stack([case.args[i], 0.9 * case.args[i]]) for i in places(case)]
    same(
        fzero.vmap(loss(case, put))(*map(put, xs)),
        fzero.vmap(loss(case, lambda x: x))(*xs),
    )
