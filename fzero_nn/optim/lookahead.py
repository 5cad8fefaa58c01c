"""Fast weights that explore, and slow weights that follow."""

from typing import Any, NamedTuple

import numpy as np

import fzero

from .base import GradientTransformation, check_period
from .moments import as_dtype, frozen_map

__all__ = ["LookaheadParams", "LookaheadState", "lookahead"]


class LookaheadState(NamedTuple):
    """The state of `lookahead`: that of the fast optimizer, and the steps since the last sync."""

    fast_state: Any
    steps_since_sync: Any


class LookaheadParams(NamedTuple):
    """Two sets of parameters: gradients are taken at `fast`; `slow` is what to evaluate."""

    fast: Any
    slow: Any

    @classmethod
    def init_synced(cls, params: Any) -> "LookaheadParams":
        """The pair at the start: both are `params`."""
        return cls(fast=params, slow=params)


def lookahead(
    fast_optimizer: GradientTransformation,
    sync_period: int,
    slow_step_size: Any,
    reset_state: bool = False,
) -> GradientTransformation:
    """Every few steps, move slow weights towards the fast ones, and start again from there.

        slow <- slow + slow_step_size (fast - slow),   fast <- slow

    `init` and `update` take `LookaheadParams`; the gradients are those at `params.fast`.

    Args:
        fast_optimizer: steps the fast weights.
        sync_period: how many steps it makes between two moves of the slow weights.
        slow_step_size: 0 < slow_step_size <= 1.
        reset_state: whether the fast optimizer's state starts again, too.

    Raises:
        ValueError: sync_period is below 1, or not whole.
        TypeError: (from init and update) params are no `LookaheadParams`.

    Source: Zhang et al. 2019, arXiv:1907.08610.

    Example:
        >>> from fzero_nn.optim import sgd
        >>> optimizer = lookahead(sgd(1.0), sync_period=1, slow_step_size=0.5)
        >>> params = LookaheadParams.init_synced(4.0)
        >>> optimizer.update(2.0, optimizer.init(params), params)[0]
        LookaheadParams(fast=-1.0, slow=-1.0)
    """
    check_period("lookahead", "sync_period", sync_period)

    def init(params: LookaheadParams) -> LookaheadState:
        _check_params(params)
        return LookaheadState(fast_optimizer.init(params.fast), np.int64(0))

    def synced(updates: Any, state: Any, params: LookaheadParams) -> tuple[Any, Any]:
        def slow_update(u: Any, fast: Any, slow: Any) -> Any:
            return as_dtype(slow_step_size, u) * (fast + u - slow)

        slow = frozen_map(slow_update, updates, params.fast, params.slow)
        fast = frozen_map(
            lambda step, fast, slow: slow + step - fast, slow, params.fast, params.slow
        )
        state = fast_optimizer.init(params.fast) if reset_state else state
        return LookaheadParams(fast=fast, slow=slow), LookaheadState(state, np.int64(0))

    def unsynced(updates: Any, state: Any, steps: Any) -> tuple[Any, Any]:
        still = frozen_map(lambda u: u * 0, updates)
        return LookaheadParams(fast=updates, slow=still), LookaheadState(state, steps)

    def update(
        updates: Any, state: LookaheadState, params: Any = None
    ) -> tuple[LookaheadParams, LookaheadState]:
        _check_params(params)
        updates, fast_state = fast_optimizer.update(updates, state.fast_state, params.fast)
        steps = state.steps_since_sync + 1
        return fzero.cond(
            steps == sync_period,
            lambda: synced(updates, fast_state, params),
            lambda: unsynced(updates, fast_state, steps),
        )

    return GradientTransformation(init, update)


def _check_params(params: Any) -> None:
    if not isinstance(params, LookaheadParams):
        raise TypeError(
            f"lookahead: params is a {type(params).__name__}; expected LookaheadParams. "
            "Write LookaheadParams.init_synced(params) before init."
        )
