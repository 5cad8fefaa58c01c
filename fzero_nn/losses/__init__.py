"""Losses: pure functions of predictions and targets, reduced to a mean unless told otherwise.

Every loss takes `reduction`, which is "mean", "sum", "none", or "batch": the sum over the length
of axis 0. With `weights` (or a boolean mask) "mean" is the mean over what counts. Integer targets
take the dtype of the predictions, so that float32 stays float32; floats of a wider dtype widen
the loss, as in NumPy. Lists are taken for arrays.
"""

from .binary import (
    binary_cross_entropy,
    dice,
    hinge,
    perceptron,
    sigmoid_binary_cross_entropy,
    squared_hinge,
)
from .cross_entropy import (
    smooth_labels,
    softmax_cross_entropy,
    softmax_cross_entropy_with_probabilities,
)
from .distribution import kl_divergence, normal_nll
from .embedding import cosine_distance, cosine_similarity, margin_ranking, ntxent, triplet
from .focal import poly_cross_entropy, sigmoid_focal, softmax_focal
from .ranking import ranking_softmax
from .regression import huber, l1, log_cosh, mse, squared_error
from .sequence import ctc_loss
from .sparse import sparsemax

__all__ = [
    "binary_cross_entropy",
    "cosine_distance",
    "cosine_similarity",
    "ctc_loss",
    "dice",
    "hinge",
    "huber",
    "kl_divergence",
    "l1",
    "log_cosh",
    "margin_ranking",
    "mse",
    "normal_nll",
    "ntxent",
    "perceptron",
    "poly_cross_entropy",
    "ranking_softmax",
    "sigmoid_binary_cross_entropy",
    "sigmoid_focal",
    "smooth_labels",
    "softmax_cross_entropy",
    "softmax_cross_entropy_with_probabilities",
    "softmax_focal",
    "sparsemax",
    "squared_error",
    "squared_hinge",
    "triplet",
]
