"""Wrong results that were found once, where no other file of tests is about their subject."""

import functools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from fzero import (
    checkpoint,
    custom_jvp,
    custom_vjp,
    grad,
    jacfwd,
    jacrev,
    jvp,
    linearize,
    vjp,
    vmap,
)
from fzero.errors import LeakedTracerError, MutatedArrayError

BASES = np.array([100, 3, 90, 7])
X = np.array([0.4, 1.3, 2.2, 0.7])


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int16, np.float16])
@pytest.mark.parametrize("name", ["arctan2", "power", "float_power", "copysign", "hypot"])
@pytest.mark.parametrize("order", [1, -1])
def test_small_types_cost_no_accuracy(name: str, order: int, dtype: Any) -> None:
    # x * x of int8 wraps, and the logarithm of int8 is a float16.
    def f(x: Any, y: Any) -> Any:
        return getattr(np, name)(*(x, y)[::order]).sum()

    small, wide = BASES.astype(dtype), BASES.astype(np.float64)
    wanted = grad(f)(X, wide)
    np.testing.assert_allclose(grad(f)(X, small), wanted, rtol=1e-14)
    np.testing.assert_allclose(jvp(lambda x: f(x, small), (X,), (X,))[1], wanted @ X, rtol=1e-13)


@pytest.mark.parametrize(
    "f",
    [
        lambda x: 3**x,
        lambda x: 2.5**x,
        lambda x: (1 + 1j) ** x,
        lambda x: x**True,
        lambda x: x ** np.array([True, False, True, True]),
        lambda x: np.array([True, False, True, True]) ** x,
        lambda x: np.copysign(x, np.array([1, -2, 3, -4], np.int8)),
        lambda x: np.arctan2(x, np.array([1, -2, 3, -4], np.int8)),
    ],
)
def test_gradients_of_float32_stay_float32(f: Any) -> None:
    y, pull = vjp(f, X.astype(np.float32))
    (g,) = pull(np.ones_like(y))
    assert g.dtype == np.float32
    wide, pull = vjp(f, X)
    np.testing.assert_allclose(g, pull(np.ones_like(wide))[0], rtol=1e-6)


def test_arctan2_of_large_numbers() -> None:
    gy, gx = grad(np.arctan2, argnums=(0, 1))(3e200, 4e200)
    np.testing.assert_allclose([gy, gx], [4 / 25e200, -3 / 25e200], rtol=1e-15)


@pytest.mark.parametrize("f", [np.prod, np.cumprod])
@pytest.mark.parametrize("axis", [0, 1])
def test_products_over_no_elements(f: Any, axis: int) -> None:
    x = np.zeros((0, 4))
    y, pull = vjp(lambda x: f(x, axis=axis), x)
    assert pull(np.ones_like(y))[0].shape == (0, 4)
    assert jvp(lambda x: f(x, axis=axis), (x,), (x,))[1].shape == y.shape


@pytest.mark.parametrize("f", [np.exp, lambda x: np.exp(x).reshape(2, 2), lambda x: np.sqrt(x).T])
def test_results_may_be_changed_before_the_pullback_runs(f: Any) -> None:
    for has_aux in (False, True):
        y, pull, *aux = vjp(
            lambda x, aux=has_aux: (f(x), f(x)) if aux else f(x), X, has_aux=has_aux
        )
        g = np.ones_like(y)
        (want,) = pull(g)
        for array in (y, *aux):
            array[...] = 0.0
        np.testing.assert_array_equal(pull(g)[0], want)
    y, push = linearize(f, X)
    want = push(X)
    y[...] = 0.0
    np.testing.assert_array_equal(push(X), want)


def test_a_tracer_of_another_run_is_no_result() -> None:
    kept: list[Any] = []

    def keep(x: Any) -> Any:
        kept.append(x)
        return x

    grad(keep)(2.0)
    with pytest.raises(LeakedTracerError, match="has returned"):
        grad(lambda x: kept[0])(2.0)
    with pytest.raises(LeakedTracerError, match="has returned"):
        vjp(lambda x: [x, kept[0]], 2.0)
    with pytest.raises(LeakedTracerError, match="has returned"):
        linearize(lambda x: kept[0], 2.0)
    with pytest.raises(LeakedTracerError, match="has returned"):
        jvp(lambda x: kept[0], (2.0,), (1.0,))
    jvp(keep, (2.0,), (1.0,))
    with pytest.raises(LeakedTracerError, match="has returned"):
        jvp(lambda x: kept[1], (2.0,), (1.0,))


class TestStatedRulesThatWriteInPlace:
    def test_cotangent(self) -> None:
        @custom_vjp
        def f(x: Any) -> Any:
            return x * 1.0

        def backward(res: Any, g: Any) -> Any:
            g *= 2.0
            return (g,)

        f.defvjp(lambda x: (x * 1.0, None), backward)
        g = np.ones(4)
        with pytest.raises(ValueError, match="read-only"):
            vjp(lambda x: f(x) + x, X)[1](g)
        np.testing.assert_array_equal(g, 1.0)

    def test_residual(self) -> None:
        @custom_vjp
        def f(x: Any) -> Any:
            return np.sum(x)

        def backward(res: Any, g: Any) -> Any:
            res *= g
            return (res,)

        f.defvjp(lambda x: (np.sum(x), x * 2.0), backward)
        with pytest.raises(ValueError, match="read-only"):
            grad(f)(X)

    def test_tangent(self) -> None:
        @custom_jvp
        def f(x: Any) -> Any:
            return x * 2.0

        @f.defjvp
        def _(primals: Any, tangents: Any) -> Any:
            (t,) = tangents
            t *= 2.0
            return f(*primals), t

        t = np.ones(4)
        with pytest.raises(ValueError, match="read-only"):
            jvp(f, (X,), (t,))
        np.testing.assert_array_equal(t, 1.0)


SCALE = np.ones(4)


class TestArraysThatAreNeededAgain:
    @pytest.mark.parametrize("how", ["argument", "default", "global", "cell", "partial"])
    def test_by_a_checkpoint(self, how: str) -> None:
        c = SCALE if how == "global" else np.ones(4)
        f = {
            "argument": lambda x, c: np.sin(x * c),
            "default": lambda x, c=c: np.sin(x * c),
            "global": lambda x: np.sin(x * SCALE),
            "cell": lambda x: np.sin(x * c),
            "partial": functools.partial(lambda c, x: np.sin(x * c), c),
        }[how]
        more = (c,) if how == "argument" else ()
        y, pull = vjp(lambda x: checkpoint(f)(x, *more), X)
        np.testing.assert_allclose(pull(np.ones(4))[0], np.cos(X))
        c[0] = 3.0
        with pytest.raises(MutatedArrayError, match="changed in place"):
            pull(np.ones(4))
        c[0] = 1.0
        np.testing.assert_allclose(pull(np.ones(4))[0], np.cos(X))

    def test_within_the_transform(self) -> None:
        c = np.ones(4)

        def f(x: Any) -> Any:
            y = checkpoint(lambda x: np.sin(x * c))(x)
            c[0] = 3.0
            return np.sum(y)

        with pytest.raises(MutatedArrayError, match="read-only"):
            grad(f)(X)
        c[0] = 3.0  # writable again

    def test_by_a_stated_rule(self) -> None:
        @custom_vjp
        def f(x: Any, c: Any) -> Any:
            return np.sum(x * c)

        f.defvjp(lambda x, c: (np.sum(x * c), c), lambda c, g: (g * c, None))
        c = np.ones(4)
        y, pull = vjp(lambda x: f(x, c), X)
        np.testing.assert_array_equal(pull(1.0)[0], 1.0)
        c[0] = 3.0
        with pytest.raises(MutatedArrayError, match="changed in place"):
            pull(1.0)


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("make", [np.matrix, np.ma.masked_array])
def test_arrays_with_another_arithmetic_are_refused(make: Any) -> None:
    odd = make(np.eye(2))
    for f in (lambda x: x * odd, lambda x: np.multiply(odd, x), lambda x: x @ odd):
        with pytest.raises(TypeError, match=r"expected a plain array.*numpy.asarray\(x\)"):
            grad(lambda x, f=f: np.sum(f(x)))(np.ones((2, 2)))
        g = grad(lambda x, f=f: np.sum(x * np.asarray(odd)))(np.ones((2, 2)))
        np.testing.assert_array_equal(g, np.eye(2))
    for transform in (lambda f: grad(f)(odd), lambda f: vjp(f, odd), lambda f: vmap(f)(odd)):
        with pytest.raises(TypeError, match="expected a plain array"):
            transform(lambda x: np.sum(x * 2.0))


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.where(x > 0, np.sqrt(x), 0.0),
        lambda x: np.where(x > 0, np.log(x), x),
        lambda x: np.where(x > 0, x**1.5, x),
        lambda x: np.where(x > 0, x**-1.5, x),
        lambda x: np.where(x > 0, x ** np.full(4, 0.5), x),
        lambda x: np.where(x > 0, np.reciprocal(x), x),
        lambda x: np.where(x != 0, np.sin(x) / x, 1.0),
        lambda x: np.where(abs(x) < 0.9, np.arccos(3 * x), x),
    ],
)
def test_the_untaken_side_makes_no_nan_to_second_order(f: Any) -> None:
    x = np.array([0.0, 0.3, -1.0, 2.0])
    with np.errstate(all="ignore"):
        total = lambda x: np.sum(f(x))  # noqa: E731
        derivatives = [make(grad(total))(x) for make in (jacfwd, jacrev)]
        derivatives += [make(jacfwd(f))(x) for make in (jacfwd, jacrev)]
        inside = np.diag(jacfwd(grad(total))(np.full(4, 0.3)))[0]
        derivatives.append(grad(total)(x))
    for d in derivatives:
        assert np.isfinite(d).all()
    np.testing.assert_allclose(derivatives[0][1, 1], inside)


def test_threads_share_a_pullback_through_a_checkpoint() -> None:
    y, pull = vjp(lambda x: checkpoint(np.sin)(x) * np.cos(x), X)
    want = np.cos(2 * X)
    with ThreadPoolExecutor(4) as pool:
        for (g,) in pool.map(lambda _: pull(np.ones(4)), range(400)):
            np.testing.assert_allclose(g, want, rtol=1e-13)
