"""A call of each public name, from the cases of the tests where they have one."""

import inspect
from functools import partial
from typing import Any

import numpy as np

import fzero.numpy as fnp
from fzero import lax
from fzero import scipy as sp
from fzero_nn import functional as F
from tests.nn.cases import collected
from tests.numpy_cases import CASES as OF_NUMPY
from tests.test_lax import CASES as OF_LAX

from .calls import FUNCTIONAL, LAX, LINALG, OTHERS, SPECIAL, STATS, SUMMARIES, M, P, Sample, V


def of_numpy() -> dict[str, list[Sample]]:
    """Samples of `fzero.numpy`, of `linalg` and `fft` under dotted names."""
    found = {"sliding_window_view": [Sample(lambda x: fnp.sliding_window_view(x, 2), (V,))]}
    for case in OF_NUMPY:
        found.setdefault(case.name, []).append(Sample(partial(case.call, fnp), case.args))
    return found


def of_lax() -> dict[str, list[Sample]]:
    """Samples of `fzero.lax`."""
    tested: dict[str, list[Sample]] = {}
    for name, function, operands in OF_LAX:
        tested.setdefault(name, []).append(Sample(partial(function, lax), tuple(operands)))
    known = {**guessed(lax, P), **tested, **LAX}
    return {n: known.get(n, []) for n in lax.__all__ if is_function(getattr(lax, n))}


def of_stats() -> dict[str, list[Sample]]:
    """Samples of `fzero.scipy.stats`, of its distributions under dotted names."""
    found = guessed(sp.stats, V)
    for name in sp.stats.__all__:
        module = getattr(sp.stats, name)
        if inspect.ismodule(module):
            args = STATS.get(name)
            for f, of in guessed(module, V).items():
                own = [Sample(getattr(module, f), args)] if args else of
                found[f"{name}.{f}"] = own
    return found | SUMMARIES


def of_functional() -> dict[str, list[Sample]]:
    """Samples of `fzero_nn.functional`."""
    cases = collected("FUNCTIONS").values()
    tested = {
        n: [
            Sample(partial(c.function, **c.params), c.args)
            for c in cases
            if c.function is getattr(F, n)
        ]
        for n in F.__all__
    }
    return {n: FUNCTIONAL.get(n) or of for n, of in tested.items()}


def guessed(module: Any, x: np.ndarray) -> dict[str, list[Sample]]:
    """One sample of each function whose parameters without defaults are arrays."""
    found = {}
    for name in module.__all__:
        function = getattr(module, name)
        if inspect.isfunction(function):
            kinds = inspect.signature(function).parameters.values()
            required = [p for p in kinds if p.default is p.empty and p.kind < p.VAR_POSITIONAL]
            found[name] = [Sample(function, (x,) * len(required))]
    return found


def is_function(x: Any) -> bool:
    """Whether it is a function, no type, enumeration or module."""
    return callable(x) and not isinstance(x, type) and getattr(x, "__module__", "") != "typing"


def of_scipy() -> dict[str, dict[str, list[Sample]]]:
    """Samples of the parts of `fzero.scipy`."""
    found = {
        "fzero.scipy.special": {**guessed(sp.special, P), **SPECIAL},
        "fzero.scipy.linalg": {n: LINALG.get(n, of) for n, of in guessed(sp.linalg, M).items()},
        "fzero.scipy.stats": of_stats(),
    }
    for part in ("fft", "integrate", "ndimage", "signal"):
        name = f"fzero.scipy.{part}"
        found[name] = {**guessed(getattr(sp, part), M), **OTHERS.get(name, {})}
    return {**found, "fzero.scipy.sparse.linalg": OTHERS["fzero.scipy.sparse.linalg"]}


def all_samples() -> dict[str, dict[str, list[Sample]]]:
    """Samples of each name of each namespace."""
    return {
        "fzero.numpy": of_numpy(),
        "fzero.lax": of_lax(),
        **of_scipy(),
        "fzero_nn.functional": of_functional(),
    }
