"""Numbers that sum a whole tree up: sums, norms, extremes."""

import functools
import math
import operator
from typing import Any

import fzero
import fzero.numpy as fnp

from ..moments import abs_square, widened

__all__ = ["allclose", "max", "min", "norm", "root", "size", "sum", "vdot"]


def sum(tree: Any) -> Any:
    """The sum of all numbers of a tree.

    Args:
        tree: a pytree.

    Returns:
        A scalar; 0.0 for a tree without leaves.

    Example:
        >>> float(sum({"W": fnp.ones((2, 3)), "b": 0.5}))
        6.5
    """
    return _total([fnp.sum(widened(x)) for x in fzero.tree.leaves(tree)])


def _total(numbers: list[Any]) -> Any:
    return functools.reduce(operator.add, numbers) if numbers else 0.0


def vdot(tree_x: Any, tree_y: Any) -> Any:
    """The inner product of two trees: the sum of conj(x) y.

    Args:
        tree_x, tree_y: pytrees of one structure.

    Returns:
        A scalar; 0.0 for trees without leaves.

    Raises:
        ValueError: the structures or the sizes differ.

    Example:
        >>> float(vdot([fnp.array([1.0, 2.0]), 3.0], [fnp.array([10.0, 20.0]), 1.0]))
        53.0
    """
    products = fzero.tree.map(lambda x, y: fnp.vdot(widened(x), widened(y)), tree_x, tree_y)
    return _total(fzero.tree.leaves(products))


def norm(tree: Any, ord: int | float | str | None = None, squared: bool = False) -> Any:
    """A norm of all leaves together, as of one vector: sqrt(sum |x|^2).

    Args:
        tree: a pytree.
        ord: None or 2 for the Euclidean norm; 1 for sum |x|; inf or "inf" for max |x|.
        squared: whether to return the square.

    Returns:
        A scalar; 0.0 for a tree without leaves.

    Raises:
        ValueError: another `ord`.

    Gradient: that of the Euclidean norm is 0 at 0.

    Example:
        >>> float(norm({"W": fnp.array([3.0]), "b": fnp.array([4.0])}))
        5.0
    """
    leaves = fzero.tree.leaves(tree)
    if ord is None or ord == 2:
        square = _total([fnp.sum(abs_square(x)) for x in leaves])
        return square if squared else root(square)
    if ord == 1:
        size = sum([fnp.abs(widened(x)) for x in leaves])
    elif ord in (math.inf, "inf", "infinity"):
        size = _extreme(fnp.max, fnp.maximum, [fnp.abs(x) for x in leaves], 0.0)
    else:
        raise ValueError(
            f"norm: ord is {ord!r}; expected 1, 2 or inf. Leave it out for the Euclidean norm."
        )
    return size * size if squared else size


def root(square: Any) -> Any:
    """The square root, with derivative 0 at 0. NaN stays NaN."""
    positive = square > 0
    return fnp.where(positive, fnp.sqrt(fnp.where(positive, square, 1.0)), square)


def max(tree: Any) -> Any:
    """The largest number of a tree.

    Args:
        tree: a pytree.

    Returns:
        A scalar; -inf for a tree without numbers.

    Example:
        >>> float(max([fnp.array([1.0, 5.0]), 3.0, fnp.zeros(0)]))
        5.0
    """
    return _extreme(fnp.max, fnp.maximum, fzero.tree.leaves(tree), -math.inf)


def min(tree: Any) -> Any:
    """The smallest number of a tree.

    Args:
        tree: a pytree.

    Returns:
        A scalar; inf for a tree without numbers.

    Example:
        >>> float(min([fnp.array([1.0, 5.0]), 3.0, fnp.zeros(0)]))
        1.0
    """
    return _extreme(fnp.min, fnp.minimum, fzero.tree.leaves(tree), math.inf)


def _extreme(of_array: Any, of_two: Any, leaves: list[Any], default: float) -> Any:
    found = [of_array(x) for x in leaves if fnp.size(x)]
    return functools.reduce(of_two, found) if found else default


def size(tree: Any) -> int:
    """How many numbers a tree has.

    Args:
        tree: a pytree.

    Example:
        >>> size({"W": fnp.ones((2, 3)), "b": 0.5})
        7
    """
    return int(_total([fnp.size(x) for x in fzero.tree.leaves(tree)]))


def allclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """Whether two trees agree: |a - b| <= atol + rtol |b| for every number.

    Args:
        a, b: pytrees of one structure.
        rtol, atol: the tolerances.
        equal_nan: whether NaN agrees with NaN.

    Returns:
        A boolean scalar.

    Raises:
        ValueError: the structures differ.

    Example:
        >>> bool(allclose([1.0, 2.0], [1.0, 2.1]))
        False
    """
    same = fzero.tree.map(lambda x, y: fnp.allclose(x, y, rtol, atol, equal_nan), a, b)
    return functools.reduce(operator.and_, fzero.tree.leaves(same), True)
