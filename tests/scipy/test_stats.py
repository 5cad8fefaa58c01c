"""`fzero.scipy.stats` against SciPy, with derivatives in the point and the parameters."""

import importlib
from typing import Any

import numpy as np
import pytest

from fzero import grad
from fzero.scipy import stats
from fzero.testing import check_grads

scipy_stats = pytest.importorskip("scipy.stats")

POINTS = np.array([-1.0, 0.0, 0.2, 0.9, 1.0, 3.0, 40.0])
COV = np.array([[2.0, 0.3], [0.3, 1.0]])
VECTORS = np.array([[0.3, 1.0], [2.0, -1.0], [0.0, 0.5]])
#: Per distribution: the points, the parameters, and how many inner points have derivatives.
CASES: dict[str, tuple[Any, ...]] = {
    "beta": (POINTS, 1.7, 2.3),
    "chi2": (POINTS, 3.1),
    "dirichlet": (np.array([[0.3, 0.0], [0.7, 1.0]]), np.array([1.5, 1.0])),
    "gamma": (POINTS, 2.5, 0.1, 1.3),
    "multivariate_normal": (VECTORS, np.array([0.1, 0.2]), COV),
    "norm": (POINTS, 0.3, 1.7),
    "poisson": (np.array([-1.0, 0.0, 0.5, 3.0, 40.0]), 2.2),
    "t": (POINTS, 3.5, 0.1, 2.0),
}
INNER: dict[str, tuple[Any, ...]] = {
    **CASES,
    "beta": (POINTS[2:4], 1.7, 2.3, -0.1, 1.5),
    "chi2": (POINTS[2:], 3.1, 0.1, 1.5),
    "dirichlet": (np.array([[0.3, 0.2], [0.7, 0.8]]), np.array([1.5, 0.7])),
    "gamma": (POINTS[2:], 2.5, 0.1, 1.3),
}


def functions(name: str) -> list[str]:
    return importlib.import_module(f"fzero.scipy.stats.{name}").__all__


ALL = [(name, function) for name in CASES for function in functions(name)]


def test_every_distribution_has_a_case():
    assert set(CASES) == set(stats.__all__)


@pytest.mark.parametrize(("name", "function"), ALL)
def test_values_are_scipys(name, function):
    points, *parameters = CASES[name]
    if function == "ppf":
        points = np.array([0.0, 1e-9, 0.3, 1.0])
    got = getattr(getattr(stats, name), function)(points, *parameters)
    want = getattr(getattr(scipy_stats, name), function)(points, *parameters)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", CASES)
def test_float32_stays_float32(name):
    args = [x.astype("f4") if isinstance(x, np.ndarray) else x for x in CASES[name]]
    assert all(getattr(getattr(stats, name), f)(*args).dtype == "f4" for f in functions(name))


@pytest.mark.parametrize("name", CASES)
def test_derivatives_to_second_order(name):
    log = next(f for f in functions(name) if f in ("logpdf", "logpmf"))
    points, *parameters = INNER[name]
    f = getattr(getattr(stats, name), log)
    if name == "poisson":  # a step function of the point
        check_grads(lambda mu: f(np.array([0.0, 3.0]), mu), (2.2,), order=2)
    else:
        check_grads(f, (points, *parameters), order=2)


def test_no_slope_outside_of_the_support():
    assert grad(stats.gamma.logpdf, (0, 1))(-1.0, 2.0) == (0, 0)
    assert grad(stats.beta.logpdf)(1.5, 2.0, 2.0) == 0


def test_tails_of_the_normal_keep_their_logarithms():
    assert stats.norm.logsf(100.0) == pytest.approx(scipy_stats.norm.logsf(100.0), rel=1e-13)
    assert grad(stats.norm.logcdf)(-100.0) == pytest.approx(100.00999800099926, rel=1e-12)
