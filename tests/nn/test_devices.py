"""Training on another array library: the stand-in for CuPy, and CuPy where there is a card."""

import numpy as np
import pytest

import fzero
from fzero import random
from fzero_nn import checkpoint, functional, initializers, losses, metrics, optim
from fzero_nn.data import batches
from fzero_nn.training import Progress
from tests.strict import StrictArray, no_sync, put, unwrap

SIZES = (6, 5, 3)
OPTIMIZERS = {
    "adam": lambda: optim.adam(optim.cosine_decay_schedule(0.05, 10)),
    "sgd": lambda: optim.sgd(np.float64(0.1), momentum=0.9, nesterov=True),
    "adafactor": lambda: optim.adafactor(0.05, min_dim_size_to_factor=3),
    "clipped": lambda: optim.chain(optim.clip_by_global_norm(0.5), optim.radam(0.05)),
    "finite": lambda: optim.apply_if_finite(optim.lamb(0.05, weight_decay=0.1), 3),
    "joined": lambda: optim.lion(optim.warmup_cosine_decay_schedule(0.0, 0.05, 2, 8)),
    "rprop": lambda: optim.rprop(0.05),
    "steps": lambda: optim.MultiSteps(optim.novograd(0.05), 2),
}


def init():
    keys = random.split(random.key(0), 2)
    shapes = zip(SIZES[:-1], SIZES[1:], strict=True)
    return [
        {"W": initializers.he_normal()(k, shape), "b": initializers.zeros(k, shape[1:])}
        for k, shape in zip(keys, shapes, strict=True)
    ]


def loss(params, x, labels):
    first, last = params
    x = functional.relu(functional.linear(x, first["W"], first["b"]))
    logits = functional.linear(x, last["W"], last["b"])
    return losses.softmax_cross_entropy(logits, labels), metrics.accuracy(logits, labels)


def step(optimizer, params, state, batch):
    (value, right), gradients = fzero.value_and_grad(loss, has_aux=True)(params, *batch)
    updates, state = optimizer.update(gradients, state, params)
    return optim.apply_updates(params, updates), state, value, right


def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(12, 6)).astype(np.float32), rng.integers(0, 3, 12).astype(np.uint8)


def train(name, place):
    optimizer, params = OPTIMIZERS[name](), fzero.tree.map(place, init())
    state, bar = optimizer.init(params), Progress(4)
    for batch in batches(random.key(1), fzero.tree.map(place, data()), 3):
        params, state, value, right = step(optimizer, params, state, batch)
        bar.update(len(batch[1]), loss=value, accuracy=right)
    return params, state, bar


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_on_the_stand_in_gives_the_same_numbers(name):
    want, _, plain = train(name, lambda x: x)
    with no_sync():
        got, _, bar = train(name, put)
    assert all(isinstance(x, StrictArray) for x in fzero.tree.leaves(got))
    for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
        assert a.dtype == b.dtype == np.float32
        np.testing.assert_allclose(unwrap(a), b, rtol=1e-6)
    assert bar.means == pytest.approx(plain.means, rel=1e-6)


def test_functions_on_the_stand_in():
    x = np.linspace(-2, 2, 6).reshape(2, 3)
    for name in ("relu", "sigmoid", "softplus", "softmax", "log_softmax", "logsumexp"):
        function = getattr(functional, name)
        with no_sync():
            got = function(put(x))
        np.testing.assert_allclose(unwrap(got), function(x), rtol=1e-15)
    labels = np.array([2, 0])
    np.testing.assert_array_equal(
        unwrap(functional.one_hot(put(labels), 3)), functional.one_hot(labels, 3)
    )


def test_initializers_follow_their_key():
    for init in (initializers.zeros, initializers.he_normal(), initializers.he_uniform()):
        got = init(put(random.key(0)), (4, 3))
        assert isinstance(got, StrictArray)
        np.testing.assert_array_equal(unwrap(got), init(random.key(0), (4, 3)))


def test_a_checkpoint_copies_to_the_host(tmp_path):
    params, state, _ = train("adam", put)
    checkpoint.save(tmp_path / "c.npz", (params, state))
    got, _ = checkpoint.load(tmp_path / "c.npz", like=(params, state))
    np.testing.assert_array_equal(got[0]["W"], unwrap(params[0]["W"]))


@pytest.mark.gpu
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_on_a_card_gives_the_same_numbers(name):
    want, _, _ = train(name, lambda x: x)
    got, _, _ = train(name, lambda x: fzero.device_put(x, "gpu"))
    for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
        assert str(fzero.device(a)) == "gpu:0"
        np.testing.assert_allclose(fzero.device_get(a), b, rtol=1e-4)
