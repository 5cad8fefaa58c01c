"""Moving parameters: by updates, towards others, or to others now and then."""

from typing import Any

import fzero
import fzero.numpy as fnp

from .moments import as_dtype, frozen_map

__all__ = ["apply_updates", "incremental_update", "periodic_update"]


def apply_updates(params: Any, updates: Any) -> Any:
    """Add updates to parameters: params + updates.

    Args:
        params: a pytree of arrays.
        updates: a pytree of the same structure and shapes.

    Returns:
        New parameters, frozen, in the shapes and dtypes of `params`.

    Raises:
        ValueError: the structures or the shapes differ.

    Example:
        >>> apply_updates({"W": fnp.ones(2)}, {"W": fnp.array([1.0, -1.0])})
        FrozenDict({'W': array([2., 0.])})
    """

    def moved(p: Any, u: Any) -> Any:
        if _shape(u) != _shape(p):
            raise _shape_error(params, updates)
        return as_dtype(p + u, p)

    return frozen_map(moved, params, updates)


def _shape(x: Any) -> tuple[int, ...]:
    return getattr(x, "shape", ())


def _shape_error(params: Any, updates: Any) -> ValueError:
    found = fzero.tree.map_with_path(
        lambda path, p, u: (fzero.tree.keystr(path), _shape(u), _shape(p)), params, updates
    )
    wrong = [
        f"updates{path} {u} for params of {p}"
        for path, u, p in fzero.tree.leaves(found, is_leaf=_is_row)
        if u != p
    ]
    return ValueError(
        f"apply_updates: the shapes are {'; '.join(wrong)}; expected those of the parameters. "
        "Take the gradient with respect to these parameters."
    )


def _is_row(x: Any) -> bool:
    return isinstance(x, tuple) and len(x) == 3 and isinstance(x[0], str)


def incremental_update(new_tensors: Any, old_tensors: Any, step_size: Any) -> Any:
    """Move a part of the way: step_size * new + (1 - step_size) * old.

    Args:
        new_tensors, old_tensors: pytrees of one structure.
        step_size: 0 <= step_size <= 1; 1 gives the new ones.

    Returns:
        Their mean, frozen, in the dtypes of the old ones.

    Source: Polyak and Juditsky 1992.

    Example:
        >>> incremental_update({"W": fnp.array([4.0])}, {"W": fnp.array([0.0])}, 0.25)
        FrozenDict({'W': array([1.])})
    """

    def between(new: Any, old: Any) -> Any:
        return as_dtype(as_dtype(step_size, new) * new + as_dtype(1 - step_size, old) * old, old)

    return frozen_map(between, new_tensors, old_tensors)


def periodic_update(new_tensors: Any, old_tensors: Any, steps: Any, update_period: Any) -> Any:
    """Take the new ones every `update_period` steps, and keep the old ones in between.

    Args:
        new_tensors, old_tensors: pytrees of one structure.
        steps: the steps so far.
        update_period: how many steps lie between two changes.

    Returns:
        A frozen copy of the one tree or the other.

    Source: Grill et al. 2020, arXiv:2006.07733; Mnih et al. 2015.

    Example:
        >>> [float(periodic_update(1.0, 0.0, steps, 3)) for steps in range(5)]
        [1.0, 0.0, 0.0, 1.0, 0.0]
    """
    new = fzero.cond(steps % update_period == 0, lambda: new_tensors, lambda: old_tensors)
    return frozen_map(fnp.copy, new)
