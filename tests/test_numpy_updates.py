"""put, place, put_along_axis and fill_diagonal with inplace=False, beside NumPy's own in place."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import fzero
import fzero.numpy as fnp
from fzero.testing import check_grads
from tests.strict import StrictArray

X = np.random.default_rng(0).normal(size=(4, 3))
MASK = X > 0
CASES = [
    ("put", X, ([0, 5, 5, 11], [1.0, 2.0, 3.0]), {}),
    ("put", X, ([[0, -1]], 2.0), {}),
    ("put", X, ([-20, 20], [1.0, 2.0]), {"mode": "clip"}),
    ("put", X, ([-20, 20], [1.0, 2.0]), {"mode": "wrap"}),
    ("put", X, ([], [1.0]), {}),
    ("put", X, ([1, 2], []), {}),
    ("place", X, (MASK, [1.0, 2.0]), {}),
    ("place", X, (MASK.astype(int), np.arange(20.0)), {}),
    ("place", X, (MASK & False, [1.0]), {}),
    ("put_along_axis", X, (np.array([[2], [0], [1], [1]]), 7.0, 1), {}),
    ("put_along_axis", X, (np.array([[2, 0, 1]]), np.array([[1.0, 2.0, 3.0]]), 0), {}),
    ("put_along_axis", X, (np.array([2, 7]), np.array([1.0, 2.0]), None), {}),
    ("put_along_axis", X, (np.array([[2], [0], [1], [1]]), 7.0), {"axis": -1}),
    ("fill_diagonal", X, (5.0,), {}),
    ("fill_diagonal", X, ([1.0, 2.0],), {"wrap": True}),
    ("fill_diagonal", X.T, (np.arange(3.0),), {}),
    ("fill_diagonal", X[:, :1], (5.0,), {"wrap": True}),
    ("fill_diagonal", np.zeros((3, 3, 3)), (5.0,), {}),
    ("fill_diagonal", np.zeros((4, 2), int), ([1, 2, 3],), {}),
]
cases = pytest.mark.parametrize(("name", "x", "args", "options"), CASES)


def by_numpy(name, x, args, options):
    x = x.copy()
    assert getattr(np, name)(x, *args, **options) is None
    return x


@cases
def test_values_are_those_of_numpy(name, x, args, options):
    before = x.copy()
    got = getattr(fnp, name)(x, *args, **options, inplace=False)
    assert got.dtype == x.dtype
    assert_array_equal(got, by_numpy(name, x, args, options))
    assert_array_equal(x, before)


@cases
def test_in_place_is_numpy_itself(name, x, args, options):
    ours = x.copy()
    assert getattr(fnp, name)(ours, *args, **options) is None
    assert_array_equal(ours, by_numpy(name, x, args, options))


@pytest.mark.parametrize("name", ["put", "place", "put_along_axis", "fill_diagonal"])
def test_values_are_those_of_jax(jax, name):
    args = next(args for n, _, args, _ in CASES if n == name)
    arrays = [np.asarray(a) if isinstance(a, list) else a for a in args]
    theirs = getattr(jax.numpy, name)(X, *arrays, inplace=False)
    assert_array_equal(getattr(fnp, name)(X, *args, inplace=False), theirs)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("put", lambda v: ([0, 5, 5, 11], v)),
        ("place", lambda v: (MASK, v)),
        ("put_along_axis", lambda v: (np.array([[2], [0], [1], [1]]), v[:1], 1)),
        ("fill_diagonal", lambda v: (v,)),
    ],
)
class TestTracers:
    values = np.array([1.5, -2.0])

    def test_derivatives_in_the_array_and_the_values(self, name, args):
        f = lambda x, v: getattr(fnp, name)(fnp.sin(x), *args(v), inplace=False) ** 2
        check_grads(f, (X, self.values), order=2)

    def test_vmap_over_both(self, name, args):
        f = lambda x, v: getattr(fnp, name)(x, *args(v), inplace=False)
        many, values = np.stack([X, 2 * X]), np.stack([self.values, -self.values])
        want = [f(x, v) for x, v in zip(many, values, strict=True)]
        assert_allclose(fzero.vmap(f)(many, values), want, rtol=0, atol=0)

    def test_in_place_names_the_form_that_works(self, name, args):
        with pytest.raises(TypeError, match=rf"{name}: the array is a tracer.*inplace=False"):
            fzero.grad(lambda x: getattr(fnp, name)(x, *args(self.values)))(X)

    def test_other_libraries(self, name, args):
        moved = [StrictArray(a) if isinstance(a, np.ndarray) else a for a in args(self.values)]
        got = getattr(fnp, name)(StrictArray(X), *moved, inplace=False)
        assert isinstance(got, StrictArray)
        assert_array_equal(got.get(), getattr(fnp, name)(X, *args(self.values), inplace=False))


def test_a_mask_that_differs_between_rows():
    many = np.stack([X, -X])
    put_in = lambda x: fnp.place(x, x > 0, [1.0, 2.0], inplace=False)
    assert_array_equal(fzero.vmap(put_in)(many), [put_in(x) for x in many])


def test_bad_arguments():
    with pytest.raises(ValueError, match="put: mode is 'fill'"):
        fnp.put(X, [0], 1.0, mode="fill", inplace=False)
    with pytest.raises(IndexError):
        fnp.put(X, [12], 1.0, inplace=False)
    with pytest.raises(ValueError, match="place: vals is empty"):
        fnp.place(X, MASK, [], inplace=False)
    with pytest.raises(ValueError, match=r"place: mask has shape \(4,\)"):
        fnp.place(X, MASK[:, 0], 1.0, inplace=False)
    with pytest.raises(ValueError, match="put_along_axis: indices has shape"):
        fnp.put_along_axis(X, np.array([0]), 1.0, 1, inplace=False)
    for x in (X[0], np.zeros((2, 2, 3))):
        with pytest.raises(ValueError, match="fill_diagonal: the array has shape"):
            fnp.fill_diagonal(x, 1.0, inplace=False)
