"""Train with differential privacy (DP-SGD), which needs the gradient of each example by itself.

    python examples/per_example_gradients.py

`fzero.vmap` of `fzero.grad` gives the gradients of all images of a batch. Each one is shortened to
the length `--clip`, so that no image moves the parameters far, and noise of that size is added to
their sum. Then nobody can tell from the parameters whether an image was among them: whether it was
changes no probability by more than a factor of exp(epsilon), but for a chance of delta. A batch
draws each image by the toss of a coin, so batches differ in size; nothing is compiled, so nothing
has to be padded.

This shows the method. Who has secrets to keep also needs random numbers that nobody can foretell,
and keys are not made for that.

Sources: Abadi et al., Deep learning with differential privacy, 2016, arXiv:1607.00133; Mironov,
Talwar and Zhang, Renyi differential privacy of the sampled Gaussian mechanism, 2019,
arXiv:1908.10530.
"""

import argparse
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp
import fzero_nn as nn
from fzero import random
from fzero_nn import data, losses, metrics, optim
from fzero_nn import functional as F

HERE = Path(__file__).parent
EMBEDDED = HERE / "data" / "fashion_mnist.npz"
DELTA = 1e-5
MODEL = nn.Sequential(
    {
        "conv0": nn.Conv2d(1, 8, 5, stride=2),
        "activation0": F.tanh,
        "conv1": nn.Conv2d(8, 16, 5, stride=2),
        "activation1": F.tanh,
        "flatten": nn.Flatten(),
        "fc": nn.Linear(256, 10),
    }
)


# ----------------------------------------------------------------------------------- gradients


def mean_loss(params: Any, x: Any, labels: Any) -> Any:
    """The loss of a batch."""
    return losses.softmax_cross_entropy(MODEL.apply(params, {}, x)[0], labels)


def example_gradients(params: Any, x: Any, labels: Any) -> Any:
    """The gradient of each image's loss: the parameters with an axis for the images in front."""

    def loss(params: Any, image: Any, label: Any) -> Any:
        return mean_loss(params, image[None], label[None])

    return fzero.vmap(fzero.grad(loss), in_axes=(None, 0, 0))(params, x, labels)


def lengths(gradients: Any) -> Any:
    """The norm of the gradient of each example, shape (N,)."""
    leaves = fzero.tree.leaves(gradients)
    return fnp.sqrt(sum((g**2).reshape(len(g), -1).sum(-1) for g in leaves))


def clipped_sum(gradients: Any, clip: float) -> Any:
    """The sum of the gradients, each one shortened to the length `clip` where it is longer."""
    scale = clip / fnp.maximum(lengths(gradients), clip)
    return fzero.tree.map(lambda g: fnp.tensordot(scale, g, 1), gradients)


def noisy(key: Any, gradient: Any, deviation: float) -> Any:
    """The gradient, with normal noise of one deviation on each number, drawn where the key is."""
    leaves, treedef = fzero.tree.flatten(gradient)
    pairs = zip(random.split(key, len(leaves)), leaves, strict=True)
    noise = [random.normal(k, g.shape, g.dtype) for k, g in pairs]
    added = [g + deviation * n for g, n in zip(leaves, noise, strict=True)]
    return fzero.tree.unflatten(treedef, added)


# ------------------------------------------------------------------------------------- privacy


def renyi(order: int, rate: float, noise: float) -> float:
    """The Renyi divergence, of an integer order > 1, that one step gives away at most.

    log(sum_k C(a, k) (1 - q)^(a - k) q^k exp(k (k - 1) / (2 s^2))) / (a - 1), for order a, share q
    of the images in a batch and noise s, in units of the clipping length.
    """

    left_out = math.log1p(-rate) if rate < 1 else -math.inf

    def term(k: int) -> float:
        ways = math.lgamma(order + 1) - math.lgamma(k + 1) - math.lgamma(order - k + 1)
        others = (order - k) * left_out if k < order else 0.0
        return ways + others + k * math.log(rate) + k * (k - 1) / (2 * noise**2)

    return float(np.logaddexp.reduce([term(k) for k in range(order + 1)])) / (order - 1)


def epsilon(steps: int, rate: float, noise: float, delta: float = DELTA) -> float:
    """The epsilon of (epsilon, delta)-privacy after so many steps; infinite without noise."""
    if noise == 0:
        return math.inf
    return min(
        steps * renyi(order, rate, noise) + math.log(1 / delta) / (order - 1)
        for order in range(2, 65)
    )


# ------------------------------------------------------------------------------------ training


class Run(NamedTuple):
    """What one training gives.

    Attributes:
        params: the last parameters.
        accuracies: on the test images, after each epoch.
        epsilons: of the privacy that is left, after each epoch.
    """

    params: Any
    accuracies: list[float]
    epsilons: list[float]


def initial_params(options: argparse.Namespace) -> Any:
    """The parameters that both trainings start from."""
    return fzero.device_put(MODEL.init(random.key(options.seed))[0], options.device)


def train(options: argparse.Namespace, private: bool, train_set: Any, test_set: Any) -> Run:
    """Train with clipping and noise, or without; over the same batches."""
    params, key = initial_params(options), random.fold_in(random.key(options.seed), "batches")
    key = fzero.device_put(key, options.device)
    rows = len(train_set[1])
    rate = min(1.0, options.batch_size / rows)
    optimizer = optim.sgd(options.lr, momentum=0.9)
    state, run, steps = optimizer.init(params), Run(params, [], []), round(1 / rate)
    for step in range(1, steps * options.epochs + 1):
        batch_key, noise_key = random.split(random.fold_in(key, step))
        chosen = random.uniform(batch_key, (rows,)) < rate
        batch = fzero.tree.map(lambda a, c=chosen: a[c], train_set)
        if private:
            gradient = clipped_sum(example_gradients(params, *batch), options.clip)
            gradient = noisy(noise_key, gradient, options.noise * options.clip)
            gradient = fzero.tree.map(lambda g: g / options.batch_size, gradient)
        else:
            gradient = fzero.grad(mean_loss)(params, *batch)
        updates, state = optimizer.update(gradient, state, params)
        params = optim.apply_updates(params, updates)
        if step % steps == 0:
            right = metrics.accuracy(MODEL.apply(params, {}, test_set[0])[0], test_set[1])
            run.accuracies.append(float(right))
            run.epsilons.append(epsilon(step, rate, options.noise) if private else math.inf)
            print(
                f"{'private' if private else 'ordinary':8} epoch {step // steps:2}  "
                f"test accuracy {run.accuracies[-1]:.3f}  epsilon {run.epsilons[-1]:.2f}"
            )
    return run._replace(params=params)


# -------------------------------------------------------------------------------------- figure


def draw(path: Path, runs: Sequence[Run], found: dict[str, np.ndarray], clip: float) -> None:
    """Write the figure, or say what it needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(14, 4), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    bins = np.geomspace(1e-3, max(map(np.max, found.values())), 60).tolist()
    for name, norms in found.items():
        left.hist(norms, bins, alpha=0.6, label=name)
    left.axvline(clip, color="black", label="clipped to")
    left.set(xscale="log", xlabel="|gradient| of an image", title="How many images")
    for name, run in zip(("private", "ordinary"), runs, strict=True):
        middle.plot(np.arange(1, len(run.accuracies) + 1), run.accuracies, "o-", label=name)
    middle.set(xlabel="epoch", title="Test accuracy")
    right.plot(np.arange(1, len(runs[0].epsilons) + 1), runs[0].epsilons, "o-")
    right.set(xlabel="epoch", title=f"Privacy spent: epsilon, for delta = {DELTA}", ylim=(0, None))
    for axes in (left, middle, right):
        axes.grid(alpha=0.3)
    left.legend(frameon=False)
    middle.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


# ---------------------------------------------------------------------------------------- main


def as_input(images: np.ndarray) -> np.ndarray:
    """Bytes of shape (N, H, W) as float32 of shape (N, 1, H, W) between 0 and 1."""
    return images[:, None].astype(np.float32) / 255


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--images", type=int, help="train on so many; all, unless given")
    add("--epochs", type=int, default=10)
    add("--batch-size", type=int, default=250, help="how many images a batch has on average")
    add("--clip", type=float, default=1.0, help="the longest that a gradient may be")
    add("--noise", type=float, default=1.0, help="the noise's deviation, in units of --clip")
    add("--lr", type=float, default=0.1, help="SGD's learning rate, with momentum 0.9")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> tuple[Run, Run]:
    """Run the example; returns what the private and the ordinary training gave."""
    options = parse(arguments)
    loaded, n = data.load_npz(EMBEDDED), options.images
    train_set = as_input(loaded.train_images[:n]), loaded.train_labels[:n]
    test_set = as_input(loaded.test_images), loaded.test_labels
    train_set, test_set = fzero.device_put((train_set, test_set), options.device)

    started = time.perf_counter()
    runs = [train(options, private, train_set, test_set) for private in (True, False)]
    print(f"training time {time.perf_counter() - started:.1f} s")
    some = fzero.tree.map(lambda a: a[:1000], train_set)
    norms = {
        name: fzero.device_get(lengths(example_gradients(params, *some)))
        for name, params in (("at the start", initial_params(options)), ("trained", runs[0].params))
    }
    draw(options.out / "per_example_gradients.png", runs, norms, options.clip)
    print(
        f"private: test accuracy {runs[0].accuracies[-1]:.3f}, "
        f"epsilon {runs[0].epsilons[-1]:.2f}, delta {DELTA}"
    )
    return runs[0], runs[1]


if __name__ == "__main__":
    main()
