"""`fzero.scipy.special` under autograd's path, and the Bessel functions, which SciPy computes.

Example:
    >>> import fzero
    >>> from fzero.compat.autograd.scipy.special import j0, j1
    >>> bool(abs(fzero.grad(j0)(1.5) + j1(1.5)) < 1e-15)
    True
"""
# ruff: noqa: F403

from typing import Any

from ....numpy import exp, sign
from ....scipy.special import *
from ....scipy.special import __all__ as _all
from ....scipy.special import gammaln, gammasgn
from ..extend import defjvp, defvjp
from .host import hosted

__all__ = [
    *_all, "iv", "ive", "j0", "j1", "jn", "rgamma", "y0", "y1", "yn",
]  # fmt: skip

j0, j1, jn, y0, y1, yn, iv, ive = (
    hosted("special", name) for name in ("j0", "j1", "jn", "y0", "y1", "yn", "iv", "ive")
)


def _state(f: Any, slope: Any, orders: int) -> None:
    """State df/dx = slope(ans, *args), x the last argument; the order has no derivative."""
    nothing = (None,) * orders
    defvjp(f, *nothing, lambda ans, *args: lambda g: g * slope(ans, *args))
    defjvp(f, *nothing, lambda t, ans, *args: t * slope(ans, *args))


_state(j0, lambda ans, x: -j1(x), 0)
_state(y0, lambda ans, x: -y1(x), 0)
_state(j1, lambda ans, x: (j0(x) - jn(2, x)) / 2, 0)
_state(y1, lambda ans, x: (y0(x) - yn(2, x)) / 2, 0)
_state(jn, lambda ans, n, x: (jn(n - 1, x) - jn(n + 1, x)) / 2, 1)
_state(yn, lambda ans, n, x: (yn(n - 1, x) - yn(n + 1, x)) / 2, 1)
_state(iv, lambda ans, n, x: (iv(n - 1, x) + iv(n + 1, x)) / 2, 1)
_state(ive, lambda ans, n, x: (ive(n - 1, x) + ive(n + 1, x)) / 2 - sign(x) * ans, 1)


def rgamma(z: Any) -> Any:
    """1 / Gamma(z), for z > 0.

    Example:
        >>> bool(abs(rgamma(3.0) - 0.5) < 1e-15)
        True
    """
    return gammasgn(z) * exp(-gammaln(z))
