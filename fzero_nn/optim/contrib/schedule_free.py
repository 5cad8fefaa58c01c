"""Averages of the path in place of schedules."""

from typing import Any, NamedTuple

import numpy as np

import fzero.numpy as fnp

from ..adding import add_decayed_weights
from ..base import (
    GradientTransformation,
    GradientTransformationExtraArgs,
    ScalarOrSchedule,
    chain,
    require_params,
    with_extra_args_support,
)
from ..moments import as_dtype, copied, frozen_map
from ..optimizers import sgd
from ..roots import scale_by_rms
from ..scaling import scale_by_learning_rate
from ..schedules import warmup_constant_schedule
from ..tree import cast

__all__ = [
    "ScheduleFreeState",
    "schedule_free",
    "schedule_free_adamw",
    "schedule_free_eval_params",
    "schedule_free_sgd",
]


class ScheduleFreeState(NamedTuple):
    """The state of `schedule_free`.

    Attributes:
        b1: where gradients are taken, between z (0) and the mean (1).
        weight_sum: the sum of the weights of the mean.
        step_count: the number of the next step, from 1.
        max_lr: the largest rate so far.
        base_optimizer_state: the state of the optimizer that moves z.
        z: the parameters that it moves.
    """

    b1: Any
    weight_sum: Any
    step_count: Any
    max_lr: Any
    base_optimizer_state: Any
    z: Any


def schedule_free_eval_params(state: ScheduleFreeState, params: Any) -> Any:
    """The parameters to evaluate and to keep: the mean x = (params - (1 - b1) z) / b1.

    Args:
        state: of `schedule_free`.
        params: the parameters that are trained.

    Example:
        >>> optimizer = schedule_free_sgd(0.1)
        >>> schedule_free_eval_params(optimizer.init(np.ones(2)), np.ones(2))
        array([1., 1.])
    """
    return frozen_map(lambda y, z: _mean(y, z, state.b1), params, state.z)


def _mean(y: Any, z: Any, b1: Any) -> Any:
    return as_dtype((y - as_dtype(1 - b1, z) * z) / as_dtype(b1, y), y)


def schedule_free(
    base_optimizer: GradientTransformation,
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    weight_lr_power: Any = 2.0,
    state_dtype: Any = None,
) -> GradientTransformationExtraArgs:
    """Train without a decaying rate, by a weighted mean x of the path z of an optimizer.

        z <- z + u(g(y)),   x <- (1 - c) x + c z,   y = b1 x + (1 - b1) z
        c = w / sum of w,   w = (largest rate so far)^weight_lr_power

    The parameters are y. Evaluate at x: see `schedule_free_eval_params`.

    Args:
        base_optimizer: moves z; without momentum, which b1 stands for.
        learning_rate: its rate, or the schedule of it.
        b1: 0 < b1 <= 1.
        weight_lr_power: of the rate in the weights.
        state_dtype: of z; by default that of the parameters.

    Raises:
        ValueError: (from update) there are no params.

    Source: Defazio et al. 2024, arXiv:2405.15682.

    Example:
        >>> optimizer = schedule_free(sgd(0.5), 0.5)
        >>> optimizer.update(np.array([2.0]), optimizer.init(np.ones(1)), np.ones(1))[0]
        array([-1.])
    """
    inner = with_extra_args_support(base_optimizer)

    def init(params: Any) -> ScheduleFreeState:
        z, zero = cast(copied(params), state_dtype), np.float64(0)
        return ScheduleFreeState(b1, zero, np.int64(1), zero, inner.init(params), z)

    def update(
        updates: Any, state: ScheduleFreeState, params: Any = None, **extra: Any
    ) -> tuple[Any, ScheduleFreeState]:
        require_params("schedule_free", params)
        rate = learning_rate(state.step_count) if callable(learning_rate) else learning_rate
        largest = fnp.maximum(state.max_lr, rate)
        weight = largest**weight_lr_power
        total = state.weight_sum + weight
        part = weight / fnp.where(total > 0, total, 1.0)
        moves, inner_state = inner.update(updates, state.base_optimizer_state, params, **extra)
        z = frozen_map(lambda z, u: as_dtype(z + u, z), state.z, moves)

        def step(y: Any, old: Any, new: Any) -> Any:
            c, x = as_dtype(part, y), _mean(y, old, b1)
            x = (1 - c) * x + c * new
            return as_dtype(as_dtype(b1, y) * x + as_dtype(1 - b1, y) * new - y, y)

        out = frozen_map(step, params, state.z, z)
        new = ScheduleFreeState(state.b1, total, state.step_count + 1, largest, inner_state, z)
        return out, new

    return GradientTransformationExtraArgs(init, update)


def _warmed_up(learning_rate: Any, warmup_steps: int | None) -> ScalarOrSchedule:
    if warmup_steps is None:
        return learning_rate
    return warmup_constant_schedule(0.0, learning_rate, warmup_steps)


def schedule_free_sgd(
    learning_rate: Any = 1.0,
    warmup_steps: int | None = None,
    b1: Any = 0.9,
    weight_decay: Any = None,
    weight_lr_power: Any = 2.0,
    state_dtype: Any = None,
) -> GradientTransformationExtraArgs:
    """`schedule_free` over gradient descent.

    Args:
        learning_rate: the step size.
        warmup_steps: over how many steps it rises from 0; None for none.
        b1, weight_lr_power, state_dtype: as in `schedule_free`.
        weight_decay: as in `add_decayed_weights`; None for none.

    Raises:
        ValueError: (from update) there are no params.

    Source: Defazio et al. 2024, arXiv:2405.15682.

    Example:
        >>> optimizer = schedule_free_sgd(0.5)
        >>> optimizer.update(np.array([2.0]), optimizer.init(np.ones(1)), np.ones(1))[0]
        array([-1.])
    """
    rate = _warmed_up(learning_rate, warmup_steps)
    base = sgd(rate)
    if weight_decay is not None:
        base = chain(add_decayed_weights(weight_decay), base)
    return schedule_free(base, rate, b1, weight_lr_power, state_dtype)


def schedule_free_adamw(
    learning_rate: Any = 0.0025,
    warmup_steps: int | None = None,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    weight_decay: Any = 0.0,
    weight_lr_power: Any = 2.0,
    state_dtype: Any = None,
) -> GradientTransformationExtraArgs:
    """`schedule_free` over AdamW without its first moment.

    Args:
        learning_rate, warmup_steps, b1, weight_decay, weight_lr_power, state_dtype: as in
            `schedule_free_sgd`.
        b2: the decay of the second moment, 0 <= b2 < 1.
        eps: added to its root.

    Raises:
        ValueError: b2 is out of range; (from update) there are no params.

    Source: Defazio et al. 2024, arXiv:2405.15682.

    Example:
        >>> optimizer = schedule_free_adamw(0.5)
        >>> optimizer.update(np.array([2.0]), optimizer.init(np.ones(1)), np.ones(1))[0].round(4)
        array([-0.5])
    """
    rate = _warmed_up(learning_rate, warmup_steps)
    base = chain(
        scale_by_rms(b2, eps, eps_in_sqrt=False, bias_correction=True),
        add_decayed_weights(weight_decay),
        scale_by_learning_rate(rate),
    )
    return schedule_free(base, rate, b1, weight_lr_power, state_dtype)
