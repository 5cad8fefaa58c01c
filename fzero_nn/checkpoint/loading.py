"""`load` and `load_partial`: a pytree from one file, all of it or what fits."""

import os
from typing import Any

import numpy as np

import fzero

from .contents import Contents, read, reading_npz
from .matching import Report, compare, fitting, mismatch
from .structure import STRUCTURE, build, kind_of, names, restore

__all__ = ["load", "load_partial", "tree_of"]


def load(
    path: str | os.PathLike[str], like: Any = None, *, strict: bool = True, device: Any = None
) -> Any:
    """Read a pytree that `save` wrote.

    Args:
        path: the file.
        like: a pytree of arrays (or of anything with shape and dtype) that the file must match
            leaf for leaf, and whose containers the result gets. Without it, named tuples and
            registered classes come back as FrozenDicts of their fields. With it, files that
            `numpy.savez` wrote are read too.
        strict: False takes what fits `like`, and keeps its values elsewhere; `load_partial` also
            tells what did not fit.
        device: where the arrays go, as in `fzero.device_put`; by default they are NumPy's.

    Returns:
        The tree, frozen: FrozenDicts of read-only arrays.

    Raises:
        ValueError: the file is no checkpoint, is damaged, or does not match `like`; every
            missing, extra, mis-shaped and mis-typed path is listed. Or there is no `like` to fill
            with strict=False.

    Cost: the arrays are verified as they are read, and not copied.

    Example:
        >>> from fzero_nn import checkpoint
        >>> path = getfixture("tmp_path") / "model.npz"
        >>> checkpoint.save(path, {"W": np.ones(2), "step": 7})
        >>> load(path)
        FrozenDict({'W': array([1., 1.]), 'step': 7})
    """
    if strict:
        return tree_of("load", path, read("load", path), like, device)
    if like is None:
        raise ValueError(
            "load: strict is False without like; expected a tree to fill. Pass like=, or leave "
            "strict out to read the whole file."
        )
    return load_partial(path, like, device=device)[0]


def load_partial(
    path: str | os.PathLike[str], like: Any, *, device: Any = None
) -> tuple[Any, Report]:
    """Read what fits a tree by path, shape and dtype, and keep the tree's values elsewhere.

    Args:
        path: the file.
        like: a pytree of arrays.
        device: where the arrays that are read go, as in `fzero.device_put`.

    Returns:
        The tree, frozen, in the containers of `like`; and the Report of what was `loaded`, is
        `missing`, `extra`, `misshaped` and `mistyped`.

    Raises:
        ValueError: the file is no checkpoint or is damaged.

    Example:
        >>> from fzero_nn import checkpoint
        >>> path = getfixture("tmp_path") / "model.npz"
        >>> checkpoint.save(path, {"W": np.ones(2), "old": 7})
        >>> tree, report = load_partial(path, {"W": np.zeros(2), "new": 8})
        >>> tree, report.problems()
        (FrozenDict({'W': array([1., 1.]), 'new': 8}), ['missing: new', 'extra: old'])
    """
    arrays = read("load_partial", path).arrays
    report = compare(like, arrays)
    wanted, (leaves, treedef) = set(report.loaded), fzero.tree.flatten(like)
    merged = [
        _placed(restore(arrays[name], kind_of(x)), device) if name in wanted else x
        for name, x in zip(names(like), leaves, strict=True)
    ]
    return fzero.freeze(fzero.tree.unflatten(treedef, merged)), report


def tree_of(function: str, path: Any, contents: Contents, like: Any, device: Any) -> Any:
    """The tree of a file's contents, in the containers of `like` if that is given."""
    if like is not None:
        return _fill(function, path, contents.arrays, like, device)
    if contents.structure is None:
        raise ValueError(
            f"{function}: path is {os.fspath(path)!r}, without {STRUCTURE}; expected a file of "
            "save. Pass like=, a tree of the same paths, or read it with numpy.load."
        )
    nodes, described, _ = contents.structure
    with reading_npz(function, path):
        leaves = [restore(contents.arrays[leaf.entry], leaf.kind) for leaf in described]
        tree = build(nodes, leaves)
    return fzero.freeze(_placed(tree, device))


def _fill(function: str, path: Any, arrays: dict[str, np.ndarray], like: Any, device: Any) -> Any:
    if problems := compare(like, arrays).problems():
        raise mismatch(function, path, problems)
    return fzero.freeze(_placed(fitting(like, arrays), device))


def _placed(tree: Any, device: Any) -> Any:
    return tree if device is None else fzero.device_put(tree, device)
