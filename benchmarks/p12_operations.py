"""P12: the operations of training beside matrix products, forward and backward."""

import math
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero_nn import functional as F
from fzero_nn import losses

from . import peers
from .row import Limit, Row, Setup, Variant

EPS = 1e-5
Arrays = tuple[np.ndarray, ...]


class Work(NamedTuple):
    """One operation in each library.

    Attributes:
        data: size -> the arguments that are differentiated, and the others.
        ours, torch: the operation; PyTorch's is given `torch` first.
        numpy: its value in plain NumPy.
        sizes: as of a variant; the last two are judged.
        layouts: way -> the layout of memory in which PyTorch gets its first argument.
    """

    data: Callable[[int], tuple[Arrays, Arrays]]
    ours: Callable[..., Any]
    torch: Callable[..., Any]
    numpy: Callable[..., Any]
    sizes: tuple[int, ...]
    layouts: Mapping[str, str] = MappingProxyType({"torch": "contiguous_format"})


def normal(*shape: int, seed: int = 0) -> np.ndarray:
    """float32 numbers."""
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


# ------------------------------------------------------------------------------ the operations


def scores(size: int) -> tuple[Arrays, Arrays]:
    """Logits of 1000 classes, and labels."""
    return (normal(size, 1000),), (np.random.default_rng(0).integers(0, 1000, size),)


def torch_cross_entropy(torch: Any, x: Any, labels: Any) -> Any:
    return torch.nn.functional.cross_entropy(x, labels)


def numpy_cross_entropy(x: Any, labels: Any) -> Any:
    x = x - x.max(1, keepdims=True)
    return np.mean(np.log(np.exp(x).sum(1)) - x[np.arange(len(x)), labels])


def rows(size: int) -> tuple[Arrays, Arrays]:
    """Rows of 512 features, their scale and their shift."""
    return (normal(size, 512), normal(512) + 1, normal(512)), ()


def our_layer_norm(x: Any, gamma: Any, beta: Any) -> Any:
    return F.layer_norm(x, gamma, beta, eps=EPS)


def torch_layer_norm(torch: Any, x: Any, gamma: Any, beta: Any) -> Any:
    return torch.nn.functional.layer_norm(x, gamma.shape, gamma, beta, EPS)


def numpy_layer_norm(x: Any, gamma: Any, beta: Any) -> Any:
    away = x - x.mean(1, keepdims=True)
    return away / np.sqrt(np.mean(away * away, 1, keepdims=True) + EPS) * gamma + beta


def channels(size: int) -> tuple[Arrays, Arrays]:
    """Images of 64 channels of 28x28, scale and shift, and running statistics."""
    zero = np.zeros(64, np.float32)
    return (normal(size, 64, 28, 28), normal(64) + 1, normal(64)), (zero, zero + 1)


def our_batch_norm(x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
    return F.batch_norm(x, gamma, beta, mean, var, train=True, eps=EPS)[0]


def torch_batch_norm(torch: Any, x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
    f = torch.nn.functional.batch_norm
    return f(x, mean, var, gamma, beta, training=True, eps=EPS)


def numpy_batch_norm(x: Any, gamma: Any, beta: Any, mean: Any, var: Any) -> Any:
    away = x - x.mean((0, 2, 3), keepdims=True)
    scale = gamma / np.sqrt(np.mean(away * away, (0, 2, 3)) + EPS)
    return away * scale[:, None, None] + beta[:, None, None]


def features(size: int) -> tuple[Arrays, Arrays]:
    """Rows of 2048 features."""
    return (normal(size, 2048),), ()


def our_gelu(x: Any) -> Any:
    return F.gelu(x, approximate=True)


def torch_gelu(torch: Any, x: Any) -> Any:
    return torch.nn.functional.gelu(x, approximate="tanh")


def numpy_gelu(x: Any) -> Any:
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x)))


def heads(size: int) -> tuple[Arrays, Arrays]:
    """Queries, keys and values: 8 rows of `size` steps, 8 heads of 64 features."""
    return tuple(normal(3, 8, size, 8, 64)), ()


def torch_attention(torch: Any, *qkv: Any) -> Any:
    q, k, v = (x.transpose(1, 2) for x in qkv)
    return torch.nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2)


def numpy_attention(*qkv: Any) -> Any:
    q, k, v = (np.swapaxes(x, 1, 2) for x in qkv)
    w = q @ np.swapaxes(k, 2, 3) / math.sqrt(q.shape[-1])
    w = np.exp(w - w.max(-1, keepdims=True))
    return np.swapaxes(w / w.sum(-1, keepdims=True) @ v, 1, 2)


WORKS = {
    "softmax cross-entropy": Work(
        scores, losses.softmax_cross_entropy, torch_cross_entropy, numpy_cross_entropy, (8, 64, 512)
    ),
    "layer_norm": Work(rows, our_layer_norm, torch_layer_norm, numpy_layer_norm, (64, 1024, 8192)),
    "batch_norm": Work(
        channels,
        our_batch_norm,
        torch_batch_norm,
        numpy_batch_norm,
        (2, 16, 64),
        layouts={"torch NCHW": "contiguous_format", "torch channels_last": "channels_last"},
    ),
    "gelu": Work(features, our_gelu, torch_gelu, numpy_gelu, (16, 256, 2048)),
    "attention": Work(
        heads, F.dot_product_attention, torch_attention, numpy_attention, (16, 64, 256)
    ),
}


# ------------------------------------------------------------------------ forward and backward


def our_setup(work: Work) -> Setup:
    """`fzero.vjp`, and its pullback."""

    def setup(size: int) -> Callable[[], Any]:
        inputs, rest = work.data(size)
        g = normal(*work.ours(*inputs, *rest).shape, seed=1)

        def run() -> Any:
            y, pullback = fzero.vjp(lambda *inputs: work.ours(*inputs, *rest), *inputs)
            return [y, *pullback(g)]

        return run

    return setup


def torch_setup(work: Work, layout: str) -> Setup:
    """The operation, and its gradients by `torch.autograd`."""

    def setup(size: int) -> Callable[[], Any]:
        torch = peers.torch()
        inputs, rest = ([torch.tensor(a) for a in part] for part in work.data(size))
        inputs[0] = inputs[0].contiguous(memory_format=getattr(torch, layout))
        for x in inputs:
            x.requires_grad_()
        g = torch.tensor(normal(*work.torch(torch, *inputs, *rest).shape, seed=1))

        def run() -> Any:
            y = work.torch(torch, *inputs, *rest)
            return [y, *torch.autograd.grad(y, inputs, g)]

        return run

    return setup


def value_by_hand(work: Work) -> Setup:
    """The value in plain NumPy."""

    def setup(size: int) -> Callable[[], Any]:
        inputs, rest = work.data(size)
        return lambda: work.numpy(*inputs, *rest)

    return setup


def variants() -> Iterator[Variant]:
    """Every operation."""
    for name, work in WORKS.items():
        torch = {way: torch_setup(work, layout) for way, layout in work.layouts.items()}
        yield Variant(
            name,
            ours=our_setup(work),
            peers={"numpy": {"numpy": value_by_hand(work)}, "torch": torch},
            sizes=work.sizes,
            judged=work.sizes[1:],
            value_only=("numpy",),
            memory=True,
            warm=2,
            rtol=1e-4,
        )


ROW = Row(
    id="P12",
    title="operations of training, forward and backward",
    work=(
        "The value of an operation, and the gradients of its floats for one cotangent; float32. "
        "Sizes count rows of 1000 classes for the cross-entropy, rows of 512 features "
        "for layer_norm and of 2048 for gelu (by tanh), images of 64x28x28 for batch_norm, and "
        "the steps of 8 sequences with 8 heads of 64 features for attention; the two larger ones "
        "are judged. PyTorch runs eagerly, batch_norm in both layouts of memory. The yardstick "
        "is the value alone in NumPy."
    ),
    size="rows, images or steps",
    limits={"torch": Limit("ratio", 1.0)},
    variants=list(variants()),
)
