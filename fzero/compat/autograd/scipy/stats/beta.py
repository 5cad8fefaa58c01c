"""`fzero.scipy.stats.beta` under autograd's path."""
# ruff: noqa: F403

from .....scipy.stats.beta import *
from .....scipy.stats.beta import __all__ as __all__
