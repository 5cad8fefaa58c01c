"""Factors of the gradients: numbers, schedules, and norms."""

from typing import Any, NamedTuple

import numpy as np

import fzero.numpy as fnp

from . import kernels
from .base import (
    EmptyState,
    GradientTransformation,
    GradientTransformationExtraArgs,
    ScalarOrSchedule,
    require_params,
    stateless,
    stateless_with_tree_map,
)
from .moments import as_dtype, frozen_map
from .norms import global_norm, norm, root_mean_square
from .schedules import Schedule
from .selection import elementwise

__all__ = [
    "ScaleByScheduleState",
    "normalize_by_update_norm",
    "scale",
    "scale_by_learning_rate",
    "scale_by_param_block_norm",
    "scale_by_param_block_rms",
    "scale_by_polyak",
    "scale_by_schedule",
    "scale_by_sign",
    "scale_by_trust_ratio",
]


class ScaleByScheduleState(NamedTuple):
    """The state of `scale_by_schedule`: the steps so far."""

    count: Any


def scale(step_size: Any) -> GradientTransformation:
    """Multiply by a factor: u = step_size * g. A descent needs a negative one.

    Args:
        step_size: a number; it may be traced.

    Example:
        >>> scale(-0.1).update(np.array([1.0, 2.0]), EmptyState())[0]
        array([-0.1, -0.2])
    """
    t = stateless_with_tree_map(lambda g, p: g * as_dtype(step_size, g))
    return elementwise(t, kernel=kernels.scaled(step_size))


def scale_by_schedule(step_size_fn: Schedule) -> GradientTransformation:
    """Multiply by a factor that changes: u = step_size_fn(count) * g, with count = 0, 1, ...

    Args:
        step_size_fn: the number of steps so far -> the factor.

    Example:
        >>> t = scale_by_schedule(lambda count: 10.0 + count)
        >>> t.update(2.0, ScaleByScheduleState(1))
        (22.0, ScaleByScheduleState(count=2))
    """

    def init(params: Any) -> ScaleByScheduleState:
        return ScaleByScheduleState(np.int64(0))

    def update(
        updates: Any, state: ScaleByScheduleState, params: Any = None
    ) -> tuple[Any, ScaleByScheduleState]:
        factor = step_size_fn(state.count)
        scaled = frozen_map(lambda g: g * as_dtype(factor, g), updates)
        return scaled, ScaleByScheduleState(state.count + 1)

    return elementwise(GradientTransformation(init, update), kernel=kernels.scheduled(step_size_fn))


def scale_by_learning_rate(
    learning_rate: ScalarOrSchedule | None = None, *, flip_sign: bool = True
) -> GradientTransformation:
    """Step downhill: u = -learning_rate * g.

    Args:
        learning_rate: the step size, or a schedule of it: the number of steps so far -> size.
            None is 1.
        flip_sign: False for u = +learning_rate * g.

    Raises:
        TypeError: a string.

    Example:
        >>> scale_by_learning_rate(0.1).update(np.array([2.0]), EmptyState())[0]
        array([-0.2])
    """
    return _signed(-1 if flip_sign else 1, 1 if learning_rate is None else learning_rate)


def _signed(sign: int, rate: Any) -> GradientTransformation:
    if isinstance(rate, str):
        raise TypeError(
            f"scale_by_learning_rate: learning_rate is {rate!r}; expected a number or a schedule. "
            "Convert it with float()."
        )
    if not callable(rate):
        return scale(sign * rate)
    schedule: Schedule = rate
    return scale_by_schedule(lambda count: sign * schedule(count))


def scale_by_sign() -> GradientTransformation:
    """Keep the sign of each number only: u = sign(g).

    Example:
        >>> scale_by_sign().update(np.array([-3.0, 0.0, 0.1]), EmptyState())[0]
        array([-1.,  0.,  1.])
    """
    return elementwise(stateless_with_tree_map(lambda g, p: fnp.sign(g)))


def scale_by_param_block_norm(min_scale: Any = 1e-3) -> GradientTransformation:
    """Multiply by the norm of each parameter array: u = g max(||p||, min_scale).

    Args:
        min_scale: the least factor.

    Raises:
        ValueError: (from update) there are no params.

    Example:
        >>> scale_by_param_block_norm().update(np.ones(2), EmptyState(), np.array([3.0, 4.0]))[0]
        array([5., 5.])
    """
    return _by_params("scale_by_param_block_norm", lambda g, p: g * as_dtype(norm(p, min_scale), g))


def scale_by_param_block_rms(min_scale: Any = 1e-3) -> GradientTransformation:
    """Multiply by the root mean square of each parameter array: u = g max(rms(p), min_scale).

    Args:
        min_scale: the least factor.

    Raises:
        ValueError: (from update) there are no params.

    Example:
        >>> scale_by_param_block_rms().update(np.ones(2), EmptyState(), np.array([2.0, 2.0]))[0]
        array([2., 2.])
    """
    return _by_params(
        "scale_by_param_block_rms", lambda g, p: g * as_dtype(root_mean_square(p, min_scale), g)
    )


def scale_by_trust_ratio(
    min_norm: Any = 0.0, trust_coefficient: Any = 1.0, eps: Any = 0.0
) -> GradientTransformation:
    """Make each array's step as large as the array: u = g c ||p|| / (||g|| + eps).

    The factor is 1 where one of the norms is 0.

    Args:
        min_norm: the least value of both norms.
        trust_coefficient: c.
        eps: added to the denominator.

    Raises:
        ValueError: (from update) there are no params.

    Source: You et al. 2019, arXiv:1904.00962.

    Example:
        >>> scale_by_trust_ratio().update(np.array([0.1]), EmptyState(), np.array([5.0]))[0]
        array([5.])
    """

    def scaled(g: Any, p: Any) -> Any:
        param_norm, update_norm = norm(p, min_norm), norm(g, min_norm)
        usable = (param_norm > 0) & (update_norm > 0)
        denominator = fnp.where(usable, update_norm + eps, 1.0)
        ratio = fnp.where(usable, trust_coefficient * param_norm / denominator, 1.0)
        return as_dtype(g * ratio, g)  # the ratio may be too large for float16

    return _by_params("scale_by_trust_ratio", scaled)


def normalize_by_update_norm(scale_factor: Any = 1.0, eps: Any = 1e-6) -> GradientTransformation:
    """Divide by the global norm: u = g scale_factor / (||g|| + eps).

    Args:
        scale_factor: the norm of the result, nearly.
        eps: added to the norm.

    Example:
        >>> normalize_by_update_norm().update(np.array([3.0, 4.0]), EmptyState())[0].round(3)
        array([0.6, 0.8])
    """

    def normalized(updates: Any, params: Any) -> Any:
        divisor = (global_norm(updates) + eps) / scale_factor
        return frozen_map(lambda g: g / as_dtype(divisor, g), updates)

    return stateless(normalized)


def scale_by_polyak(
    f_min: Any = 0.0, max_learning_rate: Any = 1.0, eps: Any = 0.0, variant: str = "sps"
) -> GradientTransformationExtraArgs:
    """Polyak's step size: u = g min((value - f_min) / (||g||^2 + eps), max_learning_rate).

    `update` takes the loss as `value=`. Where the gradient is zero, so is the update.

    Args:
        f_min: the least value that the loss can take.
        max_learning_rate: the largest step size.
        eps: added to the squared norm.
        variant: "sps", or "sps+" for max(value - f_min, 0).

    Raises:
        ValueError: an unknown variant.

    Source: Berrada et al. 2020, arXiv:1907.08006; Loizou et al. 2021, arXiv:2002.10542.

    Example:
        >>> scale_by_polyak().update(np.array([2.0]), EmptyState(), value=1.0)[0]
        array([0.5])
    """
    if variant not in ("sps", "sps+"):
        raise ValueError(
            f"scale_by_polyak: variant is {variant!r}; expected 'sps' or 'sps+'. "
            "Leave it out for 'sps'."
        )

    def update(
        updates: Any, state: EmptyState, params: Any = None, *, value: Any, **extra: Any
    ) -> tuple[Any, EmptyState]:
        gap = value - f_min if variant == "sps" else fnp.maximum(value - f_min, 0.0)
        square = global_norm(updates, squared=True) + eps
        usable = square > np.finfo(np.float64).eps
        size = fnp.minimum(gap / fnp.where(usable, square, 1.0), max_learning_rate)
        size = fnp.where(usable, size, 0.0)
        return frozen_map(lambda g: g * as_dtype(size, g), updates), state

    return GradientTransformationExtraArgs(lambda params: EmptyState(), update)


def _by_params(function: str, f: Any) -> GradientTransformation:
    """A transformation without a state, of each gradient and its parameter."""

    def of_tree(updates: Any, params: Any) -> Any:
        require_params(function, params)
        return frozen_map(f, updates, params)

    return stateless(of_tree)
