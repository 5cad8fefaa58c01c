"""`fzero.numpy.linalg` under autograd's path."""
# ruff: noqa: F403

from ....numpy.linalg import *
from ....numpy.linalg import __all__ as __all__
