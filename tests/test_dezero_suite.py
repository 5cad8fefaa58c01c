"""What DeZero's own test-suite asserts, of fzero: the same shapes, windows and rates.

DeZero compares with Chainer and with differences; here a loop over windows, or a formula written
out in NumPy, stands for Chainer.
"""

import itertools

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
import fzero_nn as nn
from fzero import grad, random
from fzero.testing import check_grads
from fzero_nn import functional as F
from fzero_nn import losses, optim


def normal(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def windows(x, size, stride, padding, fill=0.0):
    """Each window of images, by a loop: shape (N, C, OH, OW, KH, KW)."""
    (kh, kw), (sh, sw), (ph, pw) = size, stride, padding
    x = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=fill)
    oh, ow = (x.shape[2] - kh) // sh + 1, (x.shape[3] - kw) // sw + 1
    out = np.empty((*x.shape[:2], oh, ow, kh, kw))
    for i, j in itertools.product(range(oh), range(ow)):
        out[:, :, i, j] = x[:, :, i * sh : i * sh + kh, j * sw : j * sw + kw]
    return out


# -------------------------------------------------------------------------- test_basic_math


@pytest.mark.parametrize("f", [np.add, np.multiply, np.divide], ids=lambda f: f.__name__)
@pytest.mark.parametrize("shapes", [((3, 3), (3, 3)), ((3, 3), (3, 1)), ((3, 3), (3,)), ((), (3,))])
def test_arithmetic(f, shapes):
    x, y = normal(*shapes[0]), normal(*shapes[1], seed=1) + 3
    np.testing.assert_array_equal(fzero.vjp(f, x, y)[0], f(x, y))
    check_grads(f, (x, y))


def test_powers_stay_arrays():
    assert fzero.vjp(lambda x: x**2, np.array(2.0))[0] == 4.0
    check_grads(lambda x: x**3, (normal(3, 3),))


# ----------------------------------------------------------------------------- test_batchnorm


@pytest.mark.parametrize("shape", [(8, 1), (1, 10), (20, 10), (20, 10, 5, 5)])
@pytest.mark.parametrize("train", [False, True])
def test_batch_norm(shape, train):
    C, axes = shape[1], (0, *range(2, len(shape)))
    x, gamma, beta = normal(*shape), normal(C, seed=1), normal(C, seed=2)
    mean, var = normal(C, seed=3), np.abs(normal(C, seed=4))
    y, (new_mean, new_var) = F.batch_norm(x, gamma, beta, mean, var, train=train)
    column = (1, C, *(1,) * (len(shape) - 2))
    m, v = (x.mean(axes), x.var(axes)) if train else (mean, var)
    want = (x - m.reshape(column)) / np.sqrt(v.reshape(column) + 2e-5)
    np.testing.assert_allclose(
        y, want * gamma.reshape(column) + beta.reshape(column), rtol=1e-9, atol=1e-9
    )
    count = x.size // C
    if train:
        np.testing.assert_allclose(new_mean, 0.9 * mean + 0.1 * m, rtol=1e-12)
        np.testing.assert_allclose(new_var, 0.9 * var + 0.1 * v * count / max(count - 1, 1))
    else:
        assert new_mean is mean and new_var is var


def test_running_statistics_after_ten_batches():
    layer, rng = nn.BatchNorm(10), np.random.default_rng(0)
    params, state = layer.init(random.key(0))
    mean, var = np.zeros(10), np.ones(10)
    for _ in range(10):
        x = rng.normal(size=(20, 10)).astype(np.float32)
        _, state = layer.apply(params, state, x, train=True)
        mean = 0.9 * mean + 0.1 * x.mean(0)
        var = 0.9 * var + 0.1 * x.var(0, ddof=1)
    np.testing.assert_allclose(state["avg_mean"], mean, atol=1e-6)
    np.testing.assert_allclose(state["avg_var"], var, atol=1e-6)
    assert state["avg_mean"].dtype == np.float32


@pytest.mark.parametrize("shape", [(8, 3), (4, 3, 2, 2)])
def test_gradients_of_batch_norm(shape):
    f = lambda x, gamma, beta: F.batch_norm(
        x, gamma, beta, np.zeros(3), np.ones(3), train=True
    )[0]  # fmt: skip
    check_grads(f, (normal(*shape), normal(3, seed=1), normal(3, seed=2)))


# ----------------------------------------------------------- test_conv2d, test_deconv2d


@pytest.mark.parametrize(
    ("shape", "W_shape", "stride", "padding"),
    [
        ((1, 5, 15, 15), (8, 5, 3, 3), (1, 1), (1, 1)),
        ((1, 5, 15, 15), (8, 5, 3, 3), (3, 1), (2, 1)),
        ((1, 5, 20, 15), (8, 5, 5, 3), (1, 1), (3, 3)),
    ],
)
@pytest.mark.parametrize("bias", [False, True])
def test_convolution(shape, W_shape, stride, padding, bias):
    x, W, b = normal(*shape), normal(*W_shape, seed=1), normal(8, seed=2) if bias else None
    seen = windows(x, W_shape[2:], stride, padding)
    want = np.einsum("ncijkl,fckl->nfij", seen, W)
    want = want if b is None else want + b[:, None, None]
    np.testing.assert_allclose(F.conv2d(x, W, b, stride, padding), want, rtol=1e-11, atol=1e-11)


def test_gradients_of_convolution():
    x, W, b = normal(1, 2, 5, 4), normal(3, 2, 3, 3, seed=1), normal(3, seed=2)
    check_grads(lambda x, W, b: F.conv2d(x, W, b, (2, 1), (1, 0)), (x, W, b))


def test_transposed_convolution():
    x, W = normal(2, 3, 3, 3), normal(3, 2, 10, 10, seed=1)
    y = F.conv_transpose2d(x, W, None, stride=5, padding=5)
    assert y.shape == (2, 2, 10, 10)
    full = np.zeros((2, 2, 20, 20))
    for i, j in itertools.product(range(3), range(3)):
        full[:, :, 5 * i : 5 * i + 10, 5 * j : 5 * j + 10] += np.einsum(
            "nc,cfkl->nfkl", x[:, :, i, j], W
        )
    np.testing.assert_allclose(y, full[:, :, 5:-5, 5:-5], rtol=1e-11, atol=1e-11)
    check_grads(
        lambda x, W: F.conv_transpose2d(x, W, None, 2, 1), (normal(1, 2, 3, 3), normal(2, 2, 4, 4))
    )


# ------------------------------------------------ test_dropout, test_getitem, test_im2col


@pytest.mark.parametrize("rate", [0.0, 0.5, 0.99])
def test_dropout(rate):
    x, key = normal(100, 100), random.key(0)
    y = F.dropout(key, x, rate)
    kept = y != 0
    np.testing.assert_allclose(y[kept], x[kept] / (1 - rate), rtol=1e-12)
    assert abs(kept.mean() - (1 - rate)) < 0.02
    assert F.dropout(key, x, rate, train=False) is x
    np.testing.assert_allclose(
        grad(lambda x: fnp.sum(F.dropout(key, x, rate)))(x), kept / (1 - rate), rtol=1e-12
    )


@pytest.mark.parametrize("index", [1, slice(1, 3), Ellipsis, (Ellipsis, 2), np.array([0, 0, 1])])
def test_indexing(index):
    x = np.arange(12.0).reshape(4, 3)
    np.testing.assert_array_equal(fzero.vjp(lambda x: x[index], x)[0], x[index])
    check_grads(lambda x: x[index], (x,))


def test_columns():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    matrix = F.im2col(x, 3, 1, 0, to_matrix=True)
    np.testing.assert_array_equal(matrix, np.arange(9.0)[None])
    assert F.im2col(normal(1, 3, 7, 7), 5, 1, 0, to_matrix=True).shape == (9, 75)
    assert F.im2col(normal(10, 3, 7, 7), 5, 1, 0, to_matrix=True).shape == (90, 75)
    for to_matrix in (False, True):
        columns = lambda x, to_matrix=to_matrix: F.im2col(x, 3, 1, 1, to_matrix=to_matrix)
        check_grads(columns, (normal(1, 2, 3, 3),))
        y = columns(normal(1, 2, 3, 3))
        back = lambda y, to_matrix=to_matrix: F.col2im(
            y, (1, 2, 3, 3), 3, 1, 1, to_matrix=to_matrix
        )  # fmt: skip
        check_grads(back, (y,))


# ---------------------------------------- test_linear, test_loss, test_matmul, test_broadcast


@pytest.mark.parametrize("sizes", [(3, 2, 4), (100, 200, 300)])
def test_linear(sizes):
    N, inputs, outputs = sizes
    x, W, b = normal(N, inputs), normal(inputs, outputs, seed=1), normal(outputs, seed=2)
    np.testing.assert_allclose(F.linear(x, W, b), x.dot(W) + b, rtol=1e-12, atol=1e-10)
    if N < 10:
        check_grads(F.linear, (x, W, b))


@pytest.mark.parametrize("shape", [(3,), (100, 10)])
def test_mean_squared_error(shape):
    x, y = normal(*shape), normal(*shape, seed=1)
    loss = lambda x, y: losses.mse(x, y, reduction="batch")
    assert loss(x, y) == pytest.approx(((x - y) ** 2).sum() / len(x), rel=1e-13)
    check_grads(loss, (x, y))


def test_gradients_of_a_broadcast_sum():
    x, b = normal(3, 3), normal(3, seed=1)
    assert grad(lambda b: fnp.sum(x + b))(b).shape == b.shape


# ----------------------------------------------------------------------- test_max, test_sum


@pytest.mark.parametrize("axis", [None, 1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("f", [fnp.max, fnp.min, fnp.sum])
def test_reductions(f, axis, keepdims):
    x = normal(3, 4, 5)
    call = lambda x: f(x, axis=axis, keepdims=keepdims)
    np.testing.assert_allclose(call(x), getattr(x, f.__name__)(axis=axis, keepdims=keepdims))
    check_grads(call, (x,))


# ----------------------------------------------------------------------------- test_pooling


@pytest.mark.parametrize("size", [15, 16])
def test_pooling(size):
    x = normal(2, 3, size, size)
    seen = windows(x, (2, 2), (2, 2), (0, 0))
    np.testing.assert_array_equal(F.max_pool2d(x, 2, 2), seen.max((-1, -2)))
    np.testing.assert_allclose(F.avg_pool2d(x, 2, 2), seen.mean((-1, -2)), rtol=1e-12)
    small = normal(1, 2, size % 10, size % 10)
    check_grads(lambda x: F.max_pool2d(x, 2, 2), (small,))
    check_grads(lambda x: F.avg_pool2d(x, 2, 2), (small,))


# ----------------------------------------------------- test_relu, test_sigmoid, test_softmax


def test_rectifiers():
    x = np.array([[-1.0, 0.0], [2.0, -3.0], [-2.0, 1.0]])
    np.testing.assert_array_equal(F.relu(x), [[0, 0], [2, 0], [0, 1]])
    np.testing.assert_allclose(F.leaky_relu(x, 0.2), [[-0.2, 0], [2, -0.6], [-0.4, 1]])
    np.testing.assert_array_equal(grad(lambda x: fnp.sum(F.relu(x)))(x), x > 0)
    away = np.where(x == 0, 1.0, x)
    check_grads(F.relu, (away,))
    check_grads(lambda x: F.leaky_relu(x, 0.002), (away,))


def test_sigmoid():
    x = np.linspace(-5, 5, 9)
    np.testing.assert_allclose(F.sigmoid(x), 1 / (1 + np.exp(-x)), rtol=1e-14)
    check_grads(F.sigmoid, (x,))


@pytest.mark.parametrize("shape", [(10, 10), (3, 4, 5)])
def test_softmax(shape):
    x = normal(*shape)
    want = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    np.testing.assert_allclose(F.softmax(x, axis=1), want, rtol=1e-13)
    np.testing.assert_allclose(F.log_softmax(x, axis=1), np.log(want), rtol=1e-12, atol=1e-13)
    if x.ndim == 3:
        check_grads(lambda x: F.softmax(x, axis=1), (x,))
        check_grads(lambda x: F.log_softmax(x, axis=1), (x,))


def test_softmax_cross_entropy():
    x, t = normal(10, 10), np.random.default_rng(1).integers(0, 10, 10)
    p = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    loss = losses.softmax_cross_entropy(x, t)
    assert loss == pytest.approx(-np.log(p[range(10), t]).mean(), rel=1e-13)
    slope = grad(losses.softmax_cross_entropy)(x, t)
    np.testing.assert_allclose(slope, (p - np.eye(10)[t]) / 10, rtol=1e-11, atol=1e-15)


# ------------------------------------------------------------ test_transpose, test_weight_decay


@pytest.mark.parametrize("axes", [None, (1, 0), (0, 1)])
def test_transpose(axes):
    x = normal(3, 4)
    np.testing.assert_array_equal(fnp.transpose(x, axes), x.transpose(axes))
    check_grads(lambda x: fnp.transpose(x, axes), (x,))


def test_weight_decay_is_a_term_of_the_loss():
    rate, x, W = 0.4, normal(5, 3), normal(3, 2, seed=1)
    loss = lambda W: fnp.sum((x @ W) ** 2)
    decayed = optim.chain(optim.add_decayed_weights(rate), optim.sgd(0.1))
    plain = optim.sgd(0.1)
    updates, _ = decayed.update(grad(loss)(W), decayed.init(W), W)
    penalised = grad(lambda W: loss(W) + rate / 2 * fnp.sum(W**2))(W)
    np.testing.assert_allclose(updates, plain.update(penalised, plain.init(W), W)[0], rtol=1e-12)
