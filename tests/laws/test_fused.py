"""Every fused operation: its kernels equal its reference, and every transform goes through it."""

from typing import Any

import numpy as np
import pytest

import fzero
from fzero import fused, tree, vjp
from fzero.dtypes import is_inexact
from fzero.fused import FUSED, Fused, Kernel, kernels
from fzero.testing import check_grads
from fzero.testing.compare import Flat, agree, direction
from fzero.testing.laws import batched, layouts
from fzero.testing.loops import check_vmap
from fzero_nn import functional, losses


def _toy() -> Fused:
    """x * sin(y), with the number of kernel calls."""

    def forward(needed: Any, x: Any, y: Any) -> Any:
        return x * np.sin(y), (x, y)

    def backward(needed: Any, residuals: Any, g: Any) -> Any:
        x, y = residuals
        return g * np.sin(y) if needed[0] else None, g * x * np.cos(y) if needed[1] else None

    return Fused(
        "toy",
        lambda x, y: x * fzero.numpy.sin(y),
        {"numpy": Kernel(forward, backward, lambda x, y: x.dtype == y.dtype)},
        samples=lambda rng: [((rng.normal(size=3), rng.normal(size=3)), {})],
    )


_toy()
#: Importing these registers their fused operations.
OWNERS = (functional, losses)
NAMES = sorted(FUSED)


def samples(name: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    return FUSED[name].samples(np.random.default_rng(0))


def subsets(args: Any) -> list[tuple[int, ...]]:
    every = tuple(i for i, x in enumerate(args) if x is not None and is_inexact(x))
    return list(dict.fromkeys([*((i,) for i in every), every]))


def of(call: Any, args: Any, params: Any, own: Any) -> Any:
    """The operation as a function of some of its arguments."""

    def f(*xs: Any) -> Any:
        full = list(args)
        for i, x in zip(own, xs, strict=True):
            full[i] = x
        return call(*full, **params)

    return f


def value_and_cotangents(f: Any, xs: Any) -> Any:
    out, pullback = vjp(f, *xs)
    rng = np.random.default_rng(1)
    return out, pullback(tree.map(lambda y: direction(rng, y).astype(y.dtype), out))


def test_all_of_them_are_here() -> None:
    assert {"batch_norm", "conv", "conv_transpose", "cross_entropy", "layer_norm", "lstm"} <= {
        *NAMES
    }


@pytest.mark.parametrize("name", NAMES)
def test_the_kernel_is_the_reference(name: str) -> None:
    for args, params in samples(name):
        assert FUSED[name].kernel(args, params) is not None, "the sample runs no kernel"
        for own in subsets(args):
            f, xs = of(FUSED[name], args, params, own), [args[i] for i in own]
            got = [f(*xs), value_and_cotangents(f, xs)]
            with kernels("reference"):
                want = [f(*xs), value_and_cotangents(f, xs)]
            agree(name, tree.leaves(got), tree.leaves(want), 1e-11, 1e-11)


@pytest.mark.parametrize("name", NAMES)
def test_float32_stays(name: str) -> None:
    for args, params in samples(name):
        low = [x.astype("f4") if getattr(x, "dtype", None) == np.float64 else x for x in args]
        own = subsets(low)[-1]
        got = value_and_cotangents(of(FUSED[name], low, params, own), [low[i] for i in own])
        want = value_and_cotangents(of(FUSED[name], args, params, own), [args[i] for i in own])
        assert {str(x.dtype) for x in tree.leaves(got)} == {"float32"}
        agree(name, tree.leaves(got), tree.leaves(want), 2e-5, 2e-5)


@pytest.mark.parametrize("name", NAMES)
def test_derivatives(name: str) -> None:
    for args, params in samples(name):
        own = subsets(args)[-1]
        check_grads(of(FUSED[name], args, params, own), [args[i] for i in own])


@pytest.mark.parametrize("name", NAMES)
def test_rows(name: str) -> None:
    for args, params in samples(name):
        for axes in layouts(args, positions=False):
            f = lambda *xs, params=params: FUSED[name](*xs, **params)
            check_vmap(f, batched(args, axes), axes)


@pytest.mark.parametrize("name", NAMES)
def test_rows_of_derivatives_and_derivatives_of_rows(name: str) -> None:
    for args, params in samples(name):
        own = subsets(args)[-1]
        f, xs = of(FUSED[name], args, params, own), [args[i] for i in own]
        flat = Flat(f, xs)
        gs = [direction(np.random.default_rng(2), y) for y in flat(*flat.inputs)]
        n, full, axes = len(xs), [*xs, *gs], (0,) * (len(xs) + len(gs))
        pull = lambda *v, n=n, flat=flat: vjp(flat, *v[:n])[1](v[n:])
        check_vmap(pull, batched(full, axes), axes)
        one = vjp(flat, *flat.inputs)[1]
        check_vmap(lambda *v, one=one: one(v), batched(gs, (0,) * len(gs)), (0,) * len(gs))
        mapped = fzero.vmap(f)
        check_grads(mapped, batched(xs, (0,) * len(xs)), order=1)


@pytest.mark.parametrize("name", NAMES)
def test_operands_stay(name: str) -> None:
    for args, params in samples(name):
        own = subsets(args)[-1]
        before = [None if x is None else np.array(x) for x in args]
        value_and_cotangents(of(FUSED[name], args, params, own), [args[i] for i in own])
        for x, b in zip(args, before, strict=True):
            assert x is None or (x.tobytes() == b.tobytes() and np.asarray(x).flags.writeable)


def test_what_runs_the_kernel() -> None:
    calls = []
    toy = _toy()
    kernel = toy.kernels["numpy"]
    toy.kernels["numpy"] = kernel._replace(
        forward=lambda *a: calls.append("forward") or kernel.forward(*a),
        backward=lambda *a: calls.append("backward") or kernel.backward(*a),
    )
    x, f = np.arange(3.0), lambda x: fzero.numpy.sum(toy(x, x + 1.0))

    def count(run: Any) -> list[str]:
        calls.clear()
        run()
        return list(calls)

    assert count(lambda: f(x)) == ["forward"]
    assert count(lambda: fzero.grad(f)(x)) == ["forward", "backward"]
    assert count(lambda: fzero.grad(fzero.checkpoint(f))(x)) == ["forward", "forward", "backward"]
    assert count(lambda: fzero.jvp(f, (x,), (x,))) == []
    assert count(lambda: fzero.hessian(f)(x)) == []
    assert count(lambda: fzero.vmap(toy)(x, x)) == []
    assert count(lambda: toy(x.astype("f4"), x)) == []
    with kernels("reference"):
        assert count(lambda: fzero.grad(f)(x)) == []
    with fzero.debug_nans():
        assert count(lambda: fzero.grad(f)(x)) == []


def test_a_provider_is_preferred_where_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "_PROVIDERS", {})
    toy, asked = _toy(), []
    own = toy.kernels["numpy"]
    other = own._replace(fits=lambda x, y: x.dtype == y.dtype == np.float32)
    fused.provide("other", "numpy", lambda name: asked.append(name) or other)
    fused.provide("elsewhere", "cupy", lambda name: own)
    low, high = np.ones(3, "f4"), np.ones(3)
    assert toy.kernel([low, low], {}) is other and toy.kernel([high, high], {}) is own
    assert toy.kernel([low, high], {}) is None and asked == ["toy"]
    for choice, chosen in (("numpy", own), ("reference", None)):
        with kernels(choice):
            assert toy.kernel([low, low], {}) is chosen


def test_a_provider_without_the_operation_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fused, "_PROVIDERS", {})
    toy, x = _toy(), np.ones(3, "f4")
    fused.provide("other", "numpy", lambda name: None)
    assert toy.kernel([x, x], {}) is toy.kernels["numpy"]


def test_an_unknown_choice_says_which_there_are() -> None:
    with pytest.raises(ValueError, match="'auto', 'numpy', 'reference'"), kernels("fast"):
        pass
