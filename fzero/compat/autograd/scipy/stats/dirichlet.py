"""`fzero.scipy.stats.dirichlet` under autograd's path, and its draws."""
# ruff: noqa: F403

from typing import Any

import numpy as np

from .....array import value
from .....scipy.stats.dirichlet import *
from .....scipy.stats.dirichlet import __all__ as _densities

__all__ = [*_densities, "rvs"]


def rvs(alpha: Any, size: Any = 1, random_state: Any = None) -> Any:
    """Draws by NumPy, of shape (size, K); constants to every transform.

    Args:
        alpha: (K,), > 0.
        size: how many, or a shape.
        random_state: a seed, a RandomState or a Generator; None draws from `numpy.random`.

    Example:
        >>> rvs([1.0, 2.0], size=3, random_state=0).shape
        (3, 2)
    """
    alpha = np.asarray(value(alpha))
    if random_state is None:
        return np.random.dirichlet(alpha, size)
    if isinstance(random_state, int):
        random_state = np.random.RandomState(random_state)
    return random_state.dirichlet(alpha, size)
