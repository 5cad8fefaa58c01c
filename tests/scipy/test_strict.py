"""The compositions run on CuPy's stand-in, and give there what they give on NumPy arrays."""

import numpy as np
import pytest

from fzero.scipy import fft, interpolate, linalg, ndimage, signal, special, stats
from fzero.scipy.sparse import linalg as sparse
from tests.strict import put, unwrap

P = np.array([0.2, 0.5, 0.7])
M = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.0], [0.1, 0.0, 3.0]])
CALLS = {
    "bessel_jn": (lambda z: special.bessel_jn(z, v=2), P),
    "betainc": (special.betainc, P, P, P),
    "boxcox": (special.boxcox, P, P),
    "comb": (special.comb, P + 3, P),
    "entr": (special.entr, P),
    "exp1": (special.exp1, P * 3),
    "expn": (special.expn, np.array([0.0, 1.0, 7.0]), P * 3),
    "fresnel": (special.fresnel, P * 4),
    "gamma": (special.gamma, P),
    "gammainc": (special.gammainc, P * 3, P * 4),
    "kl_div": (special.kl_div, P, P[::-1].copy()),
    "log_softmax": (special.log_softmax, P),
    "logit": (special.logit, P),
    "logsumexp": (lambda a, b: special.logsumexp(a, b=b), P, P),
    "multigammaln": (lambda a: special.multigammaln(a, 2), P + 1),
    "owens_t": (special.owens_t, P, P * 3),
    "sici": (special.sici, P * 8),
    "sph_harm_y": (lambda t, p: special.sph_harm_y(np.array([0, 2, 3]), -1, t, p), P, P),
    "wofz": (special.wofz, P),
    "xlogy": (special.xlogy, P, P),
    "zeta": (special.zeta, P + 1, P),
    "cho_solve": (lambda a, b: linalg.cho_solve(linalg.cho_factor(a), b), M, P),
    "block_diag": (linalg.block_diag, M, P),
    "expm": (linalg.expm, M),
    "toeplitz": (linalg.toeplitz, P),
    "triangular": (linalg.solve_triangular, M, P),
    "beta": (lambda x: stats.beta.logpdf(x, 1.5, 2.0), P),
    "dirichlet": (stats.dirichlet.logpdf, P / P.sum(), P),
    "multivariate_normal": (stats.multivariate_normal.logpdf, P, P, M),
    "norm": (stats.norm.logcdf, P),
    "poisson": (lambda mu: stats.poisson.logpmf(2, mu), P),
    "t": (stats.t.logpdf, P, P),
    "t.cdf": (stats.t.cdf, P, P),
    "bernoulli.ppf": (stats.bernoulli.ppf, P, P),
    "binom": (stats.binom.cdf, np.array([0.0, 1.0, 2.0]), np.array([1.0, 2.0, 2.0]), P),
    "cauchy": (stats.cauchy.ppf, P),
    "gennorm": (stats.gennorm.cdf, P, P + 1),
    "gumbel": (stats.gumbel_r.logsf, P),
    "kde": (lambda a, x: stats.gaussian_kde(a).logpdf(x), P, P),
    "laplace": (stats.laplace.ppf, P),
    "mode": (lambda x: stats.mode(x).mode, M),
    "multinomial": (stats.multinomial.logpmf, np.array([1.0, 0.0, 2.0]), 3.0, P / P.sum()),
    "one variance": (stats.multivariate_normal.logpdf, P, P, 2.0),
    "rankdata": (stats.rankdata, P),
    "truncnorm": (lambda x: stats.truncnorm.logcdf(x, 0.0, 1.0), P),
    "uniform": (stats.uniform.ppf, P),
    "wrapcauchy": (stats.wrapcauchy.logpdf, P, P),
    "convolve": (signal.convolve, M, M[:2, :2].copy()),
    "correlate2d": (lambda a, b: signal.correlate2d(a, b, "same"), M, M),
    "dct": (lambda x: fft.dct(x, norm="ortho"), P),
    "detrend": (signal.detrend, P),
    "fftconvolve": (signal.fftconvolve, P, P),
    "idctn": (fft.idctn, M),
    "istft": (lambda x: signal.istft(signal.stft(x, nperseg=4)[2], nperseg=4)[1], np.tile(P, 3)),
    "welch": (lambda x: signal.welch(x, nperseg=4)[1], np.tile(P, 3)),
    "map_coordinates": (lambda x, p: ndimage.map_coordinates(x, (p, p), 1), M, P),
    "table": (lambda g, v, x: interpolate.RegularGridInterpolator((g,), v)(x), P, P, P),
    "cg": (lambda a, b: sparse.cg(a, b)[0], M, P),
    "gmres": (lambda a, b: sparse.gmres(a, b)[0], M, P),
    "bicgstab": (lambda a, b: sparse.bicgstab(a, b)[0], M, P),
}


@pytest.mark.parametrize("name", CALLS)
def test_as_on_numpy(name):
    f, *args = CALLS[name]
    got, want = unwrap(f(*map(put, args))), f(*args)
    np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-15)
