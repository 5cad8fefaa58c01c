"""Programs as they are written for autograd: only their imports differ. Run with both.

Each program takes the modules it would import. It runs on fzero's, and, where autograd is
installed, on autograd's own; the numbers are compared with independent ones in any case.
"""

import importlib
from types import SimpleNamespace

import numpy as onp
import pytest

scipy = pytest.importorskip("scipy")


def modules(root):
    """What `import autograd...` gives, from that root."""
    names = {
        "ag": "", "np": ".numpy", "npr": ".numpy.random", "norm": ".scipy.stats.norm",
        "mvn": ".scipy.stats.multivariate_normal", "special": ".scipy.special",
        "integrate": ".scipy.integrate", "linalg": ".scipy.linalg", "misc": ".misc",
        "optimizers": ".misc.optimizers",
    }  # fmt: skip
    if root == "autograd":
        pytest.importorskip("autograd")
    return SimpleNamespace(**{k: importlib.import_module(root + v) for k, v in names.items()})


@pytest.fixture(params=["fzero.compat.autograd", "autograd"], ids=["fzero", "autograd"])
def lib(request):
    return modules(request.param)


# ----------------------------------------------------------------- a Gaussian process's regression

PLACES = onp.linspace(-2, 2, 9)
HEIGHTS = onp.sin(PLACES) + 0.1 * onp.cos(7 * PLACES)


def process(lib):
    """The log likelihood of a covariance's logarithmic parameters, and the posterior mean."""
    np = lib.np

    def covariance(parameters, x, y):
        size, width = np.exp(parameters[0]), np.exp(parameters[1])
        gaps = (np.expand_dims(x, 1) - np.expand_dims(y, 0)) / width
        return size * np.exp(-0.5 * gaps**2)

    def noisy(parameters):
        noise = np.exp(parameters[2]) * np.eye(len(PLACES))
        return covariance(parameters, PLACES, PLACES) + noise

    def likelihood(parameters):
        return lib.mvn.logpdf(HEIGHTS, np.zeros(len(PLACES)), noisy(parameters))

    def predict(parameters, at):
        cross = covariance(parameters, at, PLACES)
        return np.dot(cross, np.linalg.solve(noisy(parameters), HEIGHTS))

    return likelihood, predict


def test_a_gaussian_process(lib):
    likelihood, predict = process(lib)
    parameters = onp.array([0.1, -0.3, -4.0])
    matrix = onp.exp(0.1) * onp.exp(
        -0.5 * ((PLACES[:, None] - PLACES) / onp.exp(-0.3)) ** 2
    ) + onp.exp(-4.0) * onp.eye(9)
    closed = -0.5 * (
        HEIGHTS @ onp.linalg.solve(matrix, HEIGHTS)
        + onp.linalg.slogdet(matrix)[1]
        + 9 * onp.log(2 * onp.pi)
    )
    value, slope = lib.ag.value_and_grad(likelihood)(parameters)
    assert value == pytest.approx(closed, rel=1e-11)
    # d/d log(noise) = noise (|K^-1 y|^2 - tr K^-1) / 2
    weights = onp.linalg.solve(matrix, HEIGHTS)
    want = onp.exp(-4.0) * (weights @ weights - onp.trace(onp.linalg.inv(matrix))) / 2
    assert slope[2] == pytest.approx(want, rel=1e-8)
    found = scipy.optimize.minimize(
        lib.ag.value_and_grad(lambda p: -likelihood(p)), parameters, jac=True, method="BFGS"
    )
    assert onp.max(onp.abs(found.jac)) < 1e-4 and -found.fun > closed
    onp.testing.assert_allclose(predict(found.x, PLACES[3:6]), HEIGHTS[3:6], atol=0.1)


# ---------------------------------------------------------------- a mixture of normal densities


def test_a_mixture(lib):
    np = lib.np
    data = onp.concatenate(
        [onp.random.RandomState(0).randn(30) - 3, onp.random.RandomState(1).randn(60) + 2]
    )

    def likelihood(parameters):
        logits, means, widths = (parameters[k] for k in ("logits", "means", "widths"))
        weights = logits - lib.special.logsumexp(logits)
        each = lib.norm.logpdf(np.expand_dims(data, 1), means, np.exp(widths))
        return np.sum(lib.special.logsumexp(weights + each, axis=1))

    start = {"logits": onp.zeros(2), "means": onp.array([-1.0, 1.0]), "widths": onp.zeros(2)}
    closed = onp.sum(
        onp.log(0.5 * scipy.stats.norm.pdf(data, -1) + 0.5 * scipy.stats.norm.pdf(data, 1))
    )
    assert likelihood(start) == pytest.approx(closed)
    flat, unflatten = lib.misc.flatten(start)
    f = lambda v: -likelihood(unflatten(v))
    found = scipy.optimize.minimize(
        lib.ag.value_and_grad(f), flat, jac=True,
        hessp=lambda v, t: lib.ag.hessian_vector_product(f)(v, t), method="Newton-CG",
    )  # fmt: skip
    end = unflatten(found.x)
    samples = [data[:30].mean(), data[30:].mean()]
    onp.testing.assert_allclose(onp.sort(end["means"]), samples, atol=0.2)
    # At the greatest likelihood the weight is the mean of the responsibilities.
    means, spread = end["means"], onp.exp(end["widths"])
    weights = onp.exp(end["logits"]) / onp.exp(end["logits"]).sum()
    dense = weights * scipy.stats.norm.pdf(data[:, None], means, spread)
    shares = dense / dense.sum(axis=1, keepdims=True)
    onp.testing.assert_allclose(shares.mean(axis=0), weights, atol=1e-4)


# ------------------------------------------------------------------------- a fit of an equation

TIMES = onp.linspace(0.0, 4.0, 9)


def test_a_differential_equation(lib):
    np = lib.np

    def slope(y, t, rate, limit):
        return rate * y * (1 - y / limit)

    def grown(parameters):
        rate, limit = parameters
        return lib.integrate.odeint(slope, onp.array([0.2]), TIMES, lib.ag.tuple((rate, limit)))[
            :, 0
        ]

    def closed(rate, limit):
        return limit / (1 + (limit / 0.2 - 1) * onp.exp(-rate * TIMES))

    onp.testing.assert_allclose(grown((0.9, 2.0)), closed(0.9, 2.0), rtol=1e-6)
    seen = closed(1.2, 3.0)
    loss = lambda parameters: np.sum((grown((parameters[0], parameters[1])) - seen) ** 2)
    at = onp.array([0.9, 2.0])
    step = 1e-6
    differences = [
        (((closed(*(at + d)) - seen) ** 2).sum() - ((closed(*(at - d)) - seen) ** 2).sum())
        / (2 * step)
        for d in step * onp.eye(2)
    ]
    onp.testing.assert_allclose(lib.ag.grad(loss)(at), differences, rtol=1e-4)
    found = scipy.optimize.minimize(lib.ag.value_and_grad(loss), at, jac=True, method="BFGS")
    onp.testing.assert_allclose(found.x, [1.2, 3.0], atol=1e-3)


# ----------------------------------------------------------------------- variational inference


def test_a_variational_bound(lib):
    """A normal guess at a correlated normal density: its best means and widths are known."""
    np = lib.np
    mean, cov = onp.array([1.0, -2.0]), onp.array([[1.0, 0.6], [0.6, 2.0]])

    def bound(parameters, step):
        center, logs = parameters[:2], parameters[2:]
        noise = onp.random.RandomState(0).randn(200, 2)
        noise = onp.concatenate([noise, -noise])
        draws = center + noise * np.exp(logs)
        return -np.mean(lib.mvn.logpdf(draws, mean, cov)) - np.sum(logs)

    end = lib.optimizers.adam(lib.ag.grad(bound), onp.zeros(4), step_size=0.05, num_iters=400)
    onp.testing.assert_allclose(end[:2], mean, atol=0.1)
    onp.testing.assert_allclose(onp.exp(2 * end[2:]), 1 / onp.diag(onp.linalg.inv(cov)), rtol=0.2)
