"""P4: forward mode and vmap of the chain of P2."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from .chains import CHAINS, Chain, numbers, value, with_tensor
from .row import Limit, Row, Setup, Variant

COUNT, BATCH = 100, 32


def our_jvp(chain: Chain) -> Setup:
    """`fzero.jvp` of the chain along ones."""

    def setup(size: int) -> Callable[[], Any]:
        x, t = numbers(size), np.ones(size)
        return lambda: fzero.jvp(lambda x: chain(fnp, x, COUNT), (x,), (t,))

    return setup


def our_vmap(chain: Chain) -> Setup:
    """`fzero.vmap` of the chain over 32 rows."""

    def setup(size: int) -> Callable[[], Any]:
        x, rows = numbers(size, BATCH), fzero.vmap(lambda x: chain(fnp, x, COUNT))
        return lambda: rows(x)

    return setup


def batch_value(chain: Chain) -> Setup:
    """The chain of 32 rows at once in plain NumPy."""

    def setup(size: int) -> Callable[[], Any]:
        x = numbers(size, BATCH)
        return lambda: chain(np, x, COUNT)

    return setup


def torch_jvp(chain: Chain) -> Setup:
    """`torch.func.jvp` of the chain along ones."""

    def use(torch: Any, x: Any) -> Callable[[], Any]:
        t = torch.ones_like(x)
        return lambda: torch.func.jvp(lambda x: chain(torch, x, COUNT), (x,), (t,))

    return with_tensor(use)


def torch_dual(chain: Chain) -> Setup:
    """PyTorch's dual numbers, which `torch.func.jvp` is built on."""

    def use(torch: Any, x: Any) -> Callable[[], Any]:
        t, dual = torch.ones_like(x), torch.autograd.forward_ad

        def run() -> Any:
            with dual.dual_level():
                pair = dual.unpack_dual(chain(torch, dual.make_dual(x, t), COUNT))
                return pair.primal, pair.tangent

        return run

    return with_tensor(use)


def torch_vmap(chain: Chain) -> Setup:
    """`torch.func.vmap` of the chain over 32 rows."""

    def use(torch: Any, x: Any) -> Callable[[], Any]:
        rows = torch.func.vmap(lambda x: chain(torch, x, COUNT))
        return lambda: rows(x)

    return with_tensor(use, BATCH)


def variants() -> Iterator[Variant]:
    """jvp and vmap of each chain."""
    common = {
        "sizes": (10, 1000, 10_000),
        "judged": (10,),
        "operations": lambda size: COUNT,
        "value_only": ("numpy",),
    }
    for name, chain in CHAINS.items():
        families = {
            "numpy": {"numpy": value(chain, COUNT)},
            "torch.func": {"torch.func.jvp": torch_jvp(chain)},
            "torch": {"torch dual numbers": torch_dual(chain)},
        }
        yield Variant(f"jvp of {name}", our_jvp(chain), families, **common)
        families = {
            "numpy": {"numpy": batch_value(chain)},
            "torch.func": {"torch.func.vmap": torch_vmap(chain)},
        }
        yield Variant(f"vmap of {name}", our_vmap(chain), families, **common)


ROW = Row(
    id="P4",
    title="jvp and vmap of that chain",
    work=(
        "The chain of P2 pushed forward along one tangent, and mapped over 32 rows; time per "
        "operation. The yardstick is the value alone in NumPy, of all rows at once for vmap. "
        "PyTorch's dual numbers, without torch.func around them, are shown without a target."
    ),
    size="numbers",
    per="operation",
    limits={"torch.func": Limit("ratio", 0.5)},
    variants=list(variants()),
)
