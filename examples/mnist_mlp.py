"""Train a small network on 28x28 images, with pure functions, explicit parameters and keys.

    python examples/mnist_mlp.py                    # the embedded Fashion-MNIST subset
    python examples/mnist_mlp.py --data FOLDER      # the full IDX files of MNIST or Fashion-MNIST

It prints the test accuracy, saves the parameters, loads them again, and draws what happened.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero import random
from fzero_nn import checkpoint, optim
from fzero_nn.data import ImageData, batches, load_idx_folder, load_npz
from fzero_nn.functional import linear, relu
from fzero_nn.initializers import he_normal, zeros
from fzero_nn.losses import softmax_cross_entropy
from fzero_nn.metrics import accuracy
from fzero_nn.plot import training_figure
from fzero_nn.training import progress

HERE = Path(__file__).parent
EMBEDDED = HERE / "data" / "fashion_mnist.npz"
CLOTHES = (
    "T-shirt", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip
SIZES = (784, 256, 128, 10)


# -------------------------------------------------------------------------------- the network


def init(key: Any, sizes: Sequence[int]) -> Any:
    """The parameters: a dictionary of `W` and `b` for each layer."""
    shapes = list(zip(sizes[:-1], sizes[1:], strict=True))
    keys = random.split(key, len(shapes))
    layers = [
        {"W": he_normal()(k, shape), "b": zeros(k, shape[1:])}
        for k, shape in zip(keys, shapes, strict=True)
    ]
    return fzero.freeze(layers)


def apply(params: Any, images: Any) -> Any:
    """Logits, shape (N, 10), of images, shape (N, 784)."""
    *hidden, last = params
    x = images
    for layer in hidden:
        x = relu(linear(x, layer["W"], layer["b"]))
    return linear(x, last["W"], last["b"])


def loss_and_accuracy(params: Any, images: Any, labels: Any) -> tuple[Any, Any]:
    """The mean cross-entropy, and the share of right predictions."""
    logits = apply(params, images)
    return softmax_cross_entropy(logits, labels), accuracy(logits, labels)


# ----------------------------------------------------------------------------------- training


class Run(NamedTuple):
    """What training gives back."""

    params: Any
    train_losses: list[Any]  # of each step
    test_losses: list[Any]  # after each epoch


def train_step(optimizer: Any, params: Any, state: Any, batch: Any) -> tuple[Any, Any, Any]:
    """New parameters, a new optimizer state, and the loss and accuracy before the step."""
    differentiate = fzero.value_and_grad(loss_and_accuracy, has_aux=True)
    metrics, gradients = differentiate(params, *batch)
    updates, state = optimizer.update(gradients, state, params)
    return optim.apply_updates(params, updates), state, metrics


def train(options: argparse.Namespace, train_set: Any, test_set: Any) -> Run:
    """Train from scratch: the seed decides the parameters and the order of the images."""
    init_key, data_key = random.split(random.key(options.seed))
    params = fzero.device_put(init(init_key, SIZES), options.device)
    steps = -(-len(train_set[1]) // options.batch_size)
    optimizer = optim.adam(optim.cosine_decay_schedule(options.lr, steps * options.epochs))
    state = optimizer.init(params)
    run = Run(params, [], [])
    for epoch in range(1, options.epochs + 1):
        key = random.fold_in(data_key, epoch)
        with progress(steps, f"epoch {epoch:2}/{options.epochs}", "images") as bar:
            for batch in batches(key, train_set, options.batch_size):
                params, state, (loss, right) = train_step(optimizer, params, state, batch)
                bar.update(len(batch[1]), loss=loss, accuracy=right)
                run.train_losses.append(loss)
        run.test_losses.append(loss_and_accuracy(params, *test_set)[0])
    return run._replace(params=params)


# --------------------------------------------------------------------------------------- main


def as_rows(images: np.ndarray) -> np.ndarray:
    """Bytes of shape (N, H, W) as float32 rows between 0 and 1."""
    return images.reshape(len(images), -1).astype(np.float32) / 255


def save_and_load(path: Path, params: Any) -> Any:
    """Write the parameters, and read them back into the same containers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    checkpoint.save(path, params)
    return checkpoint.load(path, like=fzero.device_get(params))


def draw(path: Path, run: Run, data: ImageData, predictions: np.ndarray, names: Any) -> None:
    """Write the figure, or say what it needs."""
    losses = fzero.device_get((run.train_losses, run.test_losses))
    images, labels = data.test_images, data.test_labels
    title = f"Test accuracy {(predictions == labels).mean():.3f}"
    try:
        training_figure(path, *losses, images, labels, predictions, names, title)
        print(f"figure {path}")
    except ModuleNotFoundError as error:
        print(f"no figure {error}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data", type=Path, help="a folder with the four IDX files, .gz or not")
    add("--epochs", type=int, default=12)
    add("--batch-size", type=int, default=100)
    add("--lr", type=float, default=1e-3, help="Adam's learning rate at the start")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the parameters and the figure go")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> float:
    """Run the example; returns the test accuracy."""
    options = parse(arguments)
    data = load_idx_folder(options.data) if options.data else load_npz(EMBEDDED)
    train_set = as_rows(data.train_images), data.train_labels
    test_set = as_rows(data.test_images), data.test_labels
    train_set, test_set = fzero.device_put((train_set, test_set), options.device)
    print(f"training on {len(train_set[1]):,} images, testing on {len(test_set[1]):,}")

    started = time.perf_counter()
    run = train(options, train_set, test_set)
    seconds = time.perf_counter() - started
    print(f"training time {seconds:.1f} s")

    path = options.out / "mnist_mlp.npz"
    loaded = fzero.device_put(save_and_load(path, run.params), options.device)
    right, again = (float(loss_and_accuracy(p, *test_set)[1]) for p in (run.params, loaded))
    if right != again:
        raise RuntimeError(f"{path} gives test accuracy {again}; expected {right}, as trained.")
    print(f"parameters {path}, loaded again with the same test accuracy")

    predictions = fzero.device_get(apply(loaded, test_set[0])).argmax(-1)
    draw(path.with_suffix(".png"), run, data, predictions, None if options.data else CLOTHES)
    print(f"test accuracy {right:.3f}")
    return right


if __name__ == "__main__":
    main()
