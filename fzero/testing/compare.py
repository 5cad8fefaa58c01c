"""What the checks share: comparison of results, random directions, copies of operands."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import tree
from ..dtypes import dtype_of, is_inexact, shape_of

__all__ = ["Flat", "agree", "direction", "pair", "report"]


def report(what: str, got: Any, want: Any, why: str) -> AssertionError:
    """The error of a check: what was compared, and both sides."""
    with np.printoptions(threshold=20, precision=10):
        return AssertionError(f"{what}: {why}.\ngot      {got!r}\nexpected {want!r}")


def agree(what: str, got: Any, want: Any, atol: float, rtol: float) -> None:
    """Raise unless two pytrees have one structure, and leaves of one shape and value.

    The difference may be `atol + rtol * max|want|`: the error of a difference quotient goes with
    the size of the whole result, not of the element. NaN agrees with NaN.
    """
    got_leaves, got_tree = tree.flatten(got)
    want_leaves, want_tree = tree.flatten(want)
    if got_tree != want_tree:
        raise report(what, got_tree, want_tree, "the structures differ")
    for i, (a, b) in enumerate(zip(got_leaves, want_leaves, strict=True)):
        where = what if len(got_leaves) == 1 else f"{what}, leaf {i}"
        if shape_of(a) != shape_of(b):
            raise report(where, shape_of(a), shape_of(b), "the shapes differ")
        if not close(np.asarray(a), np.asarray(b), atol, rtol):
            raise report(where, a, b, "the values differ")


def close(a: np.ndarray, b: np.ndarray, atol: float, rtol: float) -> bool:
    """Whether two arrays of one shape agree, as `agree` says."""
    if a.dtype.kind not in "fc" and b.dtype.kind not in "fc":
        return bool(np.array_equal(a, b))
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return False
    scale = np.max(np.abs(b[finite]), initial=0.0)
    return bool(np.all(np.abs(a[finite] - b[finite]) <= atol + rtol * scale))


def direction(rng: np.random.Generator, x: Any) -> Any:
    """A random tangent or cotangent of the shape and dtype of `x`, entries of size about 1."""
    t = np.asarray(rng.uniform(-1.0, 1.0, shape_of(x)))
    if dtype_of(x).kind == "c":
        t = t + 1j * rng.uniform(-1.0, 1.0, shape_of(x))
    return t.astype(dtype_of(x))


def pair(gs: Sequence[Any], ts: Sequence[Any]) -> float:
    """Re sum(g * t): the pairing of cotangents with tangents, without a conjugate."""
    return float(sum(np.real(np.sum(np.asarray(g) * t)) for g, t in zip(gs, ts, strict=True)))


class Flat:
    """A function of pytrees, seen as one of its floating leaves that returns floating leaves."""

    def __init__(self, f: Any, args: Sequence[Any]) -> None:
        self.f = f
        self.leaves, self.treedef = tree.flatten(tuple(args))
        self.places = [i for i, x in enumerate(self.leaves) if is_inexact(x)]
        self.inputs = tuple(self.leaves[i] for i in self.places)

    def __call__(self, *xs: Any) -> tuple[Any, ...]:
        leaves = list(self.leaves)
        for i, x in zip(self.places, xs, strict=True):
            leaves[i] = x
        out = self.f(*tree.unflatten(self.treedef, leaves))
        return tuple(y for y in tree.leaves(out) if is_inexact(y))
