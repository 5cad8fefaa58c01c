"""Initial values of parameters: functions `(key, shape, dtype) -> array`.

`zeros` and `ones` are such functions; the others return one, as in `he_normal()(key, (784, 10))`.
A matrix is (inputs, outputs); a convolution's kernel is (outputs, inputs, *window). The key says
the device too, and the numbers are the same on each.
"""

from .orthogonal import delta_orthogonal, orthogonal
from .scaling import (
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    kaiming_normal,
    kaiming_uniform,
    lecun_normal,
    lecun_uniform,
    variance_scaling,
    xavier_normal,
    xavier_uniform,
)
from .simple import Initializer, constant, normal, ones, truncated_normal, uniform, zeros

__all__ = [
    "Initializer",
    "constant",
    "delta_orthogonal",
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
    "orthogonal",
    "truncated_normal",
    "uniform",
    "variance_scaling",
    "xavier_normal",
    "xavier_uniform",
    "zeros",
]
