"""Optimizers that look at whole arrays, for large batches; and Lion."""

from collections.abc import Callable
from typing import Any

from ..adaptive import scale_by_adam
from ..adding import add_decayed_weights
from ..base import GradientTransformationExtraArgs, ScalarOrSchedule, chain
from ..masking import masked
from ..momentum import scale_by_lion, trace
from ..scaling import scale_by_learning_rate, scale_by_trust_ratio
from ..variants import scale_by_novograd

__all__ = ["lamb", "lars", "lion", "novograd"]

#: Which parameters: a tree of booleans, or params -> such a tree; True for all.
Mask = Any | Callable[[Any], Any] | None


def lars(
    learning_rate: ScalarOrSchedule,
    weight_decay: ScalarOrSchedule = 0.0,
    weight_decay_mask: Mask = True,
    trust_coefficient: Any = 0.001,
    eps: Any = 0.0,
    trust_ratio_mask: Mask = True,
    momentum: Any = 0.9,
    nesterov: bool = False,
) -> GradientTransformationExtraArgs:
    """LARS: steps as large as the arrays, with momentum, for large batches.

        g <- g + weight_decay p,   g <- g trust_coefficient ||p|| / (||g|| + eps)
        v <- momentum v - learning_rate g,   u = v

    Args:
        learning_rate: the step size, or a schedule of it.
        weight_decay, weight_decay_mask: as in `add_decayed_weights`.
        trust_coefficient, eps: as in `scale_by_trust_ratio`.
        trust_ratio_mask: which arrays are scaled so, as in `masked`; True for all.
        momentum, nesterov: as in `trace`.

    Raises:
        ValueError: momentum is out of range; (from update) there are no params.

    Source: You et al. 2017, arXiv:1708.03888.

    Example:
        >>> optimizer = lars(1.0)
        >>> round(float(optimizer.update(5.0, optimizer.init(2.0), 2.0)[0]), 6)
        -0.002
    """
    ratio = scale_by_trust_ratio(trust_coefficient=trust_coefficient, eps=eps)
    return chain(
        add_decayed_weights(weight_decay, weight_decay_mask),
        masked(ratio, trust_ratio_mask),
        scale_by_learning_rate(learning_rate),
        trace(momentum, nesterov),
    )


def lamb(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-6,
    eps_root: Any = 0.0,
    weight_decay: ScalarOrSchedule = 0.0,
    mask: Mask = None,
) -> GradientTransformationExtraArgs:
    """LAMB: AdamW with steps as large as the arrays, for large batches.

        d = scale_by_adam(g) + weight_decay p,   u = -learning_rate d ||p|| / ||d||

    Args:
        learning_rate, b1, b2, eps, eps_root: as in `adam`.
        weight_decay, mask: as in `add_decayed_weights`.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: You et al. 2019, arXiv:1904.00962.

    Example:
        >>> optimizer = lamb(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(2.0), 2.0)[0]), 6)
        -0.2
    """
    return chain(
        scale_by_adam(b1, b2, eps, eps_root),
        add_decayed_weights(weight_decay, mask),
        scale_by_trust_ratio(),
        scale_by_learning_rate(learning_rate),
    )


def novograd(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.25,
    eps: Any = 1e-6,
    eps_root: Any = 0.0,
    weight_decay: Any = 0.0,
) -> GradientTransformationExtraArgs:
    """NovoGrad: momentum of normed gradients: u = -learning_rate * scale_by_novograd(g).

    Args:
        learning_rate: the step size, or a schedule of it.
        b1, b2, eps, eps_root, weight_decay: as in `scale_by_novograd`.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Ginsburg et al. 2019, arXiv:1905.11286.

    Example:
        >>> optimizer = novograd(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(2.0), 2.0)[0]), 6)
        -0.1
    """
    direction = scale_by_novograd(b1, b2, eps, eps_root, weight_decay)
    return chain(direction, scale_by_learning_rate(learning_rate))


def lion(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.99,
    mu_dtype: Any = None,
    weight_decay: ScalarOrSchedule = 1e-3,
    mask: Mask = None,
) -> GradientTransformationExtraArgs:
    """Lion: u = -learning_rate * (sign((1 - b1) g + b1 m) + weight_decay * p).

    Args:
        learning_rate: the step size, or a schedule of it; a third to a tenth of Adam's.
        b1, b2, mu_dtype: as in `scale_by_lion`.
        weight_decay, mask: as in `add_decayed_weights`.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Chen et al. 2023, arXiv:2302.06675.

    Example:
        >>> optimizer = lion(0.1, weight_decay=0.5)
        >>> round(float(optimizer.update(5.0, optimizer.init(2.0), 2.0)[0]), 6)
        -0.2
    """
    return chain(
        scale_by_lion(b1, b2, mu_dtype),
        add_decayed_weights(weight_decay, mask),
        scale_by_learning_rate(learning_rate),
    )
