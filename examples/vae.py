"""A map of clothes: a convolutional variational autoencoder with two numbers for each image.

    python examples/vae.py                                              # small networks
    python examples/vae.py --channels 32 --batch-size 16 --epochs 10    # those of DeZero

The encoder gives, for each image x, a normal distribution q(z | x) of two latent numbers z: its
mean and the logarithm of its variance. The decoder gives the logit of each pixel. Training lowers

    -ELBO = E[-log p(x | z)] + KL(q(z | x) || N(0, 1)),    z = mean + exp(log_var / 2) * noise,

which bounds -log p(x) from above: the cross-entropy of the pixels, a grey one being white with
that probability, and what z tells of the image, both in nats. As the noise stands apart, z has
derivatives with respect to the mean and the variance.

The figure shows what the decoder makes of a grid of z, and where the encoder puts unseen images.

Source: Kingma and Welling 2013, arXiv:1312.6114.
"""

import argparse
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import NormalDist
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
LATENT = 2
GRID = 18  # images along each side of the map


# --------------------------------------------------------------------------------------- model


class Halves(NamedTuple):
    """One thing of each half: the layers, or their parameters."""

    encoder: Any
    decoder: Any


def encoder(channels: int) -> nn.Sequential:
    """From images (N, 1, 28, 28) to the mean and log_var of z, each (N, LATENT)."""
    wide = 2 * channels
    return nn.Sequential(
        nn.Conv2d(1, channels, 3, padding=1),
        F.relu,
        nn.Conv2d(channels, wide, 3, stride=2, padding=1),
        F.relu,
        nn.Conv2d(wide, wide, 3, padding=1),
        F.relu,
        nn.Conv2d(wide, wide, 3, padding=1),
        F.relu,
        nn.Flatten(),
        nn.Linear(wide * 14 * 14, 32),
        F.relu,
        nn.Parallel(
            {"mean": nn.Linear(32, LATENT), "log_var": nn.Linear(32, LATENT)}, combine="tuple"
        ),
    )


def decoder(channels: int) -> nn.Sequential:
    """From z (N, LATENT) to the logits of the pixels (N, 1, 28, 28)."""
    wide = 2 * channels
    return nn.Sequential(
        nn.Linear(LATENT, wide * 14 * 14),
        F.relu,
        lambda x: fnp.reshape(x, (-1, wide, 14, 14)),
        nn.ConvTranspose2d(wide, channels, 4, stride=2, padding=1),
        F.relu,
        nn.Conv2d(channels, 1, 3, padding=1),
    )


def init(nets: Halves, key: Any) -> Halves:
    """The parameters; neither half has a state."""
    return Halves(*(net.init(k)[0] for net, k in zip(nets, random.split(key), strict=True)))


def encode(nets: Halves, params: Halves, images: Any) -> tuple[Any, Any]:
    """The mean and the logarithm of the variance of z."""
    return nets.encoder.apply(params.encoder, {}, images)[0]


def decode(nets: Halves, params: Halves, z: Any) -> Any:
    """The logits of the pixels."""
    return nets.decoder.apply(params.decoder, {}, z)[0]


# ---------------------------------------------------------------------------------------- loss


def sample(key: Any, mean: Any, log_var: Any) -> Any:
    """Numbers of the normal distribution; the standard deviation is the root of the variance."""
    return mean + fnp.exp(log_var / 2) * random.normal(key, mean.shape, mean.dtype)


def kl_to_standard(mean: Any, log_var: Any) -> Any:
    """KL(N(mean, var) || N(0, 1)) of each image: sum(mean^2 + var - 1 - log_var) / 2 over z."""
    return fnp.sum(fnp.square(mean) + fnp.expm1(log_var) - log_var, axis=-1) / 2


def bound(nets: Halves, params: Halves, images: Any, key: Any) -> dict[str, Any]:
    """The two terms of -ELBO, means over the images; the noise is drawn from the key."""
    mean, log_var = encode(nets, params, images)
    logits = decode(nets, params, sample(key, mean, log_var))
    pixels = losses.sigmoid_binary_cross_entropy(logits, images, reduction="batch")
    return {"pixels": pixels, "kl": fnp.mean(kl_to_standard(mean, log_var))}


def loss_fn(nets: Halves, params: Halves, state: Any, images: Any, key: Any) -> Any:
    """-ELBO, as `make_train_step` takes it."""
    terms = bound(nets, params, images, key)
    return terms["pixels"] + terms["kl"], (state, terms)


# ------------------------------------------------------------------------------------ training


def evaluate(nets: Halves, params: Halves, images: Any, key: Any) -> dict[str, float]:
    """The two terms over a whole set, always with the same noise."""
    terms = training.evaluate(
        lambda params, key, batch: bound(nets, params, batch[0], key),
        params, key, data.batches(None, (images,), 500),
    )  # fmt: skip
    return {name: float(value) for name, value in terms.items()}


def train(
    options: argparse.Namespace, nets: Halves, images: Any, unseen: Any
) -> tuple[Halves, list[float]]:
    """The parameters, and -ELBO of the unseen images at the start and after each epoch."""
    keys = fzero.device_put(random.split(random.key(options.seed), 4), options.device)
    loader = data.Loader(images, options.batch_size)
    optimizer = optim.adam(optim.cosine_decay_schedule(options.lr, options.epochs * len(loader)))
    step = training.make_train_step(partial(loss_fn, nets), optimizer)
    now = training.train_state(init(nets, keys[0]), {}, optimizer, keys[1])
    bounds = [sum(evaluate(nets, now.params, unseen, keys[2]).values())]
    for epoch in range(options.epochs):
        title = f"epoch {epoch + 1:2}/{options.epochs}"
        with training.progress(len(loader), title, "images") as bar:
            for _, batch in loader.epoch(data.Position(keys[3], epoch)):
                now, seen = step(now, batch)
                bar.update(len(batch), **seen)
        terms = evaluate(nets, now.params, unseen, keys[2])
        bounds.append(sum(terms.values()))
        print(f"{title}  unseen: pixels {terms['pixels']:.2f}  kl {terms['kl']:.2f}")
    return now.params, bounds


# -------------------------------------------------------------------------------------- figure


def grid_of_z(side: int) -> np.ndarray:
    """Points (side, side, 2) with as much of N(0, 1) in every cell; the second number goes up."""
    marks = [NormalDist().inv_cdf((i + 0.5) / side) for i in range(side)]
    return np.stack(np.meshgrid(marks, marks[::-1]), axis=-1).astype(np.float32)


def decoded_map(nets: Halves, params: Halves, device: str) -> np.ndarray:
    """The images of a grid of z as one, (28 GRID, 28 GRID), between 0 and 1."""
    z = fzero.device_put(grid_of_z(GRID).reshape(-1, LATENT), device)
    images = fzero.device_get(F.sigmoid(decode(nets, params, z)))
    return np.block([list(row) for row in images.reshape(GRID, GRID, 28, 28)])


def means(nets: Halves, params: Halves, images: Any) -> np.ndarray:
    """Where the encoder puts images: (N, 2)."""
    parts = [encode(nets, params, part)[0] for (part,) in data.batches(None, (images,), 500)]
    return fzero.device_get(fnp.concatenate(parts))


def draw(path: Path, image: np.ndarray, points: np.ndarray, labels: np.ndarray, title: str) -> None:
    """Write the figure, or say what it needs."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    figure = Figure(figsize=(15, 7.2), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.imshow(image, cmap="gray", vmin=0, vmax=1)
    left.set(title="Decoded from the quantiles of N(0, 1)", xticks=(), yticks=())
    for c, name in enumerate(data.FASHION_MNIST_CLASSES):
        right.scatter(*points[labels == c].T, s=6, color=f"C{c}", label=name)
    right.set(title="Where unseen images lie", xlabel="z[0]", ylabel="z[1]", aspect="equal")
    right.legend(loc="center left", bbox_to_anchor=(1, 0.5), markerscale=3, frameon=False)
    figure.suptitle(title)
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
    add("--epochs", type=int, default=4)
    add("--batch-size", type=int, default=64)
    add("--channels", type=int, default=8, help="the width of the networks")
    add("--images", type=int, help="how many images to train on; all of them if left out")
    add("--lr", type=float, default=2e-3, help="Adam's learning rate at the start")
    add("--seed", type=int, default=0)
    add("--out", type=Path, default=HERE / "out", help="where the figure goes")
    add("--device", default="cpu", choices=("cpu", "gpu"))
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> list[float]:
    """Run the example; returns -ELBO of the unseen images at the start and after each epoch."""
    options = parse(arguments)
    nets = Halves(encoder(options.channels), decoder(options.channels))
    images = data.load_npz(EMBEDDED)
    chosen = as_input(images.train_images[: options.images]), as_input(images.test_images)
    train_images, unseen = fzero.device_put(chosen, options.device)
    print(f"training on {len(train_images):,} images, testing on {len(unseen):,}")

    started = time.perf_counter()
    params, bounds = train(options, nets, train_images, unseen)
    print(f"training time {time.perf_counter() - started:.1f} s")

    image, points = decoded_map(nets, params, options.device), means(nets, params, unseen)
    title = f"-ELBO of unseen images {bounds[-1]:.1f} nats"
    draw(options.out / "vae.png", image, points, images.test_labels, title)
    print(f"test -ELBO {bounds[-1]:.2f} nats an image, {bounds[0]:.2f} before training")
    return bounds


if __name__ == "__main__":
    main()
