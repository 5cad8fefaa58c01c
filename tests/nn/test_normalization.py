"""Normalisation: golden values, memory layouts of the kernels, precision, errors."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero.fused import kernels
from fzero.testing import check_grads
from fzero_nn import BatchNorm
from fzero_nn import functional as F

ZERO, ONE = np.zeros(3), np.ones(3)
RNG = np.random.default_rng(0)


def moments(shape, dtype=np.float64, mean=0.0):
    x = (np.random.default_rng(0).normal(size=shape) + mean).astype(dtype)
    c = shape[1]
    return x, np.linspace(0.5, 1.5, c).astype(dtype), np.linspace(-1, 1, c).astype(dtype)


def test_running_statistics_after_one_batch():
    x = np.arange(12.0).reshape(4, 3)
    y, (mean, var) = F.batch_norm(x, ONE, ZERO, ZERO, ONE, train=True)
    np.testing.assert_allclose(mean, [0.45, 0.55, 0.65], rtol=1e-14)
    np.testing.assert_allclose(var, [2.4, 2.4, 2.4], rtol=1e-14)
    np.testing.assert_allclose(y[:, 0], np.array([-4.5, -1.5, 1.5, 4.5]) / np.sqrt(11.25 + 2e-5))


def test_one_element_per_channel_gives_beta():
    y, (mean, var) = F.batch_norm(np.array([[7.0, 8.0, 9.0]]), ONE, ONE, ZERO, ONE, train=True)
    np.testing.assert_array_equal(y, [[1.0, 1.0, 1.0]])
    np.testing.assert_allclose(mean, [0.7, 0.8, 0.9])
    np.testing.assert_allclose(var, 0.9)  # an unbiased variance of 0, not of 0 / 0


def test_outside_of_training_the_statistics_are_the_given_objects():
    statistics = (ZERO + 1, ONE + 3)
    y, given = F.batch_norm(np.full((2, 3), 5.0), ONE, ZERO, *statistics, eps=0.0)
    assert given[0] is statistics[0] and given[1] is statistics[1]
    np.testing.assert_allclose(y, 2.0)


def test_no_gradient_flows_into_the_running_statistics():
    def total(x):
        y, (mean, var) = F.batch_norm(x, ONE, ZERO, ZERO, ONE, train=True)
        return fnp.sum(mean) + fnp.sum(var)

    assert not fzero.grad(total)(RNG.normal(size=(4, 3))).any()


def test_training_keeps_the_dtypes_of_the_state():
    layer = BatchNorm(3)
    params, state = layer.init(random.key(0))
    for dtype in (np.float16, np.float32, np.float64):
        y, new = layer.apply(params, state, RNG.normal(size=(4, 3)).astype(dtype), train=True)
        assert y.dtype == dtype
        assert {a.dtype for a in new.values()} == {np.dtype(np.float32)}


# One block and several, short and long rows, channels first, last and in the middle.
LAYOUTS = {
    "columns": (40, 30),
    "columns of many blocks": (5000, 30),
    "short rows": (600, 4, 7, 5),
    "long rows": (3, 5, 17, 16),
    "long rows of many blocks": (9, 40, 17, 16),
}


@pytest.mark.parametrize("shape", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("memory", ["C", "channels last", "strided", "reversed"])
def test_every_memory_layout_of_batch_norm(shape, memory):
    x, gamma, beta = moments(shape)
    g = RNG.normal(size=shape)
    if memory == "channels last":
        x = np.ascontiguousarray(np.moveaxis(x, 1, -1))
        x = np.moveaxis(x, -1, 1)
    elif memory == "strided":
        x = np.repeat(x, 2, axis=0)[::2]
    elif memory == "reversed":
        x = np.ascontiguousarray(x[..., ::-1])[..., ::-1]
    f = lambda *args: F.batch_norm(*args, 0 * beta, 0 * beta + 1, train=True)[0]
    y, pullback = fzero.vjp(f, x, gamma, beta)
    with kernels("reference"):
        want, pull = fzero.vjp(f, x, gamma, beta)
    np.testing.assert_allclose(y, want, rtol=1e-10, atol=1e-10)
    for a, b in zip(pullback(g), pull(g), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-9)


def test_channels_last_memory_stays():
    x = np.moveaxis(np.ones((2, 4, 5, 3)), -1, 1)
    y = F.batch_norm(x, ONE, ZERO, ZERO, ONE, train=True)[0]
    assert np.moveaxis(y, 1, -1).flags.c_contiguous


@pytest.mark.parametrize("shape", [(400, 300), (20, 3, 30)])
def test_many_blocks_of_layer_norm(shape):
    x, g = RNG.normal(size=shape), RNG.normal(size=shape)
    gamma, beta = RNG.normal(size=(2, shape[-1]))
    y, pullback = fzero.vjp(F.layer_norm, x, gamma, beta)
    with kernels("reference"):
        want, pull = fzero.vjp(F.layer_norm, x, gamma, beta)
    np.testing.assert_allclose(y, want, rtol=1e-10, atol=1e-12)
    for a, b in zip(pullback(g), pull(g), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("shape", [(5000, 3), (8, 3, 20, 20), (64, 3, 5)])
@pytest.mark.parametrize("choice", ["auto", "reference"])
def test_the_variance_of_float32_does_not_cancel(shape, choice):
    x, gamma, beta = moments(shape, np.float32, mean=1000.0)  # E[x^2] - E[x]^2 has no digit left
    others = tuple(i for i in range(x.ndim) if i != 1)
    with kernels(choice):
        _, (mean, var) = F.batch_norm(x, gamma, beta, ZERO, ONE, train=True, decay=0.0)
    # A sum of thousands in float32 has an error of some units in the last place, of 1000.
    np.testing.assert_allclose(mean, x.mean(others, dtype=float), rtol=3e-6)
    np.testing.assert_allclose(var, x.var(others, dtype=float, ddof=1), rtol=1e-3)


@pytest.mark.parametrize("choice", ["auto", "reference"])
def test_layer_norm_of_float32_does_not_cancel(choice):
    x = (np.random.default_rng(0).normal(size=(50, 64)) + 1000).astype(np.float32)
    with kernels(choice):
        got = F.layer_norm(x)
    np.testing.assert_allclose(got, F.layer_norm(x.astype(float)), atol=2e-4)  # 1000 has 6e-5


def test_float16_statistics_are_taken_in_float32():
    x = np.full((2, 3, 64, 64), 100.0, np.float16)  # squares and sums beyond 65504
    x[1] += 8
    y, (mean, _) = F.batch_norm(x, ONE, ZERO, ZERO, ONE, train=True, decay=0.0)
    np.testing.assert_allclose(mean, 104, rtol=1e-6)
    for got in (y, F.layer_norm(np.moveaxis(x, 0, -1)), F.rms_norm(x), F.instance_norm(x)):
        assert got.dtype == np.float16 and np.isfinite(got).all()
    np.testing.assert_allclose(y[1], 1, rtol=1e-3)


def test_derivatives_of_third_order():
    train = lambda x: F.batch_norm(x, ONE, ZERO, ZERO, ONE, train=True, eps=0.1)[0]
    test = lambda x, var: F.batch_norm(x, ONE, ZERO, ZERO, var)[0]
    x = RNG.normal(size=(3, 3))
    check_grads(train, (x,), order=3, atol=1e-5, rtol=1e-5)
    check_grads(test, (x, ONE), order=3, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "f", [F.layer_norm, F.rms_norm, F.standardize, lambda x: F.group_norm(x, 1)]
)
def test_constant_rows_have_finite_derivatives(f):
    x = np.zeros((2, 3))
    assert np.isfinite(f(x)).all()
    assert np.isfinite(fzero.grad(lambda x: fnp.sum(f(x) ** 2))(x)).all()
    assert np.isfinite(fzero.hessian(lambda x: fnp.sum(f(x) ** 2))(x)).all()


def test_no_rows_are_no_rows():
    assert F.layer_norm(np.ones((0, 3)), ONE, ZERO).shape == (0, 3)
    assert F.batch_norm(np.ones((0, 3)), ONE, ZERO, ZERO, ONE)[0].shape == (0, 3)
    assert F.group_norm(np.ones((0, 3)), 3).shape == (0, 3)
    with pytest.raises(ValueError, match=r"^batch_norm: x is of shape \(0, 3\).*train=False"):
        F.batch_norm(np.ones((0, 3)), ONE, ZERO, ZERO, ONE, train=True)


def test_errors_of_batch_norm_name_every_wrong_shape():
    images = np.ones((2, 5, 5, 3))
    with pytest.raises(ValueError, match=r"'gamma': \(3,\).*'avg_var': \(3,\).*axis="):
        F.batch_norm(images, ONE, ZERO, ZERO, ONE)
    assert F.batch_norm(images, ONE, ZERO, ZERO, ONE, axis=-1)[0].shape == images.shape
    with pytest.raises(ValueError, match=r"axis is 1 with x of shape \(3,\)"):
        F.batch_norm(ONE, ONE, ZERO, ZERO, ONE)
    with pytest.raises(TypeError, match="x is of int64; expected floats"):
        F.batch_norm(np.ones((2, 3), int), ONE, ZERO, ZERO, ONE)


def test_errors_of_the_others():
    with pytest.raises(ValueError, match=r"layer_norm: x is of shape .*'beta': \(3,\).*axis="):
        F.layer_norm(np.ones((3, 2)), np.ones(2), ONE)
    with pytest.raises(ValueError, match="rms_norm: .*'gamma'"):
        F.rms_norm(np.ones((3, 2)), ONE)
    with pytest.raises(ValueError, match="with 2 groups; expected .* divide C"):
        F.group_norm(np.ones((2, 3)), 2)
    with pytest.raises(ValueError, match=r"instance_norm: x is of shape \(2, 3\).*layer_norm"):
        F.instance_norm(np.ones((2, 3)))
    with pytest.raises(TypeError, match="standardize: x is of int64"):
        F.standardize(np.arange(3))
