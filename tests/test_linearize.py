"""linearize and linear_transpose."""

import numpy as np
import pytest

import fzero


def program(x, y):
    """Elementwise, linear, bilinear, indexing and many-output operations."""
    a, b = np.split(np.sin(x) * y, 2)
    c = a @ b + np.cumsum(x)[::2]
    return {"c": c, "d": np.prod(y) * c[0], "n": np.argmax(x)}


X, Y = np.array([0.3, -0.2, 0.5, 1.1]), np.array([1.0, 2.0, -1.0, 0.5])
T, U = np.array([1.0, 0.0, -1.0, 2.0]), np.array([0.5, 1.0, 0.0, -1.0])


def assert_trees_close(a, b):
    fzero.tree.map(lambda x, y: np.testing.assert_allclose(x, y, rtol=1e-13, atol=1e-15), a, b)


def test_push_is_the_jvp():
    out, push = fzero.linearize(program, X, Y)
    want, tangent = fzero.jvp(program, (X, Y), (T, U))
    assert_trees_close(out, want)
    assert_trees_close(push(T, U), tangent)


def test_push_is_linear_and_may_be_called_again():
    _, push = fzero.linearize(program, X, Y)
    both = push(2 * T, 2 * U)
    assert_trees_close(both, fzero.tree.map(lambda t: 2 * t, push(T, U)))
    zero = push(np.zeros(4), np.zeros(4))
    assert not any(np.any(z) for z in fzero.tree.leaves(zero))


def test_the_function_runs_once():
    calls = []

    def f(x):
        calls.append(1)
        return np.exp(x)

    _, push = fzero.linearize(f, 0.0)
    assert push(1.0) == 1.0 and push(2.0) == 2.0 and len(calls) == 1


def test_under_vmap_gives_the_jacobian():
    f = lambda x: np.sin(x) * x[::-1]
    _, push = fzero.linearize(f, X)
    columns = fzero.vmap(push, out_axes=1)(np.eye(4))
    np.testing.assert_allclose(columns, fzero.jacrev(f)(X), rtol=1e-13)


def test_under_grad_jvp_and_vmap_of_the_point():
    f = lambda x: fzero.linearize(np.sin, x)[1](2.0)
    assert fzero.grad(f)(0.3) == pytest.approx(-2 * np.sin(0.3), rel=1e-15)
    assert fzero.jvp(f, (0.3,), (1.0,))[1] == pytest.approx(-2 * np.sin(0.3), rel=1e-15)
    np.testing.assert_allclose(fzero.vmap(f)(X), 2 * np.cos(X), rtol=1e-15)


def test_push_is_differentiated_and_transposed():
    _, push = fzero.linearize(lambda x: x**3, 2.0)
    assert fzero.grad(push)(5.0) == 12.0
    assert fzero.linear_transpose(push, 0.0)(1.0) == (12.0,)


def test_of_grad_is_the_hessian_vector_product():
    f = lambda x: (x**3).sum()
    g, push = fzero.linearize(fzero.grad(f), X)
    np.testing.assert_allclose(g, 3 * X**2, rtol=1e-15)
    np.testing.assert_allclose(push(T), 6 * X * T, rtol=1e-15)


def test_of_a_constant_and_of_the_identity():
    out, push = fzero.linearize(lambda x: (x, 5.0), 2.0)
    assert out == (2.0, 5.0) and push(3.0) == (3.0, 0.0)


def test_integer_primals_are_constants():
    out, push = fzero.linearize(lambda n, x: n * x, 3, 2.0)
    assert out == 6.0 and push(0, 1.0) == 3.0


def test_tangent_of_another_shape():
    _, push = fzero.linearize(np.sin, X)
    with pytest.raises(ValueError, match=r"linearize: the tangent.*\(\); expected \(4,\)"):
        push(1.0)
    assert push(np.ones_like(X)).shape == (4,)


class TestLinearTranspose:
    def test_of_a_matrix_product_is_the_transposed_matrix(self):
        A = np.arange(6.0).reshape(2, 3)
        (got,) = fzero.linear_transpose(lambda x: A @ x, np.zeros(3))(np.array([1.0, 2.0]))
        np.testing.assert_array_equal(got, A.T @ [1.0, 2.0])

    def test_twice_is_the_function_itself(self):
        f = lambda x: np.cumsum(2 * x)[1:]
        there = fzero.linear_transpose(f, np.zeros(4))
        back = fzero.linear_transpose(lambda g: there(g)[0], np.zeros(3))
        np.testing.assert_array_equal(back(X)[0], f(X))

    def test_of_shapes_alone(self):
        shape = fzero.ShapeDtypeStruct((3,), np.float32)
        (got,) = fzero.linear_transpose(lambda x: x.sum(), shape)(np.float32(2.0))
        assert got.tolist() == [2.0] * 3 and got.dtype == np.float32

    def test_of_a_tree(self):
        f = lambda p: p["a"] + 3 * p["b"]
        (got,) = fzero.linear_transpose(f, {"a": 0.0, "b": 0.0})(2.0)
        assert got == {"a": 2.0, "b": 6.0}

    def test_under_vmap_and_jvp(self):
        transpose = fzero.linear_transpose(lambda x: 3 * x, 0.0)
        assert fzero.vmap(lambda g: transpose(g)[0])(np.ones(2)).tolist() == [3.0, 3.0]
        assert fzero.jvp(lambda g: transpose(g)[0], (1.0,), (2.0,)) == (3.0, 6.0)

    @pytest.mark.parametrize("f", [lambda x: x * x, np.sin, lambda x: 1.0 / x, lambda x: x**2])
    def test_refuses_what_is_not_linear(self, f):
        with pytest.raises(TypeError, match="not linear.*fzero.vjp"):
            fzero.linear_transpose(f, 1.0)
        assert np.isfinite(fzero.vjp(f, 1.0)[1](1.0)[0])
