"""Convolutions, and transposed convolutions, along one, two or three axes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import random

from .. import functional as F
from ..functional.windows import per_axis
from ..initializers import Initializer, lecun_normal, zeros
from .module import EMPTY, Module, check_sizes, entries, size_from

__all__ = ["Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"]


@dataclass(frozen=True)
class _Conv(Module):
    """What all of them have; `function` does the work along `axes` spatial axes."""

    inputs: int | None
    outputs: int
    window: Any
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: int = 1
    bias: bool = True
    W_init: Initializer = lecun_normal()
    b_init: Initializer = zeros
    dtype: Any = np.float32

    axes: ClassVar[int]
    function: ClassVar[Callable[..., Any]]

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        name = type(self).__name__
        inputs = size_from(name, "inputs", self.inputs, x, axis=1)
        check_sizes(name, outputs=self.outputs)
        (groups,) = per_axis(name, "groups", self.groups, 1)
        if inputs % groups or self.outputs % groups:
            raise ValueError(
                f"{name}: groups is {groups} with {inputs} inputs and {self.outputs} outputs; "
                "expected a divisor of both. Use groups=1, or groups=inputs for a depthwise "
                "convolution with a multiple of the inputs as outputs."
            )
        window = per_axis(name, "window", self.window, self.axes)
        W_key, b_key = random.split(key)
        params = {"W": self.kernel(W_key, (self.outputs, inputs // groups, *window))}
        if self.bias:
            params["b"] = self.b_init(b_key, (self.outputs,), self.dtype)
        return fzero.freeze(params), EMPTY

    def kernel(self, key: Any, shape: tuple[int, ...]) -> Any:
        """A kernel, for (outputs, inputs / groups, *window)."""
        return self.W_init(key, shape, self.dtype)

    def options(self) -> dict[str, Any]:
        """The keywords of `function`."""
        names = ("stride", "padding", "dilation", "groups")
        return {name: getattr(self, name) for name in names}

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        names = ("W", "b") if self.bias else ("W",)
        W, *b = entries(type(self).__name__, params, *names)
        return self.function(x, W, *b, **self.options()), state


class Conv1d(_Conv):
    """Convolution along one axis: of sequences (N, C, L).

    Args:
        inputs, outputs, window, stride, padding, dilation, groups, bias, W_init, b_init, dtype: as
            for `Conv2d`, for one axis.

    Parameters: W of shape (outputs, inputs / groups, window), b of shape (outputs,).

    Example:
        >>> layer = Conv1d(4, 8, 3, padding="SAME")
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.ones((2, 4, 10), np.float32))[0].shape
        (2, 8, 10)
    """

    axes = 1
    function = staticmethod(F.conv1d)


class Conv2d(_Conv):
    """Convolution of images (N, C, H, W): see `functional.conv2d`.

    Args:
        inputs: the channels of x; None to read them from init's x.
        outputs: the channels of y.
        window: an integer from 1 on, or (KH, KW).
        stride, padding, dilation, groups: as for `functional.conv2d`.
        bias: whether there is a b.
        W_init, b_init: initializers; W starts with variance groups / (inputs * KH * KW).
        dtype: of the parameters.

    Parameters: W of shape (outputs, inputs / groups, KH, KW), b of shape (outputs,).

    Raises:
        ValueError: (from init) inputs is None, and there is no x; or groups does not divide.

    Example:
        >>> layer = Conv2d(3, 16, 3, stride=2, padding=1)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.ones((5, 3, 32, 32), np.float32))[0].shape
        (5, 16, 16, 16)
    """

    axes = 2
    function = staticmethod(F.conv2d)


class Conv3d(_Conv):
    """Convolution of volumes (N, C, D, H, W).

    Args:
        inputs, outputs, window, stride, padding, dilation, groups, bias, W_init, b_init, dtype: as
            for `Conv2d`, for three axes.

    Parameters: W of shape (outputs, inputs / groups, KD, KH, KW), b of shape (outputs,).

    Example:
        >>> layer = Conv3d(1, 2, (1, 3, 3))
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.ones((1, 1, 4, 4, 4), np.float32))[0].shape
        (1, 2, 4, 2, 2)
    """

    axes = 3
    function = staticmethod(F.conv3d)


@dataclass(frozen=True)
class _ConvTranspose(_Conv):
    output_padding: Any = 0

    def kernel(self, key: Any, shape: tuple[int, ...]) -> Any:
        """Drawn as the kernel of a convolution, so that any initializer sees the right fans."""
        outputs, inputs, *window = shape
        split = (self.groups, outputs // self.groups, inputs, *window)
        W = fnp.reshape(self.W_init(key, shape, self.dtype), split)
        swapped = (self.groups * inputs, outputs // self.groups, *window)
        return fnp.reshape(fnp.swapaxes(W, 1, 2), swapped)

    def options(self) -> dict[str, Any]:
        return {**super().options(), "output_padding": self.output_padding}


class ConvTranspose1d(_ConvTranspose):
    """Transposed convolution along one axis: of sequences (N, C, L).

    Args:
        inputs, outputs, window, stride, padding, dilation, groups, bias, W_init, b_init, dtype,
            output_padding: as for `ConvTranspose2d`, for one axis.

    Parameters: W of shape (inputs, outputs / groups, window), b of shape (outputs,).

    Example:
        >>> layer = ConvTranspose1d(4, 8, 2, stride=2)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.ones((2, 4, 10), np.float32))[0].shape
        (2, 8, 20)
    """

    axes = 1
    function = staticmethod(F.conv_transpose1d)


class ConvTranspose2d(_ConvTranspose):
    """Transposed convolution of images (N, C, H, W): see `functional.conv_transpose2d`.

    Args:
        inputs, outputs, window, bias, dtype: as for `Conv2d`.
        stride, padding, dilation, groups, output_padding: as for `functional.conv_transpose2d`.
        W_init, b_init: initializers; W starts with variance groups / (inputs * KH * KW).

    Parameters: W of shape (inputs, outputs / groups, KH, KW), b of shape (outputs,).

    Raises:
        ValueError: (from init) inputs is None, and there is no x; or groups does not divide.

    Example:
        >>> layer = ConvTranspose2d(16, 3, 3, stride=2, padding=1, output_padding=1)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.ones((5, 16, 16, 16), np.float32))[0].shape
        (5, 3, 32, 32)
    """

    axes = 2
    function = staticmethod(F.conv_transpose2d)


class ConvTranspose3d(_ConvTranspose):
    """Transposed convolution of volumes (N, C, D, H, W).

    Args:
        inputs, outputs, window, stride, padding, dilation, groups, bias, W_init, b_init, dtype,
            output_padding: as for `ConvTranspose2d`, for three axes.

    Parameters: W of shape (inputs, outputs / groups, KD, KH, KW), b of shape (outputs,).

    Example:
        >>> layer = ConvTranspose3d(2, 1, 2, stride=2)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.ones((1, 2, 2, 2, 2), np.float32))[0].shape
        (1, 1, 4, 4, 4)
    """

    axes = 3
    function = staticmethod(F.conv_transpose3d)
