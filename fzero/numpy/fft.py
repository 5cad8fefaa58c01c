"""Fourier transforms, all linear: `numpy.fft` on arrays and tracers."""

from collections.abc import Callable
from typing import Any

from ..ops import fft as ops
from ..placement import device_put
from .entry import like_numpy, named, refuse_out

__all__ = [
    "fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifft2", "ifftn", "ifftshift",
    "ihfft", "irfft", "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn",
]  # fmt: skip


def _along(name: str, transform: Callable[..., Any], doc: str) -> Callable[..., Any]:
    """A transform along one axis, `n` points of it."""

    def call(
        a: Any, n: int | None = None, axis: int = -1, norm: str | None = None, out: Any = None
    ) -> Any:
        refuse_out(name, out)
        return transform(a, n, axis, norm)

    return named(call, name, doc, f"fft.{name}")


def _over(name: str, transform: Callable[..., Any], default: Any, doc: str) -> Callable[..., Any]:
    """A transform along several axes, sizes `s` of them."""

    def call(
        a: Any, s: Any = None, axes: Any = default, norm: str | None = None, out: Any = None
    ) -> Any:
        refuse_out(name, out)
        return transform(a, s, axes, norm)

    return named(call, name, doc, f"fft.{name}")


fft = _along("fft", ops.fft, "sum_j a[j] exp(-2 pi i j k / n) for each k, along one axis.")
ifft = _along("ifft", ops.ifft, "The inverse of `fft`.")
rfft = _along("rfft", ops.rfft, "The first n // 2 + 1 elements of the `fft` of real numbers.")
irfft = _along("irfft", ops.irfft, "The inverse of `rfft`: n real numbers, by default even n.")
hfft = _along("hfft", ops.hfft, "The real `fft` of numbers that are mirrored and conjugated.")
ihfft = _along("ihfft", ops.ihfft, "The inverse of `hfft`.")
fft2 = _over("fft2", ops.fft2, (-2, -1), "`fft` along two axes.")
ifft2 = _over("ifft2", ops.ifft2, (-2, -1), "The inverse of `fft2`.")
rfft2 = _over("rfft2", ops.rfft2, (-2, -1), "`fft2` of real numbers, without what mirrors.")
irfft2 = _over("irfft2", ops.irfft2, (-2, -1), "The inverse of `rfft2`.")
fftn = _over("fftn", ops.fftn, None, "`fft` along several axes, all by default.")
ifftn = _over("ifftn", ops.ifftn, None, "The inverse of `fftn`.")
rfftn = _over("rfftn", ops.rfftn, None, "`fftn` of real numbers, without what mirrors.")
irfftn = _over("irfftn", ops.irfftn, None, "The inverse of `rfftn`.")


@like_numpy("fft.fftshift")
def fftshift(x: Any, axes: Any = None) -> Any:
    """The frequencies in ascending order: zero moves to the middle."""
    return ops.fftshift(x, axes)


@like_numpy("fft.ifftshift")
def ifftshift(x: Any, axes: Any = None) -> Any:
    """The inverse of `fftshift`."""
    return ops.ifftshift(x, axes)


def fftfreq(n: int, d: Any = 1.0, device: Any = None) -> Any:
    """The frequencies of `fft` for `n` samples `d` apart. Gradient: to `d`."""
    made = ops.fftfreq(n, d)
    return made if device is None else device_put(made, device)


def rfftfreq(n: int, d: Any = 1.0, device: Any = None) -> Any:
    """The frequencies of `rfft` for `n` samples `d` apart. Gradient: to `d`."""
    made = ops.rfftfreq(n, d)
    return made if device is None else device_put(made, device)
