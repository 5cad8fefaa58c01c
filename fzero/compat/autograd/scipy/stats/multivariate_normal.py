"""`fzero.scipy.stats.multivariate_normal` under autograd's path."""
# ruff: noqa: F403

from .....scipy.stats.multivariate_normal import *
from .....scipy.stats.multivariate_normal import __all__ as __all__
