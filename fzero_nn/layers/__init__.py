"""Layers: frozen dataclasses with `init` and `apply`, over the functions of `functional`."""

from .activations import PReLU
from .adaptive_pooling import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    GlobalAvgPool,
    GlobalMaxPool,
)
from .attention import MultiHeadAttention
from .capture import capture
from .cells import GRUCell, LSTMCell, RNNCell
from .combinators import Flatten, Identity, Lambda, Parallel, Residual, Sequential
from .composite import Composite
from .conv import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .conv_lstm import ConvLSTM
from .dropout import Dropout, SpatialDropout
from .embedding import Embedding
from .linear import Linear
from .module import Module
from .normalization import BatchNorm, GroupNorm, InstanceNorm, LayerNorm, RMSNorm
from .pooling import AvgPool1d, AvgPool2d, AvgPool3d, MaxPool1d, MaxPool2d, MaxPool3d
from .recurrent import GRU, LSTM, RNN, Recurrent
from .recurrent_stacks import Bidirectional, RecurrentStack
from .remat import Remat
from .summary import Summary, summary
from .weight_norms import SpectralNorm, WeightNorm

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BatchNorm",
    "Bidirectional",
    "Composite",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvLSTM",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Dropout",
    "Embedding",
    "Flatten",
    "GRUCell",
    "GlobalAvgPool",
    "GlobalMaxPool",
    "GroupNorm",
    "Identity",
    "InstanceNorm",
    "LSTMCell",
    "Lambda",
    "LayerNorm",
    "Linear",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Module",
    "MultiHeadAttention",
    "PReLU",
    "Parallel",
    "RMSNorm",
    "RNNCell",
    "Recurrent",
    "RecurrentStack",
    "Remat",
    "Residual",
    "Sequential",
    "SpatialDropout",
    "Summary",
    "capture",
    "summary",
    "SpectralNorm",
    "WeightNorm",
]
