"""P11: a step of Adam on many parameters."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fzero_nn import optim

from . import peers
from .mlp import adam_by_hand
from .row import Limit, Row, Setup, Variant
from .training import RATE

LR = RATE["Adam"]


def start(size: int) -> tuple[np.ndarray, np.ndarray]:
    """float32 parameters and gradients."""
    rng = np.random.default_rng(0)
    return rng.normal(size=size).astype(np.float32), rng.normal(size=size).astype(np.float32)


def ours(donate: bool) -> Setup:
    """`optim.step` with `optim.adam`; with donation the memory of a step serves the next one."""

    def setup(size: int) -> Callable[[], Any]:
        params, grads = start(size)
        rule = optim.adam(LR)
        state = rule.init(params)

        def run() -> Any:
            nonlocal params, state
            params, state = optim.step(rule, grads, state, params, donate=donate)
            return params

        return run

    return setup


def by_hand(size: int) -> Callable[[], Any]:
    """Adam in plain NumPy, in place: the yardstick."""
    params, grads = start(size)
    update = adam_by_hand([params])

    def run() -> Any:
        update([grads])
        return params

    return run


def torch_setup(**options: Any) -> Setup:
    """`torch.optim.Adam` in place."""

    def setup(size: int) -> Callable[[], Any]:
        torch = peers.torch()
        params, grads = (torch.tensor(a) for a in start(size))
        params.requires_grad_()
        params.grad = grads
        rule = torch.optim.Adam([params], lr=LR, **options)

        def run() -> Any:
            rule.step()
            return params

        return run

    return setup


def jax_setup(donate: bool) -> Setup:
    """`jax.jit` of `optax.adam`."""

    def setup(size: int) -> Callable[[], Any]:
        jax, optax = peers.jax(), peers.optax()
        params, grads = (jax.numpy.array(a) for a in start(size))
        rule = optax.adam(LR)
        now = params, rule.init(params)

        def step(now: Any, grads: Any) -> Any:
            params, state = now
            updates, state = rule.update(grads, state, params)
            return optax.apply_updates(params, updates), state

        compiled = jax.jit(step, donate_argnums=(0,) if donate else ())
        compiled = compiled.lower(now, grads).compile()

        def run() -> Any:
            nonlocal now
            now = compiled(now, grads)
            return jax.block_until_ready(now[0])

        return run

    return setup


TORCH = {
    "torch Adam fused": torch_setup(fused=True),
    "torch Adam foreach": torch_setup(foreach=True),
}


def variant(name: str, ours: Setup, limit: float) -> Variant:
    """One form of our step, beside PyTorch and both forms of JAX."""
    return Variant(
        name,
        ours=ours,
        peers={
            "numpy": {"numpy in place": by_hand},
            "torch": TORCH,
            "jax.jit donated": {"jax.jit donated": jax_setup(donate=True)},
            "jax.jit": {"jax.jit": jax_setup(donate=False)},
        },
        sizes=(100_000, 1_000_000, 10_000_000),
        judged=(1_000_000, 10_000_000),
        limits={family: Limit("ratio", limit) for family in ("torch", "jax.jit donated")},
        memory=True,
        warm=100,
        checks=3,
        rtol=1e-5,
    )


ROW = Row(
    id="P11",
    title="Adam",
    work=(
        "A step of Adam on one array of float32 parameters with given gradients; sizes count the "
        "parameters; a million and ten million are judged. PyTorch's steps are in place, in the "
        "fused and the foreach form, and JAX's and fzero's too where the old arrays are donated. "
        "Without donation fzero returns new arrays, as JAX then does, which is shown without a "
        "target. "
        "The yardstick is written by hand in NumPy, in place. The parameters after three steps "
        "are compared."
    ),
    size="parameters",
    per="step",
    variants=[
        variant("donated", ours(donate=True), limit=1.0),
        variant("without donation", ours(donate=False), limit=2.0),
    ],
)
