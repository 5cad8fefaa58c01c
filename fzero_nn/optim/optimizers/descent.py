"""Gradient descent, with momentum, with signs, with noise, with other step sizes."""

from typing import Any

from ..adding import add_decayed_weights, add_noise
from ..base import GradientTransformationExtraArgs, ScalarOrSchedule, chain, identity
from ..momentum import ema, scale_by_optimistic_gradient, trace
from ..rprop import scale_by_rprop
from ..scaling import (
    scale,
    scale_by_learning_rate,
    scale_by_polyak,
    scale_by_sign,
    scale_by_trust_ratio,
)

__all__ = [
    "fromage",
    "momentum_sgd",
    "noisy_sgd",
    "optimistic_gradient_descent",
    "polyak_sgd",
    "rprop",
    "sgd",
    "sign_sgd",
    "signum",
]


def sgd(
    learning_rate: ScalarOrSchedule,
    momentum: Any = None,
    nesterov: bool = False,
    accumulator_dtype: Any = None,
) -> GradientTransformationExtraArgs:
    """Stochastic gradient descent: u = -learning_rate * g, with momentum as in `trace`.

    The rate stands outside of the momentum. Where it stands inside, see `momentum_sgd`.

    Args:
        learning_rate: the step size, or a schedule of it: the number of steps so far -> size.
        momentum: 0 <= momentum < 1; None keeps no state.
        nesterov: Nesterov's momentum.
        accumulator_dtype: of the momentum; by default that of the parameters.

    Raises:
        ValueError: momentum is out of range.

    Source: Robbins and Monro 1951; Sutskever et al. 2013.

    Example:
        >>> optimizer = sgd(0.1)
        >>> optimizer.update(2.0, optimizer.init(1.0))[0]
        -0.2
    """
    first = identity() if momentum is None else trace(momentum, nesterov, accumulator_dtype)
    return chain(first, scale_by_learning_rate(learning_rate))


def momentum_sgd(
    learning_rate: ScalarOrSchedule, momentum: Any = 0.9, nesterov: bool = False
) -> GradientTransformationExtraArgs:
    """Momentum of steps rather than of gradients: v <- momentum v - learning_rate g and u = v.

    This is DeZero's MomentumSGD. It differs from `sgd` when the rate changes: what is on its way
    keeps the old rate.

    Args:
        learning_rate: the step size, or a schedule of it.
        momentum: 0 <= momentum < 1.
        nesterov: Nesterov's momentum.

    Raises:
        ValueError: momentum is out of range.

    Source: Polyak 1964.

    Example:
        >>> optimizer = momentum_sgd(0.1, 0.5)
        >>> optimizer.update(2.0, optimizer.init(1.0))[0]
        np.float64(-0.2)
    """
    return chain(scale_by_learning_rate(learning_rate), trace(momentum, nesterov))


def noisy_sgd(
    learning_rate: ScalarOrSchedule, eta: Any = 0.01, gamma: Any = 0.55, key: Any = None
) -> GradientTransformationExtraArgs:
    """Descent along gradients with noise that dies out, as in `add_noise`.

    Args:
        learning_rate: the step size, or a schedule of it.
        eta, gamma: the variance of the noise is eta / t^gamma.
        key: a key of `fzero.random`, or an int as a seed of one.

    Raises:
        ValueError: there is no key.

    Source: Neelakantan et al. 2014, arXiv:1511.06807.

    Example:
        >>> import numpy as np
        >>> optimizer = noisy_sgd(0.1, eta=0.0, key=0)
        >>> optimizer.update(np.array([2.0]), optimizer.init(np.zeros(1)))[0]
        array([-0.2])
    """
    if key is None:
        raise ValueError(
            "noisy_sgd: key is None; expected a key or a seed, since each step draws numbers. "
            "Write noisy_sgd(learning_rate, key=random.key(0))."
        )
    return chain(add_noise(eta, gamma, key), scale_by_learning_rate(learning_rate))


def sign_sgd(learning_rate: ScalarOrSchedule) -> GradientTransformationExtraArgs:
    """Steps of one size: u = -learning_rate * sign(g).

    Args:
        learning_rate: the step size, or a schedule of it.

    Source: Bernstein et al. 2018, arXiv:1802.04434.

    Example:
        >>> optimizer = sign_sgd(0.1)
        >>> float(optimizer.update(2.0, optimizer.init(1.0))[0])
        -0.1
    """
    return chain(scale_by_sign(), scale_by_learning_rate(learning_rate))


def signum(
    learning_rate: ScalarOrSchedule, beta: Any = 0.9, accumulator_dtype: Any = None
) -> GradientTransformationExtraArgs:
    """The sign of a mean: m <- beta m + (1 - beta) g and u = -learning_rate * sign(m).

    Args:
        learning_rate: the step size, or a schedule of it.
        beta: the decay, 0 <= beta < 1.
        accumulator_dtype: of the mean; by default that of the parameters.

    Raises:
        ValueError: beta is out of range.

    Source: Bernstein et al. 2018, arXiv:1802.04434.

    Example:
        >>> optimizer = signum(0.1)
        >>> float(optimizer.update(2.0, optimizer.init(1.0))[0])
        -0.1
    """
    mean = ema(beta, debias=False, accumulator_dtype=accumulator_dtype)
    return chain(mean, scale_by_sign(), scale_by_learning_rate(learning_rate))


def optimistic_gradient_descent(
    learning_rate: ScalarOrSchedule, alpha: Any = 1.0, beta: Any = 1.0
) -> GradientTransformationExtraArgs:
    """Descent along u = -learning_rate * ((alpha + beta) g - beta g_before), for games.

    Args:
        learning_rate: the step size, or a schedule of it.
        alpha, beta: the weights of the gradient and of its change.

    Source: Mokhtari et al. 2019, arXiv:1901.08511.

    Example:
        >>> optimizer = optimistic_gradient_descent(0.5)
        >>> optimizer.update(2.0, optimizer.init(1.0))[0]
        -1.0
    """
    ahead = scale_by_optimistic_gradient(alpha, beta)
    return chain(ahead, scale_by_learning_rate(learning_rate))


def polyak_sgd(
    max_learning_rate: Any = 1.0,
    scaling: ScalarOrSchedule = 1.0,
    f_min: Any = 0.0,
    eps: Any = 0.0,
    variant: str = "sps",
) -> GradientTransformationExtraArgs:
    """Descent with Polyak's step size, from the loss: `update(..., value=loss)`.

        u = -g scaling min((value - f_min) / (||scaling g||^2 + eps), max_learning_rate)

    Args:
        max_learning_rate, f_min, eps, variant: as in `scale_by_polyak`.
        scaling: a factor of the gradients, or a schedule of it.

    Raises:
        ValueError: an unknown variant.

    Source: Berrada et al. 2020, arXiv:1907.08006; Loizou et al. 2021, arXiv:2002.10542.

    Example:
        >>> optimizer = polyak_sgd()
        >>> float(optimizer.update(2.0, optimizer.init(1.0), value=1.0)[0])
        -0.5
    """
    return chain(sgd(scaling), scale_by_polyak(f_min, max_learning_rate, eps, variant))


def rprop(
    learning_rate: Any,
    eta_minus: Any = 0.5,
    eta_plus: Any = 1.2,
    min_step_size: Any = 1e-6,
    max_step_size: Any = 50.0,
) -> GradientTransformationExtraArgs:
    """Resilient propagation, for gradients of the whole data: u = -scale_by_rprop(g).

    Args:
        learning_rate: the first step size of each number.
        eta_minus, eta_plus: how it shrinks and grows, 0 < eta_minus < 1 < eta_plus.
        min_step_size, max_step_size: its bounds.

    Source: Riedmiller and Braun 1993; Igel and Huesken 2000.

    Example:
        >>> optimizer = rprop(0.1)
        >>> float(optimizer.update(2.0, optimizer.init(1.0))[0])
        -0.1
    """
    bounds = eta_minus, eta_plus, min_step_size, max_step_size
    return chain(scale_by_rprop(learning_rate, *bounds), scale(-1.0))


def fromage(
    learning_rate: ScalarOrSchedule, min_norm: Any = 1e-6
) -> GradientTransformationExtraArgs:
    """Steps as large as the arrays, which keep the norm of these: r = 1 / sqrt(1 + lr^2).

        u = -lr r g ||p|| / ||g|| + (r - 1) p

    Args:
        learning_rate: lr, or a schedule of it.
        min_norm: the least value of both norms.

    Raises:
        ValueError: (from update) there are no params.

    Source: Bernstein et al. 2020, arXiv:2002.03432.

    Example:
        >>> optimizer = fromage(1.0)
        >>> round(float(optimizer.update(2.0, optimizer.init(1.0), 1.0)[0]), 3)
        -1.0
    """

    def shrink(rate: Any) -> Any:
        return 1 / (1 + rate**2) ** 0.5

    if callable(learning_rate):
        step: Any = lambda count: learning_rate(count) * shrink(learning_rate(count))
        decay: Any = lambda count: shrink(learning_rate(count)) - 1
    else:
        step, decay = learning_rate * shrink(learning_rate), shrink(learning_rate) - 1
    return chain(
        scale_by_trust_ratio(min_norm), scale_by_learning_rate(step), add_decayed_weights(decay)
    )
