"""Normalisation: over the batch, over features, over groups of channels."""

from fzero_nn import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RMSNorm
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw

C, ONES = draw(3, seed=5), 1 + abs(draw(3, seed=6))
STATISTICS = (draw(3, seed=7), 1 + abs(draw(3, seed=8)))


def _batch_norm(torch, params, state, x, train):
    gamma, beta = params.get("gamma"), params.get("beta")
    if train:
        return torch.nn.functional.batch_norm(x, None, None, gamma, beta, True, eps=2e-5)
    # By hand: PyTorch does not differentiate with respect to the running statistics.
    along = lambda v: v.reshape(-1, *[1] * (x.ndim - 2))
    y = (x - along(state["avg_mean"])) / torch.sqrt(along(state["avg_var"]) + 2e-5)
    return y if gamma is None else y * along(gamma) + along(beta)


def _batch_norm_last(torch, params, state, x, train):
    return _batch_norm(torch, params, state, x.movedim(-1, 1), train).movedim(1, -1)


def _layer_norm(torch, params, state, x, train):
    gamma, beta = params.get("gamma"), params.get("beta")
    return torch.nn.functional.layer_norm(x, x.shape[-1:], gamma, beta, 1e-5)


def _rms_norm(torch, params, state, x, train):
    return torch.nn.functional.rms_norm(x, x.shape[-1:], params.get("gamma"), 1e-6)


def _group_norm(torch, params, state, x, train):
    gamma, beta = params.get("gamma"), params.get("beta")
    return torch.nn.functional.group_norm(x, 2, gamma, beta, 1e-5)


def _instance_norm(torch, params, state, x, train):
    return torch.nn.functional.instance_norm(
        x, None, None, params.get("gamma"), params.get("beta"), True, 0.1, 1e-5
    )


def _trained(x, gamma, beta, mean, var):
    return F.batch_norm(x, gamma, beta, mean, var, train=True, eps=0.01)[0]


def _of_batch(torch, x, gamma, beta, mean, var):
    return torch.nn.functional.batch_norm(x, None, None, gamma, beta, True, eps=0.01)


def _standardized(torch, x):
    mean, var = x.mean((0, 1), keepdim=True), x.var((0, 1), keepdim=True, unbiased=False)
    return (x - mean) / torch.sqrt(var + 1e-5)


def _plain(name, *args, peer=None, case=None, **params):
    return FunctionCase(case or name, getattr(F, name), args, params, peer=peer)


LAYERS = [
    LayerCase("BatchNorm", BatchNorm(3), draw(5, 3), peer=_batch_norm),
    LayerCase("BatchNorm of images", BatchNorm(None), draw(2, 3, 2, 3), peer=_batch_norm),
    LayerCase("BatchNorm of one channel", BatchNorm(1), draw(3, 1, 4), peer=_batch_norm),
    LayerCase("BatchNorm without gamma", BatchNorm(3, affine=False), draw(4, 3), peer=_batch_norm),
    LayerCase(
        "BatchNorm, channels last", BatchNorm(3, axis=-1), draw(2, 4, 3), peer=_batch_norm_last
    ),
    LayerCase("LayerNorm", LayerNorm(None), draw(2, 3, 4), peer=_layer_norm),
    LayerCase("LayerNorm without gamma", LayerNorm(affine=False), draw(2, 4), peer=_layer_norm),
    LayerCase("RMSNorm", RMSNorm(None), draw(2, 3, 4), peer=_rms_norm),
    LayerCase("RMSNorm without gamma", RMSNorm(affine=False), draw(2, 4), peer=_rms_norm),
    LayerCase("GroupNorm", GroupNorm(None, groups=2), draw(2, 4, 3), peer=_group_norm),
    LayerCase(
        "GroupNorm without gamma", GroupNorm(4, 2, affine=False), draw(2, 4), peer=_group_norm
    ),
    LayerCase("InstanceNorm", InstanceNorm(None), draw(2, 3, 2, 2), peer=_instance_norm),
    LayerCase(
        "InstanceNorm without gamma",
        InstanceNorm(affine=False),
        draw(1, 3, 5),
        peer=_instance_norm,
    ),
]
FUNCTIONS = [
    _plain(
        "batch_norm", draw(4, 3, 2), ONES, C, *STATISTICS, case="batch_norm outside of training"
    ),
    FunctionCase(
        "batch_norm in training", _trained, (draw(4, 3, 2), ONES, C, *STATISTICS), peer=_of_batch
    ),
    _plain(
        "layer_norm",
        draw(2, 3, 2),
        ONES[:, None] + draw(3, 2),
        draw(3, 2, seed=1),
        peer=lambda torch, x, gamma, beta: torch.nn.functional.layer_norm(x, (3, 2), gamma, beta),
        axis=(1, 2),
    ),
    _plain(
        "layer_norm",
        draw(2, 3, 2),
        ONES,
        C,
        peer=lambda torch, x, gamma, beta: torch.nn.functional.layer_norm(
            x.movedim(1, -1), (3,), gamma, beta
        ).movedim(-1, 1),
        case="layer_norm of a middle axis",
        axis=1,
    ),
    _plain(
        "rms_norm",
        draw(2, 3, 2),
        ONES,
        peer=lambda torch, x, gamma: torch.nn.functional.rms_norm(
            x.movedim(1, -1), (3,), gamma, 1e-6
        ).movedim(-1, 1),
        axis=1,
    ),
    _plain("group_norm", draw(2, 4, 3), groups=2, eps=0.01),
    _plain("instance_norm", draw(2, 2, 3), eps=0.01),
    _plain("standardize", draw(2, 3, 4), peer=_standardized, axis=(0, 1)),
    FunctionCase(
        "standardize where",
        lambda x, where: F.standardize(x, where=where),
        (draw(3, 4), draw(3, 4) > -0.8),
    ),
    FunctionCase(
        "standardize by given statistics",
        lambda x, mean, variance: F.standardize(x, mean=mean, variance=variance, epsilon=0.0),
        (draw(2, 3), *STATISTICS),
        peer=lambda torch, x, mean, variance: (x - mean) / torch.sqrt(variance),
    ),
]
