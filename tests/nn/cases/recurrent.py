"""Recurrent networks: cells, whole sequences, both directions, rows of unequal lengths."""

import functools

import numpy as np

import fzero.numpy as fnp
import fzero_nn as nn
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
CARRY = {"RNN": 1, "LSTM": 2, "GRU": 1}
X, LENGTHS = draw(3, 2, 2), (2, 3)


# ----------------------------------------------------------------------- PyTorch's side of it


def _torch_weights(torch, kind, params, suffix):
    """PyTorch's four weights of a layer from ours: its second bias has b_h of the GRU only."""
    b, H = params["b"], params["W_h"].shape[0]
    b_h = torch.zeros_like(b)
    if kind == "GRU":
        b_h = torch.cat([b_h[: 2 * H], params["b_h"]])
    ours = {
        "weight_ih": params["W_x"].T,
        "weight_hh": params["W_h"].T,
        "bias_ih": b,
        "bias_hh": b_h,
    }
    return {f"{name}_{suffix}": a for name, a in ours.items()}


def _run(torch, kind, weights, x, carry=None, lengths=None, **options):
    """PyTorch's layer as a function of its weights: (outputs, last carry)."""
    H = weights["weight_hh_l0"].shape[1]
    layer = getattr(torch.nn, kind)(x.shape[-1], H, **options).double()
    if lengths is None:
        return torch.func.functional_call(layer, weights, (x, carry))
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
    y, carry = torch.func.functional_call(layer, weights, (packed, carry))
    y, _ = torch.nn.utils.rnn.pad_packed_sequence(y, total_length=x.shape[0])
    return y, carry


def _layer(kind, lengths=None, **options):
    def peer(torch, params, state, x, train):
        weights = _torch_weights(torch, kind, params, "l0")
        return _run(torch, kind, weights, x, lengths=lengths, **options)[0]

    return peer


def _reversed(kind):
    def peer(torch, params, state, x, train):
        return _layer(kind)(torch, params, state, x.flip(0), train).flip(0)

    return peer


def _both(kind, lengths=None):
    def peer(torch, params, state, x, train):
        weights = _torch_weights(torch, kind, params["forward"], "l0")
        weights |= _torch_weights(torch, kind, params["backward"], "l0_reverse")
        return _run(torch, kind, weights, x, lengths=lengths, bidirectional=True)[0]

    return peer


def _stack(kind):
    def peer(torch, params, state, x, train):
        weights = _torch_weights(torch, kind, params["l0"], "l0")
        weights |= _torch_weights(torch, kind, params["l1"], "l1")
        return _run(torch, kind, weights, x, num_layers=2)[0]

    return peer


def _cell(kind):
    def peer(torch, params, state, x, train):
        return _layer(kind)(torch, params, state, x[None], train)[0]

    return peer


def _function(kind, lengths=None):
    """The outputs and the last carry, joined along time."""

    def peer(torch, x, *args):
        n = CARRY[kind]
        carry, (W_x, W_h, b, *b_h) = [h[None] for h in args[:n]], args[n:]
        params = {"W_x": W_x, "W_h": W_h, "b": b, "b_h": b_h[0] if b_h else None}
        weights = _torch_weights(torch, kind, params, "l0")
        first = tuple(carry) if n == 2 else carry[0]
        y, last = _run(torch, kind, weights, x, first, lengths)
        return torch.cat([y, *(last if n == 2 else [last])])

    return peer


def _step(kind):
    def peer(torch, x, *args):
        out = _function(kind)(torch, x[None], *args)
        return out[1:] if kind == "LSTM" else out[0]

    return peer


# ------------------------------------------------------------------------------ our functions


def _joined(function, carry):
    """The outputs and the last carry of `function`, joined along time."""

    @functools.wraps(function)
    def joined(x, *args, **options):
        first = args[:carry] if carry == 2 else args[0]
        y, last = function(x, first, *args[carry:], **options)
        return fnp.concatenate([y, *(h[None] for h in (last if carry == 2 else (last,)))])

    return joined


def _arrays(kind):
    """x, the carry, W_x, W_h and the biases."""
    n, D, H = GATES[kind], 2, 2
    carry = [draw(2, H, seed=k) for k in range(CARRY[kind])]
    biases = [draw(n * H, seed=4), *([draw(H, seed=5)] if kind == "GRU" else [])]
    return (X, *carry, draw(D, n * H, seed=2), draw(H, n * H, seed=3), *biases)


@functools.wraps(F.lstm_step)
def _lstm_step(x, h, c, *weights):
    return fnp.stack(F.lstm_step(x, (h, c), *weights))


# -------------------------------------------------------------------------------------- cases


def _case(name, layer, peer, x=X, batch=1, **options):
    return LayerCase(name, layer, x, batch=batch, peer=peer, options=options)


def _layer_cases(kind):
    cell, layer = getattr(nn, f"{kind}Cell"), getattr(nn, kind)
    both, two = nn.Bidirectional(layer(2, 2)), nn.RecurrentStack(layer(2, 2), layer(2, 2))
    short = {"batch": None, "lengths": LENGTHS}
    short_array = {"batch": None, "lengths": np.array(LENGTHS)}
    return [
        _case(f"{kind}Cell", cell(2, 3), _cell(kind), X[0], batch=0),
        _case(f"{kind}Cell without b", cell(2, 2, bias=False), None, X[0], batch=0),
        _case(kind, layer(2, 3), _layer(kind)),
        _case(f"{kind} of one row and step", layer(None, 2), _layer(kind), X[:1, :1]),
        _case(f"{kind} in reverse", layer(2, 2, reverse=True), _reversed(kind)),
        _case(f"{kind} with lengths", layer(2, 2), _layer(kind, LENGTHS), **short),
        _case(f"Bidirectional {kind}", both, _both(kind)),
        _case(f"Bidirectional {kind} with lengths", both, _both(kind, LENGTHS), **short_array),
        _case(f"RecurrentStack of {kind}", two, _stack(kind)),
    ]


def _function_cases(kind):
    name = kind.lower()
    args, function = _arrays(kind), _joined(getattr(F, name), CARRY[kind])
    step = _lstm_step if kind == "LSTM" else getattr(F, f"{name}_step")
    return [
        FunctionCase(name, function, args, peer=_function(kind)),
        FunctionCase(
            f"{name} with lengths",
            function,
            args,
            {"lengths": LENGTHS},
            peer=_function(kind, LENGTHS),
        ),
        FunctionCase(f"{name}_step", step, (args[0][0], *args[1:]), peer=_step(kind)),
    ]


LAYERS = [
    *(case for kind in GATES for case in _layer_cases(kind)),
    _case(
        "RNN of relu",
        nn.RNN(2, 3, activation=F.relu),
        _layer("RNN", nonlinearity="relu"),
        draw(3, 2, 2, seed=1),
    ),
    _case("LSTM with a forget bias", nn.LSTM(2, 2, forget_bias=1.0), _layer("LSTM")),
]
FUNCTIONS = [
    *(case for kind in GATES for case in _function_cases(kind)),
    *(
        FunctionCase(f"{name} with a mask", getattr(F, name), args, {"reverse": True})
        for name, args in (("rnn", _arrays("RNN")), ("gru", _arrays("GRU")[:4]))
    ),
    FunctionCase(
        "lstm without a carry", F.lstm, (X, None, *_arrays("LSTM")[3:]), {"lengths": [3, 1]}
    ),
    FunctionCase("rnn of sin", F.rnn, (X, None, *_arrays("RNN")[2:]), {"activation": fnp.sin}),
    FunctionCase("length_mask", F.length_mask, (np.array([2, 0, 3]),), {"steps": 3}, order=0),
]
