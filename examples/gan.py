"""Two networks against each other: one draws clothes, one tells them from photographs (DCGAN).

    python examples/gan.py                                              # small networks
    python examples/gan.py --channels 64 --hidden 1024 --batch-size 128 --lr 2e-4   # DeZero's

The generator makes images of random vectors; the discriminator says how real an image is, as a
logit. Each has parameters, an optimizer and a state of its own. A step first moves the generator
towards what the discriminator takes for real. `grad` differentiates the first argument alone, so
that gradient passes through the discriminator, whose parameters are mere data there: nothing is
detached, nothing is cleared. Then the discriminator learns to tell the same images from real ones.

The figure shows what becomes of the same vectors in the course of training. The number at the end
says how far the images are from real ones that neither network has seen.

Source: Radford, Metz and Chintala 2015, arXiv:1511.06434.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
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
LATENT = 62  # the length of a random vector
SHOWN = 16  # vectors in the figure
SHOTS = 9  # moments in the figure


# -------------------------------------------------------------------------------- the networks

W_INIT = nn.initializers.normal(0.02)
leaky_relu = partial(F.leaky_relu, slope=0.2)


def generator(channels: int, hidden: int) -> nn.Sequential:
    """From vectors (N, LATENT) to images (N, 1, 28, 28); 0 leaves out the hidden layer."""
    deconv = partial(nn.ConvTranspose2d, window=4, stride=2, padding=1, W_init=W_INIT)
    wide = 2 * channels
    return nn.Sequential(
        *_dense(LATENT, hidden, F.relu),
        *_dense(hidden or LATENT, wide * 7 * 7, F.relu),
        lambda x: fnp.reshape(x, (-1, wide, 7, 7)),
        deconv(wide, channels),
        nn.BatchNorm(channels),
        F.relu,
        deconv(channels, 1),
        F.sigmoid,
    )


def discriminator(channels: int, hidden: int) -> nn.Sequential:
    """From images (N, 1, 28, 28) to logits (N, 1); 0 leaves out the hidden layer."""
    conv = partial(nn.Conv2d, window=4, stride=2, padding=1, W_init=W_INIT)
    wide = 2 * channels
    return nn.Sequential(
        conv(1, channels),
        leaky_relu,
        conv(channels, wide),
        nn.BatchNorm(wide),
        leaky_relu,
        nn.Flatten(),
        *_dense(wide * 7 * 7, hidden, leaky_relu),
        nn.Linear(hidden or wide * 7 * 7, 1, W_init=W_INIT),
    )


def _dense(inputs: int, outputs: int, activation: Callable[..., Any]) -> list[Any]:
    """A normalised linear layer, or nothing for no outputs."""
    if outputs == 0:
        return []
    return [nn.Linear(inputs, outputs, W_init=W_INIT), nn.BatchNorm(outputs), activation]


class Pair(NamedTuple):
    """One thing of each network: the layers, or where its training stands."""

    generator: Any
    discriminator: Any


# ---------------------------------------------------------------------------------- the losses


def cross_entropy(logits: Any, real: float) -> Any:
    """The mean of -log p(real), or for 0 of -log(1 - p(real)): from logits, so it stays finite."""
    targets = fnp.full_like(logits, real)
    return losses.sigmoid_binary_cross_entropy(logits, targets)


def generator_loss(nets: Pair, params: Any, state: Any, opponent: Any, key: Any) -> Any:
    """How far the discriminator is from taking new images for real ones; and these images."""
    rows, judge = opponent
    vectors = random.normal(key, (rows, LATENT), np.float32)
    images, state = nets.generator.apply(params, state, vectors, train=True)
    logits, _ = nets.discriminator.apply(judge.params, judge.state, images, train=True)
    return cross_entropy(logits, 1), (state, {"images": images})


def discriminator_loss(nets: Pair, params: Any, state: Any, batch: Any, key: Any) -> Any:
    """How badly it tells real images from made ones: 2 log 2 = 1.386 for one that only guesses.

    The two kinds are normalised apart, each by its own means.
    """
    real, made = batch
    of_real, state = nets.discriminator.apply(params, state, real, train=True)
    of_made, state = nets.discriminator.apply(params, state, made, train=True)
    return cross_entropy(of_real, 1) + cross_entropy(of_made, 0), (state, {})


# ------------------------------------------------------------------------------------ training


def start(nets: Pair, optimizers: Pair, key: Any) -> Pair:
    """Where the training of each network begins, on the device of the key."""

    def one(net: Any, optimizer: Any, key: Any) -> Any:
        init_key, run_key = random.split(key)
        params, state = net.init(init_key)
        return training.train_state(params, state, optimizer, run_key)

    return Pair(*map(one, nets, optimizers, random.split(key)))


def make_step(nets: Pair, optimizers: Pair) -> Callable[[Pair, Any], tuple[Pair, Pair]]:
    """A function of one step: (where both stand, real images) -> (the same after it, losses)."""
    move_generator, move_discriminator = (
        training.make_train_step(partial(loss, nets), optimizer)
        for loss, optimizer in zip((generator_loss, discriminator_loss), optimizers, strict=True)
    )

    def step(now: Pair, real: Any) -> tuple[Pair, Pair]:
        made_by, seen = move_generator(now.generator, (len(real), now.discriminator))
        told_by, told = move_discriminator(now.discriminator, (real, seen["images"]))
        return Pair(made_by, told_by), Pair(seen["loss"], told["loss"])

    return step


def train(options: argparse.Namespace, nets: Pair, images: Any) -> tuple[Pair, list[np.ndarray]]:
    """Where both end, and the images of the same vectors at the start and at SHOTS moments."""
    keys = fzero.device_put(random.split(random.key(options.seed), 3), options.device)
    optimizers = Pair(*(optim.adam(options.lr, b1=0.5) for _ in nets))
    now, step = start(nets, optimizers, keys[0]), make_step(nets, optimizers)
    vectors = random.normal(keys[1], (SHOWN, LATENT), np.float32)
    shots = [draw_images(nets, now, vectors)]
    loader = data.Loader(images, options.batch_size, drop_last=True)
    batches = loader.run(data.Position(keys[2]), epochs=options.steps)  # more than enough
    with training.progress(options.steps, "training", "images") as bar:
        for number, (_, real) in zip(range(1, options.steps + 1), batches, strict=False):
            now, found = step(now, real)
            bar.update(len(real), **found._asdict())
            if number in moments(options.steps):
                shots.append(draw_images(nets, now, vectors))
    return now, shots


def moments(steps: int) -> list[int]:
    """The steps after which the figure shows images: the start, the end, and some between."""
    return np.unique(np.linspace(0, steps, SHOTS).astype(int)).tolist()


def draw_images(nets: Pair, now: Pair, vectors: Any) -> np.ndarray:
    """The images of vectors, normalised by the running means: (N, 28, 28) between 0 and 1."""
    net, (params, state, *_) = nets.generator, now.generator
    parts = [net.apply(params, state, z)[0] for (z,) in data.batches(None, (vectors,), 500)]
    return fzero.device_get(fnp.concatenate(parts))[:, 0]


# ----------------------------------------------------------------------------------- judgement


def distance(a: np.ndarray, b: np.ndarray) -> float:
    """How far two sets of images are apart: 0 for the same means and covariances of the pixels.

    The Wasserstein distance of the two normal distributions that have these moments, squared:
    |m_a - m_b|^2 + tr(C_a + C_b - 2 (C_a C_b)^(1/2)). With C = R^T R for each, the last trace is
    the sum of the singular values of R_a R_b^T.
    """
    rows = [x.reshape(len(x), -1).astype(np.float64) for x in (a, b)]
    means = [x.mean(0) for x in rows]
    r_a, r_b = (np.linalg.qr(x - m, "r") / len(x) ** 0.5 for x, m in zip(rows, means, strict=True))
    overlap = np.linalg.svd(r_a @ r_b.T, compute_uv=False).sum()
    return float(((means[0] - means[1]) ** 2).sum() + (r_a**2).sum() + (r_b**2).sum() - 2 * overlap)


# ---------------------------------------------------------------------------------------- main


def draw(path: Path, shots: Sequence[np.ndarray], steps: Sequence[int], title: str) -> None:
    """Write the figure, a row for each moment, or say what it needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(SHOWN / 1.7, len(shots) / 1.7 + 0.5), layout="constrained")
    axes = figure.subplots()
    axes.imshow(np.block([list(row) for row in shots]), cmap="gray", vmin=0, vmax=1)
    axes.set_yticks(28 * np.arange(len(shots)) + 13.5, [str(n) for n in steps])
    axes.set(title=title, xticks=(), ylabel="steps")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


def as_input(images: np.ndarray) -> np.ndarray:
    """Bytes of shape (N, H, W) as float32 of shape (N, 1, H, W) between 0 and 1."""
    return images[:, None].astype(np.float32) / 255


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--steps", type=int, default=1200)
    add("--batch-size", type=int, default=32)
    add("--channels", type=int, default=16, help="the width of the networks")
    add("--hidden", type=int, default=0, help="units of one more layer in each; 0 for none")
    add("--lr", type=float, default=2e-3, help="the learning rate of both Adams")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> float:
    """Run the example; returns the distance of generated images from unseen real ones."""
    options = parse(arguments)
    nets = Pair(*(f(options.channels, options.hidden) for f in (generator, discriminator)))
    images = data.load_npz(EMBEDDED)
    real, unseen = as_input(images.train_images), as_input(images.test_images)
    seen = real[: len(unseen)]
    print(f"distance of as many real images from the unseen ones {distance(seen, unseen):.1f}")

    started = time.perf_counter()
    now, shots = train(options, nets, fzero.device_put(real, options.device))
    print(f"training time {time.perf_counter() - started:.1f} s")

    key = fzero.device_put(random.fold_in(random.key(options.seed), "judgement"), options.device)
    vectors = random.normal(key, (len(unseen), LATENT), np.float32)
    found = distance(draw_images(nets, now, vectors), unseen)
    title = f"The same {SHOWN} vectors in the course of training"
    draw(options.out / "gan.png", shots, moments(options.steps), title)
    print(f"distance of generated images from the unseen ones {found:.1f}")
    return found


if __name__ == "__main__":
    main()
