"""Recurrent networks beside their laws: formulas, carries, lengths, DeZero's weights."""

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
from fzero_nn.kernels import recurrent, row_shares
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
        kernel, needed = fused.kernels["numpy"], [a is not None for a in args]
        assert kernel is fused.kernels["cupy"] and kernel.fits(*args, **params)
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


@pytest.mark.parametrize("threads", ["2", "3"])
@pytest.mark.parametrize("name", ["rnn", "lstm", "gru"])
def test_rows_in_threads_and_weights_in_blocks_give_the_same(name, threads, monkeypatch):
    for constant in ("_ROWS", "_STEPS", "_CALLS"):
        monkeypatch.setattr(row_shares, constant, 1)
    of_gates, kinds = {"rnn": 1, "lstm": 4, "gru": 3}[name], row_shares.KINDS[name]
    rng, (T, N, H) = np.random.default_rng(0), (4, 5, 3)
    mask = F.length_mask(np.array([4, 0, 1, 3, 2]), T)
    first = [rng.normal(size=(N, H)) for _ in range(kinds.count("n"))]
    weights = [rng.normal(size=(D, of_gates * H)) for D in (2, H)]
    biases = [rng.normal(size=of_gates * H), rng.normal(size=H)][: kinds.count("w") - 2]
    args = rng.normal(size=(T, N, 2)), *first, *weights, *biases, mask
    options = {"reverse": True, **({"activation": "tanh"} if name == "rnn" else {})}
    run = lambda *args: FUSED[name](*args, mask, **options)

    def outputs_and_cotangents(count):
        monkeypatch.setenv("FZERO_THREADS", count)
        assert len(row_shares._shares(args[0], weights[1]) or "1") == int(count)
        ys, pull = fzero.vjp(run, *args[:-1])
        return ys, pull(tree.map(np.cos, ys)), run(*args[:-1])

    one = outputs_and_cotangents("1")
    monkeypatch.setattr(recurrent, "_AS_THEY_LIE", 4)
    monkeypatch.setattr(recurrent, "_NARROWEST", 1)
    assert len(recurrent._blocks(weights[1], 1)) > 1
    several = outputs_and_cotangents(threads)
    tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14), one, several)


@pytest.mark.parametrize(
    ("rows", "shape", "count"),
    [
        (32, (100, 400), 2),
        (32, (400, 100), 2),
        (16, (256, 1024), 8),
        (700, (100, 400), 1),
        (0, (3, 4), 1),
    ],
)
def test_blocks_of_weights_multiply_as_one(rows, shape, count):
    x, W, y = draw(rows, shape[0]), draw(*shape, seed=1), np.empty((rows, shape[1]))
    assert len(recurrent._blocks(W, rows)) == count
    recurrent.multiplier(W, rows)(x, y)
    np.testing.assert_allclose(y, x @ W, rtol=1e-12, atol=1e-12)


def test_few_rows_stay_in_one_thread(monkeypatch):
    monkeypatch.setenv("FZERO_THREADS", "8")
    sizes = [((50, 32), 256, 4), ((50, 15), 256, 1), ((50, 32), 20, 1), ((7, 32), 256, 1)]
    for lead, H, count in sizes:
        shares = row_shares._shares(np.empty((*lead, 0)), np.empty((H, 4 * H)))
        assert len(shares or [slice(lead[1])]) == count


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


def test_weights_of_other_shapes_are_named():
    W = np.ones((2, 8))
    with pytest.raises(ValueError, match=r"lstm_to_dezero: W_x is of shape \(2, 6\), not \(D, 8\)"):
        lstm_to_dezero({"W_x": W[:, :6], "W_h": W, "b": W[0]})
    with pytest.raises(KeyError, match=r"lstm_from_dezero: the weights are without \['x2i/W'"):
        lstm_from_dezero({"x2i": np.ones((2, 3))})
