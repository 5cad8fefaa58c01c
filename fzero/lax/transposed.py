"""Transposed convolutions, in any layout."""

import math
from collections.abc import Sequence
from typing import Any

from .. import numpy as fnp
from ..core import coerce
from ..dtypes import shape_of
from .convolution import conv_dimension_numbers, conv_general_dilated

__all__ = ["conv_transpose"]

#: What `conv_transpose` takes without dimension numbers, by the number of axes.
_CHANNELS_LAST = {
    2: ("NC", "IO", "NC"),
    3: ("NHC", "HIO", "NHC"),
    4: ("NHWC", "HWIO", "NHWC"),
    5: ("NHWDC", "HWDIO", "NHWDC"),
}


def conv_transpose(
    lhs: Any,
    rhs: Any,
    strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    transpose_kernel: bool = False,
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Any:
    """The convolution with the input's elements `strides` apart.

    Args:
        lhs: the input, (N, *spatial, C) without dimension_numbers.
        rhs: the kernel, (*spatial, I, O) without dimension_numbers.
        strides: the distance of the input's elements for each spatial axis.
        padding: "SAME" or "VALID", of the convolution that this one transposes: a size n becomes
            n * stride, or n * stride + max(k - stride, 0); or (low, high) for each spatial axis.
        rhs_dilation: the distance of the kernel's elements.
        dimension_numbers: the layout; see `conv_dimension_numbers`.
        transpose_kernel: flip the kernel's spatial axes and exchange I and O, which makes this
            the exact transpose (the gradient) of the convolution with `rhs`.
        precision: has no effect: everything is computed in the arrays' dtype.
        preferred_element_type: the dtype of the result.

    Raises:
        ValueError: as `conv_general_dilated`; more than 5 axes without dimension_numbers.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> x, w = np.ones((1, 3, 1)), np.ones((2, 1, 1))
        >>> lax.conv_transpose(x, w, (2,), "SAME").shape
        (1, 6, 1)
    """
    lhs, rhs = coerce(lhs), coerce(rhs)
    layout = dimension_numbers or _CHANNELS_LAST.get(len(shape_of(lhs)))
    spec = conv_dimension_numbers(shape_of(lhs), shape_of(rhs), layout)
    out_axis, in_axis, *space = spec.rhs_spec
    size = [shape_of(rhs)[a] for a in space]
    if isinstance(padding, str) and padding in ("SAME", "VALID"):
        spread = (1,) * len(size) if rhs_dilation is None else rhs_dilation
        spans = [(k - 1) * d + 1 for k, d in zip(size, spread, strict=True)]
        padding = [
            _transposed_pads(k, s, padding == "SAME") for k, s in zip(spans, strides, strict=True)
        ]
    if transpose_kernel:
        rhs = fnp.swapaxes(fnp.flip(rhs, tuple(space)), out_axis, in_axis)
    return conv_general_dilated(
        lhs, rhs, (1,) * len(size), padding, strides, rhs_dilation, spec,
        preferred_element_type=preferred_element_type,
    )  # fmt: skip


def _transposed_pads(k: int, stride: int, same: bool) -> tuple[int, int]:
    """The borders that give a size n the size n * stride (same) or n * stride + max(k - stride, 0).

    Dilated by its stride, an axis has (n - 1) * stride + 1 elements.
    """
    total = k + stride - 2 + (0 if same else max(k - stride, 0))
    low = math.ceil(total / 2) if same and stride < k else k - 1
    return low, total - low
