"""Find wrong labels by the gradient of each example.

    python examples/per_example_gradients.py

One training image in twenty gets a wrong label. A convolutional network learns from all of them;
after each epoch, `fzero.vmap` of `fzero.grad` gives the gradient of the loss of each image by
itself. A wrong label pulls the parameters away from what the others agree on, so its gradient is
long: the images with the longest ones are looked at first.

Sources: Pruthi et al., Estimating training data influence by tracing gradient descent, 2020,
arXiv:2002.08484 (self-influence); Paul et al., Deep learning on a data diet, 2021,
arXiv:2107.07075.
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
EMBEDDED = HERE / "data" / "fashion_mnist.npz"
CLOTHES = data.FASHION_MNIST_CLASSES
MODEL = nn.Sequential(
    {
        "conv0": nn.Conv2d(1, 8, 5, stride=2),
        "activation0": F.relu,
        "conv1": nn.Conv2d(8, 16, 5, stride=2),
        "activation1": F.relu,
        "flatten": nn.Flatten(),
        "fc": nn.Linear(256, 10),
    }
)


# -------------------------------------------------------------------------------------- labels


def mislabel(key: Any, labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """The labels with some moved to another of the ten classes; and which ones these are."""
    which_key, shift_key = random.split(key)
    wrong = np.zeros(len(labels), bool)
    wrong[random.permutation(which_key, len(labels))[: round(share * len(labels))]] = True
    shift = random.randint(shift_key, (len(labels),), 1, 10)
    return np.where(wrong, (labels + shift) % 10, labels), wrong


# ----------------------------------------------------------------------------------- gradients


def example_loss(params: Any, x: Any, label: Any) -> Any:
    """The loss of one image, of shape (1, 28, 28)."""
    logits, _ = MODEL.apply(params, {}, x[None])
    return losses.softmax_cross_entropy(logits, label[None])


def square_norms(params: Any, x: Any, labels: Any, chunk_size: int = 500) -> Any:
    """|gradient|^2 of the loss of each image, shape (N,).

    The gradients are reduced to their lengths inside of the map, so that no more than those of a
    chunk are there at once.
    """

    def of_one(image: Any, label: Any) -> Any:
        gradient = fzero.grad(example_loss)(params, image, label)
        return sum((g**2).sum() for g in fzero.tree.leaves(gradient))

    return fzero.vmap(of_one, chunk_size=chunk_size)(x, labels)


# ------------------------------------------------------------------------------------ training


def loss_fn(params: Any, state: Any, batch: Any, key: Any) -> tuple[Any, Any]:
    """The loss of a batch, as ever."""
    x, labels = batch
    logits, state = MODEL.apply(params, state, x, key=key, train=True)
    loss = losses.softmax_cross_entropy(logits, labels)
    return loss, (state, {"accuracy": metrics.accuracy(logits, labels)})


def train(options: argparse.Namespace, train_set: Any) -> tuple[Any, Any]:
    """The trained parameters, and the self-influence of each image.

    That is the sum of its |gradient|^2 after each epoch: early the network has not learned the
    wrong labels by heart, later it knows the right ones better.
    """
    init_key, run_key, data_key = random.split(random.key(options.seed), 3)
    params, state = fzero.device_put(MODEL.init(init_key), options.device)
    optimizer = optim.adam(options.lr)
    step = training.make_train_step(loss_fn, optimizer)
    now = training.train_state(params, state, optimizer, run_key)
    loader, position, influence = data.Loader(train_set, 50), data.Position(data_key), 0.0
    for epoch in range(1, options.epochs + 1):
        with training.progress(len(loader), f"epoch {epoch}/{options.epochs}", "images") as bar:
            for after, batch in loader.epoch(position):
                (now, seen), position = step(now, batch), after
                bar.update(len(batch[1]), **seen)
        influence = influence + square_norms(now.params, *train_set)
    return now.params, influence


def found(scores: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """The share of the wrong labels among the k largest scores, for k from 1 to N."""
    return np.cumsum(wrong[np.argsort(-scores, kind="stable")]) / wrong.sum()


# -------------------------------------------------------------------------------------- figure


def draw(path: Path, scores: np.ndarray, wrong: np.ndarray, images: Any, labels: Any) -> None:
    """Write the figure, or say what it needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(13, 6.5), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.4))
    draw_curves(*left.subplots(2, 1), scores, wrong)
    right.suptitle("The longest gradients, with the label (red: one that was made wrong)")
    for axes, i in zip(right.subplots(4, 6).flat, np.argsort(-scores), strict=False):
        axes.imshow(images[i], cmap="gray_r", interpolation="nearest")
        axes.set_title(CLOTHES[labels[i]], fontsize=9, color="#c0282d" if wrong[i] else "black")
        axes.axis("off")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


def draw_curves(above: Any, below: Any, scores: np.ndarray, wrong: np.ndarray) -> None:
    """The scores of right and wrong labels, and what is found by looking at so many images."""
    bins = np.geomspace(max(scores.min(), 1e-6), scores.max(), 50)
    for chosen, name in ((~wrong, "right labels"), (wrong, "wrong labels")):
        above.hist(scores[chosen], bins, density=True, alpha=0.6, label=name)
    above.set(xscale="log", yscale="log", title="Sum of |gradient|$^2$ after each epoch")
    looked = np.arange(1, len(wrong) + 1) / len(wrong)
    below.plot(looked, found(scores, wrong), label="longest gradients first")
    below.plot((0, 1), (0, 1), ":", color="#8a8a8a", label="at random")
    below.set(xlabel="share of the images looked at", title="Share of the wrong labels found")
    for axes in (above, below):
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)


# ---------------------------------------------------------------------------------------- main


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--images", type=int, default=5000, help="how many there are to learn from")
    add("--wrong", type=float, default=0.05, help="the share of wrong labels")
    add("--epochs", type=int, default=5)
    add("--lr", type=float, default=2e-3, help="Adam's learning rate")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> tuple[float, float]:
    """Run the example; returns the share of wrong labels found among as many images, and twice."""
    options = parse(arguments)
    loaded, n = data.load_npz(EMBEDDED), options.images
    images, key = loaded.train_images[:n], random.fold_in(random.key(options.seed), "labels")
    labels, wrong = mislabel(key, loaded.train_labels[:n], options.wrong)
    x = images[:, None].astype(np.float32) / 255
    train_set = fzero.device_put((x, labels), options.device)

    started = time.perf_counter()
    _, influence = train(options, train_set)
    print(f"training and gradients {time.perf_counter() - started:.1f} s")
    scores, count = fzero.device_get(influence), int(wrong.sum())
    shares = [float(found(scores, wrong)[k * count - 1]) for k in (1, 2)]
    for k, share in zip((1, 2), shares, strict=True):
        print(f"among the {k * count:4} longest gradients: {share:.1%} of the wrong labels")
    draw(options.out / "per_example_gradients.png", scores, wrong, images, labels)
    return shares[0], shares[1]


if __name__ == "__main__":
    main()
