"""Layers and activations as pure functions of arrays; every transform of fzero goes through them.

Features, or classes, are the last axis; images are (N, C, H, W). float32 in gives float32 out.
"""

from .activations import (
    hard_sigmoid,
    hard_tanh,
    identity,
    log1mexp,
    log_sigmoid,
    sigmoid,
    soft_sign,
    sparse_sigmoid,
    tanh,
)
from .adaptive_pooling import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
)
from .attention import dot_product_attention
from .avg_pooling import avg_pool1d, avg_pool2d, avg_pool3d
from .batch_norm import batch_norm
from .cells import gru_step, lstm_step, rnn_step
from .conv import conv1d, conv2d, conv3d
from .conv_lstm import conv_lstm, conv_lstm_step
from .conv_transpose import conv_transpose1d, conv_transpose2d, conv_transpose3d
from .dropout import dropout, spatial_dropout
from .embedding import embedding, one_hot
from .flatten import flatten
from .gates import gelu, glu, hard_silu, hard_swish, mish, silu, swish
from .global_pooling import global_avg_pool, global_max_pool
from .linear import linear
from .max_pooling import max_pool1d, max_pool2d, max_pool3d
from .normalization import group_norm, instance_norm, layer_norm, rms_norm, standardize
from .patches import col2im, im2col
from .positions import rotary, sinusoidal_positions
from .rectifiers import (
    celu,
    elu,
    leaky_relu,
    prelu,
    relu,
    relu6,
    selu,
    softplus,
    sparse_plus,
    squareplus,
)
from .recurrent import gru, length_mask, lstm, rnn
from .softmax import log_softmax, logmeanexp, logsumexp, softmax
from .weight_norms import power_iteration, spectral_norm, weight_norm
from .windows import conv_outsize, deconv_outsize

__all__ = [
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "batch_norm",
    "celu",
    "col2im",
    "conv1d",
    "conv2d",
    "conv3d",
    "conv_outsize",
    "conv_lstm",
    "conv_lstm_step",
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "deconv_outsize",
    "dot_product_attention",
    "dropout",
    "elu",
    "embedding",
    "flatten",
    "gelu",
    "global_avg_pool",
    "global_max_pool",
    "glu",
    "group_norm",
    "gru",
    "gru_step",
    "hard_sigmoid",
    "hard_silu",
    "hard_swish",
    "hard_tanh",
    "identity",
    "im2col",
    "instance_norm",
    "layer_norm",
    "leaky_relu",
    "length_mask",
    "linear",
    "log1mexp",
    "log_sigmoid",
    "log_softmax",
    "logmeanexp",
    "logsumexp",
    "lstm",
    "lstm_step",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "mish",
    "one_hot",
    "prelu",
    "relu",
    "relu6",
    "rms_norm",
    "rnn",
    "rnn_step",
    "rotary",
    "selu",
    "sigmoid",
    "silu",
    "sinusoidal_positions",
    "soft_sign",
    "softmax",
    "softplus",
    "sparse_plus",
    "sparse_sigmoid",
    "spatial_dropout",
    "squareplus",
    "standardize",
    "swish",
    "tanh",
    "power_iteration",
    "spectral_norm",
    "weight_norm",
]
