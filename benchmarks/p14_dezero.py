"""P14: scripts of DeZero as they are rewritten in examples/, beside DeZero."""

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero_nn import data, optim

from . import dezero_scripts
from .mlp import gradients_by_hand, sgd_by_hand
from .row import Limit, Row, Setup, Variant
from .training import RATE

SIZES, BATCH, BPTT, LANES = (784, 1000, 1000, 10), 100, 30, 30
EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


def example(name: str) -> Any:
    """The module of one example."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MNIST, SINE_RNN, SINE_LSTM = (example(name) for name in ("mnist_mlp", "sine_rnn", "sine_lstm"))

# ------------------------------------------------------------------------------- MNIST, step 51


def random_images(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Bytes in the shape of MNIST's images, and labels."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, 1, 28, 28), dtype=np.uint8)
    return images, rng.integers(0, 10, count)


def start(count: int) -> tuple[Any, Any, Any, np.ndarray]:
    """Parameters, the data, the key of an epoch, and the order of the images that it decides."""
    params, key = MNIST.init(random.key(0), SIZES), random.key(1)
    return params, random_images(count), key, np.asarray(random.permutation(key, count))


def our_mnist(count: int) -> Callable[[], Any]:
    """An epoch of `train_step` of examples/mnist_mlp.py; the mean loss and accuracy."""
    params, (images, labels), key, _ = start(count)
    optimizer = optim.sgd(RATE["SGD"])

    def run() -> Any:
        now, state, total = params, optimizer.init(params), np.zeros(2)
        for batch in data.batches(key, (MNIST.as_rows(images), labels), BATCH):
            now, state, metrics = MNIST.train_step(optimizer, now, state, batch)
            total += [float(m) * len(batch[1]) for m in metrics]
        return tuple(total / count)

    return run


def mnist_by_hand(count: int) -> Callable[[], Any]:
    """The epoch in plain NumPy, without the accuracy."""
    params, (images, labels), _, order = start(count)

    def run() -> Any:
        layers = [{k: np.array(a) for k, a in layer.items()} for layer in params]
        update = sgd_by_hand([a for layer in layers for a in (layer["W"], layer["b"])])
        x, total = MNIST.as_rows(images), 0.0
        for i in range(0, count, BATCH):
            chosen = order[i : i + BATCH]
            loss, grads = gradients_by_hand(layers, x[chosen], labels[chosen])
            update(grads)
            total += float(loss) * len(chosen)
        return total / count

    return run


def dezero_mnist(count: int) -> Callable[[], Any]:
    """The epoch of step 51."""
    params, images, _, order = start(count)
    return dezero_scripts.mnist_epoch(params, images, order, RATE["SGD"])


# --------------------------------------------------------------------- the sine, steps 59 and 60


def curve() -> tuple[np.ndarray, np.ndarray]:
    """float64 points and those after them, shape (999, 1)."""
    return data.sin_curve(seed=0)


def our_rnn(epochs: int) -> Callable[[], Any]:
    """`train_epoch` of examples/sine_rnn.py with the settings of the book; the last loss."""
    params, _ = SINE_RNN.MODEL.init(random.key(0))
    pieces = SINE_RNN.chunks(*(a.astype(np.float32)[:, None] for a in curve()))
    optimizer = SINE_RNN.make_optimizer(True, 0)

    def run() -> Any:
        now, state, loss = params, optimizer.init(params), 0.0
        for _ in range(epochs):
            now, state, loss = SINE_RNN.train_epoch(optimizer, now, state, pieces)
        return loss

    return run


def lanes() -> tuple[np.ndarray, np.ndarray]:
    """Step 60's order of points: shape (34, 30, 1), float32."""
    length = len(curve()[0])
    steps = np.arange(-(-length // LANES))[:, None]
    chosen = (np.arange(LANES) * (length // LANES) + steps) % length
    x, y = (a[chosen].astype(np.float32) for a in curve())
    return x, y


def lane_loss(params: Any, carry: Any, x: Any, y: Any) -> Any:
    """The sum over the steps of the mean squared error of the lanes, and the carry."""
    predicted, carry = SINE_LSTM.MODEL.unroll(params, x, carry)
    return fnp.sum((predicted - y) ** 2) / LANES, carry


def our_lstm(epochs: int) -> Callable[[], Any]:
    """The model of examples/sine_lstm.py, with the points and the updates of step 60."""
    params, _ = SINE_LSTM.MODEL.init(random.key(0))
    optimizer, (x, y) = SINE_LSTM.make_optimizer(True, 0), lanes()
    differentiate = fzero.value_and_grad(lane_loss, has_aux=True)

    def run() -> Any:
        now, state, total = params, optimizer.init(params), 0.0
        for _ in range(epochs):
            carry = SINE_LSTM.MODEL.initial_carry(now, LANES)
            (loss, carry), grads = differentiate(now, carry, x[:BPTT], y[:BPTT])
            updates, state = optimizer.update(grads, state, now)
            now = optim.apply_updates(now, updates)
            total = float(loss) + float(lane_loss(now, carry, x[BPTT:], y[BPTT:])[0])
        return total / len(x)

    return run


def rnn_by_hand(epochs: int) -> Callable[[], Any]:
    """The states along the curve in plain NumPy, once an epoch."""
    params, _ = SINE_RNN.MODEL.init(random.key(0))
    p, xs = params["rnn"], curve()[0].astype(np.float32)

    def run() -> Any:
        h = np.zeros((1, p["W_h"].shape[0]), np.float32)
        for x in (x for _ in range(epochs) for x in xs[:, None]):
            h = np.tanh(x @ p["W_x"] + h @ p["W_h"] + p["b"])
        return h

    return run


def dezero_rnn(epochs: int) -> Callable[[], Any]:
    """Step 59."""
    params, _ = SINE_RNN.MODEL.init(random.key(0))
    return dezero_scripts.rnn_epochs(params, curve(), epochs, BPTT)


def dezero_lstm(epochs: int) -> Callable[[], Any]:
    """Step 60."""
    params, _ = SINE_LSTM.MODEL.init(random.key(0))
    return dezero_scripts.lstm_epochs(params, curve(), epochs, BPTT, LANES)


def variants() -> Iterator[Variant]:
    """The three scripts."""

    def limit(value: float) -> dict[str, Limit]:
        return {"dezero": Limit("ratio", value)}

    def peers(dezero: Setup, **numpy: Setup) -> dict[str, dict[str, Setup]]:
        return {**({"numpy": numpy} if numpy else {}), "dezero": {"DeZero": dezero}}

    yield Variant(
        "MNIST epoch, sizes in images",
        ours=our_mnist,
        peers=peers(dezero_mnist, numpy=mnist_by_hand),
        sizes=(2000, 20_000, 60_000),
        judged=(60_000,),
        limits=limit(0.4),
        value_only=("numpy",),
        rtol=1e-3,
    )
    epochs = {"sizes": (2, 10), "judged": (10,), "operations": lambda size: size, "rtol": 1e-3}
    yield Variant(
        "sine RNN, sizes in epochs",
        ours=our_rnn,
        peers=peers(dezero_rnn, numpy=rnn_by_hand),
        limits=limit(0.12),
        value_only=("numpy",),
        **epochs,
    )
    yield Variant(
        "sine LSTM, sizes in epochs", our_lstm, peers(dezero_lstm), limits=limit(0.4), **epochs
    )


ROW = Row(
    id="P14",
    title="scripts of DeZero",
    work=(
        "An epoch of step 51 (an MLP 784-1000-1000-10, SGD, batches of 100) on random images in "
        "MNIST's shape, and epochs of steps 59 and 60 (a sine curve by an RNN and by an LSTM of "
        "100 features, Adam) from the same parameters, as in examples/ and in DeZero 0.0.13: "
        "wall time per epoch. DeZero gets float32 parameters and computes the sines in float64, "
        "as its scripts do; the examples compute in float32. The losses of the last epochs are "
        "compared. The yardsticks are written in NumPy: the epoch of the MLP, and the states of "
        "the RNN alone."
    ),
    size="images or epochs",
    per="epoch",
    rounds=10,
    variants=list(variants()),
)
