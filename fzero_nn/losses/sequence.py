"""Losses of sequences whose steps have no labels of their own."""

from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from ..functional import log_softmax
from .reduction import check_integers, check_labels, check_shape, floats, reduced

__all__ = ["ctc_loss"]

#: The logarithm of a probability of 0: an infinite one has no derivative.
_NEVER = -1e30


def ctc_loss(
    logits: Any,
    labels: Any,
    logit_lengths: Any,
    label_lengths: Any,
    *,
    blank: int = 0,
    weights: Any = None,
    reduction: str = "mean",
) -> Any:
    """Minus the log-probability of a sequence of labels, summed over every alignment.

    Each step says a class or a blank; a run of the same class is one label.

    Args:
        logits: shape (T, N, C), steps first; normalized here.
        labels: integers of shape (N, S), no blanks; what is beyond a row's length may be anything.
        logit_lengths: the number of steps of each sequence, integers of shape (N,), <= T.
        label_lengths: the number of labels of each sequence, integers of shape (N,), <= S.
        blank: the class that stands for no label.
        weights: of the sequences, shape (N,), or a boolean mask.
        reduction: "mean" over the sequences (not over the labels first, as PyTorch does), "sum",
            "batch" or "none".

    Returns:
        A scalar of the dtype of logits, or the losses of shape (N,) for "none". The loss of a
        sequence that is too short for its labels is inf, with gradient 0.

    Raises:
        TypeError: labels or lengths are no integers.
        ValueError: shapes that do not fit, or an unknown reduction.
        IndexError: labels that are no class or blank, or lengths beyond T or S (on the CPU).

    Cost: T steps of a scan over (N, 2 S + 1) numbers.

    Source: Graves et al. 2006, Connectionist temporal classification.

    Example:
        >>> import numpy as np
        >>> logits, labels = np.zeros((2, 1, 3)), np.array([[1]])
        >>> loss = ctc_loss(logits, labels, np.array([2]), np.array([1]))
        >>> round(float(9 * np.exp(-loss)), 6)  # 11, 1_ and _1 of the 9 alignments
        3.0
    """
    logits, labels = floats(logits), fnp.asarray(labels)
    logit_lengths, label_lengths = fnp.asarray(logit_lengths), fnp.asarray(label_lengths)
    labels = _checked(logits, labels, logit_lengths, label_lengths, blank)
    steps = fzero.array_namespace(logits).arange(logits.shape[0])
    running = fnp.expand_dims(steps, 1) < logit_lengths
    wide = fnp.astype(logits, np.promote_types(logits.dtype, np.float32))
    found = log_softmax(fnp.where(fnp.expand_dims(running, -1), wide, 0))
    states = _with_blanks(labels, blank)
    emissions = fnp.take_along_axis(found, fnp.expand_dims(states, 0), axis=-1)
    emissions = fnp.maximum(emissions, _NEVER)
    alpha = _forward(emissions, _may_skip(states, blank), running)
    losses = fnp.astype(-_end(alpha, label_lengths), logits.dtype)
    return reduced("ctc_loss", losses, reduction, weights)


def _with_blanks(labels: Any, blank: int) -> Any:
    """The states of the sequences: a blank before, between and after the labels."""
    blanks = fnp.full_like(labels, blank)
    pairs = fnp.stack([blanks, labels], axis=-1)
    flat = fnp.reshape(pairs, (labels.shape[0], 2 * labels.shape[1]))
    return fnp.pad(flat, ((0, 0), (0, 1)), constant_values=blank)


def _may_skip(states: Any, blank: int) -> Any:
    """Where a state may follow the one two before: at labels that do not repeat."""
    other = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    return fnp.pad(other, ((0, 0), (2, 0)))[:, : states.shape[1]]


def _forward(emissions: Any, skip: Any, running: Any) -> Any:
    """log P(steps so far, at each state), after the last step of each sequence."""
    xp = fzero.array_namespace(emissions)
    _, n, states = emissions.shape
    # Before the first step, as if at the first blank: from there both first states are reached.
    start = xp.broadcast_to(xp.where(xp.arange(states) == 0, 0, _NEVER), (n, states))

    def step(alpha: Any, x: Any) -> tuple[Any, None]:
        emission, on = x
        before = fnp.pad(alpha, ((0, 0), (2, 0)), constant_values=_NEVER)
        skipped = fnp.where(skip, before[:, :-2], _NEVER)
        after = fnp.logaddexp(fnp.logaddexp(alpha, before[:, 1:-1]), skipped) + emission
        return fnp.where(fnp.expand_dims(on, 1), after, alpha), None

    return fzero.scan(step, start.astype(emissions.dtype), (emissions, running))[0]


def _end(alpha: Any, lengths: Any) -> Any:
    """log P of the whole sequence: it ends in the last label or in the blank after it."""
    lengths = fnp.astype(lengths, np.int64)
    last = fnp.take_along_axis(alpha, fnp.expand_dims(2 * lengths, 1), axis=1)
    label = fnp.take_along_axis(alpha, fnp.expand_dims(fnp.maximum(2 * lengths - 1, 0), 1), axis=1)
    label = fnp.where(fnp.expand_dims(lengths, 1) > 0, label, _NEVER)
    total = fnp.logaddexp(last, label)[:, 0]
    return fnp.where(total < _NEVER / 2, -float("inf"), total)


def _checked(logits: Any, labels: Any, steps: Any, counts: Any, blank: int) -> Any:
    """The labels, with blanks beyond the length of each row."""
    if len(logits.shape) != 3 or len(labels.shape) != 2:
        raise ValueError(
            f"ctc_loss: logits is of shape {tuple(logits.shape)}, labels of {tuple(labels.shape)}; "
            "expected (T, N, C) and (N, S). Put the steps first with numpy.moveaxis."
        )
    most, n, classes = logits.shape
    if not 0 <= blank < classes:
        raise ValueError(
            f"ctc_loss: blank is {blank}; expected 0 <= blank < {classes}, one of the classes. "
            "Give logits one class more, for the blank."
        )
    check_shape("ctc_loss", "labels", labels, (n, labels.shape[1]), f"{n} sequences of logits")
    check_integers("ctc_loss", labels)
    _check_lengths("logit_lengths", steps, n, most)
    _check_lengths("label_lengths", counts, n, labels.shape[1])
    inside = fzero.array_namespace(labels).arange(labels.shape[1]) < fnp.expand_dims(counts, 1)
    blanks = fzero.value(inside & (labels == blank))
    if isinstance(blanks, np.ndarray) and blanks.any():
        raise IndexError(
            f"ctc_loss: labels has the blank {blank} within label_lengths; expected other classes. "
            "Shift the labels by 1 where class 0 is the blank."
        )
    labels = fnp.where(inside, labels, blank)
    check_labels("ctc_loss", labels, classes)
    return labels


def _check_lengths(argument: str, lengths: Any, n: int, most: int) -> None:
    check_shape("ctc_loss", argument, lengths, (n,), f"{n} sequences of logits")
    if lengths.dtype.kind not in "iu":
        raise TypeError(
            f"ctc_loss: {argument} is of dtype {lengths.dtype}; expected integers. "
            f"Write {argument}.astype(int)."
        )
    found = fzero.value(lengths)
    if isinstance(found, np.ndarray) and ((found < 0) | (found > most)).any():
        raise IndexError(
            f"ctc_loss: {argument} is from {found.min()} to {found.max()}; expected 0 to {most}. "
            "Pad the arrays to the longest sequence."
        )
