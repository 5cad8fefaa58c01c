"""Tell three arms of a spiral apart, and draw where the network decides for which.

    python examples/spiral.py

A hidden layer of ten units with batch normalisation is enough. In training it normalises by each
batch of 30 points; the picture and the accuracy use the running means, so that what the network
says of a point does not depend on the points beside it.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import fzero
import fzero_nn as nn
from fzero import random
from fzero_nn import data, losses, metrics, optim, training
from fzero_nn import functional as F

HERE = Path(__file__).parent
MODEL = nn.Sequential(
    {
        "l1": nn.Linear(2, 10),
        "bn1": nn.BatchNorm(10),
        "activation": F.sigmoid,
        "l2": nn.Linear(10, 3),
    }
)
COLOURS = ("#1f5fa8", "#e07b1a", "#2a7d46")
MARKERS = ("o", "x", "^")


def loss_fn(params: Any, state: Any, batch: Any, key: Any) -> tuple[Any, Any]:
    """The loss of a batch, the new running means, and the accuracy."""
    x, labels = batch
    logits, state = MODEL.apply(params, state, x, train=True)
    loss = losses.softmax_cross_entropy(logits, labels)
    return loss, (state, {"accuracy": metrics.accuracy(logits, labels)})


def train(options: argparse.Namespace, points: data.Pairs) -> tuple[Any, list[float]]:
    """The state after all epochs, and the mean loss of each."""
    init_key, run_key, data_key = random.split(random.key(options.seed), 3)
    params, state = MODEL.init(init_key)
    optimizer = optim.sgd(options.lr)
    step = training.make_train_step(loss_fn, optimizer)
    now = training.train_state(params, state, optimizer, run_key)
    now = fzero.device_put(now, options.device)
    loader, seen = data.Loader(tuple(points), options.batch_size), []
    for position, batch in loader.run(data.Position(data_key), options.epochs):
        now, found = step(now, batch)
        seen.append(found["loss"])
        if position.offset == 0 and position.epoch % max(1, options.epochs // 10) == 0:
            print(f"epoch {position.epoch:3}  loss {float(found['loss']):.3f}")
    per_epoch = np.reshape(fzero.device_get(seen), (options.epochs, len(loader))).mean(1)
    return now, per_epoch.tolist()


def predict(now: Any, x: Any) -> Any:
    """The most likely class of each point, by the running means."""
    return MODEL.apply(now.params, now.state, x)[0].argmax(-1)


def decisions(now: Any, device: str, width: int = 300) -> np.ndarray:
    """The class of each pixel of the square from -1.1 to 1.1, shape (width, width)."""
    side = np.linspace(-1.1, 1.1, width, dtype=np.float32)
    pixels = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    classes = predict(now, fzero.device_put(pixels, device))
    return fzero.device_get(classes).reshape(width, width)


def draw(path: Path, classes: np.ndarray, points: data.Pairs, title: str) -> None:
    """Write the figure, or say what it needs."""
    try:
        from matplotlib.colors import ListedColormap
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(6, 6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(
        classes, origin="lower", extent=(-1.1, 1.1, -1.1, 1.1), alpha=0.35,
        cmap=ListedColormap(COLOURS),
    )  # fmt: skip
    for c, (colour, marker) in enumerate(zip(COLOURS, MARKERS, strict=True)):
        chosen = points.data[points.label == c]
        axes.scatter(*chosen.T, color=colour, marker=marker, s=22, label=f"class {c}")
    axes.set(title=title, xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    axes.legend(loc="upper right")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--epochs", type=int, default=300)
    add("--batch-size", type=int, default=30)
    add("--lr", type=float, default=1.0, help="the learning rate of SGD")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> float:
    """Run the example; returns the test accuracy."""
    options = parse(arguments)
    points, unseen = data.spiral(), data.spiral(train=False)
    started = time.perf_counter()
    now, seen = train(options, fzero.device_put(points, options.device))
    print(f"training time {time.perf_counter() - started:.1f} s, last loss {seen[-1]:.3f}")
    said = fzero.device_get(predict(now, fzero.device_put(unseen.data, options.device)))
    right = float((said == unseen.label).mean())
    title = f"Training points; {right:.1%} of the test points are right"
    draw(options.out / "spiral.png", decisions(now, options.device), points, title)
    print(f"test accuracy {right:.3f}")
    return right


if __name__ == "__main__":
    main()
