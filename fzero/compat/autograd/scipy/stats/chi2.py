"""`fzero.scipy.stats.chi2` under autograd's path."""
# ruff: noqa: F403

from .....scipy.stats.chi2 import *
from .....scipy.stats.chi2 import __all__ as __all__
