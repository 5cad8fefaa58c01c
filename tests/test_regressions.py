"""Wrong results that were found once, where no other file of tests is about their subject."""

from typing import Any

import numpy as np
import pytest

from fzero import grad, jvp, vjp

BASES = np.array([100, 3, 90, 7])
X = np.array([0.4, 1.3, 2.2, 0.7])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.float16])
@pytest.mark.parametrize("name", ["arctan2", "power", "float_power", "copysign", "hypot"])
@pytest.mark.parametrize("order", [1, -1])
def test_small_types_cost_no_accuracy(name: str, order: int, dtype: Any) -> None:
    # x * x of int8 wraps, and the logarithm of int8 is a float16.
    def f(x: Any, y: Any) -> Any:
        return getattr(np, name)(*(x, y)[::order]).sum()

    small, wide = BASES.astype(dtype), BASES.astype(np.float64)
    wanted = grad(f)(X, wide)
    np.testing.assert_allclose(grad(f)(X, small), wanted, rtol=1e-14)
    np.testing.assert_allclose(jvp(lambda x: f(x, small), (X,), (X,))[1], wanted @ X, rtol=1e-13)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: 3**x,
        lambda x: 2.5**x,
        lambda x: (1 + 1j) ** x,
        lambda x: x**True,
        lambda x: x ** np.array([True, False, True, True]),
        lambda x: np.array([True, False, True, True]) ** x,
        lambda x: np.copysign(x, np.array([1, -2, 3, -4], np.int8)),
        lambda x: np.arctan2(x, np.array([1, -2, 3, -4], np.int8)),
    ],
)
def test_gradients_of_float32_stay_float32(f: Any) -> None:
    y, pull = vjp(f, X.astype(np.float32))
    (g,) = pull(np.ones_like(y))
    assert g.dtype == np.float32
    wide, pull = vjp(f, X)
    np.testing.assert_allclose(g, pull(np.ones_like(wide))[0], rtol=1e-6)


def test_arctan2_of_large_numbers() -> None:
    gy, gx = grad(np.arctan2, argnums=(0, 1))(3e200, 4e200)
    np.testing.assert_allclose([gy, gx], [4 / 25e200, -3 / 25e200], rtol=1e-15)


@pytest.mark.parametrize("f", [np.prod, np.cumprod])
@pytest.mark.parametrize("axis", [0, 1])
def test_products_over_no_elements(f: Any, axis: int) -> None:
    x = np.zeros((0, 4))
    y, pull = vjp(lambda x: f(x, axis=axis), x)
    assert pull(np.ones_like(y))[0].shape == (0, 4)
    assert jvp(lambda x: f(x, axis=axis), (x,), (x,))[1].shape == y.shape
