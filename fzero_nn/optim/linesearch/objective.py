"""The loss that a line search evaluates, and what it keeps of it for the next step."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp

from .. import tree

__all__ = ["bound_objective", "excess", "unwarned", "value_and_grad_from_state"]


def bound_objective(
    function: str, value_fn: Callable[..., Any], extra: dict[str, Any]
) -> Callable[[Any], Any]:
    """The loss as a function of the parameters alone.

    Args:
        function: the name for messages.
        value_fn: (params, **extra) -> loss.
        extra: the further keyword arguments of `update`.

    Raises:
        TypeError: it does not take some of them.
    """
    parameters = inspect.signature(value_fn).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    unknown = [] if takes_any else [name for name in extra if name not in parameters]
    if unknown:
        raise TypeError(
            f"{function}: update got {unknown}; expected keyword arguments of value_fn, which are "
            f"{list(parameters)}. Leave the others out, or let value_fn take **kwargs."
        )
    return lambda params: value_fn(params, **extra)


def unwarned() -> np.errstate:
    """No warnings of NumPy: a step too long may overflow the loss, and is then not taken."""
    return np.errstate(all="ignore")


def excess(error: Any) -> Any:
    """What is above 0; infinite for NaN."""
    return fnp.where(fnp.isnan(error), np.inf, fnp.maximum(error, 0.0))


def value_and_grad_from_state(value_fn: Callable[..., Any]) -> Callable[..., tuple[Any, Any]]:
    """`fzero.value_and_grad`, but from the state where a line search kept them.

    Args:
        value_fn: (params, *args, **kwargs) -> loss. It must be the same at each step: for
            minibatches, which differ, use `fzero.value_and_grad`.

    Returns:
        A function (params, *args, state=state, **kwargs) -> (value, gradient). They are computed
        if the state holds none yet, or a value that is not finite.

    Raises:
        ValueError: (when called) the state keeps no value or no gradient.
        KeyError: (when called) it keeps several.

    Cost: none where they are found, which saves one gradient at each step.

    Example:
        >>> from fzero_nn.optim import lbfgs
        >>> f = lambda x: (x**2).sum()
        >>> x = fnp.array([1.0, 2.0])
        >>> value_and_grad_from_state(f)(x, state=lbfgs().init(x))
        (np.float64(5.0), array([2., 4.]))
    """

    def value_and_grad(params: Any, *args: Any, state: Any, **kwargs: Any) -> tuple[Any, Any]:
        value, grad = (tree.get(state, name, filtering=_is_field) for name in ("value", "grad"))
        if value is None or grad is None:
            raise ValueError(
                "value_and_grad_from_state: state holds no value or no grad; expected that of a "
                "line search which keeps them. Write scale_by_backtracking_linesearch(..., "
                "store_grad=True), or use fzero.value_and_grad."
            )
        return fzero.cond(
            fnp.isfinite(value),
            lambda: (value, grad),
            lambda: fzero.freeze(fzero.value_and_grad(value_fn)(params, *args, **kwargs)),
        )

    return value_and_grad


def _is_field(path: tuple[Any, ...], value: Any) -> bool:
    """Whether it belongs to a state: parameters may be called "value", too."""
    return isinstance(path[-1], tree.NamedTupleKey)
