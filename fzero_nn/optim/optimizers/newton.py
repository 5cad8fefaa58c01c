"""Quasi-Newton methods."""

from ..base import (
    GradientTransformation,
    GradientTransformationExtraArgs,
    ScalarOrSchedule,
    chain,
    identity,
)
from ..lbfgs import scale_by_lbfgs
from ..linesearch import scale_by_zoom_linesearch
from ..scaling import scale_by_learning_rate

__all__ = ["lbfgs"]

_SEARCH = scale_by_zoom_linesearch(max_linesearch_steps=20, initial_guess_strategy="one")


def lbfgs(
    learning_rate: ScalarOrSchedule | None = None,
    memory_size: int = 10,
    scale_init_precond: bool = True,
    linesearch: GradientTransformation | None = _SEARCH,
) -> GradientTransformationExtraArgs:
    """L-BFGS: steps through an approximate inverse Hessian, as long as a line search has it.

    For small and medium problems whose whole loss is evaluated at each step. `update` takes
    `value=`, `grad=` and `value_fn=`; of complex parameters, the gradients conjugated.

    Args:
        learning_rate: a factor, or a schedule of it; None leaves the size to the line search.
        memory_size, scale_init_precond: as in `scale_by_lbfgs`.
        linesearch: a transformation, by default `scale_by_zoom_linesearch(20,
            initial_guess_strategy="one")`; None for none.

    Raises:
        ValueError: memory_size is below 1; (from update) there are no params.

    Source: Liu and Nocedal 1989; Nocedal and Wright 1999, Numerical Optimization.

    Example:
        >>> import fzero, numpy as np
        >>> f, p, optimizer = lambda p: ((p - 1) ** 2).sum(), np.zeros(2), lbfgs()
        >>> value, g = fzero.value_and_grad(f)(p)
        >>> optimizer.update(g, optimizer.init(p), p, value=value, grad=g, value_fn=f)[0].round(3)
        array([0.707, 0.707])
    """
    steps = scale_by_lbfgs(memory_size, scale_init_precond)
    search = identity() if linesearch is None else linesearch
    return chain(steps, scale_by_learning_rate(learning_rate), search)
