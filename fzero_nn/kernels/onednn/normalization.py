"""Batch and layer normalisation. Images keep the layout that they come in."""

import ctypes
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fzero.fused import Kernel

from .. import normalization as plain
from .layouts import empty, laid_out, layout_of
from .primitive import (
    Argument,
    Descriptor,
    Primitive,
    made,
    primitive_desc,
)

__all__ = ["BATCH_NORM", "LAYER_NORM"]

_TRAINING, _BACKWARD, _BACKWARD_DATA, _SCALE, _SHIFT = 64, 128, 160, 2, 4


def _single(*arrays: Any) -> bool:
    return all(a is None or a.dtype.char == "f" for a in arrays)


# ---------------------------------------------------------------------------------- batch norm


class _Batch:
    """The descriptors of the normalisation of x (N, C, ...)."""

    def __init__(self, x: Sequence[int], layout: str, eps: float) -> None:
        self.x, self.channels = Descriptor(x, layout), Descriptor(x[1:2])
        self.forward = primitive_desc(
            "batch_normalization_forward", _TRAINING, self.x, self.x, *self._rest(eps)
        )
        args = (_BACKWARD, self.x, self.x, self.x, *self._rest(eps), self.forward)
        self.backward = primitive_desc("batch_normalization_backward", *args)

    def _rest(self, eps: float) -> tuple[Any, Any]:
        return ctypes.c_float(eps), _SCALE | _SHIFT


def _batch_forward(*shapes: Any) -> Primitive:
    s = _Batch(*shapes)
    inputs = {Argument.SRC: s.x, Argument.SCALE: s.channels, Argument.SHIFT: s.channels}
    outputs = {Argument.DST: s.x, Argument.MEAN: s.channels, Argument.VARIANCE: s.channels}
    return Primitive(s.forward, inputs, outputs)


def _batch_backward(*shapes: Any) -> Primitive:
    s = _Batch(*shapes)
    per_channel = (Argument.MEAN, Argument.VARIANCE, Argument.SCALE)
    inputs = {Argument.SRC: s.x, Argument.DIFF_DST: s.x, **dict.fromkeys(per_channel, s.channels)}
    outputs = {Argument.DIFF_SRC: s.x, Argument.DIFF_SCALE: s.channels}
    return Primitive(s.backward, inputs, {**outputs, Argument.DIFF_SHIFT: s.channels})


def _batch_key(x: Any, axis: int, eps: float) -> tuple[Any, ...]:
    """x is (N, C, ...) once its channels are moved."""
    x = np.moveaxis(x, axis, 1)
    return x.shape, layout_of(x), eps


def _batch_fits(x: Any, gamma: Any, beta: Any, axis: int, eps: float) -> bool:
    """With the channels first in memory the plain kernel is as fast."""
    if not (_single(x, gamma, beta) and x.size > 0 and 2 <= x.ndim <= 5 and axis > 0):
        return False
    key = _, layout, _ = _batch_key(x, axis, eps)
    return (layout == "last" or x.ndim == 2) and bool(made(_batch_forward, *key))


def _batch_norm(needed: Any, x: Any, gamma: Any, beta: Any, axis: int, eps: float) -> Any:
    key = shape, layout, _ = _batch_key(x, axis, eps)
    moved, y = laid_out(np.moveaxis(x, axis, 1), layout), empty(shape, layout)
    mean, var = np.empty((2, shape[1]), x.dtype)
    gamma, beta = map(np.ascontiguousarray, (gamma, beta))
    made(_batch_forward, *key)(moved, gamma, beta, y, mean, var)
    return (np.moveaxis(y, 1, axis), mean, var), (x, gamma, mean, var)


def _batch_norm_pull(needed: Any, residuals: Any, g: Any, axis: int, eps: float) -> Sequence[Any]:
    if g[0] is None or g[1] is not None or g[2] is not None:
        return plain.BATCH_NORM.backward(needed, residuals, g, axis=axis, eps=eps)
    x, gamma, mean, var = residuals
    key = shape, layout, _ = _batch_key(x, axis, eps)
    moved, g_y = (laid_out(np.moveaxis(a, axis, 1), layout) for a in (x, g[0]))
    g_x, (g_gamma, g_beta) = empty(shape, layout), np.empty((2, shape[1]), x.dtype)
    made(_batch_backward, *key)(moved, g_y, mean, var, gamma, g_x, g_gamma, g_beta)
    return np.moveaxis(g_x, 1, axis), g_gamma, g_beta


BATCH_NORM = Kernel(_batch_norm, _batch_norm_pull, _batch_fits)


# ---------------------------------------------------------------------------------- layer norm


class _Layer:
    """The descriptors of the normalisation of rows (R, F)."""

    def __init__(self, rows: tuple[int, int], scale: bool, shift: bool, eps: float) -> None:
        self.x, self.row, self.feature = (
            Descriptor(rows),
            Descriptor(rows[:1]),
            Descriptor(rows[1:]),
        )
        rest = (self.row, ctypes.c_float(eps), scale * _SCALE | shift * _SHIFT)
        self.forward = primitive_desc(
            "layer_normalization_forward", _TRAINING, self.x, self.x, *rest
        )
        use = _BACKWARD if scale or shift else _BACKWARD_DATA
        args = (use, self.x, self.x, self.x, *rest, self.forward)
        self.backward = primitive_desc("layer_normalization_backward", *args)


def _layer_forward(rows: tuple[int, int], scale: bool, shift: bool, eps: float) -> Primitive:
    s = _Layer(rows, scale, shift, eps)
    affine = {Argument.SCALE: scale, Argument.SHIFT: shift}
    inputs = {Argument.SRC: s.x, **{n: s.feature for n, given in affine.items() if given}}
    outputs = {Argument.DST: s.x, Argument.MEAN: s.row, Argument.VARIANCE: s.row}
    return Primitive(s.forward, inputs, outputs)


def _layer_backward(rows: tuple[int, int], scale: bool, shift: bool, eps: float) -> Primitive:
    s = _Layer(rows, scale, shift, eps)
    inputs = {Argument.SRC: s.x, Argument.DIFF_DST: s.x}
    inputs |= {Argument.MEAN: s.row, Argument.VARIANCE: s.row}
    outputs = {Argument.DIFF_SRC: s.x}
    if scale:
        inputs[Argument.SCALE] = outputs[Argument.DIFF_SCALE] = s.feature
    if shift:
        inputs[Argument.SHIFT] = outputs[Argument.DIFF_SHIFT] = s.feature
    return Primitive(s.backward, inputs, outputs)


def _layer_key(x: Any, gamma: Any, beta: Any, ndim: int, eps: float) -> tuple[Any, ...]:
    size = math.prod(x.shape[x.ndim - ndim :])
    return (x.size // size, size), gamma is not None, beta is not None, eps


def _layer_fits(x: Any, gamma: Any, beta: Any, ndim: int, eps: float) -> bool:
    if not (_single(x, gamma, beta) and x.size > 0):
        return False
    return bool(made(_layer_forward, *_layer_key(x, gamma, beta, ndim, eps)))


def _contiguous(*arrays: Any) -> list[Any]:
    return [np.ascontiguousarray(a) for a in arrays if a is not None]


def _layer_norm(needed: Any, x: Any, gamma: Any, beta: Any, ndim: int, eps: float) -> Any:
    key = _layer_key(x, gamma, beta, ndim, eps)
    y, (mean, var) = np.empty(x.shape, x.dtype), np.empty((2, key[0][0]), x.dtype)
    made(_layer_forward, *key)(*_contiguous(x, gamma, beta), y, mean, var)
    return y, (x, gamma, beta, mean, var)


def _layer_norm_pull(needed: Any, residuals: Any, g: Any, ndim: int, eps: float) -> Sequence[Any]:
    x, gamma, beta, mean, var = residuals
    key = _layer_key(x, gamma, beta, ndim, eps)
    out = [None if a is None else np.empty(a.shape, x.dtype) for a in (x, gamma, beta)]
    inputs = _contiguous(x, g, mean, var, gamma, beta)
    made(_layer_backward, *key)(*inputs, *(a for a in out if a is not None))
    return out


LAYER_NORM = Kernel(_layer_norm, _layer_norm_pull, _layer_fits)
