"""P7: a step of training a network whose matrix products decide."""

from . import mlp
from .row import Limit, Row

SIZES = (784, 1000, 1000, 10)

ROW = Row(
    id="P7",
    title="training step of an MLP 784-1000-1000-10",
    work=(
        "A step of training as in P6, of 1.8 million parameters, with SGD and with Adam; sizes "
        "count the images of a batch, and 100 is judged."
    ),
    size="images",
    per="step",
    limits={"torch": Limit("ratio", 0.9), "jax.jit": Limit("ratio", 1.0)},
    variants=[
        mlp.variant(name, SIZES, name, (25, 100, 400), judged=100) for name in ("SGD", "Adam")
    ],
)
