"""`fzero.scipy.stats` against SciPy and JAX, with derivatives in the point and the parameters."""

import importlib
import inspect
from typing import Any

import numpy as np
import pytest

import fzero
from fzero import grad
from fzero.scipy import stats
from fzero.testing import check_grads, check_vmap

scipy_stats = pytest.importorskip("scipy.stats")

POINTS = np.array([-1.0, 0.0, 0.2, 0.9, 1.0, 3.0, 40.0, -np.inf, np.nan])
COUNTS = np.array([-1.0, 0.0, 0.5, 1.0, 3.0, 5.0, 6.0, 40.0, np.nan])
COV = np.array([[2.0, 0.3], [0.3, 1.0]])
VECTORS = np.array([[0.3, 1.0], [2.0, -1.0], [0.0, 0.5]])
QUANTILES = np.array([0.0, 1e-9, 0.3, 0.5, 0.8, 1.0, 1.5])
LINE = np.array([-3.0, -0.4, 0.7, 5.0])
#: Per distribution: the points, and its parameters.
CASES: dict[str, tuple[Any, ...]] = {
    "bernoulli": (COUNTS, 0.3),
    "beta": (POINTS, 1.7, 2.3, 0.1, 1.2),
    "betabinom": (COUNTS, 5, 1.3, 0.7),
    "binom": (COUNTS, 5, 0.3),
    "cauchy": (POINTS, 0.1, 1.3),
    "chi2": (POINTS, 3.1, 0.1, 1.2),
    "dirichlet": (np.array([[0.3, 0.0], [0.7, 1.0]]), np.array([1.5, 1.0])),
    "expon": (POINTS, 0.1, 1.3),
    "gamma": (POINTS, 2.5, 0.1, 1.3),
    "gennorm": (POINTS[:-2], 1.6, 0.1, 1.3),
    "geom": (COUNTS, 0.3, 1),
    "gumbel_l": (POINTS, 0.1, 1.3),
    "gumbel_r": (POINTS[:-2], 0.1, 1.3),
    "laplace": (POINTS, 0.1, 1.3),
    "logistic": (POINTS, 0.1, 1.3),
    "multinomial": (np.array([[1.0, 2.0], [0.0, 3.0]]), 3, np.array([0.4, 0.6])),
    "multivariate_normal": (VECTORS, np.array([0.1, 0.2]), COV),
    "nbinom": (COUNTS, 2.5, 0.4),
    "norm": (POINTS, 0.3, 1.7),
    "pareto": (POINTS, 2.5, -0.5, 1.3),
    "poisson": (COUNTS, 2.2),
    "t": (POINTS[:-2], 3.5, 0.1, 2.0),
    "truncnorm": (POINTS, -0.5, 1.5, 0.1, 2.0),
    "uniform": (POINTS, 0.1, 1.3),
    "vonmises": (LINE, 1.7),
    "wrapcauchy": (POINTS, 0.4),
}
#: Points inside of the supports, and parameters that have derivatives.
INNER: dict[str, tuple[Any, ...]] = {
    "bernoulli": (np.array([0.0, 1.0]), 0.3),
    "beta": (np.array([0.3, 0.9]), 1.7, 2.3, -0.1, 1.5),
    "betabinom": (np.array([0.0, 2.0]), 5.0, 1.3, 0.7),
    "binom": (np.array([0.0, 2.0]), 5.0, 0.3),
    "chi2": (np.array([0.3, 2.0]), 3.1, 0.1, 1.5),
    "dirichlet": (np.array([[0.3, 0.2], [0.7, 0.8]]), np.array([1.5, 0.7])),
    "expon": (np.array([0.3, 2.0]), 0.1, 1.5),
    "gamma": (np.array([0.3, 2.0]), 2.5, 0.1, 1.3),
    "gennorm": (LINE, 2.6, 0.1, 1.3),
    "geom": (np.array([1.0, 4.0]), 0.3),
    "multinomial": (np.array([1.0, 2.0]), 3.0, np.array([0.4, 0.6])),
    "multivariate_normal": CASES["multivariate_normal"],
    "nbinom": (np.array([0.0, 4.0]), 2.5, 0.4),
    "pareto": (np.array([1.5, 4.0]), 2.5, 0.1, 1.2),
    "poisson": (np.array([0.0, 3.0]), 2.2),
    "t": (LINE, 3.5, 0.1, 2.0),
    "truncnorm": (np.array([0.3, 2.0]), -0.5, 1.5, 0.1, 2.0),
    "uniform": (np.array([0.3, 1.0]), 0.1, 1.5),
    "vonmises": (LINE, 1.7, 0.2, 1.3),
    "wrapcauchy": (np.array([0.3, 4.0]), 0.4),
}
#: Whose trials `n` are a whole number, that has no derivative.
TRIALS = {"betabinom", "binom", "multinomial"}
SPECIAL = {"entropy"}


def functions(name: str) -> list[str]:
    return importlib.import_module(f"fzero.scipy.stats.{name}").__all__


def function(name: str, which: str) -> Any:
    return getattr(getattr(stats, name), which)


def logarithm(name: str) -> Any:
    return function(name, "logpmf" if "logpmf" in functions(name) else "logpdf")


def arguments(name: str, which: str, cases: dict[str, Any] = CASES) -> tuple[Any, ...]:
    points, *parameters = cases.get(name, (LINE, *CASES[name][1:]))
    return (QUANTILES if which in ("ppf", "isf") else points, *parameters)


ALL = [(name, which) for name in CASES for which in functions(name) if which not in SPECIAL]
ONE = sorted(set(CASES) - {"dirichlet", "multinomial", "multivariate_normal"})


def test_every_distribution_has_a_case():
    modules = {name for name in stats.__all__ if inspect.ismodule(getattr(stats, name))}
    assert set(CASES) == modules


@pytest.mark.parametrize(("name", "which"), ALL)
def test_values_are_scipys(name, which):
    args = arguments(name, which)
    with np.errstate(all="ignore"):
        want = getattr(getattr(scipy_stats, name), which)(*args)
    np.testing.assert_allclose(function(name, which)(*args), want, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize(("name", "which"), ALL)
def test_float32_stays_float32(name, which):
    args = [x.astype("f4") if isinstance(x, np.ndarray) else x for x in arguments(name, which)]
    assert function(name, which)(*args).dtype == "f4"


@pytest.mark.parametrize("name", CASES)
def test_derivatives_to_second_order(name):
    args = arguments(name, "logpdf", INNER)
    f = logarithm(name)
    if f.__name__ == "logpmf":  # a step function of the point, and of whole numbers
        fixed = 2 if name in TRIALS else 1
        check_grads(lambda *rest: f(*args[:fixed], *rest), args[fixed:], order=2)
    else:
        check_grads(f, args, order=2)


@pytest.mark.parametrize(
    ("name", "which"), [c for c in ALL if c[1] in ("cdf", "sf", "logcdf", "logsf", "ppf", "isf")]
)
def test_derivatives_of_distribution_functions(name, which):
    points, *parameters = arguments(name, "logpdf", INNER)
    if which in ("ppf", "isf"):
        points = np.array([0.2, 0.3, 0.9])
    f = function(name, which)
    if logarithm(name).__name__ == "logpmf":
        fixed = [points, *parameters[: name in TRIALS]]
        check_grads(lambda *rest: f(*fixed, *rest), tuple(parameters[len(fixed) - 1 :]), order=1)
    else:
        check_grads(f, (points, *parameters), order=2)


@pytest.mark.parametrize("name", ONE)
def test_vmap_over_points_and_shapes(name):
    points, *parameters = arguments(name, "logpdf", INNER)
    check_vmap(logarithm(name), (points, *(p + 0.0 * points for p in parameters)))


@pytest.mark.parametrize("name", ONE)
def test_slopes_outside_are_zero_and_never_nan(name):
    f = logarithm(name)
    points, *parameters = CASES[name]
    inner = arguments(name, "logpdf", INNER)[0]
    floats = [float(p) for p in parameters]
    slopes = grad(lambda x, *rest: f(x, *rest), tuple(range(1 + len(floats))))
    for x in points[np.isfinite(points) & (np.abs(points) < 50)]:
        if not np.any(x == inner) and np.isneginf(f(x, *floats)):
            assert slopes(x, *floats) == (0.0,) * (1 + len(floats))


@pytest.mark.parametrize(("name", "which"), [c for c in ALL if c[0] in ONE])
def test_bad_scales_and_shapes_give_nan(name, which):
    f = function(name, which)
    point = 0.5 if which in ("ppf", "isf") else arguments(name, which, INNER)[0][0]
    parameters = [float(p) for p in CASES[name][1:]]
    names = list(inspect.signature(f).parameters)[1:]
    shapes = [n for n in names if n not in ("loc", "scale")]
    good = dict(zip(shapes, parameters, strict=False))
    if "scale" in names:
        assert np.isnan(f(point, **good, scale=-1.0)) and np.isnan(f(point, **good, scale=0.0))
    bad = {"a": 9.0} if name == "truncnorm" else {shape: -0.5 for shape in shapes}
    assert all(np.isnan(f(point, **{**good, key: value})) for key, value in bad.items())


@pytest.mark.parametrize("name", ONE)
def test_integers_and_lists(name):
    f = logarithm(name)
    shapes = [1] * (
        len(inspect.signature(f).parameters) - (2 if "k" in inspect.signature(f).parameters else 3)
    )
    if name == "wrapcauchy":
        shapes = [0.5]
    if name == "truncnorm":
        shapes = [-1, 3]
    want = f(np.array([1.0, 2.0]), *map(float, shapes))
    np.testing.assert_array_equal(f([1, 2], *shapes), want)
    np.testing.assert_array_equal(f(np.array([1, 2]), *shapes), want)


JAX = pytest.importorskip("jax.scipy.stats")


def test_jaxs_distributions_and_statistics_are_there():
    assert {name for name in dir(JAX) if not name.startswith("_")} <= set(stats.__all__)


@pytest.mark.parametrize("name", CASES)
def test_jaxs_functions_are_there_with_its_arguments(name):
    theirs = importlib.import_module(f"jax.scipy.stats.{name}")
    names = [
        n for n in dir(theirs) if not n.startswith("_") and (name, n) != ("poisson", "entropy")
    ]
    for n in names:
        assert n in functions(name)
        want = list(inspect.signature(getattr(theirs, n)).parameters)
        got = list(inspect.signature(function(name, n)).parameters)
        if name != "gennorm":  # JAX says p where SciPy says beta
            assert got[1 : len(want)] == want[1:]  # JAX calls a quantile's argument p or x


@pytest.mark.parametrize("name", [name for name in CASES if "gumbel" not in name])  # JAX has none
def test_derivatives_are_jaxs(name):
    import jax

    args = tuple(map(np.asarray, arguments(name, "logpdf", INNER)))
    f = logarithm(name)
    first = 1 if f.__name__ == "logpmf" else 0
    first = 2 if name in TRIALS else first
    theirs = getattr(importlib.import_module(f"jax.scipy.stats.{name}"), f.__name__)
    args = args[: 1 + len(inspect.signature(theirs).parameters) - 1]
    numbers = tuple(range(first, len(args)))
    if name == "multinomial":
        args = (args[0].astype(int), args[1].astype(int), args[2])
    with jax.enable_x64(True):
        want = jax.jit(jax.grad(lambda *a: theirs(*a).sum(), numbers))(*args)
    got = grad(lambda *a: fzero.numpy.sum(f(*a)), numbers)(*map(np.float64, args))
    for g, w in zip(got, want, strict=True):
        if name == "multivariate_normal" and np.ndim(g) == 2:  # of one triangle, or of both halves
            g = np.where(np.eye(2) == 1, g, 0.5 * (g + g.T)) if g.shape == COV.shape else g
        np.testing.assert_allclose(g, w, rtol=1e-10, atol=1e-12)


# ------------------------------------------------------------------------------------ extremes


@pytest.mark.parametrize(
    ("name", "which", "x"),
    [
        ("norm", "logsf", 100.0), ("norm", "isf", 1e-300), ("logistic", "logpdf", 1e4),
        ("logistic", "sf", 700.0), ("cauchy", "sf", 1e200), ("cauchy", "cdf", -1e200),
        ("cauchy", "logpdf", 1e200), ("cauchy", "isf", 1e-200), ("expon", "logcdf", 1e-300),
        ("expon", "logcdf", 700.0), ("expon", "sf", 700.0), ("laplace", "sf", 700.0),
        ("gumbel_r", "sf", 700.0), ("gumbel_l", "cdf", -700.0),
    ],
)  # fmt: skip
def test_tails_keep_their_digits(name, which, x):
    got, want = function(name, which)(x), getattr(getattr(scipy_stats, name), which)(x)
    assert np.isfinite(got) and got == pytest.approx(want, rel=1e-13)


@pytest.mark.parametrize("ends", [(30.0, 40.0), (-40.0, -30.0), (-2.0, np.inf), (-np.inf, -20.0)])
def test_cuts_in_the_tails(ends):
    x = np.clip(sum(ends) / 2, ends[0] + 0.5, ends[1] - 0.5)
    for which in ("logpdf", "logcdf", "logsf"):
        want = getattr(scipy_stats.truncnorm, which)(x, *ends)
        assert function("truncnorm", which)(x, *ends) == pytest.approx(want, rel=1e-10)
    assert np.isfinite(grad(stats.truncnorm.logcdf)(x, *ends))


def test_tails_of_gumbel_keep_their_logarithms():
    assert stats.gumbel_r.logsf(1e4) == -1e4 and stats.gumbel_l.logcdf(-1e4) == -1e4


def test_logarithms_near_one_keep_their_digits():
    for name, x in (("gamma", 40.0), ("chi2", 80.0), ("t", 1e8), ("cauchy", 1e18)):
        shapes = (1.5,) if name != "cauchy" else ()
        want = -getattr(scipy_stats, name).sf(x, *shapes)
        assert function(name, "logcdf")(x, *shapes) == pytest.approx(want, rel=1e-10)


def test_tails_of_the_normal_keep_their_slopes():
    assert grad(stats.norm.logcdf)(-100.0) == pytest.approx(100.00999800099926, rel=1e-12)


# ----------------------------------------------------------------------------- several variables


def test_covariances_in_every_form():
    f, want = stats.multivariate_normal.logpdf, scipy_stats.multivariate_normal.logpdf
    np.testing.assert_allclose(
        f(VECTORS, None, 2.0 * np.eye(2)), want(VECTORS, None, 2 * np.eye(2))
    )
    np.testing.assert_allclose(f(VECTORS, np.ones(2), 2.0), want(VECTORS, np.ones(2), 2.0))
    np.testing.assert_allclose(
        f(VECTORS, np.ones(2), [1.0, 2.0]), want(VECTORS, np.ones(2), [1, 2])
    )
    np.testing.assert_allclose(f(LINE), scipy_stats.norm.logpdf(LINE))
    np.testing.assert_allclose(f(LINE, 1.0, 4.0), scipy_stats.norm.logpdf(LINE, 1, 2))
    many = np.stack([COV, 2 * COV, 3 * COV])
    each = [want(v, np.ones(2), c) for v, c in zip(VECTORS, many, strict=True)]
    np.testing.assert_allclose(f(VECTORS, np.ones(2), many), each)
    with pytest.raises(NotImplementedError, match="multiple of the identity"):
        f(VECTORS, None, COV, allow_singular=True)


def test_entropies_are_scipys():
    want = scipy_stats.multivariate_normal.entropy(np.zeros(2), COV)
    assert stats.multivariate_normal.entropy(np.zeros(2), COV) == pytest.approx(want)
    check_grads(lambda c: stats.multivariate_normal.entropy(cov=c @ c.T), (COV,), order=2)


def test_probabilities_of_dirichlet():
    alpha, x = np.array([0.5, 1.5, 2.0]), np.array([0.2, 0.3, 0.5])
    want = scipy_stats.dirichlet.logpdf(x, alpha)
    assert stats.dirichlet.logpdf(x[:2], alpha) == pytest.approx(want)
    assert stats.dirichlet.logpdf([-0.5, 0.5, 1.0], alpha) == -np.inf
    assert np.isnan(stats.dirichlet.logpdf(x, -alpha))
    with pytest.raises(ValueError, match="has 4 entries; expected 3"):
        stats.dirichlet.logpdf(np.full(4, 0.25), alpha)


def test_counts_of_multinomial():
    assert stats.multinomial.pmf([1, 1], 3, [0.5, 0.5]) == 0.0
    assert stats.multinomial.pmf([0, 2], 2, [0.0, 1.0]) == 1.0
