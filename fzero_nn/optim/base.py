"""What an optimizer is: a pair of pure functions, and how such pairs are joined.

    state = optimizer.init(params)
    updates, state = optimizer.update(gradients, state, params)
    params = apply_updates(params, updates)

Parameters, gradients and states are pytrees.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import fzero
import fzero.numpy as fnp

from .kernels import in_turn, kept
from .schedules import Schedule
from .selection import elementwise, joined, kernel_of, selection

__all__ = [
    "EmptyState",
    "GradientTransformation",
    "GradientTransformationExtraArgs",
    "ScalarOrSchedule",
    "chain",
    "check_period",
    "identity",
    "named_chain",
    "require_params",
    "set_to_zero",
    "stateless",
    "stateless_with_tree_map",
    "with_extra_args_support",
]

#: A number, or a schedule of it.
ScalarOrSchedule = float | Any | Schedule


class GradientTransformation(NamedTuple):
    """A pair of pure functions.

    Attributes:
        init: params -> state.
        update: (gradients, state, params) -> (updates, state).
    """

    init: Callable[[Any], Any]
    update: Callable[..., tuple[Any, Any]]


class GradientTransformationExtraArgs(GradientTransformation):
    """A pair whose `update` takes further keyword arguments, such as `value=loss`."""


class EmptyState(NamedTuple):
    """The state of a transformation that has none."""


def with_extra_args_support(t: GradientTransformation) -> GradientTransformationExtraArgs:
    """Let `update` take, and ignore, further keyword arguments.

    Args:
        t: a transformation; one that uses them comes back as it is. Of a `MultiSteps` it is the
            pair of functions.

    Raises:
        TypeError: t is something else, such as an optimizer that was not called.

    Example:
        >>> with_extra_args_support(set_to_zero()).update(2.0, EmptyState(), value=1.0)[0]
        array(0.)
    """
    if isinstance(t, GradientTransformationExtraArgs):
        return t
    if pair := getattr(t, "gradient_transformation", None):
        return pair()
    if not hasattr(t, "update"):
        raise TypeError(
            f"with_extra_args_support: t is {t!r}; expected a pair of init and update. "
            "Call the function that makes it, as in sgd(0.1)."
        )

    def update(updates: Any, state: Any, params: Any = None, **extra: Any) -> tuple[Any, Any]:
        return t.update(updates, state, params)

    whole = GradientTransformationExtraArgs(t.init, update)
    return elementwise(whole, lambda updates: selection(t, updates), kernel_of(t))


def stateless(f: Callable[[Any, Any], Any]) -> GradientTransformation:
    """A transformation without a state.

    Args:
        f: (gradients, params) -> updates, on whole trees. The params are None if `update` got none.

    Example:
        >>> stateless(lambda g, p: -g).update(2.0, EmptyState())
        (-2.0, EmptyState())
    """

    def update(updates: Any, state: Any, params: Any = None) -> tuple[Any, EmptyState]:
        return fzero.freeze(f(updates, params)), EmptyState()

    return GradientTransformation(lambda params: EmptyState(), update)


def stateless_with_tree_map(f: Callable[[Any, Any], Any]) -> GradientTransformation:
    """A transformation without a state, of each array alone.

    Args:
        f: (gradient, param) -> update. The param is None if `update` got none.

    Example:
        >>> stateless_with_tree_map(lambda g, p: g - p).update([2.0], EmptyState(), [0.5])[0]
        [1.5]
    """

    def of_tree(updates: Any, params: Any) -> Any:
        if params is None:
            return fzero.tree.map(lambda g: f(g, None), updates)
        return fzero.tree.map(f, updates, params)

    return stateless(of_tree)


def identity() -> GradientTransformation:
    """Leave the gradients as they are.

    Example:
        >>> identity().update(3.0, EmptyState())
        (3.0, EmptyState())
    """
    return elementwise(stateless(lambda updates, params: updates), kernel=kept)


def set_to_zero() -> GradientTransformation:
    """Return zeros: u = 0. What gets no other update is frozen.

    Example:
        >>> set_to_zero().update(fnp.ones(2), EmptyState())[0]
        array([0., 0.])
    """
    return elementwise(stateless_with_tree_map(lambda g, p: fnp.zeros_like(g)))


def chain(*transformations: GradientTransformation) -> GradientTransformationExtraArgs:
    """Apply transformations one after the other.

    Args:
        *transformations: each takes the updates of the one before; the first, the gradients.

    Returns:
        A transformation whose state is the tuple of their states. Its `update` hands further
        keyword arguments to those that take them.

    Raises:
        TypeError: one is no transformation, such as an optimizer that was not called.
        ValueError: (from update) the state is of another number of transformations.

    Example:
        >>> from fzero_nn.optim import scale
        >>> halve_twice = chain(scale(0.5), scale(0.5))
        >>> halve_twice.update(8.0, halve_twice.init(1.0))
        (2.0, (EmptyState(), EmptyState()))
    """
    parts = [with_extra_args_support(t) for t in transformations]

    def init(params: Any) -> Any:
        return tuple(t.init(params) for t in parts)

    def update(updates: Any, state: Any, params: Any = None, **extra: Any) -> tuple[Any, Any]:
        if len(state) != len(parts):
            raise ValueError(
                f"chain: state is of {len(state)} transformations; expected {len(parts)}. "
                "Take it from this chain's init(params)."
            )
        states = []
        for part, s in zip(parts, state, strict=True):
            updates, s = part.update(updates, s, params, **extra)
            states.append(s)
        return updates, tuple(states)

    whole = GradientTransformationExtraArgs(init, update)
    select = joined(parts, lambda some: chain(*some))
    return elementwise(whole, select, in_turn(parts), parts)


def named_chain(
    *transformations: tuple[str, GradientTransformation],
) -> GradientTransformationExtraArgs:
    """Apply transformations one after the other, as `chain`, with a name for each state.

    Args:
        *transformations: pairs of a name and a transformation.

    Returns:
        A transformation whose state is a FrozenDict: name -> state.

    Raises:
        ValueError: a name stands twice.

    Example:
        >>> from fzero_nn.optim import scale
        >>> t = named_chain(("half", scale(0.5)), ("sign", scale(-1.0)))
        >>> t.update(8.0, t.init(1.0))
        (-4.0, FrozenDict({'half': EmptyState(), 'sign': EmptyState()}))
    """
    names = [name for name, _ in transformations]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(
            f"named_chain: the names are {names}, with {repeated} repeated; expected distinct "
            "ones. Rename these."
        )
    whole = chain(*(t for _, t in transformations))

    def init(params: Any) -> Any:
        return fzero.FrozenDict(zip(names, whole.init(params), strict=True))

    def update(updates: Any, state: Any, params: Any = None, **extra: Any) -> tuple[Any, Any]:
        states = tuple(state[name] for name in names)
        updates, states = whole.update(updates, states, params, **extra)
        return updates, fzero.FrozenDict(zip(names, states, strict=True))

    def join(parts: list[Any]) -> GradientTransformationExtraArgs:
        return named_chain(*zip(names, parts, strict=True))

    named = GradientTransformationExtraArgs(init, update)
    return elementwise(named, joined([t for _, t in transformations], join))


def check_period(function: str, argument: str, steps: Any) -> None:
    """Check that a number of steps is whole and not too small, as no count would ever reach it.

    Raises:
        ValueError: it is not.
    """
    if steps < 1 or steps != int(steps):
        raise ValueError(
            f"{function}: {argument} is {steps}; expected 1 or more, a whole number. "
            "Write 4, for example."
        )


def require_params(function: str, params: Any) -> None:
    """Check that `update` got the parameters.

    Raises:
        ValueError: they are None.
    """
    if params is None:
        raise ValueError(
            f"{function}: params is None; expected the parameters, which this step reads. "
            "Write update(grads, state, params)."
        )
