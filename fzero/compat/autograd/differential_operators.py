"""`autograd.differential_operators`: the operators under autograd's path."""
# ruff: noqa: F403

from .operators import *
from .operators import __all__ as __all__
