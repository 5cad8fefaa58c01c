"""What dropout does to an array, and what it does for a network that has few images to learn from.

    python examples/dropout.py

In training, elements are zeroed at random, and the others scaled up, so that the mean stays; out
of training, nothing happens. The same network is then trained twice on 500 images, from the same
parameters and over the same batches: without dropout it soon knows the images by heart, and
becomes ever surer of what it gets wrong. With so few images the share of right answers ends about
the same; dropout makes the answers less sure where they are wrong, so its test loss is smaller.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero_nn as nn
from fzero import random
from fzero_nn import data, losses, metrics, optim, training
from fzero_nn import functional as F

HERE = Path(__file__).parent
EMBEDDED = HERE / "data" / "fashion_mnist.npz"


def show_dropout(key: Any) -> None:
    """The two modes on five ones (step 54 of DeZero)."""
    x = np.ones(5)
    print(f"in training      {F.dropout(key, x, 0.5)}")
    print(f"out of training  {F.dropout(key, x, 0.5, train=False)}")


def make_model(rate: float, hidden: int) -> nn.Sequential:
    """A multilayer perceptron with dropout behind both hidden layers."""
    return nn.Sequential(
        {
            "l0": nn.Linear(784, hidden),
            "activation0": F.relu,
            "dropout0": nn.Dropout(rate),
            "l1": nn.Linear(hidden, hidden),
            "activation1": F.relu,
            "dropout1": nn.Dropout(rate),
            "l2": nn.Linear(hidden, 10),
        }
    )


class Run(NamedTuple):
    """What one training gives.

    Attributes:
        train_loss, test_loss: after each epoch, both without dropout.
        test_accuracy: after each epoch.
    """

    train_loss: list[float]
    test_loss: list[float]
    test_accuracy: list[float]


def train(options: argparse.Namespace, rate: float, train_set: Any, test_set: Any) -> Run:
    """Train with one rate; the seed decides all else."""
    model = make_model(rate, options.hidden)

    def loss_fn(params: Any, state: Any, batch: Any, key: Any) -> tuple[Any, Any]:
        logits, state = model.apply(params, state, batch[0], key=key, train=True)
        return losses.softmax_cross_entropy(logits, batch[1]), (state, {})

    def measure(params: Any, state: Any, batch: Any) -> tuple[float, float]:
        logits, _ = model.apply(params, state, batch[0])
        loss = losses.softmax_cross_entropy(logits, batch[1])
        return float(loss), float(metrics.accuracy(logits, batch[1]))

    init_key, run_key, data_key = random.split(random.key(options.seed), 3)
    params, state = model.init(init_key)
    optimizer = optim.adam(options.lr)
    step = training.make_train_step(loss_fn, optimizer)
    now = training.train_state(params, state, optimizer, run_key)
    now = fzero.device_put(now, options.device)
    loader, run = data.Loader(train_set, 50), Run([], [], [])
    for position, batch in loader.run(data.Position(data_key), options.epochs):
        now, _ = step(now, batch)
        if position.offset == 0:
            tested = measure(now.params, now.state, test_set)
            found = measure(now.params, now.state, train_set)[0], *tested
            for numbers, number in zip(run, found, strict=True):
                numbers.append(number)
    return run


def as_rows(images: np.ndarray) -> np.ndarray:
    """Bytes of shape (N, H, W) as float32 rows between 0 and 1."""
    return images.reshape(len(images), -1).astype(np.float32) / 255


def load(options: argparse.Namespace) -> tuple[Any, Any]:
    """A few of the training images, and all the test images."""
    found, few = data.load_npz(EMBEDDED), options.images
    train_set = as_rows(found.train_images[:few]), found.train_labels[:few]
    test_set = as_rows(found.test_images), found.test_labels
    return fzero.device_put((train_set, test_set), options.device)


def draw(path: Path, runs: dict[float, Run]) -> None:
    """Write the figure, or say what it needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for (rate, run), colour in zip(runs.items(), ("#1f5fa8", "#e07b1a"), strict=True):
        epochs = np.arange(1, len(run.test_loss) + 1)
        left.plot(epochs, run.train_loss, "--", color=colour, label=f"rate {rate}, training images")
        left.plot(epochs, run.test_loss, color=colour, label=f"rate {rate}, test images")
        right.plot(epochs, run.test_accuracy, color=colour, label=f"rate {rate}")
    left.set(xlabel="epoch", title="Cross-entropy", ylim=(0, None))
    right.set(xlabel="epoch", title="Test accuracy")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--rate", type=float, default=0.5, help="the probability of zeroing")
    add("--images", type=int, default=500, help="how many there are to learn from")
    add("--epochs", type=int, default=80)
    add("--hidden", type=int, default=256, help="the size of both hidden layers")
    add("--lr", type=float, default=1e-3, help="Adam's learning rate")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> dict[float, Run]:
    """Run the example; returns what each rate gave."""
    options = parse(arguments)
    show_dropout(random.key(options.seed))
    train_set, test_set = load(options)
    started, runs = time.perf_counter(), {}
    for rate in (0.0, options.rate):
        runs[rate] = run = train(options, rate, train_set, test_set)
        print(
            f"rate {rate}  training loss {run.train_loss[-1]:.4f}  "
            f"test loss {run.test_loss[-1]:.3f}  test accuracy {run.test_accuracy[-1]:.3f}"
        )
    print(f"training time {time.perf_counter() - started:.1f} s")
    draw(options.out / "dropout.png", runs)
    return runs


if __name__ == "__main__":
    main()
