"""The namespace on arrays that are not NumPy's: what reaches NumPy there raises."""

import warnings

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import tree
from tests.numpy_cases import CASES, Case
from tests.strict import StrictArray, put, unwrap

#: Cases that make arrays on the CPU from static arguments and mix them with the operand.
ON_THE_HOST = {"ix_", "fft.fftfreq", "fft.rfftfreq", "result_type"}
ELSEWHERE = [c for c in CASES if c.name not in ON_THE_HOST]
IDS = [f"{c.name}-{i}" for i, c in enumerate(ELSEWHERE)]


@pytest.mark.parametrize("case", ELSEWHERE, ids=IDS)
def test_values_on_another_library(case: Case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want = tree.leaves(case.call(np, *case.args))
        got = tree.leaves(case.call(fnp, *map(put, case.args)))
    for a, b in zip(got, want, strict=True):
        if isinstance(b, np.ndarray) and b.ndim:
            assert isinstance(a, StrictArray)
        a = unwrap(a)
        assert np.asarray(a).dtype == np.asarray(b).dtype
        np.testing.assert_allclose(a, b, 1e-10, 1e-10)


def test_gradients_stay_on_the_device():
    def f(x):
        return fnp.sum(fnp.sort(x, axis=0)[:2] * fnp.linalg.norm(x, axis=0)) + fnp.median(x)

    x = np.array([[1.0, 5.0], [3.0, 2.0], [7.0, 4.0]])
    g = fzero.grad(f)(put(x))
    assert isinstance(g, StrictArray)
    np.testing.assert_allclose(unwrap(g), fzero.grad(f)(x), rtol=1e-14)


def test_two_libraries_in_one_call_are_an_error():
    with pytest.raises(TypeError, match="device_put"):
        fnp.concatenate([put(np.ones(2)), np.ones(2)])
