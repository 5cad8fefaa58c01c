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
SHAPES = np.array([1e-3, 0.4, 1.0, 7.5, 300.0, 20.0, 4e3])
REACHES = np.array([0.7, 0.1, 3.0, 7.0, 330.0, 2.0, 4.1e3])
WIDE = np.array([-50.0, -3.2, -0.3, 1e-7, 0.8, 1.59, 1.61, 2.0, 9.7, 40.0])
#: Not SciPy's, or with arguments of their own, tested below.
OTHERS = {"sinc", "bessel_jn", "bernoulli", "sph_harm_y"}
CASES: dict[str, tuple[Any, ...]] = {
    "beta": (POSITIVE, 1.3),
    "betainc": (
        SHAPES,
        np.array([2.0, 0.3, 1.0, 7.5, 310.0, 0.2, 9.0]),
        np.array([0.2, 0.3, 0.5, 0.6, 0.5, 0.97, 0.998]),
    ),
    "betaln": (POSITIVE, POSITIVE[::-1].copy()),
    "boxcox": (np.array([0.0, 1e-3, 0.7, 1.0, 50.0]), np.array([0.5, 0.0, -1.2, 3.0, 1e-9])),
    "boxcox1p": (np.array([-1.0, 1e-9, -0.7, 1.0, 50.0]), np.array([0.5, 0.0, -1.2, 3.0, 1e-9])),
    "comb": (np.array([5.0, 40.0, 3.0, -1.0, 7.5]), np.array([2.0, 20.0, 4.0, 1.0, 2.5])),
    "dawsn": (WIDE,),
    "digamma": (X,),
    "entr": (np.array([-1.0, 0.0, 0.3, 5.0, nan]),),
    "erf": (X,),
    "erfc": (X,),
    "erfcinv": (UNIT,),
    "erfcx": (np.array([-5.0, -0.4, 0.0, 0.46, 0.5, 4.0, 77.0, 1e200, inf]),),
    "erfinv": (np.array([-1.0, -0.7, 0.0, 1e-9, 0.6, 1.0, 2.0]),),
    "exp1": (np.array([0.0, 1e-7, 0.9, 1.1, 40.0, 1e3, inf, -1.0]),),
    "expi": (np.array([-30.0, -0.5, 0.0, 0.3, 5.0, 39.0, 41.0, 800.0]),),
    "expit": (X,),
    "expn": (
        np.array([0.0, 1.0, 2.0, 3.0, 9.0, 30.0, 2.0]),
        np.array([0.7, 0.2, 0.0, 1.0, 0.3, 6.0, 50.0]),
    ),
    "exprel": (np.array([-700.0, -3.0, 0.0, 1e-9, 1.0, 2.1, 90.0, 800.0]),),
    "factorial": (np.array([-2.5, 0.0, 1.0, 4.5, 20.0]),),
    "fresnel": (WIDE,),
    "gamma": (np.array([-3.5, -0.2, 0.0, 0.5, 3.0, 170.0, 172.0, inf]),),
    "gammainc": (SHAPES, REACHES),
    "gammaincc": (SHAPES, REACHES),
    "gammaln": (np.array([*X, -1.0, 0.0, inf, nan]),),
    "gammasgn": (np.array([-2.5, -1.5, -0.5, 0.5]),),
    "i0": (X,),
    "i0e": (np.array([-1e3, -20.0, 0.0, 3.0, 20.1, inf]),),
    "i1": (X,),
    "i1e": (np.array([-1e3, -20.0, 0.0, 3.0, 20.1]),),
    "kl_div": (np.array([0.0, 0.5, 2.0, -1.0, 1.0]), np.array([1.0, 0.5, 1.0, 1.0, 0.0])),
    "log_expit": (X,),
    "log_ndtr": (np.array([-inf, -1e5, -38.0, -2.0, 0.0, 3.0, inf]),),
    "log_softmax": (X,),
    "loggamma": (POSITIVE,),
    "logit": (np.array([*UNIT, 0.0, 1.0, -1.0, 1.5]),),
    "logsumexp": (X,),
    "multigammaln": (np.array([2.0, 9.5]), 3),
    "ndtr": (np.array([-inf, -20.0, -1.0, 0.0, 2.0, inf]),),
    "ndtri": (np.array([*UNIT, 0.0, 1.0, -1.0]),),
    "owens_t": (
        np.array([-2.0, 0.0, 0.3, 5.0, 0.7, 3.0]),
        np.array([0.4, 3.0, -1.0, 0.9, 50.0, inf]),
    ),
    "poch": (POSITIVE[1:-1], 1.5),
    "polygamma": (2, X),
    "psi": (POSITIVE,),
    "rel_entr": (np.array([0.0, 0.5, 2.0, -1.0, 1.0]), np.array([1.0, 0.5, 1.0, 1.0, 0.0])),
    "sici": (np.array([0.0, 1e-7, 1.3, 3.9, 4.1, 30.0, 1e3, inf]),),
    "softmax": (X,),
    "spence": (np.array([0.0, 1e-9, 0.3, 0.99, 1.0, 1.7, 2.5, 1e6]),),
    "wofz": (WIDE,),
    "xlog1py": (np.array([0.0, 0.0, 2.0, 1.0]), np.array([-1.0, -2.0, 1e-9, -1.0])),
    "xlogy": (np.array([0.0, 0.0, 2.0, 1.0]), np.array([0.0, -1.0, 3.0, 0.0])),
    "zeta": (np.array([1.0, 1.1, 2.0, 9.0]), np.array([1.0, 0.2, 5.0, 40.0])),
}
#: Smooth places of the functions that are compositions: primitives are under tests/laws.
SMOOTH: dict[str, tuple[np.ndarray, ...]] = {
    "beta": (np.array([0.7, 2.0]), np.array([1.1, 3.0])),
    "boxcox": (np.array([0.3, 2.0]), np.array([0.7, 0.0])),
    "boxcox1p": (np.array([0.3, 2.0]), np.array([0.7, 0.0])),
    "comb": (np.array([3.3, 7.1]), np.array([1.2, 2.9])),
    "entr": (np.array([0.3, 2.0]),),
    "factorial": (np.array([0.3, 2.0]),),
    "gamma": (np.array([-0.6, 0.7, 2.0]),),
    "kl_div": (np.array([0.3, 2.0]), np.array([0.7, 0.4])),
    "log_expit": (np.array([0.3, -2.0]),),
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
    assert set(CASES) == set(special.__all__) - OTHERS


@pytest.mark.parametrize("name", CASES)
def test_values_are_scipys(name):
    with np.errstate(all="ignore"):
        want = getattr(scipy_special, name)(*CASES[name])
    got = getattr(special, name)(*CASES[name])
    np.testing.assert_allclose(got, want, rtol=4e-13, atol=0)


# Central differences in 80 digits of mpmath 1.4: a, x, dP/da, d2P/da2.
GAMMA_SLOPES = [
    (0.01, 0.3, -0.9087458022685458, -0.2899223483260613),
    (0.7, 2.5, -0.1065251792916002, -0.1358744463926303),
    (3.0, 0.5, -0.02852023587882894, 0.0526886081780625),
    (30.0, 45.0, -0.0034741570951297633, -0.0014122483428958034),
    (90.0, 20.0, -3.326874656514305e-30, 5.00837966911097e-30),
]
# Likewise: a, b, x, dI/da, dI/db.
BETA_SLOPES = [
    (0.05, 2.0, 0.3, -0.5142066217731478, 0.017987051923741823),
    (3.0, 0.2, 0.95, -0.0484400162181363, 1.2675242141526872),
    (20.0, 30.0, 0.7, -3.521933059382703e-06, 4.34109504150296e-06),
    (0.3, 0.4, 0.5, -0.878860983104992, 0.6848340361938613),
]


@pytest.mark.parametrize("a, x, slope, curvature", GAMMA_SLOPES)
def test_incomplete_gammas_have_slopes_in_the_shape(a, x, slope, curvature):
    assert grad(special.gammainc)(a, x) == pytest.approx(slope, rel=1e-12)
    assert grad(special.gammaincc)(a, x) == pytest.approx(-slope, rel=1e-12)
    assert grad(grad(special.gammainc))(a, x) == pytest.approx(curvature, rel=1e-11)


@pytest.mark.parametrize("a, b, x, along_a, along_b", BETA_SLOPES)
def test_incomplete_betas_have_slopes_in_the_shapes(a, b, x, along_a, along_b):
    got = grad(special.betainc, (0, 1))(a, b, x)
    assert got == (pytest.approx(along_a, rel=1e-11), pytest.approx(along_b, rel=1e-11))


def test_incomplete_functions_at_the_ends():
    ends = np.array([0.0, 1.0, inf, nan, -1.0])
    a, x = (v.ravel() for v in np.meshgrid(ends, ends))
    for name in ("gammainc", "gammaincc"):
        got, want = (getattr(s, name)(a, x) for s in (special, scipy_special))
        np.testing.assert_allclose(got, want, rtol=1e-15)
        slopes = vmap(grad(getattr(special, name), (0, 1)))(a, x)
        assert np.isfinite(slopes[1]).all()
    a, b, x = (v.ravel() for v in np.meshgrid([0.0, 2.0], [0.0, 3.0], [0.0, 0.3, 1.0]))
    kept = (a > 0) | (b > 0)
    got, want = (s.betainc(a[kept], b[kept], x[kept]) for s in (special, scipy_special))
    np.testing.assert_allclose(got, want, rtol=1e-15)


def test_spherical_harmonics_are_scipys():
    n, m = np.repeat(np.arange(5), 5), np.tile(np.arange(5), 5) - 2
    theta, phi = np.linspace(0.0, np.pi, 25), np.linspace(-3.0, 6.0, 25)
    got, want = (s.sph_harm_y(n, m, theta, phi) for s in (special, scipy_special))
    np.testing.assert_allclose(got, want, atol=1e-15)
    check_grads(lambda t, p: special.sph_harm_y(n, m, t, p), (theta, phi), order=2)
    with pytest.raises(ValueError, match="n has 1 negative degrees"):
        special.sph_harm_y(np.array([1, -1]), 0, 0.3, 0.2)
    with pytest.raises(TypeError, match="m is of dtype float64"):
        special.sph_harm_y(1, 0.5, 0.3, 0.2)


def test_bessel_functions_of_whole_orders_are_scipys():
    z = np.array([-60.0, -1.0, 0.0, 1e-3, 3.0, 777.0])
    want = scipy_special.jv(np.arange(6)[:, None], z)
    np.testing.assert_allclose(special.bessel_jn(z, v=5), want, rtol=1e-11, atol=1e-16)
    assert special.bessel_jn(z.astype("f4"), v=1).dtype == np.float32
    with pytest.raises(ValueError, match="v is 1.5; expected an int"):
        special.bessel_jn(z, v=1.5)  # type: ignore[arg-type]


def test_bernoullis_numbers_are_scipys():
    np.testing.assert_allclose(special.bernoulli(40), scipy_special.bernoulli(40), rtol=1e-11)
    assert special.bernoulli(0).tolist() == [1.0]
    with pytest.raises(ValueError, match="n is -1; expected an int"):
        special.bernoulli(-1)


def test_combinations_with_repetition_and_whole_results():
    n, k = np.arange(9)[:, None], np.arange(9)
    want = scipy_special.comb(n, k, repetition=True)
    np.testing.assert_array_equal(special.comb(n, k, repetition=True), want.round())
    np.testing.assert_array_equal(special.comb(n, k), scipy_special.comb(n, k))


def test_betaln_of_a_large_and_a_small_argument():
    # B(a, 1) = 1 / a and B(a, 2) = 1 / (a (a + 1)).
    assert special.betaln(1e9, 1.0) == pytest.approx(-np.log(1e9), rel=1e-15)
    assert special.betaln(2.0, 1e9) == pytest.approx(-np.log(1e9) - np.log(1e9 + 1), rel=1e-15)


@pytest.mark.parametrize("name", CASES)
def test_float32_stays_float32(name):
    with np.errstate(all="ignore"):
        args = [a.astype("f4") if isinstance(a, np.ndarray) else a for a in CASES[name]]
        got, want = getattr(special, name)(*args), getattr(scipy_special, name)(*args)
    for part in got if isinstance(got, tuple) else (got,):
        assert part.dtype == (np.complex64 if name == "wofz" else np.float32)
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
