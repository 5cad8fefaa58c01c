"""A small convolutional network, for images such as MNIST's and CIFAR's."""

from collections.abc import Sequence
from typing import Any

from .. import functional as F
from ..initializers import Initializer
from ..layers import Dropout, Flatten, Linear, MaxPool2d, Sequential
from .blocks import HE_NORMAL, conv_bn

__all__ = ["CNN"]


def CNN(
    inputs: int = 1,
    size: int = 28,
    channels: Sequence[int] = (32, 64),
    hidden: int = 128,
    num_classes: int = 10,
    dropout: Any = 0.5,
    W_init: Initializer = HE_NORMAL,
) -> Sequential:
    """Blocks of 3x3 convolution, batch normalisation, ReLU and 2x2 max pooling; two affine layers.

    Args:
        inputs: the channels of the images: 1 for grey, 3 for colour.
        size: the height and width of the images; each block halves it, rounding down.
        channels: of each block.
        hidden: the size of the affine layer before the last.
        num_classes: the size of the output, which holds logits.
        dropout: the rate, before the last layer.
        W_init: initializer of the weights.

    Parameters: block0, block1, ... with conv/W, bn/gamma, bn/beta; fc1, fc2 with W, b.

    Raises:
        ValueError: images too small for so many blocks.

    Example:
        >>> import fzero, numpy as np
        >>> params, state = CNN().init(fzero.random.key(0))
        >>> CNN().apply(params, state, np.ones((2, 1, 28, 28), np.float32))[0].shape
        (2, 10)
    """
    left = size >> len(channels)
    if left < 1:
        raise ValueError(
            f"CNN: size is {size} with {len(channels)} blocks; expected at least "
            f"{1 << len(channels)}, since each block halves it. Give fewer channels."
        )
    layers: dict[str, Any] = {}
    for i, (before, after) in enumerate(zip((inputs, *channels), channels, strict=False)):
        layers[f"block{i}"] = conv_bn(before, after, 3, F.relu, padding=1, W_init=W_init)
        layers[f"pool{i}"] = MaxPool2d(2)
    features = (inputs, *channels)[-1] * left**2
    return Sequential(
        {
            **layers,
            "flatten": Flatten(),
            "fc1": Linear(features, hidden, W_init=W_init),
            "relu1": F.relu,
            "drop1": Dropout(dropout),
            "fc2": Linear(hidden, num_classes, W_init=W_init),
        }
    )
