"""Affine maps."""

from fzero_nn import Linear
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw


def _linear(torch, params, state, x, train):
    return torch.nn.functional.linear(x, params["W"].T, params.get("b"))


LAYERS = [
    LayerCase("Linear", Linear(3, 4), draw(5, 3), peer=_linear),
    LayerCase("Linear without b", Linear(3, 4, bias=False), draw(5, 3), peer=_linear),
    LayerCase("Linear of the last axis", Linear(None, 2), draw(2, 4, 3), peer=_linear),
]
FUNCTIONS = [
    FunctionCase(
        "linear",
        F.linear,
        (draw(5, 3), draw(3, 4, seed=1), draw(4, seed=2)),
        peer=lambda torch, x, W, b: torch.nn.functional.linear(x, W.T, b),
    ),
    FunctionCase("linear without b", F.linear, (draw(5, 3), draw(3, 4, seed=1))),
    FunctionCase("flatten", F.flatten, (draw(2, 3, 4),), peer=lambda torch, x: torch.flatten(x, 1)),
]
