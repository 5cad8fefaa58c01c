"""all_gather, pmax and pmin over a named vmap axis, beside JAX where it has the derivative."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import fzero
import fzero.numpy as fnp

X = np.random.default_rng(0).normal(size=(4, 3))
W = np.random.default_rng(1).normal(size=(4, 4, 3))


def both(jax, f, x, **options):
    """`vmap` of f(library, x) with a named axis, here and in JAX."""
    ours = fzero.vmap(lambda v: f(fzero, fnp, v), axis_name="i", **options)(x)
    return ours, jax.vmap(lambda v: f(jax.lax, jax.numpy, v), axis_name="i", **options)(x)


class TestAllGather:
    @pytest.mark.parametrize("options", [{}, {"axis": 1}, {"axis": -1}, {"tiled": True}])
    def test_values(self, jax, options):
        ours, theirs = both(jax, lambda lib, _, x: lib.all_gather(x, "i", **options), X)
        assert ours.shape == theirs.shape
        assert_allclose(ours, theirs, rtol=0, atol=0)

    def test_tiled_along_a_later_axis(self, jax):
        x = X.reshape(2, 2, 3)
        gather = lambda lib, _, v: lib.all_gather(v, "i", axis=1, tiled=True)
        assert_allclose(*both(jax, gather, x), rtol=0, atol=0)

    def test_the_result_is_the_same_for_all_rows(self):
        gather = fzero.vmap(lambda x: fzero.all_gather(x, "i"), axis_name="i", out_axes=None)
        assert_allclose(gather(X), X, rtol=0, atol=0)

    def test_a_value_without_rows_and_a_pytree(self):
        f = lambda x: fzero.all_gather({"a": x, "b": 2.0}, "i")
        out = fzero.vmap(f, axis_name="i", out_axes=None)(X)
        assert_allclose(out["a"], X, rtol=0, atol=0)
        assert np.asarray(out["b"]).tolist() == [2.0] * 4

    @pytest.mark.parametrize("mode", ["grad of each row", "grad outside", "jvp"])
    def test_derivatives(self, jax, mode):
        def loss(lib, xp, x):
            rows = lib.all_gather(x, "i")
            return (xp.sin(rows) @ xp.cos(x)).sum() * (lib.axis_index("i") + 1.0)

        if mode == "grad of each row":
            f = lambda root, lib, xp, x: root.grad(lambda v: loss(lib, xp, v))(x)
            ours = fzero.vmap(lambda x: f(fzero, fzero, fnp, x), axis_name="i")(X)
            theirs = jax.vmap(lambda x: f(jax, jax.lax, jax.numpy, x), axis_name="i")(X)
        elif mode == "grad outside":
            total = lambda root, lib, xp: root.grad(
                lambda x: root.vmap(lambda v: loss(lib, xp, v), axis_name="i")(x).sum()
            )
            ours, theirs = total(fzero, fzero, fnp)(X), total(jax, jax.lax, jax.numpy)(X)
        else:
            f = lambda root, lib, xp: root.vmap(
                lambda v: root.jvp(lambda u: loss(lib, xp, u), (v,), (xp.cos(v),)), axis_name="i"
            )
            ours, theirs = f(fzero, fzero, fnp)(X)[1], f(jax, jax.lax, jax.numpy)(X)[1]
        assert_allclose(ours, theirs, rtol=1e-12)

    @pytest.mark.parametrize("inner_first", [True, False])
    def test_nested_axes(self, jax, inner_first):
        def rows(lib, x):
            names = ("inner", "outer") if inner_first else ("outer", "inner")
            return lib.all_gather(lib.all_gather(x, names[0]), names[1])

        def nested(root, lib):
            inner = root.vmap(lambda x: rows(lib, x), axis_name="inner")
            return root.vmap(inner, axis_name="outer")(W)

        assert_allclose(nested(fzero, fzero), nested(jax, jax.lax), rtol=0, atol=0)

    @pytest.mark.parametrize(("axis", "tiled"), [(2, False), (-3, False), (1, True)])
    def test_an_axis_that_is_not_there(self, axis, tiled):
        with pytest.raises(ValueError, match="all_gather: axis is .* Leave it out"):
            fzero.vmap(lambda x: fzero.all_gather(x, "i", axis=axis, tiled=tiled), axis_name="i")(X)

    def test_numbers_cannot_be_tiled(self):
        with pytest.raises(ValueError, match="expected one of 0 axes"):
            fzero.vmap(lambda x: fzero.all_gather(x, "i", tiled=True), axis_name="i")(X[:, 0])


class TestExtrema:
    @pytest.mark.parametrize("name", ["pmax", "pmin"])
    def test_values(self, jax, name):
        ours, theirs = both(jax, lambda lib, _, x: getattr(lib, name)(x, "i"), X)
        assert_allclose(ours, theirs, rtol=0, atol=0)

    def test_a_value_without_rows(self):
        f = fzero.vmap(lambda x: x * fzero.pmax(2.0, "i") - fzero.pmin(1.0, "i"), axis_name="i")
        assert f(np.ones(3)).tolist() == [1.0] * 3

    def test_integers_stay_integers(self):
        assert fzero.vmap(lambda x: fzero.pmax(x, "i"), axis_name="i")(np.arange(3)).dtype == int

    @pytest.mark.parametrize(("name", "plain"), [("pmax", np.max), ("pmin", np.min)])
    def test_the_derivative_is_that_of_the_reduction(self, name, plain):
        shared = lambda x: np.sin(x) * getattr(fzero, name)(x, "i")
        by_rows = lambda x: fzero.vmap(shared, axis_name="i")(x).sum()
        whole = lambda x: (np.sin(x) * plain(x, axis=0)).sum()
        assert_allclose(fzero.grad(by_rows)(X), fzero.grad(whole)(X), rtol=1e-12)
        assert_allclose(fzero.hessian(by_rows)(X), fzero.hessian(whole)(X), rtol=1e-12)

    def test_rows_that_tie_share_the_derivative(self):
        top = lambda x: fzero.vmap(lambda v: fzero.pmax(v, "i"), axis_name="i")(x)[0]
        assert fzero.grad(top)(np.array([2.0, 2.0, 1.0])).tolist() == [0.5, 0.5, 0.0]

    def test_an_unknown_axis(self):
        with pytest.raises(NameError, match="pmin: axis_name is 'j'"):
            fzero.vmap(lambda x: fzero.pmin(x, "j"), axis_name="i")(X)
