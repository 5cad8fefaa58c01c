"""Segment sums, products and extrema beside JAX, and their derivatives beside closed forms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import fzero
import fzero.numpy as fnp
from tests.strict import StrictArray

RNG = np.random.default_rng(0)
DATA, IDS = RNG.normal(size=(9, 2)), np.array([3, 0, 0, 4, 3, 3, 0, 4, 1])
NAMES = ["segment_sum", "segment_prod", "segment_max", "segment_min"]
PLAIN = {
    "segment_sum": np.sum, "segment_prod": np.prod, "segment_max": np.max, "segment_min": np.min
}  # fmt: skip


def by_loop(name, data, ids, n):
    """Each segment by NumPy's reduction; differentiable, as it is plain code."""
    return fnp.stack([PLAIN[name](data[np.flatnonzero(ids == s)], axis=0) for s in range(n)])


@pytest.mark.parametrize("name", NAMES)
class TestAll:
    @pytest.mark.parametrize("n", [None, 0, 3, 7])
    @pytest.mark.parametrize("shape", [(9,), (9, 1, 2)])
    @pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int8])
    def test_values(self, jax, name, n, shape, dtype):
        data = (np.resize(DATA, shape) * 3).astype(dtype)
        ours = getattr(fzero, name)(data, IDS, n)
        theirs = getattr(jax.ops, name)(data, IDS, n)
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        assert_allclose(ours, theirs, rtol=1e-6 if dtype == np.float32 else 1e-13)

    def test_numbers_outside_are_left_out(self, jax, name):
        ids = np.array([0, -1, 2, 1, 5, 3, -7, 0, 2])
        theirs = getattr(jax.ops, name)(DATA, ids, 3)
        assert_allclose(getattr(fzero, name)(DATA, ids, 3), theirs, rtol=1e-13)

    @pytest.mark.parametrize("n", [None, 2])
    def test_no_rows(self, jax, name, n):
        data, ids = np.zeros((0, 2)), np.zeros(0, int)
        got = getattr(fzero, name)(data, ids, n)
        assert got.shape == (n or 0, 2)
        assert got.tolist() == np.asarray(getattr(jax.ops, name)(data, ids, n or 0)).tolist()

    def test_derivatives_of_two_orders(self, name):
        ids = np.array([1, 0, 2, 2, 1, 0, 1, 0, 0])
        ours = lambda x: (fnp.sin(getattr(fzero, name)(x, ids, 3)) ** 2).sum()
        loop = lambda x: (fnp.sin(by_loop(name, x, ids, 3)) ** 2).sum()
        assert_allclose(fzero.grad(ours)(DATA), fzero.grad(loop)(DATA), rtol=1e-11)
        assert_allclose(fzero.hessian(ours)(DATA), fzero.hessian(loop)(DATA), atol=1e-11)

    def test_vmap_over_both(self, jax, name):
        data, ids = np.stack([DATA, -DATA, 2 * DATA]), np.stack([IDS, IDS[::-1], 0 * IDS])
        ours = fzero.vmap(lambda x, i: getattr(fzero, name)(x, i, 5))(data, ids)
        theirs = jax.vmap(lambda x, i: getattr(jax.ops, name)(x, i, 5))(data, ids)
        assert_allclose(ours, theirs, rtol=1e-13)

    def test_hints_change_no_value(self, name):
        ids = np.sort(IDS)
        f = getattr(fzero, name)
        hinted = f(DATA, ids, indices_are_sorted=True, unique_indices=False)
        assert_allclose(hinted, f(DATA, ids), rtol=0, atol=0)

    def test_other_libraries(self, name):
        got = getattr(fzero, name)(StrictArray(DATA), StrictArray(IDS), 5)
        assert isinstance(got, StrictArray)
        assert_allclose(got.get(), getattr(fzero, name)(DATA, IDS, 5), rtol=0, atol=0)

    def test_bad_arguments(self, name):
        f = getattr(fzero, name)
        with pytest.raises(TypeError, match=f"{name}: segment_ids has dtype float64"):
            f(DATA, IDS * 1.0)
        with pytest.raises(ValueError, match=f"{name}: segment_ids has shape \\(8,\\)"):
            f(DATA, IDS[:8])
        with pytest.raises(ValueError, match=f"{name}: num_segments is -1"):
            f(DATA, IDS, -1)
        with pytest.raises(fzero.errors.BatchedValueError, match="without num_segments"):
            fzero.vmap(f)(DATA[None], IDS[None])


def test_booleans():
    data, ids = np.array([True, False, False]), np.array([0, 0, 1])
    assert fzero.segment_max(data, ids, 3).tolist() == [True, False, False]
    assert fzero.segment_min(data, ids, 3).tolist() == [False, False, True]


def test_the_product_of_zeros_has_its_derivative():
    x, ids = np.array([0.0, 3.0, 0.0, 0.0, 5.0]), np.array([0, 0, 1, 1, 1])
    g = fzero.grad(lambda x: fzero.segment_prod(x, ids).sum())(x)
    assert g.tolist() == [3.0, 0.0, 0.0, 0.0, 0.0]


def test_the_sum_of_a_graph_against_its_matrix():
    senders, receivers = np.array([0, 1, 2, 2, 3]), np.array([1, 2, 0, 1, 0])
    matrix = np.zeros((4, 4))
    np.add.at(matrix, (receivers, senders), 1.0)
    x = DATA[:4]
    passed = lambda x: fzero.segment_sum(x[senders], receivers, 4)
    assert_allclose(passed(x), matrix @ x, rtol=1e-14)
    assert_allclose(fzero.vjp(passed, x)[1](x)[0], matrix.T @ x, rtol=1e-14)
