"""What the convolutional models are made of."""

from collections.abc import Callable
from typing import Any

from ..initializers import Initializer, he_normal
from ..layers import BatchNorm, Conv2d, Sequential

__all__ = ["HE_NORMAL", "conv_bn"]

#: Where the models start from: it keeps the variance through ReLU.
HE_NORMAL: Initializer = he_normal()


def conv_bn(
    inputs: int,
    outputs: int,
    window: int,
    activation: Callable[..., Any] | None,
    eps: float = 2e-5,
    decay: float = 0.9,
    W_init: Initializer = HE_NORMAL,
    **options: Any,
) -> Sequential:
    """A convolution without b, batch normalisation, and an activation unless that is None.

    Args:
        inputs, outputs: channels.
        window: the kernel's size.
        activation: a function.
        eps, decay: of `BatchNorm`.
        W_init: initializer of the kernel.
        **options: of `Conv2d`.

    Parameters: `conv` and `bn`.
    """
    layers: dict[str, Any] = {
        "conv": Conv2d(inputs, outputs, window, bias=False, W_init=W_init, **options),
        "bn": BatchNorm(outputs, eps=eps, decay=decay),
    }
    return Sequential(layers if activation is None else {**layers, "activation": activation})
