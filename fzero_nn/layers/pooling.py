"""Pooling of windows: layers without parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from .. import functional as F
from .module import Module

__all__ = [
    "Pool",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
]


@dataclass(frozen=True)
class Pool(Module):
    """A function of x with the fields of the layer as keywords."""

    function: ClassVar[Callable[..., Any]]

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        return self.function(x, **vars(self)), state


@dataclass(frozen=True)
class _MaxPool(Pool):
    window: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    dilation: Any = 1


@dataclass(frozen=True)
class _AvgPool(Pool):
    window: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    count_include_pad: bool = True


class MaxPool1d(_MaxPool):
    """The maximum of each window of sequences (N, C, L).

    Args:
        window, stride, padding, ceil_mode, dilation: as for `functional.max_pool1d`.

    Example:
        >>> import numpy as np
        >>> layer = MaxPool1d(2)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8)))[0].shape
        (2, 3, 4)
    """

    function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPool):
    """The maximum of each window of images (N, C, H, W).

    Args:
        window, stride, padding, ceil_mode, dilation: as for `functional.max_pool2d`.

    Example:
        >>> import numpy as np
        >>> layer = MaxPool2d(2)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8)))[0].shape
        (2, 3, 4, 4)
    """

    function = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPool):
    """The maximum of each window of volumes (N, C, D, H, W).

    Args:
        window, stride, padding, ceil_mode, dilation: as for `functional.max_pool3d`.

    Example:
        >>> import numpy as np
        >>> layer = MaxPool3d(2)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8, 8)))[0].shape
        (2, 3, 4, 4, 4)
    """

    function = staticmethod(F.max_pool3d)


class AvgPool1d(_AvgPool):
    """The mean of each window of sequences (N, C, L).

    Args:
        window, stride, padding, ceil_mode, count_include_pad: as for `functional.avg_pool1d`.

    Example:
        >>> import numpy as np
        >>> layer = AvgPool1d(2)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8)))[0].shape
        (2, 3, 4)
    """

    function = staticmethod(F.avg_pool1d)


class AvgPool2d(_AvgPool):
    """The mean of each window of images (N, C, H, W).

    Args:
        window, stride, padding, ceil_mode, count_include_pad: as for `functional.avg_pool2d`.

    Example:
        >>> import numpy as np
        >>> layer = AvgPool2d(2)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8)))[0].shape
        (2, 3, 4, 4)
    """

    function = staticmethod(F.avg_pool2d)


class AvgPool3d(_AvgPool):
    """The mean of each window of volumes (N, C, D, H, W).

    Args:
        window, stride, padding, ceil_mode, count_include_pad: as for `functional.avg_pool3d`.

    Example:
        >>> import numpy as np
        >>> layer = AvgPool3d(2)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8, 8)))[0].shape
        (2, 3, 4, 4, 4)
    """

    function = staticmethod(F.avg_pool3d)
