"""The compositions run on CuPy's stand-in, and give there what they give on NumPy arrays."""

import numpy as np
import pytest

from fzero.scipy import linalg, special, stats
from tests.strict import put, unwrap

P = np.array([0.2, 0.5, 0.7])
M = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.0], [0.1, 0.0, 3.0]])
CALLS = {
    "entr": (special.entr, P),
    "gamma": (special.gamma, P),
    "kl_div": (special.kl_div, P, P[::-1].copy()),
    "log_softmax": (special.log_softmax, P),
    "logit": (special.logit, P),
    "logsumexp": (lambda a, b: special.logsumexp(a, b=b), P, P),
    "multigammaln": (lambda a: special.multigammaln(a, 2), P + 1),
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
