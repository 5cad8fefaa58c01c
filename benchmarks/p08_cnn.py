"""P8: a step of training a small convolutional network."""

from collections.abc import Iterator

from . import cnn
from .row import Limit, Row, Variant
from .training import SAME

DROPOUT = 0.5
#: The name of each variant: the kernels that fzero may use, and the target.
KERNELS = {"the kernels installed": ("auto", 0.9), "kernels of pure NumPy": ("numpy", 1.3)}


def variant(name: str, rate: float, compared: Variant | None = None) -> Variant:
    """Steps with one choice of kernels, sizes counting the images of a batch."""
    kernels, limit = KERNELS[name]
    yardstick = {"numpy": {"numpy": cnn.value_by_hand}} if kernels == "numpy" else {}
    return Variant(
        name,
        ours=cnn.our_setup(rate, kernels),
        peers={
            **yardstick,
            "torch": cnn.torch_setups(rate),
            "jax.jit": {"jax.jit": cnn.jax_setup(rate)},
        },
        sizes=(16, 64, 256),
        judged=(64,),
        limits={"torch": Limit("ratio", limit)},
        value_only=tuple(yardstick),
        memory=True,
        warm=2,
        compared=compared,
        **SAME,
    )


def variants() -> Iterator[Variant]:
    """Masks of dropout differ from library to library: results are compared without it."""
    for name in KERNELS:
        yield variant(name, DROPOUT, compared=variant(name, 0.0))


ROW = Row(
    id="P8",
    title="training step of a small CNN on 1x28x28",
    work=(
        "A step of training: two blocks of 3x3 convolution (16 and 32 channels), ReLU and 2x2 "
        "pooling, an affine layer of 128, dropout of a half, an affine layer of 10, SGD; "
        "float32, sizes counting the images of a batch; 64 is judged. fzero runs once with the "
        "kernels it finds, once with those that need NumPy alone (which are the same where no "
        "library of kernels is installed). PyTorch runs eagerly in both layouts of memory; JAX "
        "compiles the step, channels last, and is shown without a target. The yardstick is the "
        "forward pass in NumPy. The losses of third steps are compared without dropout. "
        "Beside the kernels of pure NumPy, PyTorch's times scatter widely, since the thread pools "
        "of one process disturb each other: in runs of its own it takes about 8 ms for 64 "
        "images, and the ratio is then near 2, which misses the target."
    ),
    size="images",
    per="step",
    variants=list(variants()),
)
