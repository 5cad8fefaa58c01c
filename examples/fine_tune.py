"""Teach a trained network new classes from a few images, with most of its layers frozen.

    python examples/fine_tune.py                  # 1, 2 and 5 images of each new class
    python examples/fine_tune.py --shots 10 20

A network learns five kinds of clothes from thousands of images that are shifted at random. Then its
last layer is replaced, and learns five other kinds from a few images; all else stays as it is, to
the bit. A network that starts from nothing learns less from them, the more so the fewer they are.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import fzero
import fzero_nn as nn
from fzero import random
from fzero_nn import data, losses, metrics, optim, training

HERE = Path(__file__).parent
EMBEDDED = HERE / "data" / "fashion_mnist.npz"
#: T-shirt, pullover, dress, sandal, ankle boot; then trouser, coat, shirt, sneaker, bag.
OLD, NEW = (0, 2, 3, 5, 9), (1, 4, 6, 7, 8)
MODEL = nn.models.CNN(channels=(16, 32), hidden=64, num_classes=5)
TRAINED = ("fc2",)  # the layers that are new, and learn


# --------------------------------------------------------------------------------------- data


def shifted(key: Any, batch: Any) -> Any:
    """The images moved by up to 5 pixels each way, each one in its own direction."""
    x, labels = batch
    return data.random_crop(key, x, padding=5), labels


def only(classes: Sequence[int], images: np.ndarray, labels: np.ndarray) -> tuple[Any, Any]:
    """The images of some classes, as floats of shape (N, 1, H, W); their labels from 0 on."""
    here = np.isin(labels, classes)
    x = images[here][:, None].astype(np.float32) / 255
    return x, np.searchsorted(classes, labels[here])


def data_sets(key: Any, limit: int | None) -> tuple[Any, ...]:
    """Images of the old classes to train on and to test with, and of the new; all but one shifted.

    Those of the old classes to train on are shifted anew in each epoch.
    """
    images = data.load_npz(EMBEDDED)
    train = images.train_images[:limit], images.train_labels[:limit]
    test = images.test_images[:limit], images.test_labels[:limit]
    old_test, new, new_test = (
        shifted(random.fold_in(key, name), only(classes, *part))
        for name, classes, part in (("old", OLD, test), ("few", NEW, train), ("new", NEW, test))
    )
    return only(OLD, *train), old_test, new, new_test


def few(key: Any, images: Any, count: int) -> Any:
    """So many images of each class, drawn with a key."""
    x, labels = images
    order = random.permutation(key, len(labels))
    rows = np.concatenate([order[labels[order] == c][:count] for c in range(5)])
    return x[rows], labels[rows]


# ----------------------------------------------------------------------------------- training


def make_loss(train: bool) -> Callable[..., Any]:
    """The loss; train=False leaves the statistics of batch norm alone, and drops nothing out."""

    def loss_fn(params: Any, state: Any, batch: Any, key: Any) -> tuple[Any, Any]:
        x, labels = batch
        logits, state = MODEL.apply(params, state, x, key=key, train=train)
        return losses.softmax_cross_entropy(logits, labels), (state, {})

    return loss_fn


def fit(loss_fn: Any, optimizer: Any, start: Any, loader: data.Loader, steps: int, key: Any) -> Any:
    """Parameters and state after so many steps from `start`, a pair of both."""
    draw, run = random.split(key)
    (params, state), run = fzero.device_put((start, run), loader.device)
    now = training.train_state(params, state, optimizer, run)
    step = training.make_train_step(loss_fn, optimizer)
    batches = loader.run(data.Position(draw), epochs=-(-steps // len(loader)))
    for _, batch in islice(batches, steps):
        now, _ = step(now, batch)
    return now.params, now.state


def pretrain(images: Any, epochs: int, key: Any, device: str = "cpu") -> Any:
    """A network that knows the old classes."""
    loader = data.Loader(images, 50, transform=shifted, device=device)
    steps = len(loader) * epochs
    optimizer = optim.adam(optim.cosine_decay_schedule(3e-3, steps))
    return fit(make_loss(train=True), optimizer, MODEL.init(key), loader, steps, key)


def fine_tune(known: Any, images: Any, steps: int, key: Any, device: str = "cpu") -> Any:
    """The same network with a new last layer, which alone learns."""
    params, state = known
    fresh = fzero.device_put(MODEL.init(key)[0], device)
    params = fzero.freeze({name: (fresh if name in TRAINED else params)[name] for name in params})
    labels = {name: "train" if name in TRAINED else "freeze" for name in params}
    optimizer = optim.partition({"train": optim.adam(1e-2), "freeze": optim.set_to_zero()}, labels)
    loader = data.Loader(images, 25, device=device)
    return fit(make_loss(train=False), optimizer, (params, state), loader, steps, key)


def from_scratch(images: Any, steps: int, key: Any, device: str = "cpu") -> Any:
    """A new network, all of whose layers learn."""
    loader = data.Loader(images, 25, device=device)
    return fit(make_loss(train=True), optim.adam(1e-3), MODEL.init(key), loader, steps, key)


def test_accuracy(network: Any, images: Any) -> float:
    """The share of right answers."""
    params, state = network

    def right(params: Any, state: Any, batch: Any) -> Any:
        return metrics.accuracy(MODEL.apply(params, state, batch[0])[0], batch[1])

    return float(training.evaluate(right, params, state, data.batches(None, images, 250)))


def compare(known: Any, train_set: Any, test_set: Any, options: Any, shots: int) -> np.ndarray:
    """Accuracies, (draws, 2), of fine-tuning and of a start from nothing, on the same images."""
    found = []
    for i in range(options.draws):
        key = random.fold_in(random.key(options.seed), i)
        images = few(key, train_set, shots)
        tuned = fine_tune(known, images, options.steps, key, options.device)
        fresh = from_scratch(images, options.steps, key, options.device)
        found.append([test_accuracy(network, test_set) for network in (tuned, fresh)])
    return np.array(found)


# --------------------------------------------------------------------------------------- main


def draw(path: Path, shots: Sequence[int], found: np.ndarray) -> None:
    """Accuracy over the number of images, each draw as a point; or say what the figure needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    for i, name in enumerate(("last layer of a trained network", "all layers of a new network")):
        (line,) = axes.plot(shots, found[:, :, i].mean(axis=1), "-", label=name)
        axes.plot(shots, found[:, :, i], "o", color=line.get_color(), alpha=0.4)
    axes.set(xlabel="images of each new class", ylabel="test accuracy", xticks=shots)
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
    add("--shots", type=int, nargs="+", default=[1, 2, 5], help="images of each new class")
    add("--draws", type=int, default=3, help="how often such images are drawn")
    add("--epochs", type=int, default=4, help="over the old classes")
    add("--steps", type=int, default=100, help="over the few images")
    add("--limit", type=int, help="use only so many images for training and testing")
    add("--seed", type=int, default=0)
    add("--device", default="cpu", choices=("cpu", "gpu"))
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> np.ndarray:
    """Run the example; returns accuracies, (shots, 2), of fine-tuning and a start from nothing."""
    options = parse(arguments)
    key = random.key(options.seed)
    old, old_test, new, new_test = data_sets(key, options.limit)
    old_test, new_test = fzero.device_put((old_test, new_test), options.device)
    started = time.perf_counter()
    known = pretrain(old, options.epochs, key, options.device)
    print(f"training time {time.perf_counter() - started:.1f} s")
    print(f"accuracy on the old classes {test_accuracy(known, old_test):.3f}")
    found = np.stack([compare(known, new, new_test, options, k) for k in options.shots])
    for shots, (tuned, fresh) in zip(options.shots, found.mean(axis=1), strict=True):
        print(
            f"{shots:3} images of each new class: {tuned:.3f} fine-tuned, {fresh:.3f} from scratch"
        )
    draw(options.out / "fine_tune.png", options.shots, found)
    return found.mean(axis=1)


if __name__ == "__main__":
    main()
