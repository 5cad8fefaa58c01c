"""Train an ensemble of networks at once, and see where its members disagree.

    python examples/ensemble.py

A network is a function of its parameters, and its parameters of a key, so N networks are one
`fzero.vmap` over N keys: of `init`, of the step of training, of `apply`. Nothing is written for it.
Each member draws its own parameters and its own batches. The mean of their predictions is right
more often than they are, and where they disagree tells which images to leave to a human.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp
import fzero_nn as nn
from fzero import random
from fzero_nn import data, losses, optim, training
from fzero_nn import functional as F

HERE = Path(__file__).parent
EMBEDDED = HERE / "data" / "fashion_mnist.npz"
CLOTHES = data.FASHION_MNIST_CLASSES
MODEL = nn.models.MLP((784, 64, 10))


# ----------------------------------------------------------------------------------- training


def loss_fn(params: Any, state: Any, batch: Any, key: Any) -> tuple[Any, Any]:
    """The loss of one member on its batch; nothing here knows of the others."""
    x, labels = batch
    logits, state = MODEL.apply(params, state, x, key=key, train=True)
    return losses.softmax_cross_entropy(logits, labels), (state, {})


def train(options: argparse.Namespace, train_set: Any) -> Any:
    """The parameters of all members, each leaf with an axis for them in front."""
    rows = len(train_set[1])
    steps = rows // options.batch_size
    optimizer = optim.adam(options.lr)
    step = fzero.vmap(training.make_train_step(loss_fn, optimizer))
    start = fzero.vmap(training.train_state, in_axes=(0, 0, None, 0))
    permutations = fzero.vmap(lambda key: random.permutation(key, rows))

    keys = random.split(random.key(options.seed), options.members)
    params, state = fzero.vmap(MODEL.init)(keys)
    now = fzero.device_put(start(params, state, optimizer, keys), options.device)
    for epoch in range(options.epochs):
        epoch_keys = fzero.vmap(random.fold_in, in_axes=(0, None))(keys, epoch)
        order = fzero.device_put(permutations(epoch_keys), options.device)
        with training.progress(steps, f"epoch {epoch + 1:2}/{options.epochs}", "images") as bar:
            for i in range(steps):
                chosen = order[:, i * options.batch_size : (i + 1) * options.batch_size]
                now, seen = step(now, fzero.tree.map(lambda a, c=chosen: a[c], train_set))
                bar.update(chosen.size, loss=seen["loss"].mean())
    return now.params


def probabilities(params: Any, x: Any) -> np.ndarray:
    """What each member says of each image, shape (members, N, 10)."""
    logits = fzero.vmap(lambda p: MODEL.apply(p, {}, x)[0])(params)
    return fzero.device_get(F.softmax(logits))


# -------------------------------------------------------------------------------- uncertainty


class Doubt(NamedTuple):
    """How unsure an ensemble is of each image, in nats.

    Attributes:
        total: the entropy of the mean prediction.
        shared: the mean entropy of the members: what is unclear to each of them.
        disagreement: the difference, never negative: what they are each sure of, differently.
    """

    total: Any
    shared: Any
    disagreement: Any


def entropy(p: Any) -> Any:
    """-sum p log p along the last axis; 0 log 0 is 0."""
    return -fnp.sum(p * fnp.log(fnp.where(p > 0, p, 1)), axis=-1)


def doubt(p: Any) -> Doubt:
    """The doubt of members' probabilities, shape (members, N, classes)."""
    total, shared = entropy(p.mean(0)), entropy(p).mean(0)
    return Doubt(total, shared, total - shared)


def accuracy(p: Any, labels: Any) -> Any:
    """The share of images, along the last axis but one, whose likeliest class is right."""
    return (p.argmax(-1) == labels).mean(-1)


def answered(right: np.ndarray, unsure: np.ndarray) -> np.ndarray:
    """The accuracy on the k images that are surest, for k from 1 to N."""
    return np.cumsum(right[np.argsort(unsure)]) / np.arange(1, len(right) + 1)


# ------------------------------------------------------------------------------------- figure


def draw(path: Path, p: np.ndarray, labels: np.ndarray, images: np.ndarray) -> None:
    """Write the figure, or say what it needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure: Any = Figure(figsize=(13, 6.5), layout="constrained")
    left, right = figure.subfigures(1, 2, width_ratios=(1, 1.3))
    draw_curves(left.subplots(2, 1), p, labels)
    draw_doubtful(right, p, labels, images)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


def draw_curves(panels: Any, p: np.ndarray, labels: np.ndarray) -> None:
    """Accuracy over the number of members, and over the share of images that are answered."""
    above, below = panels
    sizes = np.arange(1, len(p) + 1)
    above.plot(sizes, accuracy(p, labels), "x", color="#8a8a8a", label="each member")
    means = [accuracy(p[:n].mean(0), labels) for n in sizes]
    above.plot(sizes, means, "o-", color="#1f5fa8", label="the mean of so many")
    above.set(xlabel="members", title="Test accuracy")
    mean = p.mean(0)
    share = np.arange(1, len(labels) + 1) / len(labels)
    for name, said, unsure in (
        ("one member", p[0], entropy(p[0])),
        ("all members", mean, doubt(p).total),
    ):
        below.plot(share, answered(said.argmax(-1) == labels, unsure), label=name)
    below.set(xlabel="share of the images that are answered, the surest first", ylim=(0.8, 1.005))
    below.set_title("Test accuracy on these")
    for axes in (above, below):
        axes.grid(alpha=0.3)
        axes.legend(frameon=False)


def draw_doubtful(figure: Any, p: np.ndarray, labels: np.ndarray, images: np.ndarray) -> None:
    """The images that the members disagree about most, with what each of them says."""
    figure.suptitle("Where the members disagree most: their votes, and (the right class)")
    most = np.argsort(-doubt(p).disagreement)[:12]
    for axes, i in zip(figure.subplots(3, 4).flat, most, strict=False):
        votes = np.bincount(p[:, i].argmax(-1), minlength=10)
        lines = [f"{votes[c]} {CLOTHES[c]}" for c in np.argsort(-votes)[:2] if votes[c]]
        axes.imshow(images[i], cmap="gray_r", interpolation="nearest")
        axes.set_title("\n".join([*lines, f"({CLOTHES[labels[i]]})"]), fontsize=9)
        axes.axis("off")


# --------------------------------------------------------------------------------------- main


def as_rows(images: np.ndarray) -> np.ndarray:
    """Bytes of shape (N, H, W) as float32 rows between 0 and 1."""
    return images.reshape(len(images), -1).astype(np.float32) / 255


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--members", type=int, default=8)
    add("--images", type=int, help="train on so many; all, unless given")
    add("--epochs", type=int, default=10)
    add("--batch-size", type=int, default=100)
    add("--lr", type=float, default=5e-3, help="Adam's learning rate")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> tuple[np.ndarray, float]:
    """Run the example; returns the test accuracy of each member, and of their mean."""
    options = parse(arguments)
    found = data.load_npz(EMBEDDED)
    train_set = as_rows(found.train_images), found.train_labels
    train_set = fzero.tree.map(lambda a: a[: options.images], train_set)
    x, labels = as_rows(found.test_images), found.test_labels
    train_set, x = fzero.device_put((train_set, x), options.device)

    started = time.perf_counter()
    params = train(options, train_set)
    print(f"training time of {options.members} members {time.perf_counter() - started:.1f} s")
    p = probabilities(params, x)
    alone, together = accuracy(p, labels), float(accuracy(p.mean(0), labels))
    print(f"test accuracy of the members  {alone.min():.3f} to {alone.max():.3f}")
    print(f"test accuracy of their mean   {together:.3f}")
    sure = answered(p.mean(0).argmax(-1) == labels, doubt(p).total)[len(labels) // 2]
    print(f"on the surer half of the images  {sure:.3f}")
    draw(options.out / "ensemble.png", p, labels, found.test_images)
    return alone, together


if __name__ == "__main__":
    main()
