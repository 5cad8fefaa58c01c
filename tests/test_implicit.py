"""custom_root, custom_linear_solve, fixed_point: derivatives from the equation alone."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero.core import Tracer
from fzero.errors import NotDifferentiableError
from fzero.testing import check_grads
from tests.strict import StrictArray, put, unwrap

A = np.array([[4.0, 1.0, 0.0], [1.0, 3.0, 0.5], [0.0, 0.5, 2.0]])
B = np.array([1.0, 2.0, 3.0])
X = np.array([1.0, 4.0, 9.0])


def newton(f, x):
    return fzero.while_loop(
        lambda x: abs(f(x)) > 1e-13 * (1 + x * x), lambda x: x - f(x) / fzero.grad(f)(x), x
    )


def divide(g, y):
    return y / g(1.0)


def root(a, solve=newton):
    return fzero.custom_root(lambda x: x**2 - a, 1.0, solve, divide)


def conjugate_gradients(f, b):
    x, r = fnp.zeros_like(b), b
    p = r
    for _ in range(len(B)):
        image = f(p)
        size = (r @ r) / (p @ image)
        x, before, r = x + size * p, r, r - size * image
        p = r + (r @ r) / (before @ before) * p
    return x


def symmetric(a):
    return (a + a.T) / 2


def by_gradients(a, b):
    m = symmetric(a)
    return fzero.custom_linear_solve(lambda x: m @ x, b, conjugate_gradients, symmetric=True)


def dense(f, b):
    return fnp.linalg.solve(fzero.jacobian(f)(b), b)


def by_matrix(a, b):
    return fzero.custom_linear_solve(lambda x: a @ x, b, dense, dense)


class TestRoot:
    def test_value_and_derivatives_of_the_square_root(self):
        derivative = root
        wanted = [2.0, 0.25, -1 / 32, 3 / 256]
        for want in wanted:
            assert derivative(4.0) == pytest.approx(want, rel=1e-12)
            derivative = fzero.grad(derivative)
        assert fzero.jvp(root, (4.0,), (2.0,))[1] == pytest.approx(0.5, rel=1e-12)
        assert fzero.linearize(root, 4.0)[1](2.0) == pytest.approx(0.5, rel=1e-12)
        assert fzero.hessian(root)(4.0) == pytest.approx(-1 / 32, rel=1e-12)

    def test_every_mode_to_the_second_order(self):
        check_grads(root, (3.0,), order=2)

    def test_rows_of_their_own(self):
        want = 0.5 / np.sqrt(X)
        np.testing.assert_allclose(fzero.vmap(root)(X), np.sqrt(X), rtol=1e-12)
        np.testing.assert_allclose(fzero.vmap(fzero.grad(root))(X), want, rtol=1e-12)
        np.testing.assert_allclose(fzero.jacrev(fzero.vmap(root))(X), np.diag(want), rtol=1e-12)
        np.testing.assert_allclose(fzero.jacfwd(fzero.vmap(root))(X), np.diag(want), rtol=1e-12)
        check_grads(fzero.vmap(root), (X,), order=2)

    def test_in_a_branch_that_has_some_rows(self):
        f = lambda a: fzero.cond(a > 2.0, root, lambda a: a, a)
        got = fzero.grad(lambda x: fzero.vmap(f)(x).sum())(X)
        np.testing.assert_allclose(got, [1.0, 0.25, 1 / 6], rtol=1e-12)
        np.testing.assert_allclose(fzero.vmap(fzero.grad(f))(X), got, rtol=1e-12)

    def test_under_nested_vmaps(self):
        ab = fzero.vmap(lambda a: fzero.vmap(lambda b: root(a * b))(X))
        want = np.sqrt(X).sum() / (2 * np.sqrt(X))
        got = fzero.grad(lambda x: ab(x).sum())(X)
        np.testing.assert_allclose(got, want, rtol=1e-12)

    def test_a_pullback_that_outlives_the_vmap(self):
        out, pull = fzero.vjp(fzero.vmap(root), X)
        want = np.diag(0.5 / np.sqrt(X))
        np.testing.assert_allclose(fzero.vmap(pull)(np.eye(3))[0], want, rtol=1e-12)
        np.testing.assert_allclose(pull(np.eye(3)[1])[0], want[1], rtol=1e-12)
        twice = fzero.jacrev(fzero.jacrev(fzero.vmap(root)))(X)
        np.testing.assert_allclose(twice[1, 1, 1], -1 / 32, rtol=1e-12)

    def test_in_checkpoint_and_scan(self):
        assert fzero.grad(fzero.checkpoint(root))(4.0) == pytest.approx(0.25, rel=1e-12)
        f = lambda a: fzero.scan(lambda c, _: (root(c + a), None), a, None, 3)[0]
        plain = lambda a: np.sqrt(np.sqrt(np.sqrt(a + a) + a) + a)
        assert fzero.grad(f)(1.0) == pytest.approx(fzero.grad(plain)(1.0), rel=1e-12)

    @pytest.mark.parametrize("derivative", [fzero.grad, fzero.jacfwd, fzero.hessian])
    def test_the_solver_sees_plain_values_once(self, derivative):
        runs = []

        def solve(f, x):
            runs.append(isinstance(x, Tracer) or isinstance(f(x), Tracer))
            return np.sqrt(x**2 - f(x))  # of no use as something to differentiate

        f = lambda a: root(a, solve)
        want = {fzero.hessian: -1 / 32}.get(derivative, 0.25)
        assert derivative(f)(4.0) == pytest.approx(want, rel=1e-12)
        assert runs[0] is False and len(runs) == 1

    def test_the_tape_does_not_grow_with_the_steps(self):
        def count(steps):
            solve = lambda f, x: fzero.fori_loop(0, steps, lambda i, x: x - f(x) / (2 * x), x)
            return fzero.graph.record(fzero.grad(lambda a: root(a, solve)), 4.0).counts()

        few, many = count(10), count(20)
        assert many["subtract"] - few["subtract"] == 20  # two a step, forward only
        assert many["multiply"] - few["multiply"] == 10

    def test_a_record_inside_a_derivative_is_refused(self):
        def f(a):
            fzero.graph.record(lambda x: root(a * x, lambda f, x: x), 1.0)
            return a

        with pytest.raises(NotDifferentiableError, match="Put it around the derivative"):
            fzero.grad(f)(4.0)
        direct = lambda a: root(a, lambda f, x: np.sqrt(x**2 - f(x)))
        assert fzero.graph.record(fzero.grad(direct), 4.0).counts()

    def test_a_branch_that_is_not_taken_at_the_start(self):
        def f(a):
            residual = lambda x: x * x - a if x > 1.5 else x - 9.0
            return fzero.custom_root(residual, 1.0, lambda f, x: np.float64(2.0), divide)

        assert fzero.grad(f)(4.0) == fzero.jvp(f, (4.0,), (1.0,))[1] == 0.25
        assert fzero.grad(fzero.grad(f))(4.0) == pytest.approx(-1 / 32)

    def test_trees_and_what_the_solver_returns_besides(self):
        def solve(f, x):
            return {"u": -f({"u": 0.0, "v": 0.0})["u"], "v": -f({"u": 0.0, "v": 0.0})["v"]}, 7

        def f(a):
            residual = lambda x: {"u": x["u"] - a, "v": x["v"] - a**2}
            start = {"u": 0.0, "v": 0.0}
            return fzero.custom_root(residual, start, solve, lambda g, y: y, has_aux=True)

        (out, aux), tangents = f(3.0), fzero.jacfwd(f, has_aux=True)(3.0)
        assert (out, aux) == ({"u": 3.0, "v": 9.0}, 7)
        assert tangents == ({"u": 1.0, "v": 6.0}, 7)

    def test_float32_stays(self):
        one = np.float32(1)
        f = lambda a: fzero.custom_root(lambda x: x * x - a, one, lambda f, x: x, divide)
        assert fzero.grad(f)(one).dtype == np.float32
        assert fzero.jvp(f, (one,), (one,))[1].dtype == np.float32

    def test_a_residual_of_another_shape(self):
        with pytest.raises(ValueError, match="expected .* as its argument has"):
            fzero.grad(
                lambda a: fzero.custom_root(
                    lambda x: x.sum() - a, np.ones(2), lambda f, x: x, divide
                )
            )(1.0)


class TestLinearSolve:
    @pytest.mark.parametrize("solve", [by_gradients, by_matrix])
    def test_equals_linalg_solve_to_the_second_order(self, solve):
        plain = lambda a, b: fnp.linalg.solve(symmetric(a) if solve is by_gradients else a, b)
        np.testing.assert_allclose(solve(A, B), np.linalg.solve(A, B), rtol=1e-12)
        for i in (0, 1):
            got, want = (fzero.jacrev(f, i)(A, B) for f in (solve, plain))
            np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)
            got, want = (fzero.jacfwd(fzero.jacrev(f, i))(A, B) for f in (solve, plain))
            np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)
        check_grads(solve, (A, B), order=2)

    def test_rows(self):
        many = np.stack([A, 2 * A])
        got = fzero.vmap(by_matrix, (0, None))(many, B)
        np.testing.assert_allclose(got, np.linalg.solve(many, B[:, None])[..., 0], rtol=1e-12)
        check_grads(lambda a: fzero.vmap(by_gradients, (0, None))(a, B), (many,), order=1)

    def test_reverse_mode_needs_the_transpose(self):
        f = lambda a, **how: fzero.custom_linear_solve(
            lambda x: a * x, 8.0, lambda f, b: b / f(1.0), **how
        )
        assert fzero.jvp(f, (2.0,), (1.0,))[1] == -2.0
        with pytest.raises(TypeError, match="Pass transpose_solve, or symmetric=True"):
            fzero.grad(f)(2.0)
        assert fzero.grad(lambda a: f(a, symmetric=True))(2.0) == -2.0
        assert fzero.grad(lambda a: f(a, transpose_solve=lambda f, b: b / f(1.0)))(2.0) == -2.0

    def test_what_the_solver_returns_besides(self):
        solve = lambda f, b: (b / f(1.0), "steps")
        f = lambda a: fzero.custom_linear_solve(
            lambda x: a * x, 8.0, solve, symmetric=True, has_aux=True
        )
        assert f(2.0) == (4.0, "steps")
        assert fzero.grad(f, has_aux=True)(2.0) == (-2.0, "steps")


class TestFixedPoint:
    @pytest.mark.parametrize("solver", ["iteration", "newton"])
    def test_trees_every_mode_and_rows(self, solver):
        f = lambda p, x: {"u": np.tanh(p * x["v"] + 1) / 2, "v": np.sin(x["u"]) * p[0] / 2}
        start = {"u": np.zeros(2), "v": np.zeros(2)}
        point = lambda p: fzero.fixed_point(f, p, start, solver=solver, tol=1e-13)
        p = np.array([0.3, 0.8])
        found = point(p)
        for a, b in zip(fzero.tree.leaves(found), fzero.tree.leaves(f(p, found)), strict=True):
            np.testing.assert_allclose(a, b, atol=1e-12)
        check_grads(point, (p,), order=2)
        check_grads(fzero.vmap(point), (np.array([[0.3, 0.8], [0.5, 0.1]]),), order=1)

    @pytest.mark.parametrize("solver", ["iteration", "newton"])
    def test_arrays_of_another_library(self, solver):
        f = lambda a, x: fnp.tanh(a * x + 1) / 2
        total = lambda a, x: fzero.fixed_point(f, a, x, solver=solver).sum()
        got = fzero.grad(total)(put(np.array(0.7)), put(np.zeros(2)))
        assert isinstance(got, StrictArray)
        assert unwrap(got) == pytest.approx(fzero.grad(total)(0.7, np.zeros(2)), rel=1e-12)

    def test_no_convergence_is_told_and_the_advice_works(self):
        f = lambda a, x: a - 3.0 * x
        with pytest.raises(ArithmeticError, match="expected at most tol=.*solver='newton'"):
            fzero.fixed_point(f, 4.0, 0.0, max_steps=20)
        assert fzero.fixed_point(f, 4.0, 0.0, solver="newton") == pytest.approx(1.0)
        with pytest.raises(ArithmeticError, match="nan"):
            fzero.fixed_point(lambda a, x: x * np.nan, 4.0, 0.0)

    def test_an_unknown_solver(self):
        with pytest.raises(ValueError, match="'iteration' or 'newton'"):
            fzero.fixed_point(lambda a, x: a, 1.0, 0.0, solver="bisection")
