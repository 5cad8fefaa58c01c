"""The discrete Fourier transform of the last axes."""

import enum
from collections.abc import Callable, Sequence
from typing import Any

from ..numpy import fft as transforms

__all__ = ["FftType", "fft"]


class FftType(enum.IntEnum):
    """Which Fourier transform: of complex or real arrays, and the inverse of each."""

    FFT = 0
    IFFT = 1
    RFFT = 2
    IRFFT = 3


_TRANSFORMS: dict[FftType, Callable[..., Any]] = {
    FftType.FFT: transforms.fftn,
    FftType.IFFT: transforms.ifftn,
    FftType.RFFT: transforms.rfftn,
    FftType.IRFFT: transforms.irfftn,
}


def fft(x: Any, fft_type: FftType | str, fft_lengths: Sequence[int]) -> Any:
    """The Fourier transform of the last axes.

    Args:
        x: an array, real for RFFT.
        fft_type: an FftType, or its name in any case.
        fft_lengths: the sizes of the axes that are transformed; for IRFFT those of the result.

    Raises:
        ValueError: another transform.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> lax.fft(np.ones(4), "rfft", (4,)).real.tolist()
        [4.0, 0.0, 0.0]
    """
    name = fft_type.upper() if isinstance(fft_type, str) else fft_type
    kind = FftType.__members__.get(name) if isinstance(name, str) else FftType(name)
    if kind is None:
        raise ValueError(
            f"fft: fft_type is {fft_type!r}; expected one of {list(FftType.__members__)}. Use "
            "FftType.FFT for complex arrays."
        )
    lengths = tuple(fft_lengths)
    return _TRANSFORMS[kind](x, s=lengths, axes=tuple(range(-len(lengths), 0)))
