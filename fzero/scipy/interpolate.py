"""Interpolation in tables, as in `scipy.interpolate`."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import fzero.numpy as fnp

from ..ops.indexing import at
from .special.precision import promoted

__all__ = ["RegularGridInterpolator"]


@dataclass(frozen=True)
class RegularGridInterpolator:
    """A function of d variables by its values on a grid, the nearest or linear between.

    Args:
        points: d rising vectors, the places of the grid along each axis.
        values: (n_1, ..., n_d, ...), the values there.
        method: "linear" or "nearest".
        bounds_error: whether a point outside is an error. False here, for tracers have no values.
        fill_value: the value outside; None extrapolates.

    Raises:
        ValueError: for another method, vectors that do not fit the values, `bounds_error`.

    Gradient: of `values` and of the points where it is called.

    Example:
        >>> import numpy as np
        >>> table = RegularGridInterpolator(([0.0, 2.0],), np.array([0.0, 10.0]))
        >>> float(table([0.5])[0])
        2.5
    """

    points: Sequence[Any]
    values: Any
    method: str = "linear"
    bounds_error: bool = False
    fill_value: Any = float("nan")

    def __post_init__(self) -> None:
        if self.method not in ("linear", "nearest"):
            raise ValueError(
                f"RegularGridInterpolator: method is {self.method!r}; expected 'linear' or "
                "'nearest'. Use scipy.interpolate for splines, without derivatives."
            )
        if self.bounds_error:
            raise ValueError(
                "RegularGridInterpolator: bounds_error is True; expected False. Compare the points "
                "with the grid before."
            )
        sizes = tuple(fnp.asarray(p).shape for p in self.points)
        shape = fnp.asarray(self.values).shape
        if tuple(s for size in sizes for s in size) != shape[: len(sizes)]:
            raise ValueError(
                f"RegularGridInterpolator: points have shapes {sizes} and values {shape}; expected "
                "one vector for each leading axis of values, of its length. Transpose values."
            )

    def __call__(self, xi: Any) -> Any:
        """The values at points (..., d), of shape (..., *values.shape[d:])."""
        d = len(self.points)
        (xi,) = promoted(fnp.asarray(xi))
        if d == 1 and xi.ndim < 2:
            xi = xi[..., None]
        if xi.shape[-1:] != (d,):
            raise ValueError(
                f"RegularGridInterpolator: the points have shape {xi.shape}; expected (..., {d}). "
                "Put the variables along the last axis."
            )
        values = promoted(fnp.asarray(self.values), xi)[0]
        rest = values.ndim - d
        outside, brackets = fnp.zeros_like(xi[..., 0], dtype=bool), []
        for axis, points in enumerate(self.points):
            grid, place = promoted(fnp.asarray(points), xi[..., axis])
            outside = outside | (place < grid[0]) | (place > grid[-1])
            brackets.append(self._bracket(grid, place))
        total = self._blend(values, brackets)
        if self.fill_value is None:
            return total
        outside = fnp.reshape(outside, (*outside.shape, *(1,) * rest))
        unknown = fnp.reshape(fnp.any(fnp.isnan(xi), axis=-1), outside.shape)
        return fnp.where(unknown, fnp.nan, fnp.where(outside, self.fill_value, total))

    def _blend(self, values: Any, brackets: list[list[tuple[Any, Any]]]) -> Any:
        """The sum of the corners' values, each times the product of its shares."""
        total, rest = 0.0, values.ndim - len(brackets)
        for corner in itertools.product(*brackets):
            term = at(values, tuple(place for place, _ in corner)).get()
            for place, share in corner:
                shape = (*fnp.shape(place), *(1,) * rest)
                term = term if self.method == "nearest" else term * fnp.reshape(share, shape)
            total = total + term
        return total

    def _bracket(self, grid: Any, place: Any) -> list[tuple[Any, Any]]:
        """The points of the grid on both sides, with their shares; or the nearest one."""
        low = fnp.clip(fnp.searchsorted(grid, place, side="right") - 1, 0, grid.shape[0] - 2)
        below, above = at(grid, low).get(), at(grid, low + 1).get()
        share = (place - below) / (above - below)
        if self.method == "nearest":
            return [(fnp.where(share <= 0.5, low, low + 1), 1.0)]
        return [(low, 1 - share), (low + 1, share)]
