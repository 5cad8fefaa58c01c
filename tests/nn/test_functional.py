"""Activations and the affine map against closed forms, at extremes and under the transforms."""

import math

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero_nn import functional as F

INF = math.inf
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


_selu = (1.0507009873554805, 1.6732632423543772)
_cdf = lambda x: math.erfc(-x / math.sqrt(2)) / 2
_sigmoid = lambda x: 1 / (1 + math.exp(-x))
_softplus = lambda x: math.log1p(math.exp(x))
_limited = lambda x, low, high: min(max(x, low), high)
FORMULAS = {
    "celu": lambda x: x if x > 0 else math.expm1(x),
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "gelu": lambda x: (
        x * _sigmoid(2 * math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))  # 1 + tanh(u), uncancelled
    ),
    "hard_sigmoid": lambda x: _limited(x + 3, 0, 6) / 6,
    "hard_silu": lambda x: x * _limited(x + 3, 0, 6) / 6,
    "hard_swish": lambda x: x * _limited(x + 3, 0, 6) / 6,
    "hard_tanh": lambda x: _limited(x, -1, 1),
    "identity": lambda x: x,
    "leaky_relu": lambda x: x if x > 0 else 0.01 * x,
    "log_sigmoid": lambda x: -_softplus(-x),
    "mish": lambda x: x * math.tanh(_softplus(x)),
    "relu": lambda x: max(x, 0.0),
    "relu6": lambda x: _limited(x, 0, 6),
    "selu": lambda x: _selu[0] * (x if x > 0 else _selu[1] * math.expm1(x)),
    "sigmoid": _sigmoid,
    "silu": lambda x: x * _sigmoid(x),
    "soft_sign": lambda x: x / (1 + abs(x)),
    "softplus": _softplus,
    "sparse_plus": lambda x: 0 if x <= -1 else x if x >= 1 else (x + 1) ** 2 / 4,
    "sparse_sigmoid": lambda x: _limited((x + 1) / 2, 0, 1),
    "squareplus": lambda x: (x + math.sqrt(x * x + 4)) / 2,
    "swish": lambda x: x * _sigmoid(x),
    "tanh": math.tanh,
}
#: The value at -inf and at inf, and the slope there and at 0, which is a kink of some.
ENDS = {
    "celu": (-1, INF, 0, 1, 1),
    "elu": (-1, INF, 0, 1, 1),
    "gelu": (0, INF, 0, 1, 1 / 2),
    "hard_sigmoid": (0, 1, 0, 0, 1 / 6),
    "hard_silu": (0, INF, 0, 1, 1 / 2),
    "hard_tanh": (-1, 1, 0, 0, 1),
    "identity": (-INF, INF, 1, 1, 1),
    "leaky_relu": (-INF, INF, 0.01, 1, 0.01),
    "log_sigmoid": (-INF, 0, 1, 0, 1 / 2),
    "mish": (0, INF, 0, 1, 3 / 5),
    "relu": (0, INF, 0, 1, 0),
    "relu6": (0, 6, 0, 0, 0),
    "selu": (-_selu[0] * _selu[1], INF, 0, _selu[0], _selu[0] * _selu[1]),
    "sigmoid": (0, 1, 0, 0, 1 / 4),
    "silu": (0, INF, 0, 1, 1 / 2),
    "soft_sign": (-1, 1, 0, 0, 1),
    "softplus": (0, INF, 0, 1, 1 / 2),
    "sparse_plus": (0, INF, 0, 1, 1 / 2),
    "sparse_sigmoid": (0, 1, 0, 0, 1 / 2),
    "squareplus": (0, INF, 0, 1, 1 / 2),
    "tanh": (-1, 1, 0, 0, 1),
}


@pytest.mark.parametrize(("name", "formula"), FORMULAS.items(), ids=FORMULAS)
def test_elementwise_values(name, formula):
    wanted = np.array([[formula(float(v)) for v in row] for row in X])
    np.testing.assert_allclose(getattr(F, name)(X), wanted, rtol=1e-13)


@pytest.mark.parametrize(("name", "formula"), FORMULAS.items(), ids=FORMULAS)
@pytest.mark.parametrize("number", [-0.5, 2, np.float64(0.7), np.array(1.5)], ids=repr)
def test_numbers_are_taken_as_arrays_are(name, formula, number):
    f, wanted = getattr(F, name), formula(float(number))
    assert math.isclose(f(number), wanted, rel_tol=1e-13)
    step = 1e-6
    slope = (formula(float(number) + step) - formula(float(number) - step)) / (2 * step)
    assert math.isclose(fzero.grad(f)(float(number)), slope, rel_tol=1e-6, abs_tol=1e-9)


def test_gelu_without_the_approximation_keeps_the_digits_of_its_tail():
    x = np.array([-20.0, -8.0, -0.3, 0.0, 1.5, 9.0])
    np.testing.assert_allclose(F.gelu(x, False), [v * _cdf(v) for v in x], rtol=1e-13)


def slope_of(f):
    """The derivative of each element, also where values are infinite and have no sum."""
    return lambda x: fzero.vjp(f, x)[1](np.ones_like(x))[0]


@pytest.mark.parametrize("name", ENDS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16])
def test_ends_and_kinks(name, dtype):
    f, (low, high, *slopes) = getattr(F, name), ENDS[name]
    x = np.array([-INF, INF, 0, -0.0], dtype)
    tolerance = 2 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(f(x)[:2], [low, high], rtol=tolerance)
    first = slope_of(f)
    np.testing.assert_allclose(first(x), [*slopes, slopes[-1]], rtol=tolerance)
    # Finite to second order everywhere, and no warning of an overflow on the way.
    points = np.array([0, 1, 3, 6, 40, 90, 1e4, INF], dtype)
    x = np.concatenate([points, -points])
    assert np.isfinite(f(x)[np.isfinite(x)]).all()
    for derivative in (first, slope_of(first)):
        got = derivative(x)
        assert got.dtype == dtype and np.isfinite(got).all()
    assert np.isnan(f(np.array([np.nan], dtype))).all()


def test_gelu_at_the_ends_without_the_approximation():
    x = np.array([-INF, -1e4, 0.0, 1e4, INF])
    np.testing.assert_array_equal(F.gelu(x, False), [0, 0, 0, 1e4, INF])
    np.testing.assert_array_equal(slope_of(lambda x: F.gelu(x, False))(x), [0, 0, 0.5, 1, 1])


def test_log1mexp_from_tiny_to_huge():
    x = np.array([1e-300, 1e-10, 0.5, math.log(2), 2.0, 40.0, 1e4, INF])
    want = [math.log(-math.expm1(-v)) if v < 1 else math.log1p(-math.exp(-v)) for v in x]
    np.testing.assert_allclose(F.log1mexp(x), want, rtol=1e-14)
    slope = fzero.grad(lambda x: fnp.sum(F.log1mexp(x)))(x[1:])
    np.testing.assert_allclose(slope, [1 / math.expm1(min(v, 700)) for v in x[1:]], atol=1e-300)


def test_the_slopes_of_rectifiers_can_be_learnt():
    x = np.array([[-2.0, INF, 0.0], [-1.0, -3.0, 5.0]])
    of_slope = fzero.grad(lambda slope: fnp.sum(F.prelu(x, slope)))
    np.testing.assert_array_equal(of_slope(np.zeros(3)), [-3, -3, 0])
    np.testing.assert_array_equal(of_slope(np.zeros(1)), [-6])
    assert fzero.grad(lambda slope: fnp.sum(F.leaky_relu(x, slope)))(0.0) == -6
    with pytest.raises(ValueError, match=r"prelu: slope is of shape \(2,\).*axis"):
        F.prelu(x, np.zeros(2))
    assert F.prelu(x, np.zeros(2), axis=0).shape == x.shape


def test_glu_of_an_odd_size():
    with pytest.raises(ValueError, match=r"glu: x is of shape \(2, 3\) with axis -1"):
        F.glu(X)
    assert F.glu(X, axis=0).shape == (1, 3)


def test_logsumexp_with_factors_and_conditions():
    x = np.array([[1e4, 3.0, INF], [-INF, 2.0, 1.0]])
    b, where = np.array([[0.5, -2.0, 0.0], [3.0, 4.0, -1.0]]), np.array([[True] * 3, [False] * 3])
    got = F.logsumexp(x, b=b)
    want = [1e4 + math.log(0.5), math.log(4 * math.exp(2) - math.e)]
    np.testing.assert_allclose(got, want, rtol=1e-14)
    assert np.isnan(F.logsumexp(np.zeros(2), b=np.array([-2.0, 1.0])))
    np.testing.assert_array_equal(F.logsumexp(x[:, 1:], where=where[:, 1:]), [INF, -INF])
    assert F.logsumexp(x, b=b, where=where, axis=None) == got[0]
    assert F.logsumexp(x, b=b, keepdims=True).shape == (2, 1)
    slope = fzero.grad(lambda x: fnp.sum(F.logsumexp(x, b=b)))(x)
    assert np.isfinite(slope).all() and slope[0, 0] == 1


def test_means_of_exponentials():
    x = np.array([[1e4, 1e4, 0.0], [1.0, 2.0, 3.0]])
    first = F.logmeanexp(x)
    np.testing.assert_allclose(first[0], 1e4 + math.log(2 / 3), rtol=1e-15)
    where = np.array([[True, False, True], [False] * 3])
    got = F.logmeanexp(x, where=where)
    assert got[0] == pytest.approx(1e4 - math.log(2), rel=1e-15) and np.isnan(got[1])
    assert F.logmeanexp(np.array([-INF, -INF])) == -INF


def test_rows_without_a_class_have_no_probability_and_no_gradient():
    x = np.array([[1.0, np.nan, 3.0], [INF, np.nan, 5.0]])
    where = np.array([[True, False, True], [False] * 3])
    share = _sigmoid(2)
    np.testing.assert_allclose(F.softmax(x, where=where), [[1 - share, 0, share], [0] * 3])
    logs = F.log_softmax(x, where=where)
    np.testing.assert_allclose(logs, [[math.log(1 - share), -INF, math.log(share)], [-INF] * 3])
    f = lambda x: fnp.sum(F.softmax(x, where=where) ** 2)
    assert np.isfinite(fzero.grad(f)(x)).all() and not fzero.grad(f)(x)[1].any()
    assert np.isfinite(fzero.grad(lambda x: fnp.sum(fzero.grad(f)(x) ** 2))(x)).all()


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
    np.testing.assert_array_equal(F.one_hot(np.array([2, 0]), 3, axis=0), [[0, 1], [0, 0], [1, 0]])
    with pytest.raises(TypeError, match="one_hot: labels is of float64"):
        F.one_hot(np.ones(2), 3)


def test_flatten():
    assert F.flatten(np.ones((0, 2, 3))).shape == (0, 6)
    assert F.flatten(np.ones(4)).shape == (4, 1)
    with pytest.raises(ValueError, match=r"flatten: x is of shape \(\)"):
        F.flatten(np.ones(()))
