"""The same numbers on every array library: without NumPy's generator, and on a CUDA card."""

import numpy as np
import pytest

from fzero import random
from fzero.core import REGISTRY

NAMES = [
    name
    for name, prim in REGISTRY.items()
    if name.startswith("random_") and prim.samples(np.random.default_rng(0))
]


class Plain:
    """NumPy's array operations alone, as any other library brings them: no bit generator."""

    def __getattr__(self, name):
        if name in ("random", "RawKernel"):
            raise AttributeError(name)
        return getattr(np, name)


@pytest.mark.parametrize("name", NAMES)
def test_array_operations_alone_give_the_same_numbers(name):
    prim = REGISTRY[name]
    plain = prim.impl(Plain())
    for args, params in prim.samples(np.random.default_rng(0)):
        expected, found = prim.host(*args, **params), plain(*args, **params)
        assert found.dtype == expected.dtype
        assert np.array_equal(found, expected)


@pytest.fixture(scope="module")
def cupy():
    module = pytest.importorskip("cupy")
    try:
        if module.cuda.runtime.getDeviceCount():
            return module
    except module.cuda.runtime.CUDARuntimeError:
        pass
    pytest.skip("needs a CUDA card")


@pytest.mark.gpu
@pytest.mark.parametrize("impl", ["philox", "threefry2x32"])
@pytest.mark.parametrize("width", [8, 16, 32, 64])
def test_bits_and_keys_are_the_same_on_a_card(cupy, impl, width):
    key = random.key(3, impl)
    there = cupy.asarray(key)
    expected = random.bits(key, (1001,), f"uint{width}")
    assert np.array_equal(cupy.asnumpy(random.bits(there, (1001,), f"uint{width}")), expected)
    assert np.array_equal(cupy.asnumpy(random.split(there, 5)), random.split(key, 5))
    for data in (7, "encoder"):
        expected = random.fold_in(key, data)
        assert np.array_equal(cupy.asnumpy(random.fold_in(there, data)), expected)


ON_A_CARD = {
    "uniform": lambda k: random.uniform(k, (1001,), "float32", -1.0, 2.0),
    "normal": lambda k: random.normal(k, (1001,)),
    "gumbel": lambda k: random.gumbel(k, (1001,), "float32"),
    "truncated_normal": lambda k: random.truncated_normal(k, 2.0, 5.0, (1001,)),
    "gamma": lambda k: random.gamma(k, 0.7, (1001,)),
    "bernoulli": lambda k: random.bernoulli(k, 0.3, (1001,)),
    "randint": lambda k: random.randint(k, (1001,), -5, 100),
    "permutation": lambda k: random.permutation(k, 1001),
    "choice": lambda k: random.choice(k, 1001, (7,), replace=False),
}


@pytest.mark.gpu
@pytest.mark.parametrize("name", ON_A_CARD)
def test_samples_agree_on_a_card(cupy, name):
    key = random.key(3)
    found = ON_A_CARD[name](cupy.asarray(key))
    expected = ON_A_CARD[name](key)
    assert isinstance(found, cupy.ndarray)
    assert found.dtype == expected.dtype
    tolerance = 1e-5 if expected.dtype == "float32" else 1e-12
    np.testing.assert_allclose(cupy.asnumpy(found), expected, rtol=tolerance, atol=tolerance)
