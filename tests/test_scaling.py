"""Nested transforms do not confuse their perturbations; time and memory grow as they should."""

import gc
import time
import tracemalloc

import numpy as np
import pytest

import fzero
from fzero.core import innermost


class TestPerturbationConfusion:
    def test_the_classic(self):
        # d/dx [x * d/dy (x + y)] = 1, not 2 (Siskind and Pearlmutter 2005).
        inner = lambda x: x * fzero.grad(lambda y: x + y)(2.0)
        assert fzero.grad(inner)(1.0) == 1.0

    @pytest.mark.parametrize("outer", [fzero.grad, fzero.jacfwd, fzero.jacrev])
    @pytest.mark.parametrize("inner", [fzero.grad, fzero.jacfwd, fzero.jacrev])
    def test_closures_in_every_pair_of_modes(self, outer, inner):
        # d/dx [x * d/dy (x y^2)] at y = 3x is d/dx [x * 2 x (3x)] = 18 x^2.
        f = lambda x: x * inner(lambda y: x * y**2)(3.0 * x)
        assert outer(f)(2.0) == pytest.approx(72.0, rel=1e-15)

    def test_three_deep(self):
        def f(x):
            return fzero.grad(lambda y: y * fzero.grad(lambda z: x * y * z**2)(y) * x)(x)

        # inner: 2xyz at z = y: 2xy^2; y * 2xy^2 * x = 2x^2y^3; d/dy = 6x^2y^2 at y = x: 6x^4.
        assert f(2.0) == 96.0
        assert fzero.grad(f)(2.0) == 24 * 8.0
        assert fzero.jvp(f, (2.0,), (1.0,)) == (96.0, 192.0)

    def test_one_function_differentiated_by_itself(self):
        # The amazing bug (Manzyuk et al. 2019): a shift returned from within a derivative.
        shift = lambda x: lambda f: lambda y: f(x + y)
        derivative = lambda f: lambda x: fzero.jvp(f, (x,), (1.0,))[1]
        twice = lambda x: derivative(lambda u: shift(u)(derivative(np.sin))(1.0))(x)
        assert twice(0.5) == pytest.approx(-np.sin(1.5), rel=1e-15)

    def test_rows_and_derivatives_interleaved(self):
        x = np.array([1.0, 2.0, 3.0])
        f = lambda x: fzero.vmap(lambda a: fzero.grad(lambda b: a * b**3)(a))(x)
        np.testing.assert_allclose(f(x), 3 * x**3, rtol=1e-15)
        got = fzero.grad(lambda x: f(x).sum())(x)
        np.testing.assert_allclose(got, 9 * x**2, rtol=1e-15)
        got = fzero.vmap(fzero.grad(fzero.grad(lambda a: a**4)))(x)
        np.testing.assert_allclose(got, 12 * x**2, rtol=1e-15)

    def test_tenth_derivative(self):
        f = np.sin
        for _ in range(10):
            f = fzero.grad(f)
        assert f(0.3) == pytest.approx(-np.sin(0.3), rel=1e-12)


def chain(x, n):
    """n operations, each on the result of the one before."""
    for _ in range(n // 2):
        x = x * 1.0000001
        x = x + 1e-9
    return x


def retained(f, runs=3):
    """The bytes still held after several runs, with the garbage collector off."""
    f()
    gc.collect()
    gc.disable()
    tracemalloc.start()
    try:
        f()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(runs):
            f()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        gc.enable()


class TestLongChains:
    def test_a_million_operations(self):
        g = fzero.grad(lambda x: chain(x, 10**6))(1.0)
        assert g == pytest.approx(1.0000001**500_000, rel=1e-9)

    @pytest.mark.parametrize(
        "transform",
        [
            fzero.grad,
            lambda f: lambda x: fzero.jvp(f, (x,), (1.0,)),
            lambda f: fzero.vmap(f, in_axes=None, axis_size=2),
            lambda f: fzero.grad(fzero.checkpoint(f)),
            lambda f: lambda x: fzero.linearize(f, x)[1](1.0),
            lambda f: fzero.grad(fzero.grad(f)),
        ],
        ids=["grad", "jvp", "vmap", "checkpoint", "linearize", "grad of grad"],
    )
    def test_memory_is_flat_with_the_collector_off(self, transform):
        n = 2000
        run = transform(lambda x: chain(x, n))
        # One tape alone is over 100 bytes an operation.
        assert retained(lambda: run(1.0)) < 20 * n

    def test_exceptions_hold_nothing_either(self):
        def f(x):
            chain(x, 2000)
            raise KeyError

        def run():
            try:
                fzero.grad(f)(1.0)
            except KeyError:
                pass

        assert retained(run) < 40_000

    def test_deep_nesting_of_checkpoints_does_not_recurse_in_the_walk(self):
        step = fzero.checkpoint(lambda x: x * 1.001)

        def f(x):
            for _ in range(5000):
                x = step(x)
            return x

        assert fzero.grad(f)(1.0) == pytest.approx(1.001**5000, rel=1e-9)

    def test_time_is_linear(self):
        run = fzero.grad(lambda x, n: chain(x, n))
        assert ratio(lambda n: run(1.0, n), 5_000, 50_000) < 10 * 3  # quadratic would be 100


def ratio(f, small, large):
    """Time for the large size over time for the small: the least of several runs each."""

    def least(n, runs):
        times = []
        for _ in range(runs):
            start = time.process_time()
            f(n)
            times.append(time.process_time() - start)
        return min(times)

    least(small, 1)
    return least(large, 2) / least(small, 5)


@pytest.mark.parametrize(
    "transform",
    [
        lambda f: fzero.grad(f),
        lambda f: lambda x: fzero.jvp(f, (x,), (x,))[1],
        lambda f: fzero.grad(lambda x: fzero.jvp(f, (x,), (x,))[1]),
    ],
    ids=["grad", "jvp", "grad of jvp"],
)
def test_no_cycles_are_left(transform):
    w = np.random.default_rng(0).normal(size=(4, 4))

    def f(x):
        a, b = np.split(np.tanh(w @ x), 2)
        return (np.where(a > 0, a, b) * x[:2][::-1]).sum() + np.sort(x)[1:].prod()

    run = transform(f)
    x = np.linspace(0.1, 1.0, 4)
    run(x)
    gc.collect()
    gc.disable()
    try:
        for _ in range(5):
            run(x)
        assert gc.collect() == 0
    finally:
        gc.enable()


class TestSlicingInALoop:
    """`xs[t]` for each t costs O(T) forward and backward, not O(T^2)."""

    @staticmethod
    def loop(xs):
        total = 0.0
        for t in range(len(xs)):
            total = total + xs[t] * xs[t]
        return total.sum() if getattr(total, "ndim", 0) else total

    @pytest.mark.parametrize("index", [lambda t: t, lambda t: slice(t, t + 1)])
    def test_gradient(self, index):
        def loop(xs):
            return sum((xs[index(t)] ** 2).sum() for t in range(len(xs)))

        xs = np.linspace(-1.0, 1.0, 100)
        np.testing.assert_allclose(fzero.grad(loop)(xs), 2 * xs, rtol=1e-14)

    def test_dense_arrays_made_by_the_walk(self, monkeypatch):
        # Counted, so that it cannot flake: the slices share one accumulator of the full shape.
        made = []
        zeros = np.zeros

        def counting(shape, *args, **kwargs):
            made.append(np.prod(shape, dtype=int))
            return zeros(shape, *args, **kwargs)

        monkeypatch.setattr(np, "zeros", counting)
        fzero.grad(self.loop)(np.ones((500, 8)))
        assert made.count(500 * 8) == 1

    def test_time_is_linear(self):
        xs = np.ones((10_000, 8))
        run = fzero.grad(self.loop)
        assert ratio(lambda T: run(xs[:T]), 1000, 10_000) < 10 * 3  # quadratic would be 100

    def test_scan_and_unstack_are_linear_too(self):
        xs = np.ones((10_000, 4))
        run = fzero.grad(lambda xs: fzero.scan(lambda c, x: (c + (x * x).sum(), None), 0.0, xs)[0])
        np.testing.assert_array_equal(run(xs[:10]), 2 * xs[:10])
        assert ratio(lambda T: run(xs[:T]), 500, 5000) < 10 * 3  # quadratic would be 100


class TestFloat32Stays:
    x = np.linspace(0.1, 1.0, 4, dtype=np.float32)
    TRANSFORMS = {
        "grad": lambda f: fzero.grad(lambda x: f(x).sum()),
        "jvp": lambda f: lambda x: fzero.jvp(f, (x,), (x,)),
        "vjp": lambda f: lambda x: fzero.vjp(f, x)[1](f(x)),
        "linearize": lambda f: lambda x: fzero.linearize(f, x)[1](x),
        "vmap": lambda f: lambda x: fzero.vmap(f)(np.stack([x, x])),
        "jacfwd": fzero.jacfwd,
        "jacrev": fzero.jacrev,
        "hessian": lambda f: fzero.hessian(lambda x: f(x).sum()),
        "hvp": lambda f: lambda x: fzero.hvp(lambda x: f(x).sum())(x, x),
        "checkpoint": lambda f: fzero.grad(lambda x: fzero.checkpoint(f)(x).sum()),
        "cond": lambda f: fzero.vmap(fzero.grad(lambda x: fzero.cond(x > 0.5, f, lambda x: x, x))),
        "scan": lambda f: fzero.grad(lambda x: fzero.scan(lambda c, v: (c + f(v), v), x[0], x)[0]),
        "while_loop": lambda f: fzero.vmap(
            fzero.grad(
                lambda x: fzero.while_loop(lambda v: v < 3, lambda v: v + 0.7 * f(x) ** 2, x)
            )
        ),
        "associative_scan": lambda f: fzero.grad(
            lambda x: fzero.associative_scan(lambda a, b: a * b, f(x)).sum()
        ),
        "map": lambda f: fzero.grad(lambda x: fzero.map(f, x).sum()),
    }

    @staticmethod
    def f(x):
        return 2 * np.sin(x) * x**2 + 1.5 / (x + 1)

    @pytest.mark.parametrize("name", TRANSFORMS)
    def test_and_agrees_with_float64(self, name):
        transform = self.TRANSFORMS[name](self.f)
        got, want = transform(self.x), transform(self.x.astype(float))
        for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
            assert a.dtype == np.float32 and b.dtype == np.float64
            np.testing.assert_allclose(a, b, rtol=2e-5)

    def test_intermediate_values_too(self):
        seen = set()

        def f(x):
            y = np.exp(x) * 2.0 + 1
            seen.add(innermost(y).dtype)
            return (y / 3).mean()

        fzero.grad(f)(self.x)
        assert seen == {np.dtype(np.float32)}
