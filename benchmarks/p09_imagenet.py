"""P9: VGG16 and ResNet50 on images of 224x224."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from fzero import random
from fzero.fused import kernels
from fzero_nn import losses, models

from . import imagenet
from .row import Limit, Row, Setup, Variant
from .training import images, our_step, tensors, torch_layouts, torch_step

SIDE, OPTIMIZER = 224, "SGD"
#: From random parameters gradients of float32 have errors of 2 % in both libraries, measured
#: against float64: the loss after one small step is compared, up to a hundredth.
STEP, AFTER_ONE_STEP = 1e-3, {"checks": 2, "rtol": 1e-2}
OURS = {
    "VGG16": models.VGG16(),
    "ResNet50": models.ResNet50(convention="torch"),
}
TORCH = {"VGG16": imagenet.vgg16, "ResNet50": imagenet.resnet50}
#: The kernels that fzero may use, and the target.
KERNELS = {"the kernels installed": ("auto", 1.0), "kernels of pure NumPy": ("numpy", 1.5)}


@functools.lru_cache(maxsize=1)
def parameters(name: str) -> tuple[Any, Any]:
    """Parameters and state of one network, which no step changes."""
    return OURS[name].init(random.key(0))


def start(name: str, size: int) -> tuple[Any, Any, tuple[np.ndarray, np.ndarray]]:
    """Parameters, state, and a batch of images and labels."""
    params, state = parameters(name)
    return params, state, images(size, 3, SIDE, SIDE, classes=1000)


def with_kernels(choice: str, run: Callable[[], Any]) -> Callable[[], Any]:
    """`run` under one choice of kernels."""

    def chosen() -> Any:
        with kernels(choice):
            return run()

    return chosen


def our_forward(name: str, choice: str) -> Setup:
    """The logits of a batch."""

    def setup(size: int) -> Callable[[], Any]:
        params, state, (x, _) = start(name, size)
        return with_kernels(choice, lambda: OURS[name].apply(params, state, x)[0])

    return setup


def our_training(name: str, choice: str) -> Setup:
    """A step of `training.make_train_step`."""

    def loss(params: Any, state: Any, batch: Any, key: Any) -> Any:
        logits, state = OURS[name].apply(params, state, batch[0], key=key, train=True)
        return losses.softmax_cross_entropy(logits, batch[1]), (state, {})

    def setup(size: int) -> Callable[[], Any]:
        params, state, batch = start(name, size)
        return with_kernels(choice, our_step(loss, params, state, batch, OPTIMIZER, STEP))

    return setup


def torch_setups(name: str, train: bool) -> dict[str, Setup]:
    """The logits of a batch, or a step of training, in both layouts."""

    def make(torch: Any, size: int, channels_last: bool) -> Callable[[], Any]:
        layout = torch.channels_last if channels_last else torch.contiguous_format
        params, state, batch = start(name, size)
        module = imagenet.give(torch, TORCH[name](torch), params, state)
        module = module.to(memory_format=layout).train(train)
        x, labels = tensors(torch, batch)
        x = x.contiguous(memory_format=layout)
        if not train:
            return torch.no_grad()(lambda: module(x))
        loss = lambda: torch.nn.functional.cross_entropy(module(x), labels)
        return torch_step(torch, loss, module.parameters(), OPTIMIZER, STEP, foreach=True)

    return torch_layouts(make)


def products(size: int) -> Callable[[], Any]:
    """The matrix products of ResNet50's convolutions."""
    params, _ = parameters("ResNet50")
    sides = {"conv1": 112, "res2": 56, "res3": 28, "res4": 14, "res5": 7}
    return imagenet.products(params, sides, size)


def forward(name: str, label: str) -> Variant:
    """Logits of one image and of eight."""
    choice, limit = KERNELS[label]
    with_products = name == "ResNet50" and choice == "numpy"
    yardstick = {"numpy": {"numpy": products}} if with_products else {}
    return Variant(
        f"{name}, {label}",
        ours=our_forward(name, choice),
        peers={**yardstick, "torch": torch_setups(name, train=False)},
        sizes=(1, 8),
        limits={"torch": Limit("ratio", limit)},
        value_only=tuple(yardstick),
        memory=True,
        rtol=1e-3,
    )


def training(label: str) -> Variant:
    """A step of ResNet50."""
    choice, limit = KERNELS[label]
    return Variant(
        f"ResNet50 training, {label}",
        ours=our_training("ResNet50", choice),
        peers={"torch": torch_setups("ResNet50", train=True)},
        sizes=(2, 8),
        judged=(8,),
        limits={"torch": Limit("ratio", limit)},
        memory=True,
        **AFTER_ONE_STEP,
    )


ROW = Row(
    id="P9",
    title="VGG16 and ResNet50 at 224x224",
    work=(
        "The logits of one image and of eight, and a step of training ResNet50 by SGD on a batch "
        "of eight; float32, sizes counting the images. fzero runs once with the kernels it finds, "
        "once with those that need NumPy alone. PyTorch has the same parameters in both layouts "
        "of memory, and gives the same logits and losses. The yardstick of ResNet50 is the matrix "
        "products of its convolutions."
    ),
    size="images",
    rounds=5,
    variants=[
        *(forward(name, label) for name in OURS for label in KERNELS),
        *(training(label) for label in KERNELS),
    ],
)
