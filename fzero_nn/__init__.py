"""Neural networks as pure functions of pytrees, on top of fzero.

Parameters are values that functions take and return: nothing here holds a state.
"""

from . import (
    checkpoint,
    data,
    functional,
    initializers,
    losses,
    metrics,
    optim,
    plot,
    progress,
    schedules,
)
from .layers import (
    Composite,
    Flatten,
    Identity,
    Lambda,
    Linear,
    Module,
    Parallel,
    Residual,
    Sequential,
    Summary,
    capture,
    summary,
)

__all__ = [
    "Composite",
    "Flatten",
    "Identity",
    "Lambda",
    "Linear",
    "Module",
    "Parallel",
    "Residual",
    "Sequential",
    "Summary",
    "capture",
    "checkpoint",
    "data",
    "functional",
    "initializers",
    "losses",
    "metrics",
    "optim",
    "plot",
    "progress",
    "schedules",
    "summary",
]
