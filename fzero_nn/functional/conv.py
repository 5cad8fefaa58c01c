"""Convolutions of images with one, two or three spatial axes.

As everywhere in neural networks, this is cross-correlation: the kernel is not flipped.
"""

from typing import Any

import fzero.numpy as fnp
from fzero.fused import Fused
from fzero.ops.conv import windows

from ..kernels.conv import CONV
from ..kernels.layout import Pairs, Sizes
from .floats import in_float32
from .windows import pairs_per_axis, per_axis, spans, spatial_axes, window_sizes

__all__ = ["batch_conv", "check_kernel", "conv1d", "conv2d", "conv3d", "grouped", "with_bias"]


def grouped(x: Any, axis: int, groups: int) -> Any:
    """`x` with an axis cut into (groups, the rest)."""
    shape = tuple(x.shape)
    inner = (groups, shape[axis] // groups)
    return fnp.reshape(x, (*shape[:axis], *inner, *shape[axis + 1 :]))


def with_bias(y: Any, b: Any) -> Any:
    """`y` plus a number for each channel, axis 1."""
    return y if b is None else y + fnp.reshape(b, (-1, *(1 for _ in y.shape[2:])))


@in_float32
def _conv(
    x: Any, W: Any, b: Any, stride: Sizes, padding: Pairs, dilation: Sizes, groups: int
) -> Any:
    n = len(stride)
    x = fnp.pad(x, ((0, 0), (0, 0), *padding))
    axes, window = tuple(range(2, n + 2)), tuple(W.shape[2:])
    seen = windows(x, window=window, axis=axes, step=stride, dilation=dilation)
    out, inner = "xyz"[:n], "uvw"[:n]
    y = fnp.einsum(
        f"ngc{out}{inner},gfc{inner}->ngf{out}", grouped(seen, 1, groups), grouped(W, 0, groups)
    )
    return with_bias(fnp.reshape(y, (y.shape[0], W.shape[0], *y.shape[3:])), b)


def batch_conv(call: Any, size: int, args: Any, batched: Any, params: Any) -> Any:
    """Rows of images as further images; rows of kernels as further groups."""
    x, W, b = args
    if size == 0:
        return None
    if batched[1]:
        return _batch_of_kernels(call, size, args, batched, params), True
    y = x if batched[0] else x[None]
    images = fnp.reshape(y, (y.shape[0] * y.shape[1], *y.shape[2:]))
    z = call(images, W, None if batched[2] else b, **params)
    z = fnp.reshape(z, (*y.shape[:2], *z.shape[1:]))
    if batched[2]:
        z = z + fnp.reshape(b, (size, 1, -1, *(1 for _ in z.shape[3:])))
    return z, True


def _batch_of_kernels(call: Any, size: int, args: Any, batched: Any, params: Any) -> Any:
    x, W, b = (
        a if a is None or own else fnp.broadcast_to(a, (size, *a.shape))
        for a, own in zip(args, batched, strict=True)
    )
    merged = lambda a, at: fnp.reshape(
        a, (*a.shape[:at], a.shape[at] * a.shape[at + 1], *a.shape[at + 2 :])
    )
    x = merged(fnp.moveaxis(x, 0, 1), 1)
    W, b = merged(W, 0), None if b is None else merged(b, 0)
    y = call(x, W, b, **{**params, "groups": size * params["groups"]})
    return fnp.moveaxis(grouped(y, 1, size), 1, 0)


def _samples(rng: Any) -> list[Any]:
    draw = rng.normal
    one, two = {"dilation": (1, 1), "groups": 1}, {"stride": (2, 1), "dilation": (1, 2)}
    return [
        (
            (draw(size=(2, 2, 5, 4)), draw(size=(3, 2, 3, 2)), draw(size=3)),
            {"stride": (1, 1), "padding": ((1, 1), (0, 1)), **one},
        ),
        (
            (draw(size=(1, 4, 6, 5)), draw(size=(2, 2, 2, 2)), draw(size=2)),
            {"padding": ((0, 0), (1, 0)), "groups": 2, **two},
        ),
        (
            (draw(size=(2, 2, 3, 2)), draw(size=(3, 2, 1, 1)), None),
            {"stride": (1, 1), "padding": ((0, 0), (0, 0)), **one},
        ),
        (
            (draw(size=(2, 3, 6)), draw(size=(3, 1, 2)), None),
            {"stride": (3,), "padding": ((1, 1),), "dilation": (2,), "groups": 3},
        ),
    ]


_FUSED = Fused("conv", _conv, {"numpy": CONV, "cupy": CONV}, samples=_samples, batch=batch_conv)


def check_kernel(name: str, x: Any, W: Any, b: Any, groups: Any, transposed: bool) -> None:
    """Whether channels, kernel, bias and groups go together.

    Raises:
        ValueError: they do not.
    """
    (count,) = per_axis(name, "groups", groups, 1)
    layout = (
        "(inputs, outputs / groups, *window)"
        if transposed
        else "(outputs, inputs / groups, *window)"
    )
    if len(W.shape) != len(x.shape) or 0 in W.shape:
        raise ValueError(
            f"{name}: W is of shape {tuple(W.shape)} with x of shape {tuple(x.shape)}; expected "
            f"{len(x.shape)} axes, {layout}, none of size 0. Add axes of size 1 to W for a window "
            "of 1."
        )
    channels = x.shape[1]
    wanted = W.shape[0] if transposed else W.shape[1] * count
    if channels != wanted or W.shape[0] % count:
        raise ValueError(
            f"{name}: W is of shape {tuple(W.shape)} with x of {channels} channels and {count} "
            f"groups; expected {layout}, and groups that divide the first axis of W. If x has its "
            "channels last, bring them to axis 1 with np.moveaxis(x, -1, 1)."
        )
    outputs = W.shape[1] * count if transposed else W.shape[0]
    if b is not None and tuple(b.shape) != (outputs,):
        raise ValueError(
            f"{name}: b is of shape {tuple(b.shape)} with W of shape {tuple(W.shape)}; expected "
            f"({outputs},). Leave it out for no bias."
        )


def _checked(
    name: str,
    axes: int,
    x: Any,
    W: Any,
    b: Any,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: Any,
) -> Any:
    x, W, b = fnp.asarray(x), fnp.asarray(W), None if b is None else fnp.asarray(b)
    sizes = spatial_axes(name, x, axes)
    check_kernel(name, x, W, b, groups, transposed=False)
    window = tuple(W.shape[2:])
    strides, dilations = (
        per_axis(name, "stride", stride, axes),
        per_axis(name, "dilation", dilation, axes),
    )
    pairs = pairs_per_axis(name, padding, sizes, spans(window, dilations), strides)
    window_sizes(name, sizes, window, strides, pairs, dilations)
    return _FUSED(x, W, b, stride=strides, padding=pairs, dilation=dilations, groups=int(groups))


def conv1d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Convolution along one axis: y[n, f, i] = b[f] + sum_ck x[n, c, i + k] W[f, c, k].

    Args:
        x: shape (N, C, L).
        W: shape (F, C / groups, KL).
        b: shape (F,), or None for none.
        stride, padding, dilation, groups: as for `conv2d`, for one axis.

    Returns:
        y, shape (N, F, conv_outsize(L, KL, ...)).

    Raises:
        ValueError: as for `conv2d`.

    Example:
        >>> import numpy as np
        >>> conv1d(np.array([[[1.0, 2.0, 4.0]]]), np.array([[[-1.0, 1.0]]]))
        array([[[1., 2.]]])
    """
    return _checked("conv1d", 1, x, W, b, stride, padding, dilation, groups)


def conv2d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Convolution of images: each output is a window of the image times a kernel.

        y[n, f, i, j] = b[f] + sum_ckl x[n, c, i s + k d - p, j s + l d - p] W[f, c, k, l]

    with stride s, dilation d and padding p, and x zero outside of the image.

    Args:
        x: images, shape (N, C, H, W).
        W: kernels, shape (F, C / groups, KH, KW).
        b: biases, shape (F,), or None for none.
        stride: the step from window to window: an integer from 1 on, or one per axis.
        padding: zeros around: an integer from 0 on, one per axis, pairs (before, after) per axis,
            "VALID" for none, or "SAME" for ceil(size / stride) outputs, with the odd zero at the
            end, as in TensorFlow and JAX.
        dilation: the step inside the window, as `stride`.
        groups: how many parts the channels come in; each output sees one part. With groups = C it
            is a depthwise convolution.

    Returns:
        y, shape (N, F, OH, OW) with OH = conv_outsize(H, KH, ...), of the dtype of the operands.

    Raises:
        ValueError: shapes, padding or groups that do not go together.
        TypeError: stride, padding, dilation or groups is not of integers.

    Gradient: x and W are kept; each cotangent is computed only if it is asked for. Half precision
    is summed in float32.
    Cost: a matrix product, in blocks of windows of about 2 MiB, so that memory stays bounded.

    Example:
        >>> import numpy as np
        >>> conv2d(np.ones((1, 3, 28, 28)), np.ones((8, 3, 5, 5)), stride=2, padding=2).shape
        (1, 8, 14, 14)
    """
    return _checked("conv2d", 2, x, W, b, stride, padding, dilation, groups)


def conv3d(
    x: Any,
    W: Any,
    b: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Convolution of volumes, as `conv2d` with a third spatial axis.

    Args:
        x: shape (N, C, D, H, W).
        W: shape (F, C / groups, KD, KH, KW).
        b: shape (F,), or None for none.
        stride, padding, dilation, groups: as for `conv2d`, for three axes.

    Returns:
        y, shape (N, F, OD, OH, OW).

    Raises:
        ValueError: as for `conv2d`.

    Example:
        >>> import numpy as np
        >>> conv3d(np.ones((1, 2, 4, 4, 4)), np.ones((3, 2, 3, 3, 3)), padding="SAME").shape
        (1, 3, 4, 4, 4)
    """
    return _checked("conv3d", 3, x, W, b, stride, padding, dilation, groups)
