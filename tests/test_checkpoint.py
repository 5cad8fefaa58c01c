"""checkpoint: the same derivatives everywhere, less memory, one more forward pass."""

import functools
import gc
import tracemalloc

import numpy as np
import pytest

import fzero

X = np.array([0.4, -1.1, 2.0])


def block(x, w=1.5):
    return np.sin(x * w) + x**2


kept = fzero.checkpoint(block)

TRANSFORMS = {
    "grad": lambda f: fzero.grad(lambda x: f(x).sum()),
    "jvp": lambda f: lambda x: fzero.jvp(f, (x,), (np.cos(x),))[1],
    "linearize": lambda f: lambda x: fzero.linearize(f, x)[1](np.cos(x)),
    "jacrev": fzero.jacrev,
    "jacfwd": fzero.jacfwd,
    "vmap of grad": lambda f: fzero.vmap(fzero.grad(f)),
    "grad of vmap": lambda f: fzero.grad(lambda x: fzero.vmap(f)(x).sum()),
    "grad of grad": lambda f: fzero.grad(lambda x: fzero.grad(lambda x: f(x).sum())(x).sum()),
    "grad of linearize": lambda f: fzero.grad(lambda x: fzero.linearize(f, x)[1](x).sum()),
    "hessian": lambda f: fzero.hessian(lambda x: f(x).prod()),
    "jacrev of jacrev": lambda f: fzero.jacrev(fzero.jacrev(lambda x: f(x).prod())),
    "grad of jvp": lambda f: fzero.grad(lambda x: fzero.jvp(f, (x,), (x,))[1].sum()),
    "grad of vmap of grad": lambda f: fzero.grad(lambda x: fzero.vmap(fzero.grad(f))(x).sum()),
    "vmap of hessian": lambda f: fzero.vmap(fzero.hessian(f)),
}


@pytest.mark.parametrize("name", TRANSFORMS)
class TestSameDerivatives:
    def check(self, name, plain, checkpointed):
        transform = TRANSFORMS[name]
        np.testing.assert_allclose(transform(checkpointed)(X), transform(plain)(X), rtol=1e-13)

    def test_of_a_call(self, name):
        self.check(name, block, kept)

    def test_of_a_chain(self, name):
        self.check(name, lambda x: block(block(x * 0.5)), lambda x: kept(kept(x * 0.5)))

    def test_nested(self, name):
        inner = fzero.checkpoint(lambda x: kept(x) * x)
        self.check(
            name,
            lambda x: block(block(x * 0.3) * (x * 0.3)),
            fzero.checkpoint(lambda x: kept(inner(x * 0.3))),
        )

    def test_of_a_closure(self, name):
        def with_closure(wrap):
            def f(x):
                scaled = x * 0.5
                return wrap(lambda y: np.sin(y) * scaled)(x) + wrap(lambda: scaled**2)()

            return f

        self.check(name, with_closure(lambda f: f), with_closure(fzero.checkpoint))

    def test_inside_a_branch_and_a_scan(self, name):
        def program(wrap):
            f = lambda x: fzero.cond(x > 0, wrap(block), wrap(lambda y: np.exp(y) * x), x)
            if name in ("vmap of grad", "grad of vmap", "grad of vmap of grad", "vmap of hessian"):
                return f
            step = wrap(lambda c, _: (np.sin(c) * 1.1, c))
            return lambda x: fzero.scan(step, x, None, length=3)[0] + fzero.vmap(f)(x)

        self.check(name, program(lambda f: f), program(fzero.checkpoint))


class TestArguments:
    def test_trees_keywords_and_partials(self):
        f = fzero.checkpoint(lambda p, *, scale: {"y": p["a"] * scale, "n": None})
        g = fzero.grad(lambda p: f(p, scale=3.0)["y"] ** 2)({"a": 2.0})
        assert g == {"a": 2 * 9 * 2.0}
        part = fzero.checkpoint(functools.partial(block, w=2.0))
        assert fzero.grad(part)(0.5) == pytest.approx(2 * np.cos(1.0) + 1.0, rel=1e-15)
        assert part(0.5) == block(0.5, 2.0)

    def test_several_arguments_and_results(self):
        f = fzero.checkpoint(lambda a, b: (a * b, a + b, 7))
        g = fzero.grad(lambda a, b: f(a, b)[0] * f(a, b)[1] * f(a, b)[2], (0, 1))(2.0, 3.0)
        # 7 ab(a + b)
        assert g == (7 * (2 * 2 * 3 + 9), 7 * (4 + 2 * 2 * 3))

    def test_a_result_that_is_the_argument_or_a_constant(self):
        f = fzero.checkpoint(lambda x: (x, 5.0))
        assert fzero.grad(lambda x: f(x)[0] * f(x)[1])(2.0) == 5.0

    def test_a_method_and_its_object(self):
        class Layer:
            def __init__(self, w):
                self.w = w

            def __call__(self, x):
                return x * self.w

        assert fzero.grad(lambda x: fzero.checkpoint(Layer(3.0).__call__)(x) ** 2)(2.0) == 36.0

    @pytest.mark.parametrize("outer", [fzero.grad, fzero.jacfwd])
    @pytest.mark.parametrize("inner", [fzero.grad, fzero.jacfwd, fzero.jacrev])
    def test_a_tracer_hidden_in_an_attribute(self, outer, inner):
        class Layer:
            def __init__(self, w):
                self.w = w

            def __call__(self, x):
                return np.sin(np.sin(x) * self.w)

        def slope(wrap):
            return outer(lambda x: inner(lambda w: wrap(Layer(w).__call__)(x))(0.7))

        want = slope(lambda f: f)(0.3)
        assert slope(fzero.checkpoint)(0.3) == pytest.approx(want, rel=1e-14)
        rows = fzero.vmap(slope(fzero.checkpoint))(np.array([0.3, 0.3]))
        np.testing.assert_allclose(rows, [want] * 2, rtol=1e-14)

    def test_the_pullback_may_be_called_again(self):
        _, pull = fzero.vjp(kept, X)
        first, second = pull(np.ones(3))[0], pull(np.ones(3))[0]
        np.testing.assert_array_equal(first, second)
        np.testing.assert_allclose(first, 1.5 * np.cos(1.5 * X) + 2 * X, rtol=1e-14)


def test_the_function_runs_twice_under_grad_and_once_otherwise():
    calls = []
    f = fzero.checkpoint(lambda x: calls.append(1) or np.sin(x))
    f(0.3)
    assert len(calls) == 1
    fzero.jvp(f, (0.3,), (1.0,))
    assert len(calls) == 2
    fzero.grad(f)(0.3)
    assert len(calls) == 4


def test_a_leaked_tracer():
    held = []
    fzero.grad(lambda x: held.append(x) or x)(1.0)
    with pytest.raises(fzero.errors.LeakedTracerError):
        kept(held[0])


def test_an_exception_on_the_second_run_leaves_nothing_behind():
    runs = []

    def f(x):
        runs.append(1)
        if len(runs) == 2:
            raise RuntimeError("second run")
        return np.sin(x) * X

    x = np.array([0.1, 0.2, 0.3])
    with pytest.raises(RuntimeError, match="second run"):
        fzero.grad(lambda x: fzero.checkpoint(f)(x).sum())(x)
    assert x.flags.writeable and X.flags.writeable
    np.testing.assert_allclose(
        fzero.grad(lambda x: fzero.checkpoint(f)(x).sum())(x), np.cos(x) * X, rtol=1e-15
    )


def peak(f, x):
    """The bytes that a gradient of `f` holds at most, beyond what there was."""
    fzero.grad(f)(x[:10])
    gc.collect()
    tracemalloc.start()
    try:
        fzero.grad(f)(x)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_peak_memory_of_a_deep_chain_is_under_half():
    x = np.linspace(0.0, 1.0, 20_000)

    def segment(x):
        for _ in range(8):
            x = np.sin(x) * np.cos(x)
        return x

    def chain(piece):
        def f(x):
            for _ in range(8):
                x = piece(x)
            return x.sum()

        return f

    plain, checkpointed = chain(segment), chain(fzero.checkpoint(segment))
    np.testing.assert_allclose(fzero.grad(checkpointed)(x), fzero.grad(plain)(x), rtol=1e-13)
    # 64 steps of 4 arrays against 8 arguments and one segment of 8 steps.
    assert peak(checkpointed, x) < 0.35 * peak(plain, x)
