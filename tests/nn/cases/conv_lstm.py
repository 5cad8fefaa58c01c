"""The convolutional long short-term memory, in one to three dimensions."""

import functools

import fzero.numpy as fnp
from fzero_nn import ConvLSTM
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw


@functools.wraps(F.conv_lstm)
def _conv_lstm(x, h, c, *weights, **options):
    """The outputs and the last carry, joined along time."""
    y, (h, c) = F.conv_lstm(x, (h, c), *weights, **options)
    return fnp.concatenate([y, h[None], c[None]])


@functools.wraps(F.conv_lstm_step)
def _conv_lstm_step(x, h, c, *weights):
    return fnp.stack(F.conv_lstm_step(x, (h, c), *weights))


_ARGS = (
    draw(2, 2, 1, 3), draw(2, 2, 3, seed=1), draw(2, 2, 3, seed=2), draw(8, 1, 3, seed=3),
    draw(8, 2, 3, seed=4), draw(8, seed=5),
)  # fmt: skip
LAYERS = [
    LayerCase("ConvLSTM", ConvLSTM(2, 1, (3, 2)), draw(2, 2, 2, 3, 2), batch=1),
    LayerCase(
        "ConvLSTM of one axis", ConvLSTM(None, 2, (3,), bias=False), draw(2, 1, 1, 4), batch=1
    ),
    LayerCase("ConvLSTM of volumes", ConvLSTM(1, 1, (1, 2, 1)), draw(2, 1, 1, 2, 2, 1), batch=1),
    LayerCase(
        "ConvLSTM with lengths",
        ConvLSTM(1, 2, (3,)),
        draw(3, 2, 1, 3),
        batch=None,
        options={"lengths": (3, 1)},
    ),
]
FUNCTIONS = [
    FunctionCase("conv_lstm", _conv_lstm, _ARGS),
    FunctionCase("conv_lstm with lengths", _conv_lstm, _ARGS, {"lengths": (2, 1)}),
    FunctionCase("conv_lstm_step", _conv_lstm_step, (_ARGS[0][0], *_ARGS[1:])),
]
