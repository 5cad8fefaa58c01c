"""The same results from another array library: what the stand-in and the GPU tests compare."""

from collections.abc import Callable
from typing import Any

import numpy as np

from fzero import jvp, linearize, tree, vjp, vmap
from fzero.testing.compare import Flat, agree, direction
from fzero.testing.laws import batched, layouts
from fzero.testing.samples import as_function, differentiated

from .registry import describe

Put = Callable[[Any], Any]


def _put_all(args: Any, put: Put) -> list[Any]:
    return [put(x) if isinstance(x, (np.ndarray, np.generic)) else x for x in args]


def _derivatives(f: Any, xs: Any, put: Put) -> dict[str, Any]:
    """Both modes and their four mixtures, along fixed directions."""
    flat, rng = Flat(f, xs), np.random.default_rng(0)
    xs, n = flat.inputs, len(flat.inputs)
    ts = tuple(put(direction(rng, x)) for x in xs)
    values, tangents = jvp(flat, xs, ts)
    gs = tuple(put(direction(rng, y)) for y in values)
    push = lambda *v: jvp(flat, v[:n], v[n:])[1]
    pull = lambda *v: vjp(flat, *v[:n])[1](tuple(v[n:]))
    return {
        "value": values,
        "jvp": tangents,
        "vjp": pull(*xs, *gs),
        "linearize": linearize(flat, *xs)[1](*ts),
        "jvp of jvp": jvp(push, (*xs, *ts), (*ts, *xs))[1],
        "jvp of vjp": jvp(pull, (*xs, *gs), (*ts, *gs))[1],
        "vjp of jvp": vjp(push, *xs, *ts)[1](tangents),
        "vjp of vjp": vjp(pull, *xs, *gs)[1](xs),
    }


def results(call: Any, args: Any, params: Any, put: Put) -> dict[str, Any]:
    """Value, derivatives to second order, vmap and derivatives of vmap of one sample."""
    own = [i for i in differentiated(call, args) if not isinstance(args[i], (float, complex))]
    plain = _put_all(args, put)
    found = {"call": call(*plain, **params)}
    if own:
        found |= _derivatives(as_function(call, plain, params, own), [plain[i] for i in own], put)
    for axes in layouts(args, positions=False):
        full = _put_all(batched(args, axes), put)
        mapped = vmap(lambda *xs: call(*xs, **params), axes)
        found[f"vmap {axes}"] = mapped(*full)
        if own:
            f = Flat(as_function(mapped, full, {}, own), [full[i] for i in own])
            out, pullback = vjp(f, *f.inputs)
            found[f"vjp of vmap {axes}"] = pullback(out)
            found[f"jvp of vmap {axes}"] = jvp(f, f.inputs, f.inputs)[1]
    return found


def hold(name: str, call: Any, args: Any, params: Any, put: Put, get: Put, tolerance: float) -> int:
    """Raise unless another library gives NumPy's results, in its own arrays."""
    want = results(call, args, params, lambda x: x)
    got = results(call, args, params, put)
    library = type(put(np.zeros(1)))
    for key, value in got.items():
        what = f"{key} of {describe(name, args, params)}"
        for leaf in tree.leaves(value):
            assert isinstance(leaf, library), f"{what}: the result is a {type(leaf)}"
        agree(what, tree.map(get, value), tree.map(np.asarray, want[key]), tolerance, tolerance)
    return len(got)
