"""Layers and activations as pure functions of arrays; every transform of fzero goes through them.

Features, or classes, are the last axis; images are (N, C, H, W). float32 in gives float32 out.
"""

from .activations import log_softmax, logsumexp, relu, sigmoid, softmax, softplus
from .embedding import one_hot
from .linear import linear

__all__ = [
    "linear",
    "log_softmax",
    "logsumexp",
    "one_hot",
    "relu",
    "sigmoid",
    "softmax",
    "softplus",
]
