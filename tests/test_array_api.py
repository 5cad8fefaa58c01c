"""What the Array API standard asks of `fzero.numpy` beyond NumPy's own names.

The suite of the standard itself is run by hand: docs/conformance.md says how, and what it found.
"""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero.batching import BatchTracer
from fzero.cells import Cell
from fzero.core import Tracer
from fzero.errors import BatchedValueError, LostDerivativeWarning
from fzero.forward import JVPTracer
from tests.array_api_namespaces import jvp_copies, jvp_tracers, vmap_copies, vmap_tracers

INFO = fnp.__array_namespace_info__()


def tracer_of(transform, x):
    """A look at `x` as a tracer, by a function that is called with it."""

    def look(question):
        seen = []
        transform(lambda t: seen.append(question(t)) or t)(x)
        return seen[0]

    return look


TRANSFORMS = {
    "grad": lambda f: fzero.grad(lambda x: f(x).sum()),
    "jvp": lambda f: lambda x: fzero.jvp(f, (x,), (x,)),
    "vmap": fzero.vmap,
}


class TestInspection:
    def test_version(self):
        assert fnp.__array_api_version__ == "2024.12"

    def test_devices_are_those_that_the_functions_take(self):
        assert INFO.default_device() in INFO.devices()
        for device in INFO.devices():
            made = fnp.zeros(2, device=device)
            assert str(fzero.device(made)) == device

    def test_the_default_device_is_that_of_a_new_array(self):
        assert fnp.zeros(2).device == INFO.default_device()

    @pytest.mark.parametrize("name", TRANSFORMS)
    def test_a_tracer_is_where_its_array_is(self, name):
        x = np.ones((2, 3))
        assert tracer_of(TRANSFORMS[name], x)(lambda t: t.device) == x.device
        assert tracer_of(TRANSFORMS[name], x)(lambda t: t.to_device(t.device).shape[-1]) == 3

    def test_default_dtypes_are_those_of_new_arrays(self):
        default = INFO.default_dtypes(device="cpu")
        assert default["real floating"] == fnp.zeros(1).dtype
        assert default["complex floating"] == fnp.asarray([1j]).dtype
        assert default["integral"] == fnp.asarray([1]).dtype
        assert default["indexing"] == fnp.argsort(fnp.ones(1)).dtype

    def test_dtypes_by_kind(self):
        assert set(INFO.dtypes(kind="real floating", device="cpu")) == {"float32", "float64"}
        assert set(INFO.dtypes(kind=("bool", "complex floating"))) == {
            "bool", "complex64", "complex128",
        }  # fmt: skip
        assert all(fnp.empty(1, dtype=d).dtype == d for d in INFO.dtypes().values())

    def test_capabilities(self):
        assert INFO.capabilities()["boolean indexing"] is True
        assert INFO.capabilities()["data-dependent shapes"] is True


class TestWhatTheSuiteFound:
    @pytest.mark.parametrize("name", ["sum", "prod", "cumsum", "cumprod"])
    @pytest.mark.parametrize("dtype", ["uint8", "int16", "bool"])
    def test_totals_have_the_dtype_asked_for(self, name, dtype):
        x = np.array([[200, 100, 2], [0, 0, 0]], np.uint8)
        got = fzero.vmap(lambda row: getattr(fnp, name)(row, dtype=dtype))(x)
        expected = getattr(np, name)(x, axis=1, dtype=dtype)
        assert got.dtype == expected.dtype
        np.testing.assert_array_equal(got, expected)

    @pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
    def test_running_totals_have_the_dtype_asked_for(self, name):
        x = np.array([[200, 100, 2]], np.uint8)
        f = lambda row: getattr(fnp, name)(row, dtype="uint8", include_initial=True)
        expected = getattr(np, name)(x[0], dtype="uint8", include_initial=True)
        assert fzero.vmap(f)(x).dtype == expected.dtype == np.uint8
        np.testing.assert_array_equal(fzero.vmap(f)(x)[0], expected)

    @pytest.mark.parametrize("trace", [fnp.trace, fnp.linalg.trace], ids=["top", "linalg"])
    def test_traces_have_the_dtype_asked_for(self, trace):
        x = np.full((1, 2, 2), 200, np.uint8)
        got = fzero.vmap(lambda row: trace(row, dtype=np.uint8))(x)
        assert got.dtype == np.uint8 and got[0] == 144

    @pytest.mark.parametrize(
        "left, right",
        [((), ()), ((), (3,)), ((2, 2), ()), ((1,), (3,)), ((3,), (1,)), ((4, 1), (3,))],
    )
    @pytest.mark.parametrize("axes", [(0, 0), (0, None), (None, 0)])
    def test_matmul_refuses_under_vmap_what_it_refuses_outside(self, left, right, axes):
        x, y = np.ones(left), np.ones(right)
        with pytest.raises(ValueError):
            np.matmul(x, y)
        rows = [v if a is None else v[None] for v, a in zip((x, y), axes, strict=True)]
        with pytest.raises(ValueError, match=r"matmul: .*expected"):
            fzero.vmap(fnp.matmul, in_axes=axes)(*rows)

    @pytest.mark.parametrize("name", ["grad", "jvp", "vmap"])
    @pytest.mark.parametrize("axis", [4, -5])
    def test_an_axis_out_of_range_is_an_index_error_as_in_numpy(self, name, axis):
        with pytest.raises(np.exceptions.AxisError):
            fnp.expand_dims(np.ones((2, 2)), axis)
        f = TRANSFORMS[name](lambda x: fnp.expand_dims(x, axis))
        with pytest.raises(IndexError, match="expected -"):
            f(np.ones((2, 2)))

    @pytest.mark.parametrize("name", ["grad", "jvp", "vmap"])
    @pytest.mark.parametrize(
        "call",
        [
            lambda m, x: m.sum(x, axis=5),
            lambda m, x: m.squeeze(x, axis=(0, 5)),
            lambda m, x: m.swapaxes(x, 0, 5),
            lambda m, x: m.moveaxis(x, 5, 0),
            lambda m, x: m.concatenate([x, x], axis=5),
            lambda m, x: m.stack([x, x], axis=5),
            lambda m, x: m.sort(x, axis=5),
            lambda m, x: m.take(x, [0], axis=5),
            lambda m, x: m.cumsum(x, axis=-5),
            lambda m, x: m.linalg.norm(x, axis=5),
        ],
    )
    def test_axes_out_of_range_are_axis_errors_as_in_numpy(self, name, call):
        with pytest.raises(np.exceptions.AxisError):
            call(np, np.ones((2, 2)))
        with pytest.raises(np.exceptions.AxisError, match="expected -"):
            TRANSFORMS[name](lambda x: call(fnp, x))(np.ones((2, 2)))

    def test_singular_matrices_have_values_and_no_finite_derivatives(self):
        regular, singular = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([[1.0, 0.0], [0.0, 0.0]])
        both, ones = np.stack([singular, regular]), np.ones((2, 2, 2))
        for f in (fnp.linalg.slogdet, fnp.linalg.qr):
            values, tangents = fzero.jvp(lambda x, f=f: tuple(f(x)), (both,), (ones,))
            alone = fzero.jvp(lambda x, f=f: tuple(f(x)), (regular,), (ones[0],))[1]
            for got, want in zip(values, f(both), strict=True):
                np.testing.assert_array_equal(got, want)
            assert not np.all(np.isfinite(tangents[1][0]))
            for got, want in zip(tangents, alone, strict=True):
                np.testing.assert_allclose(got[1], want)
        gradient = fzero.grad(lambda x: fnp.linalg.slogdet(x)[1].sum())(both)
        assert np.all(np.isnan(gradient[0]))
        np.testing.assert_allclose(gradient[1], np.linalg.inv(regular).T)

    @pytest.mark.parametrize("name", ["inv", "solve"])
    def test_systems_of_singular_matrices_raise_as_in_numpy(self, name):
        args = (np.ones(2),) if name == "solve" else ()
        f = lambda x: fnp.sum(getattr(fnp.linalg, name)(x, *args))
        with pytest.raises(np.linalg.LinAlgError):
            fzero.grad(f)(np.ones((2, 2)))


class TestDLPack:
    @pytest.mark.parametrize("name", TRANSFORMS)
    def test_a_tracer_says_where_its_array_is(self, name):
        x = np.ones(3)
        look = tracer_of(TRANSFORMS[name], np.ones((2, 3)))
        assert look(lambda t: t.__dlpack_device__()) == x.__dlpack_device__()

    @pytest.mark.parametrize("options", [{}, {"copy": True}, {"device": "cpu"}, {"copy": False}])
    def test_the_namespace_takes_tracers_with_their_derivatives(self, options):
        f = lambda x: fnp.sum(fnp.from_dlpack(x, **options) ** 2)
        np.testing.assert_array_equal(fzero.grad(f)(np.arange(3.0)), [0, 2, 4])

    @pytest.mark.parametrize("name", TRANSFORMS)
    @pytest.mark.parametrize("take", [np.from_dlpack, lambda t: t.__dlpack__(copy=True)])
    def test_other_libraries_get_the_numbers_with_a_warning(self, name, take):
        look = tracer_of(TRANSFORMS[name], np.arange(3.0)[None])
        with pytest.warns(LostDerivativeWarning, match=r"no derivative .*fzero\.value"):
            got = look(take)
        if take is np.from_dlpack:
            np.testing.assert_array_equal(np.squeeze(got), np.arange(3.0))

    def test_rows_leave_a_vmap_only_where_there_is_one(self):
        with (
            pytest.warns(LostDerivativeWarning),
            pytest.raises(BatchedValueError, match="__dlpack__: .*2 rows"),
        ):
            fzero.vmap(np.from_dlpack)(np.ones((2, 3)))

    def test_plain_arrays_of_the_namespace_are_handed_out(self):
        def look(x):
            plain = x.__array_namespace__().zeros(3)
            np.testing.assert_array_equal(np.from_dlpack(plain), np.zeros(3))
            with pytest.raises(TypeError, match="handed"):
                plain[0] = 1.0

        fzero.grad(lambda x: look(x) or x.sum())(np.ones(3))


class TestNamespaceOfATracer:
    """What `x.__array_namespace__()` gives to libraries."""

    def test_results_take_assignment_and_arguments_do_not(self):
        def f(x):
            xp = x.__array_namespace__()
            out = xp.zeros_like(x)
            out[0] = x[1] * 3
            y = xp.exp(x)
            z = y - out
            z[xp.isfinite(z) & (z < 1)] = 0.0
            for given in (xp.asarray(x), xp.reshape(x, (1, -1))[0]):
                with pytest.raises(TypeError, match="argument"):
                    given[0] = 1.0
            return xp.sum(z * y) + xp.linalg.norm(out)

        x = np.array([0.1, 0.7, -0.5])
        y = np.exp(x)
        z = y - np.array([3 * x[1], 0, 0])
        want = np.where(z < 1, 0.0, z * y + y * y)
        want[1] += 3 + (-3 * y[0] if z[0] >= 1 else 0)
        np.testing.assert_allclose(fzero.grad(f)(x), want, rtol=1e-14)
        np.testing.assert_allclose(fzero.jvp(f, (x,), (x,))[1], want @ x, rtol=1e-14)
        assert fzero.vmap(f)(np.stack([x, x])).shape == (2,)

    def test_it_has_the_names_of_fzero_numpy(self):
        def look(x):
            xp = x.__array_namespace__(api_version="2024.12")
            assert xp is (2 * x).__array_namespace__()
            assert all(hasattr(xp, name) for name in fnp.__all__)
            assert xp.float32 is fnp.float32 and xp.pi == np.pi
            assert xp.__array_api_version__ == "2024.12"
            assert xp.finfo(x.dtype).eps == np.finfo(float).eps

        fzero.grad(lambda x: look(x) or x.sum())(np.ones(3))

    def test_plain_results_go_where_arrays_go(self):
        def look(x):
            xp = x.__array_namespace__()
            places = xp.argsort(xp.asarray([2.0, 1.0]))
            np.testing.assert_array_equal(np.asarray(places), [1, 0])
            kept = np.zeros(2)
            kept[:] = places
            assert kept.tolist() == np.arange(3)[places].tolist() == [1, 0]

        fzero.grad(lambda x: look(x) or x.sum())(np.ones(3))

    def test_the_tolerance_of_pinv_may_be_a_tracer(self):
        x = np.array([[3.0, 0.0], [0.0, 1.0]])
        value, tangent = fzero.jvp(lambda r: fnp.linalg.pinv(r * x, rtol=r / 2), (1.0,), (1.0,))
        np.testing.assert_allclose(value, [[1 / 3, 0], [0, 0]])
        np.testing.assert_allclose(tangent, [[-1 / 3, 0], [0, 0]])


class TestNamespacesOfTracers:
    """The suite's runs on tracers mean something only if its arrays are tracers."""

    @pytest.mark.parametrize(
        "xp, kind",
        [
            (jvp_tracers, JVPTracer), (vmap_tracers, BatchTracer), (jvp_copies, Cell),
            (vmap_copies, Cell),
        ],
    )  # fmt: skip
    def test_new_arrays_are_tracers(self, xp, kind):
        made = [xp.ones(3), xp.asarray([1.0]), xp.linspace(0, 1, 3), *xp.meshgrid(np.ones(2))]
        assert {type(x) for x in (*made, xp.fft.fftfreq(4))} == {kind}
        assert issubclass(type(xp.sin(made[0])), Tracer)

    @pytest.mark.parametrize("xp", [jvp_tracers, vmap_tracers], ids=["jvp", "vmap"])
    def test_they_have_every_name_and_concrete_values(self, xp):
        assert all(hasattr(xp, name) for name in fnp.__all__)
        assert xp.ones(3).shape == (3,) and float(xp.sum(xp.ones(3))) == 3.0
