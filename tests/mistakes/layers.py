"""Mistakes with layers, losses and metrics."""

import numpy as np

import fzero_nn as nn
from fzero import random
from fzero_nn import functional, losses, metrics

from . import A, Case, key, x

rows = np.ones((5, 3), np.float32)
logits, labels = np.ones((5, 3)), np.array([0, 1, 2, 0, 1])
linear = nn.Linear(3, 2)
params, state = linear.init(key)
W, b = params["W"], params["b"]
net = nn.Sequential(linear, nn.Dropout(0.5), nn.BatchNorm(2))
net_params, net_state = net.init(key)

CASES: dict[str, Case] = {
    "transposed weights": (
        lambda: linear.apply({"W": W.T, "b": b}, state, rows),
        ValueError,
        "linear: W is of shape (2, 3) with x of shape (5, 3); expected W of ... pass W.T",
        lambda: linear.apply({"W": W.T.T, "b": b}, state, rows),
    ),
    "images into a linear layer": (
        lambda: linear.apply(params, state, rows.reshape(5, 3, 1)),
        ValueError,
        "linear: W is of shape (3, 2) with x of shape (5, 3, 1); expected ... x.reshape(len",
        lambda: linear.apply(params, state, rows.reshape(5, 3, 1).reshape(5, -1)),
    ),
    "missing parameter": (
        lambda: linear.apply({"W": W}, state, rows),
        ValueError,
        "Linear: params or state is without ['b'], with ['W']; expected ['W', 'b']. Take both",
        lambda: linear.apply(*linear.init(key), rows),
    ),
    "parameters of another layer": (
        lambda: nn.BatchNorm(3).apply(params, nn.BatchNorm(3).init(key)[1], rows),
        ValueError,
        "BatchNorm: params or state is without ['gamma', 'beta'], with ['W', 'b']; expected",
        lambda: nn.BatchNorm(3).apply(*nn.BatchNorm(3).init(key), rows),
    ),
    "both results of init as parameters": (
        lambda: linear.apply(linear.init(key), state, rows),
        TypeError,
        "Linear: params or state is a tuple; expected a dictionary ... params, state = layer.init",
        lambda: linear.apply(linear.init(key)[0], state, rows),
    ),
    "call of a layer": (
        lambda: linear(rows),
        TypeError,
        "Linear: the layer itself is called; expected ... layer.apply(params, state, x)",
        lambda: linear.apply(params, state, rows),
    ),
    "output with its state": (
        lambda: functional.relu(linear.apply(params, state, rows)),
        TypeError,
        "an operand is a FrozenDict ... expected a number or an array",
        lambda: functional.relu(linear.apply(params, state, rows)[0]),
    ),
    "init from a seed": (
        lambda: linear.init(0),
        TypeError,
        "key is int 0; expected a key array. Write random.key(0)",
        lambda: linear.init(random.key(0)),
    ),
    "size left out": (
        lambda: nn.Linear(None, 2).init(key),
        ValueError,
        "Linear: inputs is None, and init was given no x; expected one ... init(key, x)",
        lambda: nn.Linear(None, 2).init(key, rows),
    ),
    "size as a string": (
        lambda: nn.Linear("3", 2).init(key),  # type: ignore[arg-type]
        TypeError,
        "Linear: sizes is {'inputs': '3'}; expected integers. Convert them with int()",
        lambda: nn.Linear(int("3"), 2).init(key),
    ),
    "layer that was not made": (
        lambda: nn.Sequential(linear, nn.Dropout).init(key),
        TypeError,
        "Sequential: children is {'l1': <class ... expected layers ... Call the class",
        lambda: nn.Sequential(linear, nn.Dropout(0.5)).init(key),
    ),
    "training without a key": (
        lambda: net.apply(net_params, net_state, rows, train=True),
        ValueError,
        "Dropout: key is None with train=True; expected a key ... random.fold_in(key, step)",
        lambda: net.apply(net_params, net_state, rows, key=random.fold_in(key, 0), train=True),
    ),
    "training without the state": (
        lambda: net.apply(net_params, {}, rows, key=key, train=True),
        ValueError,
        "BatchNorm: params or state is without ['avg_mean', 'avg_var'], with []; expected",
        lambda: net.apply(*net.init(key), rows, key=key, train=True),
    ),
    "None as state": (
        lambda: net.apply(net_params, None, rows),
        TypeError,
        "Sequential: params and state are FrozenDict and NoneType; expected dictionaries",
        lambda: net.apply(*net.init(key), rows),
    ),
    "channels last": (
        lambda: functional.conv2d(np.ones((1, 5, 4, 3)), np.ones((2, 3, 3, 3))),
        ValueError,
        "conv2d: W is of shape (2, 3, 3, 3) with x of 5 channels ... expected ... np.moveaxis",
        lambda: functional.conv2d(np.moveaxis(np.ones((1, 5, 4, 3)), -1, 1), np.ones((2, 3, 3, 3))),
    ),
    "image without a batch": (
        lambda: functional.conv2d(np.ones((3, 5, 5)), np.ones((2, 3, 3, 3))),
        ValueError,
        "conv2d: x is of shape (3, 5, 5); expected 4 axes, (N, C, H, W) ... x[None]",
        lambda: functional.conv2d(np.ones((3, 5, 5))[None], np.ones((2, 3, 3, 3))),
    ),
    "labels as floats": (
        lambda: losses.softmax_cross_entropy(logits, labels * 1.0),
        TypeError,
        "softmax_cross_entropy: labels is of dtype float64; expected integers",
        lambda: losses.softmax_cross_entropy(logits, (labels * 1.0).astype(int)),
    ),
    "labels as one-hot rows": (
        lambda: losses.softmax_cross_entropy(logits, np.eye(3)[labels]),
        TypeError,
        "softmax_cross_entropy: labels is of dtype float64; expected ... labels.argmax(-1)",
        lambda: losses.softmax_cross_entropy(logits, np.eye(3)[labels].argmax(-1)),
    ),
    "labels beyond the classes": (
        lambda: losses.softmax_cross_entropy(logits, labels + 1),
        IndexError,
        "softmax_cross_entropy: labels has [3]; expected 0 <= label < 3 ... ignore_label",
        lambda: losses.softmax_cross_entropy(logits, labels + 1, ignore_label=3),
    ),
    "targets that would broadcast": (
        lambda: losses.mse(np.ones((5, 1)), np.ones(5)),
        ValueError,
        "mse: targets is of shape (5,) with predictions of shape (5, 1); expected (5, 1). Resh",
        lambda: losses.mse(np.ones((5, 1)), np.ones(5).reshape(5, 1)),
    ),
    "unknown reduction": (
        lambda: losses.mse(x, x, reduction="avg"),
        ValueError,
        "mse: reduction is 'avg'; expected 'mean' ... Leave it out for the mean",
        lambda: losses.mse(x, x),
    ),
    "ids as floats": (
        lambda: functional.embedding(np.array([0.0, 1.0]), A),
        TypeError,
        "embedding: ids is of float64; expected integers. Convert it with ids.astype(int)",
        lambda: functional.embedding(np.array([0.0, 1.0]).astype(int), A),
    ),
    "accuracy of one-hot rows": (
        lambda: metrics.accuracy(logits, np.eye(3)[labels]),
        TypeError,
        "accuracy: labels is of dtype float64; expected integers ... x.argmax(-1)",
        lambda: metrics.accuracy(logits, np.eye(3)[labels].argmax(-1)),
    ),
}
