"""Places in a sequence: closed forms, and what turning must not change."""

import numpy as np
import pytest

from fzero_nn import functional as F

RNG = np.random.default_rng(0)


def test_sinusoidal_positions_by_definition():
    got = F.sinusoidal_positions(7, 6, base=100.0, dtype=np.float64)
    for t in range(7):
        for i in range(3):
            angle = t / 100.0 ** (2 * i / 6)
            np.testing.assert_allclose(got[t, 2 * i : 2 * i + 2], [np.sin(angle), np.cos(angle)])


def test_an_odd_number_of_features_leaves_the_last_cosine_out():
    np.testing.assert_array_equal(
        F.sinusoidal_positions(4, 1), np.sin(np.arange(4.0))[:, None].astype(np.float32)
    )


def test_rotary_multiplies_complex_numbers():
    x, places = RNG.normal(size=(2, 5, 3, 8)), np.array([0, 3, 1, 100000, 7])
    z = x[..., :4] + 1j * x[..., 4:]
    want = z * np.exp(1j * places[:, None, None] * 10000.0 ** (-np.arange(4) / 4))
    got = F.rotary(x, places)
    np.testing.assert_allclose(got[..., :4], want.real, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(got[..., 4:], want.imag, rtol=1e-12, atol=1e-12)
    single = F.rotary(x.astype(np.float32), places)
    np.testing.assert_allclose(single, got, rtol=1e-5, atol=1e-6)  # also far from 0


def test_products_depend_on_distances_only():
    q, k = RNG.normal(size=(2, 1, 1, 6))
    at = lambda x, t: F.rotary(x[None], np.array([t]))
    products = [np.sum(at(q, t + 3) * at(k, t)) for t in (0, 1, 50)]
    np.testing.assert_allclose(products, products[0], rtol=1e-10)


def test_errors():
    with pytest.raises(ValueError, match=r"rotary: x is of shape \(2, 4\)"):
        F.rotary(np.ones((2, 4)))
    with pytest.raises(ValueError, match="with H even"):
        F.rotary(np.ones((2, 1, 3)))
    with pytest.raises(TypeError, match="rotary: x is of int64"):
        F.rotary(np.ones((2, 1, 4), int))
    with pytest.raises(ValueError, match="sinusoidal_positions: features is 0"):
        F.sinusoidal_positions(3, 0)
    assert F.rotary(np.ones((2, 4))[..., None, :]).shape == (2, 1, 4)
