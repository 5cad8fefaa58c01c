"""Products of arrays over named axes."""

import enum
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import numpy as fnp
from ..core import coerce
from ..dtypes import shape_of
from ..ops.contract import contract, unused
from ..shaping import axis_of

__all__ = ["Precision", "PrecisionLike", "batch_matmul", "dot", "dot_general"]


class Precision(enum.Enum):
    """How exact products are; accepted for JAX's code. All are computed in the arrays' dtype."""

    DEFAULT = 0
    HIGH = 1
    HIGHEST = 2


PrecisionLike = None | str | Precision | tuple[str, str] | tuple[Precision, Precision]


def cast_to(x: Any, dtype: Any) -> Any:
    """`x` in a dtype, as it is for None."""
    return x if dtype is None else fnp.astype(x, np.dtype(dtype))


def dot_general(
    lhs: Any,
    rhs: Any,
    dimension_numbers: tuple[Any, Any],
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Any:
    """The sum of products over chosen axes, for each index of the batch axes.

    Args:
        lhs, rhs: arrays.
        dimension_numbers: ((summed axes of lhs, of rhs), (batch axes of lhs, of rhs)).
        precision: has no effect: the product is computed in the arrays' dtype.
        preferred_element_type: the dtype of the result.

    Returns:
        An array with the batch axes, then the other axes of `lhs`, then those of `rhs`.

    Raises:
        ValueError: axes that are named twice or have other sizes in `rhs`.

    Example:
        >>> import numpy as np, fzero.lax as lax
        >>> x, y = np.ones((5, 2, 3)), np.ones((5, 3, 4))
        >>> lax.dot_general(x, y, (([2], [1]), ([0], [0]))).shape
        (5, 2, 4)
    """
    lhs, rhs = coerce(lhs), coerce(rhs)
    summed, batch = (_axes(pair, lhs, rhs) for pair in dimension_numbers)
    _check(lhs, rhs, summed, batch)
    x = unused("", len(shape_of(lhs)))
    y = list(unused(x, len(shape_of(rhs))))
    for a, b in zip((*summed[0], *batch[0]), (*summed[1], *batch[1]), strict=True):
        y[b] = x[a]
    lead = "".join(x[a] for a in batch[0])
    left = "".join(c for c in x if c not in y)
    right = "".join(c for c in y if c not in x)
    out = contract(lhs, rhs, subscripts=f"{x},{''.join(y)}->{lead}{left}{right}")
    return cast_to(out, preferred_element_type)


def _axes(pair: Any, lhs: Any, rhs: Any) -> tuple[tuple[int, ...], tuple[int, ...]]:
    left, right = pair
    return (
        tuple(axis_of(len(shape_of(lhs)), a) for a in left),
        tuple(axis_of(len(shape_of(rhs)), a) for a in right),
    )


def _check(lhs: Any, rhs: Any, summed: Any, batch: Any) -> None:
    left, right = summed[0] + batch[0], summed[1] + batch[1]
    sizes = [[shape_of(v)[a] for a in axes] for v, axes in ((lhs, left), (rhs, right))]
    if sizes[0] == sizes[1] and len(set(left)) == len(left) and len(set(right)) == len(right):
        return
    raise ValueError(
        f"dot_general: the summed axes are {summed} and the batch axes {batch} for arrays of "
        f"shapes {shape_of(lhs)} and {shape_of(rhs)}; expected each axis once, and equal sizes in "
        "both. Transpose an operand, or name other axes."
    )


def dot(
    lhs: Any,
    rhs: Any,
    *,
    dimension_numbers: Any = None,
    precision: Any = None,
    preferred_element_type: Any = None,
) -> Any:
    """The product of vectors and matrices, or, with dimension_numbers, `dot_general`.

    Raises:
        ValueError: without dimension_numbers, arrays of other than one or two axes.
    """
    lhs, rhs = coerce(lhs), coerce(rhs)
    ranks = len(shape_of(lhs)), len(shape_of(rhs))
    if dimension_numbers is None:
        if not {1, 2}.issuperset(ranks):
            raise ValueError(
                f"dot: the operands have {ranks[0]} and {ranks[1]} dimensions; expected 1 or 2. "
                "Use dot_general, or batch_matmul for stacks of matrices."
            )
        dimension_numbers = (([ranks[0] - 1], [0]), ([], []))
    return dot_general(lhs, rhs, dimension_numbers, precision, preferred_element_type)


def batch_matmul(lhs: Any, rhs: Any, precision: Any = None) -> Any:
    """The products of two stacks of matrices, of equal leading axes.

    Raises:
        ValueError: fewer than two axes, or leading axes that differ.
    """
    lhs, rhs = coerce(lhs), coerce(rhs)
    shapes = shape_of(lhs), shape_of(rhs)
    if min(map(len, shapes)) < 2 or shapes[0][:-2] != shapes[1][:-2]:
        raise ValueError(
            f"batch_matmul: the operands have shapes {shapes[0]} and {shapes[1]}; expected "
            "matrices on equal leading axes. Use fzero.numpy.matmul, which broadcasts."
        )
    stack: Sequence[int] = range(len(shapes[0]) - 2)
    return dot_general(lhs, rhs, (([-1], [-2]), (stack, stack)))
