"""Attention: values of a loop, rows without keys, extremes and errors."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero_nn import MultiHeadAttention
from fzero_nn import functional as F

RNG = np.random.default_rng(0)
Q, K, V = (
    RNG.normal(size=(2, 3, 4, 5)),
    RNG.normal(size=(2, 6, 2, 5)),
    RNG.normal(size=(2, 6, 2, 5)),
)
MASK = RNG.random((2, 4, 3, 6)) > 0.3


def by_loop(q, k, v, bias, mask, causal, scale):
    """The definition, one query of one head at a time."""
    y = np.zeros((*q.shape[:-1], v.shape[-1]))
    for n, t, h in np.ndindex(q.shape[:-1]):
        shared = h // (q.shape[-2] // k.shape[-2])
        weights = np.exp(scale * k[n, :, shared] @ q[n, t, h] + bias[h, t]) * mask[n, h, t]
        if causal:
            weights[t + 1 :] = 0
        if weights.any():
            y[n, t, h] = weights @ v[n, :, shared] / weights.sum()
    return y


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("mask", [None, MASK])
def test_values_of_shared_keys_with_a_bias(mask, causal):
    bias = RNG.normal(size=(4, 3, 6))
    want = by_loop(Q, K, V, bias, np.ones_like(MASK) if mask is None else mask, causal, 0.7)
    got = F.dot_product_attention(Q, K, V, bias, mask, is_causal=causal, scale=0.7)
    np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-13)


def test_a_query_without_keys_gives_zeros_in_value_and_gradient():
    mask = np.ones((3, 6), bool)
    mask[1] = False
    f = lambda *x: F.dot_product_attention(*x, mask=mask)
    y, pullback = fzero.vjp(f, Q, K, V)
    assert not y[:, 1].any() and y[:, [0, 2]].all()
    g = np.zeros_like(y)
    g[:, 1] = 1
    assert not any(c.any() for c in pullback(g))
    cotangents = pullback(np.ones_like(y))
    assert all(np.isfinite(c).all() for c in cotangents) and not cotangents[0][:, 1].any()
    second = fzero.grad(lambda q: fnp.sum(fzero.grad(lambda q: fnp.sum(f(q, K, V) ** 2))(q) ** 2))
    assert np.isfinite(second(Q)).all()


def test_masked_keys_do_not_count():
    mask = np.arange(6) < 4
    got = F.dot_product_attention(Q, K, V, mask=mask)
    np.testing.assert_allclose(got, F.dot_product_attention(Q, K[:, :4], V[:, :4]), rtol=1e-12)


def test_extreme_products_are_a_choice_of_one_key():
    q, k = np.full((1, 1, 4), 1e3), np.arange(12.0).reshape(3, 1, 4)
    v = np.arange(3.0).reshape(3, 1, 1)
    np.testing.assert_array_equal(F.dot_product_attention(q, k, v), [[[2.0]]])
    q16, k16, v16 = (x.astype(np.float16) for x in (q, k * 10, v))  # products beyond 65504
    got = F.dot_product_attention(q16, k16, v16)
    assert got.dtype == np.float16 and got == 2


def test_dropout_of_weights_keeps_the_mean():
    ones = np.ones((1, 400, 1, 1))
    y = F.dot_product_attention(Q[:1, :, :1, :1], ones, ones, rate=0.5, key=random.key(0))
    assert abs(y - 1).max() < 0.2 and abs(y - 1).min() > 0


def test_a_causal_layer_does_not_see_the_future():
    layer = MultiHeadAttention(4, 6, 2, causal=True)
    params, state = layer.init(random.key(0))
    x = RNG.normal(size=(2, 5, 4))
    later = x.copy()
    later[:, 3:] += 1
    first, second = (layer.apply(params, state, z)[0] for z in (x, later))
    np.testing.assert_array_equal(first[:, :3], second[:, :3])
    assert (first[:, 3:] != second[:, 3:]).any(axis=-1).all()


def test_errors():
    with pytest.raises(ValueError, match=r"q, k and v are of shapes .*q\[\.\.\., None, :\]"):
        F.dot_product_attention(Q[0, :, 0], K[0, :, 0], V[0, :, 0])
    one = F.dot_product_attention(Q[0, :, :1], K[0, :, 0, None, :], V[0, :, 0, None, :])
    assert one.shape == (3, 1, 5)
    with pytest.raises(ValueError, match="K a divisor of N"):
        F.dot_product_attention(Q[..., :3, :], K, V)
    with pytest.raises(ValueError, match=r"key is None with rate 0\.5"):
        F.dot_product_attention(Q, K, V, rate=0.5)
    with pytest.raises(TypeError, match="expected floats"):
        F.dot_product_attention(Q.astype(int), K, V)
    with pytest.raises(ValueError, match="features is 5 with 2 heads; expected a multiple"):
        MultiHeadAttention(4, 5, 2)
