"""`fzero.numpy`, and NumPy's own for the names that have no derivative: autograd.numpy.

Example:
    >>> import numpy, fzero
    >>> import fzero.compat.autograd.numpy as np
    >>> np.sin is fzero.numpy.sin, np.load is numpy.load
    (True, True)
"""
# ruff: noqa: F403

from typing import Any

import numpy

from .... import numpy as fnp
from ....numpy import *
from . import fft, linalg, random

__all__ = ["fft", "linalg", "random"]


def __getattr__(name: str) -> Any:
    return getattr(fnp, name) if hasattr(fnp, name) else getattr(numpy, name)
