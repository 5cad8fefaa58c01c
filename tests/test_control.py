"""cond and switch under every transform, and all of control flow together."""

import numpy as np
import pytest

import fzero
from tests.modes import assert_each_way

X = np.array([0.5, -1.0, 2.0, -3.0])


class TestCond:
    @staticmethod
    def f(x):
        return fzero.cond(x > 0, lambda x: x**3, lambda x: -2 * x, x)

    def test_on_plain_values_one_function_runs(self):
        refuse = lambda: pytest.fail("must not run")
        assert fzero.cond(True, lambda: 1, refuse) == 1
        assert fzero.cond(np.bool_(False), refuse, lambda: 2) == 2

    def test_derivatives(self):
        assert_each_way(self.f, 2.0, 12.0)
        assert_each_way(self.f, -2.0, -2.0)

    def test_second_derivatives(self):
        for outer in (fzero.grad, fzero.jacfwd):
            for inner in (fzero.grad, fzero.jacfwd):
                got = fzero.vmap(outer(inner(self.f)))(X)
                np.testing.assert_allclose(got, np.where(X > 0, 6 * X, 0.0), rtol=1e-13)

    def test_each_branch_runs_once_on_its_rows(self):
        seen = []

        def branch(name, f):
            def run(x, y):
                seen.append((name, fzero.value(x).shape, fzero.value(x).tolist()))
                return f(x) * y.sum()

            return run

        def f(x, y):
            return fzero.cond(x > 0, branch("yes", np.sqrt), branch("no", np.abs), x, y)

        Y = np.arange(8.0).reshape(4, 2)
        got = fzero.vmap(f)(X, Y)
        want = np.where(X > 0, np.sqrt(np.abs(X)), np.abs(X)) * Y.sum(1)
        np.testing.assert_allclose(got, want, rtol=1e-15)
        assert sorted(seen) == [("no", (2,), [-1.0, -3.0]), ("yes", (2,), [0.5, 2.0])]
        seen.clear()
        fzero.vmap(f)(np.abs(X), Y)
        assert [name for name, *_ in seen] == ["yes"]

    def test_rows_elsewhere_make_no_nan(self):
        f = lambda x: fzero.cond(x > 0, np.log, lambda x: 0.0 * x, x)
        with np.errstate(all="raise"):
            got = fzero.vmap(fzero.grad(f))(np.array([2.0, 0.0, -1.0]))
        assert got.tolist() == [0.5, 0.0, 0.0]

    def test_closures_are_cut_to_the_rows(self):
        def f(x, y):
            z = x * y
            return fzero.cond(x > 0, lambda: z * y, lambda: x)

        want = np.where(X > 0, 12 * X, 0) + 0.0
        got = fzero.jacrev(lambda y: fzero.vmap(f)(X, y))(np.full(4, 6.0))
        np.testing.assert_allclose(np.diag(got), want, rtol=1e-13)
        assert not (got - np.diag(np.diag(got))).any()

    def test_a_branch_may_return_what_it_closes_over(self):
        f = lambda x: fzero.cond(x > 0, lambda: x, lambda: 5.0)
        assert fzero.vmap(f)(X).tolist() == [0.5, 5.0, 2.0, 5.0]
        assert fzero.vmap(fzero.grad(f))(X).tolist() == [1.0, 0.0, 1.0, 0.0]
        assert fzero.jvp(fzero.vmap(f), (X,), (X,))[1].tolist() == [0.5, 0.0, 2.0, 0.0]

    def test_nested_in_itself(self):
        def f(x):
            inner = lambda x: fzero.cond(x > 1, np.square, np.sqrt, x)
            return fzero.cond(x > 0, inner, lambda x: x * 0.5, x)

        want = np.where(X > 1, 2 * X, np.where(X > 0, 0.5 / np.sqrt(np.abs(X)), 0.5))
        np.testing.assert_allclose(fzero.vmap(fzero.grad(f))(X), want, rtol=1e-13)

    def test_nested_vmaps_that_split_both_axes(self):
        A = np.arange(12.0).reshape(3, 4) - 5.5

        def f(a, b):
            return fzero.cond(a * b > 0, lambda: a**2 * b, lambda: a - b)

        want = np.where(A[:, :, None] * X > 0, 2 * A[:, :, None] * X, 1.0)
        over_b = fzero.vmap(fzero.grad(f), (None, 0))
        got = fzero.vmap(fzero.vmap(over_b, (0, None)), (0, None))(A, X)
        np.testing.assert_allclose(got, want, rtol=1e-13)

    def test_dtypes_are_promoted_as_numpy_promotes(self):
        f = lambda x: fzero.cond(x > 0, lambda: 1, lambda: x)
        got = fzero.vmap(f)(X.astype(np.float32))
        assert got.dtype == np.float32 and got.tolist() == [1.0, -1.0, 1.0, -3.0]

    def test_trees(self):
        f = lambda x: fzero.cond(x > 0, lambda: {"a": x, "b": None}, lambda: {"b": None, "a": 0.0})
        got = fzero.vmap(f)(X)
        assert got["b"] is None and got["a"].tolist() == [0.5, 0.0, 2.0, 0.0]

    def test_branches_of_other_structures_and_shapes(self):
        one = lambda: X[0]
        with pytest.raises(ValueError, match="result of branch 1"):
            fzero.vmap(lambda x: fzero.cond(x > 0, lambda: (1.0,), one))(X)
        with pytest.raises(ValueError, match=r"shapes \[\(\), \(2,\)\].*Reshape or pad"):
            fzero.vmap(lambda x: fzero.cond(x > 0, lambda: np.ones(2), one))(X)

    def test_a_predicate_that_is_no_scalar(self):
        with pytest.raises(TypeError, match=r"pred is bool\[4\].*\.any\(\)"):
            fzero.cond(X > 0, lambda: 1, lambda: 2)
        assert fzero.cond((X > 0).any(), lambda: 1, lambda: 2) == 1


class TestSwitch:
    branches = (np.sin, np.exp, lambda x: x**2)

    def test_plain_and_from_the_end(self):
        assert fzero.switch(1, self.branches, 0.0) == 1.0
        assert fzero.switch(-1, self.branches, 3.0) == 9.0

    def test_each_branch_runs_once_on_its_rows(self):
        rows = []

        def branch(i):
            def run(x):
                rows.append((i, fzero.value(x).tolist()))
                return x * i

            return run

        index = np.array([2, 0, 2, 2])
        got = fzero.vmap(lambda i, x: fzero.switch(i, [branch(k) for k in range(4)], x))(index, X)
        np.testing.assert_array_equal(got, X * index)
        assert rows == [(0, [-1.0]), (2, [0.5, 2.0, -3.0])]

    def test_derivatives(self):
        index = np.array([2, 0, 1, 2])
        f = lambda x, i: fzero.switch(i, self.branches, x)
        want = np.choose(index, [np.cos(X), np.exp(X), 2 * X])
        np.testing.assert_allclose(fzero.vmap(fzero.grad(f))(X, index), want, rtol=1e-13)
        both = fzero.grad(lambda x: fzero.vmap(f)(x, index).sum())
        np.testing.assert_allclose(both(X), want, rtol=1e-13)

    def test_an_index_out_of_range(self):
        for wrong in (3, -4):
            with pytest.raises(IndexError, match=f"index is {wrong}; expected -3 <= index < 3"):
                fzero.switch(wrong, self.branches, 0.0)
        with pytest.raises(IndexError, match="index is 3"):
            fzero.vmap(lambda i: fzero.switch(i, self.branches, 0.0))(np.array([0, 3]))
        assert fzero.switch(fzero.numpy.clip(3, 0, 2), self.branches, 2.0) == 4.0

    def test_no_branches(self):
        with pytest.raises(ValueError, match="branches is empty"):
            fzero.switch(0, [])


class TestTogether:
    """One construct inside another, under nestings of transforms."""

    @staticmethod
    def program(x, w):
        def step(carry, t):
            grown = fzero.cond(carry * t > 0, lambda c: np.sin(w * c) + t, lambda c: c * w, carry)
            halved = fzero.while_loop(lambda v: abs(v) > 1.5, lambda v: v * 0.5 * w, grown)
            return halved, fzero.checkpoint(lambda v: np.exp(-(v**2)) * x)(halved)

        carry, ys = fzero.scan(step, x, np.array([0.3, -0.4, 0.8]))
        return carry + ys.sum()

    @staticmethod
    def plain(x, w):
        c, total = x, 0.0
        for t in (0.3, -0.4, 0.8):
            c = np.sin(w * c) + t if c * t > 0 else c * w
            while abs(c) > 1.5:
                c = c * 0.5 * w
            total = total + np.exp(-(c**2)) * x
        return c + total

    x, w = np.array([0.4, -2.0, 3.1, -0.2]), 1.2

    def test_values(self):
        want = [self.plain(x, self.w) for x in self.x]
        np.testing.assert_allclose(
            fzero.vmap(self.program, (0, None))(self.x, self.w), want, rtol=1e-14
        )

    @pytest.mark.parametrize("outer", [fzero.grad, fzero.jacfwd])
    @pytest.mark.parametrize("inner", [fzero.grad, fzero.jacfwd])
    def test_first_and_second_derivatives(self, outer, inner):
        # The plain Python program is differentiated too: it has no control flow of ours in it.
        rows = fzero.vmap(inner(self.program, 1), (0, None))(self.x, self.w)
        want = [fzero.grad(self.plain, 1)(x, self.w) for x in self.x]
        np.testing.assert_allclose(rows, want, rtol=1e-12)
        rows = fzero.vmap(outer(inner(self.program, 1), 0), (0, None))(self.x, self.w)
        want = [fzero.grad(fzero.grad(self.plain, 1), 0)(x, self.w) for x in self.x]
        np.testing.assert_allclose(rows, want, rtol=1e-11)

    def test_gradient_of_the_sum_over_rows(self):
        f = lambda w: fzero.vmap(self.program, (0, None))(self.x, w).sum()
        want = sum(fzero.grad(self.plain, 1)(x, self.w) for x in self.x)
        assert fzero.grad(f)(self.w) == pytest.approx(want, rel=1e-12)
        eps = 1e-5
        numeric = (f(self.w + eps) - f(self.w - eps)) / (2 * eps)
        assert want == pytest.approx(numeric, rel=1e-6)
