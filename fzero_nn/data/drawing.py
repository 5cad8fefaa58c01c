"""What random changes of images share: keys beside the images, shapes and dtypes."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

__all__ = ["beside", "checked_images", "in_dtype", "per_image", "work_dtype"]


def checked_images(function: str, x: Any) -> None:
    """Raise ValueError unless x is a batch of images."""
    if len(x.shape) != 4:
        raise ValueError(
            f"{function}: x is of shape {x.shape}; expected (N, C, H, W). For one image of shape "
            "(C, H, W), pass x[None] and take [0] of the result."
        )


def beside(values: Any, x: Any) -> Any:
    """A key, or numbers, as an array on the device of x, so that what is drawn lies there too."""
    xp = fzero.array_namespace(x)
    here = hasattr(values, "shape") and fzero.array_namespace(values) is xp
    return values if here else xp.asarray(values)


def per_image(values: Any) -> Any:
    """Values of shape (N,) as (N, 1, 1, 1)."""
    return values[:, None, None, None]


def work_dtype(x: Any) -> Any:
    """The dtype to compute in: that of x, float64 for wide integers, else float32."""
    if x.dtype.itemsize <= 2:
        return np.dtype(np.float32)
    return x.dtype if x.dtype.kind == "f" else np.dtype(np.float64)


def in_dtype(y: Any, x: Any) -> Any:
    """y in the dtype of x: rounded, and clipped to what that dtype holds, for integers."""
    if x.dtype.kind not in "iu":
        return y.astype(x.dtype)
    limits = np.iinfo(x.dtype)
    return fnp.clip(fnp.round(y), limits.min, limits.max).astype(x.dtype)
