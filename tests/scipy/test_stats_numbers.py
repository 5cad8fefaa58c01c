"""`mode`, `rankdata`, `sem` and `gaussian_kde` against SciPy."""

import numpy as np
import pytest

import fzero
from fzero import grad, random, vmap
from fzero.scipy import stats
from fzero.testing import check_grads

scipy_stats = pytest.importorskip("scipy.stats")

TABLE = np.array([[3, 1, 2, 1], [2, 2, 1, 1], [3, 3, 2, 1]])
SAMPLES = np.random.default_rng(0).standard_normal((2, 7))
WEIGHTS = np.arange(1.0, 8.0)
POINTS = np.array([[0.1, -2.0, 3.0], [0.4, 0.0, 9.0]])


@pytest.mark.parametrize("axis", [0, 1, -1, None])
@pytest.mark.parametrize("keepdims", [False, True])
def test_modes_are_scipys(axis, keepdims):
    got = stats.mode(TABLE, axis, keepdims=keepdims)
    want = scipy_stats.mode(TABLE, axis, keepdims=keepdims)
    np.testing.assert_array_equal(got.mode, want.mode)
    np.testing.assert_array_equal(got.count, want.count)


@pytest.mark.parametrize("method", ["average", "min", "max", "dense", "ordinal"])
@pytest.mark.parametrize("axis", [None, 0, 1])
def test_ranks_are_scipys(method, axis):
    want = scipy_stats.rankdata(TABLE, method, axis=axis)
    np.testing.assert_array_equal(stats.rankdata(TABLE, method, axis=axis), want)
    if axis == 1:
        rows = vmap(lambda row: stats.rankdata(row, method))(TABLE)
        np.testing.assert_array_equal(rows, want)


def test_what_is_nan_stays_in_the_ranks():
    assert np.isnan(stats.rankdata([1.0, np.nan])).all()
    assert np.isnan(stats.mode([np.nan, np.nan, 1.0]).mode)


@pytest.mark.parametrize("axis", [0, 1, None])
def test_standard_errors_are_scipys(axis):
    np.testing.assert_allclose(stats.sem(TABLE, axis), scipy_stats.sem(TABLE, axis))
    check_grads(lambda a: stats.sem(a, axis), (SAMPLES,), order=2)
    assert stats.sem(SAMPLES.astype("f4"), axis).dtype == "f4"


@pytest.mark.parametrize("f", [stats.mode, stats.rankdata, stats.sem])
def test_other_policies_are_refused(f):
    with pytest.raises(ValueError, match="expected 'propagate'"):
        f(TABLE, nan_policy="omit")


def test_an_unknown_method_is_refused():
    with pytest.raises(ValueError, match="Say 'min'"):
        stats.rankdata(TABLE, "most")


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("bandwidth", [None, "scott", "silverman", 0.7, lambda kde: 0.5 * kde.d])
def test_estimated_densities_are_scipys(weights, bandwidth):
    got = stats.gaussian_kde(SAMPLES, bandwidth, weights)
    want = scipy_stats.gaussian_kde(SAMPLES, bandwidth, weights)
    np.testing.assert_allclose(got(POINTS), want(POINTS), rtol=1e-12)
    np.testing.assert_allclose(got.logpdf(POINTS), want.logpdf(POINTS), rtol=1e-12)
    np.testing.assert_allclose(got.covariance, want.covariance, rtol=1e-12)
    assert (got.d, got.n) == (2, 7) and got.neff == pytest.approx(want.neff)


def test_integrals_are_scipys():
    got, want = stats.gaussian_kde(SAMPLES), scipy_stats.gaussian_kde(SAMPLES)
    one, wanted = stats.gaussian_kde(SAMPLES[0]), scipy_stats.gaussian_kde(SAMPLES[0])
    cov = np.array([[2.0, 0.3], [0.3, 1.0]])
    assert one.integrate_box_1d(-1.0, 2.0) == pytest.approx(wanted.integrate_box_1d(-1, 2))
    normal = want.integrate_gaussian(POINTS[:, 0], cov)
    assert got.integrate_gaussian(POINTS[:, 0], cov) == pytest.approx(normal)
    assert got.integrate_kde(got) == pytest.approx(want.integrate_kde(want))
    with pytest.raises(ValueError, match="single row"):
        got.integrate_box_1d(0.0, 1.0)


def test_derivatives_of_estimated_densities():
    f = lambda data, weights, x: stats.gaussian_kde(data, weights=weights).logpdf(x)
    check_grads(f, (SAMPLES[:, :4], WEIGHTS[:4], POINTS[:, :2]), order=2)
    assert stats.gaussian_kde(SAMPLES.astype("f4"))(POINTS.astype("f4")).dtype == "f4"
    far = grad(lambda x: fzero.numpy.sum(stats.gaussian_kde(SAMPLES).logpdf(x)))(POINTS * 100)
    assert np.isfinite(far).all()


def test_resamples_come_from_the_density():
    kde = stats.gaussian_kde(SAMPLES, weights=WEIGHTS)
    drawn = kde.resample(random.key(0), (20_000,))
    assert drawn.shape == (2, 20_000)
    mean = SAMPLES @ WEIGHTS / WEIGHTS.sum()
    np.testing.assert_allclose(drawn.mean(axis=1), mean, atol=0.03)
    assert kde.resample(random.key(0)).shape == (2,)


def test_bad_data_are_refused():
    with pytest.raises(ValueError, match="two or more"):
        stats.gaussian_kde([1.0])
    with pytest.raises(ValueError, match="one for each sample"):
        stats.gaussian_kde(SAMPLES, weights=[1.0])
    with pytest.raises(ValueError, match="Leave it out"):
        stats.gaussian_kde(SAMPLES, "wide")
    with pytest.raises(ValueError, match="first axis"):
        stats.gaussian_kde(SAMPLES)(POINTS[:, :1].T @ POINTS[:, :1] * np.ones((3, 1)))
