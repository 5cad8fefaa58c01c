"""Arguments that are lists, and what is said of those that are wrong."""

import numpy as np
import pytest

import fzero_nn as nn
from fzero import random
from fzero_nn import functional as F

KEY = random.key(0)
ROWS = [[1.0, -2.0], [0.5, 3.0]]
W, B = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [1.0, 2.0, 3.0]
Q = np.ones((2, 1, 3))
ALL = np.ones((2, 2), bool)

ELEMENTWISE = """celu elu gelu glu hard_sigmoid hard_silu hard_tanh leaky_relu log_sigmoid
    log_softmax mish relu relu6 selu sigmoid silu soft_sign softmax softplus sparse_plus
    sparse_sigmoid squareplus tanh flatten layer_norm logsumexp rms_norm standardize""".split()


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_functions_take_lists(name):
    got, want = getattr(F, name)(ROWS), getattr(F, name)(np.array(ROWS))
    np.testing.assert_array_equal(got, want)


def test_functions_of_several_arrays_take_lists():
    x, w, b = map(np.array, (ROWS, W, B))
    np.testing.assert_array_equal(F.linear(ROWS, W, B), F.linear(x, w, b))
    np.testing.assert_array_equal(F.embedding([1, 0], W), w[::-1])
    np.testing.assert_array_equal(F.prelu(ROWS, [0.5, 0.25]), [[1.0, -0.5], [0.5, 3.0]])
    np.testing.assert_array_equal(F.group_norm(ROWS, 1), F.group_norm(x, 1))
    np.testing.assert_array_equal(F.dropout(KEY, ROWS, 0.5), F.dropout(KEY, x, 0.5))
    ones = np.ones(2)
    by_list, by_array = (F.batch_norm(a, ones, ones, ones, ones, train=True)[0] for a in (ROWS, x))
    np.testing.assert_array_equal(by_list, by_array)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: F.linear(ROWS, W, np.ones((2, 1))),
            ValueError,
            r"b is of shape \(2, 1\) .*\(3,\)",
        ),
        (lambda: F.linear(ROWS, W, np.ones(1)), ValueError, r"linear: b is of shape \(1,\)"),
        (lambda: F.glu(ROWS, axis=2), ValueError, "axis is 2 for an array of 2 dimensions"),
        (lambda: F.group_norm(ROWS, 1.5), TypeError, "group_norm: groups is 1.5"),
        (lambda: F.dropout(KEY, ROWS, np.ones(2)), ValueError, r"rate is of shape \(2,\)"),
        (lambda: F.embedding([0], B), ValueError, r"embedding: W is of shape \(3,\)"),
        (
            lambda: F.dot_product_attention(Q, Q, Q, mask=np.ones((2, 2))),
            TypeError,
            "{'mask': 'float64'}; expected numbers to add as the bias, booleans as the mask",
        ),
        (lambda: F.dot_product_attention(Q, Q, Q, ALL), TypeError, "{'bias': 'bool'}"),
        (lambda: F.dot_product_attention(Q, Q.astype(int), Q), TypeError, "k is of int64"),
        (lambda: nn.Linear(3.0, 2).init(KEY), TypeError, "Linear: sizes is {'inputs': 3.0}"),
        (lambda: nn.Linear(3, 0).init(KEY), ValueError, "Linear: sizes is {'outputs': 0}"),
        (lambda: nn.Conv2d(-3, 2, 3).init(KEY), ValueError, "Conv2d: sizes is {'inputs': -3}"),
        (lambda: nn.Embedding(3, True).init(KEY), TypeError, "Embedding: sizes is {'features'"),
        (lambda: nn.LayerNorm("2").init(KEY), TypeError, "LayerNorm: sizes is {'features': '2'}"),
        (lambda: nn.BatchNorm().init(KEY, np.ones(3)), ValueError, r"x is of shape \(3,\).*axis 1"),
        (lambda: nn.Remat(np.tanh), TypeError, "Remat: layer is .*Put a function into Lambda"),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_params_that_are_no_dictionary():
    layer = nn.Linear(2, 3)
    given = layer.init(KEY)
    with pytest.raises(TypeError, match="Linear: params or state is a tuple") as raised:
        layer.apply(given, {}, ROWS)
    assert len(str(raised.value)) < 200  # no array is printed
    with pytest.raises(TypeError, match="Linear: params or state is a NoneType"):
        layer.apply(None, None, ROWS)


def test_the_advice_of_the_messages_works():
    mask = np.array([[1.0, 0.0], [1.0, 1.0]])
    got = F.dot_product_attention(Q, Q, Q, mask=mask != 0)
    assert got.shape == Q.shape
    layer = nn.Remat(nn.Lambda(np.tanh))
    assert layer.apply(*layer.init(KEY), np.zeros(2))[0].shape == (2,)
    assert nn.Linear(int(2.0), 3).init(KEY)[0]["W"].shape == (2, 3)
