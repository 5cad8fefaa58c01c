"""Densities estimated from samples, by a Gaussian at each."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import fzero.numpy as fnp

from ... import random
from ..linalg import cholesky, solve_triangular
from ..special import logsumexp, ndtr
from ..special.precision import promoted

__all__ = ["gaussian_kde"]


def _scott(neff: Any, d: int) -> Any:
    return neff ** (-1.0 / (d + 4))


def _silverman(neff: Any, d: int) -> Any:
    return (neff * (d + 2) / 4.0) ** (-1.0 / (d + 4))


_FACTORS: dict[str, Callable[[Any, int], Any]] = {"scott": _scott, "silverman": _silverman}


@dataclass(frozen=True, init=False, eq=False)
class gaussian_kde:  # noqa: N801 (SciPy's name)
    """A density: sum_i w_i N(x; x_i, h^2 C), of the samples x_i and their covariance C.

    Args:
        dataset: (d, n), or (n,) for d = 1; n > 1.
        bw_method: the factor h: "scott" (None), n^(-1/(d+4)) of the effective number n;
            "silverman", (n (d+2) / 4)^(-1/(d+4)); a number; or a function of this object.
        weights: (n,), or None for equal ones; they are scaled to sum 1.

    Raises:
        ValueError: fewer than two samples, weights of another shape, an unknown bandwidth.

    Gradient: of `dataset`, `weights` and the points.

    Example:
        >>> import numpy as np
        >>> density = gaussian_kde(np.array([-1.0, 1.0]))
        >>> float(density(0.0)[0].round(4))
        0.233
    """

    dataset: Any
    weights: Any
    neff: Any
    factor: Any
    covariance: Any

    def __init__(self, dataset: Any, bw_method: Any = None, weights: Any = None) -> None:
        (dataset,) = promoted(fnp.asarray(dataset))
        dataset = fnp.reshape(dataset, (1, -1)) if dataset.ndim < 2 else dataset
        put = lambda name, x: object.__setattr__(self, name, x)
        n = dataset.shape[1]
        if n < 2:
            raise ValueError(
                f"gaussian_kde: dataset has {n} samples; expected two or more along the last "
                "axis. Transpose it if samples are rows."
            )
        put("dataset", dataset)
        put("weights", _weights(weights, dataset))
        put("neff", 1 / fnp.sum(self.weights**2))
        put("factor", self._bandwidth(bw_method))
        centred = dataset - fnp.sum(dataset * self.weights, axis=1, keepdims=True)
        spread = (centred * self.weights) @ fnp.swapaxes(centred, 0, 1) / (1 - 1 / self.neff)
        put("covariance", spread * self.factor**2)

    def _bandwidth(self, method: Any) -> Any:
        method = "scott" if method is None else method
        if callable(method):
            return method(self)
        if not isinstance(method, str):
            return method
        if method not in _FACTORS:
            raise ValueError(
                f"gaussian_kde: bw_method is {method!r}; expected 'scott', 'silverman', a number "
                "or a function. Leave it out for 'scott'."
            )
        return _FACTORS[method](self.neff, self.d)

    @property
    def d(self) -> int:
        """The number of variables."""
        return self.dataset.shape[0]

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.dataset.shape[1]

    def logpdf(self, x: Any) -> Any:
        """The logarithm of the density at points of shape (d, m), or (m,) for d = 1: (m,)."""
        points = self._points(x)
        factor = cholesky(self.covariance, lower=True)
        both = fnp.concatenate([self.dataset, points], axis=1)
        z = solve_triangular(factor, both, lower=True)
        gaps = z[:, self.n :, None] - z[:, None, : self.n]
        norm = fnp.sum(fnp.log(fnp.diagonal(factor))) + 0.5 * self.d * math.log(2 * math.pi)
        return logsumexp(-0.5 * fnp.sum(gaps**2, axis=0), axis=1, b=self.weights) - norm

    def evaluate(self, points: Any) -> Any:
        """The density at points of shape (d, m), or (m,) for d = 1: (m,)."""
        return fnp.exp(self.logpdf(points))

    __call__ = pdf = evaluate

    def integrate_box_1d(self, low: Any, high: Any) -> Any:
        """The probability of [low, high], for d = 1."""
        if self.d != 1:
            raise ValueError(
                f"integrate_box_1d: the density has {self.d} variables; expected 1. Build one of a "
                "single row of the dataset."
            )
        scale = fnp.sqrt(self.covariance[0, 0])
        low, high = ((end - self.dataset[0]) / scale for end in (low, high))
        return fnp.sum(self.weights * (ndtr(high) - ndtr(low)))

    def integrate_gaussian(self, mean: Any, cov: Any) -> Any:
        """The integral of this density times a normal density of (d,) `mean` and (d, d) `cov`."""
        total = gaussian_kde.__new__(gaussian_kde)
        for name in ("dataset", "weights", "neff", "factor"):
            object.__setattr__(total, name, getattr(self, name))
        cov = fnp.reshape(fnp.asarray(cov), (self.d, self.d))
        object.__setattr__(total, "covariance", self.covariance + cov)
        return total.evaluate(fnp.reshape(fnp.asarray(mean), (self.d, 1)))[0]

    def integrate_kde(self, other: "gaussian_kde") -> Any:
        """The integral of the product of two densities of as many variables."""
        each = [
            self.integrate_gaussian(other.dataset[:, i], other.covariance) * other.weights[i]
            for i in range(other.n)
        ]
        return sum(each[1:], each[0])

    def resample(self, key: Any, shape: tuple[int, ...] = ()) -> Any:
        """New samples of shape (d, *shape), from a key of `fzero.random`."""
        pick, spread = random.split(key)
        place = random.choice(pick, self.n, shape, p=self.weights)
        zeros = fnp.zeros_like(self.dataset[:, 0])
        noise = random.multivariate_normal(spread, zeros, self.covariance, shape)
        return self.dataset[:, place] + fnp.moveaxis(noise, -1, 0)

    def _points(self, x: Any) -> Any:
        (x,) = promoted(fnp.asarray(x))
        x = fnp.reshape(x, (self.d, -1)) if x.ndim < 2 else x
        if x.shape[0] != self.d:
            raise ValueError(
                f"gaussian_kde: the points have shape {x.shape}; expected ({self.d}, m). Put the "
                "variables along the first axis."
            )
        return x


def _weights(weights: Any, dataset: Any) -> Any:
    n = dataset.shape[1]
    if weights is None:
        return fnp.full_like(dataset[0], 1.0 / n)
    (weights,) = promoted(fnp.asarray(weights))
    if weights.shape != (n,):
        raise ValueError(
            f"gaussian_kde: weights have shape {weights.shape}; expected ({n},). Give one for "
            "each sample."
        )
    return weights / fnp.sum(weights)
