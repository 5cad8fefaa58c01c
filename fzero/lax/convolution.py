"""Convolutions of any number of axes, strided, dilated and grouped, in any layout."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from .. import numpy as fnp
from ..core import coerce
from ..dtypes import shape_of
from ..ops.contract import contract, unused
from ..ops.conv import windows
from .padding import pad, padtype_to_pads
from .products import cast_to

__all__ = [
    "ConvDimensionNumbers", "conv", "conv_dimension_numbers", "conv_general_dilated",
    "conv_with_general_padding",
]  # fmt: skip


class ConvDimensionNumbers(NamedTuple):
    """Where the axes of a convolution are.

    Each is a tuple of axes: `lhs_spec` and `out_spec` are (batch, feature, *spatial), `rhs_spec`
    is (output feature, input feature, *spatial).
    """

    lhs_spec: tuple[int, ...]
    rhs_spec: tuple[int, ...]
    out_spec: tuple[int, ...]


def conv_dimension_numbers(
    lhs_shape: Sequence[int], rhs_shape: Sequence[int], dimension_numbers: Any
) -> ConvDimensionNumbers:
    """The layout of a convolution as axes.

    Args:
        lhs_shape, rhs_shape: the shapes of input and kernel.
        dimension_numbers: three words such as ("NHWC", "HWIO", "NHWC"): N is the batch, C the
            features, O and I the kernel's output and input features, other letters the spatial
            axes. None means batch and features (O and I) first; a ConvDimensionNumbers stays.

    Raises:
        ValueError: words that do not fit the shapes or each other.

    Example:
        >>> import fzero.lax as lax
        >>> lax.conv_dimension_numbers((1, 8, 3), (2, 3, 4), ("NHC", "HIO", "NCH")).lhs_spec
        (0, 2, 1)
    """
    if isinstance(dimension_numbers, ConvDimensionNumbers):
        return dimension_numbers
    rank = len(lhs_shape)
    if dimension_numbers is None and rank == len(rhs_shape):
        return ConvDimensionNumbers(*(tuple(range(rank)),) * 3)
    words = dimension_numbers if isinstance(dimension_numbers, (tuple, list)) else ()
    spatial = [c for c in words[1] if c not in "OI"] if len(words) == 3 else []
    heads = ("NC", "OI", "NC")
    if (
        len(words) != 3
        or {rank, len(rhs_shape)} != {len(spatial) + 2}
        or any(
            sorted(word) != sorted((*head, *spatial)) or len(set(word)) != rank
            for word, head in zip(words, heads, strict=True)
        )
    ):
        raise ValueError(
            f"conv_dimension_numbers: dimension_numbers is {dimension_numbers!r} for shapes "
            f"{tuple(lhs_shape)} and {tuple(rhs_shape)}; expected three words of a letter for each "
            "axis, with N and C, O and I, N and C. For images, ('NCHW', 'OIHW', 'NCHW')."
        )
    return ConvDimensionNumbers(
        *(tuple(map(w.index, (*h, *spatial))) for w, h in zip(words, heads, strict=True))
    )


def conv_general_dilated(
    lhs: Any,
    rhs: Any,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None = None,
    rhs_dilation: Sequence[int] | None = None,
    dimension_numbers: Any = None,
    feature_group_count: int = 1,
    batch_group_count: int = 1,
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Any:
    """The general convolution: y[n, o, p] = sum_{i, k} x[n, i, stride p + dilation k] w[o, i, k].

    Args:
        lhs: the input x, (N, C, *spatial) without dimension_numbers.
        rhs: the kernel w, (O, C / feature groups, *spatial), not flipped.
        window_strides: the stride of each spatial axis.
        padding: "SAME", "SAME_LOWER", "VALID", or (low, high) for each spatial axis; below 0
            it cuts off.
        lhs_dilation: the distance of the input's elements, with zeros between them; the padding
            must then be numbers.
        rhs_dilation: the distance of the kernel's elements.
        dimension_numbers: the layout; see `conv_dimension_numbers`.
        feature_group_count: C and O are split into so many groups, each convolved alone.
        batch_group_count: N and O are split into so many groups, each convolved alone.
        precision: has no effect: everything is computed in the arrays' dtype.
        preferred_element_type: the dtype of the result.

    Returns:
        (N / batch groups, O, *spatial), in the layout asked for.

    Raises:
        ValueError: sizes that do not fit, or a window that is larger than the padded input.

    Cost: one product of matrices per group, on a copy of all windows.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> x, w = np.arange(5.0).reshape(1, 1, 5), np.ones((1, 1, 2))
        >>> lax.conv_general_dilated(x, w, (2,), "VALID").tolist()
        [[[1.0, 5.0]]]
    """
    lhs, rhs = coerce(lhs), coerce(rhs)
    spec = conv_dimension_numbers(shape_of(lhs), shape_of(rhs), dimension_numbers)
    x, w = fnp.transpose(lhs, spec.lhs_spec), fnp.transpose(rhs, spec.rhs_spec)
    groups = feature_group_count, batch_group_count
    _check_sizes(shape_of(x), shape_of(w), groups)
    rows = window_rows(x, shape_of(w)[2:], window_strides, padding, lhs_dilation, rhs_dilation)
    out = _products(rows, w, *groups)
    return cast_to(laid_out(out, spec), preferred_element_type)


def laid_out(out: Any, spec: ConvDimensionNumbers) -> Any:
    """(N, C, *spatial) in the layout of the result."""
    return fnp.transpose(out, sorted(range(len(spec.out_spec)), key=spec.out_spec.__getitem__))


def window_rows(
    x: Any,
    size: Sequence[int],
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None,
    rhs_dilation: Sequence[int] | None,
) -> Any:
    """The windows of (N, C, *spatial) that a kernel of a size meets: (N, C, *out, *window)."""
    apart, spread, steps = (
        _each(name, value, len(size))
        for name, value in (
            ("lhs_dilation", lhs_dilation),
            ("rhs_dilation", rhs_dilation),
            ("window_strides", window_strides),
        )
    )
    if isinstance(padding, str) and max(apart, default=1) > 1:
        raise ValueError(
            f"conv_general_dilated: padding is {padding!r} with lhs_dilation {apart}; expected "
            "(low, high) for each spatial axis. Use conv_transpose, which takes names."
        )
    spans = [(k - 1) * d + 1 for k, d in zip(size, spread, strict=True)]
    borders = padtype_to_pads(shape_of(x)[2:], spans, steps, padding)
    config = [(low, high, d - 1) for (low, high), d in zip(borders, apart, strict=True)]
    x = pad(x, 0, [(0, 0, 0), (0, 0, 0), *config])
    _check_window(shape_of(x)[2:], spans)
    axes = tuple(range(2, len(size) + 2))
    return windows(x, window=tuple(size), axis=axes, step=steps, dilation=spread)


def _each(name: str, value: Any, rank: int) -> tuple[int, ...]:
    """A number from 1 for each spatial axis."""
    numbers = (1,) * rank if value is None else tuple(int(n) for n in value)
    if len(numbers) != rank or any(n < 1 for n in numbers):
        raise ValueError(
            f"conv_general_dilated: {name} is {value} for {rank} spatial axes; expected a number "
            "from 1 for each. Use 1 for an axis without."
        )
    return numbers


def _check_sizes(x: tuple[int, ...], w: tuple[int, ...], groups: tuple[int, int]) -> None:
    features, batches = groups
    if min(groups) >= 1 and (features == 1 or batches == 1):
        if x[1] == features * w[1] and w[0] % (features * batches) == 0 and x[0] % batches == 0:
            return
    raise ValueError(
        f"conv_general_dilated: lhs has batch {x[0]} and {x[1]} features, rhs {w[0]} output and "
        f"{w[1]} input features, in {features} feature and {batches} batch groups; expected lhs "
        "features = input features * feature groups, output features and batch that the groups "
        "divide, and one of the groups 1. Give dimension_numbers if the axes are in another order."
    )


def _check_window(shape: tuple[int, ...], spans: Sequence[int]) -> None:
    if any(span > n or span < 1 for n, span in zip(shape, spans, strict=True)):
        raise ValueError(
            f"conv_general_dilated: the dilated window is {tuple(spans)} for an input that is "
            f"{shape} with its padding; expected a window inside it. Pad more, or use 'SAME'."
        )


def _products(rows: Any, w: Any, features: int, batches: int) -> Any:
    """sum over input features and window; rows are (N, C, *out, *window), w is (O, I, *window)."""
    n, _, *space = shape_of(rows)
    o, i, *window = shape_of(w)
    out = space[: len(window)]
    rows = fnp.reshape(rows, (batches, n // batches, features, i, *space))
    w = fnp.reshape(w, (batches, features, o // (features * batches), i, *window))
    free = unused("abgino", 2 * len(window))
    p, k = free[: len(window)], free[len(window) :]
    y = contract(rows, w, subscripts=f"bngi{p}{k},bgoi{k}->nbgo{p}")
    return fnp.reshape(y, (n // batches, o, *out))


def conv(
    lhs: Any,
    rhs: Any,
    window_strides: Sequence[int],
    padding: str,
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Any:
    """`conv_general_dilated` of (N, C, *spatial) and (O, C, *spatial), without dilation."""
    return conv_general_dilated(
        lhs, rhs, window_strides, padding, preferred_element_type=preferred_element_type
    )


def conv_with_general_padding(
    lhs: Any,
    rhs: Any,
    window_strides: Sequence[int],
    padding: str | Sequence[tuple[int, int]],
    lhs_dilation: Sequence[int] | None,
    rhs_dilation: Sequence[int] | None,
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Any:
    """`conv_general_dilated` of (N, C, *spatial) and (O, C, *spatial)."""
    return conv_general_dilated(
        lhs, rhs, window_strides, padding, lhs_dilation, rhs_dilation,
        preferred_element_type=preferred_element_type,
    )  # fmt: skip
