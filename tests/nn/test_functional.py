"""Activations and the affine map against closed forms, at extremes and under the transforms."""

import math

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero_nn import functional as F

X = np.array([[-3.0, -0.5, 0.25], [1.0, 2.5, 40.0]])
SMOOTH = {
    "softplus": F.softplus,
    "sigmoid": F.sigmoid,
    "logsumexp": F.logsumexp,
    "log_softmax": F.log_softmax,
    "softmax": F.softmax,
    "softmax_axis0": lambda x: F.softmax(x, axis=0),
    "relu": F.relu,
}


@pytest.mark.parametrize(
    ("function", "formula"),
    [
        (F.relu, lambda x: max(x, 0.0)),
        (F.softplus, lambda x: math.log1p(math.exp(x))),
        (F.sigmoid, lambda x: 1 / (1 + math.exp(-x))),
    ],
)
def test_elementwise_values(function, formula):
    wanted = np.array([[formula(float(v)) for v in row] for row in X])
    np.testing.assert_allclose(function(X), wanted, rtol=1e-14)


def test_softmax_family_values():
    weights = np.array([[math.exp(v) for v in row] for row in X])
    totals = weights.sum(1)
    np.testing.assert_allclose(F.softmax(X), weights / totals[:, None], rtol=1e-14)
    np.testing.assert_allclose(F.logsumexp(X), np.log(totals), rtol=1e-14)
    np.testing.assert_allclose(F.log_softmax(X), X - np.log(totals)[:, None], rtol=1e-13)
    np.testing.assert_allclose(F.softmax(X, axis=0).sum(0), 1, rtol=1e-15)
    np.testing.assert_allclose(F.logsumexp(X, axis=None), np.log(weights.sum()), rtol=1e-14)
    assert F.logsumexp(X, axis=(0, 1), keepdims=True).shape == (1, 1)


@pytest.mark.parametrize("name", SMOOTH)
def test_gradients_agree_with_central_differences(name):
    function, rng = SMOOTH[name], np.random.default_rng(0)
    x, t = rng.normal(size=(2, 4)), rng.normal(size=(2, 4))

    def scalar(x):
        return fnp.sum(function(x) * fnp.cos(function(x)))

    h = 1e-6
    wanted = (scalar(x + h * t) - scalar(x - h * t)) / (2 * h)
    np.testing.assert_allclose(np.sum(fzero.grad(scalar)(x) * t), wanted, rtol=1e-7)
    np.testing.assert_allclose(fzero.jvp(scalar, (x,), (t,))[1], wanted, rtol=1e-7)


@pytest.mark.parametrize("name", SMOOTH)
def test_rows_under_vmap_are_the_rows(name):
    function = SMOOTH[name]
    batch = np.random.default_rng(1).normal(size=(5, 2, 4))
    wanted = np.stack([function(x) for x in batch])
    np.testing.assert_allclose(fzero.vmap(function)(batch), wanted, rtol=1e-14)


@pytest.mark.parametrize("name", SMOOTH)
def test_float32_stays_float32(name):
    function, x = SMOOTH[name], np.linspace(-3, 3, 8, dtype=np.float32).reshape(2, 4)
    assert function(x).dtype == np.float32
    assert fzero.grad(lambda x: fnp.sum(function(x)))(x).dtype == np.float32
    np.testing.assert_allclose(function(x), function(x.astype(float)), rtol=2e-6, atol=1e-7)


def test_extremes_are_finite_in_value_and_gradient():
    x = np.array([-1000.0, -40.0, 0.0, 40.0, 1000.0])
    for function in SMOOTH.values():
        if function is not SMOOTH["softmax_axis0"]:
            assert np.isfinite(function(x)).all()
            assert np.isfinite(fzero.grad(lambda x, f=function: fnp.sum(f(x)))(x)).all()
    assert F.sigmoid(np.array(-40.0)) == pytest.approx(math.exp(-40), rel=1e-13)
    assert F.softplus(np.array(-40.0)) == pytest.approx(math.exp(-40), rel=1e-13)


def test_log_softmax_of_large_float32_logits_is_exact_in_the_differences():
    x = np.array([1e6, 1e6 + 1], np.float32)
    wanted = [-math.log1p(math.e), 1 - math.log1p(math.e)]
    np.testing.assert_allclose(F.log_softmax(x), wanted, rtol=1e-6)


def test_masked_classes_get_probability_zero():
    x = np.array([0.0, -np.inf, 0.0])
    np.testing.assert_array_equal(F.softmax(x), [0.5, 0, 0.5])
    assert F.logsumexp(x) == pytest.approx(math.log(2), rel=1e-15)


def test_relu_at_its_kink_and_for_nan():
    np.testing.assert_array_equal(
        fzero.grad(lambda x: fnp.sum(F.relu(x)))(np.array([-1.0, 0.0, 1.0])), [0, 0, 1]
    )
    np.testing.assert_array_equal(F.relu(np.array([np.nan, np.inf, -np.inf])), [np.nan, np.inf, 0])


def test_second_derivative_of_sigmoid():
    x, s = 0.7, 1 / (1 + math.exp(-0.7))
    second = fzero.grad(fzero.grad(F.sigmoid))(x)
    assert second == pytest.approx(s * (1 - s) * (1 - 2 * s), rel=1e-12)


def test_linear_and_its_transposes():
    rng = np.random.default_rng(2)
    x, W, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
    wanted = [[sum(x[i, k] * W[k, j] for k in range(3)) + b[j] for j in range(2)] for i in range(4)]
    np.testing.assert_allclose(F.linear(x, W, b), wanted, rtol=1e-13)
    np.testing.assert_allclose(F.linear(x, W), np.array(wanted) - b, rtol=1e-13, atol=1e-15)
    g = rng.normal(size=(4, 2))
    _, pull = fzero.vjp(F.linear, x, W, b)
    for got, want in zip(pull(g), (g @ W.T, x.T @ g, g.sum(0)), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13)


def test_linear_names_the_shapes_that_do_not_fit():
    x, W = np.ones((2, 28, 28)), np.ones((784, 10))
    with pytest.raises(ValueError, match=r"^linear: W is of shape \(784, 10\) with x .*28, 28"):
        F.linear(x, W)
    assert F.linear(x.reshape(len(x), -1), W).shape == (2, 10)  # the advice
    with pytest.raises(ValueError, match="expected W of shape"):
        F.linear(np.ones(3), np.ones(3))


def test_one_hot():
    np.testing.assert_array_equal(F.one_hot(np.array([[1], [5]]), 3), [[[0, 1, 0]], [[0, 0, 0]]])
    assert F.one_hot(np.array([0]), 3).dtype == np.float32
    assert F.one_hot(np.array([0], np.uint8), 3, dtype=bool).dtype == bool
    rows = fzero.vmap(lambda label: F.one_hot(label, 3))(np.array([2, 0]))
    np.testing.assert_array_equal(rows, [[0, 0, 1], [1, 0, 0]])
