"""A call of each public name, from the cases of the tests where they have one."""

import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

import fzero.numpy as fnp
from fzero import lax
from fzero.scipy import linalg, special, stats
from fzero_nn import functional as F
from tests.nn.cases import collected
from tests.numpy_cases import CASES as OF_NUMPY
from tests.test_lax import CASES as OF_LAX

P = np.array([[0.2, 0.5], [0.7, 0.4]])
M = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, 0.0], [0.1, 0.0, 3.0]])
V = np.array([0.2, 0.5, 0.7])
WHOLE = np.array([[1, 2], [3, 4]])


class Sample(NamedTuple):
    """One call: arrays that may become tracers, and the rest inside the function."""

    call: Callable[..., Any]
    args: tuple[Any, ...] = ()


#: Calls that neither a test has nor the number of parameters gives away.
LAX = {
    "ConvDimensionNumbers": [Sample(partial(lax.ConvDimensionNumbers, (0, 1), (0, 1), (0, 1)))],
    "broadcasted_iota": [Sample(lambda: lax.broadcasted_iota(float, (2, 3), 1))],
    "argmax": [Sample(lambda x: lax.argmax(x, 0, np.int64), (P,))],
    "argmin": [Sample(lambda x: lax.argmin(x, 0, np.int64), (P,))],
    "cond": [Sample(lambda x: lax.cond(x[0, 0] > 0, fnp.sin, fnp.cos, x), (P,))],
    "conv_dimension_numbers": [
        Sample(lambda: lax.conv_dimension_numbers((1, 1, 2), (1, 1, 2), None))
    ],
    "convert_element_type": [Sample(lambda x: lax.convert_element_type(x, np.float32), (P,))],
    "full": [Sample(lambda: lax.full((2,), 1.0))],
    "iota": [Sample(lambda: lax.iota(float, 3))],
    "padtype_to_pads": [Sample(lambda: lax.padtype_to_pads((3,), (2,), (1,), "SAME"))],
    "Precision": [Sample(lambda: lax.Precision)],
    "select": [Sample(lambda c, x, y: lax.select(c, x, y), (P > 0.4, P, P))],
    "select_n": [Sample(lambda c, x, y: lax.select_n(c, x, y), (P > 0.4, P, P))],
    "switch": [Sample(lambda x: lax.switch(1, [fnp.sin, fnp.cos], x), (P,))],
    "while_loop": [
        Sample(lambda x: lax.while_loop(lambda v: v.sum() < 9.0, lambda v: v * 2.0, x), (P,))
    ],
    **{
        n: [Sample(getattr(lax, n), (WHOLE, WHOLE))]
        for n in ("bitwise_and", "bitwise_or", "bitwise_xor")
    },
    "bitwise_not": [Sample(lax.bitwise_not, (WHOLE,))],
    **{n: [Sample(getattr(lax, n), (P * 1j,))] for n in ("conj", "imag", "real")},
}
SPECIAL = {
    "multigammaln": [Sample(lambda a: special.multigammaln(a, 2), (P + 1,))],
    "polygamma": [Sample(lambda x: special.polygamma(2, x), (P,))],
    "zeta": [Sample(special.zeta, (P + 1, P))],
}
LINALG = {
    "block_diag": [Sample(linalg.block_diag, (M, V))],
    "cho_factor": [Sample(lambda a: linalg.cho_factor(a)[0], (M,))],
    "cho_solve": [Sample(lambda c, b: linalg.cho_solve((c, False), b), (M, V))],
    "solve": [Sample(linalg.solve, (M, V))],
    "solve_triangular": [Sample(linalg.solve_triangular, (M, V))],
    "toeplitz": [Sample(linalg.toeplitz, (V,))],
}
#: The point, the parameters.
STATS: dict[str, tuple[Any, ...]] = {
    "beta": (V, 1.7, 2.3),
    "dirichlet": (V / V.sum(), V),
    "gamma": (V, 2.5),
    "chi2": (V, 3.1),
    "multivariate_normal": (V, V, M),
    "poisson": (np.array([1, 2, 3]), V),
    "t": (V, 3.5),
}
FUNCTIONAL = {
    "lstm_step": [Sample(lambda x, h, W: F.lstm_step(x, (h, h), W, W), (P, P, np.ones((2, 8))))],
}


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
    return {n: known.get(n, []) for n in lax.__all__}


def of_stats() -> dict[str, list[Sample]]:
    """Samples of the functions of each distribution, under dotted names."""
    found = {}
    for name in stats.__all__:
        module = getattr(stats, name)
        args = STATS.get(name, (V,))
        found |= {f"{name}.{f}": [Sample(getattr(module, f), args)] for f in module.__all__}
    return found


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


def all_samples() -> dict[str, dict[str, Sequence[Sample]]]:
    """Samples of each name of each namespace."""
    return {
        "fzero.numpy": of_numpy(),
        "fzero.lax": of_lax(),
        "fzero.scipy.special": {**guessed(special, P), **SPECIAL},
        "fzero.scipy.linalg": {**guessed(linalg, M), **LINALG},
        "fzero.scipy.stats": of_stats(),
        "fzero_nn.functional": of_functional(),
    }
