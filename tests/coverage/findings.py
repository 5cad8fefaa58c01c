"""What a call does inside each transform, found by running it."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import fzero
from fzero import tree
from fzero.core import Tracer
from fzero.errors import BatchedValueError
from tests.strict import StrictArray, put

from .calls import Sample

YES, ZERO, NONE, NO, VALUES = "yes", "zero", "–", "no", "by value"
ARRAYS = (np.ndarray, np.generic)


def _inexact(x: Any) -> bool:
    return getattr(getattr(x, "dtype", None), "kind", "") in ("f", "c")


def _carried(sample: Sample, run: Callable[..., Any]) -> str:
    """Whether derivatives pass from the floating arguments to the floating results.

    `run(f, args)` differentiates f, a function of the floating arguments, at args.
    """
    own = [i for i, a in enumerate(sample.args) if isinstance(a, ARRAYS) and _inexact(a)]
    seen: list[Any] = []

    def f(*floating: Any) -> Any:
        full = list(sample.args)
        for i, a in zip(own, floating, strict=True):
            full[i] = a
        seen[:] = [y for y in tree.leaves(sample.call(*full)) if _inexact(y)]
        carried = [y.real.sum() for y in seen if isinstance(y, Tracer)]
        return sum(carried, start=0.0 * floating[0].real.sum())

    if not own:
        return NONE
    run(f, tuple(sample.args[i] for i in own))
    if not seen:
        return NONE
    return YES if any(isinstance(y, Tracer) for y in seen) else ZERO


def reverse(sample: Sample) -> str:
    """Whether `vjp` goes through, and its pullback runs."""
    return _carried(sample, lambda f, args: fzero.vjp(f, *args)[1](np.float64(1.0)))


def forward(sample: Sample) -> str:
    """Whether `jvp` goes through."""
    return _carried(sample, lambda f, args: fzero.jvp(f, args, args))


def batching(sample: Sample) -> str:
    """Whether `vmap` goes through, or refuses since a shape depends on the values."""
    if not any(isinstance(a, ARRAYS) for a in sample.args):
        return NONE
    rows = [np.stack([a, a]) if isinstance(a, ARRAYS) else a for a in sample.args]
    axes = tuple(0 if isinstance(a, ARRAYS) else None for a in sample.args)
    try:
        fzero.vmap(sample.call, in_axes=axes)(*rows)
    except BatchedValueError:
        return VALUES
    return YES


def runs(sample: Sample) -> bool:
    """Whether it runs on NumPy's arrays."""
    try:
        sample.call(*sample.args)
    except Exception:
        return False
    return True


def stand_in(sample: Sample) -> str:
    """Whether it runs on the arrays of tests/strict.py, which offer what CuPy's offer."""
    if not any(isinstance(a, ARRAYS) for a in sample.args):
        return NONE
    made = sample.call(*(put(a) if isinstance(a, ARRAYS) else a for a in sample.args))
    arrays = [y for y in tree.leaves(made) if hasattr(y, "dtype")]
    return YES if all(isinstance(y, StrictArray) for y in arrays) else NO


def found(look: Callable[[Sample], str], samples: Sequence[Sample]) -> str:
    """What `look` finds over all the samples: the best, and NO where any raises."""
    answers = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for sample in samples:
            try:
                answers.add(look(sample))
            except (TypeError, ValueError, NotImplementedError, AttributeError):
                return NO
    return next((a for a in (YES, VALUES, ZERO, NO) if a in answers), NONE)
