"""Prodigy: Adam that finds its learning rate."""

from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from ..base import GradientTransformation, ScalarOrSchedule, require_params
from ..moments import abs_square, as_dtype, check_decay, copied, frozen_map, squares_like
from ..tree import norm, zeros_like

__all__ = ["ProdigyState", "prodigy"]


class ProdigyState(NamedTuple):
    """The state of `prodigy`.

    Attributes:
        exp_avg, exp_avg_sq: the decaying means of d g and of |d g|^2.
        grad_sum: the decaying sum of weighted gradients.
        params0: the parameters at the start.
        estim_lr: d, the estimate of the distance to the solution.
        numerator_weighted: of the estimate.
        count: the steps so far.
    """

    exp_avg: Any
    exp_avg_sq: Any
    grad_sum: Any
    params0: Any
    estim_lr: Any
    numerator_weighted: Any
    count: Any


def prodigy(
    learning_rate: ScalarOrSchedule = 1.0,
    betas: tuple[Any, Any] = (0.9, 0.999),
    beta3: Any = None,
    eps: Any = 1e-8,
    estim_lr0: Any = 1e-6,
    estim_lr_coef: Any = 1.0,
    weight_decay: Any = 0.0,
    safeguard_warmup: bool = False,
) -> GradientTransformation:
    """Adam in units of d, the distance to the solution, which is estimated along the way.

        m <- b1 m + (1 - b1) d g,   v <- b2 v + (1 - b2) |d g|^2
        r <- b3 r + d l / d0 g.(p0 - p),   s <- b3 s + l d g / d0
        d <- max(d, coef r / ||s||_1),   u = -l (m / (sqrt(v) + d eps) + weight_decay p)
        with l = d learning_rate sqrt(1 - b2^t) / (1 - b1^t)

    Args:
        learning_rate: a factor of d, or a schedule of it.
        betas: b1 and b2, 0 <= b < 1.
        beta3: b3; None for sqrt(b2).
        eps: added to the root, times d.
        estim_lr0: the first d, which is to be small.
        estim_lr_coef: a factor of the estimate.
        weight_decay: how much of the parameters is subtracted.
        safeguard_warmup: whether the rate is left out of s, for schedules that start from 0.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Mishchenko and Defazio 2023, arXiv:2306.06101.

    Example:
        >>> optimizer, p = prodigy(), np.ones(1)
        >>> optimizer.update(np.array([2.0]), optimizer.init(p), p)[0].round(8)
        array([-1.e-06])
    """
    b1, b2 = betas
    check_decay("prodigy", "betas[0]", b1)
    check_decay("prodigy", "betas[1]", b2)
    b3 = b2**0.5 if beta3 is None else beta3

    def init(params: Any) -> ProdigyState:
        zeros, zero = zeros_like(params), np.float64(0)
        d = np.float64(estim_lr0)
        squares = squares_like(params)
        return ProdigyState(zeros, squares, zeros, copied(params), d, zero, np.int64(0))

    def rate(d: Any, count: Any) -> Any:
        factor = learning_rate(count) if callable(learning_rate) else learning_rate
        return d * factor * (1 - b2 ** (count + 1)) ** 0.5 / (1 - b1 ** (count + 1))

    def means(updates: Any, state: ProdigyState, d: Any, step: Any) -> tuple[Any, Any, Any]:
        def added(old: Any, decay: Any, new: Any, factor: Any) -> Any:
            return as_dtype(decay, old) * old + as_dtype(factor, new) * new

        weight = (d if safeguard_warmup else step) * d / estim_lr0
        return (
            frozen_map(lambda g, m: added(m, b1, g, (1 - b1) * d), updates, state.exp_avg),
            frozen_map(
                lambda g, v: added(v, b2, abs_square(g), (1 - b2) * d * d),
                updates,
                state.exp_avg_sq,
            ),
            frozen_map(lambda g, s: added(s, b3, g, weight), updates, state.grad_sum),
        )

    def update(updates: Any, state: ProdigyState, params: Any = None) -> tuple[Any, ProdigyState]:
        require_params("prodigy", params)
        d, step = state.estim_lr, rate(state.estim_lr, state.count)
        gains = fzero.tree.map(
            lambda g, p0, p: fnp.sum(g * (p0 - p)), updates, state.params0, params
        )
        gain = sum(fzero.tree.leaves(gains), start=0.0)
        numerator = b3 * state.numerator_weighted + d / estim_lr0 * step * gain
        m, v, s = means(updates, state, d, step)
        size = norm(s, 1)
        estimate = estim_lr_coef * numerator / fnp.where(size > 0, size, 1.0)
        larger = fnp.maximum(d, fnp.where(size > 0, estimate, 0.0))

        def direction(p: Any, m: Any, v: Any) -> Any:
            root = fnp.sqrt(v) + as_dtype(larger * eps, v)
            moved = as_dtype(m / fnp.where(root > 0, root, 1.0), p)
            return -as_dtype(step, p) * (moved + as_dtype(weight_decay, p) * p)

        new = ProdigyState(m, v, s, state.params0, larger, numerator, state.count + 1)
        return frozen_map(direction, params, m, v), new

    return GradientTransformation(init, update)
