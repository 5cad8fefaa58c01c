"""Random changes of the colours of a batch of images.

Each takes a key, draws for every image on its own, and keeps the dtype. Integers are rounded and
clipped to the range of their dtype; floats are not clipped, as their range is not known.
"""

from typing import Any

import fzero
import fzero.numpy as fnp
from fzero import random

from .drawing import beside, checked_images, in_dtype, per_image, work_dtype

__all__ = ["random_brightness", "random_color", "random_contrast", "random_saturation"]

#: What red, green and blue add to the brightness that people see (ITU-R BT.601).
_LUMA = (0.299, 0.587, 0.114)


def random_brightness(key: Any, x: Any, strength: float) -> Any:
    """Multiply each image by a factor: y = f x, with f uniform in [1 - strength, 1 + strength).

    Args:
        key: decides the factors.
        x: images of shape (N, C, H, W), black at 0.
        strength: in [0, 1].

    Returns:
        Images like x.

    Example:
        >>> import numpy as np
        >>> y = random_brightness(random.key(0), np.full((1, 3, 2, 2), 200, np.uint8), 0.5)
        >>> y.dtype, bool(y.min() == y.max() != 200)
        (dtype('uint8'), True)
    """
    return _blended("random_brightness", key, x, strength, lambda values: 0.0)


def random_contrast(key: Any, x: Any, strength: float) -> Any:
    """Move each image from or to its mean m: y = m + f (x - m), f in [1 - strength, 1 + strength).

    Args:
        key: decides the factors.
        x: images of shape (N, C, H, W).
        strength: in [0, 1].

    Returns:
        Images like x.

    Example:
        >>> import numpy as np
        >>> x = np.linspace(0, 1, 12).reshape(1, 3, 2, 2)
        >>> y = random_contrast(random.key(0), x, 0.5)
        >>> bool(np.isclose(y.mean(), x.mean())), bool(np.isclose(y.std(), x.std()))
        (True, False)
    """
    mean = lambda values: values.mean(axis=(1, 2, 3), keepdims=True)
    return _blended("random_contrast", key, x, strength, mean)


def random_saturation(key: Any, x: Any, strength: float) -> Any:
    """Move each image from or to its grey g: y = g + f (x - g), f in [1 - strength, 1 + strength).

    g = 0.299 red + 0.587 green + 0.114 blue.

    Args:
        key: decides the factors.
        x: images of shape (N, 3, H, W), in red, green and blue.
        strength: in [0, 1].

    Returns:
        Images like x.

    Raises:
        ValueError: the images have not three channels.

    Example:
        >>> import numpy as np
        >>> grey = np.full((1, 3, 2, 2), 90, np.uint8)
        >>> bool((random_saturation(random.key(0), grey, 1.0) == grey).all())
        True
    """
    return _blended("random_saturation", key, x, strength, _grey)


def random_color(
    key: Any, x: Any, brightness: float = 0.0, contrast: float = 0.0, saturation: float = 0.0
) -> Any:
    """Change brightness, then contrast, then saturation.

    Args:
        key: decides the factors.
        x: images of shape (N, C, H, W).
        brightness, contrast, saturation: their strengths, in [0, 1]; 0 leaves it out.

    Returns:
        Images like x.

    Example:
        >>> import numpy as np
        >>> random_color(random.key(0), np.ones((2, 3, 4, 4), np.float32), 0.2, 0.2, 0.2).shape
        (2, 3, 4, 4)
    """
    checked_images("random_color", x)
    keys = random.split(key, 3)
    if brightness:
        x = random_brightness(keys[0], x, brightness)
    if contrast:
        x = random_contrast(keys[1], x, contrast)
    return random_saturation(keys[2], x, saturation) if saturation else x


def _blended(function: str, key: Any, x: Any, strength: float, base: Any) -> Any:
    """base(x) + f (x - base(x)), with a factor for each image."""
    checked_images(function, x)
    if not 0 <= strength <= 1:
        raise ValueError(
            f"{function}: strength is {strength}; expected a number in [0, 1], so that no factor "
            "is negative. Try 0.2."
        )
    values = x.astype(work_dtype(x))
    factors = random.uniform(
        beside(key, x), x.shape[:1], values.dtype, minval=1 - strength, maxval=1 + strength
    )
    start = base(values)
    return in_dtype(start + per_image(factors) * (values - start), x)


def _grey(values: Any) -> Any:
    if values.shape[1] != 3:
        raise ValueError(
            f"random_saturation: x is of shape {values.shape}; expected three channels. Leave "
            "saturation out for grey images."
        )
    weights = fzero.array_namespace(values).asarray(_LUMA, dtype=values.dtype)
    return fnp.sum(values * weights[:, None, None], axis=1, keepdims=True)
