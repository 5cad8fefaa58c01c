"""AdEMAMix: Adam with a second, slow mean of gradients."""

from typing import Any, NamedTuple

import numpy as np

import fzero.numpy as fnp

from ..adding import add_decayed_weights
from ..base import (
    GradientTransformation,
    GradientTransformationExtraArgs,
    ScalarOrSchedule,
    chain,
)
from ..moments import as_dtype, check_decay, corrected, frozen_map, squares_like
from ..scaling import scale_by_learning_rate
from ..selection import elementwise
from ..tree import cast, update_moment, update_moment_per_elem_norm, zeros_like

__all__ = ["ScaleByAdemamixState", "ademamix", "scale_by_ademamix"]


class ScaleByAdemamixState(NamedTuple):
    """The state of `scale_by_ademamix`: the steps so far, the fast and the slow mean, squares."""

    count: Any
    count_m2: Any
    m1: Any
    m2: Any
    nu: Any


def scale_by_ademamix(
    b1: Any = 0.9,
    b2: Any = 0.999,
    b3: ScalarOrSchedule = 0.9999,
    alpha: ScalarOrSchedule = 6.0,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    mu_dtype: Any = None,
) -> GradientTransformation:
    """Adam's direction with a slow mean beside the fast one.

        m1 <- b1 m1 + (1 - b1) g,   m2 <- b3 m2 + (1 - b3) g,   v <- b2 v + (1 - b2) |g|^2
        u = (m1 / (1 - b1^t) + alpha m2) / (sqrt(v / (1 - b2^t) + eps_root) + eps)

    Args:
        b1, b2: the decays, 0 <= b < 1.
        b3: the decay of the slow mean, or a schedule of it.
        alpha: its weight, or a schedule of it.
        eps, eps_root: as in `scale_by_adam`.
        mu_dtype: of both means; by default that of the parameters.

    Raises:
        ValueError: a decay is out of range.

    Source: Pagliardini et al. 2024, arXiv:2409.03137.

    Example:
        >>> t = scale_by_ademamix()
        >>> t.update(np.array([5.0, -0.1]), t.init(np.zeros(2)))[0].round(4)
        array([ 1.0006, -1.0006])
    """
    for name, decay in {"b1": b1, "b2": b2, "b3": b3}.items():
        check_decay("scale_by_ademamix", name, decay)

    def init(params: Any) -> ScaleByAdemamixState:
        zeros, none = zeros_like(params, dtype=mu_dtype), np.int64(0)
        return ScaleByAdemamixState(none, none, zeros, zeros, squares_like(params))

    def update(
        updates: Any, state: ScaleByAdemamixState, params: Any = None
    ) -> tuple[Any, ScaleByAdemamixState]:
        slow: Any = b3(state.count_m2) if callable(b3) else b3
        weight: Any = alpha(state.count_m2) if callable(alpha) else alpha
        count = state.count + 1
        m1, m2 = update_moment(updates, state.m1, b1, 1), update_moment(updates, state.m2, slow, 1)
        nu = update_moment_per_elem_norm(updates, state.nu, b2, 2)

        def direction(g: Any, m1: Any, m2: Any, v: Any) -> Any:
            mean = corrected(m1, b1, count) + as_dtype(weight, m2) * m2
            return as_dtype(mean / (fnp.sqrt(corrected(v, b2, count) + eps_root) + eps), g)

        out = frozen_map(direction, updates, m1, m2, nu)
        kept = cast(m1, mu_dtype), cast(m2, mu_dtype), nu
        return out, ScaleByAdemamixState(count, state.count_m2 + 1, *kept)

    return elementwise(GradientTransformation(init, update))


def ademamix(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    b3: ScalarOrSchedule = 0.9999,
    alpha: ScalarOrSchedule = 5.0,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    mu_dtype: Any = None,
    weight_decay: ScalarOrSchedule = 0.0,
    mask: Any = None,
) -> GradientTransformationExtraArgs:
    """AdEMAMix: u = -learning_rate * (scale_by_ademamix(g) + weight_decay * p).

    Args:
        learning_rate: the step size, or a schedule of it.
        b1, b2, b3, alpha, eps, eps_root, mu_dtype: as in `scale_by_ademamix`.
        weight_decay, mask: as in `add_decayed_weights`.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Pagliardini et al. 2024, arXiv:2409.03137.

    Example:
        >>> optimizer = ademamix(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0), 1.0)[0]), 4)
        -0.1
    """
    return chain(
        scale_by_ademamix(b1, b2, b3, alpha, eps, eps_root, mu_dtype),
        add_decayed_weights(weight_decay, mask),
        scale_by_learning_rate(learning_rate),
    )
