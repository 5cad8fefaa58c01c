"""Pooling to a size that is given, or of whole images: layers without parameters."""

from dataclasses import dataclass
from typing import Any

from .. import functional as F
from .pooling import Pool

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "GlobalAvgPool",
    "GlobalMaxPool",
]


@dataclass(frozen=True)
class _Adaptive(Pool):
    output_size: Any


@dataclass(frozen=True)
class _Global(Pool):
    keepdims: bool = False


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
