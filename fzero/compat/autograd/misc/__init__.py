"""What autograd's programs use beside derivatives: flattening, optimizers, fixed points."""

from .flatten import flatten

__all__ = ["flatten"]
