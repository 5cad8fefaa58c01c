"""What the Array API standard asks of `fzero.numpy` beyond NumPy's own names.

The suite of the standard itself is run by hand: docs/conformance.md says how, and what it found.
"""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp

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
