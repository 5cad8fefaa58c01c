"""Relatives of Adam, with other second moments."""

from collections.abc import Callable
from typing import Any

from ..adaptive import scale_by_amsgrad, scale_by_radam
from ..adding import add_decayed_weights
from ..base import GradientTransformationExtraArgs, ScalarOrSchedule, chain
from ..scaling import scale_by_learning_rate
from ..variants import scale_by_adan, scale_by_belief, scale_by_yogi

__all__ = ["adabelief", "adan", "amsgrad", "radam", "yogi"]


def amsgrad(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    mu_dtype: Any = None,
    bias_correction_mu: bool = True,
    bias_correction_nu: bool = True,
) -> GradientTransformationExtraArgs:
    """Adam whose second moment never falls: u = -learning_rate * scale_by_amsgrad(g).

    Args:
        learning_rate, b1, b2, eps, eps_root, mu_dtype: as in `adam`.
        bias_correction_mu, bias_correction_nu: as in `scale_by_amsgrad`.

    Raises:
        ValueError: a decay is out of range.

    Source: Reddi et al. 2018, arXiv:1904.09237.

    Example:
        >>> optimizer = amsgrad(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 6)
        -0.1
    """
    corrections = bias_correction_mu, bias_correction_nu
    direction = scale_by_amsgrad(b1, b2, eps, eps_root, mu_dtype, *corrections)
    return chain(direction, scale_by_learning_rate(learning_rate))


def radam(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    threshold: Any = 5.0,
    *,
    nesterov: bool = False,
) -> GradientTransformationExtraArgs:
    """Adam that needs no warmup: u = -learning_rate * scale_by_radam(g).

    Args:
        learning_rate, b1, b2, eps, eps_root, nesterov: as in `adam`.
        threshold: as in `scale_by_radam`.

    Raises:
        ValueError: a decay is out of range.

    Source: Liu et al. 2020, arXiv:1908.03265.

    Example:
        >>> optimizer = radam(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 6)
        -0.5
    """
    direction = scale_by_radam(b1, b2, eps, eps_root, threshold, nesterov=nesterov)
    return chain(direction, scale_by_learning_rate(learning_rate))


def adabelief(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-16,
    eps_root: Any = 1e-16,
    *,
    nesterov: bool = False,
) -> GradientTransformationExtraArgs:
    """Adam over the surprise of the gradients: u = -learning_rate * scale_by_belief(g).

    Args:
        learning_rate, b1, b2, nesterov: as in `adam`.
        eps, eps_root: as in `scale_by_belief`.

    Raises:
        ValueError: a decay is out of range.

    Source: Zhuang et al. 2020, arXiv:2010.07468.

    Example:
        >>> optimizer = adabelief(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 4)
        -0.1111
    """
    direction = scale_by_belief(b1, b2, eps, eps_root, nesterov=nesterov)
    return chain(direction, scale_by_learning_rate(learning_rate))


def yogi(
    learning_rate: ScalarOrSchedule, b1: Any = 0.9, b2: Any = 0.999, eps: Any = 1e-3
) -> GradientTransformationExtraArgs:
    """Adam with a second moment that changes slowly: u = -learning_rate * scale_by_yogi(g).

    Args:
        learning_rate, b1, b2, eps: as in `adam`.

    Raises:
        ValueError: a decay is out of range.

    Source: Zaheer et al. 2018.

    Example:
        >>> optimizer = yogi(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 4)
        -0.1
    """
    return chain(scale_by_yogi(b1, b2, eps), scale_by_learning_rate(learning_rate))


def adan(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.98,
    b2: Any = 0.92,
    b3: Any = 0.99,
    eps: Any = 1e-8,
    eps_root: Any = 1e-8,
    weight_decay: ScalarOrSchedule = 0.0,
    mask: Any | Callable[[Any], Any] | None = None,
) -> GradientTransformationExtraArgs:
    """Adam with the change of the gradient: u = -learning_rate * (scale_by_adan(g) + decay p).

    Args:
        learning_rate: the step size, or a schedule of it.
        b1, b2, b3, eps, eps_root: as in `scale_by_adan`.
        weight_decay, mask: as in `adamw`.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Xie et al. 2022, arXiv:2208.06677.

    Example:
        >>> optimizer = adan(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0), 1.0)[0]), 6)
        -0.1
    """
    return chain(
        scale_by_adan(b1, b2, b3, eps, eps_root),
        add_decayed_weights(weight_decay, mask),
        scale_by_learning_rate(learning_rate),
    )
