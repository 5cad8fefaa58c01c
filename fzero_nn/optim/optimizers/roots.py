"""Optimizers with second moments alone: AdaGrad, RMSProp, AdaDelta, Adafactor, SM3."""

from collections.abc import Callable
from typing import Any

from ..adding import add_decayed_weights
from ..base import GradientTransformationExtraArgs, ScalarOrSchedule, chain, identity
from ..clipping import clip_by_block_rms
from ..compact import scale_by_factored_rms, scale_by_sm3
from ..momentum import ema, trace
from ..roots import scale_by_adadelta, scale_by_rms, scale_by_rss, scale_by_stddev
from ..scaling import scale, scale_by_learning_rate, scale_by_param_block_rms

__all__ = ["adadelta", "adafactor", "adagrad", "rmsprop", "sm3"]


def adagrad(
    learning_rate: ScalarOrSchedule,
    initial_accumulator_value: Any = 0.1,
    eps: Any = 1e-7,
    eps_in_sqrt: bool = True,
) -> GradientTransformationExtraArgs:
    """AdaGrad: u = -learning_rate * g / sqrt(sum |g|^2 + eps).

    Args:
        learning_rate: the step size, or a schedule of it.
        initial_accumulator_value: what the sum starts from, >= 0.
        eps: added to the sum.
        eps_in_sqrt: False to add eps to the root instead. DeZero's AdaGrad(lr) is
            `adagrad(lr, 0.0, 1e-8, eps_in_sqrt=False)`.

    Source: Duchi, Hazan, Singer 2011.

    Example:
        >>> optimizer = adagrad(0.1, initial_accumulator_value=0.0)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 6)
        -0.1
    """
    direction = scale_by_rss(initial_accumulator_value, eps, eps_in_sqrt)
    return chain(direction, scale_by_learning_rate(learning_rate))


def rmsprop(
    learning_rate: ScalarOrSchedule,
    decay: Any = 0.9,
    eps: Any = 1e-8,
    initial_scale: Any = 0.0,
    eps_in_sqrt: bool = True,
    centered: bool = False,
    momentum: Any = None,
    nesterov: bool = False,
    bias_correction: bool = False,
) -> GradientTransformationExtraArgs:
    """RMSProp: u = -learning_rate * g / sqrt(mean |g|^2 + eps).

    Args:
        learning_rate: the step size, or a schedule of it.
        decay: of the mean, 0 <= decay < 1.
        eps: added to the mean.
        initial_scale: what the mean starts from.
        eps_in_sqrt: False to add eps to the root instead, as PyTorch does.
        centered: whether the variance stands for the mean of squares.
        momentum: of the steps, 0 <= momentum < 1; None for none.
        nesterov: Nesterov's momentum.
        bias_correction: whether the mean is divided by 1 - decay^t.

    Raises:
        ValueError: decay or momentum is out of range.

    Source: Tieleman and Hinton 2012; Graves 2013, arXiv:1308.0850, for centered.

    Example:
        >>> optimizer = rmsprop(0.1, decay=0.75)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 6)
        -0.2
    """
    root = scale_by_stddev if centered else scale_by_rms
    return chain(
        root(decay, eps, initial_scale, eps_in_sqrt, bias_correction),
        scale_by_learning_rate(learning_rate),
        identity() if momentum is None else trace(momentum, nesterov),
    )


def adadelta(
    learning_rate: ScalarOrSchedule | None = None,
    rho: Any = 0.9,
    eps: Any = 1e-6,
    weight_decay: ScalarOrSchedule = 0.0,
    weight_decay_mask: Any | Callable[[Any], Any] | None = None,
) -> GradientTransformationExtraArgs:
    """AdaDelta: u = -learning_rate * scale_by_adadelta(g + weight_decay * p).

    Args:
        learning_rate: a factor of the steps, or a schedule of it; None is 1. DeZero's AdaDelta()
            is `adadelta(rho=0.95)`.
        rho: the decay, 0 <= rho < 1.
        eps: added to both means.
        weight_decay, weight_decay_mask: as in `add_decayed_weights`.

    Raises:
        ValueError: rho is out of range; (from update) there is weight decay, and no params.

    Source: Zeiler 2012, arXiv:1212.5701.

    Example:
        >>> optimizer = adadelta(rho=0.75)
        >>> round(float(optimizer.update(5.0, optimizer.init(1.0))[0]), 6)
        -0.002
    """
    plain = isinstance(weight_decay, (int, float)) and weight_decay == 0
    return chain(
        identity() if plain else add_decayed_weights(weight_decay, weight_decay_mask),
        scale_by_adadelta(rho, eps),
        scale_by_learning_rate(learning_rate),
    )


def adafactor(
    learning_rate: ScalarOrSchedule | None = None,
    min_dim_size_to_factor: int = 128,
    decay_rate: Any = 0.8,
    decay_offset: Any = 0,
    multiply_by_parameter_scale: bool = True,
    clipping_threshold: Any = 1.0,
    momentum: Any = None,
    dtype_momentum: Any = None,
    weight_decay_rate: ScalarOrSchedule | None = None,
    eps: Any = 1e-30,
    factored: bool = True,
    weight_decay_mask: Any | Callable[[Any], Any] | None = None,
) -> GradientTransformationExtraArgs:
    """Adafactor: steps relative to the parameters, with factored second moments.

        u = -(learning_rate * rms(p) * clip(g / sqrt(v)) + weight_decay_rate * p)

    Args:
        learning_rate: a factor of the steps, or a schedule of it; None is 1.
        min_dim_size_to_factor, factored: which arrays are factored, as in
            `scale_by_factored_rms`.
        decay_rate, decay_offset, eps: of the second moments, as there.
        multiply_by_parameter_scale: False leaves rms(p) out.
        clipping_threshold: the largest root mean square of a step; None for no bound.
        momentum: the decay of a mean of the steps; None for none.
        dtype_momentum: of that mean; by default that of the parameters.
        weight_decay_rate, weight_decay_mask: as in `add_decayed_weights`; the learning rate does
            not multiply the rate.

    Raises:
        ValueError: (from update) there are no params.

    Source: Shazeer and Stern 2018, arXiv:1804.04235.

    Example:
        >>> import numpy as np
        >>> optimizer, W = adafactor(0.1), np.full((2, 2), 3.0)
        >>> float(optimizer.update(W, optimizer.init(W), W)[0][0, 0].round(6))
        -0.3
    """
    parts = [
        scale_by_factored_rms(factored, decay_rate, decay_offset, min_dim_size_to_factor, eps),
        scale_by_learning_rate(learning_rate, flip_sign=False),
        scale(-1.0),
    ]
    if clipping_threshold is not None:
        parts.insert(1, clip_by_block_rms(clipping_threshold))
    if multiply_by_parameter_scale:
        parts.insert(-1, scale_by_param_block_rms())
    if momentum is not None:
        parts.insert(-1, ema(momentum, debias=False, accumulator_dtype=dtype_momentum))
    if weight_decay_rate is not None:
        parts.insert(-1, add_decayed_weights(weight_decay_rate, weight_decay_mask))
    return chain(*parts)


def sm3(learning_rate: Any, momentum: Any = 0.9) -> GradientTransformationExtraArgs:
    """SM3, with one accumulator for each row and each column: u = -learning_rate * scale_by_sm3(g).

    Args:
        learning_rate: the step size.
        momentum: the decay of a mean of the steps, 0 <= momentum < 1.

    Raises:
        ValueError: momentum is out of range.

    Source: Anil et al. 2019, arXiv:1901.11150.

    Example:
        >>> import numpy as np
        >>> optimizer, W = sm3(0.1, momentum=0.0), np.ones((2, 2))
        >>> float(optimizer.update(W, optimizer.init(W))[0][0, 0].round(6))
        -0.1
    """
    return chain(scale_by_sm3(momentum), scale(-learning_rate))
