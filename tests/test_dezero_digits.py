"""DeZero's networks on the digits of scikit-learn, the stand-in for MNIST."""

import gzip
import importlib.util
from pathlib import Path

import numpy as np
import pytest

import fzero_nn as nn
from fzero import random
from fzero_nn import data, losses, metrics, optim, training
from fzero_nn import functional as F

SKLEARN = importlib.util.find_spec("sklearn")
pytestmark = pytest.mark.skipif(SKLEARN is None, reason="needs the digits of scikit-learn")


@pytest.fixture(scope="module")
def digits():
    """1,500 training and 297 test digits, float32 between 0 and 1."""
    assert SKLEARN is not None and SKLEARN.origin is not None
    path = Path(SKLEARN.origin).parent / "datasets" / "data" / "digits.csv.gz"
    with gzip.open(path) as file:
        table = np.loadtxt(file, delimiter=",")
    x, t = (table[:, :64] / 16).astype(np.float32), table[:, 64].astype(int)
    return (x[:1500], t[:1500]), (x[1500:], t[1500:])


def accuracies(digits, model, optimizer, epochs, seed):
    """The accuracies on the training and on the test digits after so many epochs."""

    def loss_fn(params, state, batch, key):
        y, state = model.apply(params, state, batch[0], train=True)
        return losses.softmax_cross_entropy(y, batch[1]), (state, {})

    step = training.make_train_step(loss_fn, optimizer)
    init_key, data_key = random.split(random.key(seed))
    now = training.train_state(*model.init(init_key), optimizer, init_key)
    for _, batch in data.Loader(digits[0], 100).run(data.Position(data_key), epochs):
        now, _ = step(now, batch)
    return [metrics.accuracy(model.apply(now.params, now.state, x)[0], t) for x, t in digits]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("decay", [0.0, 1e-4])
def test_two_hidden_layers_by_adam(digits, seed, decay):
    model = nn.models.MLP((64, 1000, 1000, 10), F.relu)
    optimizer = optim.chain(optim.add_decayed_weights(decay), optim.adam(1e-3, eps_hat=True))
    train, test = accuracies(digits, model, optimizer, 5, seed)
    assert train > 0.98 and test >= 0.90  # DeZero: 0.990-0.991 and 0.906-0.916


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_one_hidden_layer_by_gradient_descent(digits, seed):
    model = nn.models.MLP((64, 1000, 10), F.sigmoid)
    train, test = accuracies(digits, model, optim.sgd(0.01), 50, seed)
    assert 0.87 < train < 0.92 and 0.81 < test < 0.88  # 0.885-0.898 and 0.832-0.848
