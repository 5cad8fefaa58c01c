"""P17: whether time and memory stay linear in the length of a computation."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from . import peers
from .chains import CHAINS, numbers
from .row import Row, Variant

CHAIN = CHAINS["sin, * 1.1, + 0.3, tanh"]
WIDTH = 10


def operations(length: int) -> int:
    """A chain or a loop of `length` operations or steps."""
    return length


def long_chain(length: int) -> Callable[[], Any]:
    """`fzero.grad` through `length` operations on 10 numbers."""
    x, gradient = numbers(WIDTH), fzero.grad(lambda x: fnp.sum(CHAIN(fnp, x, length)))
    return lambda: gradient(x)


def long_value(length: int) -> Callable[[], Any]:
    """The same chain in plain NumPy."""
    x = numbers(WIDTH)
    return lambda: np.sum(CHAIN(np, x, length))


def sequence(length: int) -> np.ndarray:
    """`length` rows of 10 float64 numbers."""
    return np.random.default_rng(0).normal(size=(length, WIDTH))


def recurrence(xp: Any, xs: Any) -> Any:
    """h = tanh(xs[t] + h / 2) over the rows of `xs`: one slice a step."""
    h, tanh = 0.0, xp.tanh
    for t in range(len(xs)):
        h = tanh(xs[t] + h * 0.5)
    return xp.sum(h)


def loop(length: int) -> Callable[[], Any]:
    """`fzero.grad` through the recurrence."""
    xs, gradient = sequence(length), fzero.grad(lambda xs: recurrence(fnp, xs))
    return lambda: gradient(xs)


def loop_value(length: int) -> Callable[[], Any]:
    """The recurrence in plain NumPy."""
    xs = sequence(length)
    return lambda: recurrence(np, xs)


def torch_loop(length: int) -> Callable[[], Any]:
    """PyTorch's `backward()` through the recurrence."""
    torch = peers.torch()
    xs = torch.tensor(sequence(length), requires_grad=True)

    def run() -> Any:
        xs.grad = None
        recurrence(torch, xs).backward()
        return xs.grad

    return run


def autograd_loop(length: int) -> Callable[[], Any]:
    """`autograd.grad` through the recurrence."""
    autograd, xs = peers.autograd(), sequence(length)
    gradient = autograd.grad(lambda xs: recurrence(autograd.numpy, xs))
    return lambda: gradient(xs)


def variants() -> Iterator[Variant]:
    """Both computations, with the garbage collector on and off."""
    common = {"operations": operations, "value_only": ("numpy",), "memory": True}
    for on in (True, False):
        state = "collector on" if on else "collector off"
        yield Variant(
            f"chain, {state}",
            ours=long_chain,
            peers={"numpy": {"numpy": long_value}},
            sizes=(10_000, 100_000, 1_000_000),
            gc=on,
            **common,
        )
        families = {"numpy": {"numpy": loop_value}}
        if on:  # once is enough for peers without a target: theirs may take minutes
            families["torch"] = {"torch backward": torch_loop}
            families["autograd"] = {"autograd.grad": autograd_loop}
        sizes = (100, 1000, 10_000)
        yield Variant(f"loop over xs[t], {state}", loop, families, sizes, gc=on, **common)


ROW = Row(
    id="P17",
    title="cost grows linearly with length",
    work=(
        "The gradient through a chain of up to a million operations on 10 float64 numbers, and "
        "through a loop h = tanh(xs[t] + h / 2) over rows of 10; time and peak memory per "
        "operation or step. The peer is fzero itself at the smaller sizes; the yardstick is the "
        "value alone in NumPy."
    ),
    size="operations or steps",
    per="operation or step",
    growth=1.2,
    variants=list(variants()),
)
