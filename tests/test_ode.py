"""odeint: values and derivatives against closed forms, SciPy and JAX."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero.core import Tracer
from fzero.testing import check_grads
from tests.strict import StrictArray, put, unwrap

T = np.array([0.0, 0.5, 1.3])
TIGHT = {"rtol": 1e-11, "atol": 1e-12}
METHODS = pytest.mark.parametrize("method", ["adjoint", "direct"])


def growth(y, t, r):
    return r * y * (1 - y)


def logistic(y0, t, r):
    """The solution of `growth`."""
    return 1 / (1 + (1 / y0 - 1) * np.exp(-r * (t - t[0])))


def oscillator(y, t, w):
    return {"x": y["v"], "v": -(w**2) * y["x"]}


def pushed(y, t, p):
    """An equation that depends on time."""
    return np.stack([y[1] * p["a"], np.sin(t * p["b"]) - y[0] ** 3])


P = {"a": np.array(1.2), "b": np.array(0.7)}
Y = np.array([0.5, -0.2])


class TestValues:
    def test_the_logistic_equation(self):
        got = fzero.odeint(growth, 0.2, T, 1.5, **TIGHT)
        np.testing.assert_allclose(got, logistic(0.2, T, 1.5), rtol=1e-9)

    def test_the_oscillator_as_a_tree(self):
        t = np.linspace(0.0, 6.0, 7)
        got = fzero.odeint(oscillator, {"x": 1.0, "v": 0.0}, t, 2.0, **TIGHT)
        np.testing.assert_allclose(got["x"], np.cos(2 * t), atol=1e-9)
        np.testing.assert_allclose(got["v"], -2 * np.sin(2 * t), atol=1e-9)

    def test_falling_times_lead_back(self):
        there = fzero.odeint(pushed, Y, T, P, **TIGHT)
        back = fzero.odeint(pushed, there[-1], T[::-1], P, **TIGHT)
        np.testing.assert_allclose(back, there[::-1], atol=1e-9)

    def test_equals_scipy(self):
        integrate = pytest.importorskip("scipy.integrate")
        want = integrate.solve_ivp(
            lambda t, y: pushed(y, t, P), (0, 1.3), Y, t_eval=T, method="DOP853", rtol=1e-12,
            atol=1e-13,
        )  # fmt: skip
        got = fzero.odeint(pushed, Y, T, P, **TIGHT)
        np.testing.assert_allclose(got, want.y.T, atol=1e-10)

    def test_error_follows_the_tolerance(self):
        errors = []
        for rtol in (1e-3, 1e-5, 1e-7):
            got = fzero.odeint(growth, 0.2, T, 1.5, rtol=rtol, atol=rtol / 10)
            errors.append(np.abs(got - logistic(0.2, T, 1.5)).max())
            assert errors[-1] < 10 * rtol
        assert errors[0] > errors[1] > errors[2]

    @METHODS
    def test_float32_stays(self, method):
        f = lambda y, r: fzero.odeint(growth, y, T, r, method=method).sum()
        g = fzero.grad(f, (0, 1))(np.float32(0.2), np.float32(1.5))
        assert [x.dtype for x in g] == [np.float32] * 2
        assert f(np.float32(0.2), np.float64(1.5)).dtype == np.float32
        want = fzero.grad(f, (0, 1))(0.2, 1.5)
        np.testing.assert_allclose(g, want, rtol=1e-4)

    @METHODS
    def test_arrays_of_another_library(self, method):
        slope = lambda y, t, a: fnp.stack([y[1] * a, fnp.sin(t) - y[0] ** 3])
        total = lambda a, y, t: fzero.odeint(slope, y, t, a, method=method).sum()
        given = (np.array(1.2), Y, T)
        got = fzero.grad(total)(*map(put, given))
        assert isinstance(got, StrictArray)
        assert unwrap(got) == pytest.approx(fzero.grad(total)(*given), rel=1e-9)

    def test_one_time_only(self):
        assert fzero.odeint(growth, 0.2, T[:1], 1.5).tolist() == [0.2]


class TestDerivatives:
    @METHODS
    def test_of_the_start_the_times_and_the_arguments(self, method):
        solve = lambda *a: fzero.odeint(growth, *a, method=method, **TIGHT)
        for jacobian in (fzero.jacrev, fzero.jacfwd):
            got = jacobian(solve, (0, 1, 2))(0.2, T, 1.5)
            want = fzero.jacfwd(logistic, (0, 1, 2))(0.2, T, 1.5)
            for a, b in zip(got, want, strict=True):
                np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-8)

    @METHODS
    def test_every_mode_to_the_second_order(self, method):
        def f(y, p):
            return fzero.odeint(pushed, y, T[:2], p, method=method, **TIGHT)

        check_grads(f, (Y, P), order=1, atol=1e-6, rtol=1e-6)
        with_times = lambda t: fzero.odeint(pushed, Y, t, P, method=method, **TIGHT)
        check_grads(with_times, (T,), order=1, atol=1e-6, rtol=1e-6)

    @METHODS
    def test_second_derivatives_of_the_logistic_equation(self, method):
        f = lambda y, r: fzero.odeint(growth, y, T, r, method=method, **TIGHT)[-1]
        want = fzero.hessian(lambda y, r: logistic(y, T, r)[-1], (0, 1))(0.2, 1.5)
        got = fzero.hessian(f, (0, 1))(0.2, 1.5)
        twice = fzero.jacrev(fzero.jacrev(f, (0, 1)), (0, 1))(0.2, 1.5)
        np.testing.assert_allclose(got, want, rtol=1e-6)
        np.testing.assert_allclose(twice, want, rtol=1e-6)

    @METHODS
    def test_rows_of_their_own(self, method):
        f = lambda y, r: fzero.odeint(growth, y, T, r, method=method, **TIGHT)[-1]
        ys, rs = np.array([0.2, 0.9, 5.0]), np.array([1.0, 8.0, 0.1])
        want = [fzero.value_and_grad(f, (0, 1))(y, r) for y, r in zip(ys, rs, strict=True)]
        np.testing.assert_allclose(fzero.vmap(f)(ys, rs), [v for v, _ in want], rtol=1e-8)
        each = fzero.vmap(fzero.grad(f, (0, 1)))(ys, rs)
        summed = fzero.grad(lambda y, r: fzero.vmap(f)(y, r).sum(), (0, 1))(ys, rs)
        for got in (each, summed):
            np.testing.assert_allclose(np.transpose(got), [g for _, g in want], rtol=1e-6)

    def test_equals_jax(self):
        jax = pytest.importorskip("jax")
        from jax.experimental.ode import odeint

        def f(odeint, np):
            slope = lambda y, t, p: np.stack([y[1] * p["a"], np.sin(t * p["b"]) - y[0] ** 3])
            return lambda y, t, p: (odeint(slope, y, t, p, **TIGHT) ** 2).sum()

        before = jax.config.jax_enable_x64
        jax.config.update("jax_enable_x64", True)
        try:
            want = jax.grad(f(odeint, jax.numpy), (0, 1, 2))(Y, T, P)
        finally:
            jax.config.update("jax_enable_x64", before)
        got = fzero.grad(f(fzero.odeint, fnp), (0, 1, 2))(Y, T, P)
        pairs = zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True)
        for a, b in pairs:
            np.testing.assert_allclose(a, b, rtol=1e-7, atol=1e-8)

    def test_the_adjoint_does_not_record_the_steps(self):
        def traced_calls(method, rtol):
            seen = []

            def f(y, t, r):
                seen.append(isinstance(y, Tracer) or isinstance(r, Tracer))
                return growth(y, t, r)

            fzero.vjp(lambda r: fzero.odeint(f, 0.2, T, r, method=method, rtol=rtol), 1.5)
            return sum(seen)

        assert traced_calls("adjoint", 1e-3) == traced_calls("adjoint", 1e-10) == 1
        assert traced_calls("direct", 1e-3) < traced_calls("direct", 1e-10)

    def test_integers_among_the_arguments(self):
        f = lambda r, n: fzero.odeint(lambda y, t, r, n: -r * y * n, 1.0, T, r, n)[-1]
        assert fzero.grad(f)(0.5, 2) == pytest.approx(-2.6 * np.exp(-1.3), rel=1e-5)


class TestErrors:
    def test_a_closure_is_refused_by_the_adjoint_or_differentiated_by_steps(self):
        f = lambda y, r, **how: fzero.odeint(lambda y, t: -r * y, y, T, **how)[-1]
        with pytest.raises(TypeError, match="closes over a tracer.*Pass it as an argument"):
            fzero.grad(f, (0, 1))(1.0, 2.0)
        want = -1.3 * np.exp(-2.6)
        got = fzero.grad(lambda y, r: f(y, r, method="direct"), (0, 1))(1.0, 2.0)
        assert got == pytest.approx((np.exp(-2.6), want), rel=1e-4)
        assert fzero.grad(f, 1)(1.0, 2.0) == pytest.approx(want, rel=1e-4)

    def test_too_many_steps(self):
        with pytest.raises(ArithmeticError, match="5 steps lead to .*Raise mxstep"):
            fzero.odeint(growth, 0.2, T, 1.5, mxstep=5, **TIGHT)
        fzero.odeint(growth, 0.2, T, 1.5, mxstep=5000, **TIGHT)

    def test_an_exploding_solution(self):
        with pytest.raises(ArithmeticError, match="exploding"), np.errstate(all="ignore"):
            fzero.odeint(lambda y, t: y**2, 1.0, np.array([0.0, 2.0]), mxstep=500)

    @pytest.mark.parametrize("t", [[0.0, 1.0, 1.0], [0.0, 2.0, 1.0], 1.0, []])
    def test_times_that_are_none(self, t):
        with pytest.raises(ValueError, match="rise or fall along one axis"):
            fzero.odeint(growth, 0.2, np.array(t), 1.5)

    def test_other_bad_arguments(self):
        with pytest.raises(ValueError, match="'adjoint' or 'direct'"):
            fzero.odeint(growth, 0.2, T, 1.5, method="euler")
        with pytest.raises(TypeError, match="Write 1.0 for 1"):
            fzero.odeint(growth, 1, T, 1.5)
        with pytest.raises(ValueError, match="Return one number per unknown"):
            fzero.odeint(lambda y, t: y.sum(), np.ones(2), T)
