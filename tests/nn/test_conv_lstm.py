"""ConvLSTM beside the fully connected LSTM, PyTorch's convolutions, and itself step by step."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import fzero
import fzero_nn as nn
from fzero import random
from fzero_nn import functional as F
from tests.nn.cases import draw

KEY = random.key(0)
X = draw(3, 2, 2, 4, 5)


def made(**options):
    layer = nn.ConvLSTM(2, 3, (3, 3), **options)
    return layer, fzero.tree.map(lambda p: p.astype(np.float64), layer.init(KEY)[0])


def test_one_pixel_is_the_lstm():
    x, h, c = draw(4, 2, 3), draw(2, 5, seed=1), draw(2, 5, seed=2)
    W_x, W_h, b = draw(3, 20, seed=3), draw(5, 20, seed=4), draw(20, seed=5)
    want, (h_end, c_end) = F.lstm(x, (h, c), W_x, W_h, b)
    pixel = lambda a: a[..., None, None]
    got, carry = F.conv_lstm(pixel(x), (pixel(h), pixel(c)), pixel(W_x.T), pixel(W_h.T), b)
    assert_allclose(got, pixel(want), rtol=1e-12)
    assert_allclose(carry, (pixel(h_end), pixel(c_end)), rtol=1e-12)


def test_values_and_gradients_by_the_convolutions_of_pytorch():
    torch = pytest.importorskip("torch")
    layer, params = made()
    given = {n: torch.tensor(np.array(p), requires_grad=True) for n, p in params.items()}
    h = c = torch.zeros(2, 3, 4, 5, dtype=torch.float64)
    total = 0
    for x in torch.tensor(X):
        conv = torch.nn.functional.conv2d
        z = conv(x, given["W_x"], given["b"], padding=1) + conv(h, given["W_h"], padding=1)
        i, f, g, o = z.chunk(4, dim=1)
        c = f.sigmoid() * c + i.sigmoid() * g.tanh()
        h = o.sigmoid() * c.tanh()
        total = total + (h**2).sum()
    total.backward()
    loss = lambda params: (layer.unroll(params, X)[0] ** 2).sum()
    value, grads = fzero.value_and_grad(loss)(params)
    assert_allclose(value, total.item(), rtol=1e-12)
    for name, p in given.items():
        assert_allclose(grads[name], p.grad.numpy(), rtol=1e-10, atol=1e-12)


def test_steps_are_the_sequence():
    layer, params = made()
    y, last = layer.unroll(params, X)
    carry, stepped = fzero.scan(
        lambda carry, x: layer.step(params, carry, x), layer.initial_carry(params, (2, 4, 5)), X
    )
    assert_allclose(y, stepped, rtol=1e-12)
    assert_allclose(last, carry, rtol=1e-12)
    first, middle = layer.unroll(params, X[:1])
    rest, end = layer.unroll(params, X[1:], middle)
    assert_allclose(np.concatenate([first, rest]), y, rtol=1e-12)
    assert_allclose(end, last, rtol=1e-12)


def test_lengths_hold_the_carry_and_padding_may_be_anything():
    layer, params = made()
    padded = X.copy()
    padded[1:, 0] = np.nan
    y, (h, c) = layer.unroll(params, padded, lengths=(1, 3))
    short, carry = layer.unroll(params, X[:1, :1])
    assert_allclose(y[0, 0], short[0, 0], rtol=1e-12)
    assert (y[1:, 0] == 0).all()
    assert_allclose((h[:1], c[:1]), carry, rtol=1e-12)
    g = fzero.grad(lambda p: layer.unroll(p, padded, lengths=(1, 3))[0].sum())(params)
    assert all(np.isfinite(a).all() for a in g.values())


def test_the_bias_of_the_forget_gate():
    _, params = made(forget_bias=1.0)
    assert params["b"].tolist() == [0.0] * 3 + [1.0] * 3 + [0.0] * 6


def test_a_stack_of_them():
    stack = nn.RecurrentStack(nn.ConvLSTM(2, 3, (3, 3)), nn.ConvLSTM(3, 1, (1, 1)))
    params, state = stack.init(KEY)
    assert stack.apply(params, state, X.astype(np.float32))[0].shape == (3, 2, 1, 4, 5)


def test_bad_arguments():
    with pytest.raises(TypeError, match=r"ConvLSTM: window is 3; .* Write \(3, 3\)"):
        nn.ConvLSTM(2, 3, 3)
    layer, params = made()
    with pytest.raises(ValueError, match="inputs is None"):
        nn.ConvLSTM(None, 3, (3, 3)).init(KEY)
    with pytest.raises(ValueError, match=r"conv_lstm: x is of shape \(2, 4, 5\)"):
        layer.unroll(params, X[0, 0])
    with pytest.raises(ValueError, match=r"h of \(2, 3, 4, 4\).*A sequence has time first"):
        layer.unroll(params, X, (np.zeros((2, 3, 4, 4)),) * 2)
    with pytest.raises(TypeError, match="conv_lstm_step: carry is a ndarray"):
        layer.step(params, X[0], X[0])
    with pytest.raises(TypeError, match="expected an RNN, LSTM or GRU"):
        nn.Bidirectional(layer)
