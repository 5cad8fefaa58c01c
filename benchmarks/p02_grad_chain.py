"""P2: the gradient of a chain of 100 operations, per operation."""

from collections.abc import Callable
from typing import Any

import fzero.numpy as fnp

from . import peers
from .chains import CHAINS, Chain, numbers, our_grad, torch_backward, torch_func, value
from .row import Limit, Row, Setup, Variant

COUNT = 100


def autograd_grad(chain: Chain) -> Setup:
    """`autograd.grad` of the chain's sum."""

    def setup(size: int) -> Callable[[], Any]:
        autograd, x = peers.autograd(), numbers(size)
        xp = autograd.numpy
        gradient = autograd.grad(lambda x: xp.sum(chain(xp, x, COUNT)))
        return lambda: gradient(x)

    return setup


def mlx_grad(chain: Chain) -> Setup:
    """`mlx.core.grad` of the chain's sum, and its evaluation."""

    def setup(size: int) -> Callable[[], Any]:
        mx = peers.mlx()
        x = mx.array(numbers(size), dtype=mx.float64)
        gradient = mx.grad(lambda x: mx.sum(chain(mx, x, COUNT)))

        def run() -> Any:
            g = gradient(x)
            mx.eval(g)
            return g

        return run

    return setup


ROW = Row(
    id="P2",
    title="grad of a chain of 100 operations",
    work=(
        "The gradient of the sum of a chain of 100 elementwise operations on float64 numbers, "
        "written in fzero.numpy; time per operation, forward and backward. The yardstick is the "
        "value alone in NumPy."
    ),
    size="numbers",
    per="operation",
    limits={
        "torch": Limit("ratio", 0.6),
        "autograd": Limit("ratio", 0.35),
        "mlx": Limit("ratio", 0.5),
    },
    variants=[
        Variant(
            name,
            ours=our_grad(fnp, chain, COUNT),
            peers={
                "numpy": {"numpy": value(chain, COUNT)},
                "torch": {
                    "torch backward": torch_backward(chain, COUNT),
                    "torch.func.grad": torch_func(chain, COUNT),
                },
                "autograd": {"autograd.grad": autograd_grad(chain)},
                "mlx": {"mx.grad": mlx_grad(chain)},
            },
            sizes=(10, 1000, 100_000),
            judged=(10,),
            operations=lambda size: COUNT,
            value_only=("numpy",),
            coarse={"mlx": 1e-4},  # its sin and exp of float64 are as exact as float32
        )
        for name, chain in CHAINS.items()
    ],
)
