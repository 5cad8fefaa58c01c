"""The compositions run on CuPy's stand-in, and give there what they give on NumPy arrays."""

import numpy as np
import pytest

from fzero.scipy import linalg, special, stats
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
}


@pytest.mark.parametrize("name", CALLS)
def test_as_on_numpy(name):
    f, *args = CALLS[name]
    np.testing.assert_allclose(unwrap(f(*map(put, args))), f(*args), rtol=1e-14)
