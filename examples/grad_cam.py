"""Where a network looks: heat maps of the classes that it sees in a photo (Grad-CAM).

    python examples/grad_cam.py                             # a cup, by EfficientNet-Lite0
    python examples/grad_cam.py PHOTO --weights vgg16.npz   # or resnet50, 101, 152 of DeZero

The gradient of a class's logit with respect to the last convolution says how much each channel
speaks for that class. Weighted with its mean and added up, the channels are a map of the photo.

Source: Selvaraju et al., Grad-CAM, 2016, arXiv:1610.02391.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from classify_photo import Network, add_options, class_names, load_network, open_photo

import fzero
import fzero.numpy as fnp
import fzero_nn as nn
from fzero_nn import functional as F

HERE = Path(__file__).parent


def look(network: Network, x: Any) -> tuple[Any, Any]:
    """The logits of one image, (K,), and the output of the last convolution, (1, C, H, W)."""
    logits, seen = nn.capture(*given(network, x), [network.last_conv])
    return logits[0], seen[network.last_conv]


def logit(network: Network, x: Any, features: Any, label: int) -> Any:
    """The logit of a class, had the last convolution this output; there is no dropout."""
    return nn.capture(*given(network, x), replace={network.last_conv: features})[0][0, label]


def given(network: Network, x: Any) -> tuple[Any, Any, Any, Any]:
    """What `nn.capture` takes first, with the image as a batch of one."""
    return network.model, network.params, network.state, x[None]


def heat_map(network: Network, x: Any, features: Any, label: int) -> np.ndarray:
    """How much each place speaks for a class, (H, W), from 0 to 1: relu(sum_c mean(g_c) f_c)."""
    g = fzero.grad(logit, 2)(network, x, features, label)
    weights = fnp.mean(g, axis=(2, 3), keepdims=True)
    heat = fzero.device_get(F.relu(fnp.sum(weights * features, axis=1)[0]))
    return heat / max(heat.max(), np.finfo(heat.dtype).tiny)


def draw(path: Path, photo: np.ndarray, heats: Sequence[np.ndarray], titles: Sequence[str]) -> None:
    """The photo, and beside it with each heat map; or say what the figure needs."""
    try:
        from matplotlib import colormaps
        from matplotlib.colors import ListedColormap
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        print("no figure: matplotlib is not installed; pip install 'fzero[plots]'")
        return
    fading = colormaps["turbo"](np.linspace(0, 1, 256))
    fading[:, 3] = np.linspace(0, 0.75, 256)  # where there is no heat, the photo shows through
    figure = Figure(figsize=(3 * (len(heats) + 1), 3.3), layout="constrained")
    plain, *mapped = figure.subplots(1, len(heats) + 1)
    plain.imshow(photo)
    plain.set_title("what the network is given", fontsize=9)
    plain.axis("off")
    for axes, heat, title in zip(mapped, heats, titles, strict=True):
        axes.imshow(photo.mean(axis=2), "gray")
        extent = (0, photo.shape[1], photo.shape[0], 0)
        axes.imshow(heat, ListedColormap(fading), extent=extent, interpolation="bicubic")
        axes.set_title(title, fontsize=9)
        axes.axis("off")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    print(f"figure {path}")


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("--top", type=int, default=3, help="how many classes to map")
    parser.add_argument("--out", type=Path, default=HERE / "out", help="where the figure goes")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> list[np.ndarray]:
    """Run the example; returns the heat maps of the most likely classes."""
    options = parse(arguments)
    photo, network = (
        open_photo(options.photo, "coffee.png"),
        load_network(options.weights, options.device),
    )
    x = fzero.device_put(network.preprocess(photo), options.device)
    logits, features = look(network, x)
    found = fzero.device_get(F.softmax(logits))
    best = np.argsort(-found)[: options.top].tolist()
    heats = [heat_map(network, x, features, label) for label in best]

    names = class_names(len(found), options.names)
    titles = [f"{names[i]} {found[i]:.1%}" for i in best]
    for title, heat in zip(titles, heats, strict=True):
        row, column = (int(i) for i in np.unravel_index(heat.argmax(), heat.shape))
        print(f"{title}: most at row {row}, column {column} of {heat.shape}")
    shown = network.restore(fzero.device_get(x)).round().clip(0, 255).astype(np.uint8)
    draw(options.out / "grad_cam.png", shown.transpose(1, 2, 0), heats, titles)
    return heats


if __name__ == "__main__":
    main()
