"""Recurrent networks beside their laws: formulas, carries, lengths, DeZero's weights, errors."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
import fzero_nn as nn
from fzero import random, tree
from fzero.fused import FUSED
from fzero_nn import functional as F
from fzero_nn import initializers, models
from fzero_nn.formats import (
    load_dezero,
    lstm_from_dezero,
    lstm_to_dezero,
    rnn_from_dezero,
    rnn_to_dezero,
    save_dezero,
)
from tests.strict import no_sync, put, unwrap

KINDS = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
CELLS = {"RNN": nn.RNNCell, "LSTM": nn.LSTMCell, "GRU": nn.GRUCell}
kinds = pytest.mark.parametrize("kind", KINDS)


def draw(*shape, seed=0, scale=1.0):
    return np.random.default_rng(seed).normal(size=shape) * scale


def made(kind, D=3, H=4, **options):
    """A layer and float64 parameters with biases that are not 0."""
    layer = KINDS[kind](D, H, b_init=initializers.normal(1.0), dtype=np.float64, **options)
    return layer, layer.init(random.key(0))[0]


def close(got, want, rtol=1e-12, atol=1e-13):
    assert tree.structure(got) == tree.structure(want)
    for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


# ------------------------------------------------------------------------------------- carries


@kinds
def test_a_sequence_is_its_steps(kind):
    layer, params = made(kind)
    x = draw(5, 2, 3)
    carry, ys = fzero.scan(lambda c, x: layer.step(params, c, x), layer.initial_carry(params, 2), x)
    close(layer.unroll(params, x), (ys, carry))
    cell = CELLS[kind](3, 4)
    close(cell.apply(params, {}, x[0])[0], ys[0])
    after_one = layer.step(params, layer.initial_carry(params, 2), x[0])[0]
    close(cell.apply(params, {}, x[1], carry=after_one)[0], ys[1])


@kinds
def test_a_sequence_in_pieces_is_the_sequence(kind):
    layer, params = made(kind)
    x = draw(7, 2, 3)
    whole, last = layer.unroll(params, x)
    first, carry = layer.unroll(params, x[:4])
    second, end = layer.unroll(params, x[4:], carry)
    close((np.concatenate([first, second]), end), (whole, last))
    close(layer.apply(params, {}, x[4:], carry=carry)[0], second)


@kinds
def test_no_gradient_flows_between_pieces_that_are_differentiated_apart(kind):
    layer, params = made(kind)
    x = draw(6, 2, 3)

    def loss(params, x, carry):
        y, carry = layer.unroll(params, x, carry)
        return fnp.sum(y**2), carry

    def cut(params):
        first, carry = loss(params, x[:3], None)
        second, _ = loss(params, x[3:], fzero.stop_gradient(carry))
        return first + second

    g, carry = fzero.grad(loss, has_aux=True)(params, x[:3], None)
    h, _ = fzero.grad(loss, has_aux=True)(params, x[3:], carry)
    close(tree.map(np.add, g, h), fzero.grad(cut)(params))
    whole = fzero.grad(lambda params: loss(params, x, None)[0])(params)
    assert not np.allclose(whole["W_h"], g["W_h"] + h["W_h"])


def test_carries_have_the_dtype_and_the_structure_of_the_layers():
    layer = nn.RecurrentStack(
        nn.Bidirectional(nn.LSTM(3, 2)), np.tanh, nn.GRU(4, 5), nn.Linear(5, 1)
    )
    params, _ = layer.init(random.key(0))
    carry = layer.initial_carry(params, 7)
    shapes = tree.map(np.shape, carry)
    assert shapes == (((((7, 2), (7, 2)), ((7, 2), (7, 2)))), (7, 5))
    assert {h.dtype for h in tree.leaves(carry)} == {np.dtype(np.float32)}
    x = draw(4, 7, 3).astype(np.float32)
    y, last = layer.unroll(params, x)
    assert tree.map(np.shape, last) == shapes and y.shape == (4, 7, 1)
    close(layer.unroll(params, x, carry), (y, last))
    close(layer.apply(params, {}, x)[0], y)
    close(layer.apply(params, {}, x, carry=carry)[0], y)


def test_capture_sees_into_stacks():
    model = models.SimpleRNN(1, 3, 1)
    params, state = model.init(random.key(0))
    x = draw(4, 2, 1).astype(np.float32)
    y, seen = nn.layers.capture(model, params, state, x, ["rnn"])
    close(seen["rnn"], model[:1].apply(params, state, x)[0])
    close(y, F.linear(seen["rnn"], params["fc"]["W"], params["fc"]["b"]), rtol=1e-6)


# ------------------------------------------------------------------------------------- lengths


@kinds
@pytest.mark.parametrize("reverse", [False, True])
def test_rows_of_unequal_lengths_are_the_rows_alone(kind, reverse):
    layer, params = made(kind, reverse=reverse)
    x, lengths = draw(5, 4, 3), [5, 2, 0, 3]
    first = tree.map(lambda h: draw(*h.shape, seed=1), layer.initial_carry(params, 4))
    y, last = layer.unroll(params, x, first, lengths)
    for n, length in enumerate(lengths):
        alone = tree.map(lambda h, n=n: h[n : n + 1], first)
        want, end = layer.unroll(params, x[:length, n : n + 1], alone)
        close(y[:length, n], want[:, 0])
        assert (y[length:, n] == 0).all()
        close(tree.map(lambda h, n=n: h[n : n + 1], last), end)


@kinds
def test_what_follows_a_rows_end_has_no_influence(kind):
    layer, params = made(kind)
    x = draw(5, 2, 3)
    wild = np.array(x)
    wild[3:, 1] = np.nan

    def loss(params, x):
        y, carry = layer.unroll(params, x, None, np.array([5, 3]))
        return fnp.sum(y) + sum(fnp.sum(h) for h in tree.leaves(carry))

    close(loss(params, wild), loss(params, x))
    (g, g_x), (want, want_x) = (fzero.grad(loss, (0, 1))(params, x) for x in (x * 1, x))
    close((g, g_x), (want, want_x))
    assert (g_x[3:, 1] == 0).all() and (g_x[:3, 1] != 0).all()


def test_a_mask_may_have_holes():
    mask = np.array([[True], [False], [True]])
    _, params = made("LSTM")
    x = draw(3, 1, 3)
    y, carry = F.lstm(x, None, **params, mask=mask)
    want, end = F.lstm(x[::2], None, **params)
    close((y[::2], carry), (want, end))
    assert (y[1] == 0).all()


# ------------------------------------------------------------------------------------ extremes


@kinds
def test_huge_inputs_saturate(kind):
    layer, params = made(kind)
    x = np.array([1e4, -1e4, 1e300, -1e300])[:, None, None] * np.ones(3)
    g = fzero.grad(lambda x: fnp.sum(layer.unroll(params, x)[0]))(x)
    y, _ = layer.unroll(params, x)
    assert np.isfinite(y).all() and np.isfinite(g).all() and (abs(y) <= 1).all()


@kinds
@pytest.mark.parametrize("shape", [(0, 2, 3), (3, 0, 3), (1, 1, 3)])
def test_empty_and_single(kind, shape):
    layer, params = made(kind)
    y, carry = layer.unroll(params, draw(*shape))
    assert y.shape == (*shape[:2], 4)
    assert {h.shape for h in tree.leaves(carry)} == {(shape[1], 4)}
    g = fzero.grad(lambda p: fnp.sum(layer.unroll(p, draw(*shape))[0]))(params)
    assert all(np.isfinite(a).all() for a in tree.leaves(g))


@kinds
def test_half_precision_sums_in_single(kind):
    layer, params = made(kind, D=300)
    x = draw(6, 2, 300, scale=0.3)
    low = tree.map(lambda a: a.astype(np.float16), (params, x))
    want = layer.unroll(*tree.map(lambda a: a.astype(np.float64), low))[0]
    got = layer.unroll(*low)[0]
    assert got.dtype == np.float16
    np.testing.assert_allclose(got, want, rtol=2e-3, atol=1e-3)


@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_kernels_on_the_stand_in(name):
    """What the kernels call is there in CuPy, too."""
    fused = FUSED[name]
    for args, params in fused.samples(np.random.default_rng(0)):
        kernel, needed = fused.kernel(args, params), [a is not None for a in args]
        assert kernel is not None
        out, residuals = kernel.forward(needed, *args, **params)
        g = [draw(*y.shape, seed=3) for y in out]
        with no_sync():
            there = [a if a is None else put(a) for a in args]
            got, kept = kernel.forward(needed, *there, **params)
            pulled = kernel.backward(needed, kept, [put(a) for a in g], **params)
        want = [*out, *kernel.backward(needed, residuals, g, **params)]
        for a, b in zip([*got, *pulled], want, strict=True):
            assert (a is None) == (b is None)
            if a is not None:
                np.testing.assert_allclose(unwrap(a), b, rtol=1e-12, atol=1e-13)


def test_mixed_precision_goes_through_the_reference():
    _, params = made("LSTM")
    x = draw(3, 2, 3).astype(np.float32)
    y, (h, c) = F.lstm(x, None, **params)
    assert {a.dtype for a in (y, h, c)} == {np.dtype(np.float64)}
    close(y, F.lstm(x.astype(float), None, **params)[0])


def test_a_result_may_be_changed_without_changing_another():
    layer, params = made("LSTM")
    y, (h, _) = layer.unroll(params, draw(3, 2, 3))
    before = h.copy()
    y[...] = 7.0
    np.testing.assert_array_equal(h, before)


# -------------------------------------------------------------------------------------- DeZero


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dezero_lstm(w, xs):
    """DeZero's LSTM, formula by formula: the first step leaves out what has no state yet."""
    h = c = None
    for x in xs:
        x2, h2 = (
            {gate: x @ w[f"x2{gate}/W"] + w[f"x2{gate}/b"] for gate in "fiou"},
            {gate: 0 if h is None else h @ w[f"h2{gate}/W"] for gate in "fiou"},
        )
        f, i, o = (sigmoid(x2[gate] + h2[gate]) for gate in "fio")
        u = np.tanh(x2["u"] + h2["u"])
        c = i * u if c is None else f * c + i * u
        h = o * np.tanh(c)
        yield h


def test_lstm_weights_of_dezero(tmp_path):
    rng = np.random.default_rng(0)
    w = {}
    for gate in "fiou":
        w[f"x2{gate}/W"], w[f"x2{gate}/b"] = rng.normal(size=(2, 3)), rng.normal(size=3)
        w[f"h2{gate}/W"] = rng.normal(size=(3, 3))
    xs = rng.normal(size=(4, 5, 2))
    params = lstm_from_dezero(w)
    close(nn.LSTM(2, 3).unroll(params, xs)[0], np.stack(list(dezero_lstm(w, xs))))
    save_dezero(tmp_path / "lstm.npz", lstm_to_dezero(params))
    with np.load(tmp_path / "lstm.npz") as file:
        assert set(file.files) == set(w)
        assert all((file[name] == w[name]).all() for name in w)
    close(lstm_from_dezero(load_dezero(tmp_path / "lstm.npz")), params, rtol=0)


def test_rnn_weights_of_dezero(tmp_path):
    rng = np.random.default_rng(0)
    w = {"x2h/W": rng.normal(size=(2, 3)), "x2h/b": rng.normal(size=3)}
    w["h2h/W"] = rng.normal(size=(3, 3))
    xs = rng.normal(size=(4, 5, 2))
    params = rnn_from_dezero(w)
    h, want = np.tanh(xs[0] @ w["x2h/W"] + w["x2h/b"]), []
    want.append(h)
    for x in xs[1:]:
        h = np.tanh(x @ w["x2h/W"] + w["x2h/b"] + h @ w["h2h/W"])
        want.append(h)
    close(nn.RNN(2, 3).unroll(params, xs)[0], np.stack(want))
    save_dezero(tmp_path / "rnn.npz", {"rnn": rnn_to_dezero(params)})
    close(rnn_from_dezero(load_dezero(tmp_path / "rnn.npz")["rnn"]), params, rtol=0)


def test_missing_weights_are_all_named():
    with pytest.raises(KeyError, match=r"lstm_from_dezero.*x2i/W.*x2f/W.*x2u/W.*x2o/W"):
        lstm_from_dezero({"x2h": {"W": np.ones((2, 3))}})
    with pytest.raises(KeyError, match=r"rnn_to_dezero.*'b'"):
        rnn_to_dezero({"W_x": np.ones((2, 3)), "W_h": np.ones((3, 3))})


# ---------------------------------------------------------------------------- initial parameters


def test_initial_weights_are_scaled_by_gate():
    params, _ = nn.LSTM(400, 200, W_h_init=initializers.orthogonal()).init(random.key(0))
    assert params["W_x"].std() == pytest.approx(1 / 20, rel=0.02)
    for W in np.split(params["W_h"].astype(float), 4, axis=1):
        np.testing.assert_allclose(W.T @ W, np.eye(200), atol=1e-5)


def test_models_take_options():
    for make in (models.SimpleRNN, models.BetterRNN, models.CharLSTM):
        params, _ = make(3, 4, 2, dtype=np.float64).init(random.key(0))
        assert {a.dtype for a in tree.leaves(params)} == {np.dtype(np.float64)}
    model = models.CharLSTM(5, 4, layers=2)
    params, _ = model.init(random.key(0))
    assert list(params) == ["embed", "lstm0", "lstm1", "fc"]
    x = np.array([[0, 4], [1, 1], [3, 2]])
    carry, ys = fzero.scan(lambda c, x: model.step(params, c, x), model.initial_carry(params, 2), x)
    close(model.unroll(params, x), (ys, carry), rtol=1e-5, atol=1e-6)


# -------------------------------------------------------------------------------------- errors


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


# ----------------------------------------------------------------------------- found in review


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
