"""The windows that a convolution meets, as features; and a kernel of its own for each of them."""

import math
from collections.abc import Sequence
from typing import Any

from .. import numpy as fnp
from ..core import coerce
from ..dtypes import shape_of
from ..ops.contract import contract
from .convolution import (
    ConvDimensionNumbers,
    conv_dimension_numbers,
    laid_out,
    window_rows,
)
from .products import cast_to

__all__ = ["conv_general_dilated_local", "conv_general_dilated_patches"]


def _patches(
    lhs: Any, spec: ConvDimensionNumbers, filter_shape: Sequence[int], rest: Sequence[Any]
) -> Any:
    """(N, C * window, *out): the window's axes in the order of the kernel's layout."""
    rows = window_rows(fnp.transpose(lhs, spec.lhs_spec), filter_shape, *rest)
    n, c, *space = shape_of(rows)
    rank = len(filter_shape)
    kernel_order = sorted(range(rank), key=spec.rhs_spec[2:].__getitem__)
    window = [2 + rank + a for a in kernel_order]
    rows = fnp.transpose(rows, (0, 1, *window, *range(2, 2 + rank)))
    return fnp.reshape(rows, (n, c * math.prod(filter_shape), *space[:rank]))


def conv_general_dilated_patches(
    lhs: Any,
    filter_shape: Sequence[int],
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Any:
    """The windows of a convolution, each flattened into the features.

    Args:
        lhs: the input, (N, C, *spatial) without dimension_numbers.
        filter_shape: the size of the window along the spatial axes.
        window_strides, padding, lhs_dilation, rhs_dilation, dimension_numbers: as in
            `conv_general_dilated`.
        precision: has no effect.
        preferred_element_type: the dtype of the result.

    Returns:
        (N, C * window, *out) in the layout asked for: the channel first, then the axes of the
        window in the order of the kernel's layout.

    Raises:
        ValueError: as `conv_general_dilated`.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> x = np.arange(4.0).reshape(1, 1, 4)
        >>> lax.conv_general_dilated_patches(x, (2,), (1,), "VALID").tolist()
        [[[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]]]
    """
    lhs = coerce(lhs)
    spec = conv_dimension_numbers(shape_of(lhs), (1, 1, *filter_shape), dimension_numbers)
    rest = window_strides, padding, lhs_dilation, rhs_dilation
    return cast_to(laid_out(_patches(lhs, spec, filter_shape, rest), spec), preferred_element_type)


def conv_general_dilated_local(
    lhs: Any,
    rhs: Any,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    filter_shape: Sequence[int],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    precision: Any = None,
) -> Any:
    """A convolution with a kernel of its own at each place of the result.

    Args:
        lhs: the input, (N, C, *spatial) without dimension_numbers.
        rhs: the kernels, (O, C * window, *out) without dimension_numbers, the features in the
            order of `conv_general_dilated_patches`.
        filter_shape: the size of the window along the spatial axes.
        window_strides, padding, lhs_dilation, rhs_dilation, dimension_numbers: as in
            `conv_general_dilated`.
        precision: has no effect.

    Returns:
        (N, O, *out), in the layout asked for.

    Raises:
        ValueError: as `conv_general_dilated`; kernels that do not fit the windows.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> x, w = np.ones((1, 1, 4)), np.arange(6.0).reshape(1, 2, 3)
        >>> lax.conv_general_dilated_local(x, w, (1,), "VALID", (2,)).tolist()
        [[[3.0, 5.0, 7.0]]]
    """
    lhs, rhs = coerce(lhs), coerce(rhs)
    spec = conv_dimension_numbers(shape_of(lhs), shape_of(rhs), dimension_numbers)
    rest = window_strides, padding, lhs_dilation, rhs_dilation
    rows, kernels = _patches(lhs, spec, filter_shape, rest), fnp.transpose(rhs, spec.rhs_spec)
    if shape_of(rows)[1:] != shape_of(kernels)[1:]:
        raise ValueError(
            f"conv_general_dilated_local: rhs has features and places {shape_of(kernels)[1:]}; "
            f"expected {shape_of(rows)[1:]}. See conv_general_dilated_patches for what is met."
        )
    out = "".join("pqrstuvwxyz"[: len(filter_shape)])
    return laid_out(contract(rows, kernels, subscripts=f"nk{out},ok{out}->no{out}"), spec)
