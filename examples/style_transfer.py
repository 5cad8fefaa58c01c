"""Paint a photo in the style of a picture (Gatys, Ecker, Bethge).

    python examples/style_transfer.py                                       # a cat as stained glass
    python examples/style_transfer.py PHOTO --style PICTURE --size 256 --steps 200
    python examples/style_transfer.py PHOTO --style PICTURE --weights vgg16.npz    # of DeZero

The photo is changed until the network sees the same content in it as before, but the correlations
between its channels, which are the style, are those of the picture. VGG shows the paper's way; the
default is the first half of EfficientNet-Lite0, whose weights a package has.

Source: Gatys et al., A neural algorithm of artistic style, 2015, arXiv:1508.06576.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from classify_photo import add_options, load_network, open_photo

import fzero
import fzero.numpy as fnp
import fzero_nn as nn
from fzero import random
from fzero_nn import data, optim, training

HERE = Path(__file__).parent
GLASS = ((220, 40, 40), (30, 80, 200), (250, 200, 40), (20, 140, 90), (240, 240, 230))


class Recipe(NamedTuple):
    """Which layers count, for how much, and what the network takes."""

    content: tuple[str, ...]
    style: tuple[str, ...]
    content_weight: float
    variation_weight: float
    lr: float
    prepare: Callable[[Any], np.ndarray]  # an image of Pillow -> (3, H, W)


def for_efficientnet(image: Any) -> np.ndarray:
    """Red, green and blue from about -1 to 1."""
    return (data.to_array(image) - 127) / 128


def for_vgg(image: Any) -> np.ndarray:
    """Blue, green and red minus their means."""
    return data.caffe_preprocess(image, image.size)


VGG = Recipe(
    content=("conv5_2",),
    style=("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"),
    content_weight=1e-4,
    variation_weight=1e-6,
    lr=5.0,
    prepare=for_vgg,
)
EFFICIENTNET = Recipe(
    content=("block4",),
    style=("stem", "block0", "block2", "block4", "block6"),
    content_weight=1e-5,
    variation_weight=5e-3,
    lr=0.15,
    prepare=for_efficientnet,
)


# ----------------------------------------------------------------------------------- the loss


def trunk(model: Any, recipe: Recipe) -> Any:
    """The model up to the last layer that counts, with averages in place of maxima."""
    names = [name for name, _ in model.layers]
    end = max(names.index(name) for name in (*recipe.content, *recipe.style)) + 1
    average = nn.AvgPool2d(2)
    return nn.Sequential({n: average if n.startswith("pool") else f for n, f in model.layers[:end]})


def gram(features: Any) -> Any:
    """The products of the channels with each other, summed over all places: (C, C)."""
    rows = fnp.reshape(features[0], (features.shape[1], -1))
    return rows @ rows.T


def style_loss(features: Any, wanted: Any) -> Any:
    """The squared error of the Gram matrix, over (2 C H W)^2."""
    return fnp.sum((gram(features) - wanted) ** 2) / (2 * features.size) ** 2


def variation(x: Any) -> Any:
    """The squared differences of neighbours, summed."""
    down, across = x[..., 1:, :] - x[..., :-1, :], x[..., 1:] - x[..., :-1]
    return fnp.sum(down**2) + fnp.sum(across**2)


def make_loss(network: Any, recipe: Recipe, content: Any, style: Any) -> Callable[[Any], Any]:
    """The loss of an image, (1, 3, H, W), with its parts; only the named layers enter."""
    model = trunk(network.model, recipe)

    def features(x: Any) -> Any:
        paths = {*recipe.content, *recipe.style}
        return nn.capture(model, network.params, network.state, x, paths)[1]

    wanted_content, seen = features(content), features(style)
    wanted_style = {name: gram(seen[name]) for name in recipe.style}

    def loss(x: Any) -> tuple[Any, dict[str, Any]]:
        seen = features(x)
        parts = {
            "content": sum(fnp.sum((seen[n] - wanted_content[n]) ** 2) for n in recipe.content)
            / len(recipe.content),
            "style": sum(style_loss(seen[n], wanted_style[n]) for n in recipe.style)
            / len(recipe.style),
            "variation": variation(x),
        }
        weights = {"content": recipe.content_weight, "variation": recipe.variation_weight}
        return sum(weights.get(name, 1.0) * part for name, part in parts.items()), parts

    return loss


# ------------------------------------------------------------------------------- the painting


def paint(loss: Callable[[Any], Any], x: Any, lr: float, steps: int) -> tuple[Any, list[Any]]:
    """The image after so many steps of AdaGrad, and the losses; only it has a gradient."""
    differentiate = fzero.value_and_grad(loss, has_aux=True)
    optimizer = optim.adagrad(lr, 0.0, 1e-8, eps_in_sqrt=False)
    state, losses = optimizer.init(x), []
    with training.progress(steps, "painting", "steps") as bar:
        for _ in range(steps):
            (value, parts), g = differentiate(x)
            updates, state = optimizer.update(g, state, x)
            x = optim.apply_updates(x, updates)
            bar.update(1, **parts)
            losses.append(value)
    return x, fzero.device_get(losses)


def stained_glass(key: Any, size: int, panes: int = 60) -> Any:
    """An image of coloured panes, each one what is nearest to its centre, with lead between."""
    place, colour = random.split(key)
    centres = random.uniform(place, (panes, 2))
    colours = np.array(GLASS)[random.randint(colour, (panes,), 0, len(GLASS))]
    points = np.moveaxis(np.mgrid[:size, :size], 0, -1)[:, :, None] / size
    distances = np.sqrt(((points - centres) ** 2).sum(-1))
    first, second = np.moveaxis(np.partition(distances, 1, axis=-1)[..., :2], -1, 0)
    lead = (second - first < 0.02)[..., None]
    pixels = np.where(lead, 20, colours[distances.argmin(-1)]).astype(np.uint8)
    return data.to_pil(np.moveaxis(pixels, -1, 0))


def squared(image: Any, size: int) -> Any:
    """The middle square of an image, of a size."""
    return data.resize(size, "bicubic")(data.center_crop(min(image.size))(image))


# --------------------------------------------------------------------------------------- main


def as_bytes(network: Any, x: Any) -> np.ndarray:
    """What the network takes, as bytes of shape (3, H, W)."""
    rgb = network.restore(fzero.device_get(x)[0])
    return rgb.round().clip(0, 255).astype(np.uint8)


def draw(path: Path, images: Sequence[np.ndarray]) -> None:
    """The photo, the picture and the painting side by side, and the painting alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data.to_pil(np.concatenate(images, axis=2)).save(path)
    alone = path.with_name("style_transfer_alone.png")
    data.to_pil(images[-1]).save(alone)
    print(f"figure {path}\npainting {alone}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    add = parser.add_argument
    add("--style", type=Path, help="a picture; by default stained glass")
    add("--size", type=int, default=224, help="the height and width of the painting")
    add("--steps", type=int, default=80)
    add("--seed", type=int, default=0, help="of the stained glass")
    add("--out", type=Path, default=HERE / "out", help="where the painting goes")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> list[Any]:
    """Run the example; returns the loss before each step."""
    options = parse(arguments)
    network = load_network(options.weights, options.device)
    recipe = EFFICIENTNET if options.weights is None else VGG
    if not {*recipe.content, *recipe.style} <= set(network.params):
        raise SystemExit(f"{network.name} has no layers {recipe.style}; give weights of a VGG")
    photo = squared(open_photo(options.photo), options.size)
    if options.style is None:
        picture = stained_glass(random.key(options.seed), options.size)
    else:
        picture = squared(open_photo(options.style), options.size)
    content, style = (
        fzero.device_put(recipe.prepare(i)[None], options.device) for i in (photo, picture)
    )
    started = time.perf_counter()
    loss = make_loss(network, recipe, content, style)
    x, losses = paint(loss, content, recipe.lr, options.steps)
    print(f"painting time {time.perf_counter() - started:.1f} s")
    print(f"loss {losses[0]:.4g} before the first step, {losses[-1]:.4g} before the last")
    draw(options.out / "style_transfer.png", [as_bytes(network, i) for i in (content, style, x)])
    return losses


if __name__ == "__main__":
    main()
