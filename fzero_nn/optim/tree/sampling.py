"""Random trees."""

from collections.abc import Callable
from typing import Any

import fzero
from fzero import random

from ..moments import frozen_map

__all__ = ["random_like", "split_key_like"]


def split_key_like(rng_key: Any, target_tree: Any) -> Any:
    """A key for each leaf of a tree: fold_in(rng_key, i) for the i-th one.

    Args:
        rng_key: a key of `fzero.random`.
        target_tree: a pytree.

    Returns:
        A tree of its structure, of keys.

    Example:
        >>> keys = split_key_like(random.key(0), {"W": 1.0, "b": 2.0})
        >>> sorted(keys), (keys["W"] == random.fold_in(random.key(0), 0)).all()
        (['W', 'b'], np.True_)
    """
    treedef = fzero.tree.structure(target_tree)
    keys = [random.fold_in(rng_key, i) for i in range(treedef.num_leaves)]
    return fzero.freeze(fzero.tree.unflatten(treedef, keys))


def random_like(
    rng_key: Any,
    target_tree: Any,
    sampler: Callable[..., Any] = random.normal,
    dtype: Any = None,
) -> Any:
    """Random numbers in the shapes of a tree.

    Args:
        rng_key: a key of `fzero.random`.
        target_tree: a pytree of arrays.
        sampler: (key, shape, dtype) -> array.
        dtype: of the numbers; None for those of the tree.

    Example:
        >>> import numpy as np
        >>> random_like(random.key(0), {"W": np.zeros((2, 3), "float32")})["W"].dtype
        dtype('float32')
    """
    keys = split_key_like(rng_key, target_tree)
    return frozen_map(lambda x, key: sampler(key, x.shape, dtype or x.dtype), target_tree, keys)
