"""Losses."""

import numpy as np

from fzero_nn import losses
from tests.nn.cases import FunctionCase, draw

LABELS = np.array([2, 0, 1, 2, 1])
BITS = np.array([[1, 0, 1], [0, 0, 1], [1, 1, 0], [0, 1, 0], [1, 0, 0]])
SIGNS = 2 * BITS - 1
WEIGHTS = np.array([0.5, 2.0, 0.0, 1.0, 3.0])
SOFT = np.exp(draw(5, 3, seed=1))
SOFT = SOFT / SOFT.sum(1, keepdims=True)
X, Y = draw(5, 3), draw(5, 3, seed=1)


def peer(name, **options):
    return lambda torch, x, y: getattr(torch.nn.functional, name)(x, y.to(x.dtype), **options)


def cross_entropy(**options):
    def of_torch(torch, x, labels):
        tensors = {
            k: torch.tensor(v) if isinstance(v, np.ndarray) else v for k, v in options.items()
        }
        return torch.nn.functional.cross_entropy(x, labels, **tensors)

    return of_torch


def _cosine(torch, x, y):
    return torch.nn.functional.cosine_similarity(x, y)


def _kl(torch, log_p, t):
    return torch.nn.functional.kl_div(log_p, t, reduction="batchmean")


def _normal(torch, mean, log_variance, t):
    return torch.nn.functional.gaussian_nll_loss(mean, t, log_variance.exp(), full=True, eps=1e-12)


def _triplet(torch, a, p, n):
    return torch.nn.functional.triplet_margin_loss(a, p, n, margin=2.0, eps=0.0)


def _ranking(torch, x, y, t):
    return torch.nn.functional.margin_ranking_loss(x, y, t.to(x.dtype), margin=0.5)


def _focal(torch, x, t):
    t = t.to(x.dtype)
    ce = torch.nn.functional.binary_cross_entropy_with_logits(x, t, reduction="none")
    p = torch.sigmoid(x)
    right = p * t + (1 - p) * (1 - t)
    return (ce * (1 - right) ** 2 * (0.25 * t + 0.75 * (1 - t))).mean()


def _softmax_focal(torch, x, labels):
    ce = torch.nn.functional.cross_entropy(x, labels, reduction="none")
    return (ce * (1 - torch.exp(-ce)) ** 1.5).mean()


def _poly(torch, x, labels):
    ce = torch.nn.functional.cross_entropy(x, labels, reduction="none")
    return (ce + 2 * (1 - torch.exp(-ce))).mean()


def _ntxent(torch, x, y):
    units = torch.nn.functional.normalize(torch.cat([x, y]))
    logits = (units @ units.T / 0.5).masked_fill(torch.eye(2 * len(x), dtype=bool), -torch.inf)
    others = torch.arange(2 * len(x)).roll(len(x))
    return torch.nn.functional.cross_entropy(logits, others)


def _dice(torch, x, t):
    p = torch.sigmoid(x)
    return (1 - (2 * (p * t).sum(1) + 1) / (p.sum(1) + t.sum(1) + 1)).mean()


def _ctc(torch, logits, labels, steps, counts):
    found = torch.log_softmax(logits, -1)
    return torch.nn.functional.ctc_loss(found, labels, steps, counts, reduction="none")


def _case(name, function, args, params=None, of_torch=None):
    return FunctionCase(name, function, args, params or {}, peer=of_torch)


def _of_logits(name, function, of_torch, **params):
    return _case(name, function, (X, LABELS), params, of_torch)


CROSS = losses.softmax_cross_entropy
FUNCTIONS = [
    _of_logits("softmax_cross_entropy", CROSS, cross_entropy()),
    _of_logits(
        "softmax_cross_entropy smoothed",
        CROSS,
        cross_entropy(label_smoothing=0.2),
        label_smoothing=0.2,
    ),
    _of_logits(
        "softmax_cross_entropy ignoring",
        CROSS,
        cross_entropy(ignore_index=2, reduction="sum"),
        ignore_label=2,
        reduction="sum",
    ),
    _case(
        "softmax_cross_entropy of images",
        CROSS,
        (draw(2, 3, 2, 2), np.arange(8).reshape(2, 2, 2) % 3),
        {"axis": 1, "reduction": "none"},
        cross_entropy(reduction="none"),
    ),
    _case(
        "softmax_cross_entropy of weighted classes",
        lambda x, labels, weights: CROSS(x, labels, class_weights=weights, ignore_label=0),
        (X, LABELS, np.array([4, 1, 3])),
        {},
        lambda torch, x, labels, w: torch.nn.functional.cross_entropy(
            x, labels, w.to(x.dtype), ignore_index=0
        ),
    ),
    _case(
        "softmax_cross_entropy of weighted rows",
        lambda x, labels, weights: CROSS(x, labels, weights=weights),
        (X, LABELS, WEIGHTS),
        {},
        lambda torch, x, labels, w: (
            (torch.nn.functional.cross_entropy(x, labels, reduction="none") * w).sum() / w.sum()
        ),
    ),
    _case(
        "softmax_cross_entropy_with_probabilities",
        losses.softmax_cross_entropy_with_probabilities,
        (X, SOFT),
        {},
        cross_entropy(),
    ),
    _case(
        "softmax_cross_entropy_with_probabilities of an axis",
        losses.softmax_cross_entropy_with_probabilities,
        (X.T, SOFT.T),
        {"axis": 0, "reduction": "none"},
    ),
    _case("smooth_labels", losses.smooth_labels, (SOFT,), {"alpha": 0.25}),
    _case(
        "sigmoid_binary_cross_entropy",
        losses.sigmoid_binary_cross_entropy,
        (X, BITS),
        {},
        peer("binary_cross_entropy_with_logits"),
    ),
    _case(
        "sigmoid_binary_cross_entropy of soft targets",
        losses.sigmoid_binary_cross_entropy,
        (X, SOFT),
        {"reduction": "none"},
        peer("binary_cross_entropy_with_logits", reduction="none"),
    ),
    _case(
        "binary_cross_entropy",
        losses.binary_cross_entropy,
        (SOFT, BITS),
        {},
        peer("binary_cross_entropy"),
    ),
    _case("sigmoid_focal", losses.sigmoid_focal, (X, BITS), {"gamma": 2.0, "alpha": 0.25}, _focal),
    _case("softmax_focal", losses.softmax_focal, (X, LABELS), {"gamma": 1.5}, _softmax_focal),
    _case("poly_cross_entropy", losses.poly_cross_entropy, (X, LABELS), {}, _poly),
    _case("dice", losses.dice, (X, BITS), {}, _dice),
    _case("mse", losses.mse, (X, Y), {}, peer("mse_loss")),
    _case("mse of a mask", lambda x, y, keep: losses.mse(x, y, weights=keep), (X, Y, BITS > 0)),
    _case("mse per row", losses.mse, (X, Y), {"reduction": "batch"}),
    _case("squared_error", losses.squared_error, (X, Y), {}, peer("mse_loss", reduction="none")),
    _case("l1", losses.l1, (X, Y), {}, peer("l1_loss")),
    _case("huber", losses.huber, (X, Y), {"delta": 0.7}, peer("huber_loss", delta=0.7)),
    _case("log_cosh", losses.log_cosh, (X, Y)),
    _case("hinge", losses.hinge, (X, SIGNS)),
    _case("squared_hinge", losses.squared_hinge, (X, SIGNS)),
    _case("perceptron", losses.perceptron, (X, SIGNS)),
    _case("kl_divergence", losses.kl_divergence, (np.log(SOFT), SOFT[::-1].copy()), {}, _kl),
    _case(
        "kl_divergence of logarithms",
        losses.kl_divergence,
        (np.log(SOFT), np.log(SOFT[::-1])),
        {"log_targets": True, "reduction": "sum"},
        lambda torch, x, y: torch.nn.functional.kl_div(x, y, log_target=True, reduction="sum"),
    ),
    _case("normal_nll", losses.normal_nll, (X, Y, draw(5, 3, seed=2)), {}, _normal),
    _case("cosine_similarity", losses.cosine_similarity, (X, Y), {}, _cosine),
    _case("cosine_distance", losses.cosine_distance, (X, Y), {"axis": 0}),
    _case("triplet", losses.triplet, (X, Y, draw(5, 3, seed=2)), {"margin": 2.0}, _triplet),
    _case("margin_ranking", losses.margin_ranking, (X, Y, SIGNS), {"margin": 0.5}, _ranking),
    _case("sparsemax", losses.sparsemax, (X, LABELS)),
    _case(
        "sparsemax of weighted rows",
        lambda x, labels, weights: losses.sparsemax(x, labels, weights=weights),
        (2 * X, LABELS, WEIGHTS),
    ),
    _case("ranking_softmax", losses.ranking_softmax, (X, BITS)),
    _case(
        "ranking_softmax of some items",
        lambda x, y, mask: losses.ranking_softmax(x, y, mask=mask),
        (X, SOFT, np.array(BITS, bool)),
    ),
    _case("ntxent", losses.ntxent, (X, Y), {"temperature": 0.5}, _ntxent),
    _case(
        "ctc_loss",
        losses.ctc_loss,
        (
            draw(6, 3, 4),
            np.array([[1, 2, 2], [3, 1, 1], [2, 3, 1]]),
            np.array([6, 5, 3]),
            np.array([3, 2, 0]),
        ),
        {"reduction": "none"},
        _ctc,
    ),
]
