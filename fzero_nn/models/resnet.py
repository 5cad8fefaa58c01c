"""ResNet: blocks of convolutions beside shortcuts."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .. import functional as F
from ..initializers import Initializer
from ..layers import BatchNorm, Composite, Conv2d, GlobalAvgPool, Linear, MaxPool2d, Sequential
from .blocks import HE_NORMAL

__all__ = ["ResNet", "ResNet18", "ResNet34", "ResNet50", "ResNet101", "ResNet152", "ResidualBlock"]

#: The blocks of each of the four stages.
_STAGES = {
    18: (2, 2, 2, 2),
    34: (3, 4, 6, 3),
    50: (3, 4, 6, 3),
    101: (3, 4, 23, 3),
    152: (3, 8, 36, 3),
}
#: Added to variances: by DeZero and Chainer, and by PyTorch.
_EPS = {"caffe": 2e-5, "torch": 1e-5}


@dataclass(frozen=True)
class ResidualBlock(Composite):
    """Convolutions with batch normalisation beside a shortcut.

    y = relu(bn_n(conv_n(... relu(bn_1(conv_1(x))) ...)) + s(x)), where s is the identity, or
    bn_(n+1)(conv_(n+1)(x)) with a 1x1 window if the shape changes.

    Args:
        inputs: the channels of x.
        convs: `(outputs, window, stride)` of each convolution.
        bn_eps: of the batch normalisations.
        W_init: initializer of the kernels.

    Parameters: conv1/W, bn1/gamma, bn1/beta, and so on.
    """

    inputs: int
    convs: tuple[tuple[int, int, int], ...]
    bn_eps: float = 2e-5
    W_init: Initializer = HE_NORMAL

    def children(self) -> Mapping[str, Any]:
        inputs = self.inputs
        found: dict[str, Any] = {}
        for i, (outputs, window, stride) in enumerate(self.convs, 1):
            found |= self._pair(i, inputs, outputs, window, stride)
            inputs = outputs
        if self._projects():
            found |= self._pair(len(self.convs) + 1, self.inputs, inputs, 1, self._stride())
        return found

    def forward(self, call: Callable[..., Any], x: Any) -> Any:
        y, last = x, len(self.convs)
        for i in range(1, last + 1):
            y = call(f"bn{i}", call(f"conv{i}", y))
            y = F.relu(y) if i < last else y
        if self._projects():
            x = call(f"bn{last + 1}", call(f"conv{last + 1}", x))
        return F.relu(y + x)

    def _pair(self, i: int, inputs: int, outputs: int, window: int, stride: int) -> dict[str, Any]:
        return {
            f"conv{i}": Conv2d(
                inputs, outputs, window, stride, window // 2, bias=False, W_init=self.W_init
            ),
            f"bn{i}": BatchNorm(outputs, eps=self.bn_eps),
        }

    def _stride(self) -> int:
        return math.prod(stride for _, _, stride in self.convs)

    def _projects(self) -> bool:
        return self._stride() > 1 or self.convs[-1][0] != self.inputs


def ResNet(
    depth: int = 50,
    num_classes: int = 1000,
    *,
    convention: Literal["caffe", "torch"] = "caffe",
    width: int = 64,
    W_init: Initializer = HE_NORMAL,
) -> Sequential:
    """The classifier of images of He et al.

    Args:
        depth: 18 or 34, of blocks of two convolutions; 50, 101 or 152, of blocks of three.
        num_classes: the size of the output, which holds logits.
        convention: "caffe", for the authors' weights and DeZero's: conv1 has a b, a 1x1
            convolution has the stride, pool1 rounds up. "torch", for PyTorch's: conv1 has no b,
            the 3x3 convolution has the stride, pool1 is padded, and `eps` is 1e-5.
        width: the channels of conv1, and of the first stage's inner convolutions.
        W_init: initializer of the weights.

    The images are (N, 3, H, W), with H and W of 32 or more; 224 in the paper.

    Parameters: conv1, bn1, res2/a/conv1, res2/a/bn1, ..., res2/b1/conv1, ..., fc6, as DeZero names
    them. The state has the running statistics of each bn. Outputs to `capture` are also relu1,
    pool1, res2/a, res2, ..., res5, pool5. DeZero's files load with
    `formats.dezero_to_trees`, torchvision's with `resnet_from_torch`.

    Raises:
        ValueError: another depth or convention.

    Source: He et al., Deep residual learning for image recognition, 2015, arXiv:1512.03385.

    Example:
        >>> import fzero
        >>> params, state = ResNet(50, 10, width=2).init(fzero.random.key(0))
        >>> list(params["res2"]), params["fc6"]["W"].shape
        (['a', 'b1', 'b2'], (64, 10))
    """
    _check(depth, convention)
    caffe, eps = convention == "caffe", _EPS[convention]
    expansion = 4 if depth >= 50 else 1
    stages = _stages(depth, width, expansion, caffe)
    return Sequential(
        {
            "conv1": Conv2d(3, width, 7, 2, 3, bias=caffe, W_init=W_init),
            "bn1": BatchNorm(width, eps=eps),
            "relu1": F.relu,
            "pool1": MaxPool2d(3, 2, ceil_mode=True) if caffe else MaxPool2d(3, 2, padding=1),
            **{name: _stage(blocks, eps, W_init) for name, blocks in stages},
            "pool5": GlobalAvgPool(),
            "fc6": Linear(8 * width * expansion, num_classes, W_init=W_init),
        }
    )


def _stages(
    depth: int, width: int, expansion: int, caffe: bool
) -> Iterator[tuple[str, list[tuple[int, Any]]]]:
    """The name of each stage, and of each of its blocks the input channels and convolutions."""
    inputs = width
    for i, count in enumerate(_STAGES[depth]):
        middle, blocks = width << i, []
        for j in range(count):
            stride = 2 if i > 0 and j == 0 else 1
            blocks.append((inputs, _convs(middle, expansion, stride, caffe)))
            inputs = middle * expansion
        yield f"res{i + 2}", blocks


def _convs(middle: int, expansion: int, stride: int, caffe: bool) -> tuple[Any, ...]:
    if expansion == 1:
        return (middle, 3, stride), (middle, 3, 1)
    first, second = (stride, 1) if caffe else (1, stride)
    return (middle, 1, first), (middle, 3, second), (middle * expansion, 1, 1)


def _stage(blocks: list[tuple[int, Any]], eps: float, W_init: Initializer) -> Sequential:
    names = ["a", *(f"b{i}" for i in range(1, len(blocks)))]
    return Sequential(
        {
            name: ResidualBlock(inputs, convs, eps, W_init)
            for name, (inputs, convs) in zip(names, blocks, strict=True)
        }
    )


def _check(depth: int, convention: str) -> None:
    if depth not in _STAGES:
        raise ValueError(
            f"ResNet: depth is {depth!r}; expected one of {list(_STAGES)}. Take 50, the usual one."
        )
    if convention not in _EPS:
        raise ValueError(
            f"ResNet: convention is {convention!r}; expected one of {list(_EPS)}. Take torch's "
            "for weights of PyTorch, caffe's otherwise."
        )


def ResNet18(num_classes: int = 1000, **options: Any) -> Sequential:
    """`ResNet` with 8 blocks of two convolutions."""
    return ResNet(18, num_classes, **options)


def ResNet34(num_classes: int = 1000, **options: Any) -> Sequential:
    """`ResNet` with 16 blocks of two convolutions."""
    return ResNet(34, num_classes, **options)


def ResNet50(num_classes: int = 1000, **options: Any) -> Sequential:
    """`ResNet` with 16 blocks of three convolutions."""
    return ResNet(50, num_classes, **options)


def ResNet101(num_classes: int = 1000, **options: Any) -> Sequential:
    """`ResNet` with 33 blocks of three convolutions."""
    return ResNet(101, num_classes, **options)


def ResNet152(num_classes: int = 1000, **options: Any) -> Sequential:
    """`ResNet` with 50 blocks of three convolutions."""
    return ResNet(152, num_classes, **options)
