"""device, devices, device_put, device_get and array_namespace on a machine without a card.

What a card does is tested by the tests marked gpu; here a stand-in for the library shows that each
thing that can be missing is named, with what to do.
"""

import importlib.util
import sys
import types

import numpy as np
import pytest

import fzero
from fzero.errors import DeviceError, MixedDeviceError

X = np.array([1.0, 2.0])


@pytest.fixture
def no_cupy(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)


def fake_cupy(monkeypatch, count):
    """A `cupy` module whose driver answers with `count()`."""
    cupy = types.ModuleType("cupy")
    cupy.__spec__ = importlib.util.spec_from_loader("cupy", loader=None)
    cupy.ndarray = type("ndarray", (), {})
    cupy.cuda = types.SimpleNamespace(runtime=types.SimpleNamespace(getDeviceCount=count))
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    return cupy


class TestCPU:
    def test_an_array_that_is_there_already_is_not_copied(self):
        assert fzero.device_put(X, "cpu") is X
        assert fzero.device_get(X) is X
        assert fzero.device_put(X, fzero.devices("cpu")[0]) is X
        assert fzero.device_put(X, fzero.device(X)) is X

    def test_trees_and_other_leaves(self):
        p = {"W": X, "n": 3, "name": "a", "none": None, "t": (2.0, [X])}
        got = fzero.device_get(p)
        assert got["W"] is X and got["t"][1][0] is X
        assert (got["n"], got["name"], got["none"], got["t"][0]) == (3, "a", None, 2.0)

    def test_device_of_arrays_scalars_and_tracers(self):
        cpu = fzero.Device("cpu", 0)
        assert fzero.device(X) == fzero.device(1.0) == fzero.device(np.float32(1)) == cpu
        seen = []
        fzero.grad(fzero.grad(lambda x: seen.append(fzero.device(x)) or x))(1.0)
        assert seen == [cpu] and str(cpu) == "cpu" and str(fzero.Device("gpu", 1)) == "gpu:1"

    def test_under_transforms_it_is_the_identity(self):
        f = lambda x: (fzero.device_put(x, "cpu") ** 2).sum()
        assert fzero.grad(f)(X).tolist() == [2.0, 4.0]
        assert fzero.jvp(f, (X,), (X,)) == (5.0, 10.0)
        assert fzero.vmap(f)(np.stack([X, 2 * X])).tolist() == [5.0, 20.0]
        np.testing.assert_array_equal(fzero.hessian(f)(X), 2 * np.eye(2))

    def test_namespace(self):
        seen = []
        fzero.vmap(lambda x: seen.append(fzero.array_namespace(x, 1.0)) or x)(X)
        assert seen == [np] and fzero.array_namespace(X, 2.0) is fzero.array_namespace(1) is np


class TestMessages:
    @pytest.mark.parametrize("wrong", ["tpu", "cpu:x", "", "gpu:-1", 3, None])
    def test_a_device_that_cannot_be_parsed(self, wrong):
        with pytest.raises(ValueError, match="expected 'cpu', 'gpu' or 'gpu:N'.*fzero.devices"):
            fzero.device_put(X, wrong)
        assert fzero.device_put(X, str(fzero.devices()[0])) is X

    def test_an_unknown_kind(self):
        with pytest.raises(ValueError, match="kind is 'tpu'; expected 'cpu', 'gpu' or None"):
            fzero.devices("tpu")
        assert fzero.devices("cpu") == [("cpu", 0)]

    @pytest.mark.parametrize(
        "call",
        [
            lambda: fzero.device_put(X),
            lambda: fzero.device_put(X, "gpu:1"),
            lambda: fzero.device_put({"x": 1.0}, "cuda"),
            lambda: fzero.devices("gpu"),
            lambda: fzero.grad(lambda x: fzero.device_put(x, "gpu"))(1.0),
        ],
    )
    def test_no_library(self, no_cupy, call):
        with pytest.raises(DeviceError, match=r"CuPy is not installed.*pip install 'fzero\[gpu\]'"):
            call()

    def test_without_a_library_there_is_still_the_cpu(self, no_cupy):
        assert fzero.devices() == [("cpu", 0)]

    def test_a_driver_that_fails(self, monkeypatch):
        def broken():
            raise RuntimeError("cudaErrorInsufficientDriver")

        fake_cupy(monkeypatch, broken)
        with pytest.raises(DeviceError, match="cudaErrorInsufficientDriver.*nvidia-smi.*'cpu'"):
            fzero.device_put(X, "gpu")
        assert fzero.device_put(X, "cpu") is X
        assert fzero.devices() == [("cpu", 0)]

    def test_no_card(self, monkeypatch):
        fake_cupy(monkeypatch, lambda: 0)
        with pytest.raises(DeviceError, match="finds no card.*Use 'cpu'"):
            fzero.devices("gpu")
        assert fzero.devices() == [("cpu", 0)]

    def test_cards_are_listed(self, monkeypatch):
        fake_cupy(monkeypatch, lambda: 2)
        assert fzero.devices() == [("cpu", 0), ("gpu", 0), ("gpu", 1)]
        assert fzero.devices("gpu") == [("gpu", 0), ("gpu", 1)]

    def test_arrays_of_two_libraries(self, monkeypatch):
        class Elsewhere:
            """An array of another library."""

            shape, dtype, ndim = (2,), np.dtype(float), 1

        backend = fzero.backend.Backend("other", np, *[None] * 5)
        monkeypatch.setattr(
            fzero.backend, "_BACKENDS", {**fzero.backend._BACKENDS, Elsewhere: backend}
        )
        for call in (fzero.numpy.add, fzero.array_namespace):
            with pytest.raises(MixedDeviceError, match="numpy and of other.*fzero.device_get"):
                call(X, Elsewhere())
        with pytest.raises(MixedDeviceError):
            fzero.grad(lambda x: fzero.numpy.add(x, Elsewhere()).sum())(X)
        assert fzero.numpy.add(X, fzero.device_get(X)).tolist() == [2.0, 4.0]
