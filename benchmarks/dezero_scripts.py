"""The loops of DeZero's steps 51, 59 and 60 in DeZero, with parameters that it is given.

It gets float32 parameters: on NumPy 2 its own initial ones are of float64, which takes longer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from . import peers

__all__ = ["lstm_epochs", "mnist_epoch", "rnn_epochs"]

Data = tuple[np.ndarray, np.ndarray]


def data_set(data: Data, transform: Any = None) -> Any:
    """DeZero's data set of given arrays."""

    class Given(peers.dezero().Dataset):
        def prepare(self) -> None:
            self.data, self.label = data

    return Given(transform=transform)


def give(layer: Any, W: np.ndarray, b: np.ndarray | None = None) -> None:
    """Copy parameters into an affine layer."""
    layer.W.data = np.array(W)
    if b is not None:
        layer.b.data = np.array(b)


# ------------------------------------------------------------------------------------ step 51


def mnist_epoch(
    layers: Sequence[Mapping[str, np.ndarray]], data: Data, order: np.ndarray, rate: float
) -> Callable[[], Any]:
    """An epoch of SGD on images of bytes, (N, 1, 28, 28), 100 at a time; the mean loss."""
    dezero = peers.dezero()
    F, t = dezero.functions, dezero.transforms
    transform = t.Compose([t.Flatten(), t.ToFloat(), t.Normalize(0.0, 255.0)])
    train_set = data_set(data, transform)
    sizes = tuple(layer["W"].shape[1] for layer in layers)

    def run() -> tuple[float, float]:
        model = dezero.models.MLP(sizes, activation=F.relu)
        for own, layer in zip(model.layers, layers, strict=True):
            give(own, layer["W"], layer["b"])
        optimizer = dezero.optimizers.SGD(rate).setup(model)
        loader = dezero.DataLoader(train_set, 100)
        loader.index = order
        total, right = 0.0, 0.0
        for x, labels in loader:
            y = model(x)
            loss = F.softmax_cross_entropy(y, labels)
            accuracy = F.accuracy(y, labels)
            model.cleargrads()
            loss.backward()
            optimizer.update()
            total += float(loss.data) * len(labels)
            right += float(accuracy.data) * len(labels)
        return total / len(train_set), right / len(train_set)

    return run


# ----------------------------------------------------------------------------- steps 59 and 60


def recurrent_model(kind: str, params: Any) -> Any:
    """The network of step 59 (RNN) or 60 (LSTM) with our parameters."""
    dezero = peers.dezero()
    hidden = params["rnn"]["W_h"].shape[0]

    class Network(dezero.Model):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = getattr(dezero.layers, kind)(hidden)
            self.fc = dezero.layers.Linear(1)

        def reset_state(self) -> None:
            self.rnn.reset_state()

        def __call__(self, x: Any) -> Any:
            return self.fc(self.rnn(x))

    model = Network()
    give(model.fc, params["fc"]["W"], params["fc"]["b"])
    # Our columns are the gates i, f, g, o, one after another; DeZero has a layer for each.
    gates = ("h",) if kind == "RNN" else ("i", "f", "u", "o")
    W_x, W_h, b = (np.split(params["rnn"][k], len(gates), -1) for k in ("W_x", "W_h", "b"))
    for i, gate in enumerate(gates):
        give(getattr(model.rnn, f"x2{gate}"), W_x[i], b[i])
        give(getattr(model.rnn, f"h2{gate}"), W_h[i])
    return model


def train(model: Any, batches: Callable[[], Iterable[Any]], epochs: int, bptt: int) -> float:
    """The mean loss of the last epoch of truncated backpropagation with Adam."""
    dezero = peers.dezero()
    optimizer = dezero.optimizers.Adam().setup(model)
    mean = 0.0
    for _ in range(epochs):
        model.reset_state()
        loss: Any = 0
        count = 0
        for x, t in batches():
            loss += dezero.functions.mean_squared_error(model(x), t)
            count += 1
            if count % bptt == 0 or count == 999:
                model.cleargrads()
                loss.backward()
                loss.unchain_backward()
                optimizer.update()
        mean = float(loss.data) / count
    return mean


def rnn_epochs(params: Any, curve: Data, epochs: int, bptt: int) -> Callable[[], Any]:
    """Step 59: one point at a time along the curve."""
    points = data_set(curve)
    batches = lambda: ((x.reshape(1, 1), t) for x, t in points)
    return lambda: train(recurrent_model("RNN", params), batches, epochs, bptt)


def lstm_epochs(params: Any, curve: Data, epochs: int, bptt: int, lanes: int) -> Callable[[], Any]:
    """Step 60: points of 30 pieces of the curve at once."""
    loader = peers.dezero().SeqDataLoader(data_set(curve), batch_size=lanes)
    return lambda: train(recurrent_model("LSTM", params), lambda: loader, epochs, bptt)
