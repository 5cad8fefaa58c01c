"""Chains of elementwise operations, the same for every library, and ways to differentiate them."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero

from . import peers
from .row import Setup

__all__ = [
    "CHAINS", "Chain", "numbers", "our_grad", "torch_backward", "torch_func", "value",
    "with_tensor",
]  # fmt: skip

#: (namespace, x, number of operations, a multiple of 4) -> x
Chain = Callable[[Any, Any, int], Any]
Function = Callable[[Any], Any]


def smooth(xp: Any, x: Any, count: int) -> Any:
    """sin, * 1.1, + 0.3 and tanh in turn."""
    sin, tanh = xp.sin, xp.tanh
    for _ in range(count // 4):
        x = tanh(sin(x) * 1.1 + 0.3)
    return x


def mixed(xp: Any, x: Any, count: int) -> Any:
    """x * x, exp, / of two results and maximum in turn: exp(x) / x**2 stays near 1.86."""
    # PyTorch has no maximum with a number: there it is clamp, which takes the lower bound first.
    exp, maximum = xp.exp, getattr(xp, "clamp", None) or xp.maximum
    for _ in range(count // 4):
        x = maximum(exp(x) / (x * x), 1.5)
    return x


CHAINS: dict[str, Chain] = {"sin, * 1.1, + 0.3, tanh": smooth, "x * x, exp, /, maximum": mixed}


def numbers(size: int, rows: int | None = None) -> np.ndarray:
    """float64 numbers between 1.6 and 2.4, where neither chain has a kink."""
    shape = (size,) if rows is None else (rows, size)
    return np.random.default_rng(0).uniform(1.6, 2.4, shape)


def value(chain: Chain, count: int) -> Setup:
    """The sum of the chain in plain NumPy, without a derivative: the yardstick."""

    def setup(size: int) -> Callable[[], Any]:
        x = numbers(size)
        return lambda: np.sum(chain(np, x, count))

    return setup


def our_grad(xp: Any, chain: Chain, count: int) -> Setup:
    """`fzero.grad` of the chain's sum through the functions of `xp`: NumPy's own or fzero's."""

    def setup(size: int) -> Callable[[], Any]:
        x, gradient = numbers(size), fzero.grad(lambda x: xp.sum(chain(xp, x, count)))
        return lambda: gradient(x)

    return setup


def with_tensor(use: Callable[[Any, Any], Callable[[], Any]], rows: int | None = None) -> Setup:
    """A setup from `use(torch, x)`, `x` a tensor of `numbers`."""

    def setup(size: int) -> Callable[[], Any]:
        torch = peers.torch()
        return use(torch, torch.tensor(numbers(size, rows)))

    return setup


def torch_backward(chain: Chain, count: int) -> Setup:
    """The gradient of the chain's sum by PyTorch's `backward()`."""

    def use(torch: Any, x: Any) -> Callable[[], Any]:
        x.requires_grad_()

        def run() -> Any:
            x.grad = None
            chain(torch, x, count).sum().backward()
            return x.grad

        return run

    return with_tensor(use)


def torch_func(chain: Chain, count: int) -> Setup:
    """The gradient of the chain's sum by `torch.func.grad`."""

    def use(torch: Any, x: Any) -> Callable[[], Any]:
        gradient = torch.func.grad(lambda x: chain(torch, x, count).sum())
        return lambda: gradient(x)

    return with_tensor(use)
