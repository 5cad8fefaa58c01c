"""`fzero.scipy.stats.gamma` under autograd's path."""
# ruff: noqa: F403

from .....scipy.stats.gamma import *
from .....scipy.stats.gamma import __all__ as __all__
