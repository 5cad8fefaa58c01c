"""VGG: blocks of 3x3 convolutions, and three large affine layers."""

from typing import Any, Literal

from .. import functional as F
from ..initializers import Initializer
from ..layers import AvgPool2d, Conv2d, Dropout, Flatten, Linear, MaxPool2d, Sequential
from .blocks import HE_NORMAL

__all__ = ["VGG", "VGG11", "VGG13", "VGG16", "VGG19", "conv_names"]

#: The convolutions of each of the five blocks.
_BLOCKS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
_POOLING = {"max": MaxPool2d, "average": AvgPool2d}


def VGG(
    depth: int = 16,
    num_classes: int = 1000,
    *,
    pooling: Literal["max", "average"] = "max",
    width: int = 64,
    hidden: int = 4096,
    size: int = 224,
    W_init: Initializer = HE_NORMAL,
) -> Sequential:
    """The classifier of images of the VGG group.

    Args:
        depth: 11, 13, 16 or 19 layers with weights.
        num_classes: the size of the output, which holds logits.
        pooling: "max", or "average", which style transfer prefers.
        width: the channels of the first block; the others have 2, 4, 8 and 8 times as many.
        hidden: the size of fc6 and fc7.
        size: the height and width of the images, (N, 3, size, size).
        W_init: initializer of the weights.

    Parameters: conv1_1, conv1_2, ..., fc6, fc7, fc8, each with W and b, as DeZero and Caffe name
    them. Outputs to `capture` are also relu1_1, ..., pool1, ..., relu6, relu7. DeZero's files load
    with `formats.dezero_to_trees`, torchvision's with `vgg_from_torch`.

    Raises:
        ValueError: another depth or pooling; size below 32.

    Source: Simonyan, Zisserman, Very deep convolutional networks, 2014, arXiv:1409.1556.

    Example:
        >>> import fzero
        >>> params, state = VGG(11, 10, width=8, hidden=32, size=32).init(fzero.random.key(0))
        >>> list(params)[:3], params["fc6"]["W"].shape
        (['conv1_1', 'conv2_1', 'conv3_1'], (64, 32))
    """
    _check(depth, pooling, size)
    layers: dict[str, Any] = {}
    inputs = 3
    for block, count in enumerate(_BLOCKS[depth], 1):
        outputs = width * min(2 ** (block - 1), 8)
        for i in range(1, count + 1):
            conv = Conv2d(inputs, outputs, 3, padding=1, W_init=W_init)
            layers |= {f"conv{block}_{i}": conv, f"relu{block}_{i}": F.relu}
            inputs = outputs
        layers[f"pool{block}"] = _POOLING[pooling](2)
    return Sequential(layers | _head(inputs * (size // 32) ** 2, hidden, num_classes, W_init))


def _head(features: int, hidden: int, num_classes: int, W_init: Initializer) -> dict[str, Any]:
    return {
        "flatten": Flatten(),
        "fc6": Linear(features, hidden, W_init=W_init),
        "relu6": F.relu,
        "drop6": Dropout(0.5),
        "fc7": Linear(hidden, hidden, W_init=W_init),
        "relu7": F.relu,
        "drop7": Dropout(0.5),
        "fc8": Linear(hidden, num_classes, W_init=W_init),
    }


def conv_names(count: int) -> list[str]:
    """The names of the convolutions of the VGG that has so many; none if no VGG has."""
    blocks = next((blocks for blocks in _BLOCKS.values() if sum(blocks) == count), ())
    return [f"conv{b}_{i}" for b, n in enumerate(blocks, 1) for i in range(1, n + 1)]


def _check(depth: int, pooling: str, size: int) -> None:
    if depth not in _BLOCKS:
        raise ValueError(
            f"VGG: depth is {depth!r}; expected one of {list(_BLOCKS)}. Take 16, the usual one."
        )
    if pooling not in _POOLING:
        raise ValueError(
            f"VGG: pooling is {pooling!r}; expected one of {list(_POOLING)}. Leave it out for max."
        )
    if size < 32:
        raise ValueError(
            f"VGG: size is {size}; expected at least 32, since five poolings halve it. "
            "Enlarge the images."
        )


def VGG11(num_classes: int = 1000, **options: Any) -> Sequential:
    """`VGG` with 8 convolutions: configuration A of the paper, 132,863,336 parameters."""
    return VGG(11, num_classes, **options)


def VGG13(num_classes: int = 1000, **options: Any) -> Sequential:
    """`VGG` with 10 convolutions: configuration B of the paper, 133,047,848 parameters."""
    return VGG(13, num_classes, **options)


def VGG16(num_classes: int = 1000, **options: Any) -> Sequential:
    """`VGG` with 13 convolutions: configuration D of the paper, 138,357,544 parameters."""
    return VGG(16, num_classes, **options)


def VGG19(num_classes: int = 1000, **options: Any) -> Sequential:
    """`VGG` with 16 convolutions: configuration E of the paper, 143,667,240 parameters."""
    return VGG(19, num_classes, **options)
