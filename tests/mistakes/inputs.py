"""Mistakes with the values that losses, optimizers and samplers are given."""

import numpy as np

import fzero_nn as nn
from fzero import random, tree
from fzero_nn import data, losses, optim

from . import Case, key, x

rows, halves = np.ones((5, 3), np.float32), np.array([0.3, 0.5])
params = nn.Linear(3, 2).init(key)[0]
others = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 2)).init(key)[0]
adam = optim.adam(0.1)
gradients = tree.map(np.ones_like, params)

CASES: dict[str, Case] = {
    "scores for probabilities": (
        lambda: losses.binary_cross_entropy(np.array([-2.0, 3.0]), np.array([1, 0])),
        ValueError,
        "binary_cross_entropy: probabilities is from -2.0 to 3.0; expected 0 <= ... loss of logits",
        lambda: losses.sigmoid_binary_cross_entropy(np.array([-2.0, 3.0]), np.array([1, 0])),
    ),
    "classes for targets of two classes": (
        lambda: losses.binary_cross_entropy(halves, np.array([3, 0])),
        ValueError,
        "binary_cross_entropy: targets is from 0.0 to 3.0; expected 0 <= ... one_hot for classes",
        lambda: losses.binary_cross_entropy(halves, nn.functional.one_hot(np.array(1), 2)),
    ),
    "classes for targets of logits": (
        lambda: losses.sigmoid_binary_cross_entropy(halves, np.array([3, 0])),
        ValueError,
        "sigmoid_binary_cross_entropy: targets is from 0.0 to 3.0; expected 0 <= targets <= 1",
        lambda: losses.sigmoid_binary_cross_entropy(halves, nn.functional.one_hot(np.array(1), 2)),
    ),
    "targets of 0 and 1 for a margin": (
        lambda: losses.hinge(halves, np.array([0, 1])),
        ValueError,
        "hinge: targets has 0; expected -1 or 1. Write 2 * targets - 1",
        lambda: losses.hinge(halves, 2 * np.array([0, 1]) - 1),
    ),
    "state of the parameters of another model": (
        lambda: adam.update(gradients, adam.init(others), params),
        ValueError,
        "update: the state or params is a FrozenDict without ['W', 'b'] and with ['l0', 'l1']; exp",
        lambda: adam.update(gradients, adam.init(params), params)[0],
    ),
    "state of parameters of another shape": (
        lambda: adam.update({"W": x[:1]}, adam.init({"W": x})),
        ValueError,
        "update: the state has shape (3,) for an update of (1,); expected one shape ... init(",
        lambda: adam.update({"W": x[:1]}, adam.init({"W": x[:1]}))[0],
    ),
    "interval that ends before it starts": (
        lambda: random.uniform(key, (2,), minval=2.0, maxval=1.0),
        ValueError,
        "random.uniform: minval is 2.0 and maxval is 1.0; expected minval <= maxval. Exchange them",
        lambda: random.uniform(key, (2,), minval=1.0, maxval=2.0),
    ),
    "batches of a fraction": (
        lambda: data.Loader((rows,), 5 / 2),  # type: ignore[arg-type]
        TypeError,
        "Loader: batch_size is 2.5; expected an integer. Write total // parts",
        lambda: len(data.Loader((rows,), 5 // 2)),
    ),
    "batches of nothing": (
        lambda: data.Loader((rows,), 0),
        ValueError,
        "Loader: batch_size is 0; expected 1 or more. Try batch_size=100",
        lambda: len(data.Loader((rows,), batch_size=5)),
    ),
    "rate of dropout above 1": (
        lambda: nn.functional.dropout(key, rows, 1.5),
        ValueError,
        "dropout: rate is 1.5; expected 0 <= rate <= 1 ... pass 1 - p",
        lambda: nn.functional.dropout(key, rows, 0.5),
    ),
    "heads that do not divide the features": (
        lambda: nn.MultiHeadAttention(10, 10, 3).init(key),
        ValueError,
        "MultiHeadAttention: features is 10 with 3 heads; expected a multiple of heads. Choose",
        lambda: nn.MultiHeadAttention(12, 12, 3).init(key),
    ),
}
