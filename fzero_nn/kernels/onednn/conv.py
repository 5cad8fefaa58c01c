"""Convolution and transposed convolution, with the channels last in the memory of images.

Three primitives serve both: forward, backward in the data, and backward in the weights.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from fzero.fused import Kernel

from ..columns import out_sizes
from .layouts import empty, laid_out
from .primitive import (
    Argument,
    Descriptor,
    Primitive,
    dims,
    made,
    primitive_desc,
)

__all__ = ["CONV", "CONV_TRANSPOSE"]

_TRAINING, _DIRECT = 64, 1
Sizes = Sequence[int]
Pairs = Sequence[tuple[int, int]]


# ---------------------------------------------------------------------------------- primitives


def _geometry(
    sizes: Sizes, window: Sizes, out: Sizes, stride: Sizes, padding: Pairs, dilation: Sizes
) -> tuple[Any, ...]:
    """Strides, gaps in the window, and the padding that makes the sizes agree."""
    before = [p[0] for p in padding]
    axes = zip(sizes, window, out, stride, dilation, before, strict=True)
    after = [(o - 1) * s + (w - 1) * d + 1 - n - p for n, w, o, s, d, p in axes]
    return dims(stride), dims([d - 1 for d in dilation]), dims(before), dims(after)


def _weights_shape(shape: Sizes, groups: int) -> tuple[int, ...]:
    return tuple(shape) if groups == 1 else (groups, shape[0] // groups, *shape[1:])


class _Shapes:
    """The descriptors of one convolution of x (N, C, ...) into y (N, F, ...)."""

    def __init__(
        self, x: Sizes, W: Sizes, bias: bool, out: Sizes, stride: Sizes, padding: Pairs,
        dilation: Sizes, groups: int,
    ) -> None:  # fmt: skip
        own, y = _weights_shape(W, groups), (x[0], W[0], *out)
        self.x, self.y = Descriptor(x, "last"), Descriptor(y, "last")
        self.W, self.any = Descriptor(own), Descriptor(own, "any")
        self.b = Descriptor((W[0],)) if bias else None
        self.rest = _geometry(x[2:], W[2:], out, stride, padding, dilation)

    def forward(self) -> Any:
        return primitive_desc(
            "convolution_forward", _TRAINING, _DIRECT, self.x, self.any, self.b, self.y, *self.rest
        )

    def backward_data(self) -> Any:
        args = (_DIRECT, self.x, self.any, self.y, *self.rest, self.forward())
        return primitive_desc("convolution_backward_data", *args)

    def backward_weights(self) -> Any:
        args = (_DIRECT, self.x, self.any, self.b, self.y, *self.rest, self.forward())
        return primitive_desc("convolution_backward_weights", *args)


def _given(**arguments: Any) -> dict[int, Any]:
    """The descriptors by the numbers of their arguments, without those that are None."""
    return {getattr(Argument, name): d for name, d in arguments.items() if d is not None}


def _forward(*shapes: Any) -> Primitive:
    s = _Shapes(*shapes)
    return Primitive(s.forward(), _given(SRC=s.x, WEIGHTS=s.W, BIAS=s.b), _given(DST=s.y))


def _backward_data(*shapes: Any) -> Primitive:
    s = _Shapes(*shapes)
    inputs = _given(DIFF_DST=s.y, WEIGHTS=s.W)
    return Primitive(s.backward_data(), inputs, _given(DIFF_SRC=s.x))


def _backward_weights(*shapes: Any) -> Primitive:
    s = _Shapes(*shapes)
    inputs, outputs = _given(SRC=s.x, DIFF_DST=s.y), _given(DIFF_WEIGHTS=s.W, DIFF_BIAS=s.b)
    return Primitive(s.backward_weights(), inputs, outputs)


def _complete(*shapes: Any) -> bool:
    """Whether the library has all three: else one raises."""
    s = _Shapes(*shapes)
    return all((s.forward(), s.backward_data(), s.backward_weights()))


# ----------------------------------------------------------------------------------- the maps


def _key(x: Sizes, W: Sizes, bias: bool, out: Sizes, how: dict[str, Any]) -> tuple[Any, ...]:
    places = (how["stride"], how["padding"], how["dilation"], how["groups"])
    return (tuple(x), tuple(W), bias, tuple(out), *places)


def _run(build: Any, key: tuple[Any, ...], *arrays: Any) -> None:
    made(build, *key)(*(a for a in arrays if a is not None))


def _correlate(x: Any, W: Any, b: Any, out: Sizes, **how: Any) -> Any:
    y = empty((x.shape[0], W.shape[0], *out), "last")
    key = _key(x.shape, W.shape, b is not None, out, how)
    _run(_forward, key, laid_out(x, "last"), np.ascontiguousarray(W), b, y)
    return y


def _spread(g: Any, W: Any, sizes: Sizes, **how: Any) -> Any:
    x = empty((g.shape[0], W.shape[1] * how["groups"], *sizes), "last")
    key = _key(x.shape, W.shape, False, g.shape[2:], how)
    _run(_backward_data, key, laid_out(g, "last"), np.ascontiguousarray(W), x)
    return x


def _kernel_gradient(x: Any, g: Any, shape: Sizes, bias: bool, **how: Any) -> tuple[Any, Any]:
    """The cotangents of the kernel and, where it is asked for, of the bias."""
    W, b = np.empty(shape, x.dtype), np.empty(shape[0], x.dtype) if bias else None
    key = _key(x.shape, shape, bias, g.shape[2:], how)
    _run(_backward_weights, key, laid_out(x, "last"), laid_out(g, "last"), W, b)
    return W, b


def _bias_gradient(g: Any) -> Any:
    rows = laid_out(g, "last").transpose(0, *range(2, g.ndim), 1).reshape(-1, g.shape[1])
    return np.ones(len(rows), g.dtype) @ rows


# ---------------------------------------------------------------------------------- the kernels


def _single(*arrays: Any) -> bool:
    return all(a is None or a.dtype.char == "f" for a in arrays)


def _served(x: Sizes, W: Sizes, out: Sizes, **how: Any) -> bool:
    """Whether the library is fast at the convolution of these shapes into images of sizes `out`."""
    return math.prod((*x, *out)) > 0 and bool(made(_complete, *_key(x, W, False, out, how)))


def _conv_fits(x: Any, W: Any, b: Any, groups: int, **windows: Any) -> bool:
    out = out_sizes(x.shape[2:], W.shape[2:], **windows)
    return _single(x, W, b) and _served(x.shape, W.shape, out, groups=groups, **windows)


def _conv(needed: Any, x: Any, W: Any, b: Any, groups: int, **windows: Any) -> Any:
    out, x = out_sizes(x.shape[2:], W.shape[2:], **windows), laid_out(x, "last")
    return _correlate(x, W, b, out, groups=groups, **windows), (x, W)


def _conv_back(needed: Any, residuals: Any, g: Any, **how: Any) -> Sequence[Any]:
    (x, W), g = residuals, laid_out(g, "last")
    g_x = _spread(g, W, x.shape[2:], **how) if needed[0] else None
    if needed[1]:
        return g_x, *_kernel_gradient(x, g, W.shape, needed[2], **how)
    return g_x, None, _bias_gradient(g) if needed[2] else None


def _transpose_fits(x: Any, W: Any, b: Any, out: Sizes, **how: Any) -> bool:
    """x is what the convolution that is transposed returns."""
    shape = (x.shape[0], W.shape[1] * how["groups"], *out)
    return _single(x, W, b) and _served(shape, W.shape, x.shape[2:], **how)


def _transpose(needed: Any, x: Any, W: Any, b: Any, out: Sizes, **how: Any) -> Any:
    x = laid_out(x, "last")
    y = _spread(x, W, out, **how)
    if b is not None:
        y += b.reshape(-1, *(1 for _ in out))
    return y, (x, W)


def _transpose_back(needed: Any, residuals: Any, g: Any, out: Sizes, **how: Any) -> Sequence[Any]:
    (x, W), g = residuals, laid_out(g, "last")
    return (
        _correlate(g, W, None, x.shape[2:], **how) if needed[0] else None,
        _kernel_gradient(g, x, W.shape, False, **how)[0] if needed[1] else None,
        _bias_gradient(g) if needed[2] else None,
    )


CONV = Kernel(_conv, _conv_back, _conv_fits)
CONV_TRANSPOSE = Kernel(_transpose, _transpose_back, _transpose_fits)
