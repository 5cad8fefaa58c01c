"""Metrics: what is reported beside the loss.

`confusion_matrix` counts; precision, recall and F1 are functions of the counts, which may be summed
over batches. `Mean` is a weighted mean as a value, for everything that is a mean over rows.
"""

from .classification import accuracy, auc, confusion_matrix, perplexity, top_k_accuracy
from .confusion import f1, precision, recall
from .mean import Mean, mean_init, mean_merge, mean_update, mean_value
from .regression import mean_absolute_error, r2

__all__ = [
    "Mean",
    "accuracy",
    "auc",
    "confusion_matrix",
    "f1",
    "mean_absolute_error",
    "mean_init",
    "mean_merge",
    "mean_update",
    "mean_value",
    "perplexity",
    "precision",
    "r2",
    "recall",
    "top_k_accuracy",
]
