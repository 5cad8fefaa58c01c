"""Distributions: JAX's numbers for the same key, closed-form distribution functions, moments.

The keys are fixed, so every check is deterministic; the bounds are those that a right sampler
misses once in a thousand.
"""

import numpy as np
import pytest
from scipy import special as sp
from scipy import stats

from fzero import random
from fzero.random import special

KEY = random.key(2024)
JAX = random.key(42, impl="threefry2x32")
N = 20_000


# Numbers of jax 0.10.2 for jax.random.PRNGKey(42), with jax_enable_x64 for float64.
def test_uniforms_are_exactly_those_of_jax():
    wide = ["0x1.b4f8123c40884p-2", "0x1.ebd996d6e8400p-7", "0x1.25f641d41e71ap-1"]
    assert [x.hex() for x in random.uniform(JAX, (3,)).tolist()] == wide
    narrow = ["0x1.f470480000000p-2", "0x1.5c0e600000000p-1", "0x1.3b87f00000000p-1"]
    assert [x.hex() for x in random.uniform(JAX, (3,), "float32").tolist()] == narrow


JAX_SAMPLES = {
    "normal": [-0.18471174528191162, -2.169824560397754, 0.18693555179382582],
    "exponential": [0.5563942243855916, 0.015123860720489336, 0.8536549993431988],
    "gumbel": [0.16062720630382138, -1.4348544993307841, 0.5890136500161952],
    "laplace": [0.15846230602649014, 3.5058868215207473, -0.16050781878325354],
    "logistic": [-0.29521526220084393, -4.183910141360207, 0.29878068416298553],
    "cauchy": [-0.23434604341667786, -21.19070234669309, 0.23723777098183235],
}


@pytest.mark.parametrize("name", JAX_SAMPLES)
def test_standard_samples_are_those_of_jax_to_rounding(name):
    found = getattr(random, name)(JAX, (3,))
    np.testing.assert_allclose(found, JAX_SAMPLES[name], rtol=1e-12)


def test_discrete_samples_and_orders_are_those_of_jax():
    assert random.randint(JAX, (5,), -3, 100, "int32").tolist() == [21, 25, 89, 97, 42]
    assert random.randint(JAX, (4,), 0, 200, "uint8").tolist() == [44, 114, 71, 169]
    wide = [464009632837, 604949196429, 848941566607]
    assert random.randint(JAX, (3,), -3, 10**12).tolist() == wide
    assert random.permutation(JAX, 8).tolist() == [7, 4, 2, 5, 3, 6, 0, 1]
    assert random.choice(JAX, 10, (5,), replace=False).tolist() == [7, 4, 2, 5, 3]
    assert random.bernoulli(JAX, 0.3, (4,)).tolist() == [False, True, False, False]
    truncated = [0.01998452592513169, -0.9504476695340623, 0.32827144083703297]
    np.testing.assert_allclose(random.truncated_normal(JAX, -1, 2, (3,)), truncated, rtol=1e-13)


CONTINUOUS = {
    "uniform": (lambda k, d: random.uniform(k, (N,), d, -2.0, 3.0), stats.uniform(-2, 5)),
    "normal": (lambda k, d: random.normal(k, (N,), d), stats.norm),
    "exponential": (lambda k, d: random.exponential(k, (N,), d), stats.expon),
    "gumbel": (lambda k, d: random.gumbel(k, (N,), d), stats.gumbel_r),
    "laplace": (lambda k, d: random.laplace(k, (N,), d), stats.laplace),
    "logistic": (lambda k, d: random.logistic(k, (N,), d), stats.logistic),
    "cauchy": (lambda k, d: random.cauchy(k, (N,), d), stats.cauchy),
    "maxwell": (lambda k, d: random.maxwell(k, (N,), d), stats.maxwell),
    "truncated": (
        lambda k, d: random.truncated_normal(k, -1.0, 2.0, (N,), d),
        stats.truncnorm(-1, 2),
    ),
    "upper tail": (
        lambda k, d: random.truncated_normal(k, 5.0, np.inf, (N,), d),
        stats.truncnorm(5, np.inf),
    ),
    "lognormal": (lambda k, d: random.lognormal(k, 0.5, (N,), d), stats.lognorm(0.5)),
    "rayleigh": (lambda k, d: random.rayleigh(k, 2.0, (N,), d), stats.rayleigh(scale=2)),
    "weibull_min": (
        lambda k, d: random.weibull_min(k, 2.0, 1.5, (N,), d),
        stats.weibull_min(1.5, scale=2),
    ),
    "pareto": (lambda k, d: random.pareto(k, 3.0, (N,), d), stats.pareto(3)),
    "triangular": (
        lambda k, d: random.triangular(k, -1.0, 0.5, 2.0, (N,), d),
        stats.triang(0.5, -1, 3),
    ),
    "wald": (lambda k, d: random.wald(k, 2.0, (N,), d), stats.invgauss(2.0)),
    "gamma 3": (lambda k, d: random.gamma(k, 3.0, (N,), d), stats.gamma(3)),
    "gamma 0.3": (lambda k, d: random.gamma(k, 0.3, (N,), d), stats.gamma(0.3)),
    "loggamma": (lambda k, d: random.loggamma(k, 0.7, (N,), d), stats.loggamma(0.7)),
    "beta": (lambda k, d: random.beta(k, 0.5, 2.0, (N,), d), stats.beta(0.5, 2)),
    "chisquare": (lambda k, d: random.chisquare(k, 3.0, (N,), d), stats.chi2(3)),
    "t": (lambda k, d: random.t(k, 3.0, (N,), d), stats.t(3)),
    "f": (lambda k, d: random.f(k, 3.0, 7.0, (N,), d), stats.f(3, 7)),
    "generalized_normal": (
        lambda k, d: random.generalized_normal(k, 3.0, (N,), d),
        stats.gennorm(3),
    ),
    "ball": (
        lambda k, d: np.linalg.norm(random.ball(k, 3, 2.0, (N,), d), axis=-1) ** 3,
        stats.uniform,
    ),
    "double_sided_maxwell": (
        lambda k, d: abs(random.double_sided_maxwell(k, 0.0, 2.0, (N,), d)) / 2,
        stats.maxwell,
    ),
    "dirichlet": (
        lambda k, d: random.dirichlet(k, np.array([0.5, 1.0, 2.0]), (N,), d)[:, 0],
        stats.beta(0.5, 3),
    ),
}


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", CONTINUOUS)
def test_continuous_samples_follow_their_distribution_function(name, dtype):
    sample, distribution = CONTINUOUS[name]
    found = sample(KEY, dtype)
    assert found.dtype == dtype
    assert np.isfinite(found).all()
    assert stats.kstest(found.astype(float), distribution.cdf).statistic < 1.95 / np.sqrt(N)
    assert np.array_equal(found, sample(KEY, dtype))


DISCRETE = {
    "bernoulli": (lambda k: random.bernoulli(k, 0.3, (N,)).astype(int), stats.bernoulli(0.3)),
    "rademacher": (lambda k: (random.rademacher(k, (N,)) + 1) // 2, stats.bernoulli(0.5)),
    "randint": (lambda k: random.randint(k, (N,), -3, 14), stats.randint(-3, 14)),
    "randint8": (lambda k: random.randint(k, (N,), 0, 200, "uint8"), stats.randint(0, 200)),
    "geometric": (lambda k: random.geometric(k, 0.3, (N,)), stats.geom(0.3)),
    "poisson 4": (lambda k: random.poisson(k, 4.0, (N,)), stats.poisson(4)),
    "poisson 50": (lambda k: random.poisson(k, 50.0, (N,)), stats.poisson(50)),
    "poisson 10": (lambda k: random.poisson(k, 10.0, (N,)), stats.poisson(10)),
    "binomial 9": (lambda k: random.binomial(k, 9, 0.7, (N,)), stats.binom(9, 0.7)),
    "binomial 90": (lambda k: random.binomial(k, 90, 0.7, (N,)), stats.binom(90, 0.7)),
    "binomial 400": (lambda k: random.binomial(k, 400, 0.03, (N,)), stats.binom(400, 0.03)),
    "multinomial": (
        lambda k: random.multinomial(k, 30, [0.2, 0.5, 0.3], (N,))[:, 1],
        stats.binom(30, 0.5),
    ),
    "categorical": (
        lambda k: random.categorical(k, np.log([0.2, 0.5, 0.3]), shape=(N,)),
        stats.rv_discrete(values=([0, 1, 2], [0.2, 0.5, 0.3])),
    ),
    "choice": (
        lambda k: random.choice(k, np.array([4, 7, 9]), (N,), p=np.array([0.2, 0.5, 0.3])),
        stats.rv_discrete(values=([4, 7, 9], [0.2, 0.5, 0.3])),
    ),
    "choice, equal": (lambda k: random.choice(k, 5, (N,)), stats.randint(0, 5)),
    "permutation": (
        lambda k: random.permutation(k, np.tile(np.arange(6), (N, 1)), 1, independent=True)[:, 2],
        stats.randint(0, 6),
    ),
}


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete_samples_follow_their_probabilities(name):
    sample, distribution = DISCRETE[name]
    found = sample(KEY)
    assert found.dtype.kind in "iu"
    values = np.arange(found.min(), found.max() + 1)
    expected = N * distribution.pmf(values)
    counts = np.array([(found == v).sum() for v in values])
    assert counts.sum() == N
    common = expected >= 10
    rest = N - counts[common].sum(), max(0.0, N - expected[common].sum())
    terms = [*zip(counts[common], expected[common], strict=True)]
    terms += [rest] if rest[1] >= 5 else []
    score = sum((c - e) ** 2 / e for c, e in terms)
    assert score < stats.chi2(max(1, len(terms) - 1)).ppf(0.999)
    assert rest[0] <= rest[1] + 5 * np.sqrt(rest[1]) + 1


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_moments_of_a_million_normals(dtype):
    n = 1_000_000
    x = random.normal(random.key(11), (n,), dtype).astype(float)
    assert np.isfinite(x).all()
    for power, moment, variance in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        assert abs((x**power).mean() - moment) < 3.3 * np.sqrt(variance / n)
    assert 4.5 < np.abs(x).max() < 6.5


def test_complex_normals_have_unit_variance():
    z = random.normal(KEY, (N,), "complex64")
    assert z.dtype == "complex64"
    assert abs((abs(z) ** 2).mean() - 1) < 3.3 / np.sqrt(N)
    assert abs((z * z).mean()) < 3.3 / np.sqrt(N)


def test_permutations_and_draws_without_replacement():
    x = np.arange(12.0).reshape(3, 4)
    moved = random.permutation(KEY, x, axis=1)
    assert np.array_equal(moved, x[:, random.permutation(KEY, 4)])
    lines = random.permutation(KEY, x, axis=1, independent=True)
    assert np.array_equal(np.sort(lines, axis=1), x)
    many = random.permutation(KEY, 70_000)
    assert np.array_equal(np.sort(many), np.arange(70_000))
    assert abs(np.corrcoef(many, np.arange(70_000))[0, 1]) < 3.3 / np.sqrt(70_000)
    for p in (None, [0.0, 0.5, 0.25, 0.25, 0.0]):
        drawn = random.choice(KEY, 5, (3,), replace=False, p=p)
        assert len(set(drawn.tolist())) == 3
        assert p is None or set(drawn.tolist()) == {1, 2, 3}
    assert random.choice(KEY, x, (2, 5), axis=1).shape == (3, 2, 5)


def test_orthogonal_matrices():
    q = random.orthogonal(KEY, 3, (2000,))
    np.testing.assert_allclose(
        q @ np.swapaxes(q, 1, 2), np.broadcast_to(np.eye(3), q.shape), atol=1e-12
    )
    assert abs(np.linalg.det(q).mean()) < 3.3 / np.sqrt(2000)
    assert abs(q.mean()) < 3.3 / np.sqrt(3 * 2000 * 9)
    assert random.orthogonal(KEY, 2, m=5, dtype="float32").shape == (2, 5)


def test_hard_parameters_stay_in_range():
    tail = random.truncated_normal(KEY, 30.0, 31.0, (1000,))
    assert (tail > 30).all() and (tail < 31).all() and len(set(tail.tolist())) > 900
    below = random.truncated_normal(KEY, -np.inf, -30.0, (1000,), "float32")
    assert np.isfinite(below).all() and (below < -30).all()
    tiny = random.beta(KEY, 1e-3, 1e-3, (1000,))
    assert ((tiny >= 0) & (tiny <= 1)).all()
    small = random.dirichlet(KEY, np.full(3, 1e-3), (1000,), "float32")
    np.testing.assert_allclose(small.sum(-1), 1, rtol=1e-6)
    assert random.poisson(KEY, np.array([0.0, 1e9]), (2,))[0] == 0
    assert random.binomial(KEY, 100, np.array([0.0, 1.0])).tolist() == [0, 100]
    assert set(random.randint(KEY, (N,), 0, 256, "uint8").tolist()) == set(range(256))
    assert random.randint(KEY, (9,), -(2**63), 2**63 - 1).dtype == "int64"
    assert random.multinomial(KEY, 50, [0.5, 0.0, 0.5], (20,)).sum(-1).tolist() == [50] * 20


def test_special_functions_against_scipy():
    x = np.concatenate([np.linspace(-37, 9, 2001), [-np.inf, np.inf, 0.0, 1e-9]])
    np.testing.assert_allclose(special.ndtr(np, x), sp.ndtr(x), rtol=5e-13)
    p = np.concatenate([10.0 ** -np.arange(1, 300, 7), np.linspace(0.001, 0.999, 999)])
    np.testing.assert_allclose(special.ndtri(np, p), sp.ndtri(p), rtol=1e-14, atol=1e-15)
    k = np.concatenate([np.arange(200.0), [1e3, 1e6, 1e9]])
    np.testing.assert_allclose(
        special.log_factorial(np, k), sp.gammaln(k + 1), rtol=1e-13, atol=1e-13
    )


@pytest.mark.parametrize("name", ["uniform", "normal", "exponential", "gumbel", "logistic"])
def test_shapes_and_dtypes(name):
    sampler = getattr(random, name)
    for shape in ((), (3,), (2, 0), (2, 3)):
        for dtype in ("float64", "float32", "float16"):
            found = sampler(KEY, shape, dtype)
            assert found.shape == shape and found.dtype == dtype
    assert sampler(KEY).dtype == "float64"
    assert sampler(KEY, 4).shape == (4,)
