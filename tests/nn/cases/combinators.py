"""Layers that put others together."""

from fzero import numpy as fnp
from fzero_nn import (
    BatchNorm,
    Dropout,
    Flatten,
    Identity,
    Lambda,
    Linear,
    Parallel,
    Remat,
    Residual,
    Sequential,
)
from tests.nn.cases import LayerCase, draw


def _linear(torch, params, x):
    return torch.nn.functional.linear(x, params["W"].T, params["b"])


def _sequential(torch, params, state, x, train):
    return _linear(torch, params["l2"], _linear(torch, params["l0"], x).tanh())


def _named(torch, params, state, x, train):
    return _linear(torch, params["head"], _linear(torch, params["body"]["l0"], x).sin())


def _branches(torch, params, x):
    return [_linear(torch, params["a"], x), _linear(torch, params["b"], x)]


def _residual(torch, params, state, x, train):
    return (_linear(torch, params["body"], x) + _linear(torch, params["shortcut"], x)).tanh()


_PAIR = {"a": Linear(3, 2), "b": Linear(3, 2)}

LAYERS = [
    LayerCase(
        "Sequential",
        Sequential(Linear(3, 4), fnp.tanh, Linear(None, 2)),
        draw(5, 3),
        peer=_sequential,
    ),
    LayerCase(
        "Sequential with names, nested",
        Sequential({"body": Sequential(Linear(3, 4), fnp.sin), "head": Linear(4, 2)}),
        draw(5, 3),
        peer=_named,
    ),
    LayerCase(
        "Parallel",
        Parallel(_PAIR),
        draw(5, 3),
        peer=lambda torch, params, state, x, train: torch.cat(_branches(torch, params, x), -1),
    ),
    LayerCase(
        "Parallel, stacked",
        Parallel(_PAIR, "stack", axis=1),
        draw(5, 3),
        peer=lambda torch, params, state, x, train: torch.stack(_branches(torch, params, x), 1),
    ),
    LayerCase(
        "Parallel, added",
        Parallel(_PAIR, "add"),
        draw(5, 3),
        peer=lambda torch, params, state, x, train: sum(_branches(torch, params, x)),
    ),
    LayerCase("Parallel, a tuple", Parallel([Linear(3, 2), fnp.sin], "tuple"), draw(5, 3)),
    LayerCase(
        "Parallel, combined by a function",
        Parallel(_PAIR, lambda ys: ys[0] * ys[1]),
        draw(5, 3),
        peer=lambda torch, params, state, x, train: torch.prod(
            torch.stack(_branches(torch, params, x)), 0
        ),
    ),
    LayerCase(
        "Residual",
        Residual(Linear(3, 3)),
        draw(5, 3),
        peer=lambda torch, params, state, x, train: x + _linear(torch, params["body"], x),
    ),
    LayerCase(
        "Residual with a shortcut",
        Residual(Linear(3, 4), Linear(3, 4), fnp.tanh),
        draw(5, 3),
        peer=_residual,
    ),
    LayerCase(
        "Remat",
        Remat(Sequential(Linear(3, 4), fnp.tanh, Linear(4, 2))),
        draw(5, 3),
        peer=_sequential,
    ),
    LayerCase("Remat with dropout", Remat(Dropout(0.3)), draw(5, 3), draws=True),
    LayerCase("Remat with statistics", Remat(BatchNorm(3)), draw(5, 3)),
    LayerCase("Lambda", Lambda(fnp.sin), draw(5, 3)),
    LayerCase("Identity", Identity(), draw(5, 3)),
    LayerCase(
        "Flatten",
        Flatten(),
        draw(2, 3, 4),
        peer=lambda torch, params, state, x, train: x.flatten(1),
    ),
    LayerCase(
        "Flatten from the third axis",
        Flatten(2),
        draw(2, 3, 4, 2),
        peer=lambda torch, params, state, x, train: x.flatten(2),
    ),
]
