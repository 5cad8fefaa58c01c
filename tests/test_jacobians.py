"""jacfwd, jacrev, jacobian, hessian, hvp and eval_shape."""

import numpy as np
import pytest

import fzero

JACOBIANS = [fzero.jacfwd, fzero.jacrev, fzero.jacobian]
X = np.array([0.3, -1.2, 2.0])


def f(x):
    return np.stack([x[0] * x[1], np.sin(x[2]), x[0] ** 2, x.sum()])


def f_jacobian(x):
    return np.array(
        [[x[1], x[0], 0.0], [0.0, 0.0, np.cos(x[2])], [2 * x[0], 0.0, 0.0], [1.0, 1.0, 1.0]]
    )


def g(x):
    return np.sin(x[0]) * x[1] ** 3 * np.exp(x[2])


def g_hessian(x):
    s, c, e = np.sin(x[0]), np.cos(x[0]), np.exp(x[2])
    a, b = x[1] ** 3, 3 * x[1] ** 2
    return e * np.array(
        [[-s * a, c * b, c * a], [c * b, s * 6 * x[1], s * b], [c * a, s * b, s * a]]
    )


@pytest.mark.parametrize("jac", JACOBIANS)
class TestJacobian:
    def test_closed_form(self, jac):
        np.testing.assert_allclose(jac(f)(X), f_jacobian(X), rtol=1e-15)

    def test_shapes_output_first(self, jac):
        A = np.arange(6.0).reshape(2, 3)
        J = jac(lambda x: np.outer(x.sum(1), x[0]))(A)
        assert J.shape == (2, 3, 2, 3)
        # d/dx[k,l] of (sum_m x[i,m]) x[0,j]
        want = np.zeros((2, 3, 2, 3))
        for i in range(2):
            for j in range(3):
                want[i, j, i, :] += A[0, j]
                want[i, j, 0, j] += A[i].sum()
        np.testing.assert_allclose(J, want, rtol=1e-15)

    def test_scalars_and_python_floats(self, jac):
        assert jac(lambda x: x**3)(2.0) == 12.0
        assert jac(lambda x: x * X)(2.0).tolist() == X.tolist()
        assert jac(np.sum)(X).tolist() == [1.0] * 3

    def test_zero_sized(self, jac):
        assert jac(lambda x: x[:0])(X).shape == (0, 3)
        assert jac(lambda x: np.ones(2) * x.sum())(np.zeros(0)).shape == (2, 0)

    def test_argnums_by_position_tuple_and_name(self, jac):
        h = lambda x, y, *, w=1.0: w * x * y
        assert jac(h, 1)(X, 2.0).tolist() == X.tolist()
        both = jac(h, (0, "y"))(X, y=2.0)
        assert isinstance(both, tuple)
        np.testing.assert_array_equal(both[0], 2 * np.eye(3))
        np.testing.assert_array_equal(both[1], X)
        np.testing.assert_array_equal(jac(h, "w")(X, 2.0, w=3.0), 2 * X)

    def test_trees_in_and_out(self, jac):
        def h(p):
            return {"s": p["a"].sum() * p["b"], "v": (p["a"] * 2, np.ones(2))}

        J = jac(h)({"a": X, "b": 3.0})
        assert J["s"]["a"].tolist() == [3.0] * 3 and J["s"]["b"] == pytest.approx(X.sum())
        np.testing.assert_array_equal(J["v"][0]["a"], 2 * np.eye(3))
        assert J["v"][0]["b"].tolist() == [0.0] * 3
        assert J["v"][1]["a"].shape == (2, 3) and not J["v"][1]["a"].any()

    def test_has_aux(self, jac):
        J, aux = jac(lambda x: (x**2, {"x": x, "n": 3}), has_aux=True)(X)
        np.testing.assert_allclose(J, np.diag(2 * X), rtol=1e-15)
        np.testing.assert_array_equal(aux["x"], X)
        assert aux["n"] == 3

    @pytest.mark.parametrize("chunk_size", [1, 2, 3, 100])
    def test_chunks(self, jac, chunk_size):
        np.testing.assert_allclose(jac(f, chunk_size=chunk_size)(X), f_jacobian(X), rtol=1e-15)

    def test_under_vmap_grad_and_jvp(self, jac):
        rows = np.stack([X, 2 * X])
        want = np.stack([f_jacobian(x) for x in rows])
        np.testing.assert_allclose(fzero.vmap(jac(f))(rows), want, rtol=1e-15)
        trace = lambda x: (jac(f)(x) * f_jacobian(X)).sum()
        eps = 1e-6
        numeric = [(trace(X + eps * e) - trace(X - eps * e)) / (2 * eps) for e in np.eye(3)]
        np.testing.assert_allclose(fzero.grad(trace)(X), numeric, rtol=1e-8)
        pushed = fzero.jvp(trace, (X,), (np.ones(3),))[1]
        assert pushed == pytest.approx(sum(numeric), rel=1e-8)

    def test_float32_stays(self, jac):
        assert jac(f)(X.astype(np.float32)).dtype == np.float32

    def test_holomorphic(self, jac):
        z = X + 1j
        J = jac(lambda z: z**2 * z[0], holomorphic=True)(z)
        want = np.diag(2 * z * z[0]) + np.outer(z**2, [1, 0, 0])
        np.testing.assert_allclose(J, want, rtol=1e-14)

    def test_integer_argument(self, jac):
        with pytest.raises(TypeError, match=r"argument 0 is int64\[3\].*astype\(float\)"):
            jac(f)(np.arange(3))
        assert jac(f)(np.arange(3).astype(float)).shape == (4, 3)

    def test_real_argument_with_holomorphic(self, jac):
        with pytest.raises(TypeError, match="complex arrays .*x.astype\\(complex\\)"):
            jac(f, holomorphic=True)(X)
        assert jac(f, holomorphic=True)(X.astype(complex)).dtype == complex


def test_jacrev_holds_integers_constant():
    J = fzero.jacrev(lambda p: p["x"] * p["n"], allow_int=True)({"x": X, "n": 3})
    np.testing.assert_array_equal(J["x"], 3 * np.eye(3))
    assert not J["n"].any()


class TestHessian:
    @pytest.mark.parametrize("outer", JACOBIANS[:2])
    @pytest.mark.parametrize("inner", JACOBIANS[:2])
    def test_every_order_of_modes_is_the_closed_form(self, outer, inner):
        want = g_hessian(X)
        np.testing.assert_allclose(outer(inner(g))(X), want, rtol=1e-13)
        np.testing.assert_allclose(fzero.hessian(g)(X), want, rtol=1e-13)

    def test_of_a_vector_function(self):
        H = fzero.hessian(f)(X)
        assert H.shape == (4, 3, 3)
        want = np.zeros((4, 3, 3))
        want[0, 0, 1] = want[0, 1, 0] = 1.0
        want[1, 2, 2] = -np.sin(X[2])
        want[2, 0, 0] = 2.0
        np.testing.assert_allclose(H, want, rtol=1e-15)

    def test_of_trees(self):
        h = lambda p: p["a"].sum() ** 2 * p["b"]
        H = fzero.hessian(h)({"a": X, "b": 2.0})
        np.testing.assert_allclose(H["a"]["a"], np.full((3, 3), 4.0), rtol=1e-15)
        np.testing.assert_allclose(H["a"]["b"], np.full(3, 2 * X.sum()), rtol=1e-15)
        np.testing.assert_allclose(H["b"]["a"], H["a"]["b"], rtol=1e-15)
        assert H["b"]["b"] == 0.0

    def test_options(self):
        np.testing.assert_allclose(fzero.hessian(g, chunk_size=2)(X), g_hessian(X), rtol=1e-13)
        H, aux = fzero.hessian(lambda x: (g(x), 2 * x), has_aux=True)(X)
        np.testing.assert_allclose(H, g_hessian(X), rtol=1e-13)
        np.testing.assert_array_equal(aux, 2 * X)
        H = fzero.hessian(lambda y, x: y * g(x), argnums="x")(2.0, X)
        np.testing.assert_allclose(H, 2 * g_hessian(X), rtol=1e-13)
        H = fzero.hessian(lambda a, b: a**2 * b, argnums=(0, 1))(3.0, 5.0)
        assert [[float(h) for h in row] for row in H] == [[10.0, 6.0], [6.0, 0.0]]

    def test_holomorphic(self):
        H = fzero.hessian(lambda z: z[0] ** 2 * z[1], holomorphic=True)(np.array([1j, 2.0]))
        np.testing.assert_allclose(H, [[4.0, 2j], [2j, 0.0]], rtol=1e-15)

    def test_under_vmap_and_grad(self):
        rows = np.stack([X, -X])
        want = np.stack([g_hessian(x) for x in rows])
        np.testing.assert_allclose(fzero.vmap(fzero.hessian(g))(rows), want, rtol=1e-13)
        third = fzero.grad(lambda x: fzero.hessian(lambda x: (x**4).sum())(x).sum())(X)
        np.testing.assert_allclose(third, 24 * X, rtol=1e-13)


class TestHVP:
    v = np.array([1.0, -2.0, 0.5])

    def test_is_hessian_times_vector(self):
        np.testing.assert_allclose(fzero.hvp(g)(X, self.v), g_hessian(X) @ self.v, rtol=1e-13)

    def test_arguments(self):
        h = lambda p, c, *, scale=1.0: scale * c * p["a"] ** 3
        assert fzero.hvp(h)({"a": 2.0}, 3.0, {"a": 10.0}, scale=0.5) == {"a": 180.0}
        got = fzero.hvp(lambda a, b: a**2 * b, argnums=(0, 1))(3.0, 5.0, (1.0, 2.0))
        assert got == (22.0, 6.0)

    def test_transforms(self):
        rows = fzero.vmap(fzero.hvp(g), in_axes=(None, 0))(X, np.eye(3))
        np.testing.assert_allclose(rows, g_hessian(X), rtol=1e-13)
        assert fzero.grad(lambda x: fzero.hvp(lambda x: x**4)(x, 1.0))(2.0) == 48.0

    def test_a_vector_of_another_shape(self):
        with pytest.raises(ValueError, match=r"of shape \(\); expected \(3,\)"):
            fzero.hvp(g)(X, 1.0)
        with pytest.raises(TypeError, match="Write hvp\\(f\\)\\(x, v\\)"):
            fzero.hvp(g)(X)
        assert fzero.hvp(g)(X, np.ones_like(X)).shape == (3,)


class TestEvalShape:
    def test_structure_shapes_and_dtypes(self):
        h = lambda p, n: {"y": p["W"] @ p["x"], "n": n, "t": (p["x"] > 0, None)}
        W = fzero.ShapeDtypeStruct((2, 3), np.float32)
        got = fzero.eval_shape(h, {"W": W, "x": np.ones(3, np.float32)}, 5)
        assert got["y"] == fzero.ShapeDtypeStruct((2,), np.dtype(np.float32))
        assert got["n"].shape == () and got["t"][0].dtype == bool and got["t"][1] is None

    def test_takes_no_memory_for_its_arguments(self):
        huge = fzero.ShapeDtypeStruct((10**6, 10**6), np.float64)
        assert fzero.eval_shape(lambda x: x.T[:3], huge).shape == (3, 10**6)

    def test_of_a_gradient_and_of_keywords(self):
        got = fzero.eval_shape(fzero.grad(lambda x, *, y: (x * y).sum()), X, y=X)
        assert got == fzero.ShapeDtypeStruct((3,), np.dtype(float))

    def test_warns_of_nothing(self):
        assert fzero.eval_shape(lambda x: np.log(x) / x, X).shape == (3,)
