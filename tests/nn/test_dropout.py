"""Dropout: its mask, its rates from 0 to 1, and what it keeps out of gradients."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero_nn import Dropout, SpatialDropout
from fzero_nn import functional as F

KEY = random.key(3)
X = np.random.default_rng(0).normal(size=(40, 50))


def kept(rate, shape=X.shape):
    """The documented rule: 32 random bits per element, as a number in [0, 1)."""
    return random.bits(KEY, shape, "uint32") / 2.0**32 >= rate


@pytest.mark.parametrize("rate", [0.0, 1e-9, 0.25, 0.5, 0.9, 1 - 2.0**-40, 1.0])
def test_the_mask_and_the_scale(rate):
    want = np.where(kept(rate), X / max(1 - rate, 1e-300), 0)
    np.testing.assert_allclose(F.dropout(KEY, X, rate), want, rtol=1e-14)
    if 0 < rate < 0.95:
        assert abs(kept(rate).mean() - (1 - rate)) < 0.04


@pytest.mark.parametrize("rate", [0.0, 0.25, 0.9, 1.0])
def test_a_rate_that_is_an_array_gives_the_same(rate):
    for dtype in (np.float64, np.float32):
        got = F.dropout(KEY, X.astype(dtype), np.asarray(dtype(rate)))
        assert got.dtype == dtype
        np.testing.assert_allclose(got, F.dropout(KEY, X, float(dtype(rate))), rtol=1e-6)


def test_rates_may_change_from_row_to_row():
    rates = np.array([0.0, 0.3, 1.0])
    rows = fzero.vmap(lambda rate: F.dropout(KEY, X, rate))(rates)
    for row, rate in zip(rows, rates, strict=True):
        np.testing.assert_allclose(row, F.dropout(KEY, X, float(rate)), rtol=1e-14)


def test_gradients_are_the_scaled_mask_and_the_rate_is_a_constant():
    slope, of_rate = fzero.grad(lambda x, rate: fnp.sum(F.dropout(KEY, x, rate)), (0, 1))(X, 0.25)
    np.testing.assert_allclose(slope, np.where(kept(0.25), 4 / 3, 0), rtol=1e-14)
    assert of_rate == 0
    assert not fzero.grad(lambda x: fnp.sum(F.dropout(KEY, x, 1.0)))(X).any()


def test_what_is_dropped_leaves_no_nan():
    x = np.full(X.shape, np.inf)
    x[::2] = np.nan
    y, pullback = fzero.vjp(lambda x: F.dropout(KEY, x, 0.5), x)
    dropped = ~kept(0.5)
    np.testing.assert_array_equal(y[dropped], 0)
    np.testing.assert_array_equal(y[1::2], np.where(dropped[1::2], 0, np.inf))
    np.testing.assert_array_equal(pullback(np.ones_like(x))[0], np.where(dropped, 0, 2))


def test_outside_of_training_it_is_the_identity():
    assert F.dropout(KEY, X, 0.5, train=False) is X
    assert F.spatial_dropout(KEY, X[None], 0.5, train=False).base is X


def test_spatial_dropout_drops_channels():
    x = np.ones((8, 50, 2, 3))
    y = F.spatial_dropout(KEY, x, 0.5)
    np.testing.assert_array_equal(y, 2.0 * kept(0.5, (8, 50, 1, 1)) * x)


def test_the_rate_of_a_layer_may_change_at_run_time():
    x = np.ones((4, 5, 6))
    for layer, f in ((Dropout(0.5), F.dropout), (SpatialDropout(0.5), F.spatial_dropout)):
        y, _ = layer.apply({}, {}, x, key=KEY, train=True, rate=np.array(0.25))
        np.testing.assert_allclose(y, f(KEY, x, 0.25), rtol=1e-14)


@pytest.mark.parametrize("rate", [-0.1, 1.5, float("nan")])
def test_a_rate_outside_of_0_to_1_is_an_error(rate):
    for train in (True, False):
        with pytest.raises(ValueError, match=r"^dropout: rate is .*expected 0 <= rate <= 1"):
            F.dropout(KEY, X, rate, train)


def test_errors():
    with pytest.raises(ValueError, match=r"spatial_dropout: x is of shape \(40, 50\).* dropout"):
        F.spatial_dropout(KEY, X, 0.5)
    with pytest.raises(TypeError, match="dropout: x is of int64"):
        F.dropout(KEY, np.arange(3), 0.5)
    assert F.dropout(KEY, np.ones((0, 3)), 0.5).shape == (0, 3)
