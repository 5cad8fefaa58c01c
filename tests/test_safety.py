"""Leaked tracers, exceptions, threads and tasks: nothing stays behind, nothing disturbs."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import fzero
from fzero.errors import BatchedValueError, LeakedTracerError, NaNError


class TestLeakedTracers:
    @staticmethod
    def leak(transform):
        held = []
        transform(lambda x: held.append(x * 1.0) or x)
        return held[0]

    LEAKS = {
        "grad or vjp": lambda f: fzero.grad(f)(1.0),
        "jvp": lambda f: fzero.jvp(f, (1.0,), (1.0,)),
        "vmap": lambda f: fzero.vmap(f)(np.ones(2)),
        "linearize": lambda f: fzero.linearize(f, 1.0),
    }
    USES = {
        "operator": lambda t: t + 1,
        "reflected": lambda t: 2.0 * t,
        "function": np.sin,
        "method": lambda t: t.sum(),
        "float": float,
        "bool": bool,
        "index": lambda t: [1, 2][t],
        "in grad": lambda t: fzero.grad(lambda x: x * t)(1.0),
        "in jvp": lambda t: fzero.jvp(lambda x: x * t, (1.0,), (1.0,)),
        "in vmap": lambda t: fzero.vmap(lambda x: x * t)(np.ones(2)),
        "as an argument": lambda t: fzero.grad(np.sin)(t),
        "in custom_jvp": lambda t: _identity(t),
        "in a list": lambda t: np.stack([t, t]),
    }

    @pytest.mark.parametrize("use", USES)
    @pytest.mark.parametrize("transform", LEAKS)
    def test_every_use_raises_and_names_the_transform(self, transform, use):
        tracer = self.leak(self.LEAKS[transform])
        with pytest.raises(LeakedTracerError, match=f"a tracer of a {transform} .*has_aux=True"):
            self.USES[use](tracer)

    def test_the_advice_works(self):
        g, kept = fzero.grad(lambda x: (x**2, x * 1.0), has_aux=True)(3.0)
        assert g == 6.0 and kept + 1 == 4.0

    def test_of_an_inner_transform_while_the_outer_runs(self):
        def f(x):
            held = []
            fzero.grad(lambda y: held.append(y * x) or y)(1.0)
            return held[0] * x

        for outer in (lambda: fzero.grad(f)(2.0), lambda: fzero.vmap(f)(np.ones(2))):
            with pytest.raises(LeakedTracerError, match="multiply"):
                outer()

    def test_its_repr_still_works(self):
        assert "grad or vjp" in repr(self.leak(self.LEAKS["grad or vjp"]))


@fzero.custom_jvp
def _identity(x):
    return x


_identity.defjvp(lambda primals, tangents: (primals[0], tangents[0]))


class Stop(Exception):
    pass


class TestExceptions:
    TRANSFORMS = {
        "grad": lambda f: fzero.grad(f),
        "vjp": lambda f: lambda x: fzero.vjp(f, x),
        "jvp": lambda f: lambda x: fzero.jvp(f, (x,), (x,)),
        "linearize": lambda f: lambda x: fzero.linearize(f, x),
        "vmap": lambda f: fzero.vmap(f, axis_name="i"),
        "jacrev": fzero.jacrev,
        "jacfwd": fzero.jacfwd,
        "hessian": fzero.hessian,
        "checkpoint": lambda f: fzero.grad(fzero.checkpoint(f)),
        "cond": lambda f: fzero.vmap(lambda x: fzero.cond(x[0] > 0, f, f, x)),
        "while_loop": lambda f: fzero.vmap(
            lambda x: fzero.while_loop(lambda v: v[0] > 0, lambda v: f(v) + v * 0 - 1, x)
        ),
        "grad of vmap of cond": lambda f: fzero.grad(
            lambda x: fzero.vmap(lambda r: fzero.cond(r[0] > 0, f, f, r))(x).sum()
        ),
    }

    @pytest.mark.parametrize("name", TRANSFORMS)
    def test_leave_nothing_behind(self, name):
        c = np.arange(4.0)
        x = np.array([[1.0, 2.0, 3.0, 4.0], [-1.0, 2.0, 3.0, 4.0]])
        x = x if name in ("vmap", "cond", "while_loop", "grad of vmap of cond") else x[0]
        fail = True

        def f(x):
            y = (np.sin(x) * c).sum()
            if fail:
                raise Stop
            return y

        transformed = self.TRANSFORMS[name](f)
        with pytest.raises(Stop):
            transformed(x)
        assert c.flags.writeable and x.flags.writeable
        assert fzero.core.splits.active == 0
        with pytest.raises(NameError):
            fzero.psum(1.0, "i")
        fail = False
        first = transformed(x)
        again = self.TRANSFORMS[name](f)(x)
        if name not in ("vjp", "linearize"):
            fzero.tree.map(np.testing.assert_array_equal, first, again)
        assert c.flags.writeable and x.flags.writeable
        assert not any(t.flags.writeable is False for t in (c, x))

    def test_a_wrong_output_gives_the_arrays_back(self):
        c = np.arange(3.0)
        with pytest.raises(TypeError, match="expected a scalar"):
            fzero.grad(lambda x: x * c)(np.ones(3))
        assert c.flags.writeable

    def test_in_the_backward_pass(self):
        f = fzero.custom_vjp(lambda x: x)

        def backward(res, g):
            raise Stop

        f.defvjp(lambda x: (x, None), backward)
        c = np.arange(3.0)
        with pytest.raises(Stop):
            fzero.grad(lambda x: (f(x) * c).sum())(np.ones(3))
        assert c.flags.writeable

    def test_a_batched_value_error_inside_grad(self):
        c = np.arange(3.0)
        f = lambda x: (x * c).sum() if x[0] > 0 else x.sum()
        with pytest.raises(BatchedValueError):
            fzero.vmap(fzero.grad(f))(np.ones((2, 3)))
        assert c.flags.writeable
        assert fzero.vmap(fzero.grad(f), fallback="loop")(np.ones((2, 3))).shape == (2, 3)


C = np.linspace(-1.0, 1.0, 50)


def work(seed):
    """Transforms of every kind, over an array that all threads share."""
    x = np.random.default_rng(seed).normal(size=50)
    f = lambda x: (np.tanh(x * C) * C).sum()
    g = fzero.grad(f)(x)
    h = fzero.hvp(f)(x, C)
    rows = fzero.vmap(lambda v: fzero.cond(v > 0, np.sin, lambda v: v * 2, v))(x)
    steps = fzero.vmap(lambda v: fzero.while_loop(lambda v: v < 2, lambda v: v + C[-1], v))(x)
    _, pull = fzero.vjp(lambda x: x * C, x)
    named = fzero.vmap(lambda v: v / fzero.psum(v, "i"), axis_name="i")(x)
    return g, h, rows, steps, pull(x)[0], named


class TestSideBySide:
    def same(self, results, wants):
        for result, want in zip(results, wants, strict=True):
            for a, b in zip(result, want, strict=True):
                np.testing.assert_array_equal(a, b)

    def test_threads(self):
        wants = [work(seed) for seed in range(24)]
        barrier = threading.Barrier(6)

        def start(seed):
            if seed < 6:
                barrier.wait(timeout=30)
            return work(seed)

        with ThreadPoolExecutor(6) as pool:
            self.same(pool.map(start, range(24)), wants)
        assert C.flags.writeable and fzero.core.splits.active == 0

    def test_a_tracer_handed_to_another_thread(self):
        def f(x):
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(np.sin, x).result() * x

        want = np.cos(0.3) * 0.3 + np.sin(0.3)
        assert fzero.grad(f)(0.3) == pytest.approx(want, rel=1e-15)

    def test_one_pullback_called_by_many_threads(self):
        x = np.linspace(0.0, 1.0, 200)
        _, pull = fzero.vjp(fzero.checkpoint(lambda x: np.sin(x) * np.cos(x)), x)
        want = pull(x)[0]
        with ThreadPoolExecutor(4) as pool:
            for got in pool.map(lambda _: pull(x)[0], range(16)):
                np.testing.assert_array_equal(got, want)

    def test_tasks_that_interleave(self):
        order = []

        async def one(seed):
            for k in range(3):
                order.append(seed)
                result = work(seed + k)
                await asyncio.sleep(0)
            return result

        async def nans(on):
            with fzero.debug_nans(on):
                await asyncio.sleep(0)
                with np.errstate(invalid="ignore"):
                    return fzero.grad(np.log)(-1.0)

        async def main():
            many = asyncio.gather(*(one(seed) for seed in range(4)))
            checked = asyncio.gather(nans(True), nans(False), return_exceptions=True)
            return await many, await checked

        results, (checked, plain) = asyncio.run(main())
        self.same(results, [work(seed + 2) for seed in range(4)])
        assert isinstance(checked, NaNError) and not isinstance(plain, Exception)
        assert order[:4] == [0, 1, 2, 3]
