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
import sys, numpy as np, fzero
from scipy import cluster, constants, fft, integrate, linalg, optimize, signal, special, stats
from scipy.cluster import vq
from scipy.spatial.transform import RigidTransform, Rotation
x = np.array([0.31, 1.2, 0.73, 2.0, 1.57, 0.9])
eye, failed = 1e-3 * np.eye(6), []
for line, rows in {functions}:
    f = eval("lambda x: " + line)
    shape = np.asarray(f(x)).shape
    weights = np.cos(np.arange(np.prod(shape, dtype=int))).reshape(shape) + 1.5
    total = lambda x: (f(x) * weights).sum()
    try:
        near = np.array([8 * (total(x + e) - total(x - e)) for e in eye])
        far = np.array([total(x + 2 * e) - total(x - 2 * e) for e in eye])
        want = (near - far) / 12e-3
        close = dict(rtol=2e-6, atol=1e-6)
        np.testing.assert_allclose(fzero.grad(total)(x), want, **close)
        np.testing.assert_allclose(fzero.jvp(total, (x,), (x,))[1], want @ x, **close)
        if rows:
            both = np.stack([x, 1.1 * x])
            np.testing.assert_allclose(fzero.vmap(f)(both), [f(r) for r in both], rtol=1e-10)
    except Exception as error:
        failed.append(f"{{line}}: {{type(error).__name__}}: {{error}}")
print("\\n".join(failed), file=sys.stderr, end="")
"""

#: What works under every transform, and what has no `vmap`, by package.
EVERYWHERE = {
    "cluster": ["vq.whiten(x.reshape(3, 2))"],
    "constants": [
        'constants.convert_temperature(x, "C", "F")',
        "constants.lambda2nu(x) * 1e-8",
        "constants.nu2lambda(x) * 1e-8",
    ],
    "fft": [
        *(f"fft.{name}(x).real" for name in ("fft", "ifft", "rfft", "fftshift", "hfft")),
        *(f"fft.{name}(x.reshape(2, 3)).real" for name in ("fft2", "fftn", "rfftn")),
    ],
    "integrate": [
        "integrate.trapezoid(x**2, x=2 * x + x[0])",
        "integrate.cumulative_trapezoid(x**2)",
        "integrate.cumulative_simpson(x**2)",
        "integrate.romb(x[:5] ** 2)",
        "integrate.fixed_quad(lambda t: t**2 * x[0], 0, 1)[0]",
    ],
    "linalg": [
        "linalg.fiedler(x)",
        "linalg.block_diag(x.reshape(2, 3), x.reshape(3, 2))",
    ],
    "optimize": [
        "optimize.rosen(x)",
        "optimize.rosen_der(x)",
        "optimize.rosen_hess(x)",
        "optimize.rosen_hess_prod(x, x**2)",
    ],
    "signal": ["signal.hilbert(x).imag", "signal.fftconvolve(x, x * x)"],
    "spatial": [
        "Rotation.from_quat(x[:4]).as_matrix()",
        "Rotation.from_rotvec(x[:3]).as_quat()",
        "Rotation.from_rotvec(x[:3]).as_rotvec()",
        'Rotation.from_rotvec(x[:3]).as_euler("xyz")',
        "Rotation.from_rotvec(x[:3]).as_mrp()",
        "Rotation.from_rotvec(x[:3]).apply(x[3:])",
        "Rotation.from_rotvec(x[:3]).inv().magnitude()",
        "(Rotation.from_rotvec(x[:3]) * Rotation.from_rotvec(x[3:])).as_quat()",
        'Rotation.from_euler("xyz", x[:3]).as_matrix()',
        "RigidTransform.from_exp_coords(x).as_matrix()",
        "RigidTransform.from_translation(x[:3]).as_matrix()",
    ],
    "special": [
        "special.logsumexp(x)",
        "special.softmax(x)",
        "special.log_softmax(x)",
        "special.xlogy(x, x + 1)",
    ],
    "stats": [
        *(
            f"stats.{name}(x)"
            for name in (
                "zscore", "gzscore", "gmean", "gstd", "differential_entropy", "kurtosis", "skew",
                "variation", "sem", "moment", "circmean", "circstd", "circvar", "tmean", "tmin",
                "tmax", "kstat", "kstatvar", "lmoment",
            )
        ),
        "stats.zmap(x, x * x)",
        "stats.boxcox_llf(0.7, x)",
        "stats.directional_stats(x.reshape(3, 2)).mean_direction",
    ],
}  # fmt: skip
WITHOUT_VMAP = {
    "integrate": [
        "integrate.cubature(lambda t: t[:, 0] * x[0], 0 * x[:1], 0 * x[:1] + 1).estimate"
    ],
    "linalg": ["linalg.orthogonal_procrustes(x.reshape(3, 2), x.reshape(3, 2) ** 2)[0]"],
    "spatial": ["Rotation.from_matrix(Rotation.from_rotvec(x[:3]).as_matrix()).as_quat()"],
    "stats": [
        "stats.hmean(x)",
        "stats.pmean(x, 2.5)",
        "stats.iqr(x)",
        "stats.quantile(x, 0.4)",
        "stats.median_abs_deviation(x)",
        "stats.tvar(x)",
        "stats.tstd(x)",
        "stats.tsem(x)",
        "stats.yeojohnson_llf(0.7, x)",
    ],
}
#: What goes to NumPy's memory or to compiled code for numbers.
REFUSED = [
    "special.erf(x)",
    "special.gammaln(x)",
    "special.expit(x)",
    "stats.entropy(x)",
    "stats.ttest_1samp(x, 1.0).statistic",
    "integrate.simpson(x)",
    "signal.lfilter(x[:2], x[2:4], x)",
    "fft.dct(x)",
]


def run_scipy(functions: list[tuple[str, bool]]) -> str:
    """What failed, a line each."""
    version = tuple(map(int, pytest.importorskip("scipy").__version__.split(".")[:2]))
    if version < (1, 17):
        pytest.skip("the functions that take arrays of other libraries are those of SciPy 1.17")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCIPY_ARRAY_API": "1"}
    command = [sys.executable, "-W", "ignore", "-c", SCIPY.format(functions=functions)]
    return subprocess.run(command, env=environment, capture_output=True, text=True).stderr


@pytest.mark.parametrize("package", EVERYWHERE)
def test_scipy_functions_of_the_array_api(package):
    lines = [(line, True) for line in EVERYWHERE[package]]
    lines += [(line, False) for line in WITHOUT_VMAP.get(package, [])]
    assert run_scipy(lines) == ""


def test_scipy_functions_that_need_plain_arrays_are_refused():
    failed = run_scipy([(line, False) for line in REFUSED]).splitlines()
    assert len(failed) == len(REFUSED)
    assert all("TypeError: numpy.array: the argument is a tracer" in line for line in failed)


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
