"""Initial values: moments, bounds, fans, dtypes and keys."""

import math

import numpy as np
import pytest

import fzero
from fzero import random
from fzero_nn import initializers as I
from tests.strict import StrictArray, no_sync, put, unwrap

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


# ---------------------------------------------------------------------------- fans of chosen axes


@pytest.mark.parametrize(
    ("make", "variance"),
    [
        (I.lecun_normal, 1 / (8 * 15)),
        (I.he_uniform, 2 / (8 * 15)),
        (I.glorot_normal, 2 / ((8 + 64) * 15)),
    ],
)
def test_a_convolution_starts_with_the_variance_of_its_fan(make, variance):
    W = make()(KEY, (64, 8, 3, 5), np.float64)  # in groups, 8 are the inputs of one group
    assert W.std() == pytest.approx(math.sqrt(variance), rel=0.03)


def test_a_geometric_mean_of_the_fans():
    W = I.variance_scaling(1.0, "fan_geo_avg", "uniform")(KEY, (400, 100))
    assert abs(W).max() == pytest.approx(math.sqrt(3 / 200), rel=1e-3)


def test_several_axes_are_inputs_and_others_only_repeat():
    init = I.variance_scaling(1.0, "fan_in", "uniform", in_axis=(1, 2), out_axis=3, batch_axis=0)
    W = init(KEY, (7, 4, 5, 100))
    assert abs(W).max() == pytest.approx(math.sqrt(3 / 20), rel=1e-3)


# ------------------------------------------------------------------------------------ orthogonal


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4), (6, 2, 3, 3), (40, 2, 3, 3)])
def test_orthogonal_rows_or_columns(shape):
    W = I.orthogonal(scale=2.0)(KEY, shape, np.float64)
    assert W.shape == shape and W.dtype == np.float64
    matrix = W if W.ndim == 2 else W.reshape(len(W), -1)
    matrix = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    np.testing.assert_allclose(matrix.T @ matrix, 4 * np.eye(matrix.shape[1]), atol=1e-13)


def test_the_axis_of_the_outputs_can_be_named():
    W = I.orthogonal(out_axis=1)(KEY, (2, 5, 4), np.float64)
    np.testing.assert_allclose(np.einsum("aib,ajb->ij", W, W), np.eye(5), atol=1e-13)
    np.testing.assert_array_equal(W, I.orthogonal(out_axis=-2)(KEY, (2, 5, 4), np.float64))


def test_orthogonal_matrices_are_uniform():
    """Every entry has mean 0 and variance 1 / n, also that of a matrix of one entry."""
    Ws = fzero.vmap(lambda k: I.orthogonal()(k, (3, 3), np.float64))(random.split(KEY, 4000))
    np.testing.assert_allclose(Ws.mean(0), 0, atol=5 / math.sqrt(3 * 4000))
    np.testing.assert_allclose((Ws**2).mean(0), 1 / 3, atol=0.03)
    signs = fzero.vmap(lambda k: I.orthogonal()(k, (1, 1)))(random.split(KEY, 400))
    assert set(signs.ravel()) == {-1, 1}


@pytest.mark.parametrize("shape", [(6, 4, 3), (4, 4, 3, 5), (5, 2, 1, 1, 3)])
def test_a_delta_orthogonal_convolution_keeps_lengths(shape):
    W = I.delta_orthogonal()(KEY, shape, np.float64)
    centre = (slice(None), slice(None), *(n // 2 for n in shape[2:]))
    np.testing.assert_allclose(W[centre].T @ W[centre], np.eye(shape[1]), atol=1e-13)
    W[centre] = 0
    assert W.shape == shape and not W.any()


@pytest.mark.parametrize("init", [I.orthogonal(), I.delta_orthogonal()])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_orthogonal_dtype_and_device(init, dtype):
    shape = (4, 3, 3, 3)
    want = init(KEY, shape, dtype)
    assert want.dtype == dtype and init(KEY, shape).dtype == np.float32
    with no_sync():
        got = init(put(KEY), shape, dtype)
    assert isinstance(got, StrictArray)
    np.testing.assert_allclose(unwrap(got), want, rtol=1e-12)


def test_orthogonal_errors_say_what_to_write():
    with pytest.raises(ValueError, match=r"orthogonal: shape is \(7,\); expected two axes or more"):
        I.orthogonal()(KEY, (7,))
    for shape in ((4, 4), (3, 4, 3), (4, 4, 2)):
        with pytest.raises(ValueError, match=r"delta_orthogonal: shape is .*Use orthogonal\(\)"):
            I.delta_orthogonal()(KEY, shape)
    I.orthogonal()(KEY, (4, 4, 2))  # the advice
    with pytest.raises(ValueError, match="scale is 0; expected scale > 0"):
        I.variance_scaling(0, "fan_in", "normal")


@pytest.mark.parametrize("name", sorted(set(I.__all__) - {"Initializer"}))
def test_the_same_numbers_on_every_device(name):
    init = getattr(I, name)
    if name == "constant":
        init = init(0.5)
    elif name == "variance_scaling":
        init = init(1.0, "fan_in", "normal")
    elif name not in ("zeros", "ones"):
        init = init()
    shape = (4, 3, 3)
    got = init(put(KEY), shape)
    assert isinstance(got, StrictArray) and got.dtype == np.float32
    np.testing.assert_allclose(unwrap(got), init(KEY, shape), rtol=1e-6)


@pytest.mark.parametrize("make", [I.constant, I.normal, I.truncated_normal, I.uniform])
def test_a_size_of_numpy_leaves_the_dtype_alone(make):
    got = make(np.sqrt(0.25))(KEY, (2, 3))
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, make(0.5)(KEY, (2, 3)))
