"""One step from the gradients of several batches."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from .base import (
    GradientTransformation,
    GradientTransformationExtraArgs,
    check_period,
    with_extra_args_support,
)
from .moments import as_dtype, frozen_map
from .selection import elementwise
from .tree import norm, zeros_like

__all__ = [
    "ApplyEvery",
    "MultiSteps",
    "MultiStepsState",
    "apply_every",
    "skip_large_updates",
    "skip_not_finite",
]


class MultiStepsState(NamedTuple):
    """The state of `MultiSteps`.

    Attributes:
        mini_step: the gradients since the last step.
        gradient_step: the steps so far.
        inner_opt_state: the state of the optimizer.
        acc_grads: the mean, or the sum, of the gradients since the last step.
        skip_state: what `should_skip_update_fn` returned beside its verdict.
    """

    mini_step: Any
    gradient_step: Any
    inner_opt_state: Any
    acc_grads: Any
    skip_state: Any = ()


class ApplyEvery(NamedTuple):
    """The state of `apply_every`: the steps since the last update, and their sum."""

    count: Any
    grad_acc: Any


@dataclass(frozen=True)
class MultiSteps:
    """An optimizer that steps once for several gradients, and returns zeros in between.

    The steps are those of the optimizer on the mean gradient, so that k batches of n samples train
    as one of k n.

    Args:
        opt: the optimizer.
        every_k_schedule: how many gradients make a step, or a schedule of it: steps so far -> k.
        use_grad_mean: False to sum the gradients.
        should_skip_update_fn: (gradients, gradient_step, params) -> (skip, details); a gradient
            that is skipped does not count. See `skip_not_finite`.
        accumulator_dtype: of the mean; by default that of the parameters.

    Raises:
        ValueError: every_k_schedule is a number below 1, or not whole.

    Cost: the optimizer runs only at the steps that it takes.

    Example:
        >>> from fzero_nn.optim import sgd
        >>> optimizer = MultiSteps(sgd(1.0), every_k_schedule=2)
        >>> first, state = optimizer.update(np.array([1.0]), optimizer.init(np.zeros(1)))
        >>> first, optimizer.update(np.array([3.0]), state)[0]
        (array([0.]), array([-2.]))
    """

    opt: GradientTransformation
    every_k_schedule: int | Callable[[Any], Any]
    use_grad_mean: bool = True
    should_skip_update_fn: Callable[[Any, Any, Any], tuple[Any, Any]] | None = None
    accumulator_dtype: Any = None

    def __post_init__(self) -> None:
        if not callable(self.every_k_schedule):
            check_period("MultiSteps", "every_k_schedule", self.every_k_schedule)

    def init(self, params: Any) -> MultiStepsState:
        """The state before the first gradient."""
        zeros, none = zeros_like(params), np.int64(0)
        accumulated = zeros_like(params, dtype=self.accumulator_dtype)
        skip_state = self._verdict(zeros, none, params)[1]
        return MultiStepsState(none, none, self.opt.init(params), accumulated, skip_state)

    def update(
        self, updates: Any, state: MultiStepsState, params: Any = None, **extra: Any
    ) -> tuple[Any, MultiStepsState]:
        """Take a gradient: zeros, or the optimizer's updates with the last gradient of k."""
        skip, skip_state = self._verdict(updates, state.gradient_step, params)
        state = state._replace(skip_state=skip_state)
        return fzero.cond(
            skip,
            lambda: (zeros_like(updates), state),
            lambda: self._accumulate(updates, state, params, extra),
        )

    def has_updated(self, state: MultiStepsState) -> Any:
        """Whether the last `update` took a step."""
        return (state.mini_step == 0) & (state.gradient_step > 0)

    def gradient_transformation(self) -> GradientTransformationExtraArgs:
        """The same as a pair of functions."""
        return GradientTransformationExtraArgs(self.init, self.update)

    def _verdict(self, updates: Any, step: Any, params: Any) -> tuple[Any, Any]:
        if self.should_skip_update_fn is None:
            return False, ()
        return self.should_skip_update_fn(updates, step, params)

    def _accumulate(
        self, updates: Any, state: MultiStepsState, params: Any, extra: dict[str, Any]
    ) -> tuple[Any, MultiStepsState]:
        n = state.mini_step + 1

        def added(g: Any, a: Any) -> Any:
            return a + (g - a) / as_dtype(n, a) if self.use_grad_mean else a + g

        accumulated = fzero.tree.map(added, updates, state.acc_grads)
        state = state._replace(acc_grads=_cast_like(accumulated, state.acc_grads))
        k = self.every_k_schedule
        return fzero.cond(
            n == (k(state.gradient_step) if callable(k) else k),
            lambda: self._step(updates, accumulated, state, params, extra),
            lambda: (zeros_like(updates), state._replace(mini_step=n)),
        )

    def _step(
        self, updates: Any, mean: Any, state: MultiStepsState, params: Any, extra: dict[str, Any]
    ) -> tuple[Any, MultiStepsState]:
        inner = with_extra_args_support(self.opt)
        mean = _cast_like(mean, updates)
        updates, inner_state = inner.update(mean, state.inner_opt_state, params, **extra)
        new = state._replace(
            mini_step=state.mini_step * 0,
            gradient_step=state.gradient_step + 1,
            inner_opt_state=inner_state,
            acc_grads=zeros_like(state.acc_grads),
        )
        return updates, new


def _cast_like(tree: Any, like: Any) -> Any:
    return frozen_map(as_dtype, tree, like)


def skip_not_finite(updates: Any, gradient_step: Any, params: Any) -> tuple[Any, dict[str, Any]]:
    """For `MultiSteps`: skip gradients that have an infinity or a NaN.

    Args:
        updates: the gradients.
        gradient_step, params: not used.

    Returns:
        `(skip, {"should_skip": skip, "num_not_finite": number})`.

    Example:
        >>> bool(skip_not_finite([np.array([1.0, np.inf])], 0, None)[0])
        True
    """
    counts = [fnp.sum(~fnp.isfinite(g)) for g in fzero.tree.leaves(updates)]
    number = sum(counts, start=np.int64(0))
    skip = number > 0
    return skip, {"should_skip": skip, "num_not_finite": number}


def skip_large_updates(
    updates: Any, gradient_step: Any, params: Any, max_squared_norm: Any
) -> tuple[Any, dict[str, Any]]:
    """For `MultiSteps`, by `functools.partial`: skip gradients that are too large, or NaN.

    Args:
        updates: the gradients.
        gradient_step, params: not used.
        max_squared_norm: the bound of ||g||^2.

    Returns:
        `(skip, {"should_skip": skip, "norm_squared": ||g||^2})`.

    Example:
        >>> bool(skip_large_updates([np.array([3.0])], 0, None, max_squared_norm=8.0)[0])
        True
    """
    square = norm(updates, squared=True)
    # Not `>=`: a NaN is to be skipped, too.
    skip = fnp.logical_not(square < max_squared_norm)
    return skip, {"should_skip": skip, "norm_squared": square}


def apply_every(k: int = 1) -> GradientTransformation:
    """Sum the updates of k steps and return the sum with the last, zeros with the others.

    Unlike `MultiSteps`, what stands before it in a chain moves at each step.

    Args:
        k: 1 or more.

    Raises:
        ValueError: k is below 1, or not whole.

    Example:
        >>> t = apply_every(2)
        >>> first, state = t.update(np.array([1.0]), t.init(np.zeros(1)))
        >>> first, t.update(np.array([3.0]), state)[0]
        (array([0.]), array([4.]))
    """
    check_period("apply_every", "k", k)

    def init(params: Any) -> ApplyEvery:
        return ApplyEvery(np.int64(0), zeros_like(params))

    def update(updates: Any, state: ApplyEvery, params: Any = None) -> tuple[Any, ApplyEvery]:
        total = frozen_map(lambda g, a: g + a, updates, state.grad_acc)
        n = state.count + 1
        return fzero.cond(
            n == k,
            lambda: (total, ApplyEvery(n * 0, zeros_like(total))),
            lambda: (zeros_like(total), ApplyEvery(n, total)),
        )

    return elementwise(GradientTransformation(init, update))
