"""`fzero.numpy.fft` under autograd's path."""
# ruff: noqa: F403

from ....numpy.fft import *
from ....numpy.fft import __all__ as __all__
