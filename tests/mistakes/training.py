"""Mistakes with optimizers, steps of training, data and names."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero_nn as nn
from fzero import tree
from fzero_nn import data, optim, training

from . import Case, key, x

rows, labels = np.ones((5, 3), np.float32), np.arange(5)
linear = nn.Linear(3, 2)
params, state = linear.init(key)
gradients = tree.map(np.ones_like, params)
adamw, sgd = optim.adamw(1e-3), optim.sgd(0.1)


def train(aux: Callable[[Any], Any], now: Any = None) -> Any:
    """A step of training with a loss function that returns `aux(state)` beside the loss."""
    loss = lambda p, s, batch, key: (linear.apply(p, s, batch)[0].sum(), aux(s))
    now = training.train_state(params, state, sgd, key) if now is None else now
    return training.make_train_step(loss, sgd)(now, rows)[1]


CASES: dict[str, Case] = {
    "weight decay without parameters": (
        lambda: adamw.update(gradients, adamw.init(params)),
        ValueError,
        "add_decayed_weights: params is None; expected the parameters ... update(grads, state, p",
        lambda: adamw.update(gradients, adamw.init(params), params),
    ),
    "state of another optimizer": (
        lambda: optim.adam(0.1).update(gradients, sgd.init(params), params),
        TypeError,
        "scale_by_adam: state is a EmptyState; expected a ScaleByAdamState ... init(params)",
        lambda: optim.adam(0.1).update(gradients, optim.adam(0.1).init(params), params),
    ),
    "updates of another shape": (
        lambda: optim.apply_updates({"W": x}, {"W": x[:2]}),
        ValueError,
        "apply_updates: the shapes are updates['W'] (2,) for params of (3,); expected those",
        lambda: optim.apply_updates({"W": x}, {"W": x}),
    ),
    "learning rate as a string": (
        lambda: optim.sgd("0.1"),  # type: ignore[arg-type]
        TypeError,
        "scale_by_learning_rate: learning_rate is '0.1'; expected a number ... float()",
        lambda: optim.sgd(float("0.1")).update(gradients, sgd.init(params))[0],
    ),
    "optimizer that was not made": (
        lambda: training.train_state(params, state, optim.adam, key),
        TypeError,
        "train_state: optimizer is <function adam ... expected a pair ... as in optim.adam(1e-3)",
        lambda: training.train_state(params, state, optim.adam(1e-3), key).step,
    ),
    "loss function without metrics": (
        lambda: train(lambda s: s),
        TypeError,
        "step: beside the loss, loss_fn returned a FrozenDict; expected ... loss, (state, {})",
        lambda: train(lambda s: (s, {})),
    ),
    "parameters for the state of training": (
        lambda: train(lambda s: (s, {}), now=params),
        TypeError,
        "step: train_state is a FrozenDict; expected a TrainState ... train_state(params, state",
        lambda: train(lambda s: (s, {}), now=training.train_state(params, state, sgd, key)),
    ),
    "iterator that is used up": (
        lambda: training.evaluate(lambda p, s, x: x.mean(), params, state, iter([])),
        ValueError,
        "evaluate: batches is empty; expected one batch ... make a new one",
        lambda: training.evaluate(lambda p, s, x: x.mean(), params, state, iter([rows])),
    ),
    "arrays of unequal lengths": (
        lambda: list(data.batches(key, (rows, labels[:4]), 2)),
        ValueError,
        "batches: arrays is of lengths ... expected arrays with the same first axis. Slice them",
        lambda: list(data.batches(key, (rows[:4], labels[:4]), 2)),
    ),
    "assignment into parameters": (
        lambda: params.__setitem__("W", x),
        TypeError,
        "FrozenDict: the operation is a mutation; expected a read ... d | {key: value}",
        lambda: params | {"W": x},
    ),
    "name of another library": (
        lambda: nn.ReLU,
        AttributeError,
        "fzero_nn: the name is 'ReLU', which is not here; expected ... fzero_nn.functional",
        lambda: nn.functional.relu(x),
    ),
}
