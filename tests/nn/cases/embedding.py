"""Integers as vectors."""

import numpy as np

from fzero_nn import Embedding
from fzero_nn import functional as F
from tests.nn.cases import FunctionCase, LayerCase, draw

IDS = np.array([[2, 0, 2], [3, 3, 1]])


def _embedding(torch, params, state, x, train):
    return torch.nn.functional.embedding(x, params["W"])


LAYERS = [LayerCase("Embedding", Embedding(5, 2), IDS, peer=_embedding)]
FUNCTIONS = [
    FunctionCase(
        "embedding",
        F.embedding,
        (IDS[0], draw(4, 3)),
        peer=lambda torch, ids, W: torch.nn.functional.embedding(ids, W),
    ),
    FunctionCase(
        "one_hot",
        F.one_hot,
        (IDS,),
        {"num_classes": 4, "dtype": np.int64, "axis": 0},
        order=0,
        peer=lambda torch, ids: torch.nn.functional.one_hot(ids, 4).movedim(-1, 0),
    ),
]
