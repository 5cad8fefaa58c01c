"""Normal vectors: moments, the distribution of a sum, derivatives, batching, errors."""

import numpy as np
import pytest
from scipy import stats

import fzero
from fzero import random

KEY = random.key(5)
N = 20_000
MEAN = np.array([1.0, -1.0])
COVARIANCE = np.array([[2.0, 0.5], [0.5, 1.0]])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("method", ["cholesky", "eigh"])
def test_moments_and_the_distribution_of_a_sum(method, dtype):
    x = random.multivariate_normal(KEY, MEAN, COVARIANCE, (N,), dtype, method)
    assert x.dtype == dtype
    np.testing.assert_allclose(x.mean(0), MEAN, atol=3.3 * np.sqrt(2 / N))
    np.testing.assert_allclose(np.cov(x.T), COVARIANCE, atol=3.3 * np.sqrt(8 / N))
    total = x.sum(-1).astype(float)
    assert stats.kstest(total, stats.norm(0, 2).cdf).statistic < 1.95 / np.sqrt(N)


def test_vectors_are_a_root_of_the_covariance_times_standard_normals():
    z = random.normal(KEY, (50, 2))
    expected = MEAN + z @ np.linalg.cholesky(COVARIANCE).T
    found = random.multivariate_normal(KEY, MEAN, COVARIANCE, (50,))
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_a_singular_covariance_by_eigh():
    x = random.multivariate_normal(KEY, np.zeros(2), np.ones((2, 2)), (50,), method="eigh")
    np.testing.assert_allclose(x[:, 0], x[:, 1], atol=1e-7)


def test_parameters_are_differentiated():
    def last(scale):
        return random.multivariate_normal(KEY, MEAN, COVARIANCE * scale)[1]

    expected = (last(1.5 + 1e-6) - last(1.5 - 1e-6)) / 2e-6
    np.testing.assert_allclose(fzero.grad(last)(1.5), expected, rtol=1e-6)
    np.testing.assert_allclose(fzero.jvp(last, (1.5,), (1.0,))[1], expected, rtol=1e-6)


def test_vmap_over_keys_is_the_loop():
    keys = random.split(KEY, 4)
    expected = np.stack([random.multivariate_normal(k, MEAN, COVARIANCE, (3,)) for k in keys])
    found = fzero.vmap(lambda k: random.multivariate_normal(k, MEAN, COVARIANCE, (3,)))(keys)
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    stacks = random.multivariate_normal(KEY, np.zeros((3, 2)), np.stack([COVARIANCE] * 3))
    assert stacks.shape == (3, 2)


def test_errors():
    with pytest.raises(ValueError, match=r"mean has shape \(2,\) and cov \(3, 3\)"):
        random.multivariate_normal(KEY, MEAN, np.eye(3))
    with pytest.raises(ValueError, match="method is 'qr'; expected 'cholesky' or 'eigh'"):
        random.multivariate_normal(KEY, MEAN, COVARIANCE, method="qr")
