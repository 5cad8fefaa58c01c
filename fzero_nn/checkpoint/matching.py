"""Whether arrays and a tree fit, by path, shape and dtype."""

import os
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero.dtypes import dtype_of, shape_of

from .structure import kind_of, names, restore

__all__ = ["Report", "compare", "fitting", "mismatch"]


class Report(NamedTuple):
    """How a file and a tree agree: paths, and for those that do not fit both sides."""

    loaded: tuple[str, ...]
    missing: tuple[str, ...]  # in the tree alone
    extra: tuple[str, ...]  # in the file alone
    misshaped: tuple[str, ...]
    mistyped: tuple[str, ...]

    def problems(self) -> list[str]:
        """A line for everything that was not loaded."""
        kinds = {"missing": self.missing, "extra": self.extra}
        kinds |= {"shape": self.misshaped, "dtype": self.mistyped}
        return [f"{kind}: {text}" for kind, texts in kinds.items() for text in texts]


def compare(like: Any, arrays: dict[str, np.ndarray]) -> Report:
    """Which leaves of a tree the arrays fit, and every difference."""
    wanted = dict(zip(names(like), fzero.tree.leaves(like), strict=True))
    both = {name: (x, arrays[name]) for name, x in wanted.items() if name in arrays}
    shapes = {n: (a.shape, shape_of(x)) for n, (x, a) in both.items() if a.shape != shape_of(x)}
    dtypes = {
        n: (a.dtype, dtype_of(x))
        for n, (x, a) in both.items()
        if n not in shapes and a.dtype != dtype_of(x)
    }
    return Report(
        tuple(name for name in both if name not in shapes and name not in dtypes),
        tuple(name for name in wanted if name not in arrays),
        tuple(name for name in arrays if name not in wanted),
        *(tuple(f"{n} is {a}, expected {x}" for n, (a, x) in d.items()) for d in (shapes, dtypes)),
    )


def fitting(like: Any, arrays: dict[str, np.ndarray]) -> Any:
    """The arrays in the containers of `like`, once `compare` finds no problem."""
    leaves, treedef = fzero.tree.flatten(like)
    values = [restore(arrays[n], kind_of(x)) for n, x in zip(names(like), leaves, strict=True)]
    return fzero.tree.unflatten(treedef, values)


def mismatch(function: str, path: Any, problems: list[str]) -> ValueError:
    """The error that lists the differences between a file and a tree."""
    return ValueError(
        f"{function}: path is {os.fspath(path)!r}, which does not match; expected the same paths, "
        "shapes and dtypes. Initialise the same model, or take what fits by "
        "checkpoint.load_partial.\n" + "\n".join(problems)
    )
