"""Activations: their cases lie away from kinks."""

from fzero_nn import PReLU
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw

X = draw(3, 4)
MASK = X > -0.8
B = draw(3, 4, seed=1) ** 2 + 0.1


def _torch(name, **options):
    return lambda torch, x: getattr(torch.nn.functional, name)(x, **options)


def _sparse_plus(torch, x):
    return torch.where(x >= 1, x, torch.clamp(x + 1, 0, 2) ** 2 / 4)


def _elementwise(name, peer, x=X, case=None, **params):
    return FunctionCase(case or name, getattr(F, name), (x,), params, peer=peer)


def _prelu(torch, params, state, x, train):
    return torch.nn.functional.prelu(x, params["slope"])


LAYERS = [
    LayerCase("PReLU", PReLU(), draw(2, 3, 4), peer=_prelu),
    LayerCase("PReLU of channels", PReLU(3), draw(2, 3, 4), peer=_prelu),
]
FUNCTIONS = [
    _elementwise("celu", _torch("celu", alpha=0.5), alpha=0.5),
    _elementwise("elu", _torch("elu", alpha=0.7), alpha=0.7),
    _elementwise("gelu", _torch("gelu", approximate="tanh")),
    _elementwise("gelu", _torch("gelu"), case="gelu, exact", approximate=False),
    _elementwise("glu", _torch("glu")),
    _elementwise("glu", _torch("glu", dim=0), draw(4, 3), "glu of rows", axis=0),
    _elementwise("hard_sigmoid", lambda torch, x: torch.clamp((x + 3) / 6, 0, 1), 2 * X),
    _elementwise("hard_silu", _torch("hardswish"), 2 * X),
    _elementwise("hard_tanh", _torch("hardtanh")),
    _elementwise("identity", lambda torch, x: x * 1.0),
    _elementwise("leaky_relu", _torch("leaky_relu")),
    _elementwise("leaky_relu", _torch("leaky_relu", negative_slope=0.2), case="leaky", slope=0.2),
    _elementwise("log1mexp", lambda torch, x: torch.log(1 - torch.exp(-x)), abs(X) + 0.1),
    _elementwise("log_sigmoid", _torch("logsigmoid")),
    _elementwise("mish", _torch("mish")),
    _elementwise("relu", _torch("relu")),
    _elementwise("relu6", _torch("relu6"), 4 * X),
    _elementwise("selu", _torch("selu")),
    _elementwise("sigmoid", lambda torch, x: torch.sigmoid(x)),
    _elementwise("silu", _torch("silu")),
    _elementwise("soft_sign", _torch("softsign")),
    _elementwise("softplus", _torch("softplus")),
    _elementwise("sparse_plus", _sparse_plus),
    _elementwise("sparse_sigmoid", lambda torch, x: torch.clamp(x + 1, 0, 2) / 2),
    _elementwise("squareplus", lambda torch, x: (x + torch.sqrt(x**2 + 3)) / 2, b=3.0),
    _elementwise("tanh", lambda torch, x: torch.tanh(x)),
    FunctionCase(
        "prelu of channels",
        F.prelu,
        (draw(2, 3, 4), draw(3, seed=1)),
        peer=lambda torch, x, slope: torch.nn.functional.prelu(x, slope),
    ),
    FunctionCase(
        "prelu with one slope",
        F.prelu,
        (draw(2, 3), draw(1, seed=1)),
        {"axis": -1},
        peer=lambda torch, x, slope: torch.nn.functional.prelu(x, slope),
    ),
    # ---------------------------------------------------------------------- along an axis
    _elementwise("log_softmax", _torch("log_softmax", dim=-1)),
    _elementwise("log_softmax", _torch("log_softmax", dim=0), case="log_softmax, axis 0", axis=0),
    _elementwise("softmax", _torch("softmax", dim=-1)),
    _elementwise("softmax", _torch("softmax", dim=0), case="softmax, axis 0", axis=0),
    FunctionCase(
        "softmax where",
        lambda x, mask: F.softmax(x, where=mask),
        (X, MASK),
        peer=lambda torch, x, mask: torch.softmax(torch.where(mask, x, -torch.inf), -1),
    ),
    _elementwise("logmeanexp", lambda torch, x: torch.log(torch.exp(x).mean(-1))),
    FunctionCase(
        "logmeanexp where",
        lambda x, mask: F.logmeanexp(x, axis=None, where=mask),
        (X, MASK),
        peer=lambda torch, x, mask: torch.log(torch.exp(x)[mask].mean()),
    ),
    _elementwise("logsumexp", lambda torch, x: torch.logsumexp(x, -1)),
    _elementwise(
        "logsumexp",
        lambda torch, x: torch.logsumexp(x, (0, 1), keepdim=True),
        case="logsumexp of all",
        axis=None,
        keepdims=True,
    ),
    FunctionCase(
        "logsumexp with factors",
        lambda x, mask, b: F.logsumexp(x, axis=0, b=b, where=mask),
        (X, MASK, B),
        peer=lambda torch, x, mask, b: torch.log(torch.where(mask, b * torch.exp(x), 0).sum(0)),
    ),
]
