"""Operands of several dtypes in one call, and the choice of derivative at ties and kinks."""

from typing import Any

import numpy as np
import pytest

from fzero import grad, jvp, tree, vjp
from fzero.core import REGISTRY
from fzero.dtypes import dtype_of, is_inexact, shape_of
from fzero.ops import elementwise as el
from fzero.ops import reduction as red
from fzero.ops.indexing import at
from fzero.testing import check_grads

from .registry import NAMES, samples

JOINT = [
    name
    for name in NAMES
    if REGISTRY[name].differentiable
    and any(sum(map(is_inexact, args)) >= 2 for args, _ in samples(name))
]
#: Primitives that take real operands, or write into an array whose dtype stays.
REAL_ONLY = {"arctan2", "clip", "copysign", "fmod", "hypot", "logaddexp", "logaddexp2", "remainder"}
REAL_ONLY |= {"fmax", "fmin", "maximum", "minimum", "put", "put_max", "put_min"}


def arrays(name: str) -> list[tuple[list[Any], dict[str, Any], list[int]]]:
    """Samples with two float64 arrays or more, and the places of those."""
    found = []
    for args, params in samples(name):
        own = [i for i, x in enumerate(args) if getattr(x, "dtype", None) == np.float64]
        if len(own) >= 2:
            found.append((list(args), params, own))
    return found


@pytest.mark.parametrize("name", JOINT)
def test_float32_beside_float64(name: str) -> None:
    for args, params, own in arrays(name):
        for low in own:
            mixed = [x.astype(np.float32) if i == low else x for i, x in enumerate(args)]
            f = lambda *xs, mixed=mixed, own=own, params=params: REGISTRY[name].call(
                *(xs[own.index(i)] if i in own else x for i, x in enumerate(mixed)), **params
            )
            xs = [mixed[i] for i in own]
            out, pullback = vjp(f, *xs)
            for x, g in zip(xs, pullback(out), strict=True):
                assert (dtype_of(g), shape_of(g)) == (x.dtype, x.shape)
            ys, ts = jvp(f, xs, xs)
            for y, t in zip(tree.leaves(ys), tree.leaves(ts), strict=True):
                assert (dtype_of(t), shape_of(t)) == (dtype_of(y), shape_of(y))


@pytest.mark.parametrize("name", [n for n in JOINT if n not in REAL_ONLY and "random" not in n])
def test_real_beside_complex(name: str) -> None:
    for args, params, own in arrays(name)[:2]:
        for other in own:
            mixed = [x + 0.3j * x if i == other else x for i, x in enumerate(args)]
            try:
                REGISTRY[name].call(*mixed, **params)
            except TypeError:  # NumPy has no complex values for it
                continue
            f = lambda *xs, mixed=mixed, own=own, params=params: REGISTRY[name].call(
                *(xs[own.index(i)] if i in own else x for i, x in enumerate(mixed)), **params
            )
            check_grads(f, [mixed[i] for i in own])


@pytest.mark.parametrize("name", ["add", "subtract", "multiply", "divide", "power", "where"])
def test_integers_beside_floats(name: str) -> None:
    n = np.array([1, 2, 3])
    x = np.array([0.5, 1.5, 2.5])
    f = REGISTRY[name].call
    if name == "where":
        check_grads(lambda x: f(n > 1, x, n), (x,))
        return
    check_grads(lambda x: f(x, n), (x,))
    check_grads(lambda x: f(n, x), (x,))
    check_grads(lambda x: f(x, True), (x,))
    assert grad(lambda x: red.sum(f(x, n), axis=None, keepdims=False))(x.astype("f4")).dtype == "f4"


def total(f: Any) -> Any:
    """The sum of what `f` returns."""
    return lambda *xs: red.sum(f(*xs), axis=None, keepdims=False)


def test_ties_share_the_derivative() -> None:
    ones = np.ones(3)
    for f in (el.maximum, el.minimum, el.fmax, el.fmin):
        for argnums in (0, 1):
            np.testing.assert_array_equal(grad(total(f), argnums)(ones, ones), 0.5 * ones)
    for f in (red.max, red.min):
        shared = grad(lambda x, f=f: f(x, axis=None, keepdims=False))(
            np.array([2.0, 2.0, 2.0, 2.0])
        )
        np.testing.assert_array_equal(shared, 0.25)
    index = np.array([0, 0])
    for name in ("max", "min"):
        f = total(lambda x, v, name=name: getattr(at(x, index), name)(v))
        gx, gv = grad(f, (0, 1))(np.ones(2), np.ones(2))
        np.testing.assert_allclose(gx, [1 / 3, 1.0])
        np.testing.assert_allclose(gv, [1 / 3, 1 / 3])


def test_nan_is_passed_over_by_fmax() -> None:
    x, y = np.array([np.nan, 1.0]), np.array([2.0, np.nan])
    gx, gy = grad(total(el.fmax), (0, 1))(x, y)
    np.testing.assert_array_equal(gx, [0.0, 1.0])
    np.testing.assert_array_equal(gy, [1.0, 0.0])


def test_kinks() -> None:
    assert grad(el.absolute)(0.0) == 0.0
    assert grad(el.fabs)(-2.0) == -1.0
    np.testing.assert_array_equal(
        grad(total(lambda x: el.clip(x, 0.0, 1.0)))(np.arange(-1.0, 3)), [0, 1, 1, 0]
    )
    assert grad(lambda x: el.clip(x, None, 1.0))(0.5) == 1.0
    assert grad(lambda x: el.clip(x, -1.0, None))(0.5) == 1.0


def test_rounding_has_derivative_zero() -> None:
    for f in (el.floor, el.ceil, el.trunc, el.rint, el.sign, el.round):
        assert grad(lambda x, f=f: f(x) * x)(1.3) == f(1.3)
