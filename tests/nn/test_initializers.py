"""Initial values: moments, bounds, fans, dtypes and keys."""

import math

import numpy as np
import pytest

import fzero
from fzero import random
from fzero_nn import initializers as I

KEY = random.key(0)
SHAPE = (300, 200)  # 60,000 numbers: a standard deviation is known to 0.3 %

SCALED = [
    (I.lecun_normal, 1 / 300, 2 / 0.8796256610342398),
    (I.xavier_normal, 2 / 500, 2 / 0.8796256610342398),
    (I.he_normal, 2 / 300, 2 / 0.8796256610342398),
    (I.lecun_uniform, 1 / 300, math.sqrt(3)),
    (I.xavier_uniform, 2 / 500, math.sqrt(3)),
    (I.he_uniform, 2 / 300, math.sqrt(3)),
]


@pytest.mark.parametrize(("make", "variance", "cut"), SCALED)
def test_variance_and_bounds(make, variance, cut):
    W = make()(KEY, SHAPE, np.float64)
    std = math.sqrt(variance)
    assert W.mean() == pytest.approx(0, abs=5 * std / math.sqrt(W.size))
    assert W.std() == pytest.approx(std, rel=0.015)
    assert 0.99 * cut * std < abs(W).max() <= cut * std


def test_normal_distribution_is_not_cut():
    W = I.variance_scaling(2.0, "fan_out", "normal")(KEY, SHAPE)
    assert W.std() == pytest.approx(math.sqrt(2 / 200), rel=0.015)
    assert abs(W).max() > 3.5 * math.sqrt(2 / 200)


def test_fans_of_a_convolution_count_the_window():
    kernel = (64, 32, 3, 3)  # outputs, inputs, window
    for mode, fan in (("fan_in", 32 * 9), ("fan_out", 64 * 9), ("fan_avg", 48 * 9)):
        W = I.variance_scaling(1.0, mode, "uniform")(KEY, kernel)
        assert abs(W).max() == pytest.approx(math.sqrt(3 / fan), rel=1e-3)


def test_axes_can_be_named():
    W = I.variance_scaling(1.0, "fan_in", "uniform", in_axis=1, out_axis=0)(KEY, SHAPE)
    assert abs(W).max() == pytest.approx(math.sqrt(3 / 200), rel=1e-3)


def test_simple_initializers():
    np.testing.assert_array_equal(I.zeros(KEY, (2, 3)), np.zeros((2, 3)))
    np.testing.assert_array_equal(I.ones(KEY, (2,)), [1, 1])
    np.testing.assert_array_equal(I.constant(0.25)(KEY, (2,)), [0.25, 0.25])
    assert I.normal(0.5)(KEY, SHAPE).std() == pytest.approx(0.5, rel=0.015)
    u = I.uniform(0.2)(KEY, SHAPE)
    assert 0 <= u.min() < 0.001 and 0.199 < u.max() < 0.2
    assert abs(I.truncated_normal(0.1, -1, 1)(KEY, SHAPE)).max() <= 0.1


ALL = [I.zeros, I.ones, I.constant(2), I.normal(), I.uniform(), I.truncated_normal()]


@pytest.mark.parametrize("init", [*ALL, *(make() for make, *_ in SCALED)])
def test_dtype_shape_and_key(init):
    assert init(KEY, (3, 4)).dtype == np.float32
    assert init(KEY, (3, 4), np.float64).dtype == np.float64
    assert init(KEY, (3, 4)).shape == (3, 4)
    np.testing.assert_array_equal(init(KEY, (3, 4)), init(KEY, (3, 4)))


def test_an_ensemble_by_vmap_has_the_members_of_a_loop():
    keys = random.split(KEY, 3)
    together = fzero.vmap(lambda k: I.he_normal()(k, (5, 4)))(keys)
    np.testing.assert_array_equal(together, np.stack([I.he_normal()(k, (5, 4)) for k in keys]))
    assert not np.array_equal(together[0], together[1])


def test_other_names():
    assert I.glorot_normal is I.xavier_normal and I.glorot_uniform is I.xavier_uniform
    assert I.kaiming_normal is I.he_normal and I.kaiming_uniform is I.he_uniform


def test_errors_say_what_to_write():
    with pytest.raises(ValueError, match=r"mode is 'in'; expected one of \('fan_in'"):
        I.variance_scaling(1.0, "in", "normal")
    with pytest.raises(ValueError, match="distribution is 'gauss'; expected one of"):
        I.variance_scaling(1.0, "fan_in", "gauss")
    with pytest.raises(ValueError, match=r"shape is \(7,\); expected two axes or more"):
        I.he_normal()(KEY, (7,))
