"""P13: the peak memory of steps of training, with and without `checkpoint`."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from . import cnn, mlp, peers
from .p07_large_mlp import SIZES as LAYERS
from .row import Limit, Row, Setup, Variant
from .training import SAME, checkpointed, tensors

#: Rows and features of the carry of the scan; steps between two checkpoints.
ROWS, WIDTH, PIECE = 32, 64, 25
NO_DROPOUT = 0.0


def scan_data(steps: int) -> tuple[np.ndarray, np.ndarray]:
    """A matrix, and what is added in each step."""
    rng = np.random.default_rng(0)
    W = rng.normal(0, WIDTH**-0.5, (WIDTH, WIDTH)).astype(np.float32)
    return W, rng.normal(size=(steps, ROWS, WIDTH)).astype(np.float32)


def our_scan(piece: int | None) -> Setup:
    """The gradient through h = tanh(h W + x_t), checkpointed after each `piece` steps."""

    def run_steps(W: Any, h: Any, xs: Any) -> Any:
        return fzero.scan(lambda h, x: (fnp.tanh(h @ W + x), None), h, xs)[0]

    def setup(size: int) -> Callable[[], Any]:
        W, xs = scan_data(size)
        h = np.zeros((ROWS, WIDTH), np.float32)

        def loss(W: Any) -> Any:
            if piece is None:
                return fnp.sum(run_steps(W, h, xs))
            again, pieces = fzero.checkpoint(run_steps), xs.reshape(-1, piece, ROWS, WIDTH)
            return fnp.sum(fzero.scan(lambda h, part: (again(W, h, part), None), h, pieces)[0])

        gradient = fzero.grad(loss)
        return lambda: gradient(W)

    return setup


def torch_scan(piece: int | None) -> Setup:
    """The same as a loop, with `torch.utils.checkpoint`."""

    def setup(size: int) -> Callable[[], Any]:
        torch = peers.torch()
        W, xs = tensors(torch, scan_data(size))
        W.requires_grad_()

        def run_steps(W: Any, h: Any, xs: Any) -> Any:
            for x in xs:
                h = torch.tanh(h @ W + x)
            return h

        def run() -> Any:
            h = torch.zeros(ROWS, WIDTH)
            if piece is None:
                h = run_steps(W, h, xs)
            else:
                for part in xs.split(piece):
                    h = checkpointed(torch, run_steps, W, h, part)
            return torch.autograd.grad(h.sum(), W)

        return run

    return setup


def with_and_without(
    name: str, ours: dict[bool, Setup], torch: dict[bool, dict[str, Setup]], **options: Any
) -> Iterator[Variant]:
    """Two variants: the work as it is, and with `checkpoint` beside that."""
    yield Variant(
        name,
        ours=ours[False],
        peers={"torch": torch[False]},
        limits={"torch": Limit("ratio", 1.0)},
        **options,
    )
    yield Variant(
        f"{name}, checkpoint",
        ours=ours[True],
        peers={"without": {"fzero without checkpoint": ours[False]}, "torch": torch[True]},
        limits={"without": Limit("ratio", 0.5)},
        **options,
    )


def both(make: Callable[[bool], Any]) -> dict[bool, Any]:
    """What `make` makes without and with checkpoints."""
    return {remat: make(remat) for remat in (False, True)}


def variants() -> Iterator[Variant]:
    """The steps of P7 and P8, without dropout so that results agree, and a scan."""
    yield from with_and_without(
        "MLP of P7",
        both(lambda remat: mlp.our_setup(LAYERS, "SGD", remat)),
        both(lambda remat: {"torch": mlp.torch_setup(LAYERS, "SGD", remat, foreach=True)}),
        sizes=(100, 1600),
        warm=1,
        **SAME,
    )
    yield from with_and_without(
        "CNN of P8",
        both(lambda remat: cnn.our_setup(NO_DROPOUT, remat=remat)),
        both(lambda remat: cnn.torch_setups(NO_DROPOUT, remat)),
        sizes=(64, 512),
        warm=2,
        **SAME,
    )
    yield from with_and_without(
        "scan",
        both(lambda remat: our_scan(PIECE if remat else None)),
        both(lambda remat: {"torch": torch_scan(PIECE if remat else None)}),
        sizes=(250, 1000),
        warm=PIECE,
        rtol=1e-3,
    )


ROW = Row(
    id="P13",
    title="peak memory of training",
    work=(
        "How far one call raises the resident memory of a process of its own, after a smaller "
        "call: a step of P7 and of P8, sizes counting images, and the gradient through a scan of "
        "h = tanh(h W + x) over 32 rows of 64, sizes counting its steps. With `checkpoint` the "
        "MLP, each block of convolution, or 25 steps of the scan at a time run again in the "
        "backward pass; the target is half of the memory without. (The step of P7 holds little "
        "but the gradients and the new parameters, which no checkpoint avoids.)"
    ),
    size="images or steps",
    measure="memory",
    variants=list(variants()),
)
