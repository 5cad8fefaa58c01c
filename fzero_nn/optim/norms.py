"""The norm of all gradients, and norms of single arrays with a least value."""

from typing import Any

import fzero.numpy as fnp

from . import tree
from .moments import abs_square
from .tree.reductions import root

__all__ = ["global_norm", "norm", "root_mean_square"]

#: The older name of `tree.norm`.
global_norm = tree.norm


def norm(x: Any, least: Any = 0.0) -> Any:
    """The Euclidean norm of an array, but `least` at least."""
    return fnp.maximum(tree.norm(x), least)


def root_mean_square(x: Any, least: Any = 0.0) -> Any:
    """sqrt(mean |x|^2) of an array, but `least` at least."""
    return fnp.maximum(root(fnp.mean(abs_square(x))), least)
