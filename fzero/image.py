"""Images, or arrays of any rank, resampled to another size."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .core import coerce
from .dtypes import dtype_of, shape_of
from .numpy.entry import floating, from_host
from .ops.indexing import getitem
from .ops.products import matmul
from .ops.structural import moveaxis

__all__ = ["resize"]

Kernel = Callable[[np.ndarray], np.ndarray]


def resize(image: Any, shape: Sequence[int], method: str, antialias: bool = True) -> Any:
    """The image at another size, along every axis whose length changes.

    Along an axis of n pixels that becomes m, with the pixel centres s_o = (o + 1/2) n / m - 1/2 and
    the kernel k widened by w = max(n / m, 1) against aliasing:

        y[o] = sum_i k(|s_o - i| / w) x[i] / sum_i k(|s_o - i| / w)

    Args:
        image: an array of any rank; axes of batches and channels are those that keep their length.
        shape: the length of each axis of the result.
        method: "nearest", "linear" ("bilinear", "trilinear", "triangle"), "cubic" ("bicubic",
            "tricubic") with Keys' a = -1/2, "cubic-pytorch" ("bicubic-pytorch"), which is that of
            PyTorch: a = -3/4 and repeated edges without antialiasing, "lanczos3", "lanczos5", or
            "area", the mean over the area of the new pixel.
        antialias: widen the kernel where the image becomes smaller ("nearest" and "area" do not).

    Returns:
        An array of this shape; "nearest" keeps the dtype, the rest make integers float64.

    Raises:
        ValueError: a shape of another rank, or that makes pixels of none; an unknown method.

    Gradient: of the weighted mean, exact; "nearest" gives it to the pixels that were taken.
    Cost: a product with an (n, m) matrix for each axis.
    Source: Keys, "Cubic convolution interpolation for digital image processing" (1981).

    Example:
        >>> resize([0.0, 4.0], (4,), "linear").tolist()
        [0.0, 1.0, 3.0, 4.0]
    """
    x = coerce(image)
    shape = _checked_shape(shape_of(x), shape)
    if method == "nearest":
        return _nearest(x, shape)
    name = _NAMES.get(method)
    if name is None:
        raise ValueError(
            f"resize: method is {method!r}; expected one of {['nearest', *_NAMES]}. "
            "Write 'linear' if in doubt."
        )
    x = floating(x)
    for axis, (n, m) in enumerate(zip(shape_of(x), shape, strict=True)):
        if n != m:
            weights = _weights(n, m, name, antialias).astype(_real(dtype_of(x)))
            x = moveaxis(matmul(moveaxis(x, axis, -1), from_host(weights, x)), -1, axis)
    return x


def _checked_shape(own: tuple[int, ...], shape: Sequence[int]) -> tuple[int, ...]:
    wanted = tuple(int(m) for m in shape)
    if len(wanted) != len(own):
        raise ValueError(
            f"resize: shape is {wanted} for an image of shape {own}; expected as many axes. "
            "Keep the lengths of the axes of batches and channels."
        )
    if any(m < 0 or (m and not n) for n, m in zip(own, wanted, strict=True)):
        raise ValueError(
            f"resize: shape is {wanted} for an image of shape {own}; expected lengths of 0 or "
            "more, and 0 where the image has none. Crop or pad instead."
        )
    return wanted


def _nearest(x: Any, shape: tuple[int, ...]) -> Any:
    for axis, (n, m) in enumerate(zip(shape_of(x), shape, strict=True)):
        if n != m:
            taken = (2 * np.arange(m) + 1) * n // (2 * m)  # floor((o + 1/2) n / m), exactly
            x = getitem(x, (*(slice(None),) * axis, from_host(taken, x)))
    return x


def _real(dtype: Any) -> Any:
    return np.zeros(0, dtype).real.dtype


# ----------------------------------------------------------------------------------- the weights


def _weights(n: int, m: int, name: str, antialias: bool) -> np.ndarray:
    """How much each of n pixels counts in each of m: (n, m), each column of sum 1."""
    if not m:
        return np.zeros((n, 0))
    if name == "area":
        return _normalised(_overlaps(n, m))
    kernel, radius, repeats_edges = _KERNELS[name]
    wide = max(n / m, 1.0) if antialias else 1.0
    if repeats_edges and antialias:
        kernel, repeats_edges = _cubic(-0.5), False
    beyond = radius if repeats_edges else 0
    centres = (np.arange(m) + 0.5) * (n / m) - 0.5
    places = np.arange(-beyond, n + beyond)
    found = kernel(np.abs(centres - places[:, None]) / wide)
    folded = np.zeros((n, m))
    np.add.at(folded, np.clip(places, 0, n - 1), found)
    return _normalised(folded)


def _normalised(weights: np.ndarray) -> np.ndarray:
    return weights / weights.sum(axis=0)


def _overlaps(n: int, m: int) -> np.ndarray:
    """How much of each of n pixels lies within each of m."""
    old, new = np.arange(n)[:, None], np.arange(m) * (n / m)
    return np.maximum(np.minimum(old + 1, new + n / m) - np.maximum(old, new), 0.0)


def _triangle(x: np.ndarray) -> np.ndarray:
    return np.maximum(1 - x, 0.0)


def _cubic(a: float) -> Kernel:
    """The piecewise cubic with the slope `a` at 1."""

    def kernel(x: np.ndarray) -> np.ndarray:
        near = ((a + 2) * x - (a + 3)) * x * x + 1
        far = ((a * x - 5 * a) * x + 8 * a) * x - 4 * a
        return np.where(x < 1, near, np.where(x < 2, far, 0.0))

    return kernel


def _lanczos(radius: int) -> Kernel:
    """A sinc under the window of a wider one."""
    return lambda x: np.where(x <= radius, np.sinc(x) * np.sinc(x / radius), 0.0)


#: Name -> kernel, its radius, and whether the edges go on beyond the image.
_KERNELS: dict[str, tuple[Kernel, int, bool]] = {
    "linear": (_triangle, 1, False),
    "cubic": (_cubic(-0.5), 2, False),
    "cubic-pytorch": (_cubic(-0.75), 2, True),
    "lanczos3": (_lanczos(3), 3, False),
    "lanczos5": (_lanczos(5), 5, False),
}
_NAMES = {
    **{name: "linear" for name in ("linear", "bilinear", "trilinear", "triangle")},
    **{name: "cubic" for name in ("cubic", "bicubic", "tricubic")},
    **{name: "cubic-pytorch" for name in ("cubic-pytorch", "bicubic-pytorch")},
    **{name: name for name in ("lanczos3", "lanczos5", "area")},
}
