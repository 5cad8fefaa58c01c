"""Adam, with Nesterov's momentum, with a maximum, with weight decay."""

from collections.abc import Callable
from typing import Any

from ..adaptive import scale_by_adam, scale_by_adamax
from ..adding import add_decayed_weights
from ..base import GradientTransformationExtraArgs, ScalarOrSchedule, chain
from ..scaling import scale_by_learning_rate

__all__ = ["adam", "adamax", "adamaxw", "adamw", "nadam", "nadamw"]

#: Which parameters: a tree of booleans, or params -> such a tree; None for all.
Mask = Any | Callable[[Any], Any] | None


def adam(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    mu_dtype: Any = None,
    *,
    nesterov: bool = False,
    eps_hat: bool = False,
) -> GradientTransformationExtraArgs:
    """Adam: u = -learning_rate * scale_by_adam(g).

    Args:
        learning_rate: the step size, usually 1e-3, or a schedule of it: the number of steps so
            far -> size.
        b1, b2: the decays, 0 <= b < 1.
        eps: added to the root.
        eps_root: added inside the root, for derivatives through the step.
        mu_dtype: of the first moment; by default that of the parameters.
        nesterov: Nesterov's momentum; then this is `nadam`.
        eps_hat: add eps before the bias correction, as DeZero does.

    Raises:
        ValueError: a decay is out of range.

    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 1.

    Example:
        >>> optimizer = adam(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 6)
        -0.1
    """
    direction = scale_by_adam(b1, b2, eps, eps_root, mu_dtype, nesterov=nesterov, eps_hat=eps_hat)
    return chain(direction, scale_by_learning_rate(learning_rate))


def nadam(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    mu_dtype: Any = None,
) -> GradientTransformationExtraArgs:
    """Adam with Nesterov's momentum: `adam(..., nesterov=True)`.

    Args:
        learning_rate, b1, b2, eps, eps_root, mu_dtype: as in `adam`.

    Raises:
        ValueError: a decay is out of range.

    Source: Dozat 2016.

    Example:
        >>> optimizer = nadam(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 4)
        -0.1474
    """
    return adam(learning_rate, b1, b2, eps, eps_root, mu_dtype, nesterov=True)


def adamw(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    mu_dtype: Any = None,
    weight_decay: ScalarOrSchedule = 1e-4,
    mask: Mask = None,
    *,
    nesterov: bool = False,
) -> GradientTransformationExtraArgs:
    """Adam with weight decay: u = -learning_rate * (scale_by_adam(g) + weight_decay * p).

    Args:
        learning_rate, b1, b2, eps, eps_root, mu_dtype, nesterov: as in `adam`.
        weight_decay: the rate, or a schedule of it; the learning rate multiplies it.
        mask: which parameters decay, as in `add_decayed_weights`.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Loshchilov and Hutter 2019, arXiv:1711.05101.

    Example:
        >>> optimizer = adamw(0.1, weight_decay=0.5)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0), 1.0)[0]), 6)
        -0.15
    """
    return chain(
        scale_by_adam(b1, b2, eps, eps_root, mu_dtype, nesterov=nesterov),
        add_decayed_weights(weight_decay, mask),
        scale_by_learning_rate(learning_rate),
    )


def nadamw(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    eps_root: Any = 0.0,
    mu_dtype: Any = None,
    weight_decay: ScalarOrSchedule = 1e-4,
    mask: Mask = None,
) -> GradientTransformationExtraArgs:
    """Adam with Nesterov's momentum and weight decay: `adamw(..., nesterov=True)`.

    Args:
        learning_rate, b1, b2, eps, eps_root, mu_dtype, weight_decay, mask: as in `adamw`.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Dozat 2016; Loshchilov and Hutter 2019, arXiv:1711.05101.

    Example:
        >>> optimizer = nadamw(0.1, weight_decay=0.5)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0), 1.0)[0]), 4)
        -0.1974
    """
    decay = weight_decay, mask
    return adamw(learning_rate, b1, b2, eps, eps_root, mu_dtype, *decay, nesterov=True)


def adamax(
    learning_rate: ScalarOrSchedule, b1: Any = 0.9, b2: Any = 0.999, eps: Any = 1e-8
) -> GradientTransformationExtraArgs:
    """Adam with a maximum for the second moment: u = -learning_rate * scale_by_adamax(g).

    Args:
        learning_rate: the step size, or a schedule of it.
        b1, b2: the decays, 0 <= b < 1.
        eps: a floor of the maximum, > 0.

    Raises:
        ValueError: a decay is out of range.

    Source: Kingma and Ba 2014, arXiv:1412.6980, algorithm 2.

    Example:
        >>> optimizer = adamax(0.1)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 6)
        -0.1
    """
    return chain(scale_by_adamax(b1, b2, eps), scale_by_learning_rate(learning_rate))


def adamaxw(
    learning_rate: ScalarOrSchedule,
    b1: Any = 0.9,
    b2: Any = 0.999,
    eps: Any = 1e-8,
    weight_decay: ScalarOrSchedule = 1e-4,
    mask: Mask = None,
) -> GradientTransformationExtraArgs:
    """Adamax with weight decay: u = -learning_rate * (scale_by_adamax(g) + weight_decay * p).

    Args:
        learning_rate, b1, b2, eps: as in `adamax`.
        weight_decay, mask: as in `adamw`.

    Raises:
        ValueError: a decay is out of range; (from update) there are no params.

    Source: Loshchilov and Hutter 2019, arXiv:1711.05101.

    Example:
        >>> optimizer = adamaxw(0.1, weight_decay=0.5)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0), 1.0)[0]), 6)
        -0.15
    """
    return chain(
        scale_by_adamax(b1, b2, eps),
        add_decayed_weights(weight_decay, mask),
        scale_by_learning_rate(learning_rate),
    )
