"""What is added to gradients: a part of the parameters, or noise."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero import random

from . import kernels
from .base import EmptyState, GradientTransformation, ScalarOrSchedule, require_params
from .masking import masked
from .moments import as_dtype, frozen_map
from .selection import elementwise
from .tree import add_scale, random_like

__all__ = ["AddNoiseState", "WeightDecaySchedule", "add_decayed_weights", "add_noise"]


class WeightDecaySchedule(NamedTuple):
    """The state of `add_decayed_weights` with a schedule: the steps so far."""

    count: Any


class AddNoiseState(NamedTuple):
    """The state of `add_noise`: the steps so far, and the key of the next one."""

    count: Any
    rng_key: Any


def add_decayed_weights(
    weight_decay: ScalarOrSchedule = 0.0, mask: Any | Callable[[Any], Any] | None = None
) -> GradientTransformation:
    """Pull parameters towards zero: u = g + weight_decay * p.

    Before `scale_by_adam` and the like this is an L2 penalty; behind them, weight decay.

    Args:
        weight_decay: the rate, or a schedule of it.
        mask: which parameters: a tree of booleans that is a prefix of theirs, or a function
            params -> such a tree; by default all.

    Raises:
        ValueError: (from update) there are no params; the mask does not fit.

    Source: Loshchilov and Hutter 2019, arXiv:1711.05101.

    Example:
        >>> add_decayed_weights(0.1).update(np.array([1.0]), EmptyState(), np.array([5.0]))[0]
        array([1.5])
    """
    scheduled = callable(weight_decay)

    def init(params: Any) -> Any:
        return WeightDecaySchedule(np.int64(0)) if scheduled else EmptyState()

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, Any]:
        require_params("add_decayed_weights", params)
        rate = weight_decay(state.count) if callable(weight_decay) else weight_decay
        out = frozen_map(lambda g, p: g + as_dtype(as_dtype(rate, p) * p, g), updates, params)
        return out, WeightDecaySchedule(state.count + 1) if scheduled else state

    decayed = elementwise(
        GradientTransformation(init, update), kernel=kernels.decayed(weight_decay)
    )
    return decayed if mask is None else masked(decayed, mask)


def add_noise(eta: Any, gamma: Any, key: Any) -> GradientTransformation:
    """Add Gaussian noise that dies out: u = g + sqrt(eta / t^gamma) * normal.

    Args:
        eta: the variance at the first step, >= 0.
        gamma: how fast it falls.
        key: a key of `fzero.random`, or an int as a seed of one. It starts the state, so the same
            key gives the same noise.

    Source: Neelakantan et al. 2014, arXiv:1511.06807.

    Example:
        >>> t = add_noise(0.0, 0.55, key=random.key(0))
        >>> t.update(np.array([1.0]), t.init(np.zeros(1)))[0]
        array([1.])
    """

    def init(params: Any) -> AddNoiseState:
        first = random.key(key) if isinstance(key, int) else key
        return AddNoiseState(np.int64(0), fzero.freeze(first))

    def update(updates: Any, state: AddNoiseState, params: Any = None) -> tuple[Any, AddNoiseState]:
        count = state.count + 1
        deviation = (eta / count**gamma) ** 0.5
        next_key, key = random.split(state.rng_key)
        out = add_scale(updates, deviation, random_like(key, updates))
        return out, AddNoiseState(count, fzero.freeze(next_key))

    return GradientTransformation(init, update)
