"""Gradients for functions that have none, such as argmax and rankings, by noise on the input."""

from collections.abc import Callable
from typing import Any

import fzero
import fzero.numpy as fnp
from fzero import random

from . import tree

__all__ = ["Gumbel", "Normal", "make_perturbed_fun"]


class Normal:
    """The normal distribution."""

    def sample(self, key: Any, shape: tuple[int, ...] = (), dtype: Any = float) -> Any:
        """Draw an array."""
        return random.normal(key, shape, dtype)

    def log_prob(self, z: Any) -> Any:
        """The logarithm of the density up to a constant, number by number."""
        return -0.5 * z * z


class Gumbel:
    """Gumbel's distribution, with which argmax gives the probabilities of softmax."""

    def sample(self, key: Any, shape: tuple[int, ...] = (), dtype: Any = float) -> Any:
        """Draw an array."""
        return random.gumbel(key, shape, dtype)

    def log_prob(self, z: Any) -> Any:
        """The logarithm of the density up to a constant, number by number."""
        return -z - fnp.exp(-z)


_GUMBEL = Gumbel()


def make_perturbed_fun(
    fun: Callable[[Any], Any],
    num_samples: int = 1000,
    sigma: Any = 0.1,
    noise: Any = _GUMBEL,
    use_baseline: bool = True,
) -> Callable[[Any, Any], Any]:
    """Smooth a function by noise: f_s(x) = E f(x + sigma z).

    Its derivatives of every order are estimated from values of `fun` alone, which need not be
    differentiable.

    Args:
        fun: pytree -> pytree of arrays. It runs under `fzero.vmap`.
        num_samples: how many draws the mean is over.
        sigma: the size of the noise, > 0.
        noise: `Gumbel()`, `Normal()`, or another object with their two methods.
        use_baseline: whether the value without noise is subtracted where the gradient is
            estimated, which makes it vary less.

    Returns:
        A function (key, x) -> the mean of the values, in the structure of those of `fun`.

    Gradient: the mean of (f(x + sigma z) - f(x)) times the derivative of -log p(z) / sigma.

    Source: Berthet et al. 2020, arXiv:2002.08676; Foerster et al. 2018, arXiv:1802.05098.

    Example:
        >>> first = lambda x: 1.0 * (x[0] > x[1])
        >>> soft = make_perturbed_fun(first, 4000, sigma=1.0)
        >>> abs(float(soft(random.key(0), fnp.array([1.0, 0.0]))) - 1 / (1 + 0.3679)) < 0.03
        True
    """

    def estimate(key: Any, x: Any, baseline: Any) -> Any:
        z = tree.random_like(key, x, noise.sample)
        shifted = fzero.stop_gradient(tree.add_scale(x, sigma, z))
        # The same draw, as a function of x: its density depends on where x is.
        z = fzero.tree.map(lambda x, y: (y - x) / sigma, x, shifted)
        log_prob = tree.sum(fzero.tree.map(noise.log_prob, z))
        one = fnp.exp(log_prob - fzero.stop_gradient(log_prob))
        value = tree.scale(one, fun(shifted))
        return tree.add_scale(value, 1 - one, baseline) if use_baseline else value

    def perturbed(key: Any, x: Any) -> Any:
        baseline = fun(fzero.stop_gradient(x)) if use_baseline else None
        keys = random.split(key, num_samples)
        draws = fzero.vmap(lambda key: estimate(key, x, baseline))(keys)
        return fzero.tree.map(lambda y: fnp.mean(y, axis=0), draws)

    return perturbed
