"""Keys and samplers under vmap, grad and jvp."""

import numpy as np
import pytest
from scipy import stats

import fzero
from fzero import random
from fzero.random import gammas
from tests.strict import put, unwrap

KEYS = random.split(random.key(5), 6)
A = np.array([0.3, 4.0, 30.0])
SAMPLERS = {
    "bits": lambda k: random.bits(k, (3,), "uint16"),
    "split": lambda k: random.split(k, 3),
    "fold_in": lambda k: random.fold_in(k, 3),
    "fold_in name": lambda k: random.fold_in(k, "a"),
    "uniform": lambda k: random.uniform(k, (2, 3), "float32", -1.0, A),
    "normal": lambda k: random.normal(k, (3,)),
    "complex": lambda k: random.normal(k, (2,), "complex64"),
    "truncated_normal": lambda k: random.truncated_normal(k, -1.0, A),
    "gamma": lambda k: random.gamma(k, A),
    "beta": lambda k: random.beta(k, A, 2.0),
    "dirichlet": lambda k: random.dirichlet(k, A, (2,)),
    "t": lambda k: random.t(k, A),
    "wald": lambda k: random.wald(k, A),
    "poisson": lambda k: random.poisson(k, A),
    "binomial": lambda k: random.binomial(k, np.array([5, 90]), 0.4),
    "multinomial": lambda k: random.multinomial(k, 20, [0.2, 0.3, 0.5], (2,)),
    "randint": lambda k: random.randint(k, (4,), np.arange(4), 9),
    "bernoulli": lambda k: random.bernoulli(k, 0.3, (5,)),
    "categorical": lambda k: random.categorical(k, np.zeros((2, 4)), shape=(3, 2)),
    "permutation": lambda k: random.permutation(k, np.arange(6.0).reshape(2, 3), 1),
    "independent": lambda k: random.permutation(k, np.arange(6.0).reshape(2, 3), 1, True),
    "choice": lambda k: random.choice(k, np.arange(9.0), (3, 2), False),
    "weighted choice": lambda k: random.choice(k, 3, (4,), p=[0.2, 0.3, 0.5]),
    "orthogonal": lambda k: random.orthogonal(k, 3),
    "ball": lambda k: random.ball(k, 3),
}


@pytest.mark.parametrize("impl", ["philox", "threefry2x32"])
@pytest.mark.parametrize("name", SAMPLERS)
def test_vmap_over_keys_is_the_loop_to_the_last_bit(name, impl):
    keys = random.split(random.key(5, impl), 3)
    expected = np.stack([SAMPLERS[name](k) for k in keys])
    found = fzero.vmap(SAMPLERS[name])(keys)
    assert found.dtype == expected.dtype
    assert np.array_equal(found, expected)


def test_vmap_over_keys_parameters_and_data():
    def sample(key, a, step):
        return random.gamma(random.fold_in(key, step), a, (2,))

    steps = np.arange(6)
    expected = np.stack([sample(k, a, s) for k, a, s in zip(KEYS, steps + 1.0, steps, strict=True)])
    assert np.array_equal(fzero.vmap(sample)(KEYS, steps + 1.0, steps), expected)
    one_key = fzero.vmap(sample, (None, 0, None))(KEYS[0], steps + 1.0, 4)
    assert np.array_equal(one_key[2], sample(KEYS[0], 3.0, 4))
    nested = fzero.vmap(fzero.vmap(lambda k: random.normal(k, (2,))))(KEYS.reshape(2, 3, 2))
    assert np.array_equal(nested[1, 2], random.normal(KEYS[5], (2,)))
    many = random.split(random.key(0), 100)
    rows = fzero.vmap(lambda k: random.normal(k, (4,)))(many)
    assert np.array_equal(rows[57], random.normal(many[57], (4,)))


def difference(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)


KEY = random.key(8)
MOVED = {
    "uniform minval": (lambda x: random.uniform(KEY, (), np.float64, x, 5.0), 0.3),
    "uniform maxval": (lambda x: random.uniform(KEY, (), np.float64, -1.0, x), 0.3),
    "truncated lower": (lambda x: random.truncated_normal(KEY, x, 2.0), -0.4),
    "truncated upper": (lambda x: random.truncated_normal(KEY, -1.0, x), 0.7),
    "truncated tail": (lambda x: random.truncated_normal(KEY, x, np.inf), 6.0),
    "lognormal": (lambda x: random.lognormal(KEY, x), 0.7),
    "rayleigh": (lambda x: random.rayleigh(KEY, x), 0.7),
    "weibull scale": (lambda x: random.weibull_min(KEY, x, 1.5), 0.7),
    "weibull concentration": (lambda x: random.weibull_min(KEY, 1.0, x), 1.7),
    "pareto": (lambda x: random.pareto(KEY, x), 2.5),
    "triangular": (lambda x: random.triangular(KEY, -1.0, x, 2.0), 0.5),
}


@pytest.mark.parametrize("name", MOVED)
def test_parameters_are_differentiated_by_reparametrisation(name):
    f, x = MOVED[name]
    expected = difference(f, x)
    np.testing.assert_allclose(fzero.grad(f)(x), expected, rtol=1e-6)
    np.testing.assert_allclose(fzero.jvp(f, (x,), (1.0,))[1], expected, rtol=1e-6)


@pytest.mark.parametrize("a", [0.02, 0.4, 1.0, 3.5, 60.0, 2e4])
def test_the_implicit_derivative_of_gamma(a):
    # At fixed probability: a difference of SciPy's quantiles.
    keys = random.split(random.key(1), 8)
    slopes = fzero.vmap(fzero.grad(lambda k, a: random.loggamma(k, a), 1), (0, None))(keys, a)
    y = fzero.vmap(random.loggamma, (0, None))(keys, a)
    known = np.exp(y) > 1e-250  # below, SciPy's quantile is 0
    q, h = stats.gamma(a).cdf(np.exp(y)), 1e-4 * a
    up, down = (np.log(stats.gamma(a + s * h).ppf(q)) for s in (1, -1))
    lower = q < 0.9  # a probability near 1 has lost the digits of its quantile
    checked = known & lower
    assert checked.any()
    np.testing.assert_allclose(slopes[checked], ((up - down) / (2 * h))[checked], rtol=2e-6)


def test_the_second_derivative_of_gamma_is_at_fixed_probability_too():
    a, h = 2.5, 1e-3
    q = stats.gamma(a).cdf(random.gamma(KEY, a))
    down, here, up = (stats.gamma(a + s * h).ppf(q) for s in (-1, 0, 1))
    second = fzero.grad(fzero.grad(lambda a: random.gamma(KEY, a)))(a)
    np.testing.assert_allclose(second, (up - 2 * here + down) / h**2, rtol=1e-5)


def test_gamma_stays_float32_and_near_the_float64_slope():
    def slope(y, a, dtype):
        return gammas._slope(np.asarray(y, dtype), np.asarray(a, dtype))

    assert fzero.grad(lambda a: random.gamma(KEY, a, dtype="float32"))(np.float32(2)).dtype == "f4"
    a = np.array([0.05, 1.0, 30.0, 1e4])
    for y in (np.log(a) - 0.02, np.log(a) + 0.02):
        y, a = y.astype("f4").astype(float), a.astype("f4").astype(float)
        narrow = slope(y, a, "float32")
        assert narrow.dtype == "float32"
        np.testing.assert_allclose(narrow, slope(y, a, float), rtol=1e-3)


def test_the_mean_slope_of_beta_is_the_slope_of_its_mean():
    a, b, n = 0.7, 2.0, 20_000
    keys = random.split(random.key(3), n)
    _, slopes = fzero.jvp(lambda a: fzero.vmap(lambda k: random.beta(k, a, b))(keys), (a,), (1.0,))
    expected = b / (a + b) ** 2
    assert abs(slopes.mean() - expected) < 3.3 * slopes.std() / np.sqrt(n)


STEPS = {
    "bernoulli: p": lambda x: random.bernoulli(KEY, x) * 1.0,
    "categorical: logits": lambda x: random.categorical(KEY, x * np.arange(3.0)) * 1.0,
    "geometric: p": lambda x: random.geometric(KEY, x) * 1.0,
    "poisson: lam": lambda x: random.poisson(KEY, x) * 1.0,
    "binomial: p": lambda x: random.binomial(KEY, 9, x) * 1.0,
    "multinomial: p": lambda x: random.multinomial(KEY, 9, x * np.ones(2))[0] * 1.0,
    "choice: p": lambda x: random.choice(KEY, 2, p=x * np.ones(2)) * 1.0,
    "wald: mean": lambda x: random.wald(KEY, x),
}


@pytest.mark.parametrize("name", STEPS)
def test_steps_refuse_derivatives_and_name_the_way_out(name):
    sampler, argument = name.split(": ")
    message = rf"random.{sampler}: {argument} is differentiated.*fzero.stop_gradient\({argument}\)"
    for derivative in (
        lambda: fzero.grad(STEPS[name])(0.5),
        lambda: fzero.jvp(STEPS[name], (0.5,), (1.0,)),
    ):
        with pytest.raises(TypeError, match=message):
            derivative()
    stopped = fzero.grad(lambda x: x * STEPS[name](fzero.stop_gradient(x)))(0.5)
    assert stopped == STEPS[name](0.5)


def test_samples_are_constants_to_what_is_differentiated():
    def noisy(x):
        return (x + random.normal(KEY, (3,))) @ np.ones(3)

    assert fzero.grad(noisy)(2.0) == 3.0
    gathered = fzero.grad(lambda x: random.choice(KEY, x, (4,)) @ np.ones(4))(np.ones(3))
    assert gathered.sum() == 4
    shuffled = fzero.grad(lambda x: random.permutation(KEY, x) @ np.arange(3.0))(np.zeros(3))
    assert np.array_equal(np.sort(shuffled), np.arange(3.0))


@pytest.mark.parametrize("data", ["a name", 3, np.uint64(3)], ids=["text", "int", "uint64"])
def test_keys_on_a_device_are_folded_row_by_row(data):
    found = fzero.vmap(lambda k: random.fold_in(k, data))(put(KEYS))
    np.testing.assert_array_equal(unwrap(found), [random.fold_in(k, data) for k in KEYS])
