"""Rules that divide by zero at a point: a zero cotangent stays zero, so no NaN gets through."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fzero.numpy as fnp
from fzero import grad, jvp, vmap
from fzero.ops import elementwise as el
from fzero.ops import reduction as red
from fzero.ops.indexing import at
from fzero.ops.structural import stack

#: A function with a singular derivative, the point, and what to write where it is not wanted.
SINGULAR: dict[str, tuple[Callable[[Any], Any], float]] = {
    "sqrt": (el.sqrt, 0.0),
    "power 0.5": (lambda x: x**0.5, 0.0),
    "power array": (lambda x: el.power(x, np.array(0.5)), 0.0),
    "power first of its base": (lambda x: el.power(x, x * 0 + 0.5), 0.0),
    "cbrt": (el.cbrt, 0.0),
    "arccos": (el.arccos, 1.0),
    "arcsin": (el.arcsin, -1.0),
    "arccosh": (el.arccosh, 1.0),
    "hypot": (lambda x: el.hypot(x, x), 0.0),
    "norm": (lambda x: el.sqrt(x * x + x * x), 0.0),
    "std": (lambda x: fnp.std(stack(x, x, axis=0), axis=0), 0.0),
    "absolute": (el.absolute, 0.0),
    "arctan2": (lambda x: el.arctan2(x, x), 0.0),
    "prod": (lambda x: red.prod(stack(x, x, x, axis=0), axis=0, keepdims=False), 0.0),
}
#: Functions whose value is infinite or NaN at the point too, which NumPy warns of.
POLES: dict[str, tuple[Callable[[Any], Any], float]] = {
    "log": (el.log, 0.0),
    "log2": (el.log2, 0.0),
    "log10": (el.log10, 0.0),
    "log1p": (el.log1p, -1.0),
    "reciprocal": (el.reciprocal, 0.0),
    "division": (lambda x: 1.0 / x, 0.0),
    "power -1": (lambda x: x**-1, 0.0),
    "power -0.5": (lambda x: x**-0.5, 0.0),
    "0 / 0": (lambda x: x / x, 0.0),
    "arctanh": (el.arctanh, 1.0),
    "logsumexp": (lambda x: red.logsumexp(stack(el.log(x), el.log(x), axis=0), axis=0), 0.0),
    "logaddexp": (lambda x: el.logaddexp(el.log(x), el.log(x)), 0.0),
}


def masked(f: Callable[[Any], Any], point: float) -> Callable[[Any], Any]:
    """`f` away from the point, 0 at the point, summed."""
    return lambda x: red.sum(el.where(x == point, 0.0, f(x)), axis=None, keepdims=False)


@pytest.mark.parametrize("name", [*SINGULAR, *POLES])
def test_masked_point_has_derivative_zero(name: str) -> None:
    f, point = {**SINGULAR, **POLES}[name]
    g = masked(f, point)
    xs = np.full(3, point)
    with np.errstate(all="warn" if name in SINGULAR else "ignore"):
        np.testing.assert_array_equal(grad(g)(xs), 0.0)
        np.testing.assert_array_equal(vmap(grad(g))(xs), 0.0)
    with np.errstate(all="ignore"):  # here the derivative is infinite before it is dropped
        assert jvp(g, (xs,), (np.ones(3),))[1] == 0.0


@pytest.mark.parametrize("name", SINGULAR)
def test_zero_tangent_stays_zero(name: str) -> None:
    f, point = SINGULAR[name]
    assert jvp(f, (np.array(point),), (np.array(0.0),))[1] == 0.0


@pytest.mark.parametrize("x", [0.0, 1.0, -2.0])
@pytest.mark.parametrize("n", [0, 1, 2, 3, 0.0, 1.0, 2.0])
def test_power_at_its_corners(x: float, n: float) -> None:
    want = 0.0 if n == 0 else n * np.float64(x) ** (n - 1)
    second = 0.0 if n in (0, 1) else n * (n - 1) * np.float64(x) ** (n - 2)
    for exponent in (n, np.array(n)):
        f = lambda x, e=exponent: el.power(x, e)
        assert grad(f)(x) == want
        assert grad(grad(f))(x) == second


def test_power_of_zero_in_its_exponent() -> None:
    assert grad(el.power, argnums=1)(0.0, 2.0) == 0.0


def test_second_derivative_of_prod_with_zeros() -> None:
    f = lambda x: red.prod(x, axis=None, keepdims=False)
    directional = lambda x, t: jvp(f, (x,), (t,))[1]
    x, e0, e1 = np.array([0.0, 2.0, 3.0]), np.eye(3)[0], np.eye(3)[1]
    assert jvp(lambda x: directional(x, e0), (x,), (e1,))[1] == 3.0


def test_infinite_terms_of_logaddexp() -> None:
    inf = np.inf
    for x, y, want in [(-inf, -inf, 0.0), (-inf, 1.0, 0.0), (1.0, -inf, 1.0), (inf, 1.0, 1.0)]:
        assert grad(el.logaddexp)(x, y) == want


def test_repeated_index_passes_the_derivative_to_the_value_that_stays() -> None:
    f = lambda v: red.sum(at(np.zeros(3), np.array([1, 1, 2])).set(v), axis=None, keepdims=False)
    np.testing.assert_array_equal(grad(f)(np.ones(3)), [0.0, 1.0, 1.0])
    assert jvp(f, (np.ones(3),), (np.arange(3.0),))[1] == 3.0
