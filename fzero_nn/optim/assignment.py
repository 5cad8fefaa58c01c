"""Pairs of rows and columns at the least cost, as in matching detections to objects."""

from typing import Any

import numpy as np

__all__ = ["hungarian_algorithm"]


def hungarian_algorithm(cost_matrix: Any) -> tuple[np.ndarray, np.ndarray]:
    """Assign rows to columns, each once, at the least total cost.

    Args:
        cost_matrix: finite numbers of shape (rows, columns), on the host.

    Returns:
        Two arrays of min(rows, columns) integers: the rows, sorted, and their columns.

    Raises:
        ModuleNotFoundError: SciPy is missing.
        ValueError: the matrix has no two axes, or numbers that are not finite.

    Gradient: none; differentiate the costs at the pairs.

    Source: Kuhn 1955; Crouse 2016.

    Example:
        >>> rows, columns = hungarian_algorithm(np.array([[4.0, 1.0], [2.0, 0.0]]))
        >>> rows.tolist(), columns.tolist()
        ([0, 1], [1, 0])
    """
    try:
        from scipy.optimize import linear_sum_assignment
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "hungarian_algorithm: scipy is not installed; expected it, as it finds the pairs. "
            "Install it with: pip install 'fzero[scipy]'"
        ) from error
    costs = np.asarray(cost_matrix)
    if costs.ndim != 2 or not np.isfinite(costs).all():
        raise ValueError(
            f"hungarian_algorithm: cost_matrix is of shape {costs.shape} with "
            f"{int((~np.isfinite(costs)).sum())} numbers that are not finite; expected a matrix of "
            "finite numbers. Give pairs that must not be a large cost."
        )
    return linear_sum_assignment(costs)
