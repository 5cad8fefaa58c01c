"""Loops under every transform: values, derivatives, and how much work is done."""

import numpy as np
import pytest

import fzero
from tests.modes import assert_each_way, each_way

X = np.array([0.5, -1.0, 2.0, -3.0])


class TestWhileLoop:
    @staticmethod
    def root(a):
        """Newton's iteration for the square root, with its number of steps."""

        def body(state):
            x, n = state
            return 0.5 * (x + a / x), n + 1

        return fzero.while_loop(lambda s: abs(s[0] ** 2 - a) > 1e-12 * a, body, (a, 0))

    def test_value_and_derivatives(self):
        f = lambda a: self.root(a)[0]
        assert f(2.0) == pytest.approx(np.sqrt(2), rel=1e-12)
        assert_each_way(f, 2.0, 0.5 / np.sqrt(2))
        second = -0.25 * 2.0**-1.5
        assert fzero.grad(fzero.grad(f))(2.0) == pytest.approx(second, rel=1e-8)

    def test_rows_that_are_done_leave(self):
        sizes = []

        def body(x):
            sizes.append(fzero.value(x).size)
            return x * 2

        f = lambda x: fzero.while_loop(lambda x: x < 8, body, x)
        got = fzero.vmap(f)(np.array([1.0, 5.0, 2.0, 9.0, 7.0]))
        assert got.tolist() == [8.0, 10.0, 8.0, 9.0, 14.0]
        # Turns needed: 3, 1, 2, 0, 1.
        assert sizes == [4, 2, 1]

    def test_the_number_of_steps_is_that_of_each_row_alone(self):
        a = np.array([0.01, 1.5, 2.0, 1e6])
        values, steps = fzero.vmap(self.root)(a)
        assert steps.tolist() == [self.root(v)[1] for v in a]
        np.testing.assert_allclose(values, np.sqrt(a), rtol=1e-12)
        grads = fzero.vmap(fzero.grad(lambda a: self.root(a)[0]))(a)
        np.testing.assert_allclose(grads, 0.5 / np.sqrt(a), rtol=1e-9)

    def test_closures_over_rows_and_over_tapes(self):
        def f(x, w):
            grown = fzero.while_loop(lambda v: v < 10, lambda v: v * w + x, x)
            return grown

        def plain(x, w):
            v, dv = x, 0.0
            while v < 10:
                dv, v = v + w * dv, v * w + x
            return dv

        x = np.array([1.0, 4.0, 11.0])
        want = [plain(v, 2.0) for v in x]
        got = fzero.vmap(fzero.grad(f, 1), (0, None))(x, 2.0)
        np.testing.assert_allclose(got, want, rtol=1e-13)
        total = fzero.grad(lambda w: fzero.vmap(f, (0, None))(x, w).sum())(2.0)
        assert total == pytest.approx(sum(want), rel=1e-13)

    def test_a_body_that_returns_its_closure(self):
        f = lambda x, y: fzero.while_loop(lambda v: v < 3, lambda v: y, x)
        x, y = np.array([1.0, 4.0]), np.array([5.0, 6.0])
        assert fzero.vmap(f)(x, y).tolist() == [5.0, 4.0]
        assert fzero.vmap(fzero.grad(f, (0, 1)))(x, y)[1].tolist() == [1.0, 0.0]

    def test_nested_vmaps(self):
        A, b = np.array([[1.0, 3.0], [9.0, 0.5]]), np.array([2.0, 3.0, 4.0])
        f = lambda a, b: fzero.while_loop(lambda v: v < 10, lambda v: v * b, a)

        def plain(a, b):
            while a < 10:
                a *= b
            return a

        got = fzero.vmap(fzero.vmap(fzero.vmap(f, (None, 0)), (0, None)), (0, None))(A, b)
        want = np.vectorize(plain)(A[:, :, None], b)
        np.testing.assert_array_equal(got, want)

    def test_no_turn(self):
        assert fzero.while_loop(lambda v: v < 0, lambda v: pytest.fail("must not run"), 1.0) == 1.0
        stay = fzero.vmap(lambda x: fzero.while_loop(lambda v: v < 0, lambda v: v + 1, x))
        assert stay(np.ones(2)).tolist() == [1.0, 1.0]
        assert stay(np.ones(0)).shape == (0,)

    def test_a_body_that_changes_its_structure_or_shape(self):
        with pytest.raises(ValueError, match="while_loop: the new value"):
            fzero.while_loop(lambda v: True, lambda v: (v,), 1.0)
        with pytest.raises(ValueError, match=r"from \(\) to \(2,\).*final shape"):
            fzero.while_loop(lambda v: True, lambda v: np.ones(2), 1.0)


class TestForiLoop:
    def test_value_and_derivatives(self):
        f = lambda x: fzero.fori_loop(1, 4, lambda i, v: v * x + i, x)
        # ((x*x + 1)*x + 2)*x + 3 = x^4 + x^2 + 2x + 3
        assert f(2.0) == 16 + 4 + 4 + 3
        assert_each_way(f, 2.0, 4 * 8 + 2 * 2 + 2)

    def test_bounds_that_differ_between_rows(self):
        f = lambda n, x: fzero.fori_loop(0, n, lambda i, v: v * x, 1.0)
        n, x = np.array([0, 3, 1]), np.array([2.0, 3.0, 4.0])
        assert fzero.vmap(f)(n, x).tolist() == [1.0, 27.0, 4.0]
        assert fzero.vmap(fzero.grad(f, 1))(n, x).tolist() == [0.0, 27.0, 1.0]

    def test_empty_and_reversed_ranges(self):
        assert fzero.fori_loop(3, 3, lambda i, v: 0, 7) == 7
        assert fzero.fori_loop(3, 0, lambda i, v: 0, 7) == 7

    def test_the_index_indexes(self):
        f = lambda xs: fzero.fori_loop(0, 4, lambda i, v: v + xs[i] * i, 0.0)
        assert fzero.grad(f)(X).tolist() == [0.0, 1.0, 2.0, 3.0]
        n = np.array([2, 4])
        g = lambda n: fzero.fori_loop(0, n, lambda i, v: v + fzero.numpy.take(X, i), 0.0)
        assert fzero.vmap(g)(n).tolist() == [-0.5, -1.5]


class TestScan:
    @staticmethod
    def rnn(w, xs):
        step = lambda h, x: (np.tanh(w * h + x), h * x)
        return fzero.scan(step, 0.0, xs)

    @staticmethod
    def loop(w, xs):
        h, ys = 0.0, []
        for x in xs:
            ys.append(h * x)
            h = np.tanh(w * h + x)
        return h, np.array(ys)

    def test_value(self):
        (h, ys), (want_h, want_ys) = self.rnn(0.7, X), self.loop(0.7, X)
        assert h == pytest.approx(want_h, rel=1e-15)
        np.testing.assert_allclose(ys, want_ys, rtol=1e-15)

    def test_derivatives_in_carry_and_inputs(self):
        f = lambda w: self.rnn(w, X)[0] + self.rnn(w, X)[1].sum()
        loop = lambda w: self.loop(w, X)[0] + self.loop(w, X)[1].sum()
        eps = 1e-6
        want = (loop(0.7 + eps) - loop(0.7 - eps)) / (2 * eps)
        for mode, got in each_way(f, 0.7).items():
            assert got == pytest.approx(want, rel=1e-8), mode
        fwd = fzero.jacfwd(lambda xs: self.rnn(0.7, xs))(X)
        rev = fzero.jacrev(lambda xs: self.rnn(0.7, xs))(X)
        for a, b in zip(fwd, rev, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-15)

    def test_reverse_and_trees(self):
        xs = {"a": X, "b": np.arange(8.0).reshape(4, 2)}
        step = lambda c, x: (c + x["a"] * x["b"].sum(), {"y": c, "n": None})
        carry, ys = fzero.scan(step, 1.0, xs, reverse=True)
        terms = X * xs["b"].sum(1)
        assert carry == 1.0 + terms.sum() and ys["n"] is None
        np.testing.assert_allclose(ys["y"], [1 + terms[i + 1 :].sum() for i in range(4)])

    def test_length_without_inputs(self):
        carry, ys = fzero.scan(lambda c, _: (2 * c, c), 1.0, None, length=4)
        assert carry == 16.0 and ys.tolist() == [1.0, 2.0, 4.0, 8.0]

    def test_zero_steps(self):
        carry, ys = fzero.scan(lambda c, x: (c, {"y": x @ x}), 1.0, np.zeros((0, 3)))
        assert carry == 1.0 and ys["y"].shape == (0,)
        g = fzero.grad(lambda c: fzero.scan(lambda c, x: (c * x, x), c, np.zeros(0))[0])(3.0)
        assert g == 1.0

    def test_rows_of_carry_or_inputs(self):
        ws = np.array([0.3, 0.9])
        got = fzero.vmap(self.rnn, (0, None))(ws, X)[0]
        np.testing.assert_allclose(got, [self.loop(w, X)[0] for w in ws], rtol=1e-14)
        XS = np.stack([X, 2 * X], 1)
        got = fzero.vmap(self.rnn, (None, 1))(0.3, XS)[1]
        np.testing.assert_allclose(got, [self.loop(0.3, x)[1] for x in XS.T], rtol=1e-14)

    def test_messages(self):
        with pytest.raises(TypeError, match=r"pair \(carry, y\).*Return \(carry, None\)"):
            fzero.scan(lambda c, x: c, 0.0, X)
        assert fzero.scan(lambda c, x: (c, None), 0.0, X) == (0.0, None)
        with pytest.raises(ValueError, match=r"lengths are \[3, 4\]"):
            fzero.scan(lambda c, x: (c, x), 0.0, (X, np.ones(3)))
        with pytest.raises(ValueError, match=r"lengths are \[\]"):
            fzero.scan(lambda c, x: (c, x), 0.0)
        with pytest.raises(ValueError, match="without an axis: float64"):
            fzero.scan(lambda c, x: (c, x), 0.0, np.array(1.0))
        with pytest.raises(ValueError, match=r"changed its shape from \(\) to \(1,\)"):
            fzero.scan(lambda c, x: (np.ones(1), x), 0.0, X)
        with pytest.raises(ValueError, match="scan: the result of a step"):
            fzero.scan(lambda c, x: (c + 1, x if c else (x,)), 0, X)


class TestMap:
    def test_value_and_derivatives(self):
        assert fzero.map(np.square, X).tolist() == (X**2).tolist()
        f = lambda x: fzero.map(lambda v: v * x, X).sum()
        assert_each_way(f, 2.0, X.sum())

    @pytest.mark.parametrize("batch_size", [1, 3, 4, 9])
    def test_in_batches(self, batch_size):
        got = fzero.map(lambda p: p["x"] * 2, {"x": X}, batch_size=batch_size)
        assert got.tolist() == (2 * X).tolist()


class TestAssociativeScan:
    @pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 8, 13])
    @pytest.mark.parametrize("reverse", [False, True])
    def test_sums_of_any_length(self, n, reverse):
        x = np.arange(1.0, n + 1)
        want = x[::-1].cumsum()[::-1] if reverse else x.cumsum()
        got = fzero.associative_scan(np.add, x, reverse=reverse)
        np.testing.assert_array_equal(got, want)

    def test_an_operation_that_does_not_commute(self):
        # x -> a x + b, composed: the linear recurrence h_i = a_i h_{i-1} + b_i.
        then = lambda p, q: (p[0] * q[0], p[1] * q[0] + q[1])
        a, b = np.array([0.5, 2.0, -1.0, 3.0, 0.1]), np.arange(5.0)
        h, want = 0.0, []
        for ai, bi in zip(a, b, strict=True):
            h = ai * h + bi
            want.append(h)
        np.testing.assert_allclose(fzero.associative_scan(then, (a, b))[1], want, rtol=1e-14)

    def test_any_axis(self):
        x = np.arange(24.0).reshape(2, 3, 4)
        for axis in (0, 1, -1):
            got = fzero.associative_scan(np.add, x, axis=axis)
            np.testing.assert_array_equal(got, x.cumsum(axis))

    def test_derivatives_and_rows(self):
        x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
        f = lambda x: fzero.associative_scan(np.multiply, x)
        np.testing.assert_allclose(fzero.jacrev(f)(x), fzero.jacfwd(np.cumprod)(x), rtol=1e-13)
        np.testing.assert_allclose(fzero.jacfwd(f)(x), fzero.jacrev(np.cumprod)(x), rtol=1e-13)
        rows = np.stack([x, -x])
        np.testing.assert_allclose(fzero.vmap(f)(rows), rows.cumprod(1), rtol=1e-14)

    def test_the_number_of_calls_is_logarithmic(self):
        calls = []
        add = lambda a, b: calls.append(1) or a + b
        fzero.associative_scan(add, np.ones(1024))
        assert len(calls) <= 20

    def test_sizes_that_differ(self):
        with pytest.raises(ValueError, match=r"sizes along axis 0 are \[3, 4\]"):
            fzero.associative_scan(np.add, (np.ones(3), X))
