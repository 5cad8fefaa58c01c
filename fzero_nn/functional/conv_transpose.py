"""Transposed convolutions: the transposes of convolutions in their images."""

from typing import Any

import fzero.numpy as fnp
from fzero.fused import Fused
from fzero.ops.conv import fold

from ..kernels.conv import CONV_TRANSPOSE
from ..kernels.layout import Pairs, Sizes
from .conv import batch_conv, check_kernel, grouped, with_bias
from .floats import in_float32
from .windows import pairs_per_axis, per_axis, spans, spatial_axes

__all__ = ["conv_transpose1d", "conv_transpose2d", "conv_transpose3d"]


@in_float32
def _conv_transpose(
    x: Any, W: Any, b: Any, out: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    n, window = len(stride), tuple(W.shape[2:])
    places, inner = "xyz"[:n], "uvw"[:n]
    columns = fnp.einsum(
        f"ngc{places},gcf{inner}->ngf{places}{inner}", grouped(x, 1, groups), grouped(W, 0, groups)
    )
    channels = W.shape[1] * groups
    columns = fnp.reshape(columns, (x.shape[0], channels, *columns.shape[3:]))
    sides = zip(x.shape[2:], stride, spans(window, dilation), strict=True)
    full = tuple((i - 1) * s + w for i, s, w in sides)
    y = fold(
        columns,
        shape=(x.shape[0], channels, *full),
        window=window,
        axis=tuple(range(2, n + 2)),
        step=stride,
        dilation=dilation,
    )
    missing = [(0, max(0, low + o - f)) for f, o, (low, _) in zip(full, out, padding, strict=True)]
    y = fnp.pad(y, ((0, 0), (0, 0), *missing))
    inside = tuple(slice(low, low + o) for o, (low, _) in zip(out, padding, strict=True))
    return with_bias(y[(slice(None), slice(None), *inside)], b)


def _samples(rng: Any) -> list[Any]:
    draw = rng.normal
    return [
        (
            (draw(size=(2, 2, 3, 2)), draw(size=(2, 3, 3, 2)), draw(size=3)),
            {"out": (4, 4), "stride": (2, 2), "padding": ((1, 2), (0, 0)), "dilation": (1, 1),
             "groups": 1},
        ),
        (
            (draw(size=(1, 4, 3)), draw(size=(4, 2, 2)), draw(size=4)),
            {"out": (7,), "stride": (1,), "padding": ((1, 0),), "dilation": (4,), "groups": 2},
        ),
        (
            (draw(size=(2, 2, 3)), draw(size=(2, 3, 1)), None),
            {"out": (3,), "stride": (1,), "padding": ((0, 0),), "dilation": (1,), "groups": 1},
        ),
    ]  # fmt: skip


_FUSED = Fused(
    "conv_transpose",
    _conv_transpose,
    {"numpy": CONV_TRANSPOSE, "cupy": CONV_TRANSPOSE},
    samples=_samples,
    batch=batch_conv,
)


def _check_extra(
    name: str, argument: str, value: Any, base: Sizes, extra: Sizes, limits: Sizes
) -> None:
    if any(not 0 <= e < m for e, m in zip(extra, limits, strict=True)):
        ranges = [(n, n + m - 1) for n, m in zip(base, limits, strict=True)]
        raise ValueError(
            f"{name}: {argument} is {value!r}, which adds {tuple(extra)} to the sizes "
            f"{tuple(base)}; expected sizes in the ranges {ranges}, that is less than a step more. "
            "Change stride or padding for other sizes."
        )


def _out_sizes(
    name: str, sizes: Sizes, span: Sizes, stride: Sizes, padding: Pairs, limits: Sizes,
    output_padding: Any, output_size: Any,
) -> tuple[int, ...]:  # fmt: skip
    """The sizes of the output, with as much at the end as was asked for."""
    axes = zip(sizes, span, stride, padding, strict=True)
    base = tuple((n - 1) * s + w - sum(p) for n, w, s, p in axes)
    if output_size is None:
        extra = per_axis(name, "output_padding", output_padding, len(base), 0)
        _check_extra(name, "output_padding", output_padding, base, extra, limits)
    else:
        wanted = per_axis(name, "output_size", output_size, len(base))
        extra = tuple(w - n for w, n in zip(wanted, base, strict=True))
        _check_extra(name, "output_size", output_size, base, extra, limits)
    out = tuple(n + e for n, e in zip(base, extra, strict=True))
    if min(out) < 1:
        raise ValueError(
            f"{name}: padding is {tuple(padding)}, which leaves sizes {out}; expected at least 1 "
            "along each axis. Take less padding, or a larger x."
        )
    return out


def _same(
    name: str, sizes: Sizes, span: Sizes, stride: Sizes, output_padding: Any, output_size: Any
) -> tuple[tuple[int, ...], Pairs]:
    """Sizes and padding of the transpose of a "SAME" convolution of images of size * stride."""
    if output_size is not None or output_padding != 0:
        raise ValueError(
            f"{name}: padding is 'SAME' with output_padding {output_padding!r} and output_size "
            f"{output_size!r}; expected neither, since the sizes are size * stride. Give the "
            "padding in numbers."
        )
    out = tuple(n * s for n, s in zip(sizes, stride, strict=True))
    return out, pairs_per_axis(name, "SAME", out, span, stride)


def _checked(
    name: str, axes: int, x: Any, W: Any, b: Any, stride: Any, padding: Any,
    output_padding: Any, output_size: Any, dilation: Any, groups: Any,
) -> Any:  # fmt: skip
    x, W, b = fnp.asarray(x), fnp.asarray(W), None if b is None else fnp.asarray(b)
    sizes = spatial_axes(name, x, axes)
    check_kernel(name, x, W, b, groups, transposed=True)
    stride = per_axis(name, "stride", stride, axes)
    dilation = per_axis(name, "dilation", dilation, axes)
    span = spans(W.shape[2:], dilation)
    if isinstance(padding, str) and padding == "SAME":
        out, pairs = _same(name, sizes, span, stride, output_padding, output_size)
    else:
        pairs = pairs_per_axis(name, padding, sizes, span, stride)
        limits = tuple(map(max, stride, dilation))
        out = _out_sizes(name, sizes, span, stride, pairs, limits, output_padding, output_size)
    return _FUSED(
        x, W, b, out=out, stride=stride, padding=pairs, dilation=dilation, groups=int(groups)
    )


def conv_transpose1d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    output_size: Any = None,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Transposed convolution along one axis, as `conv_transpose2d` with one spatial axis.

    Args:
        x: shape (N, C, L).
        W: shape (C, F / groups, KL).
        b: shape (F,), or None for none.
        stride, padding, output_padding, output_size, dilation, groups: as for `conv_transpose2d`.

    Returns:
        y, shape (N, F, OL).

    Raises:
        ValueError: as for `conv_transpose2d`.

    Example:
        >>> import numpy as np
        >>> conv_transpose1d(np.array([[[1.0, 2.0]]]), np.array([[[1.0, 10.0]]]), stride=2)
        array([[[ 1., 10.,  2., 20.]]])
    """
    return _checked(
        "conv_transpose1d", 1, x, W, b, stride, padding, output_padding, output_size, dilation,
        groups,
    )  # fmt: skip


def conv_transpose2d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    output_size: Any = None,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Transposed convolution of images: each element adds its multiple of a kernel to the output.

        y[n, f, i s + k d - p, j s + l d - p] += x[n, c, i, j] W[c, f, k, l],  from b[f] on

    It is the transpose of `conv2d` with the same W in its images, and not its inverse.

    Args:
        x: images, shape (N, C, H, W).
        W: kernels, shape (C, F / groups, KH, KW).
        b: biases, shape (F,), or None for none.
        stride: the step from element to element in the output: an integer from 1 on, or one per
            axis.
        padding: how much of the output's border is cut off: an integer from 0 on, one per axis,
            pairs (before, after) per axis, "VALID" for none, or "SAME" for outputs of
            size * stride, as in TensorFlow and JAX.
        output_padding: what the output has more at the end, less than a step: an integer from 0 on,
            or one per axis. Several sizes give one size under `conv2d`; this tells them apart.
        output_size: the sizes (OH, OW), instead of output_padding.
        dilation: the step inside the window, as `stride`.
        groups: how many parts the channels come in; each output sees one part.

    Returns:
        y, shape (N, F, OH, OW) with OH = (H - 1) s + d (KH - 1) + 1 - 2 p + output_padding.

    Raises:
        ValueError: shapes, sizes, padding or groups that do not go together.
        TypeError: one of the integers is none.

    Gradient: x and W are kept; each cotangent is computed only if it is asked for. Half precision
    is summed in float32.

    Source: Zeiler et al. 2010, Deconvolutional networks.

    Example:
        >>> import numpy as np
        >>> x, W = np.ones((1, 8, 14, 14)), np.ones((8, 3, 5, 5))
        >>> conv_transpose2d(x, W, stride=2, padding=2, output_size=28).shape
        (1, 3, 28, 28)
    """
    return _checked(
        "conv_transpose2d", 2, x, W, b, stride, padding, output_padding, output_size, dilation,
        groups,
    )  # fmt: skip


def conv_transpose3d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    output_size: Any = None,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Transposed convolution of volumes, as `conv_transpose2d` with a third spatial axis.

    Args:
        x: shape (N, C, D, H, W).
        W: shape (C, F / groups, KD, KH, KW).
        b: shape (F,), or None for none.
        stride, padding, output_padding, output_size, dilation, groups: as for `conv_transpose2d`.

    Returns:
        y, shape (N, F, OD, OH, OW).

    Raises:
        ValueError: as for `conv_transpose2d`.

    Example:
        >>> import numpy as np
        >>> conv_transpose3d(np.ones((1, 2, 2, 2, 2)), np.ones((2, 3, 2, 2, 2)), stride=2).shape
        (1, 3, 4, 4, 4)
    """
    return _checked(
        "conv_transpose3d", 3, x, W, b, stride, padding, output_padding, output_size, dilation,
        groups,
    )  # fmt: skip
