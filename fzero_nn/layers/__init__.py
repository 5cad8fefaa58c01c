"""Layers: frozen dataclasses with `init` and `apply`, over the functions of `functional`."""

from .activations import PReLU
from .attention import MultiHeadAttention
from .capture import capture
from .cells import GRUCell, LSTMCell, RNNCell
from .combinators import Flatten, Identity, Lambda, Parallel, Residual, Sequential
from .composite import Composite
from .dropout import Dropout, SpatialDropout
from .embedding import Embedding
from .linear import Linear
from .module import Module
from .normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RMSNorm
from .recurrent import GRU, LSTM, RNN, Bidirectional, Recurrent, RecurrentStack
from .summary import Summary, summary

__all__ = [
    "BatchNorm",
    "Bidirectional",
    "Composite",
    "Dropout",
    "Embedding",
    "Flatten",
    "GRU",
    "GRUCell",
    "GroupNorm",
    "Identity",
    "InstanceNorm",
    "LSTM",
    "LSTMCell",
    "Lambda",
    "LayerNorm",
    "Linear",
    "Module",
    "MultiHeadAttention",
    "PReLU",
    "Parallel",
    "RMSNorm",
    "RNN",
    "RNNCell",
    "Recurrent",
    "RecurrentStack",
    "Residual",
    "Sequential",
    "SpatialDropout",
    "Summary",
    "capture",
    "summary",
]
