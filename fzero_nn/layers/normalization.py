"""Layers that normalise: over the batch, over features, or over groups of channels."""

from dataclasses import dataclass
from typing import Any

import numpy as np

import fzero
from fzero import random

from .. import functional as F
from ..initializers import Initializer, ones, zeros
from .module import EMPTY, Module, entries, size_from

__all__ = ["BatchNorm", "GroupNorm", "InstanceNorm", "LayerNorm", "RMSNorm"]


def _affine(layer: Any, key: Any, x: Any, axis: int) -> Any:
    """gamma and beta of a layer, or none."""
    if not layer.affine:
        return EMPTY
    shape = (size_from(type(layer).__name__, "features", layer.features, x, axis),)
    gamma_key, beta_key = random.split(key)
    return fzero.freeze(
        {
            "gamma": layer.gamma_init(gamma_key, shape, layer.dtype),
            "beta": layer.beta_init(beta_key, shape, layer.dtype),
        }
    )


def _gamma_beta(layer: Any, params: Any) -> tuple[Any, Any]:
    """What `_affine` made, Nones without."""
    if not layer.affine:
        return None, None
    gamma, beta = entries(type(layer).__name__, params, "gamma", "beta")
    return gamma, beta


@dataclass(frozen=True)
class BatchNorm(Module):
    """`functional.batch_norm` with running statistics in the state.

    Args:
        features: the number of channels; None to read it from init's x.
        decay: the share of the old running statistics that stays.
        eps: what is added to the variance.
        axis: the axis of the channels in x.
        affine: whether there are gamma and beta.
        gamma_init, beta_init: initializers.
        dtype: of parameters and state.

    Parameters: gamma and beta, shape (features,).
    State: avg_mean and avg_var, shape (features,), from zeros and ones; training moves them.

    Raises:
        ValueError: (from init) features is None, and there is no x.

    Example:
        >>> layer = BatchNorm(3)
        >>> params, state = layer.init(random.key(0))
        >>> y, state = layer.apply(params, state, np.eye(3, dtype=np.float32), train=True)
        >>> state["avg_mean"].round(3)
        array([0.033, 0.033, 0.033], dtype=float32)
    """

    features: int | None = None
    decay: float = 0.9
    eps: float = 2e-5
    axis: int = 1
    affine: bool = True
    gamma_init: Initializer = ones
    beta_init: Initializer = zeros
    dtype: Any = np.float32

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        shape = (size_from("BatchNorm", "features", self.features, x, self.axis),)
        state = {"avg_mean": zeros(key, shape, self.dtype), "avg_var": ones(key, shape, self.dtype)}
        return _affine(self, key, x, self.axis), fzero.freeze(state)

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        mean, var = entries("BatchNorm", state, "avg_mean", "avg_var")
        gamma, beta = _gamma_beta(self, params)
        if not self.affine:
            gamma, beta = fzero.numpy.ones_like(mean), fzero.numpy.zeros_like(mean)
        y, (mean, var) = F.batch_norm(
            x, gamma, beta, mean, var, train, self.decay, self.eps, self.axis
        )
        return y, fzero.freeze({"avg_mean": mean, "avg_var": var}) if train else state


@dataclass(frozen=True)
class LayerNorm(Module):
    """`functional.layer_norm` over the last axis.

    Args:
        features: the size of the last axis; None to read it from init's x.
        eps: what is added to the variance.
        affine: whether there are gamma and beta.
        gamma_init, beta_init: initializers.
        dtype: of the parameters.

    Parameters: gamma and beta, shape (features,).

    Raises:
        ValueError: (from init) features is None, and there is no x.

    Example:
        >>> layer = LayerNorm(2)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.array([[1.0, 3.0]], np.float32))[0].round(3)
        array([[-1.,  1.]], dtype=float32)
    """

    features: int | None = None
    eps: float = 1e-5
    affine: bool = True
    gamma_init: Initializer = ones
    beta_init: Initializer = zeros
    dtype: Any = np.float32

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        return _affine(self, key, x, -1), EMPTY

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        return F.layer_norm(x, *_gamma_beta(self, params), eps=self.eps), state


@dataclass(frozen=True)
class RMSNorm(Module):
    """`functional.rms_norm` over the last axis.

    Args:
        features: the size of the last axis; None to read it from init's x.
        eps: what is added to the mean square.
        affine: whether there is a gamma.
        gamma_init: its initializer.
        dtype: of the parameter.

    Parameters: gamma, shape (features,).

    Raises:
        ValueError: (from init) features is None, and there is no x.

    Example:
        >>> layer = RMSNorm(2)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.array([[3.0, -3.0]], np.float32))[0].round(3)
        array([[ 1., -1.]], dtype=float32)
    """

    features: int | None = None
    eps: float = 1e-6
    affine: bool = True
    gamma_init: Initializer = ones
    dtype: Any = np.float32

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        if not self.affine:
            return EMPTY, EMPTY
        shape = (size_from("RMSNorm", "features", self.features, x, -1),)
        return fzero.freeze({"gamma": self.gamma_init(key, shape, self.dtype)}), EMPTY

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        gamma = entries("RMSNorm", params, "gamma")[0] if self.affine else None
        return F.rms_norm(x, gamma, eps=self.eps), state


@dataclass(frozen=True)
class GroupNorm(Module):
    """`functional.group_norm` over groups of channels, axis 1.

    Args:
        features: the number of channels; None to read it from init's x.
        groups: into how many groups they are cut.
        eps: what is added to the variance.
        affine: whether there are gamma and beta.
        gamma_init, beta_init: initializers.
        dtype: of the parameters.

    Parameters: gamma and beta, shape (features,).

    Raises:
        ValueError: (from init) features is None, and there is no x.

    Example:
        >>> layer = GroupNorm(4, groups=2)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.array([[1, 3, 10, 30]], np.float32))[0].round(2)
        array([[-1.,  1., -1.,  1.]], dtype=float32)
    """

    features: int | None
    groups: int
    eps: float = 1e-5
    affine: bool = True
    gamma_init: Initializer = ones
    beta_init: Initializer = zeros
    dtype: Any = np.float32

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        return _affine(self, key, x, 1), EMPTY

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        return F.group_norm(x, self.groups, *_gamma_beta(self, params), eps=self.eps), state


@dataclass(frozen=True)
class InstanceNorm(Module):
    """`functional.instance_norm` of each channel of each example; channels are axis 1.

    Args:
        features: the number of channels; None to read it from init's x.
        eps: what is added to the variance.
        affine: whether there are gamma and beta.
        gamma_init, beta_init: initializers.
        dtype: of the parameters.

    Parameters: gamma and beta, shape (features,).

    Raises:
        ValueError: (from init) features is None, and there is no x.

    Example:
        >>> layer = InstanceNorm(1)
        >>> params, state = layer.init(random.key(0))
        >>> layer.apply(params, state, np.array([[[1, 3]]], np.float32))[0].round(3)
        array([[[-1.,  1.]]], dtype=float32)
    """

    features: int | None = None
    eps: float = 1e-5
    affine: bool = True
    gamma_init: Initializer = ones
    beta_init: Initializer = zeros
    dtype: Any = np.float32

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        return _affine(self, key, x, 1), EMPTY

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        return F.instance_norm(x, *_gamma_beta(self, params), eps=self.eps), state
