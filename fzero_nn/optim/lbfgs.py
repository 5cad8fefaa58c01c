"""Steps through an approximate inverse Hessian, from what the last steps have shown."""

from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from . import tree
from .base import GradientTransformation, require_params
from .moments import copied

__all__ = ["ScaleByLBFGSState", "scale_by_lbfgs"]


class ScaleByLBFGSState(NamedTuple):
    """The state of `scale_by_lbfgs`.

    Attributes:
        count: the steps so far.
        params, updates: the parameters and the gradients of the last step.
        diff_params_memory, diff_updates_memory: tuples of their last differences, oldest first.
        weights_memory: of each pair of differences 1 / <dw, du>; 0 for one that is not there.
    """

    count: Any
    params: Any
    updates: Any
    diff_params_memory: Any
    diff_updates_memory: Any
    weights_memory: Any


def scale_by_lbfgs(
    memory_size: int = 10, scale_init_precond: bool = True
) -> GradientTransformation:
    """Multiply by an approximate inverse Hessian: u = P g.

        P <- (I - r dw du')' P (I - r dw du') + r dw dw'  for each pair, from P = c I
        r = 1 / <dw, du>,   c = <dw, du> / <du, du> of the last pair

    At the first step c = min(1, 1 / ||g||). It needs gradients of one loss, not of minibatches,
    and a line search behind it: see `lbfgs`.

    Args:
        memory_size: how many pairs of differences are kept, 1 or more.
        scale_init_precond: False for c = 1.

    Raises:
        ValueError: memory_size is below 1; (from update) there are no params.

    Cost: memory_size times twice the parameters to keep, and four times as many products.

    Source: Nocedal and Wright 1999, Numerical Optimization, algorithm 7.4; Liu and Nocedal 1989.

    Example:
        >>> t = scale_by_lbfgs()
        >>> t.update(np.array([3.0, 4.0]), t.init(np.zeros(2)), np.zeros(2))[0]
        array([0.6, 0.8])
    """
    if memory_size < 1:
        raise ValueError(
            f"scale_by_lbfgs: memory_size is {memory_size}; expected 1 or more. "
            "Leave it out for 10."
        )

    def init(params: Any) -> ScaleByLBFGSState:
        zeros = tree.zeros_like(params)
        none = fzero.freeze(fnp.zeros_like(fnp.real(tree.vdot(zeros, zeros))))
        memories = (zeros,) * memory_size, (zeros,) * memory_size, (none,) * memory_size
        return ScaleByLBFGSState(np.int64(0), zeros, zeros, *memories)

    def remembered(updates: Any, state: ScaleByLBFGSState, params: Any) -> tuple[Any, Any]:
        dw, du = tree.sub(params, state.params), tree.sub(updates, state.updates)
        curvature, square = fnp.real(tree.vdot(du, dw)), tree.norm(du, squared=True)
        weight = _quotient(1.0, curvature, otherwise=0.0)
        memories = tuple(
            (*old[1:], new) for old, new in zip(state[3:], (dw, du, weight), strict=True)
        )
        return memories, _quotient(curvature, square, otherwise=1.0)

    def update(
        updates: Any, state: ScaleByLBFGSState, params: Any = None
    ) -> tuple[Any, ScaleByLBFGSState]:
        require_params("scale_by_lbfgs", params)
        params, updates = copied(params), copied(updates)  # the state keeps them
        memories, scale = fzero.cond(
            state.count > 0,
            lambda: remembered(updates, state, params),
            lambda: (state[3:], 1.0 / fnp.maximum(1.0, tree.norm(updates))),
        )
        out = _preconditioned(updates, memories, scale if scale_init_precond else 1.0)
        return out, ScaleByLBFGSState(state.count + 1, params, updates, *memories)

    return GradientTransformation(init, update)


def _quotient(a: Any, b: Any, otherwise: float) -> Any:
    """a / b, or another number where b is 0."""
    return fnp.where(b == 0, otherwise, a / fnp.where(b == 0, 1.0, b))


def _preconditioned(g: Any, memories: Any, scale: Any) -> Any:
    """P g, by products of vectors alone."""
    alphas, pairs = [], list(zip(*memories, strict=True))
    for dw, du, weight in reversed(pairs):
        alphas.append(weight * fnp.real(tree.vdot(dw, g)))
        g = tree.add_scale(g, -alphas[-1], du)
    g = tree.scale(scale, g)
    for (dw, du, weight), alpha in zip(pairs, reversed(alphas), strict=True):
        g = tree.add_scale(g, alpha - weight * fnp.real(tree.vdot(du, g)), dw)
    return g
