"""A step of training a multilayer perceptron, in fzero, PyTorch, JAX and plain NumPy."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from fzero import random
from fzero_nn import Remat, losses, models

from . import peers
from .row import Setup, Variant
from .training import (
    RATE,
    SAME,
    checkpointed,
    images,
    jax_step,
    our_step,
    tensors,
    torch_step,
    torch_tree,
)

__all__ = ["by_hand", "gradients_by_hand", "our_setup", "start", "torch_setup", "variant"]

Sizes = Sequence[int]
#: The options of `torch.optim` that are tried, by optimizer and then by way.
TORCH = {
    "SGD": {"torch SGD foreach": {"foreach": True}, "torch SGD fused": {"fused": True}},
    "Adam": {"torch Adam foreach": {"foreach": True}, "torch Adam fused": {"fused": True}},
}


def start(sizes: Sizes, batch: int) -> tuple[Any, tuple[np.ndarray, np.ndarray]]:
    """Parameters, and a batch of images and labels."""
    params, _ = models.MLP(sizes).init(random.key(0))
    return params, images(batch, sizes[0], classes=sizes[-1])


def our_setup(sizes: Sizes, optimizer: str, remat: bool = False) -> Setup:
    """`models.MLP` and `training.make_train_step`; `remat` runs the forward pass again."""
    model = Remat(models.MLP(sizes)) if remat else models.MLP(sizes)

    def loss(params: Any, state: Any, batch: Any, key: Any) -> Any:
        logits, state = model.apply(params, state, batch[0])
        return losses.softmax_cross_entropy(logits, batch[1]), (state, {})

    def setup(size: int) -> Callable[[], Any]:
        params, batch = start(sizes, size)
        return our_step(loss, params, {}, batch, optimizer)

    return setup


def torch_setup(sizes: Sizes, optimizer: str, remat: bool = False, **options: Any) -> Setup:
    """The same parameters in `torch.nn.functional`, and an optimizer of `torch.optim`."""

    def setup(size: int) -> Callable[[], Any]:
        torch = peers.torch()
        F = torch.nn.functional
        params, batch = start(sizes, size)
        layers = list(torch_tree(torch, params).values())
        for layer in layers:  # PyTorch keeps the weights of an affine layer transposed
            layer["W"] = layer["W"].detach().T.contiguous().requires_grad_()
        inputs, labels = tensors(torch, batch)

        def logits(x: Any) -> Any:
            for i, layer in enumerate(layers):
                x = F.linear(F.relu(x) if i else x, layer["W"], layer["b"])
            return x

        def loss() -> Any:
            y = checkpointed(torch, logits, inputs) if remat else logits(inputs)
            return F.cross_entropy(y, labels)

        leaves = [p for layer in layers for p in layer.values()]
        return torch_step(torch, loss, leaves, optimizer, **options)

    return setup


def jax_setup(sizes: Sizes, optimizer: str) -> Setup:
    """`jax.jit` of the step, with optax."""

    def setup(size: int) -> Callable[[], Any]:
        jax = peers.jax()
        params, batch = start(sizes, size)

        def loss(params: Any, batch: Any, key: Any) -> Any:
            x, labels = batch
            for i, layer in enumerate(params.values()):
                x = (jax.nn.relu(x) if i else x) @ layer["W"] + layer["b"]
            scores = jax.nn.log_softmax(x)
            return -jax.numpy.take_along_axis(scores, labels[:, None], 1).mean()

        return jax_step(loss, params, batch, optimizer)

    return setup


# ----------------------------------------------------------------------- the same in plain NumPy


def gradients_by_hand(
    layers: Sequence[Mapping[str, np.ndarray]], x: np.ndarray, labels: np.ndarray
) -> tuple[Any, list[np.ndarray]]:
    """The loss, and its gradients W, b of each layer in turn."""
    inputs = []
    for i, layer in enumerate(layers):
        x = np.maximum(x, 0) if i else x
        inputs.append(x)
        x = x @ layer["W"] + layer["b"]
    x -= x.max(1, keepdims=True)
    g, rows = np.exp(x), np.arange(len(x))
    total = g.sum(1, keepdims=True)
    loss = np.mean(np.log(total[:, 0]) - x[rows, labels])
    g /= total
    g[rows, labels] -= 1
    g /= len(x)
    grads: list[np.ndarray] = []
    for i in range(len(layers) - 1, -1, -1):
        grads = [inputs[i].T @ g, g.sum(0), *grads]
        if i:
            g = (g @ layers[i]["W"].T) * (inputs[i] > 0)
    return loss, grads


def sgd_by_hand(params: list[np.ndarray]) -> Callable[[list[np.ndarray]], None]:
    """Steps in place."""

    def update(grads: list[np.ndarray]) -> None:
        for p, g in zip(params, grads, strict=True):
            g *= RATE["SGD"]
            p -= g

    return update


def adam_by_hand(params: list[np.ndarray]) -> Callable[[list[np.ndarray]], None]:
    """Steps in place."""
    moments = [(np.zeros_like(p), np.zeros_like(p)) for p in params]
    t = 0

    def update(grads: list[np.ndarray]) -> None:
        nonlocal t
        t += 1
        for p, g, (m, v) in zip(params, grads, moments, strict=True):
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            root = np.sqrt(v / (1 - 0.999**t))
            p -= RATE["Adam"] / (1 - 0.9**t) * m / (root + 1e-8)

    return update


def by_hand(sizes: Sizes, optimizer: str) -> Setup:
    """The step in plain NumPy: the yardstick."""

    def setup(size: int) -> Callable[[], Any]:
        params, (x, labels) = start(sizes, size)
        layers = [{k: np.array(a) for k, a in layer.items()} for layer in params.values()]
        flat = [a for layer in layers for a in (layer["W"], layer["b"])]
        update = {"SGD": sgd_by_hand, "Adam": adam_by_hand}[optimizer](flat)

        def run() -> Any:
            loss, grads = gradients_by_hand(layers, x, labels)
            update(grads)
            return loss

        return run

    return setup


def variant(
    name: str, sizes: Sizes, optimizer: str, batches: Sequence[int], judged: int, **options: Any
) -> Variant:
    """Steps with one optimizer, sizes counting the images of a batch."""
    torch = {way: torch_setup(sizes, optimizer, **o) for way, o in TORCH[optimizer].items()}
    return Variant(
        name,
        ours=our_setup(sizes, optimizer),
        peers={
            "numpy": {"numpy": by_hand(sizes, optimizer)},
            "torch": torch,
            "jax.jit": {"jax.jit": jax_setup(sizes, optimizer)},
        },
        sizes=batches,
        judged=(judged,),
        memory=True,
        warm=1,
        **SAME,
        **options,
    )
