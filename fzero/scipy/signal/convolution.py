"""Convolutions and correlations of any number of axes."""

import math
from collections.abc import Sequence
from typing import Any

import fzero.numpy as fnp

__all__ = [
    "convolve", "convolve2d", "correlate", "correlate2d", "fftconvolve", "oaconvolve", "slid",
]  # fmt: skip

_MODES = ("full", "same", "valid")
_BOUNDARIES = {"fill": "constant", "wrap": "wrap", "symm": "symmetric"}
#: From so many elements of the shorter operand on, Fourier transforms are faster.
_LONG = 500


def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The convolution sum_k in1[m - k] in2[k], over all axes.

    Args:
        in1, in2: of the same number of axes; not empty.
        mode: "full" (every overlap), "same" (the middle of it, of the shape of in1), "valid"
            (complete overlap: one operand is at least as long as the other in every axis).
        method: "direct", "fft", or "auto": the faster one.

    Raises:
        ValueError: for other words, other ranks, and shapes that have no "valid" part.

    Example:
        >>> convolve([1.0, 2.0], [1.0, 1.0])
        array([1., 3., 2.])
    """
    if method not in ("auto", "direct", "fft"):
        raise ValueError(
            f"convolve: method is {method!r}; expected 'auto', 'direct' or 'fft'. Leave it out."
        )
    x, w = _operands("convolve", in1, in2, mode)
    exact = fnp.result_type(x, w).kind not in "fc"
    long = min(math.prod(x.shape), math.prod(w.shape)) >= _LONG
    if method == "fft" or (method == "auto" and long and not exact):
        return fftconvolve(x, w, mode)
    if mode == "valid" and not _covers(x, w):
        x, w = w, x
    widths = [_margins(k, mode) for k in w.shape]
    return slid(fnp.pad(x, widths) if x.ndim else x, _flipped(w))


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The correlation sum_k in1[m + k] conj(in2[k]), over all axes.

    Args, Raises: as in `convolve`.

    Example:
        >>> correlate([1.0, 2.0], [0.0, 1.0])
        array([1., 2., 0.])
    """
    return convolve(in1, fnp.conjugate(_flipped(fnp.asarray(in2))), mode, method)


def convolve2d(
    in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0
) -> Any:
    """The convolution of two matrices.

    Args:
        in1, in2: matrices.
        mode: as in `convolve`.
        boundary: what lies around in1: `fillvalue` ("fill"), itself again ("wrap"), or its mirror
            image ("symm").
        fillvalue: a number.

    Raises:
        ValueError: as in `convolve`; operands of other ranks; another boundary.

    Example:
        >>> import numpy as np
        >>> convolve2d(np.eye(2), np.ones((1, 2)))
        array([[1., 1., 0.],
               [0., 1., 1.]])
    """
    x, w = _matrices("convolve2d", in1, in2, mode, boundary)
    if mode == "valid" and not _covers(x, w):
        x, w = w, x
    widths = [_margins(k, mode) for k in w.shape]
    return slid(_bordered(x, widths, boundary, fillvalue), _flipped(w))


def correlate2d(
    in1: Any, in2: Any, mode: str = "full", boundary: str = "fill", fillvalue: Any = 0
) -> Any:
    """The correlation sum_k in1[m + k] conj(in2[k]) of two matrices.

    Args, Raises: as in `convolve2d`.

    Example:
        >>> import numpy as np
        >>> correlate2d(np.eye(2), np.eye(2), "valid")
        array([[2.]])
    """
    x, w = _matrices("correlate2d", in1, in2, mode, boundary)
    w = fnp.conjugate(w)
    if mode == "valid" and not _covers(x, w):
        return _flipped(slid(w, x))
    widths = [_margins(k, mode)[:: -1 if mode == "same" else 1] for k in w.shape]
    return slid(_bordered(x, widths, boundary, fillvalue), w)


def fftconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """The convolution by Fourier transforms; other axes than `axes` broadcast.

    Args:
        in1, in2, mode: as in `convolve`.
        axes: an axis or several, or None for all.

    Cost: n log n for n elements of the result.

    Example:
        >>> fftconvolve([1.0, 2.0], [1.0, 1.0]).round(12)
        array([1., 3., 2.])
    """
    x, w = _operands("fftconvolve", in1, in2, mode, axes)
    along = range(x.ndim) if axes is None else (axes if isinstance(axes, Sequence) else [axes])
    over = [axis % x.ndim for axis in along]
    if mode == "valid" and not _covers(x, w, over):
        x, w = w, x
    full = [x.shape[axis] + w.shape[axis] - 1 for axis in over]
    if fnp.result_type(x, w).kind == "c":
        found = fnp.fft.ifftn(fnp.fft.fftn(x, full, over) * fnp.fft.fftn(w, full, over), full, over)
    else:
        found = fnp.fft.rfftn(x, full, over) * fnp.fft.rfftn(w, full, over)
        found = fnp.fft.irfftn(found, full, over)
    index: list[Any] = [slice(None)] * found.ndim
    for axis in over:
        size, k = x.shape[axis], w.shape[axis]
        start, length = {
            "full": (0, size + k - 1),
            "same": ((k - 1) // 2, size),
            "valid": (k - 1, size - k + 1),
        }[mode]
        index[axis] = slice(start, start + length)
    return found[tuple(index)]


def oaconvolve(in1: Any, in2: Any, mode: str = "full", axes: Any = None) -> Any:
    """`fftconvolve`, under the name of SciPy's method for operands of different lengths.

    Example:
        >>> oaconvolve([1.0, 2.0], [1.0, 1.0]).round(12)
        array([1., 3., 2.])
    """
    return fftconvolve(in1, in2, mode, axes)


def slid(x: Any, w: Any) -> Any:
    """The sums of products of `w` with each window of `x` of its shape."""
    if x.ndim == 1 and x.dtype.kind == "f" == w.dtype.kind:
        return fnp.correlate(x, w, "valid")
    windows = fnp.sliding_window_view(x, w.shape)
    axes = tuple(range(x.ndim))
    return fnp.tensordot(windows, w, (tuple(a + x.ndim for a in axes), axes))


# ------------------------------------------------------------------------------------ operands


def _operands(name: str, in1: Any, in2: Any, mode: str, axes: Any = None) -> tuple[Any, Any]:
    x, w = fnp.asarray(in1), fnp.asarray(in2)
    if mode not in _MODES:
        raise ValueError(f"{name}: mode is {mode!r}; expected one of {_MODES}. Leave it out.")
    if x.ndim != w.ndim or 0 in (*x.shape, *w.shape):
        raise ValueError(
            f"{name}: the operands have shapes {x.shape} and {w.shape}; expected the same number "
            "of axes, none of them empty. Add axes of length 1."
        )
    if mode == "valid" and axes is None and not (_covers(x, w) or _covers(w, x)):
        raise ValueError(
            f"{name}: the operands have shapes {x.shape} and {w.shape}; expected one that is as "
            "long as the other in every axis. Use mode 'full'."
        )
    return x, w


def _matrices(name: str, in1: Any, in2: Any, mode: str, boundary: str) -> tuple[Any, Any]:
    if boundary not in _BOUNDARIES:
        raise ValueError(
            f"{name}: boundary is {boundary!r}; expected one of {tuple(_BOUNDARIES)}. Leave it out."
        )
    x, w = _operands(name, in1, in2, mode)
    if x.ndim != 2:
        raise ValueError(
            f"{name}: the operands have {x.ndim} axes; expected 2. Use signal.convolve."
        )
    return x, w


def _covers(x: Any, w: Any, axes: Any = None) -> bool:
    return all(x.shape[i] >= w.shape[i] for i in (range(x.ndim) if axes is None else axes))


def _margins(k: int, mode: str) -> tuple[int, int]:
    """How many elements a convolution with `k` of them needs before and behind."""
    after = (k - 1) // 2
    return {"full": (k - 1, k - 1), "same": (k - 1 - after, after), "valid": (0, 0)}[mode]


def _bordered(x: Any, widths: Any, boundary: str, fillvalue: Any) -> Any:
    options = {"constant_values": fillvalue} if boundary == "fill" else {}
    return fnp.pad(x, widths, mode=_BOUNDARIES[boundary], **options)


def _flipped(x: Any) -> Any:
    return fnp.flip(x)
