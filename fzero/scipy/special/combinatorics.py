"""Counting, continued to real arguments: factorials, binomials, and Bernoulli's numbers."""

import math
from typing import Any

import numpy as np

import fzero.numpy as fnp

from ...custom import stop_gradient
from .gammas import betaln, capped_exp, gamma, gammaln
from .polygammas import hurwitz
from .precision import promoted

__all__ = ["bernoulli", "comb", "factorial", "poch"]


def _whole(found: Any, *args: Any) -> Any:
    """`found`, the whole number beside it where the arguments are whole; same derivatives."""
    whole = fnp.isfinite(found)
    for x in args:
        whole = whole & (fnp.rint(x) == x)
    value = fnp.where(whole, found, 0.0)
    return found + stop_gradient(fnp.rint(value) - value)


def factorial(n: Any) -> Any:
    """n! = Gamma(n + 1), for real n too; 0 for n < 0, as in SciPy.

    Example:
        >>> float(factorial(4.0))
        24.0
    """
    (n,) = promoted(n)
    return fnp.where(n < 0, 0.0, _whole(gamma(fnp.where(n < 0, 0.0, n) + 1), n))


def comb(N: Any, k: Any, *, repetition: bool = False) -> Any:
    """The number of ways to choose k of N things: N! / (k! (N - k)!), for real N and k too.

    Args:
        N: how many things there are; 0 results for negative ones.
        k: how many are chosen; 0 results where it is negative or exceeds N.
        repetition: whether a thing may be chosen again: C(N + k - 1, k).

    Returns:
        A floating array of the joint shape; whole where N and k are.

    Gradient: that of the gamma functions, in both.

    Example:
        >>> float(comb(5, 2)), float(comb(5, 2, repetition=True))
        (10.0, 15.0)
    """
    N, k = promoted(N, k)
    if repetition:
        none = (k == 0) & (N == 0)
        return fnp.where(none, 1.0, comb(fnp.where(none, 1.0, N + k - 1), k))
    inside = (k <= N) & (N >= 0) & (k >= 0) & (N < math.inf)
    n, k = fnp.where(inside, N, 2.0), fnp.where(inside, k, 1.0)
    found = capped_exp(-betaln(n - k + 1, k + 1) - fnp.log(n + 1))
    return fnp.where(inside, _whole(found, n, k), 0.0)


def poch(z: Any, m: Any) -> Any:
    """Pochhammer's symbol: Gamma(z + m) / Gamma(z), for z > 0 and z + m > 0.

    Example:
        >>> bool(abs(poch(3.0, 2.0) - 12) < 1e-12)
        True
    """
    z, m = promoted(z, m)
    up = m > 0
    u = fnp.where(up, m, 1.0)
    rising = gammaln(u) - betaln(z, u)  # without the cancellation of two large logarithms
    v = fnp.where(up, 0.0, m)
    return fnp.exp(fnp.where(up, rising, gammaln(z + v) - gammaln(z)))


def bernoulli(n: int) -> np.ndarray:
    """Bernoulli's numbers B_0 to B_n, with B_1 = -1/2.

    B_2k = 2 (-1)^(k+1) (2k)! zeta(2k) / (2 pi)^2k.

    Args:
        n: the last index, an int >= 0.

    Returns:
        n + 1 numbers of dtype float64.

    Raises:
        ValueError: if n is not such an int.

    Example:
        >>> bernoulli(4).round(6).tolist()
        [1.0, -0.5, 0.166667, 0.0, -0.033333]
    """
    if not isinstance(n, int) or n < 0:
        raise ValueError(
            f"bernoulli: n is {n!r}; expected an int of at least 0. Give the last index."
        )
    found = [1.0, -0.5, 1 / 6]
    factor = 1 / (2 * math.pi**2)  # of B_2k: 2 (2k)! / (2 pi)^2k with its sign
    for k in range(3, n + 1):
        if k % 2:
            found.append(0.0)
            continue
        factor *= -k * (k - 1) / (2 * math.pi) ** 2
        found.append(2 * factor * float(hurwitz(math, float(k), 1.0)))
    return np.array(found[: n + 1])
