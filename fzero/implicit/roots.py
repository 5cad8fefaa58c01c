"""`custom_root`: a root found by a function of the user's."""

from collections.abc import Callable
from typing import Any

from ..arguments import check_callable, split_aux
from ..forward import linearize
from ..reverse import vjp
from .linear import Solver, custom_linear_solve
from .relations import Relation, implied

__all__ = ["custom_root"]

_WAY = "Write custom_root(f, initial_guess, solve, tangent_solve)."


def custom_root(
    f: Callable[[Any], Any],
    initial_guess: Any,
    solve: Callable[[Callable[[Any], Any], Any], Any],
    tangent_solve: Solver,
    has_aux: bool = False,
) -> Any:
    r"""A root of `f` by `solve`, whose steps are not differentiated.

    f(x, a) = 0 implies dx = -(df/dx)^-1 (df/da) da.

    Args:
        f: pytree -> the same structure and shapes. It may close over what is differentiated.
        initial_guess: where to start; the root does not depend on it.
        solve: `(f, initial_guess) -> x` with f(x) = 0; sees plain values.
        tangent_solve: `(g, y) -> x` with g(x) = y for a linear g: the derivative of `f` at the
            root, or its transpose. For one number `lambda g, y: y / g(1.0)`.
        has_aux: `solve` returns `(x, aux)`; `aux` has no derivative.

    Returns:
        The root, or `(root, aux)`.

    Raises:
        ValueError: `f` returns another structure or other shapes than its argument has.

    Gradient: every mode, to any order; one linear solve per derivative.

    Example:
        >>> import fzero
        >>> newton = lambda f, x: fzero.while_loop(
        ...     lambda x: abs(f(x)) > 1e-9, lambda x: x - f(x) / fzero.grad(f)(x), x)
        >>> root = lambda a: fzero.custom_root(
        ...     lambda x: x**2 - a, 1.0, newton, lambda g, y: y / g(1.0))
        >>> round(float(fzero.grad(root)(4.0)), 9)
        0.25
    """
    for function in (f, solve, tangent_solve):
        check_callable("custom_root", function, _WAY)
    aux: list[Any] = []

    def run(lowered: Any, guess: Any) -> Any:
        x = solve(lowered(f), guess)
        if has_aux:
            x, extra = split_aux("custom_root", x)
            aux.append(extra)
        return x

    def invert(lowered: Any, x: Any, t: Any) -> Any:
        push = linearize(lowered(f), x)[1]
        return custom_linear_solve(lowered(push), t, tangent_solve, tangent_solve)

    def transposed(lowered: Any, x: Any, g: Any) -> Any:
        pull = vjp(lowered(f), x)[1]
        transpose = lowered(lambda v: pull(v)[0])
        return custom_linear_solve(transpose, g, tangent_solve, tangent_solve)

    x = implied(Relation("custom_root", f, invert, transposed), initial_guess, run)
    return (x, aux[-1]) if has_aux else x
