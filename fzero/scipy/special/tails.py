"""Integrals of a density's tail: sums over the nodes of a quadrature, for each element of arrays.

The incomplete gamma and beta functions, their derivatives with respect to their parameters, and
the exponential integrals are tails of exp(E(v)) over v >= 0, scaled so that exp(-v) or exp(-v^2/2)
bounds them. One rule serves all of them, with a relative error near the resolution of float64.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

from ...backend import namespace

__all__ = ["bell", "panel", "tail_sum"]

#: Beyond the last edge the integrands are below 1e-19 of their integral.
_EDGES = np.array([0.0, 4.0, 12.0, 45.0])
_ORDER = 18
#: Elements at a time on the host, so that elements times nodes stay in the cache.
_CHUNK = 512


def _rule() -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Legendre's rule in each panel."""
    node, weight = np.polynomial.legendre.leggauss(_ORDER)
    middle, half = (_EDGES[1:] + _EDGES[:-1]) / 2, (_EDGES[1:] - _EDGES[:-1]) / 2
    return (middle[:, None] + half[:, None] * node).ravel(), (half[:, None] * weight).ravel()


_NODES, _WEIGHTS = _rule()


def tail_sum(xp: Any, integrand: Callable[..., Any], *args: Any) -> Any:
    """The integral over v from 0 to infinity of `integrand(xp, v, *args)`, element by element.

    Args:
        integrand: of `args` with an axis of size 1 behind, and of the nodes along that axis.
        *args: raw float64 arrays, which broadcast.
    """
    v, weights = xp.asarray(_NODES), xp.asarray(_WEIGHTS)
    shape = np.broadcast_shapes(*(a.shape for a in args))
    columns = [xp.broadcast_to(a, shape).reshape(-1, 1) for a in args]
    if xp is not namespace():
        return xp.matmul(integrand(xp, v, *columns), weights).reshape(shape)
    found = np.empty(math.prod(shape))
    for start in range(0, found.size, _CHUNK):
        stop = start + _CHUNK
        found[start:stop] = integrand(xp, v, *(c[start:stop] for c in columns)) @ weights
    return found.reshape(shape)


@lru_cache
def panel(order: int) -> list[tuple[float, float]]:
    """Nodes and weights of Gauss and Legendre's rule on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    return list(zip(((1 + nodes) / 2).tolist(), (weights / 2).tolist(), strict=True))


def bell(slopes: list[Any]) -> list[Any]:
    """f^(k) / f for k = 0, 1, ..., from the derivatives of log f: of order 1, 2, ..."""
    found: list[Any] = [1.0]
    for i in range(len(slopes)):
        found.append(sum(math.comb(i, k) * slopes[k] * found[i - k] for k in range(i + 1)))
    return found
