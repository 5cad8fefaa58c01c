"""Convolutions, transposed convolutions, and windows as columns."""

import fzero_nn as nn
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw


def _padded(torch, x, padding):
    """PyTorch pads evenly; pairs (before, after) are padded by hand, the last axis first."""
    return torch.nn.functional.pad(x, [n for pair in reversed(padding) for n in pair])


def _conv(axes, pairs=None, **options):
    def peer(torch, x, W, b=None):
        x = _padded(torch, x, pairs) if pairs else x
        return getattr(torch.nn.functional, f"conv{axes}d")(x, W, b, **options)

    return peer


def _transpose(axes, **options):
    def peer(torch, x, W, b=None):
        return getattr(torch.nn.functional, f"conv_transpose{axes}d")(x, W, b, **options)

    return peer


def _layer(peer):
    return lambda torch, params, state, x, train: peer(torch, x, params["W"], params.get("b"))


def _same(torch, x, W, b=None):
    """TensorFlow's padding, for stride 2 and windows of 3: none before, one after an even axis."""
    pairs = [(1, 1) if n % 2 else (0, 1) for n in x.shape[2:]]
    return _conv(2, pairs, stride=2)(torch, x, W, b)


def _unfold(torch, x):
    return torch.nn.functional.unfold(x, (3, 2), (2, 1), (1, 0), (1, 2)).reshape(2, 2, 3, 2, 3, 2)


def _fold(torch, col):
    flat = col.reshape(2, 12, 6)
    return torch.nn.functional.fold(flat, (5, 4), (3, 2), (2, 1), (1, 0), (1, 2))


def _rows(torch, x):
    return torch.nn.functional.unfold(x, 2, 1, 1).transpose(1, 2).reshape(-1, 8)


_OPTIONS = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
_UP = {"stride": (2, 3), "padding": (1, 0), "output_padding": (1, 2), "groups": 2}

LAYERS = [
    LayerCase(
        "Conv1d",
        nn.Conv1d(2, 3, 3, padding=1),
        draw(2, 2, 5),
        peer=_layer(_conv(1, padding=1)),
    ),
    LayerCase(
        "Conv2d",
        nn.Conv2d(None, 4, (3, 2), **_OPTIONS),
        draw(2, 2, 5, 4),
        peer=_layer(_conv(2, **_OPTIONS)),
    ),
    LayerCase(
        "Conv2d without b, with SAME",
        nn.Conv2d(1, 2, 3, stride=2, padding="SAME", bias=False),
        draw(1, 1, 5, 4),
        peer=_layer(_same),
    ),
    LayerCase(
        "Conv3d",
        nn.Conv3d(1, 2, (1, 2, 2)),
        draw(1, 1, 2, 3, 3),
        peer=_layer(_conv(3)),
    ),
    LayerCase(
        "ConvTranspose1d",
        nn.ConvTranspose1d(2, 3, 3, stride=2),
        draw(2, 2, 3),
        peer=_layer(_transpose(1, stride=2)),
    ),
    LayerCase(
        "ConvTranspose2d",
        nn.ConvTranspose2d(None, 2, (3, 3), **_UP),
        draw(2, 2, 2, 2),
        peer=_layer(_transpose(2, **_UP)),
    ),
    LayerCase(
        "ConvTranspose3d without b",
        nn.ConvTranspose3d(1, 2, (1, 2, 2), bias=False),
        draw(1, 1, 2, 2, 2),
        peer=_layer(_transpose(3)),
    ),
]
_x, _W, _b = draw(2, 2, 5, 4), draw(4, 1, 3, 2, seed=1), draw(4, seed=2)

FUNCTIONS = [
    FunctionCase(
        "conv1d",
        F.conv1d,
        (draw(2, 2, 6), draw(3, 2, 2, seed=1), draw(3, seed=2)),
        {"stride": 2, "padding": ((2, 1),)},
        peer=_conv(1, [(2, 1)], stride=2),
    ),
    FunctionCase("conv2d", F.conv2d, (_x, _W, _b), _OPTIONS, peer=_conv(2, **_OPTIONS)),
    FunctionCase(
        "conv2d pointwise",
        F.conv2d,
        (draw(2, 3, 2, 1), draw(2, 3, 1, 1, seed=1)),
        peer=_conv(2),
    ),
    FunctionCase(
        "conv2d depthwise",
        F.conv2d,
        (draw(1, 3, 3, 4), draw(6, 1, 2, 2, seed=1), draw(6, seed=2)),
        {"groups": 3, "padding": "VALID"},
        peer=_conv(2, groups=3),
    ),
    FunctionCase(
        "conv3d",
        F.conv3d,
        (draw(1, 1, 2, 3, 2), draw(2, 1, 2, 2, 1, seed=1), draw(2, seed=2)),
        {"padding": 1, "stride": (1, 2, 2)},
        peer=_conv(3, padding=1, stride=(1, 2, 2)),
    ),
    FunctionCase(
        "conv_transpose1d",
        F.conv_transpose1d,
        (draw(2, 2, 3), draw(2, 3, 2, seed=1), draw(3, seed=2)),
        {"dilation": 3, "output_padding": 2, "padding": 1},
        peer=_transpose(1, dilation=3, output_padding=2, padding=1),
    ),
    FunctionCase(
        "conv_transpose2d",
        F.conv_transpose2d,
        (draw(1, 2, 2, 3), draw(2, 1, 3, 3, seed=1), draw(2, seed=2)),
        _UP,
        peer=_transpose(2, **_UP),
    ),
    FunctionCase(
        "conv_transpose1d pointwise, with more at the end",
        F.conv_transpose1d,
        (draw(2, 2, 3), draw(2, 3, 1, seed=1), draw(3, seed=2)),
        {"dilation": 2, "output_padding": 1},
    ),
    FunctionCase(
        "conv_transpose2d to a size",
        F.conv_transpose2d,
        (draw(1, 1, 2, 3), draw(1, 2, 3, 2, seed=1)),
        {"stride": 2, "output_size": (6, 7)},
        peer=_transpose(2, stride=2, output_padding=(1, 1)),
    ),
    FunctionCase(
        "conv_transpose3d",
        F.conv_transpose3d,
        (draw(1, 1, 2, 1, 2), draw(1, 1, 1, 2, 2, seed=1), draw(1, seed=2)),
        {"stride": 2},
        peer=_transpose(3, stride=2),
    ),
    FunctionCase(
        "im2col",
        F.im2col,
        (_x,),
        {"window": (3, 2), "stride": (1, 2), "padding": (1, 0), "dilation": (2, 1)},
        peer=_unfold,
    ),
    FunctionCase(
        "im2col as a matrix",
        F.im2col,
        (draw(2, 2, 2, 3),),
        {"window": 2, "padding": 1, "to_matrix": True},
        peer=_rows,
    ),
    FunctionCase(
        "col2im",
        F.col2im,
        (draw(2, 2, 3, 2, 3, 2),),
        {
            "shape": (2, 2, 5, 4),
            "window": (3, 2),
            "stride": (1, 2),
            "padding": (1, 0),
            "dilation": (2, 1),
        },
        peer=_fold,
    ),
    FunctionCase("conv_outsize", F.conv_outsize, (), {"size": 4, "window": 3, "padding": 1}),
    FunctionCase("deconv_outsize", F.deconv_outsize, (), {"size": 4, "window": 3}),
]
