"""SqueezeNet: the accuracy of AlexNet with a fiftieth of the parameters."""

from typing import Any, Literal

from .. import functional as F
from ..initializers import Initializer
from ..layers import Conv2d, Dropout, GlobalAvgPool, MaxPool2d, Parallel, Sequential
from .blocks import HE_NORMAL

__all__ = ["SqueezeNet"]

#: The channels and the window of conv1, and after which fires there is pooling.
_VERSIONS = {"1.0": ((96, 7), (4, 8)), "1.1": ((64, 3), (3, 5))}
#: Of fire2, ..., fire9: the channels of squeeze, and of each half of expand.
_FIRES = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))


def SqueezeNet(
    num_classes: int = 1000,
    *,
    version: Literal["1.0", "1.1"] = "1.1",
    W_init: Initializer = HE_NORMAL,
) -> Sequential:
    """Fire modules: 1x1 convolutions to few channels, then 1x1 and 3x3 ones to many.

    Args:
        num_classes: the size of the output, which holds logits.
        version: "1.0", that of the paper, or "1.1", as accurate with 2.4 times less arithmetic.
        W_init: initializer of the kernels.

    The images are (N, 3, H, W), with H and W of 31 or more; 224 in the paper.

    Parameters: conv1, fire2/squeeze, fire2/expand/1x1, fire2/expand/3x3, ..., conv10, each with W
    and b; 1,248,424 numbers in version 1.0, 1,235,496 in 1.1.

    Raises:
        ValueError: another version.

    Source: Iandola et al., SqueezeNet, 2016, arXiv:1602.07360.

    Example:
        >>> import fzero
        >>> params, state = SqueezeNet(10).init(fzero.random.key(0))
        >>> list(params)[:2], params["conv10"]["W"].shape
        (['conv1', 'fire2'], (10, 512, 1, 1))
    """
    if version not in _VERSIONS:
        raise ValueError(
            f"SqueezeNet: version is {version!r}; expected one of {list(_VERSIONS)}. "
            "Leave it out for 1.1."
        )
    (inputs, window), pooled = _VERSIONS[version]
    layers: dict[str, Any] = {
        "conv1": Conv2d(3, inputs, window, 2, W_init=W_init),
        "relu1": F.relu,
        "pool1": MaxPool2d(3, 2, ceil_mode=True),
    }
    for i, (squeeze, expand) in enumerate(_FIRES, 2):
        layers[f"fire{i}"] = _fire(inputs, squeeze, expand, W_init)
        if i in pooled:
            layers[f"pool{i}"] = MaxPool2d(3, 2, ceil_mode=True)
        inputs = 2 * expand
    last = Conv2d(inputs, num_classes, 1, W_init=W_init)
    head = {"drop9": Dropout(0.5), "conv10": last, "relu10": F.relu, "pool10": GlobalAvgPool()}
    return Sequential(layers | head)


def _fire(inputs: int, squeeze: int, expand: int, W_init: Initializer) -> Sequential:
    halves = {
        "1x1": Conv2d(squeeze, expand, 1, W_init=W_init),
        "3x3": Conv2d(squeeze, expand, 3, padding=1, W_init=W_init),
    }
    return Sequential(
        {
            "squeeze": Conv2d(inputs, squeeze, 1, W_init=W_init),
            "relu1": F.relu,
            "expand": Parallel(halves, axis=1),
            "relu2": F.relu,
        }
    )
