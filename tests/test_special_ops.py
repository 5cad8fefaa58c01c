"""The error function and the logistic family against the standard library, to the last digits."""

import math

import numpy as np
import pytest

import fzero
import fzero.scipy.special
from fzero.ops import special

INF = math.inf
X = np.concatenate([np.linspace(-28, 28, 4001), [0.46875, 4.0, -4.0, 1e-300, 1e9, -1e9, INF, -INF]])
PAIRS = {"erf": (special.erf, math.erf), "erfc": (special.erfc, math.erfc)}


@pytest.mark.parametrize(("ours", "theirs"), PAIRS.values(), ids=PAIRS)
def test_values_in_every_dtype(ours, theirs):
    want = np.array([theirs(float(x)) for x in X])
    np.testing.assert_allclose(ours(X), want, rtol=1e-13, atol=1e-307)
    low = X[abs(X) < 9].astype(np.float32)
    want = np.array([theirs(float(x)) for x in low])
    assert ours(low).dtype == np.float32
    np.testing.assert_allclose(ours(low), want, rtol=2e-6, atol=1e-37)
    half = np.array([0.5, -3.0], np.float16)
    assert ours(half).dtype == np.float16
    np.testing.assert_allclose(ours(half), [theirs(0.5), theirs(-3)], rtol=1e-3)
    assert ours(np.array([1]))[0] == pytest.approx(theirs(1), rel=1e-15)
    assert np.isnan(ours(np.array([np.nan])))[0]


def test_many_elements_are_the_same_as_few():
    x = np.random.default_rng(0).normal(size=(300, 200))
    for f in (special.erf, special.erfc):
        np.testing.assert_array_equal(f(x)[7], f(x[7]))
        np.testing.assert_array_equal(f(x.T), f(x).T)


def test_logistic_and_softplus_keep_the_digits_of_both_tails():
    x = [-700.0, -40.0, -1e-9, 0.0, 1e-9, 40.0, 700.0]
    want = [math.exp(v) / (1 + math.exp(v)) if v < 0 else 1 / (1 + math.exp(-v)) for v in x]
    np.testing.assert_allclose(special.logistic(np.array(x)), want, rtol=1e-15)
    want = [max(v, 0) + math.log1p(math.exp(-abs(v))) for v in x]
    np.testing.assert_allclose(special.softplus(np.array(x)), want, rtol=1e-15)
    slope = fzero.grad(special.logistic)(40.0)
    assert slope == pytest.approx(math.exp(-40), rel=1e-13)  # where 1 - logistic is 0
    np.testing.assert_array_equal(special.softplus(np.array([-INF, INF])), [0, INF])


def test_logistic_of_complex_numbers_is_complex():
    z = np.array([0.5 + 1j, -1 + 0.3j, 800 + 2j, -800 + 2j])
    near = z[:2]
    np.testing.assert_allclose(special.logistic(near), 1 / (1 + np.exp(-near)), rtol=1e-15)
    np.testing.assert_allclose(special.logistic(z)[2:], [1, 0], atol=1e-300)


@pytest.mark.parametrize("name", ["erf", "erfc", "softplus"])
def test_what_is_written_for_real_numbers_refuses_complex_ones(name):
    z = np.array([0.5 + 1j])
    function = getattr(special, name)
    with pytest.raises(TypeError, match="expected real numbers. Take x.real"):
        function(z)
    np.testing.assert_array_equal(function(z.real), function(np.array([0.5])))


@pytest.mark.parametrize("name", "digamma erfcx erfinv gammaln i0e log_ndtr ndtr ndtri".split())
def test_special_functions_of_real_numbers_refuse_complex_ones(name):
    with pytest.raises(TypeError, match="expected real numbers. Take x.real"):
        getattr(fzero.scipy.special, name)(np.array([0.5 + 1j]))
