"""Places in a sequence."""

import numpy as np

from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, draw

FUNCTIONS = [
    FunctionCase("sinusoidal_positions", F.sinusoidal_positions, (), {"length": 3, "features": 5}),
    FunctionCase("rotary", F.rotary, (draw(2, 3, 2, 4),)),
    FunctionCase(
        "rotary at places", F.rotary, (draw(3, 1, 2), np.array([5, 0, 2])), {"base": 10.0}
    ),
]
