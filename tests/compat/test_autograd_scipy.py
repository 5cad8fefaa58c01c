"""`autograd.scipy` under its path: SciPy's values, and derivatives."""

import numpy as onp
import pytest

import fzero
import fzero.compat.autograd.scipy.stats.multivariate_normal as mvn
import fzero.compat.autograd.scipy.stats.norm as norm
from fzero.compat.autograd import grad, hessian, jacobian
from fzero.compat.autograd.misc import const_graph
from fzero.compat.autograd.misc.tracers import const_graph as again
from fzero.compat.autograd.scipy import integrate, linalg, signal, special, stats
from fzero.compat.autograd.test_util import check_grads, check_jvp, check_vjp
from fzero.compat.autograd.tracer import getval, isbox

scipy = pytest.importorskip("scipy")
theirs = pytest.importorskip("scipy.special")

X = onp.array([0.4, 1.3, 2.9])
RNG = onp.random.default_rng(0)
A, B, Q = (RNG.standard_normal((3, 3)) + 3 * onp.eye(3) for _ in range(3))


def close(got, want):
    onp.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-13)


def test_distributions_are_those_of_fzero():
    assert norm.logpdf is fzero.scipy.stats.norm.logpdf is stats.norm.logpdf
    assert mvn.entropy is fzero.scipy.stats.multivariate_normal.entropy
    want = onp.random.RandomState(3).dirichlet([1.0, 2.0], 4)
    close(stats.dirichlet.rvs([1.0, 2.0], 4, random_state=3), want)
    assert stats.dirichlet.rvs([1.0, 2.0]).shape == (1, 2)


@pytest.mark.parametrize("name", ["j0", "j1", "y0", "y1"])
def test_bessel_functions_of_a_whole_order(name):
    f = getattr(special, name)
    close(f(X), getattr(theirs, name)(X))
    check_grads(f, order=2)(X)


@pytest.mark.parametrize("name", ["jn", "yn", "iv", "ive"])
@pytest.mark.parametrize("n", [0, 1, 2])
def test_bessel_functions_of_an_order(name, n):
    f = getattr(special, name)
    close(f(n, X), getattr(theirs, name)(n, X))
    check_grads(lambda x: f(n, x), order=2)(X)
    check_grads(lambda x: f(n, x), order=1)(-X) if name == "ive" else None


def test_the_reciprocal_of_gamma():
    close(special.rgamma(X), theirs.rgamma(X))
    check_grads(special.rgamma)(X)


def test_matrix_equations():
    root = linalg.sqrtm(A @ A)
    close(root @ root, A @ A)
    check_grads(linalg.sqrtm, order=2)(A @ A.T)
    x = linalg.solve_sylvester(A, B, Q)
    close(A @ x + x @ B, Q)
    check_grads(linalg.solve_sylvester, (0, 1, 2), order=2)(A, B, Q)


@pytest.mark.parametrize("l_and_u", [(1, 1), (2, 0), (0, 2), (1, 2)])
@pytest.mark.parametrize("shape", [(5,), (5, 2)])
def test_banded_systems(l_and_u, shape):
    bands = RNG.standard_normal((sum(l_and_u) + 1, 5)) + 3.0
    bands[l_and_u[1]] += 9.0
    b = RNG.standard_normal(shape)
    close(linalg.solve_banded(l_and_u, bands, b), scipy.linalg.solve_banded(l_and_u, bands, b))
    check_grads(lambda m, b: linalg.solve_banded(l_and_u, m, b), (0, 1), order=2)(bands, b)


def test_other_names_of_linalg_are_scipys():
    assert linalg.qz is scipy.linalg.qz
    with pytest.raises(AttributeError):
        _ = linalg.nothing


@pytest.mark.parametrize("mode", ["full", "valid", "same"])
def test_convolutions(mode):
    import scipy.signal

    a, b = RNG.standard_normal((5, 6)), RNG.standard_normal((3, 2))
    close(signal.convolve(a, b, mode=mode), scipy.signal.convolve(a, b, mode))
    if mode != "same":
        close(signal.convolve(b, a, mode=mode), scipy.signal.convolve(b, a, mode))
    # batches of a, channels contracted, and rows of b: a loop over all of them
    a, b = RNG.standard_normal((2, 3, 7)), RNG.standard_normal((4, 3, 3))
    axes, dots = ([2], [2]), ([1], [1])
    want = [
        [sum(onp.convolve(u, v, mode) for u, v in zip(x, w, strict=True)) for w in b] for x in a
    ]
    close(signal.convolve(a, b, axes=axes, dot_axes=dots, mode=mode), want)
    f = lambda a, b: signal.convolve(a, b, axes=axes, dot_axes=dots, mode=mode)
    check_grads(f, (0, 1), order=2)(a, b)


def test_bad_convolutions_are_refused():
    with pytest.raises(ValueError, match="one axis of B for each"):
        signal.convolve(onp.ones(3), onp.ones(3), mode="most")
    with pytest.raises(ValueError, match="Use mode 'full'"):
        signal.convolve(onp.ones((3, 1)), onp.ones((1, 3)), mode="valid")


def test_differential_equations():
    from scipy.integrate import odeint

    slope = lambda y, t, a, b: onp.array([-a, b]) * y
    times, start = onp.array([0.0, 0.5, 1.0]), onp.array([1.0, 2.0])
    args = (0.7, 0.3)
    close_to = lambda got, want: onp.testing.assert_allclose(got, want, rtol=1e-7)
    f = lambda y, t, a, b: fzero.numpy.stack([-a * y[0], b * y[1]])
    close_to(integrate.odeint(f, start, times, args), odeint(slope, start, times, args))
    ends = lambda a, b: integrate.odeint(f, start, times, (a, b))[-1]
    close_to(jacobian(ends)(0.7, 0.3), [-onp.exp(-0.7), 0.0])
    close_to(jacobian(ends, 1)(0.7, 0.3), [0.0, 2 * onp.exp(0.3)])
    swapped = integrate.odeint(lambda t, y, a, b: f(y, t, a, b), start, times, args, tfirst=True)
    close_to(swapped, integrate.odeint(f, start, times, args))


def test_graphs_and_tracers():
    assert const_graph is again and const_graph(lambda x, y: x - y, 5.0)(2.0) == 3.0
    seen = []
    f = lambda x: (seen.append((isbox(x), getval(x))), x * getval(x))[1]
    assert grad(f)(3.0) == 3.0 and seen == [(True, 3.0)]
    check_jvp(onp.sin, 0.3)
    check_vjp(onp.sin, 0.3)


def test_hessians_of_densities():
    close(hessian(lambda x: fzero.numpy.sum(norm.logpdf(x)))(X), -onp.eye(3))
