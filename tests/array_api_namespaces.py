"""Namespaces for the Array API's suite whose new arrays are tracers: see docs/conformance.md.

`jvp_tracers` makes tracers of an outer `jvp`, with tangents of ones; integers and booleans have no
tangent and stay arrays. `vmap_tracers` makes tracers of a `vmap` over one row, whose only row
answers where Python asks for a value. `jvp_copies` and `vmap_copies` make copies of these, which
can be assigned into.
"""

import functools
from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np

import fzero.numpy as fnp
from fzero.batching import BatchTrace, BatchTracer
from fzero.cells import fresh
from fzero.forward import JVPTrace, JVPTracer

__all__ = ["jvp_copies", "jvp_tracers", "vmap_copies", "vmap_tracers"]

_CREATE = """
arange asarray empty empty_like eye from_dlpack full full_like linspace meshgrid ones ones_like
zeros zeros_like
""".split()


class _OneRow(BatchTrace):
    """A `vmap` whose values are concrete, since there is one row."""

    def to_bool(self, tracer: Any, kind: str) -> Any:
        return tracer.value[0]


_FORWARD, _ROWS = JVPTrace(), _OneRow(1)


def _pushed(x: np.ndarray) -> Any:
    return JVPTracer(_FORWARD, x, np.ones_like(x)) if x.dtype.kind in "fc" else x


def _row(x: np.ndarray) -> Any:
    return BatchTracer(_ROWS, x[None])


def _making(create: Callable[..., Any], wrap: Callable[[Any], Any]) -> Callable[..., Any]:
    def wrapped(leaf: Any) -> Any:
        return wrap(leaf) if isinstance(leaf, np.ndarray) else leaf

    @functools.wraps(create)
    def call(*args: Any, **kwargs: Any) -> Any:
        made = create(*args, **kwargs)
        return tuple(map(wrapped, made)) if isinstance(made, tuple) else wrapped(made)

    return call


def _namespace(name: str, wrap: Callable[[Any], Any]) -> Any:
    made: Any = ModuleType(name)
    vars(made).update({k: v for k, v in vars(fnp).items() if k not in vars(made)})
    vars(made).update({k: _making(getattr(fnp, k), wrap) for k in _CREATE})
    made.fft = ModuleType(f"{name}.fft")
    vars(made.fft).update({k: getattr(fnp.fft, k) for k in fnp.fft.__all__})
    for k in ("fftfreq", "rfftfreq"):
        setattr(made.fft, k, _making(getattr(fnp.fft, k), wrap))
    return made


jvp_tracers = _namespace("jvp_tracers", _pushed)
vmap_tracers = _namespace("vmap_tracers", _row)
jvp_copies = _namespace("jvp_copies", lambda x: fresh(_pushed(x)))
vmap_copies = _namespace("vmap_copies", lambda x: fresh(_row(x)))
