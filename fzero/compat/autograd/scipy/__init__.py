"""`fzero.scipy` under autograd's path."""

from . import special

__all__ = ["special"]
