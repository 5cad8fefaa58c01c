"""A step of training a small convolutional network, in fzero, PyTorch and JAX."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import fzero_nn as nn
from fzero import random
from fzero.fused import kernels
from fzero_nn import functional as F
from fzero_nn import losses

from . import peers
from .row import Setup
from .training import (
    checkpointed,
    images,
    jax_step,
    our_step,
    tensors,
    torch_layouts,
    torch_step,
    torch_tree,
)

__all__ = ["jax_setup", "network", "our_setup", "torch_setups", "value_by_hand"]

OPTIMIZER = "SGD"
#: Channels after each convolution, features before the affine layers, and between them.
CHANNELS, FEATURES, HIDDEN = (16, 32), 32 * 7 * 7, 128


def block(inputs: int, outputs: int, remat: bool) -> Any:
    """A 3x3 convolution, ReLU and 2x2 pooling; `remat` runs them again in the backward pass."""
    layers = {
        "conv": nn.Conv2d(inputs, outputs, 3, padding=1),
        "relu": F.relu,
        "pool": nn.MaxPool2d(2),
    }
    return nn.Remat(nn.Sequential(layers)) if remat else nn.Sequential(layers)


def network(rate: float, remat: bool = False) -> Any:
    """Two blocks of convolution, two affine layers around dropout."""
    one, two = CHANNELS
    return nn.Sequential(
        {
            "block1": block(1, one, remat),
            "block2": block(one, two, remat),
            "flatten": nn.Flatten(),
            "fc1": nn.Linear(FEATURES, HIDDEN),
            "relu": F.relu,
            "dropout": nn.Dropout(rate),
            "fc2": nn.Linear(HIDDEN, 10),
        }
    )


def start(size: int) -> tuple[Any, tuple[np.ndarray, np.ndarray]]:
    """Parameters, and a batch of images and labels."""
    return network(0.0).init(random.key(0))[0], images(size, 1, 28, 28)


def flat(params: Any) -> dict[str, dict[str, Any]]:
    """The parameters by layer: conv1, conv2, fc1, fc2."""
    blocks = {f"conv{i}": params[f"block{i}"]["conv"] for i in (1, 2)}
    return {k: dict(p) for k, p in {**blocks, "fc1": params["fc1"], "fc2": params["fc2"]}.items()}


def our_setup(rate: float, choice: str = "auto", remat: bool = False) -> Setup:
    """The network with `training.make_train_step` and one choice of kernels."""
    model = network(rate, remat)

    def loss(params: Any, state: Any, batch: Any, key: Any) -> Any:
        logits, state = model.apply(params, state, batch[0], key=key, train=True)
        return losses.softmax_cross_entropy(logits, batch[1]), (state, {})

    def setup(size: int) -> Callable[[], Any]:
        params, batch = start(size)
        step = our_step(loss, params, {}, batch, OPTIMIZER)

        def run() -> Any:
            with kernels(choice):
                return step()

        return run

    return setup


def torch_setups(rate: float, remat: bool = False) -> dict[str, Setup]:
    """The same parameters in `torch.nn.functional`, in both layouts of memory."""

    def make(torch: Any, size: int, channels_last: bool) -> Callable[[], Any]:
        f = torch.nn.functional
        layout = torch.channels_last if channels_last else torch.contiguous_format
        params, batch = start(size)
        layers = torch_tree(torch, flat(params))
        for name, layer in layers.items():
            w = layer["W"].detach()
            w = w.contiguous(memory_format=layout) if "conv" in name else w.T.contiguous()
            layer["W"] = w.requires_grad_()
        x, labels = tensors(torch, batch)
        x = x.contiguous(memory_format=layout)

        def block(x: Any, w: Any, b: Any) -> Any:
            return f.max_pool2d(f.relu(f.conv2d(x, w, b, padding=1)), 2)

        def loss() -> Any:
            h = x
            for name in ("conv1", "conv2"):
                own = layers[name].values()
                h = checkpointed(torch, block, h, *own) if remat else block(h, *own)
            h = f.relu(f.linear(h.flatten(1), *layers["fc1"].values()))
            h = f.linear(f.dropout(h, rate), *layers["fc2"].values())
            return f.cross_entropy(h, labels)

        leaves = [p for layer in layers.values() for p in layer.values()]
        return torch_step(torch, loss, leaves, OPTIMIZER, foreach=True)

    return torch_layouts(make)


def jax_setup(rate: float) -> Setup:
    """`jax.jit` of the step with channels last, which XLA prefers."""

    def setup(size: int) -> Callable[[], Any]:
        jax = peers.jax()
        params, (x, labels) = start(size)
        params = flat(params)
        for name in ("conv1", "conv2"):
            params[name]["W"] = params[name]["W"].transpose(2, 3, 1, 0)

        def conv(x: Any, layer: Any) -> Any:
            axes = ("NHWC", "HWIO", "NHWC")
            y = jax.lax.conv_general_dilated(x, layer["W"], (1, 1), "SAME", dimension_numbers=axes)
            window = (1, 2, 2, 1)
            y = jax.nn.relu(y + layer["b"])
            return jax.lax.reduce_window(y, -np.inf, jax.lax.max, window, window, "VALID")

        def loss(params: Any, batch: Any, key: Any) -> Any:
            x, labels = batch
            x = conv(conv(x, params["conv1"]), params["conv2"])
            x = jax.numpy.transpose(x, (0, 3, 1, 2)).reshape(len(x), -1)
            h = jax.nn.relu(x @ params["fc1"]["W"] + params["fc1"]["b"])
            if rate:
                h = jax.numpy.where(jax.random.bernoulli(key, 1 - rate, h.shape), h / (1 - rate), 0)
            scores = jax.nn.log_softmax(h @ params["fc2"]["W"] + params["fc2"]["b"])
            return -jax.numpy.take_along_axis(scores, labels[:, None], 1).mean()

        return jax_step(loss, params, (x.transpose(0, 2, 3, 1), labels), OPTIMIZER)

    return setup


def value_by_hand(size: int) -> Callable[[], Any]:
    """The logits in plain NumPy, without dropout, by windows and matrix products."""
    params, (x, _) = start(size)
    params = flat(params)

    def conv(x: np.ndarray, layer: Any) -> np.ndarray:
        padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        windows = sliding_window_view(padded, (3, 3), (2, 3))
        y = np.tensordot(windows, layer["W"], ((1, 4, 5), (1, 2, 3))) + layer["b"]
        y = np.maximum(np.moveaxis(y, 3, 1), 0)
        return y.reshape(*y.shape[:2], y.shape[2] // 2, 2, -1, 2).max((3, 5))

    def run() -> np.ndarray:
        h = conv(conv(x, params["conv1"]), params["conv2"]).reshape(size, -1)
        h = np.maximum(h @ params["fc1"]["W"] + params["fc1"]["b"], 0)
        return h @ params["fc2"]["W"] + params["fc2"]["b"]

    return run
