"""The cross-entropy of integer labels in one pass over the logits."""

from typing import Any

import numpy as np

from fzero import array_namespace
from fzero.fused import Kernel

__all__ = ["CROSS_ENTROPY"]

#: Elements that are worked on together on a CPU, so that they stay in its cache.
_BLOCK = 1 << 15


def _forward(needed: Any, logits: Any, labels: Any, *, label_smoothing: float) -> tuple[Any, Any]:
    xp, classes = array_namespace(logits), logits.shape[-1]
    rows, flat = logits.reshape(-1, classes), labels.reshape(-1)
    losses = xp.empty(len(rows), rows.dtype)
    probabilities = xp.empty_like(rows) if needed[0] else None
    step = max(1, _BLOCK // classes if xp is np else len(rows))
    for start in range(0, len(rows), step):
        block = slice(start, start + step)
        out = None if probabilities is None else probabilities[block]
        losses[block] = _losses(xp, rows[block], flat[block], label_smoothing, out)
    return losses.reshape(labels.shape), (probabilities, labels)


def _losses(xp: Any, logits: Any, labels: Any, smoothing: float, out: Any) -> Any:
    """The losses of some rows; their probabilities go to `out`, unless it is None."""
    top = logits.max(axis=1, keepdims=True)
    shifted = xp.subtract(logits, xp.where(xp.isfinite(top), top, 0), out=out)
    loss = (smoothing - 1) * shifted[xp.arange(len(labels)), labels]
    if smoothing:
        loss -= smoothing * shifted.mean(axis=1)
    weights = xp.exp(shifted, out=shifted)
    total = weights.sum(axis=1, keepdims=True)
    if out is not None:
        xp.divide(weights, total, out=out)
    return loss + xp.log(total[:, 0])


def _backward(needed: Any, residuals: Any, g: Any, *, label_smoothing: float) -> Any:
    """(softmax - target) g, where the target is the label's row of one 1, smoothed."""
    probabilities, labels = residuals
    xp, (n, classes) = array_namespace(g), probabilities.shape
    g = g.reshape(-1, 1)
    grad = probabilities * g
    if label_smoothing:
        grad -= label_smoothing / classes * g
    grad[xp.arange(n), labels.reshape(-1)] -= (1 - label_smoothing) * g[:, 0]
    return grad.reshape(*labels.shape, classes), None


def _fits(logits: Any, labels: Any, *, label_smoothing: float) -> bool:
    return logits.dtype.kind == "f" and logits.shape[-1] > 0


#: Arguments (logits, labels), shapes (..., C) and (...); labels are between 0 and C - 1.
CROSS_ENTROPY = Kernel(_forward, _backward, _fits)
