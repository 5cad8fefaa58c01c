"""Other packages of the field beside fzero: inside transforms, and with what these return."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fzero
from fzero.testing import check_grads

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


def own_namespace(x):
    """`x` as a library of the Array API takes it in."""
    return x.__array_namespace__().asarray(x) if hasattr(x, "__array_namespace__") else x


EXTRA = {
    "at.set": lambda x, xpx: xpx.at(x)[1].set(x[0] * 2, copy=True),
    "at.set into a result": lambda x, xpx: xpx.at(own_namespace(x) * 1)[x > 0].set(3.0),
    "at.add": lambda x, xpx: xpx.at(x, slice(1, 3)).add(x[0], copy=True),
    "at.min": lambda x, xpx: xpx.at(x, slice(1, 3)).min(x[0], copy=True),
    "atleast_nd": lambda x, xpx: xpx.atleast_nd(x, ndim=2),
    "cov": lambda x, xpx: xpx.cov(x.reshape(2, 2)),
    "create_diagonal": lambda x, xpx: xpx.create_diagonal(x),
    "kron": lambda x, xpx: xpx.kron(x, x),
    "nan_to_num": lambda x, xpx: xpx.nan_to_num(x),
    "pad": lambda x, xpx: xpx.pad(x, 2),
    "partition": lambda x, xpx: xpx.partition(x, 1),
    "sinc": lambda x, xpx: xpx.sinc(x),
}


@pytest.mark.parametrize("name", EXTRA)
def test_functions_of_array_api_extra(name):
    xpx = pytest.importorskip("array_api_extra")
    f = lambda x: EXTRA[name](x, xpx)
    weights = np.cos(np.arange(f(X).size)).reshape(f(X).shape) + 1.5
    check_grads(lambda x: (f(x) * weights).sum(), (X,), order=2)
    np.testing.assert_allclose(fzero.vmap(f)(np.stack([X, 2 * X])), [f(X), f(2 * X)])


def test_apply_where_of_array_api_extra():
    xpx = pytest.importorskip("array_api_extra")

    def f(x):
        x = own_namespace(x)  # else the mask is NumPy's, and the library refuses two namespaces
        return xpx.apply_where(x > 0, x, lambda v: v**2, lambda v: -v).sum()

    np.testing.assert_allclose(fzero.grad(f)(X), np.where(X > 0, 2 * X, -1))
    np.testing.assert_allclose(fzero.jvp(f, (X,), (X,))[1], np.sum(np.where(X > 0, 2 * X, -1) * X))


def test_tracers_are_arrays_of_array_api_compat():
    compat = pytest.importorskip("array_api_compat")

    def look(x):
        assert compat.array_namespace(x) is compat.array_namespace(2 * x, x.sum())
        assert compat.is_array_api_obj(x) and not compat.is_numpy_array(x)
        assert (compat.device(x), compat.size(x)) == ("cpu", 4)
        assert compat.to_device(x, "cpu") is x
        return np.sum(x)

    fzero.grad(look)(X)
    fzero.vmap(look)(X[None])


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


def labelled():
    """Arrays with labels, of packages that are here."""
    found = {}
    try:
        import pandas

        found["Series"] = pandas.Series(X)
        found["DataFrame"] = pandas.DataFrame({"a": X, "b": 2 * X})
    except ModuleNotFoundError:
        pass
    try:
        import xarray

        found["DataArray"] = xarray.DataArray(X, dims="time")
    except ModuleNotFoundError:
        pass
    return found


@pytest.mark.parametrize("name", ["Series", "DataFrame", "DataArray"])
def test_labelled_arrays_beside_tracers(name):
    x = labelled().get(name)
    if x is None:
        pytest.skip(f"the package of {name} is not installed")
    plain = np.asarray(x)
    assert fzero.grad(lambda w: np.sum(w * x))(2.0) == pytest.approx(np.sum(plain))
    assert fzero.grad(lambda w: np.sum(np.where(x > 0, w, 0)))(2.0) == np.sum(plain > 0)
    got = fzero.grad(lambda w: fzero.numpy.sum(fzero.numpy.sin(x) * w))(2.0)
    assert got == pytest.approx(np.sum(np.sin(plain)))
    np.testing.assert_allclose(fzero.vmap(lambda r: 2 * r)(x), 2 * plain)


@pytest.mark.parametrize("name", ["Series", "DataFrame", "DataArray"])
def test_labelled_arrays_as_arguments(name):
    """A gradient with the right values, or an error that asks for an array."""
    x = labelled().get(name)
    if x is None:
        pytest.skip(f"the package of {name} is not installed")
    square = lambda x: np.sum(x**2)
    if name == "DataFrame":
        for run in (lambda: fzero.grad(square)(x), lambda: fzero.jvp(square, (x,), (x,))):
            with pytest.raises(TypeError, match=r"(?s)is a? ?DataFrame.*expected"):
                run()
    else:
        np.testing.assert_allclose(fzero.grad(square)(x), 2 * X)
        np.testing.assert_allclose(fzero.jvp(square, (x,), (x,))[1], 2 * np.sum(X**2))


@pytest.mark.parametrize("name", ["Series", "DataFrame", "DataArray"])
def test_labelled_arrays_on_the_left_of_a_tracer_are_never_wrong(name):
    x = labelled().get(name)
    if x is None:
        pytest.skip(f"the package of {name} is not installed")
    try:
        got = fzero.grad(lambda w: np.sum(x * w))(2.0)
    except TypeError:
        return
    assert got == pytest.approx(np.sum(np.asarray(x)))
