"""DeZero's steps 1 to 50, written with fzero: the numbers that its own scripts print.

Random numbers come from NumPy's legacy generator, since DeZero drew them there.
"""

import math

import numpy as np
import pytest

import fzero
from fzero import grad, value_and_grad
from fzero_nn import data, losses, metrics


def test_steps_1_to_22_a_chain_and_the_operators():
    assert grad(lambda x: np.square(np.exp(np.square(x))))(0.5) == pytest.approx(
        3.297442541400256, rel=1e-15
    )
    operators = [lambda x: -x, lambda x: 2.0 - x, lambda x: x - 1.0, lambda x: 3.0 / x]
    values = [fzero.vjp(f, np.array(2.0))[0] for f in [*operators, lambda x: x**3]]
    assert values == [-2.0, 0.0, 1.0, 1.5, 8.0]
    slopes = [grad(f)(2.0) for f in [*operators, lambda x: x**3]]
    assert slopes == [-1.0, -1.0, 1.0, -0.75, 12.0]


def test_step_23_a_first_gradient():
    assert value_and_grad(lambda x: (x + 3) ** 2)(1.0) == (16.0, 8.0)


def sphere(x, y):
    return x**2 + y**2


def matyas(x, y):
    return 0.26 * (x**2 + y**2) - 0.48 * x * y


def goldstein(x, y):
    first = 19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
    second = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return (1 + (x + y + 1) ** 2 * first) * (30 + (2 * x - 3 * y) ** 2 * second)


@pytest.mark.parametrize(
    ("f", "slope"),
    [(sphere, (2, 2)), (matyas, (0.040000000000000036,) * 2), (goldstein, (-5376, 8064))],
)
def test_step_24_test_functions(f, slope):
    assert grad(f, (0, 1))(1.0, 1.0) == pytest.approx(slope, rel=1e-12)


def test_step_27_a_taylor_series_runs_as_long_as_its_terms_are_large():
    def sine(x, threshold=1e-4):
        total = 0.0
        for i in range(1000):
            term = (-1) ** i / math.factorial(2 * i + 1) * x ** (2 * i + 1)
            total = total + term
            if abs(term) < threshold:
                return total

    value, slope = value_and_grad(sine)(math.pi / 4)
    assert value == pytest.approx(0.7071064695751781, rel=1e-15)
    assert slope == pytest.approx(0.7071032148228457, rel=1e-15)


def test_step_28_gradient_descent_in_a_valley():
    slope = grad(lambda x, y: 100 * (y - x**2) ** 2 + (x - 1) ** 2, (0, 1))
    x, y = 0.0, 2.0
    for _ in range(999):
        gx, gy = slope(x, y)
        x, y = x - 0.001 * gx, y - 0.001 * gy
    assert (x, y) == pytest.approx((0.68349178, 0.46565060), abs=5e-9)


def test_steps_29_and_33_newton_by_a_second_derivative():
    f = lambda x: x**4 - 2 * x**2
    x, seen = 2.0, []
    for _ in range(10):
        seen.append(x)
        x = x - grad(f)(x) / grad(grad(f))(x)
    assert seen[7:] == pytest.approx([1.0] * 3, abs=1e-9) and abs(seen[3] - 1) > 1e-3


def test_step_34_derivatives_of_the_sine_cycle():
    x = np.linspace(-7, 7, 200)
    f, wanted = np.sin, [np.sin(x), np.cos(x), -np.sin(x), -np.cos(x)]
    for value in wanted:
        np.testing.assert_allclose(fzero.vmap(f)(x), value, atol=1e-15)
        f = grad(f)


def test_step_35_derivatives_of_tanh_to_the_eighth():
    wanted = [
        0.41997434161402614, -0.6397000084492246, 0.6216266807712962, 0.6650910447505024,
        -5.556893558473722, 13.624075441312101, 12.288367894320414, -277.06213560303127,
    ]  # fmt: skip
    f, values = np.tanh, []
    for _ in wanted:
        f = grad(f)
        values.append(f(1.0))
    assert values == pytest.approx(wanted, rel=1e-11)


def test_step_36_a_gradient_inside_of_a_function():
    def z(x):
        return grad(lambda x: x**2)(x) ** 3 + x**2

    assert grad(z)(2.0) == 100.0


def test_steps_37_to_41_shapes():
    x, W = np.arange(6.0).reshape(2, 3), np.ones((3, 4))
    shapes = [
        grad(lambda x: np.sum(np.reshape(x, (6,)) ** 2))(x).shape,
        grad(lambda x: np.sum(np.transpose(x) @ np.ones(2)))(x).shape,
        *(g.shape for g in grad(lambda x, W: np.sum(x @ W), (0, 1))(x, W)),
    ]
    assert shapes == [(2, 3), (2, 3), (2, 3), (3, 4)]
    ones = np.ones(3)
    np.testing.assert_array_equal(grad(lambda b: np.sum(ones + b))(np.array([10.0])), [3.0])


def mse(y, t):
    return np.sum((y - t) ** 2) / len(y)


def descend(loss, params, rate, steps, every=None):
    """Gradient descent; the losses before the steps 0, every, 2 * every, ..."""
    losses, step = [], value_and_grad(loss)
    for i in range(steps):
        value, slope = step(params)
        if every and i % every == 0:
            losses.append(value)
        params = fzero.tree.map(lambda p, g: p - rate * g, params, slope)
    return params, losses


def test_step_42_linear_regression():
    rng = np.random.RandomState(0)
    x = rng.rand(100, 1)
    t = 5 + 2 * x + rng.rand(100, 1)
    loss = lambda p: mse(x @ p["W"] + p["b"], t)
    params, _ = descend(loss, {"W": np.zeros((1, 1)), "b": np.zeros(1)}, 0.1, 100)
    assert params["W"].item() == pytest.approx(2.11807369, abs=5e-9)
    assert params["b"].item() == pytest.approx(5.46608905, abs=5e-9)
    # DeZero prints the loss of the last step before its update.
    _, losses = descend(loss, {"W": np.zeros((1, 1)), "b": np.zeros(1)}, 0.1, 100, every=99)
    assert losses[-1] == pytest.approx(0.07908606512411756, rel=1e-12)


def sigmoid(x):
    return np.tanh(x * 0.5) * 0.5 + 0.5


def sine_data(rng):
    x = rng.rand(100, 1)
    return x, np.sin(2 * np.pi * x) + rng.rand(100, 1)


def two_layers(p, x):
    return sigmoid(x @ p[0]["W"] + p[0]["b"]) @ p[1]["W"] + p[1]["b"]


def layer(W):
    return {"W": W, "b": np.zeros(W.shape[1])}


def test_step_43_a_network_fits_a_sine():
    rng = np.random.RandomState(0)
    x, t = sine_data(rng)
    params = [layer(0.01 * rng.randn(1, 10)), layer(0.01 * rng.randn(10, 1))]
    _, losses = descend(lambda p: mse(two_layers(p, x), t), params, 0.2, 10_000, every=1000)
    wanted = [0.84737, 0.25143, 0.24759, 0.23786, 0.21222, 0.16742, 0.09682, 0.07850, 0.07750,
              0.07722]  # fmt: skip
    np.testing.assert_allclose(losses, wanted, atol=6e-6)


def test_steps_44_to_46_the_same_from_another_start():
    rng = np.random.RandomState(0)
    x, t = sine_data(rng)
    # DeZero rounds to float32, and then multiplies by a float64.
    first, last = (rng.randn(*shape).astype(np.float32) for shape in [(1, 10), (10, 1)])
    params = [layer(first * np.float64(1)), layer(last * np.sqrt(1 / 10))]
    _, losses = descend(lambda p: mse(two_layers(p, x), t), params, 0.2, 10_000, every=1000)
    wanted = [0.81652, 0.24990, 0.24610, 0.23722, 0.20793, 0.12312, 0.07888, 0.07656, 0.07643,
              0.07619]  # fmt: skip
    np.testing.assert_allclose(losses[:7], wanted[:7], atol=6e-6)
    # Then the rate is at the edge of stability: a start moved by 1e-13 changes the sixth digit,
    # and another order of additions the fourth.
    np.testing.assert_allclose(losses[7:], wanted[7:], atol=1.5e-4)


def mlp(rng):
    """The parameters of DeZero's MLP((10, 3)) on two inputs, drawn as it draws them."""
    first = rng.randn(2, 10).astype(np.float32) * np.sqrt(1 / 2)
    return [layer(first), layer(rng.randn(10, 3).astype(np.float32) * np.sqrt(1 / 10))]


def test_step_47_softmax_cross_entropy():
    x = np.array([[0.2, -0.4], [0.3, 0.5], [1.3, -3.2], [2.1, 0.3]])
    logits = two_layers(mlp(np.random.RandomState(0)), x)
    loss = losses.softmax_cross_entropy(logits, np.array([2, 0, 1, 0]))
    assert loss == pytest.approx(1.4967442462341742, rel=1e-7)


def trained_on_spirals(rng, epochs):
    """MLP((10, 3)) by gradient descent at rate 1; the mean loss and accuracy of each epoch.

    DeZero's lazy layers draw their weights after the first epoch's order.
    """
    x, t = data.spiral(train=True)
    order = rng.permutation(len(x))
    params, history = mlp(rng), []
    for _ in range(epochs):
        sums = np.zeros(2)
        for chosen in np.split(order, range(30, len(x), 30)):
            found, slope = value_and_grad(loss_and_accuracy, has_aux=True)(
                params, x[chosen], t[chosen]
            )
            sums += np.array(found) * len(chosen)
            params = fzero.tree.map(lambda p, g: p - g, params, slope)
        history.append(sums / len(x))
        order = rng.permutation(len(x))
    return params, np.array(history)


def loss_and_accuracy(params, x, t):
    y = two_layers(params, x)
    return losses.softmax_cross_entropy(y, t), metrics.accuracy(y, t)


def generator_after_spirals(seed):
    """NumPy's generator as DeZero's data set leaves it: 300 normals and a permutation drawn."""
    rng = np.random.RandomState(seed)
    rng.randn(300)
    rng.permutation(300)
    return rng


def test_steps_48_and_49_spirals():
    _, history = trained_on_spirals(generator_after_spirals(1984), 300)
    np.testing.assert_allclose(history[[0, 99, 199, 299], 0], [1.13, 0.43, 0.18, 0.13], atol=5e-3)


def test_step_50_spirals_with_a_test_set():
    rng = generator_after_spirals(2020)
    params, history = trained_on_spirals(rng, 300)
    np.testing.assert_allclose(history[-1], [0.1082, 0.9667], atol=5e-5)
    test = loss_and_accuracy(params, *data.spiral(train=False))
    np.testing.assert_allclose(test, [0.1458, 0.9600], atol=5e-5)
