"""Distributions as modules of functions, as in `scipy.stats`: `norm.logpdf(x, loc, scale)`.

All are differentiable in the point and in the parameters, which are not checked: a scale that is
not positive gives NaN or what the formula gives.

Example:
    >>> import fzero
    >>> from fzero.scipy.stats import norm
    >>> float(fzero.grad(norm.logpdf)(2.0))
    -2.0
"""

from . import beta, chi2, dirichlet, gamma, multivariate_normal, norm, poisson, t

__all__ = ["beta", "chi2", "dirichlet", "gamma", "multivariate_normal", "norm", "poisson", "t"]
