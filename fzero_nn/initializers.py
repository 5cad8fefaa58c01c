"""Initial values of parameters: functions `(key, shape, dtype) -> array`.

`zeros` and `ones` are such functions; the others return one, as in `he_normal()(key, (784, 10))`.
A matrix is (inputs, outputs); a convolution's kernel is (outputs, inputs, *window).
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
from fzero import random

__all__ = [
    "Initializer",
    "constant",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "kaiming_normal",
    "kaiming_uniform",
    "lecun_normal",
    "lecun_uniform",
    "normal",
    "ones",
    "truncated_normal",
    "uniform",
    "variance_scaling",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]

#: Takes a key, a shape and optionally a dtype (float32 if left out); returns an array.
Initializer = Callable[..., Any]
#: The standard deviation of a standard normal cut off at -2 and 2.
_TRUNCATED_STD = 0.8796256610342398


def constant(value: float) -> Initializer:
    """Every element is `value`.

    Example:
        >>> constant(0.5)(random.key(0), (2,))
        array([0.5, 0.5], dtype=float32)
    """

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        return fzero.array_namespace(key).full(shape, value, dtype)

    return init


def zeros(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Zeros, the usual start of a bias; the key only says the device.

    Example:
        >>> zeros(random.key(0), (2,))
        array([0., 0.], dtype=float32)
    """
    return constant(0)(key, shape, dtype)


def ones(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Ones, the usual start of a scale; the key only says the device.

    Example:
        >>> ones(random.key(0), (2,))
        array([1., 1.], dtype=float32)
    """
    return constant(1)(key, shape, dtype)


def normal(stddev: float = 1e-2) -> Initializer:
    """Normal with mean 0 and standard deviation `stddev`.

    Example:
        >>> normal()(random.key(0), (3, 2)).shape
        (3, 2)
    """
    return lambda key, shape, dtype=np.float32: random.normal(key, shape, dtype) * stddev


def truncated_normal(stddev: float = 1e-2, lower: float = -2.0, upper: float = 2.0) -> Initializer:
    """`stddev` times a standard normal that is drawn between `lower` and `upper`.

    Example:
        >>> bool(abs(truncated_normal(1.0)(random.key(0), (99,))).max() <= 2)
        True
    """

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        return random.truncated_normal(key, lower, upper, shape, dtype) * stddev

    return init


def uniform(scale: float = 1e-2) -> Initializer:
    """Uniform from 0 to `scale`.

    Example:
        >>> bool(uniform(3.0)(random.key(0), (99,)).max() < 3)
        True
    """
    return lambda key, shape, dtype=np.float32: random.uniform(key, shape, dtype) * scale


def variance_scaling(
    scale: float,
    mode: str,
    distribution: str,
    in_axis: int | None = None,
    out_axis: int | None = None,
) -> Initializer:
    """Mean 0 and variance scale / fan, so that signals keep their size from layer to layer.

    Args:
        scale: the factor, > 0.
        mode: the fan is "fan_in" (inputs times window), "fan_out" or their mean "fan_avg".
        distribution: "normal", "truncated_normal" (at two standard deviations) or "uniform".
        in_axis, out_axis: the axes of the inputs and the outputs; by default 0 and 1 of a
            matrix, 1 and 0 of a convolution's kernel.

    Returns:
        The initializer.

    Raises:
        ValueError: mode or distribution is unknown; from the initializer: a shape of fewer than
            two axes.

    Source: He et al. 2015, arXiv:1502.01852; Glorot and Bengio 2010.

    Example:
        >>> init = variance_scaling(2.0, "fan_in", "normal")
        >>> round(float(init(random.key(0), (800, 500)).std()), 3)
        0.05
    """
    _check_choice("mode", mode, ("fan_in", "fan_out", "fan_avg"))
    _check_choice("distribution", distribution, ("normal", "truncated_normal", "uniform"))

    def init(key: Any, shape: tuple[int, ...], dtype: Any = np.float32) -> Any:
        stddev = math.sqrt(scale / max(1.0, _fan(shape, mode, in_axis, out_axis)))
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


def _fan(shape: tuple[int, ...], mode: str, in_axis: int | None, out_axis: int | None) -> float:
    if len(shape) < 2:
        raise ValueError(
            f"variance_scaling: shape is {tuple(shape)}; expected two axes or more, inputs and "
            "outputs. Use normal, uniform or zeros for other parameters."
        )
    default_in, default_out = (0, 1) if len(shape) == 2 else (1, 0)
    inputs = shape[default_in if in_axis is None else in_axis]
    outputs = shape[default_out if out_axis is None else out_axis]
    window = math.prod(shape) / max(1, inputs * outputs)
    fans = {"fan_in": inputs, "fan_out": outputs, "fan_avg": (inputs + outputs) / 2}
    return window * fans[mode]


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
