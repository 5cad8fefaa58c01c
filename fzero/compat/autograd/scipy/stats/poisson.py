"""`fzero.scipy.stats.poisson` under autograd's path."""
# ruff: noqa: F403

from .....scipy.stats.poisson import *
from .....scipy.stats.poisson import __all__ as __all__
