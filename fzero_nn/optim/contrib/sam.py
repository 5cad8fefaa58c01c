"""Sharpness-aware minimization: descent from the worst point near by."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from ..apply import apply_updates
from ..base import (
    GradientTransformation,
    GradientTransformationExtraArgs,
    check_period,
    require_params,
    stateless,
)
from ..moments import as_dtype, copied, frozen_map
from ..norms import global_norm

__all__ = ["SAMState", "normalize", "sam"]


class SAMState(NamedTuple):
    """The state of `sam`.

    Attributes:
        steps_since_sync: the steps since the last descent.
        opt_state, adv_state: the states of the optimizer and of the adversary.
        cache: the parameters before the ascent; None in the opaque mode.
    """

    steps_since_sync: Any
    opt_state: Any
    adv_state: Any
    cache: Any


def normalize() -> GradientTransformation:
    """Divide by the global norm: u = g / ||g||; zero stays zero.

    Example:
        >>> normalize().update(np.array([3.0, 4.0]), ())[0]
        array([0.6, 0.8])
    """

    def normalized(updates: Any, params: Any) -> Any:
        size = global_norm(updates)
        divisor = fnp.where(size > 0, size, 1.0)
        return frozen_map(lambda g: g / as_dtype(divisor, g), updates)

    return stateless(normalized)


def sam(
    optimizer: GradientTransformation,
    adv_optimizer: GradientTransformation,
    sync_period: int = 2,
    reset_state: bool = True,
    opaque_mode: bool = False,
) -> GradientTransformationExtraArgs:
    """Climb for a few steps, and descend from where one started by the gradient found there.

    In the transparent mode each `update` is one step: sync_period - 1 up, then one down from the
    start. In the opaque mode `update` makes all of them, and takes
    `grad_fn=lambda params, i: gradients`.

    Args:
        optimizer: descends.
        adv_optimizer: climbs along its updates, turned round; usually
            `chain(normalize(), sgd(rho))`.
        sync_period: how many steps make a descent.
        reset_state: whether the adversary starts again after each.
        opaque_mode: whether `update` makes all steps.

    Raises:
        ValueError: sync_period is below 1, or not whole; (from update) there are no params, or no
            grad_fn in the opaque mode.

    Source: Foret et al. 2021, arXiv:2010.01412.

    Example:
        >>> from fzero_nn.optim import chain, sgd
        >>> optimizer = sam(sgd(0.1), chain(normalize(), sgd(0.5)), opaque_mode=True)
        >>> p, gradient = np.array([1.0]), lambda p, i: 2 * p
        >>> optimizer.update(2 * p, optimizer.init(p), p, grad_fn=gradient)[0]
        array([-0.3])
    """
    check_period("sam", "sync_period", sync_period)

    def init(params: Any) -> SAMState:
        states = optimizer.init(params), adv_optimizer.init(params)
        return SAMState(np.int64(0), *states, None if opaque_mode else copied(params))

    def climb(updates: Any, state: Any, params: Any) -> tuple[Any, Any]:
        updates, state = adv_optimizer.update(updates, state, params)
        return frozen_map(lambda u: -u, updates), state

    def descend(updates: Any, state: SAMState, params: Any) -> tuple[Any, SAMState]:
        start = fzero.cond(state.steps_since_sync == 0, lambda: params, lambda: state.cache)
        steps, opt_state = optimizer.update(updates, state.opt_state, start)
        back = frozen_map(lambda s, p, u: s - p + u, start, params, steps)
        adv_state = adv_optimizer.init(params) if reset_state else state.adv_state
        return back, SAMState(state.steps_since_sync * 0, opt_state, adv_state, copied(start))

    def ascend(updates: Any, state: SAMState, params: Any) -> tuple[Any, SAMState]:
        cache = fzero.cond(state.steps_since_sync == 0, lambda: params, lambda: state.cache)
        up, adv_state = climb(updates, state.adv_state, params)
        n = state.steps_since_sync + 1
        return up, SAMState(n, state.opt_state, adv_state, copied(cache))

    def transparent(
        updates: Any, state: SAMState, params: Any = None, **extra: Any
    ) -> tuple[Any, SAMState]:
        require_params("sam", params)
        return fzero.cond(
            state.steps_since_sync == sync_period - 1,
            lambda: descend(updates, state, params),
            lambda: ascend(updates, state, params),
        )

    def opaque(
        updates: Any,
        state: SAMState,
        params: Any = None,
        *,
        grad_fn: Callable[[Any, int], Any] | None = None,
        **extra: Any,
    ) -> tuple[Any, SAMState]:
        require_params("sam", params)
        if grad_fn is None:
            raise ValueError(
                "sam: grad_fn is None in the opaque mode; expected (params, i) -> gradients. "
                "Write update(grads, state, params, grad_fn=...)."
            )
        point, adv_state = params, state.adv_state
        for i in range(sync_period - 1):
            up, adv_state = climb(updates, adv_state, point)
            point = apply_updates(point, up)
            updates = grad_fn(point, i)
        adv_state = adv_optimizer.init(params) if reset_state else adv_state
        updates, opt_state = optimizer.update(updates, state.opt_state, params)
        return updates, SAMState(state.steps_since_sync, opt_state, adv_state, None)

    return GradientTransformationExtraArgs(init, opaque if opaque_mode else transparent)
