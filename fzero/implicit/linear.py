"""`custom_linear_solve`: a linear system solved by a function of the user's."""

from collections.abc import Callable
from typing import Any

from .. import tree
from ..arguments import check_callable, split_aux
from ..reverse import vjp
from .relations import Relation, implied

__all__ = ["custom_linear_solve"]

Solver = Callable[[Callable[[Any], Any], Any], Any]


def custom_linear_solve(
    matvec: Callable[[Any], Any],
    b: Any,
    solve: Solver,
    transpose_solve: Solver | None = None,
    symmetric: bool = False,
    has_aux: bool = False,
) -> Any:
    r"""The solution of A x = b by `solve`, whose steps are not differentiated.

    dx = A^-1 (db - dA x), another system with the same matrix; its transpose in reverse mode.

    Args:
        matvec: x -> A x, linear, from and to the structure of `b`. It may close over what is
            differentiated.
        b: a pytree of floating arrays.
        solve: `(matvec, b) -> x`; sees plain values.
        transpose_solve: `(vecmat, b) -> x` with A^T x = b; reverse mode needs it.
        symmetric: A = A^T, so that `solve` serves for both.
        has_aux: the solvers return `(x, aux)`; `aux` has no derivative.

    Returns:
        x of the structure and shapes of `b`, or `(x, aux)`.

    Raises:
        TypeError: reverse mode without `transpose_solve`.
        ValueError: `matvec` returns another structure or other shapes than x has.

    Gradient: every mode, to any order; one solve per derivative.

    Example:
        >>> import fzero, numpy as np
        >>> half = lambda a: fzero.custom_linear_solve(
        ...     lambda x: a * x, 8.0, lambda f, b: b / f(1.0), symmetric=True)
        >>> float(half(2.0)), float(fzero.grad(half)(2.0))
        (4.0, -2.0)
    """
    for function in (matvec, solve):
        check_callable("custom_linear_solve", function, "Write lambda x: A @ x for a matrix A.")
    aux: list[Any] = []

    def run(lowered: Any, b: Any) -> Any:
        x = solve(lowered(matvec), b)
        if has_aux:
            x, extra = split_aux("custom_linear_solve", x)
            aux.append(extra)
        return x

    plain = _without_aux(solve) if has_aux else solve
    transpose = _without_aux(transpose_solve) if has_aux and transpose_solve else transpose_solve

    def invert(lowered: Any, x: Any, t: Any) -> Any:
        return custom_linear_solve(lowered(matvec), t, plain, transpose, symmetric)

    def transposed(lowered: Any, x: Any, g: Any) -> Any:
        if symmetric:
            return invert(lowered, x, g)
        if transpose is None:
            raise TypeError(
                "custom_linear_solve: transpose_solve is None in reverse mode; expected a solver "
                "of the transposed system. Pass transpose_solve, or symmetric=True."
            )
        pull = vjp(lowered(matvec), x)[1]
        return custom_linear_solve(lowered(lambda v: pull(v)[0]), g, transpose, plain)

    residual = lambda x: tree.map(lambda y, c: y - c, matvec(x), b)
    x = implied(Relation("custom_linear_solve", residual, invert, transposed), b, run)
    return (x, aux[-1]) if has_aux else x


def _without_aux(solve: Solver) -> Solver:
    return lambda f, b: split_aux("custom_linear_solve", solve(f, b))[0]
