"""Sorting, searching and quantiles: NumPy's values, derivatives against differences."""

import numpy as np
import pytest

from fzero.errors import BatchedValueError
from fzero.forward import jvp
from fzero.mapping import vmap
from fzero.ops import quantiles, sorting
from fzero.reverse import grad, vjp
from fzero.testing import check_grads, check_vmap

RNG = np.random.default_rng(0)


def spaced(*shape: int) -> np.ndarray:
    """Random values 0.1 apart, so that differences do not change their order."""
    return (RNG.permutation(int(np.prod(shape))) * 0.1 - 0.73).reshape(shape)


X = spaced(3, 4, 5)
TIED = RNG.integers(0, 4, (3, 8)).astype(float)


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_sort_and_argsort(axis):
    np.testing.assert_array_equal(sorting.sort(X, axis), np.sort(X, axis))
    check_grads(lambda x: sorting.sort(x, axis), [X])
    check_grads(lambda x: sorting.sort(x, axis, descending=True) ** 2, [X])
    check_vmap(lambda x: sorting.sort(x, axis), (X,), in_axes=1)
    want = np.flip(np.sort(X, axis), 0 if axis is None else axis)
    np.testing.assert_array_equal(sorting.sort(X, axis, descending=True), want)
    np.testing.assert_array_equal(sorting.argsort(X, axis), np.argsort(X, axis))
    np.testing.assert_array_equal(
        sorting.argsort(X, axis, descending=True), np.argsort(-X, axis, kind="stable")
    )
    check_vmap(lambda x: sorting.argsort(x, axis, descending=True), (X[None],), in_axes=0)


def test_equal_values_stay_in_their_order():
    np.testing.assert_array_equal(
        sorting.argsort(TIED, descending=True), np.argsort(-TIED, kind="stable")
    )
    np.testing.assert_array_equal(sorting.argsort(TIED), np.argsort(TIED, kind="stable"))
    values, order = sorting.top_k(TIED, 3)
    np.testing.assert_array_equal(order, np.argsort(-TIED, kind="stable")[:, :3])
    np.testing.assert_array_equal(values, -np.sort(-TIED)[:, :3])
    t = np.arange(3.0)
    assert jvp(sorting.sort, (np.ones(3),), (t,))[1].tolist() == [0, 1, 2]
    assert vjp(sorting.sort, np.ones(3))[1](t)[0].tolist() == [0, 1, 2]


def test_nan_is_the_largest():
    x = np.array([np.nan, 1.0, 3.0, np.nan, 2.0])
    np.testing.assert_array_equal(sorting.sort(x), np.sort(x))
    assert vjp(sorting.sort, x)[1](np.arange(5.0))[0].tolist() == [3, 0, 2, 4, 1]


@pytest.mark.parametrize("kth, axis", [(1, -1), ((0, 2), 0), (3, None)])
def test_partition(kth, axis):
    np.testing.assert_array_equal(
        sorting.partition(X, kth, axis), np.take_along_axis(X, np.argpartition(X, kth, axis), axis)
        if axis is not None else X.ravel()[np.argpartition(X, kth, None)],
    )  # fmt: skip
    assert sorting.argpartition(X, kth, axis).dtype.kind == "i"
    check_grads(lambda x: sorting.partition(x, kth, axis) ** 2, [X])
    check_vmap(lambda x: sorting.partition(x, 1, 0), (X,), in_axes=2)


def test_top_k_under_transforms():
    f = lambda x: sorting.top_k(x, 2, 0)[0]
    check_grads(f, [X])
    check_vmap(lambda x: sorting.top_k(x, 3), (X,), in_axes=1)
    np.testing.assert_array_equal(vmap(grad(lambda r: sorting.top_k(r, 1)[0][0]))(X[0]),
                                  X[0] == X[0].max(1, keepdims=True))  # fmt: skip


def test_take_along_axis_with_repeats():
    index = np.array([[0, 0, 1], [2, 2, 2]])
    x = X[0, :2]
    np.testing.assert_array_equal(
        sorting.take_along_axis(x, index, 1), np.take_along_axis(x, index, 1)
    )
    check_grads(lambda x: sorting.take_along_axis(x, index, 1) ** 2, [x])
    check_vmap(lambda i: sorting.take_along_axis(x, i, 1), (np.stack([index, 4 - index]),), 0)


@pytest.mark.parametrize("keys", [TIED, list(TIED), [TIED.T[:, ::-1], TIED.T]])
def test_lexsort(keys):
    np.testing.assert_array_equal(sorting.lexsort(keys), np.lexsort(keys))
    np.testing.assert_array_equal(
        vmap(lambda a, b: sorting.lexsort((a, b)))(TIED, TIED[::-1]),
        [np.lexsort((a, b)) for a, b in zip(TIED, TIED[::-1], strict=True)],
    )


@pytest.mark.parametrize("side", ["left", "right"])
def test_searchsorted(side):
    rows, v = np.sort(TIED), np.array([[0.0, 1.5, 3.0], [2.0, -1.0, np.nan]])
    rows[0, -1] = np.nan

    def f(a, v):
        return sorting.searchsorted(a, v, side)

    np.testing.assert_array_equal(f(rows[1], v), np.searchsorted(rows[1], v, side))
    for in_axes, args in (((0, None), (rows, v)), ((None, 1), (rows[0], v)), (0, (rows[:2], v))):
        check_vmap(f, args, in_axes=in_axes)
    sorter = np.argsort(X[0, 0])
    np.testing.assert_array_equal(
        sorting.searchsorted(X[0, 0], v, side, sorter), np.searchsorted(X[0, 0], v, side, sorter)
    )
    assert grad(lambda a: a[f(a, 1.5)])(np.arange(4.0)).tolist() == [0, 0, 1, 0]


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_unique(axis):
    names = {"return_index": True, "return_inverse": True, "return_counts": True}
    got, want = sorting.unique(TIED, axis), np.unique(TIED, axis=axis, **names)
    for y, z in zip(got, want, strict=True):
        np.testing.assert_array_equal(y, z)
    check_grads(lambda x: sorting.unique(x, axis)[0] ** 2, [X[0]])
    with pytest.raises(BatchedValueError, match="unique"):
        vmap(lambda x: sorting.unique(x)[0])(TIED)


METHODS = [*quantiles.CONTINUOUS, *quantiles._STEPS]
QS = [0.3, 0, 1, np.array([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), np.array([[0.4], [0.9]])]


@pytest.mark.parametrize("method", METHODS)
def test_quantiles_by_every_method_of_numpy(method):
    for n in (1, 2, 5, 8):
        x = spaced(n, 3)
        for q in QS:
            got = quantiles.quantile(x, q, 0, method)
            np.testing.assert_allclose(got, np.quantile(x, q, 0, method=method), atol=1e-13)
    check_grads(lambda x: quantiles.quantile(x, QS[3], 0, method), [x])
    check_vmap(lambda x: quantiles.quantile(x, 0.3, None, method), (x,), in_axes=1)


@pytest.mark.parametrize("params", [{}, {"axis": 1}, {"axis": (0, 2)}, {"axis": -1, "keepdims": 1}])
def test_medians_percentiles_and_nan(params):
    holes = np.where(RNG.random(X.shape) < 0.3, np.nan, X)
    for x in (X, holes, X.astype("f"), TIED[:, :, None].astype(int)):
        for name, args in [
            ("median", ()), ("nanmedian", ()), ("percentile", (30,)), ("nanpercentile", (30.0,)),
            ("quantile", (QS[3],)), ("nanquantile", (QS[3],)), ("quantile", (QS[4],)),
            ("quantile", (np.float32(0.3),)),
        ]:  # fmt: skip
            got = getattr(quantiles, name)(x, *args, **params)
            want = getattr(np, name)(x, *args, **params)
            assert got.dtype == np.asarray(want).dtype, name
            assert np.shape(got) == np.shape(want), name
            np.testing.assert_allclose(got, want, atol=1e-6 if x.dtype == "f" else 1e-13)
    check_grads(lambda x: quantiles.median(x, **params), [X])
    finite = ~np.isnan(holes)
    check_grads(lambda v: quantiles.nanmedian(np.where(finite, v, np.nan), **params), [X], order=1)


def test_quantile_differentiates_in_q():
    x = np.array([3.0, 1.0, 7.0])
    assert grad(lambda q: quantiles.quantile(x, q))(0.25) == 4.0
    assert grad(lambda q: quantiles.percentile(x, q))(75.0) == pytest.approx(0.08)
    check_vmap(lambda x, q: quantiles.quantile(x, q), (X[0], np.linspace(0.1, 0.7, 4)), 0)
    ends = np.array([1.0, np.inf, -np.inf, np.inf])
    assert quantiles.quantile(ends, 0.0) == -np.inf
    assert quantiles.quantile(ends, 0.9) == np.inf


@pytest.mark.parametrize(
    "call, error, text",
    [
        (lambda: sorting.sort(X, 3), ValueError, "axis is 3"),
        (lambda: sorting.lexsort(()), ValueError, "keys is empty"),
        (lambda: sorting.top_k(X, 9), ValueError, "k is 9 along an axis of 5"),
        (lambda: sorting.searchsorted(X, 1.0), ValueError, "Use vmap"),
        (lambda: sorting.searchsorted(X[0, 0], 1.0, "middle"), ValueError, "side is 'middle'"),
        (lambda: quantiles.quantile(X, 30), ValueError, "from 0 to 1"),
        (lambda: quantiles.quantile(X, 0.5, method="other"), ValueError, "method is 'other'"),
        (lambda: quantiles.median(X[:0], 0), ValueError, "no values"),
        (lambda: quantiles.median(X * 1j), TypeError, "real values"),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error) as caught:
        call()
    assert text in str(caught.value)
