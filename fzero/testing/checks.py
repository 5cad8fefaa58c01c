"""Derivatives against central differences, to any order and in every mixture of modes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..dtypes import dtype_of, shape_of
from ..forward import jvp, linearize
from ..mapping import vmap
from ..reverse import vjp
from .compare import Flat, agree, direction, pair, report

__all__ = ["check_grads", "check_jvp", "check_vjp"]

Function = Callable[..., Any]


def differences(f: Function, xs: Sequence[Any], ts: Sequence[Any], eps: float) -> list[Any]:
    """The derivative of `f` along `ts` by the five-point stencil, of error eps**4."""

    def at(step: float) -> list[Any]:
        return [np.asarray(y) for y in f(*(x + step * t for x, t in zip(xs, ts, strict=True)))]

    near = zip(at(eps), at(-eps), strict=True)
    far = zip(at(2 * eps), at(-2 * eps), strict=True)
    return [(8 * (a - b) - (c - d)) / (12 * eps) for (a, b), (c, d) in zip(near, far, strict=True)]


class _Checker:
    """The tolerances, the modes and the random directions of one check."""

    def __init__(
        self, name: str, modes: Sequence[str], eps: float, atol: float, rtol: float, seed: int
    ) -> None:
        unknown = set(modes) - {"fwd", "rev", "vmap"}
        if unknown:
            raise ValueError(
                f"{name}: modes has {sorted(unknown)}; expected some of 'fwd', 'rev', 'vmap'. "
                "Leave it out for all of them."
            )
        self.name, self.modes, self.eps = name, modes, eps
        self.tolerance = {"atol": atol, "rtol": rtol}
        self.rng = np.random.default_rng(seed)

    def start(self, f: Function, args: Sequence[Any], order: int) -> None:
        """Check `f` at `args`, after a look at the dtypes."""
        flat = Flat(f, args)
        low = sorted({str(dtype_of(x)) for x in flat.inputs if dtype_of(x).char not in "dD"})
        if low:
            raise ValueError(
                f"{self.name}: an argument has dtype {', '.join(low)}; expected float64 or "
                "complex128, since differences in less are noise. Pass x.astype(float), and "
                "compare the lower precision with its result."
            )
        if not flat.inputs:
            raise ValueError(
                f"{self.name}: args hold no floating-point leaf; expected at least 1. "
                "Write 1.0 for 1, or pass x.astype(float)."
            )
        self.check(flat, flat.inputs, order, "f")

    def check(self, f: Function, xs: tuple[Any, ...], order: int, path: str) -> None:
        """The derivatives of `f` at `xs`; then those of its derivatives."""
        ts = tuple(direction(self.rng, x) for x in xs)
        ys = f(*xs)
        gs = tuple(direction(self.rng, y) for y in ys)
        numeric = differences(f, xs, ts, self.eps)
        if "fwd" in self.modes:
            self.forward(f, xs, ts, numeric, ys, path)
        if "rev" in self.modes:
            self.reverse(f, xs, ts, gs, numeric, path)
        if order < 2:
            return
        n = len(xs)
        if "fwd" in self.modes:
            push = lambda *v: jvp(f, v[:n], v[n:])[1]
            self.check(push, (*xs, *ts), order - 1, f"jvp({path})")
        if "rev" in self.modes:
            pull = lambda *v: vjp(f, *v[:n])[1](tuple(v[n:]))
            self.check(pull, (*xs, *gs), order - 1, f"vjp({path})")

    def forward(self, f: Any, xs: Any, ts: Any, numeric: Any, ys: Any, path: str) -> None:
        """jvp and linearize against differences; vmap over tangents against one at a time."""
        values, tangents = jvp(f, xs, ts)
        agree(f"{self.name}: value under jvp of {path}", values, tuple(ys), **self.tolerance)
        agree(f"{self.name}: jvp of {path}", tangents, tuple(numeric), **self.tolerance)
        same_kind(f"{self.name}: tangent of {path}", tangents, ys)
        push = linearize(f, *xs)[1]
        agree(f"{self.name}: linearize of {path}", push(*ts), tangents, **self.tolerance)
        if "vmap" in self.modes:
            self.rows(lambda *v: jvp(f, xs, v)[1], ts, f"vmap of jvp of {path}")

    def reverse(self, f: Any, xs: Any, ts: Any, gs: Any, numeric: Any, path: str) -> None:
        """<g, J t> by differences against <J^T g, t> by vjp; vmap over cotangents."""
        values, pullback = vjp(f, *xs)
        agree(f"{self.name}: value under vjp of {path}", values, tuple(f(*xs)), **self.tolerance)
        cotangents = pullback(gs)
        same_kind(f"{self.name}: cotangent of {path}", cotangents, xs)
        got, want = pair(cotangents, ts), pair(gs, numeric)
        size = sum(float(np.sum(np.abs(g * t))) for g, t in zip(gs, numeric, strict=True))
        if not abs(got - want) <= self.tolerance["atol"] + self.tolerance["rtol"] * size:
            raise report(f"{self.name}: vjp of {path}", got, want, "<J^T g, t> is not <g, J t>")
        if "vmap" in self.modes:
            self.rows(lambda *v: pullback(v), gs, f"vmap of vjp of {path}")

    def rows(self, linear_map: Function, vs: tuple[Any, ...], path: str) -> None:
        """A linear map over two rows at once, against one row at a time."""
        if not vs:
            return
        pairs = [np.stack([np.asarray(v), -2 * np.asarray(v)]) for v in vs]
        got = vmap(linear_map)(*pairs)
        each = [linear_map(*(p[i] for p in pairs)) for i in range(2)]
        want = tuple(np.stack(rows) for rows in zip(*each, strict=True))
        agree(f"{self.name}: {path}", got, want, **self.tolerance)


def same_kind(what: str, got: Sequence[Any], like: Sequence[Any]) -> None:
    """Raise unless derivatives have the shapes and dtypes of what they belong to."""
    have = [(shape_of(a), str(dtype_of(a))) for a in got]
    want = [(shape_of(b), str(dtype_of(b))) for b in like]
    if have != want:
        raise report(what, have, want, "the shapes or dtypes differ")


def check_jvp(
    f: Function,
    args: Sequence[Any],
    *,
    eps: float = 5e-4,
    atol: float = 1e-7,
    rtol: float = 1e-7,
    seed: int = 0,
) -> None:
    """Check forward mode (`jvp`, `linearize`) of `f` at `args` against central differences.

    Args and raised errors are those of `check_grads`.

    Example:
        >>> import numpy as np
        >>> from fzero.testing import check_jvp
        >>> check_jvp(np.sin, (0.3,))
    """
    _Checker("check_jvp", ("fwd",), eps, atol, rtol, seed).start(f, args, order=1)


def check_vjp(
    f: Function,
    args: Sequence[Any],
    *,
    eps: float = 5e-4,
    atol: float = 1e-7,
    rtol: float = 1e-7,
    seed: int = 0,
) -> None:
    """Check reverse mode (`vjp`) of `f` at `args` against central differences.

    Args and raised errors are those of `check_grads`.

    Example:
        >>> import numpy as np
        >>> from fzero.testing import check_vjp
        >>> check_vjp(np.tanh, (0.3,))
    """
    _Checker("check_vjp", ("rev",), eps, atol, rtol, seed).start(f, args, order=1)


def check_grads(
    f: Function,
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = ("fwd", "rev", "vmap"),
    *,
    eps: float = 5e-4,
    atol: float = 1e-7,
    rtol: float = 1e-7,
    seed: int = 0,
) -> None:
    r"""Check the derivatives of `f` at `args`, up to `order`, in every mixture of modes.

    At each order, along random directions: J t by jvp is the central difference
    (8 (f(x + e t) - f(x - e t)) - (f(x + 2e t) - f(x - 2e t))) / 12e, and <J^T g, t> is <g, J t>,
    with the pairing Re sum(g * t) for complex numbers. The next order checks jvp(f) and vjp(f) as
    functions of their point and their direction.

    Args:
        f: a function of pytrees of arrays, returning a pytree; smooth within 2 eps of `args`.
        args: a tuple of arguments; every floating leaf, float64 or complex128, is differentiated.
        order: how often to differentiate, at least 1.
        modes: "fwd", "rev", and "vmap" to push or pull several directions at once as well.
        eps: the step of the differences.
        atol, rtol: the difference allowed: atol + rtol * max|expected|.
        seed: of the random directions.

    Raises:
        AssertionError: a derivative is wrong; names which one, with both values.
        ValueError: no floating leaf, one of lower precision, or an unknown mode.

    Example:
        >>> import numpy as np
        >>> from fzero.testing import check_grads
        >>> check_grads(lambda x, y: np.sin(x) * y, (np.ones(3), 2.0))
    """
    _Checker("check_grads", modes, eps, atol, rtol, seed).start(f, args, order)
