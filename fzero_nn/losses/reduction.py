"""What losses share: the reduction, weights, and the checks of shapes and labels."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

__all__ = [
    "check_between",
    "check_fraction",
    "check_integers",
    "check_labels",
    "check_shape",
    "floats",
    "matched",
    "reduced",
    "weak",
    "wide",
]

#: How far sums and smoothing in float16 may leave [0, 1].
_ROUNDING = 1e-2


def reduced(function: str, losses: Any, reduction: str, weights: Any = None) -> Any:
    """Losses, weighted and reduced.

    Args:
        function: the name for messages.
        losses: any shape.
        reduction: "mean" over what counts (0 if nothing does), "sum", "batch" (the sum over the
            length of axis 0, as in DeZero) or "none".
        weights: what broadcasts to the shape of losses, or None for ones. Booleans are a mask;
            where a weight is 0, the loss may even be infinite or NaN.
    """
    if reduction not in ("mean", "sum", "batch", "none"):
        raise ValueError(
            f"{function}: reduction is {reduction!r}; expected 'mean', 'sum', 'batch' or 'none'. "
            "Leave it out for the mean."
        )
    if weights is not None:
        weights = fnp.broadcast_to(_fitting(function, weights, losses), losses.shape)
        losses = _weighted(losses, weights)
    if reduction == "none":
        return losses
    if reduction == "mean":
        return _mean(losses) if weights is None else _ratio(losses, weights)
    rows = losses.shape[0] if reduction == "batch" and losses.shape else 1
    return fnp.astype(fnp.sum(wide(losses)) / max(1, rows), losses.dtype)


def _weighted(losses: Any, weights: Any) -> Any:
    if weights.dtype.kind == "b":
        return fnp.where(weights, losses, 0)
    weights = fnp.astype(weights, losses.dtype)
    return fnp.where((weights == 0) & ~fnp.isfinite(losses), 0, losses) * weights


def _mean(losses: Any) -> Any:
    return fnp.mean(losses) if losses.size else fnp.sum(losses)


def _ratio(losses: Any, weights: Any) -> Any:
    """sum(losses) / sum(weights), 0 without weights; wide enough that no half overflows."""
    total = fnp.sum(fnp.astype(weights, wide(losses).dtype))
    ratio = fnp.sum(wide(losses)) / fnp.where(total == 0, 1, total)
    return fnp.astype(ratio, losses.dtype)


def _fitting(function: str, weights: Any, losses: Any) -> Any:
    weights, shape = fnp.asarray(weights), tuple(losses.shape)
    # From the right, each axis is as long as that of the losses, or 1.
    pairs = zip(weights.shape[::-1], shape[::-1], strict=False)
    if len(weights.shape) > len(shape) or any(n not in (1, m) for n, m in pairs):
        raise ValueError(
            f"{function}: weights is of shape {weights.shape} with losses of shape {shape}; "
            "expected a shape that broadcasts to that. Reshape weights, for example with "
            "weights[:, None]."
        )
    return weights


def check_shape(function: str, argument: str, x: Any, shape: Any, of: str) -> None:
    """Raise unless `x` has exactly this shape: nothing is stretched without a word."""
    if tuple(x.shape) != tuple(shape):
        raise ValueError(
            f"{function}: {argument} is of shape {tuple(x.shape)} with {of}; expected "
            f"{tuple(shape)}. Reshape {argument} to that."
        )


def floats(x: Any) -> Any:
    """An array of `x`; integers and booleans in float64, as small or unsigned ones would wrap."""
    x = fnp.asarray(x)
    return fnp.astype(x, np.float64) if x.dtype.kind in "biu" else x


def wide(x: Any) -> Any:
    """float32 for float16, whose sums overflow; other dtypes as they are."""
    return fnp.astype(x, np.promote_types(x.dtype, np.float32))


def weak(option: Any) -> Any:
    """A NumPy scalar as a number of Python, which leaves the dtype of arrays as it is."""
    scalar = isinstance(option, (np.generic, np.ndarray)) and np.ndim(option) == 0
    return np.asarray(option).item() if scalar else option


def matched(function: str, predictions: Any, targets: Any) -> tuple[Any, Any]:
    """Both as arrays of one shape; targets that are integers or booleans in the other's dtype."""
    predictions, targets = floats(predictions), fnp.asarray(targets)
    shape = tuple(predictions.shape)
    check_shape(function, "targets", targets, shape, f"predictions of shape {shape}")
    whole = targets.dtype.kind in "biu"
    return predictions, fnp.astype(targets, predictions.dtype) if whole else targets


def check_fraction(function: str, argument: str, value: float) -> None:
    """Raise unless 0 <= value <= 1."""
    if not 0 <= value <= 1:
        raise ValueError(
            f"{function}: {argument} is {value}; expected 0 <= {argument} <= 1. "
            f"Write {argument}=0.1 for ten percent."
        )


def check_between(function: str, argument: str, values: Any) -> None:
    """Raise if probabilities on the CPU are outside of [0, 1] by more than rounding explains."""
    found: Any = fzero.value(values)
    if not isinstance(found, (np.ndarray, np.generic)):
        return
    low, high = found.min(initial=0), found.max(initial=1)
    if low < -_ROUNDING or high > 1 + _ROUNDING:
        raise ValueError(
            f"{function}: {argument} is from {low} to {high}; expected 0 <= {argument} <= 1. "
            "Take a loss of logits for scores, and one_hot for classes."
        )


def check_integers(function: str, labels: Any) -> None:
    """Raise if labels are no integers."""
    if labels.dtype.kind not in "iu":
        raise TypeError(
            f"{function}: labels is of dtype {labels.dtype}; expected integers, one class index "
            "for each row. Take one-hot rows with labels.argmax(-1)."
        )


def check_labels(function: str, labels: Any, classes: int) -> bool:
    """Raise if some labels on the CPU are no class.

    Returns:
        Whether the values were looked at; on a GPU that would wait for the device.
    """
    found: Any = fzero.value(labels)
    if not isinstance(found, (np.ndarray, np.generic)):
        return False
    if found.min(initial=0) < 0 or found.max(initial=0) >= classes > 0:
        wrong: Any = np.unique(found)
        wrong = wrong[(wrong < 0) | (wrong >= classes)]
        raise IndexError(
            f"{function}: labels has {wrong[:10].tolist()}; expected 0 <= label < {classes}. "
            "Name a label that marks rows to leave out as ignore_label, where there is one."
        )
    return True
