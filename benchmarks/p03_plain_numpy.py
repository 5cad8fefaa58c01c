"""P3: the gradient of the chain of P2 where the user has written plain `np.` functions."""

import numpy as np

from .chains import CHAINS, our_grad, torch_backward, torch_func, value
from .row import Limit, Row, Variant

COUNT = 100


ROW = Row(
    id="P3",
    title="the same through plain np functions",
    work=(
        "The gradient of P2 where the function calls NumPy's own functions, which hand the "
        "tracers to fzero; time per operation. The yardstick is the value alone in NumPy."
    ),
    size="numbers",
    per="operation",
    limits={"torch": Limit("ratio", 0.7)},
    variants=[
        Variant(
            name,
            ours=our_grad(np, chain, COUNT),
            peers={
                "numpy": {"numpy": value(chain, COUNT)},
                "torch": {
                    "torch backward": torch_backward(chain, COUNT),
                    "torch.func.grad": torch_func(chain, COUNT),
                },
            },
            sizes=(10, 1000, 100_000),
            judged=(10,),
            operations=lambda size: COUNT,
            value_only=("numpy",),
        )
        for name, chain in CHAINS.items()
    ],
)
