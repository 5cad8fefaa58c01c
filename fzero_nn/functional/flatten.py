"""Examples as rows of features."""

import math
from typing import Any

import fzero.numpy as fnp

__all__ = ["flatten"]


def flatten(x: Any) -> Any:
    """All axes but the first in one: (N, ...) as (N, features).

    Args:
        x: shape (N, ...); of shape (N,) it gives (N, 1).

    Returns:
        An array of shape (N, features), also for N = 0.

    Raises:
        ValueError: x has no axis.

    Example:
        >>> import numpy as np
        >>> flatten(np.ones((5, 3, 2, 2))).shape
        (5, 12)
    """
    x = fnp.asarray(x)
    if x.ndim == 0:
        raise ValueError(
            "flatten: x is of shape (); expected (N, ...). Give it a first axis with x[None]."
        )
    return fnp.reshape(x, (x.shape[0], math.prod(x.shape[1:])))
