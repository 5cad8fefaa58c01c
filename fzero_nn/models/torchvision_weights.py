"""Parameters and state of VGG and ResNet from the weights of torchvision."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from .torch_weights import trees_from_torch
from .vgg import conv_names

__all__ = ["resnet_from_torch", "vgg_from_torch"]


def resnet_from_torch(weights: Mapping[str, Any]) -> tuple[Any, Any]:
    """Parameters and state of `ResNet(depth, convention="torch")` from a PyTorch `state_dict`.

    Args:
        weights: arrays by torchvision's names, as `fzero_nn.formats.load_torch` reads them.

    Returns:
        `(params, state)`, frozen.

    Raises:
        ValueError: names of another model.
    """
    # A shortcut's convolution comes after the two or three of its block.
    last = 4 if "layer1.0.conv3.weight" in weights else 3
    inside = {"downsample.0": f"conv{last}", "downsample.1": f"bn{last}"}

    def rename(layer: str) -> str:
        if layer in ("conv1", "bn1", "fc"):
            return layer.replace("fc", "fc6")
        found = re.fullmatch(r"layer([1-4])\.(\d+)\.((?:conv|bn)[1-3]|downsample\.[01])", layer)
        if not found:
            raise _another("resnet_from_torch", "ResNet", layer)
        stage, block, name = found.groups()
        place = "a" if block == "0" else f"b{block}"
        return f"res{int(stage) + 1}/{place}/{inside.get(name, name)}"

    return trees_from_torch(weights, rename)


def vgg_from_torch(weights: Mapping[str, Any]) -> tuple[Any, Any]:
    """Parameters of `VGG` from a PyTorch `state_dict`, without batch normalisation.

    Args:
        weights: arrays by torchvision's names, as `fzero_nn.formats.load_torch` reads them.

    Returns:
        `(params, state)`, frozen; the state is empty.

    Raises:
        ValueError: names of another model, or a model with batch normalisation.
    """
    convs = sorted(
        int(key.split(".")[1])
        for key, array in weights.items()
        if key.startswith("features.") and np.ndim(array) == 4
    )
    names = {f"features.{i}": name for i, name in zip(convs, conv_names(len(convs)), strict=False)}
    names |= {"classifier.0": "fc6", "classifier.3": "fc7", "classifier.6": "fc8"}

    def rename(layer: str) -> str:
        if layer not in names:
            raise _another("vgg_from_torch", "VGG", layer)
        return names[layer]

    return trees_from_torch(weights, rename)


def _another(function: str, model: str, layer: str) -> ValueError:
    return ValueError(
        f"{function}: weights has the layer {layer!r}; expected those of torchvision's {model}. "
        "Give trees_from_torch a rename for another model."
    )
