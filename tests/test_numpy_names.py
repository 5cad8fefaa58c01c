"""Every name works: on arrays as NumPy does, on tracers by either namespace, under transforms."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import tree
from fzero.errors import BatchedValueError
from tests.numpy_cases import CASES, Case
from tests.numpy_checks import compare, dotted, floats, is_float, quiet

IDS = [f"{c.name}-{i}" for i, c in enumerate(CASES)]
each = pytest.mark.parametrize("case", CASES, ids=IDS)
EPS = 1e-6


def weighted(case, m, *args):
    """One number made of all floating results, with fixed weights."""
    total = 0.0
    for k, y in enumerate(floats(case.call(m, *args))):
        weights = np.cos(np.arange(int(np.prod(y.shape))) + k).reshape(y.shape)
        total = total + (weights * y).sum()
    return total


@each
def test_on_arrays_it_is_numpys_function(case: Case):
    want = quiet(case.call, np, *case.args)
    got = quiet(case.call, fnp, *case.args)
    assert type(got) is type(want)
    for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
        np.testing.assert_array_equal(a, b)
        assert np.asarray(a).dtype == np.asarray(b).dtype


def check_on_tracers(case: Case, m):
    want = quiet(case.call, np, *case.args)
    seen = []

    def f(*args):
        out = case.call(m, *args)
        seen.append(tree.map(fzero.stop_gradient, out))
        return sum((y.sum() for y in floats(out)), start=args[0].sum() * 0.0)

    args = [a if is_float(a) else a.astype(float) for a in case.args]
    if all(map(is_float, case.args)):
        quiet(fzero.vjp, f, *args)
        compare(seen[0], want)
    else:  # integers carry no tape: see them through vmap over one row
        if case.by_value:
            return
        rows = quiet(fzero.vmap(lambda *a: case.call(m, *a)), *[a[None] for a in case.args])
        compare(tree.map(lambda y: np.asarray(y)[0], rows), want)


@each
def test_on_tracers_it_gives_numpys_value(case: Case):
    for m in case.namespaces:
        check_on_tracers(case, m)


def _differentiable(case):
    made = tree.leaves(quiet(case.call, np, *case.args))
    exact = [y for y in made if getattr(y, "dtype", None) == np.float64]
    single = any(getattr(y, "dtype", None) == np.float32 for y in made)  # no differences in float32
    return bool(exact) and not (single or case.flat) and any(map(is_float, case.args))


SMOOTH = [i for i, c in enumerate(CASES) if _differentiable(c)]


def _split(case):
    """A function of the floating arguments alone, and these."""
    places = [i for i, a in enumerate(case.args) if is_float(a)]

    def f(m, *floating):
        full = list(case.args)
        for i, a in zip(places, floating, strict=True):
            full[i] = a
        return weighted(case, m, *full)

    return f, [case.args[i] for i in places]


@pytest.mark.parametrize("i", SMOOTH, ids=[IDS[i] for i in SMOOTH])
def test_derivatives_are_those_of_numpys_function(i):
    f, args = _split(CASES[i])
    ts = [np.sin(np.arange(a.size) + 1.0).reshape(a.shape) for a in args]
    ahead = quiet(f, np, *[a + EPS * t for a, t in zip(args, ts, strict=True)])
    behind = quiet(f, np, *[a - EPS * t for a, t in zip(args, ts, strict=True)])
    want = float((ahead - behind) / (2 * EPS))
    for m in CASES[i].namespaces:
        _, forward = quiet(fzero.jvp, lambda *a, m=m: f(m, *a) + 0 * a[0].sum(), args, ts)
        grads = quiet(
            fzero.grad(lambda *a, m=m: f(m, *a) + 0 * a[0].sum(), tuple(range(len(args)))), *args
        )
        assert all(g.shape == a.shape for g, a in zip(grads, args, strict=True))
        np.testing.assert_allclose(float(forward), want, rtol=2e-6, atol=2e-7)
        np.testing.assert_allclose(dotted(grads, ts), float(forward), rtol=1e-9, atol=1e-10)


def _rows(args):
    return [np.stack([a, a * 1.015, a * 0.985]) if is_float(a) else np.stack([a] * 3) for a in args]


DTYPES = [np.float32, np.complex64, np.int32]


@each
def test_dtypes_are_numpys(case: Case):
    ordered = case.name in ("median", "nanmedian", "interp")  # complex numbers have no order
    for dtype in [d for d in DTYPES if not (ordered and d is np.complex64)]:
        args = [np.nan_to_num(a).astype(dtype) if is_float(a) else a for a in case.args]
        try:
            want = tree.leaves(quiet(case.call, np, *args))
        except (TypeError, ValueError):
            continue  # NumPy has no such operation on this dtype
        rows = [a[None] for a in args]
        if case.by_value or not rows:
            continue
        got = tree.leaves(quiet(fzero.vmap(lambda *a: case.call(fnp, *a)), *rows))
        for a, b in zip(got, want, strict=True):
            assert np.asarray(a).dtype == np.asarray(b).dtype
            np.testing.assert_allclose(np.asarray(a)[0], b, 2e-3, 2e-3)


@each
def test_vmap_is_a_loop(case: Case):
    rows = _rows(case.args)
    if case.by_value:
        with pytest.raises(BatchedValueError):
            quiet(fzero.vmap(lambda *a: case.call(fnp, *a)), *rows)
        return
    for m in case.namespaces:
        got = tree.leaves(quiet(fzero.vmap(lambda *a, m=m: case.call(m, *a)), *rows))
        loop = [tree.leaves(quiet(case.call, np, *[r[k] for r in rows])) for k in range(3)]
        compare(got, [np.stack(ys) for ys in zip(*loop, strict=True)], rtol=1e-10)


@pytest.mark.parametrize(
    "i",
    [i for i in SMOOTH if not CASES[i].by_value],
    ids=[IDS[i] for i in SMOOTH if not CASES[i].by_value],
)
def test_grad_of_vmap_is_a_loop_of_grads(i):
    f, args = _split(CASES[i])
    rows = _rows(args)
    argnums = tuple(range(len(args)))

    def one(*a):
        return f(fnp, *a) + 0 * a[0].sum()

    got = quiet(fzero.grad(lambda *r: fzero.vmap(one)(*r).sum(), argnums), *rows)
    for k in range(3):
        want = quiet(fzero.grad(one, argnums), *[r[k] for r in rows])
        for g, w in zip(got, want, strict=True):
            np.testing.assert_allclose(g[k], w, rtol=1e-9, atol=1e-10)
