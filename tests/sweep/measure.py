"""What the sweep compares: the value, a tangent, a cotangent and the rows of a case."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .case import Case


class Library(NamedTuple):
    """The transforms of one library, and its namespaces by name."""

    spaces: Callable[[str], Any]
    array: Callable[[Any], Any]
    jvp: Callable[..., Any]
    vjp: Callable[..., Any]
    vmap: Callable[..., Any]
    leaves: Callable[[Any], list[Any]]


def _inexact(x: Any) -> bool:
    return getattr(x, "dtype", np.dtype(object)).kind in "fc"


def _direction(rng: np.random.Generator, x: Any) -> np.ndarray:
    t = 2 * rng.random(x.shape) - 1
    return (t + 1j * (2 * rng.random(x.shape) - 1) if x.dtype.kind == "c" else t).astype(x.dtype)


def _flat(library: Library, call: Any, args: list[Any], own: list[int]) -> Callable[..., Any]:
    """`call` as a function of the inexact arguments alone, with its inexact results alone."""

    def f(*xs: Any) -> list[Any]:
        full = list(args)
        for i, x in zip(own, xs, strict=True):
            full[i] = x
        return [y for y in library.leaves(call(*full)) if _inexact(y)]

    return f


def measured(library: Library, case: Case, index: int) -> dict[str, list[np.ndarray]]:
    """Part -> arrays, for the parts that the case has."""
    rows = [library.array(r) for r in case.rows(index)]
    args = [r[0] for r in rows]
    space = library.spaces(case.space)

    def call(*xs: Any) -> Any:
        return case.call(space, *xs)

    found = {"value": library.leaves(call(*args))}
    own = [i for i, x in enumerate(args) if _inexact(x)]
    if own and any(_inexact(y) for y in found["value"]):
        found |= _derivatives(
            library, _flat(library, call, args, own), [args[i] for i in own], case
        )
    if rows and "vmap" not in case.without:
        found["vmap"] = library.leaves(library.vmap(call)(*rows))
    return {
        part: [np.asarray(y) for y in ys] for part, ys in found.items() if part not in case.without
    }


def _derivatives(library: Library, f: Any, xs: list[Any], case: Case) -> dict[str, Any]:
    rng = np.random.default_rng(len(xs))
    found = {}
    ts = [library.array(_direction(rng, x)) for x in xs]
    if "jvp" not in case.without:
        found["jvp"] = library.jvp(f, tuple(xs), tuple(ts))[1]
    if "vjp" not in case.without:
        ys, pull = library.vjp(f, *xs)
        found["vjp"] = list(pull([library.array(_direction(rng, y)) for y in ys]))
    return found
