"""`fzero.scipy.stats.norm` under autograd's path."""
# ruff: noqa: F403

from .....scipy.stats.norm import *
from .....scipy.stats.norm import __all__ as __all__
