"""Embeddings: gradients that add up, ids out of range, and the other errors."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero_nn import Embedding
from fzero_nn import functional as F

W = np.arange(12.0).reshape(4, 3)


def test_equal_ids_add_up():
    ids = np.array([[2, 0], [2, 2]])
    slope = fzero.grad(lambda W: fnp.sum(F.embedding(ids, W)))(W)
    np.testing.assert_array_equal(slope, [[1] * 3, [0] * 3, [3] * 3, [0] * 3])


def test_negative_ids_count_from_the_end():
    np.testing.assert_array_equal(F.embedding(np.array([-1]), W), W[3:])


@pytest.mark.parametrize("ids", [[4], [0, -5]])
def test_ids_out_of_range(ids):
    with pytest.raises(IndexError, match="out of bounds"):
        F.embedding(np.array(ids), W)
    with pytest.raises(IndexError, match="out of bounds"):
        fzero.grad(lambda W: fnp.sum(F.embedding(np.array(ids), W)))(W)


def test_ids_of_floats_and_tables_of_another_shape():
    with pytest.raises(TypeError, match=r"embedding: ids is of float64.*ids\.astype\(int\)"):
        F.embedding(np.ones(2), W)
    with pytest.raises(TypeError, match="embedding: ids is of bool"):
        F.embedding(np.ones(2, bool), W)
    with pytest.raises(ValueError, match=r"W is of shape \(3,\); expected \(size, features\)"):
        F.embedding(np.ones(2, int), W[0])


def test_no_ids():
    assert F.embedding(np.zeros((0, 2), int), W).shape == (0, 2, 3)


def test_an_embedding_starts_with_variance_1():
    params, _ = Embedding(400, 50).init(random.key(0))
    assert abs(params["W"].std() - 1) < 0.02
