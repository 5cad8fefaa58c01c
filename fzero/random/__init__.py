"""Random numbers as functions of keys.

`key(0)` makes a key; `split` and `fold_in` make keys from a key; every sampler takes a key and
gives the same numbers for the same key, on every device and under every transform. Signatures
are JAX's; the default dtype is NumPy's float64.
"""

from .arrays import choice, permutation
from .continuous import (
    double_sided_maxwell,
    lognormal,
    pareto,
    rayleigh,
    triangular,
    truncated_normal,
    wald,
    weibull_min,
)
from .counts import binomial, multinomial, poisson
from .discrete import bernoulli, categorical, geometric, rademacher, randint
from .gammas import beta, chisquare, dirichlet, f, gamma, loggamma, t
from .keys import PRNGKey, bits, clone, fold_in, key, key_data, key_impl, split, wrap_key_data
from .multivariate import multivariate_normal
from .standard import cauchy, exponential, gumbel, laplace, logistic, maxwell, normal, uniform
from .vectors import ball, generalized_normal, orthogonal

__all__ = [
    "PRNGKey",
    "ball",
    "bernoulli",
    "beta",
    "binomial",
    "bits",
    "categorical",
    "cauchy",
    "chisquare",
    "choice",
    "clone",
    "dirichlet",
    "double_sided_maxwell",
    "exponential",
    "f",
    "fold_in",
    "gamma",
    "generalized_normal",
    "geometric",
    "gumbel",
    "key",
    "key_data",
    "key_impl",
    "laplace",
    "loggamma",
    "logistic",
    "lognormal",
    "maxwell",
    "multinomial",
    "multivariate_normal",
    "normal",
    "orthogonal",
    "pareto",
    "permutation",
    "poisson",
    "rademacher",
    "randint",
    "rayleigh",
    "split",
    "t",
    "triangular",
    "truncated_normal",
    "uniform",
    "wald",
    "wrap_key_data",
    "weibull_min",
]
