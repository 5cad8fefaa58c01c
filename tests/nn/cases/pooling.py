"""Maxima and means of windows."""

import fzero_nn as nn
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw


def _max(axes, window, stride=None, padding=0, ceil_mode=False, dilation=1):
    given = (window, stride, padding, dilation, ceil_mode)
    return lambda torch, x: getattr(torch.nn.functional, f"max_pool{axes}d")(x, *given)


def _avg(axes, *given):
    return lambda torch, x: getattr(torch.nn.functional, f"avg_pool{axes}d")(x, *given)


def _adaptive(kind, axes, size):
    name = f"adaptive_{kind}_pool{axes}d"
    return lambda torch, x: getattr(torch.nn.functional, name)(x, size)


def _layer(peer):
    return lambda torch, params, state, x, train: peer(torch, x)


def _global_mean(torch, x):
    return x.mean(dim=tuple(range(2, x.ndim)))


def _global_max(torch, x):
    return x.flatten(2).max(dim=2).values


_LINE, _IMAGE, _VOLUME = draw(2, 1, 7), draw(2, 2, 5, 4), draw(1, 2, 3, 2, 4)
_GIVEN = ((3, 2), (2, 1), (1, 0), True)

LAYERS = [
    LayerCase("MaxPool1d", nn.MaxPool1d(2), _LINE, peer=_layer(_max(1, 2))),
    LayerCase("MaxPool2d", nn.MaxPool2d(*_GIVEN), _IMAGE, peer=_layer(_max(2, *_GIVEN))),
    LayerCase("MaxPool3d", nn.MaxPool3d(2, 1), _VOLUME, peer=_layer(_max(3, 2, 1))),
    LayerCase("AvgPool1d", nn.AvgPool1d(2), _LINE, peer=_layer(_avg(1, 2))),
    LayerCase(
        "AvgPool2d",
        nn.AvgPool2d(*_GIVEN, count_include_pad=False),
        _IMAGE,
        peer=_layer(_avg(2, *_GIVEN, False)),
    ),
    LayerCase("AvgPool3d", nn.AvgPool3d(2, 1), _VOLUME, peer=_layer(_avg(3, 2, 1))),
    LayerCase(
        "AdaptiveAvgPool1d",
        nn.AdaptiveAvgPool1d(3),
        _LINE,
        peer=_layer(_adaptive("avg", 1, 3)),
    ),
    LayerCase(
        "AdaptiveAvgPool2d",
        nn.AdaptiveAvgPool2d((3, 2)),
        _IMAGE,
        peer=_layer(_adaptive("avg", 2, (3, 2))),
    ),
    LayerCase(
        "AdaptiveAvgPool3d",
        nn.AdaptiveAvgPool3d(2),
        _VOLUME,
        peer=_layer(_adaptive("avg", 3, 2)),
    ),
    LayerCase(
        "AdaptiveMaxPool1d",
        nn.AdaptiveMaxPool1d(3),
        _LINE,
        peer=_layer(_adaptive("max", 1, 3)),
    ),
    LayerCase(
        "AdaptiveMaxPool2d",
        nn.AdaptiveMaxPool2d((3, 2)),
        _IMAGE,
        peer=_layer(_adaptive("max", 2, (3, 2))),
    ),
    LayerCase(
        "AdaptiveMaxPool3d",
        nn.AdaptiveMaxPool3d(2),
        _VOLUME,
        peer=_layer(_adaptive("max", 3, 2)),
    ),
    LayerCase("GlobalAvgPool", nn.GlobalAvgPool(), _IMAGE, peer=_layer(_global_mean)),
    LayerCase("GlobalMaxPool", nn.GlobalMaxPool(), _VOLUME, peer=_layer(_global_max)),
]


def _pool(name, function, x, peer, *given, **more):
    names = ("window", "stride", "padding", "ceil_mode")
    return FunctionCase(name, function, (x,), {**dict(zip(names, given)), **more}, peer=peer)  # noqa: B905


FUNCTIONS = [
    _pool("max_pool1d", F.max_pool1d, _LINE, _max(1, 3, 2, 1), 3, 2, 1),
    _pool("max_pool2d", F.max_pool2d, _IMAGE, _max(2, *_GIVEN), *_GIVEN),
    _pool(
        "max_pool2d with dilation",
        F.max_pool2d,
        _IMAGE,
        _max(2, 2, 1, 1, dilation=(2, 3)),
        2,
        1,
        1,
        dilation=(2, 3),
    ),
    _pool("max_pool3d", F.max_pool3d, _VOLUME, _max(3, (2, 1, 3), 1), (2, 1, 3), 1),
    _pool("avg_pool1d", F.avg_pool1d, _LINE, _avg(1, 3, 2, 1), 3, 2, 1),
    _pool("avg_pool2d", F.avg_pool2d, _IMAGE, _avg(2, *_GIVEN), *_GIVEN),
    _pool(
        "avg_pool2d of the elements",
        F.avg_pool2d,
        _IMAGE,
        _avg(2, *_GIVEN, False),
        *_GIVEN,
        count_include_pad=False,
    ),
    _pool("avg_pool3d", F.avg_pool3d, _VOLUME, _avg(3, (2, 1, 3), 1), (2, 1, 3), 1),
    *(
        FunctionCase(
            f"adaptive_{kind}_pool{axes}d",
            getattr(F, f"adaptive_{kind}_pool{axes}d"),
            (x,),
            {"output_size": size},
            peer=_adaptive(kind, axes, size),
        )
        for kind in ("avg", "max")
        for axes, x, size in ((1, _LINE, 4), (2, _IMAGE, (5, 2)), (3, _VOLUME, (2, 3, 3)))
    ),
    FunctionCase("global_avg_pool", F.global_avg_pool, (_IMAGE,), peer=_global_mean),
    FunctionCase(
        "global_max_pool with axes",
        F.global_max_pool,
        (_IMAGE,),
        {"keepdims": True},
        peer=lambda torch, x: _global_max(torch, x)[..., None, None],
    ),
]
