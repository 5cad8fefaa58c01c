"""Muon: momentum whose matrices are made orthogonal."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import fzero
import fzero.numpy as fnp

from ..adding import add_decayed_weights
from ..base import (
    GradientTransformation,
    GradientTransformationExtraArgs,
    ScalarOrSchedule,
    chain,
    stateless_with_tree_map,
)
from ..masking import partition
from ..moments import as_dtype, check_decay, corrected, frozen_map, lookahead_mean
from ..norms import norm
from ..optimizers import adamw
from ..scaling import scale_by_learning_rate
from ..tree import cast, update_moment, zeros_like

__all__ = ["MuonState", "muon", "scale_by_muon"]

Coefficients = tuple[float, float, float]

#: Of Jordan et al.: the same polynomial at each step.
STANDARD: Coefficients = (3.4445, -4.7750, 2.0315)


class MuonState(NamedTuple):
    """The state of `scale_by_muon`: the steps so far, the mean of g, the coefficients."""

    count: Any
    mu: Any
    ns_coeffs: Any


def scale_by_muon(
    ns_coeffs: Coefficients | Sequence[Coefficients] = STANDARD,
    ns_steps: int = 5,
    beta: Any = 0.95,
    eps: Any = 1e-8,
    mu_dtype: Any = None,
    *,
    nesterov: bool = True,
    adaptive: bool = False,
) -> GradientTransformation:
    """Make a mean of gradients nearly orthogonal, by Newton and Schulz's iteration.

        m <- beta m + (1 - beta) g,   X = m' / (||m'|| + eps)
        X <- a X + (b A + c A^2) X with A = X X^T, ns_steps times;   u = X

    Args:
        ns_coeffs: a, b, c; or a row of them for each step, of which the last ns_steps are used.
        ns_steps: how many times.
        beta: the decay, 0 <= beta < 1.
        eps: added to the norm.
        mu_dtype: of the mean; by default that of the parameters.
        nesterov: whether m' is the corrected mean one step ahead.
        adaptive: whether u is multiplied by the sum of m' X, which is the norm dual to Muon's.

    Raises:
        ValueError: beta is out of range; there are fewer rows than steps; (from update) an array
            has not two axes.

    Source: Jordan et al. 2024; Bernstein and Newhouse 2024, arXiv:2409.20325.

    Example:
        >>> t = scale_by_muon()
        >>> t.update(np.array([[3.0, 0.0], [0.0, 2.0]]), t.init(np.zeros((2, 2))))[0].round(1)
        array([[1.1, 0. ],
               [0. , 0.7]])
    """
    check_decay("scale_by_muon", "beta", beta)
    rows = _rows(ns_coeffs, ns_steps)

    def init(params: Any) -> MuonState:
        coefficients = fzero.freeze(np.asarray(ns_coeffs, np.float64))
        return MuonState(np.int64(0), zeros_like(params, dtype=mu_dtype), coefficients)

    def update(updates: Any, state: MuonState, params: Any = None) -> tuple[Any, MuonState]:
        count, mu = state.count + 1, update_moment(updates, state.mu, beta, 1)

        def direction(g: Any, m: Any) -> Any:
            mean = lookahead_mean(g, m, beta, count) if nesterov else corrected(m, beta, count)
            x = _orthogonal(mean, rows, eps)
            return as_dtype(fnp.sum(fnp.conj(mean) * x) * x if adaptive else x, g)

        out = frozen_map(direction, updates, mu)
        return out, MuonState(count, cast(mu, mu_dtype), state.ns_coeffs)

    return GradientTransformation(init, update)


def muon(
    learning_rate: ScalarOrSchedule,
    ns_coeffs: Coefficients | Sequence[Coefficients] = STANDARD,
    ns_steps: int = 5,
    beta: Any = 0.95,
    eps: Any = 1e-8,
    weight_decay: ScalarOrSchedule = 0.0,
    weight_decay_mask: Any = None,
    mu_dtype: Any = None,
    *,
    nesterov: bool = True,
    adaptive: bool = False,
    adam_b1: Any = 0.9,
    adam_b2: Any = 0.999,
    adam_eps_root: Any = 0.0,
    adam_weight_decay: ScalarOrSchedule = 0.0,
    adam_learning_rate: ScalarOrSchedule | None = None,
    consistent_rms: Any = None,
) -> GradientTransformationExtraArgs:
    """Muon for the matrices, and AdamW for all other arrays.

        u = -learning_rate * (scale_by_muon(g) * sqrt(max(1, columns / rows)) + weight_decay * p)

    Args:
        learning_rate: the step size, or a schedule of it.
        ns_coeffs, ns_steps, beta, eps, mu_dtype, nesterov, adaptive: as in `scale_by_muon`.
        weight_decay, weight_decay_mask: as in `add_decayed_weights`, of the matrices.
        adam_b1, adam_b2, adam_eps_root, adam_weight_decay: as in `adamw`.
        adam_learning_rate: None for learning_rate.
        consistent_rms: the factor sqrt(max(rows, columns)) * consistent_rms for the one above;
            0.2 makes the steps as large as Adam's.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Jordan et al. 2024; Liu et al. 2025, arXiv:2502.16982, for consistent_rms.

    Example:
        >>> optimizer, params = muon(0.1), {"W": np.ones((2, 2)), "b": np.ones(2)}
        >>> updates, _ = optimizer.update(params, optimizer.init(params), params)
        >>> updates["b"].round(4)
        array([-0.1474, -0.1474])
    """
    if adam_learning_rate is None:
        adam_learning_rate = learning_rate
    matrices = chain(
        scale_by_muon(
            ns_coeffs, ns_steps, beta, eps, mu_dtype, nesterov=nesterov, adaptive=adaptive
        ),
        stateless_with_tree_map(lambda g, p: g * _size_factor(g.shape, consistent_rms)),
        add_decayed_weights(weight_decay, weight_decay_mask),
        scale_by_learning_rate(learning_rate),
    )
    others = adamw(
        adam_learning_rate,
        adam_b1,
        adam_b2,
        eps,
        adam_eps_root,
        mu_dtype,
        adam_weight_decay,
        nesterov=nesterov,
    )

    def labels(params: Any) -> Any:
        return fzero.tree.map(lambda p: "muon" if fnp.ndim(p) == 2 else "adam", params)

    return partition({"muon": matrices, "adam": others}, labels)


def _size_factor(shape: tuple[int, ...], consistent_rms: Any) -> Any:
    if consistent_rms is None:
        return max(1.0, shape[1] / shape[0]) ** 0.5
    return max(shape) ** 0.5 * consistent_rms


def _rows(ns_coeffs: Any, ns_steps: int) -> list[Coefficients]:
    """The coefficients of each step."""
    table = np.asarray(ns_coeffs, np.float64)
    if table.ndim == 1:
        table = np.tile(table, (ns_steps, 1))
    if table.shape[-1] != 3 or len(table) < ns_steps:
        raise ValueError(
            f"scale_by_muon: ns_coeffs is of shape {np.shape(ns_coeffs)}; expected (3,), or "
            f"({ns_steps}, 3) for ns_steps = {ns_steps}. Leave it out for the usual ones."
        )
    return [tuple(row) for row in table[len(table) - ns_steps :].tolist()]


def _orthogonal(x: Any, rows: list[Coefficients], eps: Any) -> Any:
    if fnp.ndim(x) != 2:
        raise ValueError(
            f"scale_by_muon: an array is of shape {x.shape}; expected matrices. "
            "Use muon, which leaves other arrays to AdamW."
        )
    tall = x.shape[0] > x.shape[1]
    x = x.T if tall else x
    x = x / as_dtype(norm(x) + eps, x)
    for a, b, c in rows:
        square = x @ fnp.conj(x.T)
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x
