"""Pooling: layers without parameters."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from .. import functional as F
from .module import EMPTY, Module

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
]


@dataclass(frozen=True)
class _Pool(Module):
    """A function of x with the fields of the layer as keywords."""

    function: ClassVar[Callable[..., Any]]

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        return EMPTY, EMPTY

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        return self.function(x, **vars(self)), state


@dataclass(frozen=True)
class _MaxPool(_Pool):
    window: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    dilation: Any = 1


@dataclass(frozen=True)
class _AvgPool(_Pool):
    window: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    count_include_pad: bool = True


@dataclass(frozen=True)
class _Adaptive(_Pool):
    output_size: Any


@dataclass(frozen=True)
class _Global(_Pool):
    keepdims: bool = False


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


class AdaptiveAvgPool1d(_Adaptive):
    """The means of as many windows of sequences (N, C, L) as are asked for.

    Args:
        output_size: as for `functional.adaptive_avg_pool1d`.

    Example:
        >>> import numpy as np
        >>> layer = AdaptiveAvgPool1d(3)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8)))[0].shape
        (2, 3, 3)
    """

    function = staticmethod(F.adaptive_avg_pool1d)


class AdaptiveAvgPool2d(_Adaptive):
    """The means of as many windows of images (N, C, H, W) as are asked for.

    Args:
        output_size: as for `functional.adaptive_avg_pool2d`.

    Example:
        >>> import numpy as np
        >>> layer = AdaptiveAvgPool2d(3)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8)))[0].shape
        (2, 3, 3, 3)
    """

    function = staticmethod(F.adaptive_avg_pool2d)


class AdaptiveAvgPool3d(_Adaptive):
    """The means of as many windows of volumes (N, C, D, H, W) as are asked for.

    Args:
        output_size: as for `functional.adaptive_avg_pool3d`.

    Example:
        >>> import numpy as np
        >>> layer = AdaptiveAvgPool3d(3)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8, 8)))[0].shape
        (2, 3, 3, 3, 3)
    """

    function = staticmethod(F.adaptive_avg_pool3d)


class AdaptiveMaxPool1d(_Adaptive):
    """The maxima of as many windows of sequences (N, C, L) as are asked for.

    Args:
        output_size: as for `functional.adaptive_max_pool1d`.

    Example:
        >>> import numpy as np
        >>> layer = AdaptiveMaxPool1d(3)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8)))[0].shape
        (2, 3, 3)
    """

    function = staticmethod(F.adaptive_max_pool1d)


class AdaptiveMaxPool2d(_Adaptive):
    """The maxima of as many windows of images (N, C, H, W) as are asked for.

    Args:
        output_size: as for `functional.adaptive_max_pool2d`.

    Example:
        >>> import numpy as np
        >>> layer = AdaptiveMaxPool2d(3)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8)))[0].shape
        (2, 3, 3, 3)
    """

    function = staticmethod(F.adaptive_max_pool2d)


class AdaptiveMaxPool3d(_Adaptive):
    """The maxima of as many windows of volumes (N, C, D, H, W) as are asked for.

    Args:
        output_size: as for `functional.adaptive_max_pool3d`.

    Example:
        >>> import numpy as np
        >>> layer = AdaptiveMaxPool3d(3)
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8, 8)))[0].shape
        (2, 3, 3, 3, 3)
    """

    function = staticmethod(F.adaptive_max_pool3d)


class GlobalAvgPool(_Global):
    """The mean of each channel over all spatial axes of x, (N, C, ...).

    Args:
        keepdims: as for `functional.global_avg_pool`.

    Example:
        >>> import numpy as np
        >>> layer = GlobalAvgPool()
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8)))[0].shape
        (2, 3)
    """

    function = staticmethod(F.global_avg_pool)


class GlobalMaxPool(_Global):
    """The maximum of each channel over all spatial axes of x, (N, C, ...).

    Args:
        keepdims: as for `functional.global_max_pool`.

    Example:
        >>> import numpy as np
        >>> layer = GlobalMaxPool()
        >>> layer.apply(*layer.init(None), np.ones((2, 3, 8, 8)))[0].shape
        (2, 3)
    """

    function = staticmethod(F.global_max_pool)
