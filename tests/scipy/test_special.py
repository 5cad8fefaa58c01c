"""`fzero.scipy.special` against SciPy, with derivatives, dtypes and extremes.

The laws of the primitives run in tests/laws.
"""

from typing import Any

import numpy as np
import pytest

from fzero import grad, vmap
from fzero.scipy import special
from fzero.testing import check_grads

scipy_special = pytest.importorskip("scipy.special")

inf, nan = np.inf, np.nan
X = np.array([-30.3, -2.6, -0.4, 1e-9, 0.3, 1.0, 1.7, 5.5, 9.99, 10.0, 33.0])
POSITIVE = np.array([1e-12, 0.2, 0.5, 1.0, 1.4999, 2.0, 2.5, 7.7, 10.0, 150.5])
UNIT = np.array([1e-200, 1e-9, 0.2, 0.49, 0.5, 0.51, 0.77, 0.999])
CASES: dict[str, tuple[Any, ...]] = {
    "beta": (POSITIVE, 1.3),
    "betaln": (POSITIVE, POSITIVE[::-1].copy()),
    "digamma": (X,),
    "entr": (np.array([-1.0, 0.0, 0.3, 5.0, nan]),),
    "erf": (X,),
    "erfc": (X,),
    "erfcinv": (UNIT,),
    "erfcx": (np.array([-5.0, -0.4, 0.0, 0.46, 0.5, 4.0, 77.0, 1e200, inf]),),
    "erfinv": (np.array([-1.0, -0.7, 0.0, 1e-9, 0.6, 1.0, 2.0]),),
    "expit": (X,),
    "factorial": (np.array([-2.5, 0.0, 1.0, 4.5, 20.0]),),
    "gamma": (np.array([-3.5, -0.2, 0.0, 0.5, 3.0, 170.0, 172.0, inf]),),
    "gammaln": (np.array([*X, -1.0, 0.0, inf, nan]),),
    "gammasgn": (np.array([-2.5, -1.5, -0.5, 0.5]),),
    "i0": (X,),
    "i0e": (np.array([-1e3, -20.0, 0.0, 3.0, 20.1, inf]),),
    "i1": (X,),
    "i1e": (np.array([-1e3, -20.0, 0.0, 3.0, 20.1]),),
    "kl_div": (np.array([0.0, 0.5, 2.0, -1.0, 1.0]), np.array([1.0, 0.5, 1.0, 1.0, 0.0])),
    "log_ndtr": (np.array([-inf, -1e5, -38.0, -2.0, 0.0, 3.0, inf]),),
    "loggamma": (POSITIVE,),
    "logit": (np.array([*UNIT, 0.0, 1.0, -1.0, 1.5]),),
    "multigammaln": (np.array([2.0, 9.5]), 3),
    "ndtr": (np.array([-inf, -20.0, -1.0, 0.0, 2.0, inf]),),
    "ndtri": (np.array([*UNIT, 0.0, 1.0, -1.0]),),
    "poch": (POSITIVE[1:-1], 1.5),
    "polygamma": (2, X),
    "psi": (POSITIVE,),
    "rel_entr": (np.array([0.0, 0.5, 2.0, -1.0, 1.0]), np.array([1.0, 0.5, 1.0, 1.0, 0.0])),
    "softmax": (X,),
    "log_softmax": (X,),
    "logsumexp": (X,),
    "xlog1py": (np.array([0.0, 0.0, 2.0, 1.0]), np.array([-1.0, -2.0, 1e-9, -1.0])),
    "xlogy": (np.array([0.0, 0.0, 2.0, 1.0]), np.array([0.0, -1.0, 3.0, 0.0])),
    "zeta": (np.array([1.0, 1.1, 2.0, 9.0]), np.array([1.0, 0.2, 5.0, 40.0])),
}
#: Smooth places of the functions that are compositions: primitives are under tests/laws.
SMOOTH: dict[str, tuple[np.ndarray, ...]] = {
    "beta": (np.array([0.7, 2.0]), np.array([1.1, 3.0])),
    "entr": (np.array([0.3, 2.0]),),
    "factorial": (np.array([0.3, 2.0]),),
    "gamma": (np.array([-0.6, 0.7, 2.0]),),
    "kl_div": (np.array([0.3, 2.0]), np.array([0.7, 0.4])),
    "log_softmax": (np.array([0.3, -2.0, 1.0]),),
    "logit": (np.array([0.1, 0.45, 0.5, 0.8]),),
    "poch": (np.array([0.7, 2.0]), np.array([1.1, 3.0])),
    "rel_entr": (np.array([0.3, 2.0]), np.array([0.7, 0.4])),
    "softmax": (np.array([0.3, -2.0, 1.0]),),
    "xlog1py": (np.array([0.3, 2.0]), np.array([0.7, -0.4])),
    "xlogy": (np.array([0.3, 2.0]), np.array([0.7, 0.4])),
    "zeta": (np.array([1.7, 3.0]), np.array([0.7, 4.0])),
}


def test_every_name_has_a_case():
    assert set(CASES) == set(special.__all__) - {"sinc"}  # NumPy's own


@pytest.mark.parametrize("name", CASES)
def test_values_are_scipys(name):
    got, want = getattr(special, name)(*CASES[name]), getattr(scipy_special, name)(*CASES[name])
    np.testing.assert_allclose(got, want, rtol=4e-13, atol=0)


@pytest.mark.parametrize("name", CASES)
def test_float32_stays_float32(name):
    with np.errstate(all="ignore"):
        args = [a.astype("f4") if isinstance(a, np.ndarray) else a for a in CASES[name]]
        got, want = getattr(special, name)(*args), getattr(scipy_special, name)(*args)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, want, rtol=2e-4, atol=1e-30)


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives_to_second_order(name):
    check_grads(getattr(special, name), SMOOTH[name], order=2)


@pytest.mark.parametrize("name", ["gammaln", "gamma", "erfcx", "log_ndtr", "i0e", "digamma"])
def test_integers_and_lists_are_taken(name):
    want = getattr(scipy_special, name)([1.0, 3.0])
    np.testing.assert_allclose(getattr(special, name)(np.array([1, 3])), want, rtol=1e-13)
    np.testing.assert_allclose(getattr(special, name)([1, 3]), want, rtol=1e-13)


def test_gammaln_keeps_its_digits_beside_its_zeros():
    # log Gamma(1 + z) = -gamma z + pi^2/12 z^2, log Gamma(2 + z) = (1 - gamma) z + ...
    z = 2.0**-30
    want = -np.euler_gamma * z + np.pi**2 / 12 * z * z
    assert special.gammaln(1 + z) == pytest.approx(want, rel=1e-15)
    assert special.gammaln(2 + z) == pytest.approx(want + z - z * z / 2, rel=1e-15)


def test_log_ndtr_has_slopes_in_both_tails():
    slope = vmap(grad(special.log_ndtr))(np.array([-1e6, -30.0, 0.0, 30.0, 50.0]))
    want = [1e6, 30.033259667433677, np.sqrt(2 / np.pi), np.exp(-450) / np.sqrt(2 * np.pi), 0.0]
    np.testing.assert_allclose(slope, want, rtol=1e-11)


def test_no_slope_of_a_term_that_is_left_out():
    assert grad(special.xlogy, (0, 1))(0.0, 2.0) == (pytest.approx(np.log(2)), 0)
    assert grad(special.xlogy, 1)(0.0, 0.0) == 0
    assert grad(special.xlog1py, 1)(0.0, -1.0) == 0


@pytest.mark.parametrize("axis", [None, 0, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp_with_factors_and_signs(axis, keepdims):
    a = np.array([[1e3, 2.0, -inf], [1e3, -1.0, 0.3]])
    b = np.array([[1.0, -2.0, 1.0], [-0.5, 0.0, 1.0]])
    want = scipy_special.logsumexp(a, axis, b, keepdims, return_sign=True)
    got = special.logsumexp(a, axis, b, keepdims, return_sign=True)
    np.testing.assert_allclose(got[0], want[0], rtol=1e-14)
    np.testing.assert_array_equal(got[1], want[1])


def test_logsumexp_of_a_negative_or_empty_sum():
    assert np.isnan(special.logsumexp(np.ones(2), b=np.array([1.0, -2.0])))
    assert special.logsumexp(np.array([-inf, -inf])) == -inf
    assert special.logsumexp(np.array([inf, 1.0])) == inf
    check_grads(
        lambda a, b: special.logsumexp(a, b=b), (np.array([0.3, 1.0]), np.array([2.0, -0.5]))
    )


def test_the_order_of_polygamma_is_an_int():
    with pytest.raises(ValueError, match="n is 1.5; expected an int"):
        special.polygamma(1.5, 1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="n is -1"):
        special.polygamma(-1, 1.0)
