"""Other packages of the field beside fzero: inside transforms, and with what these return."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fzero

ROOT = Path(__file__).parents[1]
X = np.array([0.3, 1.2, -0.7, 2.0])

#: SciPy reads the switch when it is imported, so its functions run in a process of their own.
SCIPY = """
import numpy as np, fzero
from scipy import integrate, optimize, special, stats
f = {function}
x = np.array([0.3, 1.2, -0.7, 2.0])
eye = np.eye(4)
near = [8 * (f(x + 1e-3 * e) - f(x - 1e-3 * e)) for e in eye]
far = [f(x + 2e-3 * e) - f(x - 2e-3 * e) for e in eye]
want = (np.array(near) - np.array(far)) / 12e-3
np.testing.assert_allclose(fzero.grad(f)(x), want, rtol=1e-7, atol=1e-8)
np.testing.assert_allclose(fzero.jacfwd(f)(x), want, rtol=1e-7, atol=1e-8)
np.testing.assert_allclose(fzero.vmap(f)(np.stack([x, 2 * x])), [f(x), f(2 * x)], rtol=1e-12)
"""


def run_scipy(function: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCIPY_ARRAY_API": "1"}
    command = [sys.executable, "-c", SCIPY.format(function=function)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.mark.parametrize(
    "function",
    [
        "optimize.rosen",
        "integrate.trapezoid",
        "lambda x: integrate.cumulative_trapezoid(x)[-1]",
        "lambda x: (special.softmax(x) * np.arange(4.0)).sum()",
    ],
)
def test_scipy_functions_of_the_array_api(function):
    pytest.importorskip("scipy")
    result = run_scipy(function)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("function", ["special.logsumexp", "lambda x: stats.zscore(x)[0]"])
def test_scipy_functions_that_assign_are_refused_with_a_way_out(function):
    pytest.importorskip("scipy")
    error = run_scipy(function).stderr
    assert "assignment" in error and "fzero.at(x, index).set(value)" in error


def results():
    """Arrays that came out of transforms."""
    f = lambda x: np.sum(np.sin(x))
    return [
        fzero.grad(f)(X),
        fzero.jacfwd(np.sin)(X),
        fzero.vmap(np.sin)(X),
        fzero.vjp(np.sin, X)[1](X)[0],
        fzero.grad(f)(X.astype(np.float32)),
    ]


@pytest.mark.parametrize("y", results(), ids=lambda y: f"{y.dtype}{y.shape}")
def test_results_are_plain_arrays(y):
    assert type(y) is np.ndarray and y.__array_namespace__() is np
    shared = np.from_dlpack(y)
    assert np.shares_memory(shared, y)
    np.testing.assert_array_equal(shared, y)
    np.testing.assert_array_almost_equal_nulp(y, y.copy())


def test_arrays_of_dlpack_go_in():
    x = np.from_dlpack(X)
    np.testing.assert_allclose(fzero.grad(lambda x: np.sum(x**2))(x), 2 * X)


def test_torch_shares_the_memory_of_a_result():
    torch = pytest.importorskip("torch")
    gradient = fzero.grad(lambda x: np.sum(x**2))(X)
    tensor = torch.from_dlpack(gradient)
    tensor[0] = 7.0
    assert gradient[0] == 7.0
    back = np.from_dlpack(tensor)
    np.testing.assert_allclose(fzero.grad(lambda x: np.sum(x**2))(back), 2 * back)


def test_numpy_testing_says_where_results_differ():
    with pytest.raises(AssertionError, match="Mismatched elements: 1 / 4"):
        np.testing.assert_allclose(fzero.grad(np.sum)(X), [1.0, 1.0, 1.0, 2.0])


def test_columns_of_pandas():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": X, "y": 2 * X})
    f = lambda w: np.sum((w * frame["x"].to_numpy() - frame["y"].to_numpy()) ** 2)
    assert fzero.grad(f)(2.0) == 0.0
    frame["gradient"] = fzero.grad(lambda x: np.sum(x**2))(frame["x"].to_numpy())
    np.testing.assert_allclose(frame["gradient"], 2 * X)


def test_arrays_of_xarray():
    xarray = pytest.importorskip("xarray")
    data = xarray.DataArray(X, dims="time")
    gradient = fzero.grad(lambda x: np.sum(x**2))(data.values)
    np.testing.assert_allclose(data.copy(data=gradient), 2 * X)
