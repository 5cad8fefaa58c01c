"""`fzero.scipy.stats.t` under autograd's path."""
# ruff: noqa: F403

from .....scipy.stats.t import *
from .....scipy.stats.t import __all__ as __all__
