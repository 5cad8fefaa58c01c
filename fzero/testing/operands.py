"""The laws on operands: their memory, their dtypes, and that they are not changed."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..dtypes import dtype_of, shape_of
from ..forward import jvp
from ..reverse import vjp
from .checks import same_kind
from .compare import Flat, agree, direction, report
from .samples import Args, Call, as_function, differentiated

__all__ = ["memory", "purity", "scalars", "single_precision"]


def _results(call: Call, args: Args, params: dict[str, Any]) -> Any:
    """Value, tangents and cotangents, along fixed directions; the value where it has none."""
    if not (own := differentiated(call, args)):
        return call(*args, **params)
    flat = Flat(as_function(call, args, params, own), [args[i] for i in own])
    rng = np.random.default_rng(0)
    values, tangents = jvp(flat, flat.inputs, [direction(rng, x) for x in flat.inputs])
    gs = tuple(direction(rng, y) for y in values)
    return values, tangents, vjp(flat, *flat.inputs)[1](gs)


def _memories(x: np.ndarray) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """`x` in other memory, and what the result must equal it for."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    yield "strided", wide[..., ::2], x
    yield "Fortran order", np.asfortranarray(x), x
    yield "reversed", np.flip(np.flip(x).copy()), x
    if x.size:
        same = np.broadcast_to(x.flat[0], x.shape)
        yield "broadcast", same, same.copy()


def memory(call: Call, args: Args, params: dict[str, Any]) -> int:
    """Operands that are strided, transposed, reversed, or broadcast and read-only."""
    n = 0
    for i, x in enumerate(args):
        if not isinstance(x, np.ndarray) or x.ndim == 0:
            continue
        for name, operand, plain in _memories(x):
            try:
                with np.errstate(all="ignore"):
                    want = _results(call, [*args[:i], plain, *args[i + 1 :]], params)
            except np.linalg.LinAlgError:  # a constant matrix is singular
                continue
            with np.errstate(all="ignore"):
                got = _results(call, [*args[:i], operand, *args[i + 1 :]], params)
            agree(f"{call.__name__}: operand {i} is {name}", got, want, 1e-12, 1e-12)
            n += 1
    return n


def scalars(call: Call, args: Args, params: dict[str, Any]) -> int:
    """A 0-d array, a NumPy scalar and a Python number are one operand."""
    n = 0
    for i, x in enumerate(args):
        if not isinstance(x, np.ndarray) or x.ndim:
            continue
        want = _results(call, args, params)
        for value in (x[()], x.item()):
            got = _results(call, [*args[:i], value, *args[i + 1 :]], params)
            what = f"{call.__name__}: operand {i} is a {type(value).__name__}"
            agree(what, got, want, 1e-12, 1e-12)
            n += 1
    return n


_HALF = {"d": "float32", "D": "complex64"}


def single(x: Any) -> Any:
    """`x` in single precision; a Python number stays one."""
    return x.astype(_HALF[x.dtype.char]) if getattr(x, "dtype", np.dtype(bool)).char in "dD" else x


def single_precision(call: Call, args: Args, params: dict[str, Any]) -> int:
    """float32 operands: derivatives of their dtypes, with values near those of float64."""
    low, own = [single(x) for x in args], differentiated(call, args)
    if not own or not any(dtype_of(x).char in "fF" for x in low):
        return 0
    values, tangents, cotangents = got = _results(call, low, params)
    same_kind(f"{call.__name__}: float32 tangents", tangents, values)
    same_kind(f"{call.__name__}: float32 cotangents", cotangents, [low[i] for i in own])
    want = _results(call, args, params)
    agree(f"{call.__name__}: float32 against float64", got, want, 3e-5, 3e-5)
    return 1


def purity(call: Call, args: Args, params: dict[str, Any]) -> int:
    """Operands and cotangents keep their bytes; a pullback may be called twice."""
    before = [_snapshot(x) for x in args]
    call(*args, **params)
    if own := differentiated(call, args):
        flat = Flat(as_function(call, args, params, own), [args[i] for i in own])
        values, pullback = vjp(flat, *flat.inputs)
        gs = tuple(direction(np.random.default_rng(0), y) for y in values)
        kept = [_snapshot(g) for g in gs]
        first, second = pullback(gs), pullback(gs)
        agree(f"{call.__name__}: second call of the pullback", second, first, 0.0, 0.0)
        jvp(flat, flat.inputs, flat.inputs)
        if [_snapshot(g) for g in gs] != kept:
            raise report(f"{call.__name__}: cotangents", gs, kept, "they were changed")
    if [_snapshot(x) for x in args] != before:
        raise report(f"{call.__name__}: operands", args, before, "they were changed")
    return 1


def _snapshot(x: Any) -> Any:
    if not isinstance(x, np.ndarray):
        return x
    return shape_of(x), str(x.dtype), x.tobytes(), x.flags.writeable
