"""Hyperparameters that stand in the state, to be read, changed, or differentiated."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, NamedTuple

import numpy as np

import fzero

from .base import GradientTransformationExtraArgs, with_extra_args_support
from .selection import Selection, elementwise, selection

__all__ = ["InjectHyperparamsState", "inject_hyperparams"]


class InjectHyperparamsState(NamedTuple):
    """The state of an optimizer with injected hyperparameters.

    Attributes:
        count: the steps so far.
        hyperparams: name -> value, those of the last step.
        inner_state: the state of the optimizer.
    """

    count: Any
    hyperparams: Any
    inner_state: Any


def inject_hyperparams(
    inner_factory: Callable[..., Any], static_args: str | Iterable[str] = ()
) -> Callable[..., GradientTransformationExtraArgs]:
    """Put the numbers that an optimizer is made with into its state.

    A number stays as it is until somebody replaces it:
    `state._replace(hyperparams=state.hyperparams | {"learning_rate": 0.01})`. A schedule, for any
    argument, is evaluated at each step: the number of steps so far -> value.

    Args:
        inner_factory: a function that makes an optimizer, such as `adam`.
        static_args: names of arguments that are left alone: functions that are no schedules, and
            numbers that choose shapes.

    Returns:
        A function with the signature of `inner_factory`.

    Raises:
        ValueError: static_args has names that are no parameters of `inner_factory`.

    Example:
        >>> from fzero_nn.optim import sgd
        >>> optimizer = inject_hyperparams(sgd)(learning_rate=0.5)
        >>> state = optimizer.init(np.zeros(1))
        >>> state = state._replace(hyperparams={"learning_rate": 2.0})
        >>> optimizer.update(np.array([3.0]), state)[0]
        array([-6.])
    """
    static = {static_args} if isinstance(static_args, str) else set(static_args)
    signature = inspect.signature(inner_factory)
    if unknown := sorted(static - set(signature.parameters)):
        raise ValueError(
            f"inject_hyperparams: static_args has {unknown}; expected some of "
            f"{list(signature.parameters)}. Correct these names."
        )

    @wraps(inner_factory)
    def make(*args: Any, **kwargs: Any) -> GradientTransformationExtraArgs:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        given = {name: x for name, x in bound.arguments.items() if name not in static}
        schedules = {name: x for name, x in given.items() if callable(x)}
        numbers = {name: _as_float64(x) for name, x in given.items() if _is_number(x)}
        return _injected(inner_factory, bound.arguments, schedules, numbers)

    return make


def _is_number(x: Any) -> bool:
    return not isinstance(x, bool) and (isinstance(x, (int, float)) or hasattr(x, "dtype"))


def _as_float64(x: Any) -> Any:
    """A float as a scalar that a checkpoint can hold."""
    return np.float64(x) if type(x) is float else x


def _injected(
    factory: Callable[..., Any],
    arguments: dict[str, Any],
    schedules: dict[str, Callable[[Any], Any]],
    numbers: dict[str, Any],
) -> GradientTransformationExtraArgs:
    def values(count: Any, known: Any) -> dict[str, Any]:
        return {**known, **{name: f(count) for name, f in schedules.items()}}

    def optimizer(hyperparams: dict[str, Any]) -> GradientTransformationExtraArgs:
        return with_extra_args_support(factory(**{**arguments, **hyperparams}))

    def init(params: Any) -> InjectHyperparamsState:
        count = np.int64(0)
        first = values(count, numbers)
        return InjectHyperparamsState(count, fzero.freeze(first), optimizer(first).init(params))

    def update(
        updates: Any, state: InjectHyperparamsState, params: Any = None, **extra: Any
    ) -> tuple[Any, InjectHyperparamsState]:
        now = values(state.count, state.hyperparams)
        updates, inner = optimizer(now).update(updates, state.inner_state, params, **extra)
        return updates, InjectHyperparamsState(state.count + 1, fzero.freeze(now), inner)

    def select(updates: Any) -> Selection | None:
        if selection(optimizer(values(np.int64(0), numbers)), updates) is None:
            return None

        def some(leaves: Sequence[int | None]) -> GradientTransformationExtraArgs:
            def part(**given: Any) -> Any:
                of = selection(with_extra_args_support(factory(**given)), updates)
                assert of is not None
                return of(leaves)

            return _injected(part, arguments, schedules, numbers)

        return some

    return elementwise(GradientTransformationExtraArgs(init, update), select)
