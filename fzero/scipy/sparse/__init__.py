"""Linear systems whose matrix is a function, as in `scipy.sparse`."""

from . import linalg

__all__ = ["linalg"]
