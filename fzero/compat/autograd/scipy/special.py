"""`fzero.scipy.special` under autograd's path."""
# ruff: noqa: F403

from ....scipy.special import *
from ....scipy.special import __all__ as __all__
