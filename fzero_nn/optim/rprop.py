"""Resilient propagation: a step size for each number, from the signs of its gradients alone."""

from typing import Any, NamedTuple

import fzero
import fzero.numpy as fnp

from .base import GradientTransformation
from .moments import as_dtype, frozen_map
from .selection import elementwise
from .tree import full_like, zeros_like

__all__ = ["ScaleByRpropState", "scale_by_rprop"]


class ScaleByRpropState(NamedTuple):
    """The state of `scale_by_rprop`: the step sizes, and the last steps."""

    step_sizes: Any
    prev_updates: Any


def scale_by_rprop(
    learning_rate: Any,
    eta_minus: Any = 0.5,
    eta_plus: Any = 1.2,
    min_step_size: Any = 1e-6,
    max_step_size: Any = 50.0,
) -> GradientTransformation:
    """Step by a size that grows while the sign of the gradient stays, and shrinks when it turns.

        d <- clip(eta_plus d) where g and the last u agree in sign, clip(eta_minus d) where not
        u = d sign(g);  where g turned u = 0, and the next step keeps its size

    Args:
        learning_rate: the first step size d of each number.
        eta_minus, eta_plus: how it shrinks and grows, 0 < eta_minus < 1 < eta_plus.
        min_step_size, max_step_size: its bounds.

    The step is taken at once, as in PyTorch; Optax 0.2.8 returns it at the next update.

    Source: Riedmiller and Braun 1993; Igel and Huesken 2000.

    Example:
        >>> t = scale_by_rprop(0.1)
        >>> t.update(fnp.array([5.0, -0.1]), t.init(fnp.zeros(2)))[0]
        array([ 0.1, -0.1])
    """

    def init(params: Any) -> ScaleByRpropState:
        return ScaleByRpropState(full_like(params, learning_rate), zeros_like(params))

    def resized(sign: Any, size: Any) -> Any:
        factor = as_dtype(fnp.where(sign > 0, eta_plus, eta_minus), size)
        least, most = as_dtype(min_step_size, size), as_dtype(max_step_size, size)
        changed = fnp.clip(size * factor, least, most)
        return fnp.where(sign == 0, size, changed)

    def update(
        updates: Any, state: ScaleByRpropState, params: Any = None
    ) -> tuple[Any, ScaleByRpropState]:
        # The signs, not the product, which may underflow to "no sign".
        signs = fzero.tree.map(lambda g, u: fnp.sign(g) * fnp.sign(u), updates, state.prev_updates)
        sizes = frozen_map(resized, signs, state.step_sizes)
        steps = frozen_map(
            lambda s, g, size: fnp.where(s < 0, fnp.zeros_like(g), size * fnp.sign(g)),
            signs,
            updates,
            sizes,
        )
        return steps, ScaleByRpropState(sizes, steps)

    return elementwise(GradientTransformation(init, update))
