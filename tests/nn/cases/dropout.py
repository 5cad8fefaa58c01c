"""Dropout, with a mask that the key decides."""

import numpy as np

from fzero import random
from fzero_nn import Dropout, SpatialDropout
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw


def _identity(torch, params, state, x, train):
    return x * 1.0


LAYERS = [
    LayerCase("Dropout", Dropout(0.5), draw(6, 5), draws=True, peer=_identity),
    LayerCase(
        "Dropout at a run-time rate", Dropout(), draw(6, 5), draws=True, options={"rate": 0.3}
    ),
    LayerCase("SpatialDropout", SpatialDropout(0.5), draw(4, 5, 2), draws=True, peer=_identity),
]
KEY = random.key(2)
FUNCTIONS = [
    FunctionCase("dropout", F.dropout, (KEY, draw(4, 5)), {"rate": 0.4}),
    FunctionCase(
        "dropout at an array's rate", F.dropout, (KEY, draw(4, 5), np.array([1, 2])[0] / 4)
    ),
    FunctionCase("spatial_dropout", F.spatial_dropout, (KEY, draw(4, 5, 2)), {"rate": 0.4}),
]
