"""A rate that falls when the loss does not."""

from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from ..base import GradientTransformationExtraArgs
from ..moments import as_dtype, frozen_map

__all__ = ["ReduceLROnPlateauState", "reduce_on_plateau"]


class ReduceLROnPlateauState(NamedTuple):
    """The state of `reduce_on_plateau`.

    Attributes:
        scale: the factor of the updates.
        best_value: the least mean loss so far.
        plateau_count, cooldown_count: the means since the last progress; those still to wait.
        count, avg_value: how many losses the present mean is of, and it.
    """

    scale: Any
    best_value: Any
    plateau_count: Any
    cooldown_count: Any
    count: Any
    avg_value: Any


def reduce_on_plateau(
    factor: float = 0.1,
    patience: int = 10,
    rtol: float = 1e-4,
    atol: float = 0.0,
    cooldown: int = 0,
    accumulation_size: int = 1,
    min_scale: Any = 0.0,
) -> GradientTransformationExtraArgs:
    """Multiply by a factor that falls when the loss, `update(..., value=loss)`, stays.

        u = scale g;   scale <- max(factor scale, min_scale) after `patience` means of the loss
        that are not below (1 - rtol) best - atol

    It goes behind the optimizer in a chain.

    Args:
        factor: 0 < factor < 1.
        patience: how many means without progress it takes.
        rtol, atol: what counts as progress; one is positive.
        cooldown: for how many means after a fall none is counted.
        accumulation_size: of how many losses a mean is taken.
        min_scale: where the scale stops.

    Raises:
        ValueError: factor, rtol or atol is out of range.

    Cost: the losses are compared on the host, so a loss on a card waits for it.

    Example:
        >>> t = reduce_on_plateau(factor=0.5, patience=1)
        >>> _, state = t.update(1.0, t.init(1.0), value=3.0)
        >>> float(t.update(1.0, state, value=3.0)[0])
        0.5
    """
    if not 0 < factor < 1:
        raise ValueError(
            f"reduce_on_plateau: factor is {factor}; expected 0 < factor < 1. Write 0.1."
        )
    if not (0 <= rtol <= 1 and atol >= 0 and rtol + atol > 0):
        raise ValueError(
            f"reduce_on_plateau: rtol is {rtol} and atol is {atol}; expected 0 <= rtol <= 1 and "
            "atol >= 0, one of them positive. Leave both out for 1e-4 and 0."
        )

    def init(params: Any) -> ReduceLROnPlateauState:
        zero, none = np.float64(0), np.int64(0)
        return ReduceLROnPlateauState(np.float64(1), np.float64(np.inf), none, none, none, zero)

    def judged(state: ReduceLROnPlateauState) -> ReduceLROnPlateauState:
        """The state after a whole mean."""
        better = state.avg_value < (1 - rtol) * state.best_value - atol
        waited = fnp.where(better, 0, state.plateau_count + 1)
        cooling = state.cooldown_count > 0
        fall = fnp.logical_and(waited == patience, fnp.logical_not(cooling))
        fallen = fnp.maximum(state.scale * factor, min_scale)
        left = fnp.where(fall, cooldown, fnp.maximum(state.cooldown_count - 1, 0))
        return ReduceLROnPlateauState(
            scale=fnp.where(fall, fallen, state.scale),
            best_value=fnp.where(better, state.avg_value, state.best_value),
            plateau_count=fnp.where(fnp.logical_or(fall, cooling), 0, waited),
            cooldown_count=left,
            count=state.count * 0,
            avg_value=state.avg_value * 0,
        )

    def update(
        updates: Any,
        state: ReduceLROnPlateauState,
        params: Any = None,
        *,
        value: Any,
        **extra: Any,
    ) -> tuple[Any, ReduceLROnPlateauState]:
        n = state.count + 1
        loss = fzero.device_get(value)
        seen = state._replace(count=n, avg_value=(state.count * state.avg_value + loss) / n)
        new = fzero.cond(n == accumulation_size, lambda: judged(seen), lambda: seen)
        out = frozen_map(lambda g: g * as_dtype(new.scale, g), updates)
        return out, fzero.freeze(new)

    return GradientTransformationExtraArgs(init, update)
