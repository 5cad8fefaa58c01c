"""vmap: axes, names, chunks, the loop, and messages."""

import numpy as np
import pytest

import fzero
from fzero.core import innermost
from fzero.errors import BatchedValueError

X = np.arange(12.0).reshape(3, 4)
Y = np.array([1.0, -1.0, 2.0])


class TestAxes:
    def test_first_axis_of_every_argument_by_default(self):
        got = fzero.vmap(lambda x, y: x * y)(X, Y)
        np.testing.assert_array_equal(got, X * Y[:, None])

    @pytest.mark.parametrize("axis", [0, 1, -1, -2])
    def test_any_axis_in(self, axis):
        got = fzero.vmap(lambda x: x.sum(), in_axes=axis)(X)
        np.testing.assert_array_equal(got, X.sum(1 if axis in (0, -2) else 0))

    @pytest.mark.parametrize("axis", [0, 1, 2, -1, -2, -3])
    def test_any_axis_out(self, axis):
        got = fzero.vmap(lambda x: np.outer(x, x), out_axes=axis)(X)
        want = np.stack([np.outer(x, x) for x in X], axis=axis)
        np.testing.assert_array_equal(got, want)

    def test_none_is_shared(self):
        got = fzero.vmap(lambda x, y: x @ y, in_axes=(0, None))(X, X[0])
        np.testing.assert_array_equal(got, X @ X[0])

    def test_prefixes_of_trees(self):
        params = {"W": X, "b": Y, "c": (2.0, Y)}
        f = lambda p, n: (p["W"] * p["b"]).sum() + p["c"][0] * p["c"][1] + n
        got = fzero.vmap(f, in_axes=({"W": 0, "b": None, "c": (None, None)}, None))
        want = [(row * 5.0).sum() + 6.0 + 1.0 for row in X]
        np.testing.assert_array_equal(got({"W": X, "b": 5.0, "c": (2.0, 3.0)}, 1.0), want)
        got = fzero.vmap(f, in_axes=({"W": 0, "b": 0, "c": (None, 0)}, None))(params, 1.0)
        want = [f({"W": w, "b": b, "c": (2.0, b)}, 1.0) for w, b in zip(X, Y, strict=True)]
        np.testing.assert_array_equal(got, want)

    def test_out_axes_for_each_result(self):
        out = fzero.vmap(
            lambda x: {"a": x, "b": x.sum(), "c": 7}, out_axes={"a": 1, "b": 0, "c": None}
        )
        got = out(X)
        np.testing.assert_array_equal(got["a"], X.T)
        np.testing.assert_array_equal(got["b"], X.sum(1))
        assert got["c"] == 7

    def test_a_shared_result_is_repeated(self):
        got = fzero.vmap(lambda x: np.arange(2.0))(Y)
        np.testing.assert_array_equal(got, [[0.0, 1.0]] * 3)
        got[0] = 5.0
        assert got[1].tolist() == [0.0, 1.0]

    def test_keywords_are_mapped_over_their_first_axis(self):
        got = fzero.vmap(lambda x, *, scale: x * scale, in_axes=(None,))(2.0, scale=Y)
        np.testing.assert_array_equal(got, 2 * Y)

    def test_axis_size_of_a_function_of_nothing(self):
        assert fzero.vmap(lambda: 1.0, axis_size=2)().tolist() == [1.0, 1.0]
        assert fzero.vmap(lambda x: x, in_axes=None, axis_size=2)(3.0).tolist() == [3.0, 3.0]

    def test_zero_rows(self):
        got = fzero.vmap(lambda x: np.outer(np.sin(x), x))(np.zeros((0, 2)))
        assert got.shape == (0, 2, 2)

    def test_lists_and_objects_that_are_not_mapped(self):
        f = lambda x, mode, table: x * table[mode]
        got = fzero.vmap(f, in_axes=(0, None, None))(Y, "b", {"a": 1.0, "b": 3.0})
        np.testing.assert_array_equal(got, 3 * Y)
        assert fzero.vmap(lambda x: x[0] + x[1], in_axes=[0])([Y, Y]).tolist() == (2 * Y).tolist()

    def test_shapes_are_those_of_one_row(self):
        seen = []

        def f(x, y):
            seen.append((x.shape, x.ndim, len(x), y.shape, y.size))
            return x

        fzero.vmap(f, in_axes=(1, 0))(np.ones((5, 2, 3)), np.ones(2))
        assert seen == [((5, 3), 2, 5, (), 1)]


class TestNesting:
    def test_two_deep_with_different_axes(self):
        A, B = np.random.default_rng(0).normal(size=(2, 3, 4))
        both = fzero.vmap(fzero.vmap(lambda a, b: a * b, (None, 0)), (0, None))
        got = both(A[0], B[1])
        np.testing.assert_array_equal(got, np.outer(A[0], B[1]))

    def test_an_inner_map_that_closes_over_an_outer_row(self):
        got = fzero.vmap(lambda x: fzero.vmap(lambda y: x * y**2)(x))(X)
        want = np.stack([np.outer(x**2, x) for x in X])
        np.testing.assert_array_equal(got, want)

    def test_the_gradient_of_each_row(self):
        got = fzero.vmap(fzero.grad(lambda x, y: (x**2).sum() * y), in_axes=(0, None))(X, 3.0)
        np.testing.assert_array_equal(got, 6 * X)

    def test_the_gradient_of_a_sum_over_rows(self):
        w = np.array([1.0, 2.0, 3.0, 4.0])
        f = lambda w: fzero.vmap(lambda x: np.tanh(x @ w))(X / 10).sum()
        want = (X / 10).T @ (1 - np.tanh(X / 10 @ w) ** 2)
        np.testing.assert_allclose(fzero.grad(f)(w), want, rtol=1e-13)
        np.testing.assert_allclose(fzero.jacfwd(f)(w), want, rtol=1e-13)

    def test_grad_of_vmap_of_grad(self):
        f = lambda x: fzero.vmap(fzero.grad(lambda y: y**3))(x).sum()
        np.testing.assert_allclose(fzero.grad(f)(Y), 6 * Y, rtol=1e-15)


class TestNames:
    def test_psum_pmean_index_and_size(self):
        def f(x):
            i, n = fzero.axis_index("rows"), fzero.axis_size("rows")
            return fzero.psum(x, "rows"), fzero.pmean({"x": x}, "rows")["x"], i, n

        total, mean, index, size = fzero.vmap(f, axis_name="rows")(Y)
        assert total.tolist() == [2.0] * 3 and index.tolist() == [0, 1, 2]
        np.testing.assert_allclose(mean, [2 / 3] * 3, rtol=1e-15)
        assert size.tolist() == [3, 3, 3]

    def test_a_sum_may_leave_through_out_axes_none(self):
        got = fzero.vmap(lambda x: fzero.psum(x, "i"), out_axes=None, axis_name="i")(Y)
        assert got == 2.0

    def test_a_shared_value_counts_once_per_row(self):
        assert fzero.vmap(lambda x: fzero.psum(2.0, "i"), axis_name="i")(Y).tolist() == [6.0] * 3

    def test_two_named_axes(self):
        def f(x):
            return fzero.psum(x, "outer") + 100 * fzero.psum(x, "inner")

        got = fzero.vmap(fzero.vmap(f, axis_name="inner"), axis_name="outer")(X)
        np.testing.assert_array_equal(got, X.sum(0) + 100 * X.sum(1, keepdims=True))

    @pytest.mark.parametrize("order", ["grad", "jvp", "vjp of vjp"])
    def test_derivatives_of_a_normalisation(self, order):
        # y = x / sum(x); the Jacobian is (I - y 1^T) / sum(x).
        f = fzero.vmap(lambda x: x / fzero.psum(x, "i"), axis_name="i")
        x, v = np.array([1.0, 2.0, 5.0]), np.array([1.0, 0.0, -2.0])
        J = (np.eye(3) - np.outer(x / 8, np.ones(3))) / 8
        if order == "grad":
            got, want = fzero.grad(lambda x: f(x) @ v)(x), v @ J
        elif order == "jvp":
            got, want = fzero.jvp(f, (x,), (v,))[1], J @ v
        else:
            g = lambda v: fzero.vjp(f, x)[1](v)[0]
            got, want = fzero.vjp(g, v)[1](v)[0], J @ v
        np.testing.assert_allclose(got, want, rtol=1e-13)

    def test_the_gradient_inside_the_map(self):
        # Every row's psum sees every row's x: the cotangents of all rows add up, as in JAX.
        f = lambda x: fzero.psum(x**2, "i")
        got = fzero.vmap(fzero.grad(f), axis_name="i")(Y)
        np.testing.assert_array_equal(got, 3 * 2 * Y)

    @pytest.mark.parametrize("wrap", ["plain", "checkpoint", "custom_vjp", "custom_jvp"])
    def test_inside_checkpoint_and_stated_rules(self, wrap):
        def share(x):
            return x / fzero.psum(x, "i")

        def stated_pullback(x, g):
            total = fzero.psum(x, "i")
            return (g / total - fzero.psum(g * x, "i") / total**2,)

        f = share
        if wrap == "checkpoint":
            f = fzero.checkpoint(share)
        elif wrap == "custom_vjp":
            f = fzero.custom_vjp(share)
            f.defvjp(lambda x: (share(x), x), stated_pullback)
        elif wrap == "custom_jvp":
            f = fzero.custom_jvp(share)
            f.defjvp(lambda primals, tangents: fzero.jvp(share, primals, tangents))
        x, g = np.array([1.0, 2.0, 5.0]), np.array([1.0, 0.0, -2.0])
        y, pull = fzero.vjp(fzero.vmap(f, axis_name="i"), x)
        np.testing.assert_allclose(y, x / 8, rtol=1e-15)
        np.testing.assert_allclose(pull(g)[0], g / 8 - (g @ x) / 64, rtol=1e-13)

    def test_a_stated_rule_inside_a_branch(self):
        total = fzero.custom_jvp(lambda x: fzero.psum(x, "i"))
        total.defjvp(lambda primals, tangents: (primals[0], tangents[0]))
        with pytest.raises(ValueError, match="Move the psum out of the branch"):
            fzero.vmap(lambda x: fzero.cond(x > 0, total, lambda x: x, x), axis_name="i")(Y)

    def test_unknown_name(self):
        with pytest.raises(NameError, match=r"axis_name is 'j'.*\['i'\].*axis_name='j'"):
            fzero.vmap(lambda x: fzero.psum(x, "j"), axis_name="i")(Y)
        with pytest.raises(NameError, match="pmean: axis_name is 'i'"):
            fzero.pmean(Y, "i")
        assert fzero.vmap(lambda x: fzero.psum(x, "j"), axis_name="j")(Y)[0] == 2.0

    def test_inside_a_branch_that_splits_the_rows(self):
        def wrong(x):
            return fzero.cond(x > 0, lambda x: fzero.psum(x, "i"), lambda x: x, x)

        def right(x):
            total = fzero.psum(x, "i")
            return fzero.cond(x > 0, lambda: total, lambda: x)

        with pytest.raises(ValueError, match="Move the psum out of the branch"):
            fzero.vmap(wrong, axis_name="i")(Y)
        assert fzero.vmap(right, axis_name="i")(Y).tolist() == [2.0, -1.0, 2.0]


class TestChunks:
    @pytest.mark.parametrize("chunk_size", [1, 2, 3, 5, 7, 100])
    def test_the_result_is_the_same(self, chunk_size):
        x = np.random.default_rng(0).normal(size=(2, 7, 3))
        f = lambda x, c: {"a": np.outer(x[0], x[1]) * c, "b": x.sum()}
        axes = {"in_axes": (1, None), "out_axes": {"a": -1, "b": 0}}
        close = lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-13)
        want = fzero.vmap(f, **axes)(x, 2.0)
        got = fzero.vmap(f, **axes, chunk_size=chunk_size)(x, 2.0)
        fzero.tree.map(close, got, want)

    def test_no_more_rows_at_once(self):
        sizes = []

        def f(x):
            sizes.append(innermost(x).shape[0])
            return x

        fzero.vmap(f, chunk_size=3)(np.arange(8.0))
        assert sizes == [3, 3, 2]

    def test_under_grad_and_with_keywords(self):
        f = lambda x: fzero.vmap(lambda x, *, y: x * y, chunk_size=2)(x, y=x).sum()
        np.testing.assert_array_equal(fzero.grad(f)(Y), 2 * Y)

    @pytest.mark.parametrize("wrong", [0, -1, 2.0, "all"])
    def test_chunk_size_of_another_kind(self, wrong):
        with pytest.raises(ValueError, match="chunk_size is .* int of at least 1"):
            fzero.vmap(np.sin, chunk_size=wrong)

    def test_chunks_of_a_named_axis(self):
        with pytest.raises(ValueError, match="psum and pmean need all the rows at once"):
            fzero.vmap(np.sin, chunk_size=2, axis_name="i")
        with pytest.raises(ValueError, match="Leave out fallback"):
            fzero.vmap(np.sin, fallback="loop", axis_name="i")


class TestLoop:
    @staticmethod
    def collatz(n):
        steps = 0
        while n > 1:
            n = n / 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        return {"steps": steps, "end": n}

    def test_any_python_runs_row_by_row(self):
        got = fzero.vmap(self.collatz, fallback="loop")(np.array([1.0, 6.0, 7.0]))
        assert got["steps"].tolist() == [0, 8, 16] and got["end"].tolist() == [1.0] * 3

    def test_axes_and_chunks(self):
        f = lambda x, y: x * y if x.sum() > 10 else np.zeros(4)
        got = fzero.vmap(f, (1, None), 1, fallback="loop", chunk_size=2)(X.T, 2.0)
        np.testing.assert_array_equal(got, np.stack([f(x, 2.0) for x in X], 1))

    def test_under_grad(self):
        f = lambda x: fzero.vmap(lambda x: x**2 if x > 0 else -x, fallback="loop")(x).sum()
        np.testing.assert_array_equal(fzero.grad(f)(Y), [2.0, -1.0, 4.0])

    def test_is_not_taken_without_need(self):
        calls = []
        fzero.vmap(lambda x: calls.append(1) or np.sin(x), fallback="loop")(Y)
        assert len(calls) == 1

    def test_rows_of_different_structures(self):
        with pytest.raises(ValueError, match="row 1 returned the structure"):
            fzero.vmap(lambda x: (x, x) if x > 0 else x, fallback="loop")(Y)

    def test_no_rows(self):
        with pytest.raises(ValueError, match="0 rows"):
            fzero.vmap(lambda x: x if x > 0 else -x, fallback="loop")(np.zeros(0))

    def test_another_fallback(self):
        with pytest.raises(ValueError, match="fallback is 'scan'; expected None or 'loop'"):
            fzero.vmap(np.sin, fallback="scan")


class TestMessages:
    @pytest.mark.parametrize(
        "python",
        [bool, float, int, complex, lambda x: "abc"[x], lambda x: range(x), lambda x: x or 1],
    )
    def test_one_value_where_there_are_rows(self, python):
        with pytest.raises(BatchedValueError, match="3 rows.*fzero.cond.*fallback='loop'"):
            fzero.vmap(lambda x: python(x) and x)(np.array([0, 1, 2]))

    def test_the_ways_out_work(self):
        f = lambda x: x if x > 0 else -x
        want = np.abs(Y)
        with pytest.raises(BatchedValueError):
            fzero.vmap(f)(Y)
        np.testing.assert_array_equal(fzero.vmap(f, fallback="loop")(Y), want)
        where = lambda x: fzero.numpy.where(x > 0, x, -x)
        np.testing.assert_array_equal(fzero.vmap(where)(Y), want)
        cond = lambda x: fzero.cond(x > 0, lambda: x, lambda: -x)
        np.testing.assert_array_equal(fzero.vmap(cond)(Y), want)

    def test_sizes_that_differ(self):
        with pytest.raises(ValueError) as error:
            fzero.vmap(np.add)(X, np.ones(5))
        assert "leaf 0: 3 (float64[3,4])" in str(error.value)
        assert "leaf 1: 5 (float64[5])" in str(error.value)
        assert fzero.vmap(np.add, in_axes=(0, None))(X, np.ones(4)).shape == (3, 4)

    def test_axis_size_that_differs(self):
        with pytest.raises(ValueError, match="axis_size: 4"):
            fzero.vmap(np.sin, axis_size=4)(X)

    def test_nothing_mapped(self):
        with pytest.raises(ValueError, match="axis_size=n"):
            fzero.vmap(np.sin, in_axes=None)(X)

    def test_an_axis_that_is_not_there(self):
        with pytest.raises(ValueError, match=r"leaf 0 .* float64\[3,4\] with in_axes 2"):
            fzero.vmap(np.sin, in_axes=2)(X)
        with pytest.raises(ValueError, match="Use in_axes=None for what is not mapped"):
            fzero.vmap(np.add)(X, 1.0)
        assert fzero.vmap(np.add, in_axes=(0, None))(X, 1.0).shape == (3, 4)

    def test_an_out_axis_that_is_not_there(self):
        with pytest.raises(ValueError, match="out_axes is 2 .* expected -2 <= out_axes < 2"):
            fzero.vmap(np.sin, out_axes=2)(X)

    def test_axes_of_another_kind(self):
        for wrong in ("0", 0.0, True, (0, "1")):
            with pytest.raises(TypeError, match="in_axes has .* expected an int or None"):
                fzero.vmap(np.add, in_axes=wrong)
            with pytest.raises(TypeError, match="out_axes has "):
                fzero.vmap(np.add, out_axes=wrong)

    def test_in_axes_of_another_length(self):
        with pytest.raises(ValueError, match="in_axes has 3 entries for 2 positional"):
            fzero.vmap(np.add, in_axes=(0, None, 0))(X, X)

    def test_in_axes_that_are_no_prefix(self):
        with pytest.raises(
            ValueError, match="is no prefix of the structure.*in_axes=\\(0, None\\)"
        ):
            fzero.vmap(lambda p: p["a"], in_axes=({"b": 0},))({"a": X})

    def test_out_axes_that_are_no_prefix(self):
        with pytest.raises(ValueError, match="out_axes is .* no prefix"):
            fzero.vmap(np.sin, out_axes=(0, 0))(X)

    def test_out_axes_none_of_a_row(self):
        with pytest.raises(ValueError, match="differs between rows .*psum or pmean"):
            fzero.vmap(np.sin, out_axes=None)(Y)

    def test_a_mapped_string(self):
        with pytest.raises(TypeError, match="a str"):
            fzero.vmap(lambda x, s: x)(Y, "abc")
        assert fzero.vmap(lambda x, s: x, in_axes=(0, None))(Y, "abc").shape == (3,)
