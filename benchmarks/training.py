"""Steps of training a network in fzero, PyTorch and JAX: what the rows of networks share.

Every step starts from the parameters that the last one left, and returns the loss before it, so
that the loss of a later step tells whether gradients and optimizers agree.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fzero import random, tree
from fzero_nn import optim, training

from . import peers
from .row import Setup

__all__ = [
    "RATE", "SAME", "checkpointed", "images", "jax_step", "our_step", "tensors", "torch_layouts",
    "torch_step", "torch_tree",
]  # fmt: skip

#: The step size of both optimizers.
RATE = {"SGD": 0.1, "Adam": 1e-3}
OURS_BY_NAME = {"SGD": optim.sgd, "Adam": optim.adam}
#: How a variant compares steps: by the loss of the third one, up to float32.
SAME: Mapping[str, Any] = {"checks": 3, "rtol": 1e-3}

#: (params, batch, key) -> loss, in JAX's functions
Loss = Callable[[Any, Any, Any], Any]


def images(count: int, *shape: int, classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """float32 arrays of one shape, and integer labels."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(count, *shape)).astype(np.float32)
    return x, rng.integers(0, classes, count)


def tensors(torch: Any, arrays: Any) -> Any:
    """Copies of arrays as tensors, a tuple or list of them as such."""
    if isinstance(arrays, (tuple, list)):
        return type(arrays)(tensors(torch, a) for a in arrays)
    return torch.tensor(np.array(arrays))


def torch_tree(torch: Any, params: Any) -> Any:
    """A tree of parameters as plain dicts of tensors that ask for gradients."""
    if isinstance(params, dict):
        return {k: torch_tree(torch, p) for k, p in params.items()}
    return torch.tensor(np.array(params), requires_grad=True)


def our_step(
    loss: Callable[..., Any],
    params: Any,
    state: Any,
    batch: Any,
    optimizer: str,
    rate: float | None = None,
) -> Callable[[], Any]:
    """Steps by `training.make_train_step`; `loss(params, state, batch, key)` has auxiliaries."""
    rule = OURS_BY_NAME[optimizer](rate or RATE[optimizer])
    step = training.make_train_step(loss, rule)
    now = training.train_state(params, state, rule, random.key(0))

    def run() -> Any:
        nonlocal now
        now, metrics = step(now, batch)
        return metrics["loss"]

    return run


def torch_step(
    torch: Any,
    loss: Callable[[], Any],
    params: Any,
    optimizer: str,
    rate: float | None = None,
    **options: Any,
) -> Callable[[], Any]:
    """Steps of an optimizer of `torch.optim`, with its own options."""
    rule = getattr(torch.optim, optimizer)(params, lr=rate or RATE[optimizer], **options)

    def run() -> Any:
        rule.zero_grad(set_to_none=True)
        value = loss()
        value.backward()
        rule.step()
        return value

    return run


def checkpointed(torch: Any, f: Callable[..., Any], *args: Any) -> Any:
    """`f` of tensors, run again in the backward pass."""
    return torch.utils.checkpoint.checkpoint(f, *args, use_reentrant=False)


def jax_step(loss: Loss, params: Any, batch: Any, optimizer: str) -> Callable[[], Any]:
    """Steps of optax in one function that `jax.jit` compiles, the old state donated."""
    jax, optax = peers.jax(), peers.optax()
    rule = getattr(optax, optimizer.lower())(RATE[optimizer])
    now = tree.map(jax.numpy.array, _plain(params))
    now, batch = (now, rule.init(now), jax.random.key(0)), tree.map(jax.numpy.asarray, batch)

    def step(now: Any, batch: Any) -> Any:
        params, state, key = now
        key, own = jax.random.split(key)
        value, grads = jax.value_and_grad(loss)(params, batch, own)
        updates, state = rule.update(grads, state, params)
        return (optax.apply_updates(params, updates), state, key), value

    compiled = jax.jit(step, donate_argnums=0).lower(now, batch).compile()

    def run() -> Any:
        nonlocal now
        now, value = compiled(now, batch)
        jax.block_until_ready(now)
        return value

    return run


def _plain(params: Any) -> Any:
    """Plain dicts, which JAX knows as trees."""
    if isinstance(params, dict):
        return {k: _plain(p) for k, p in params.items()}
    return params


def torch_layouts(make: Callable[[Any, int, bool], Callable[[], Any]]) -> dict[str, Setup]:
    """A way for each memory layout of images; `make(torch, size, channels_last)`."""

    def setup(channels_last: bool) -> Setup:
        return lambda size: make(peers.torch(), size, channels_last)

    return {"torch NCHW": setup(False), "torch channels_last": setup(True)}
