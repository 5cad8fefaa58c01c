"""What recurrent networks are given: misfits, padding, ensembles, stacks."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
import fzero_nn as nn
from fzero import random, tree
from fzero_nn import functional as F
from tests.nn.test_recurrent import KINDS, close, draw, kinds, made


def test_every_shape_that_does_not_fit_is_named():
    W_x, W_h, b = np.ones((3, 16)), np.ones((4, 16)), np.ones(16)
    with pytest.raises(ValueError, match=r"^lstm: W_x is of shape \(2, 16\), not \(3, 16\), b is"):
        F.lstm(np.ones((5, 2, 3)), None, W_x[1:], W_h, b[1:])
    with pytest.raises(ValueError, match=r"h is of shape \(5, 4\), not \(2, 4\).*swapaxes"):
        F.lstm(np.ones((5, 2, 3)), (np.ones((5, 4)), np.ones((2, 4))), W_x, W_h)
    with pytest.raises(ValueError, match=r"^gru: x is of shape \(5, 3\).*x\[:, None\]"):
        F.gru(np.ones((5, 3)), None, np.ones((3, 12)), np.ones((4, 12)))
    assert F.lstm(np.ones((5, 3))[:, None], None, W_x, W_h)[0].shape == (5, 1, 4)  # the advice
    with pytest.raises(ValueError, match=r"^rnn_step: W_h is of shape \(4, 3\), not \(4, 4\)"):
        F.rnn_step(np.ones((2, 3)), np.ones((2, 4)), np.ones((3, 4)), np.ones((4, 3)))


def test_lengths_that_do_not_fit():
    W = np.ones((3, 3))
    for lengths in ([6, 1], [-1, 2], [1.5, 2.0]):
        with pytest.raises(ValueError, match=r"length_mask: lengths is .*expected integers"):
            F.rnn(np.ones((5, 2, 3)), None, W, W, lengths=lengths)
    with pytest.raises(ValueError, match=r"lengths or mask is of shape \(5, 3\), not \(5, 2\)"):
        F.rnn(np.ones((5, 2, 3)), None, W, W, lengths=[1, 2, 3])
    with pytest.raises(ValueError, match="both given"):
        F.rnn(np.ones((5, 2, 3)), None, W, W, lengths=[1, 2], mask=np.ones((5, 2), bool))


def test_a_mask_of_numbers():
    W, mask = np.ones((3, 3)), np.array([[1, 1], [1, 0]])
    with pytest.raises(TypeError, match="mask is of dtype int64.*mask != 0"):
        F.rnn(np.ones((2, 2, 3)), None, W, W, mask=mask)
    assert F.rnn(np.ones((2, 2, 3)), None, W, W, mask=mask != 0)[0][1, 1, 0] == 0


def test_a_stack_without_recurrent_layers():
    with pytest.raises(ValueError, match="RecurrentStack: layers is .*Use Sequential"):
        nn.RecurrentStack(nn.Linear(3, 2))


def test_what_is_no_array_or_no_pair():
    x, W_x, W_h = np.ones((5, 3, 2)), np.ones((2, 12)), np.ones((3, 12))
    for function, first in ((F.lstm, x), (F.lstm_step, x[0])):
        with pytest.raises(TypeError, match=rf"{function.__name__}: carry is a ndarray.*\(h, c\)"):
            function(first, np.ones((3, 3)), W_x, W_h)
    with pytest.raises(ValueError, match=r"gru: h is a tuple, not an array of shape \(3, 3\)"):
        F.gru(x, (np.ones((3, 3)),) * 2, W_x[:, :9], W_h[:, :9])
    with pytest.raises(ValueError, match=r"gru_step: h is a NoneType, not an array"):
        F.gru_step(x[0], None, W_x[:, :9], W_h[:, :9])
    with pytest.raises(ValueError, match=r"lengths or mask is a list, not an array"):
        F.lstm(x, None, W_x, W_h, mask=[[True] * 3] * 5)
    with pytest.raises(
        ValueError, match=r"^lstm: W_h is of shape \(12,\), not \(H, 4 H\); expected"
    ):
        F.lstm(x, None, W_x, W_h[0])
    with pytest.raises(ValueError, match=r"^rnn: x is of shape \(2,\), not \(T, N, D\); expected"):
        F.rnn(x[0, 0], None, W_x, W_h)


@pytest.mark.parametrize("lengths", [2, np.int64(2), [[1, 2, 3]], np.ones((3, 1), int)])
def test_lengths_are_one_for_each_row(lengths):
    with pytest.raises(ValueError, match=r"length_mask: lengths is (?s:.*)one for each row"):
        F.rnn(np.ones((5, 3, 2)), None, np.ones((2, 2)), np.ones((2, 2)), lengths=lengths)


def test_no_lengths_of_no_rows():
    ys, h = F.rnn(np.ones((5, 0, 2)), None, np.ones((2, 2)), np.ones((2, 2)), lengths=[])
    assert ys.shape == (5, 0, 2) and h.shape == (0, 2)


# -------------------------------------------------------------------------- inputs and stacks


@kinds
@pytest.mark.parametrize("fill", [np.nan, np.inf, 1e300])
def test_what_stands_after_the_end_of_a_row_does_not_matter(kind, fill):
    layer, params = made(kind)
    x, lengths = draw(4, 2, 3), [4, 2]
    dirty = x.copy()
    dirty[2:, 1] = fill
    loss = lambda p, x: fnp.sum(layer.unroll(p, x, None, lengths)[0] ** 2)
    close(layer.unroll(params, dirty, None, lengths), layer.unroll(params, x, None, lengths))
    want, got = (fzero.grad(loss, argnums=(0, 1))(params, each) for each in (x, dirty))
    close(got, want)
    assert not got[1][2:, 1].any()


@kinds
@pytest.mark.parametrize("shape", [(0, 2, 3), (4, 0, 3)])
def test_vmap_of_no_steps_or_rows(kind, shape):
    layer, params = made(kind)
    y, carry = fzero.vmap(lambda x: layer.unroll(params, x))(np.ones((5, *shape)))
    assert y.shape == (5, *shape[:2], 4)
    assert all(h.shape == (5, shape[1], 4) for h in tree.leaves(carry))


@kinds
def test_an_ensemble_is_its_members(kind):
    layer, x = KINDS[kind](3, 4, dtype=np.float64), draw(5, 2, 3)
    keys = random.split(random.key(0), 3)
    loss = lambda p: fnp.sum(layer.unroll(p, x, None, [5, 3])[0] ** 2)
    got = fzero.vmap(lambda key: fzero.grad(loss)(layer.init(key)[0]))(keys)
    alone = [fzero.grad(loss)(layer.init(key)[0]) for key in keys]
    close(got, tree.map(lambda *parts: np.stack(parts), *alone))


def test_inputs_of_bools_are_no_carry_of_bools():
    x, W = np.array([[[True, False]], [[False, True]]]), draw(2, 2)
    close(F.rnn(x, None, W, W), F.rnn(x.astype(float), None, W, W))


def test_an_activation_that_cannot_be_hashed():
    class Twice:
        __hash__ = None

        def __call__(self, x):
            return 2 * x

    x, W = draw(3, 1, 2), draw(2, 2)
    want = F.rnn(x, None, W, W, activation=lambda x: 2 * x)
    close(F.rnn(x, None, W, W, activation=Twice()), want)


def test_a_number_of_rows_of_numpy():
    assert nn.RNNCell(2, 3).initial_carry({"W_h": np.ones((3, 3))}, np.int64(4)).shape == (4, 3)


def test_a_stack_trains_with_lengths_and_a_carry_as_without():
    layer = nn.RecurrentStack(
        nn.GRU(3, 4), nn.Dropout(0.5), nn.RecurrentStack(nn.LSTM(4, 4), nn.Dropout(0.5)), np.tanh
    )
    params, state = layer.init(random.key(0))
    x, options = draw(5, 2, 3), {"key": random.key(1), "train": True}
    want, _ = layer.apply(params, state, x, **options)
    assert (want == 0).any()
    close(layer.apply(params, state, x, **options, lengths=[5, 5])[0], want)
    close(layer.apply(params, state, x, **options, carry=layer.initial_carry(params, 2))[0], want)
    close(layer.unroll(params, x, **options)[0], want)


def test_a_carry_for_another_number_of_layers():
    layer = nn.RecurrentStack(nn.GRU(3, 4), nn.GRU(4, 4))
    params, _ = layer.init(random.key(0))
    for carry in ((np.ones((2, 4)),), np.ones((2, 2, 4))):
        with pytest.raises(ValueError, match=r"RecurrentStack: carry is a .*\['l0', 'l1'\]"):
            layer.unroll(params, draw(5, 2, 3), carry)


@pytest.mark.parametrize(
    "inner",
    [
        nn.Sequential(nn.GRU(3, 3)),
        nn.Residual(nn.GRU(3, 3)),
        nn.Remat(nn.GRU(3, 3)),
        nn.Sequential(nn.Residual(nn.RecurrentStack(nn.GRU(3, 3)))),
    ],
)
def test_a_carry_is_never_lost_in_an_inner_layer(inner):
    with pytest.raises(ValueError, match=r"within \['l0'\], whose carry would be lost"):
        nn.RecurrentStack(inner, nn.GRU(3, 2))
    nn.Sequential(inner, nn.GRU(3, 2))  # as the message says


def test_both_directions_of_what_has_none():
    stack = nn.RecurrentStack(nn.GRU(3, 4))
    with pytest.raises(
        TypeError, match="Bidirectional: layer is a RecurrentStack; expected an RNN"
    ):
        nn.Bidirectional(stack)
    nn.RecurrentStack(nn.Bidirectional(nn.GRU(3, 4)))  # as the message says


def test_parameters_that_are_missing_are_named():
    for layer in (nn.RecurrentStack(nn.GRU(3, 4)), nn.Bidirectional(nn.GRU(3, 4))):
        with pytest.raises(ValueError, match=r"GRU: params or state is without \['W_x', 'W_h'"):
            layer.unroll({}, draw(5, 2, 3))
