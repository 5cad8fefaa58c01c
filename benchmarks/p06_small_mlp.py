"""P6: a step of training a network so small that the cost of calls decides."""

from . import mlp
from .row import Limit, Row

ROW = Row(
    id="P6",
    title="training step of an MLP 64-128-128-10, Adam",
    work=(
        "A step of training: loss, gradients and Adam, float32, sizes counting the examples of a "
        "batch; 32 is judged. PyTorch runs eagerly, with the foreach and the fused form of Adam; "
        "JAX compiles the whole step and donates the old parameters. The yardstick is the step "
        "written by hand in NumPy, in place. What a step returns is the loss, and that of the "
        "third step is compared."
    ),
    size="examples",
    per="step",
    limits={"torch": Limit("ratio", 0.6), "jax.jit": Limit("ratio", 1.0)},
    variants=[mlp.variant("Adam", (64, 128, 128, 10), "Adam", (8, 32, 128), judged=32)],
)
