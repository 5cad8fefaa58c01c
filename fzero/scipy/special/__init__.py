"""Special functions, as in `scipy.special`, with derivatives of every order.

Example:
    >>> import fzero
    >>> from fzero.scipy import special
    >>> float(fzero.grad(special.expit)(0.0))
    0.25
"""

from ...numpy import sinc
from .bessel import bessel_jn, i0, i0e, i1, i1e
from .combinatorics import bernoulli, comb, factorial, poch
from .dilogarithm import spence
from .exponential_integrals import exp1, expi, expn, sici
from .faddeeva import dawsn, fresnel, wofz
from .gammas import beta, betaln, gamma, gammaln, gammasgn, loggamma, multigammaln
from .harmonics import sph_harm_y
from .incomplete_beta import betainc
from .incomplete_gamma import gammainc, gammaincc
from .logarithms import (
    entr,
    expit,
    kl_div,
    log_expit,
    log_softmax,
    logit,
    logsumexp,
    rel_entr,
    softmax,
    xlog1py,
    xlogy,
)
from .normal import erf, erfc, erfcinv, erfcx, erfinv, log_ndtr, ndtr, ndtri
from .owens import owens_t
from .polygammas import digamma, polygamma, zeta
from .powers import boxcox, boxcox1p, exprel

__all__ = [
    "bernoulli", "bessel_jn", "beta", "betainc", "betaln", "boxcox", "boxcox1p", "comb", "dawsn",
    "digamma", "entr", "erf", "erfc", "erfcinv", "erfcx", "erfinv", "exp1", "expi", "expit",
    "expn", "exprel", "factorial", "fresnel", "gamma", "gammainc", "gammaincc", "gammaln",
    "gammasgn", "i0", "i0e", "i1", "i1e", "kl_div", "log_expit", "log_ndtr", "log_softmax",
    "loggamma", "logit", "logsumexp", "multigammaln", "ndtr", "ndtri", "owens_t", "poch",
    "polygamma", "psi", "rel_entr", "sici", "sinc", "softmax", "spence", "sph_harm_y", "wofz",
    "xlog1py", "xlogy", "zeta",
]  # fmt: skip

psi = digamma
