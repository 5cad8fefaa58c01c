"""Steps that are taken only if: finite gradients, a step that counts, parameters that allow it."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from .base import (
    GradientTransformation,
    GradientTransformationExtraArgs,
    require_params,
    stateless,
    with_extra_args_support,
)
from .moments import frozen_map
from .selection import elementwise

__all__ = [
    "ApplyIfFiniteState",
    "ConditionallyMaskState",
    "ConditionallyTransformState",
    "ZeroNansState",
    "apply_if_finite",
    "conditionally_mask",
    "conditionally_transform",
    "keep_params_nonnegative",
    "zero_nans",
]


class ConditionallyTransformState(NamedTuple):
    """The state of `conditionally_transform`: the inner one, and the steps so far."""

    inner_state: Any
    step: Any


class ConditionallyMaskState(NamedTuple):
    """The state of `conditionally_mask`: the steps so far, and the inner one."""

    step: Any
    inner_state: Any


class ApplyIfFiniteState(NamedTuple):
    """The state of `apply_if_finite`.

    Attributes:
        notfinite_count: the refused steps since the last finite one.
        last_finite: whether the last gradients were finite.
        total_notfinite: how many were not, in all.
        inner_state: the state of the inner transformation.
    """

    notfinite_count: Any
    last_finite: Any
    total_notfinite: Any
    inner_state: Any


class ZeroNansState(NamedTuple):
    """The state of `zero_nans`: a tree that tells which arrays had NaNs at the last step."""

    found_nan: Any


def conditionally_transform(
    inner: GradientTransformation,
    should_transform_fn: Callable[..., Any],
    forward_extra_args: bool = False,
) -> GradientTransformationExtraArgs:
    """Apply a transformation at some steps, and pass gradients on unchanged at the others.

    Args:
        inner: the transformation; its state moves only when it is applied.
        should_transform_fn: step -> bool, with step = 0, 1, ...
        forward_extra_args: whether it also takes the keyword arguments of `update`.

    Example:
        >>> from fzero_nn.optim import scale
        >>> t = conditionally_transform(scale(0.5), lambda step: step < 10)
        >>> t.update(8.0, t.init(1.0))[0]
        4.0
    """
    step = _conditional(inner, should_transform_fn, forward_extra_args, lambda updates: updates)

    def init(params: Any) -> ConditionallyTransformState:
        return ConditionallyTransformState(inner.init(params), np.int64(0))

    def update(
        updates: Any, state: ConditionallyTransformState, params: Any = None, **extra: Any
    ) -> tuple[Any, ConditionallyTransformState]:
        updates, inner_state = step(updates, state.step, state.inner_state, params, extra)
        return updates, ConditionallyTransformState(inner_state, state.step + 1)

    return GradientTransformationExtraArgs(init, update)


def conditionally_mask(
    inner: GradientTransformation,
    should_transform_fn: Callable[..., Any],
    forward_extra_args: bool = False,
) -> GradientTransformationExtraArgs:
    """Apply a transformation at some steps, and return zeros at the others.

    Args:
        inner, should_transform_fn, forward_extra_args: as in `conditionally_transform`.

    Example:
        >>> from fzero_nn.optim import scale
        >>> t = conditionally_mask(scale(0.5), lambda step: step > 10)
        >>> t.update(8.0, t.init(1.0))[0]
        array(0.)
    """
    step = _conditional(inner, should_transform_fn, forward_extra_args, _zeros)

    def init(params: Any) -> ConditionallyMaskState:
        return ConditionallyMaskState(np.int64(0), inner.init(params))

    def update(
        updates: Any, state: ConditionallyMaskState, params: Any = None, **extra: Any
    ) -> tuple[Any, ConditionallyMaskState]:
        updates, inner_state = step(updates, state.step, state.inner_state, params, extra)
        return updates, ConditionallyMaskState(state.step + 1, inner_state)

    return GradientTransformationExtraArgs(init, update)


def _conditional(
    inner: GradientTransformation,
    condition: Callable[..., Any],
    forward: bool,
    otherwise: Callable[[Any], Any],
) -> Callable[..., tuple[Any, Any]]:
    inner = with_extra_args_support(inner)

    def step(
        updates: Any, count: Any, state: Any, params: Any, extra: dict[str, Any]
    ) -> tuple[Any, Any]:
        return fzero.cond(
            condition(count, **(extra if forward else {})),
            lambda: inner.update(updates, state, params, **extra),
            lambda: (otherwise(updates), state),
        )

    return step


def apply_if_finite(
    inner: GradientTransformation, max_consecutive_errors: int
) -> GradientTransformationExtraArgs:
    """Skip the steps whose gradients have an infinity or a NaN.

    A skipped step is zero and leaves the inner state alone. After `max_consecutive_errors` of
    them on end the next is taken all the same, so that the trouble shows.

    Args:
        inner: the transformation.
        max_consecutive_errors: how many steps on end may be skipped.

    Cost: the inner step is computed at each step; nothing is read on the host.

    Example:
        >>> from fzero_nn.optim import scale
        >>> t = apply_if_finite(scale(-1.0), 5)
        >>> t.update(np.array([1.0, np.nan]), t.init(np.zeros(2)))[0]
        array([0., 0.])
    """
    inner = with_extra_args_support(inner)

    def init(params: Any) -> ApplyIfFiniteState:
        zero = np.int64(0)
        return ApplyIfFiniteState(zero, np.bool_(True), zero, inner.init(params))

    def update(
        updates: Any, state: ApplyIfFiniteState, params: Any = None, **extra: Any
    ) -> tuple[Any, ApplyIfFiniteState]:
        finite = _all_finite(updates)
        failed = 1 - finite * 1
        row = (state.notfinite_count + 1) * failed
        accept = finite | (row > max_consecutive_errors)
        # Zeros in place of what is refused: the inner step must not compute with NaNs.
        usable = fzero.tree.map(lambda g: fnp.where(accept, g, 0), updates)
        new, inner_state = inner.update(usable, state.inner_state, params, **extra)
        new = frozen_map(lambda u: fnp.where(accept, u, 0), new)
        inner_state = frozen_map(
            lambda n, old: fnp.where(accept, n, old), inner_state, state.inner_state
        )
        total = state.total_notfinite + failed
        return new, ApplyIfFiniteState(row, finite, total, inner_state)

    return GradientTransformationExtraArgs(init, update)


def _all_finite(tree: Any) -> Any:
    finite: Any = np.bool_(True)
    for x in fzero.tree.leaves(tree):
        finite = fnp.all(fnp.isfinite(x)) & finite
    return finite


def _zeros(updates: Any) -> Any:
    return frozen_map(fnp.zeros_like, updates)


def keep_params_nonnegative() -> GradientTransformation:
    """Stop at zero: u = -p where p + g < 0. It goes last in a chain, and needs p >= 0.

    Raises:
        ValueError: (from update) there are no params.

    Example:
        >>> keep_params_nonnegative().update(np.array([-3.0, 1.0]), (), np.array([2.0, 2.0]))[0]
        array([-2.,  1.])
    """

    def bounded(updates: Any, params: Any) -> Any:
        require_params("keep_params_nonnegative", params)
        return frozen_map(lambda p, u: fnp.where(p + u < 0, -p, u), params, updates)

    return elementwise(stateless(bounded))


def zero_nans() -> GradientTransformation:
    """Put zero for each NaN.

    Example:
        >>> t = zero_nans()
        >>> t.update(np.array([1.0, np.nan]), t.init(np.zeros(2)))[0]
        array([1., 0.])
    """

    def init(params: Any) -> ZeroNansState:
        return ZeroNansState(frozen_map(lambda p: np.bool_(False), params))

    def update(updates: Any, state: ZeroNansState, params: Any = None) -> tuple[Any, ZeroNansState]:
        found = frozen_map(lambda g: fnp.any(fnp.isnan(g)), updates)
        return frozen_map(lambda g: fnp.where(fnp.isnan(g), 0, g), updates), ZeroNansState(found)

    return GradientTransformation(init, update)
