"""Initial values whose variance is chosen by the number of inputs or outputs."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fzero import random

from .simple import Initializer, normal, truncated_normal

__all__ = [
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "kaiming_normal",
    "kaiming_uniform",
    "lecun_normal",
    "lecun_uniform",
    "variance_scaling",
    "xavier_normal",
    "xavier_uniform",
]

#: One axis, or several.
Axes = int | Sequence[int]
#: The standard deviation of a standard normal cut off at -2 and 2.
_TRUNCATED_STD = 0.8796256610342398


def variance_scaling(
    scale: float,
    mode: str,
    distribution: str,
    in_axis: Axes | None = None,
    out_axis: Axes | None = None,
    batch_axis: Axes = (),
) -> Initializer:
    """Mean 0 and variance scale / fan, so that signals keep their size from layer to layer.

    Args:
        scale: the factor, > 0.
        mode: the fan is "fan_in" (inputs times window), "fan_out" (outputs times window), their
            mean "fan_avg", or their geometric mean "fan_geo_avg".
        distribution: "normal", "truncated_normal" (at two standard deviations) or "uniform".
        in_axis, out_axis: the axes of the inputs and the outputs; by default 0 and 1 of a
            matrix, 1 and 0 of a convolution's kernel.
        batch_axis: axes that only repeat the parameter, such as that of an ensemble.

    Returns:
        The initializer.

    Raises:
        ValueError: mode or distribution is unknown, or scale is not positive; from the
            initializer: a shape of fewer than two axes without in_axis and out_axis.

    Source: He et al. 2015, arXiv:1502.01852; Glorot and Bengio 2010.

    Example:
        >>> init = variance_scaling(2.0, "fan_in", "normal")
        >>> round(float(init(random.key(0), (800, 500)).std()), 3)
        0.05
    """
    _check_choice("mode", mode, ("fan_in", "fan_out", "fan_avg", "fan_geo_avg"))
    _check_choice("distribution", distribution, ("normal", "truncated_normal", "uniform"))
    if not scale > 0:
        raise ValueError(
            f"variance_scaling: scale is {scale}; expected scale > 0. Take zeros for zeros."
        )

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        fan = _fan(mode, *_fans(shape, in_axis, out_axis, batch_axis))
        stddev = math.sqrt(scale / max(1.0, fan))
        if distribution == "normal":
            return normal(stddev)(key, shape, dtype)
        if distribution == "truncated_normal":
            return truncated_normal(stddev / _TRUNCATED_STD)(key, shape, dtype)
        bound = math.sqrt(3) * stddev
        return random.uniform(key, shape, dtype, -bound, bound)

    return init


def _check_choice(argument: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(
            f"variance_scaling: {argument} is {value!r}; expected one of {choices}. "
            "he_normal() and glorot_uniform() are ready-made choices."
        )


def _fan(mode: str, inputs: float, outputs: float) -> float:
    return {
        "fan_in": inputs,
        "fan_out": outputs,
        "fan_avg": (inputs + outputs) / 2,
        "fan_geo_avg": math.sqrt(inputs * outputs),
    }[mode]


def _fans(
    shape: tuple[int, ...], in_axis: Axes | None, out_axis: Axes | None, batch_axis: Axes
) -> tuple[float, float]:
    """Inputs and outputs, each times the window."""
    if len(shape) < 2 and (in_axis is None or out_axis is None):
        raise ValueError(
            f"variance_scaling: shape is {tuple(shape)}; expected two axes or more, inputs and "
            "outputs. Use normal, uniform or zeros for other parameters."
        )
    default_in, default_out = (0, 1) if len(shape) == 2 else (1, 0)
    inputs = _size(shape, default_in if in_axis is None else in_axis)
    outputs = _size(shape, default_out if out_axis is None else out_axis)
    window = math.prod(shape) / max(1, inputs * outputs * _size(shape, batch_axis))
    return inputs * window, outputs * window


def _size(shape: tuple[int, ...], axes: Axes) -> int:
    return math.prod(shape[i] for i in ((axes,) if isinstance(axes, int) else axes))


def lecun_normal() -> Initializer:
    """Truncated normal of variance 1 / fan_in: for tanh and selu.

    Example:
        >>> round(float(lecun_normal()(random.key(0), (400, 500)).std()), 3)
        0.05
    """
    return variance_scaling(1.0, "fan_in", "truncated_normal")


def lecun_uniform() -> Initializer:
    """Uniform of variance 1 / fan_in: for tanh and selu.

    Example:
        >>> round(float(lecun_uniform()(random.key(0), (400, 500)).std()), 3)
        0.05
    """
    return variance_scaling(1.0, "fan_in", "uniform")


def xavier_normal() -> Initializer:
    """Truncated normal of variance 2 / (fan_in + fan_out): for tanh and sigmoid.

    Example:
        >>> round(float(xavier_normal()(random.key(0), (300, 500)).std()), 3)
        0.05
    """
    return variance_scaling(1.0, "fan_avg", "truncated_normal")


def xavier_uniform() -> Initializer:
    """Uniform of variance 2 / (fan_in + fan_out): for tanh and sigmoid.

    Example:
        >>> round(float(xavier_uniform()(random.key(0), (300, 500)).std()), 3)
        0.05
    """
    return variance_scaling(1.0, "fan_avg", "uniform")


def he_normal() -> Initializer:
    """Truncated normal of variance 2 / fan_in: for relu.

    Example:
        >>> round(float(he_normal()(random.key(0), (800, 500)).std()), 3)
        0.05
    """
    return variance_scaling(2.0, "fan_in", "truncated_normal")


def he_uniform() -> Initializer:
    """Uniform of variance 2 / fan_in: for relu.

    Example:
        >>> round(float(he_uniform()(random.key(0), (800, 500)).std()), 3)
        0.05
    """
    return variance_scaling(2.0, "fan_in", "uniform")


# The same under the first names of their authors.
glorot_normal, glorot_uniform = xavier_normal, xavier_uniform
kaiming_normal, kaiming_uniform = he_normal, he_uniform
