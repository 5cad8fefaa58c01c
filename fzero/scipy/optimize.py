"""`scipy.optimize.minimize` with exact derivatives and pytrees. Needs SciPy."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from .. import tree
from ..derivatives import hvp
from ..placement import device_get
from ..reverse import value_and_grad

__all__ = ["minimize"]

#: The methods that take products with the Hessian; the others but the first two take gradients.
_NEWTON = frozenset({"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"})
_NO_GRADIENT = frozenset({"nelder-mead", "powell", "cobyla", "cobyqa"})


def minimize(
    fun: Callable[..., Any], x0: Any, args: Sequence[Any] = (), method: str = "BFGS", **options: Any
) -> Any:
    """The `x` near `x0` where fun(x, *args) is least, by SciPy with derivatives by fzero.

    Args:
        fun: returns a real scalar.
        x0: where to start: an array, or a pytree of arrays, of floating dtypes.
        args: further arguments of `fun`; constants.
        method: one of SciPy's. Gradients, and products with the Hessian, are given to those that
            take them ("dogleg" and "trust-exact", which ask for the whole Hessian, are not here).
        **options: SciPy's other keywords: tol, bounds, constraints, callback, options. They see
            the variables as one float64 vector, leaf after leaf.

    Returns:
        SciPy's OptimizeResult, in which `x` and `jac` have the structure of `x0`.

    Raises:
        ModuleNotFoundError: without SciPy.
        ValueError: for "dogleg" and "trust-exact".

    Example:
        >>> import numpy as np
        >>> x = minimize(lambda p: (p["a"] - 1) ** 2 + (p["b"] ** 2).sum(),
        ...              {"a": 0.0, "b": np.ones(2)}).x
        >>> round(float(x["a"]), 6)
        1.0
    """
    name = method.lower()
    if name in ("dogleg", "trust-exact"):
        raise ValueError(
            f"minimize: method is {method!r}; expected one that needs no whole Hessian. "
            "Use 'trust-krylov'."
        )
    vector, restored = _as_vector(x0)
    gradient = value_and_grad(fun)

    def of_vector(v: np.ndarray) -> Any:
        value, g = gradient(restored(v), *args)
        return float(device_get(value)), _as_vector(g)[0]

    keywords: dict[str, Any] = {"jac": True}
    if name in _NO_GRADIENT:
        of_vector, keywords = lambda v: float(device_get(fun(restored(v), *args))), {}
    if name in _NEWTON:
        product = hvp(lambda x: fun(x, *args))
        keywords["hessp"] = lambda v, t: _as_vector(product(restored(v), restored(t)))[0]
    found = _scipy().minimize(of_vector, vector, method=method, **keywords, **options)
    found.x = restored(found.x)
    if name not in _NO_GRADIENT and "jac" in found:
        found.jac = restored(np.asarray(found.jac))
    return found


def _scipy() -> Any:
    try:
        return import_module("scipy.optimize")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "minimize: SciPy is not installed; expected it beside fzero. "
            "Install it with: pip install 'fzero[scipy]'"
        ) from error


def _as_vector(x: Any) -> tuple[np.ndarray, Callable[[np.ndarray], Any]]:
    """The leaves of `x` one after the other, and the way back to their shapes and dtypes."""
    leaves, structure = tree.flatten(x)
    leaves = [np.asarray(device_get(leaf)) for leaf in leaves]
    ends = np.cumsum([leaf.size for leaf in leaves])[:-1]

    def restored(vector: np.ndarray) -> Any:
        pieces = np.split(vector, ends)
        return tree.unflatten(
            structure,
            [
                piece.reshape(leaf.shape).astype(leaf.dtype)
                for piece, leaf in zip(pieces, leaves, strict=True)
            ],
        )

    flat = [leaf.reshape(-1).astype(np.float64) for leaf in leaves]
    return np.concatenate(flat) if flat else np.zeros(0), restored
