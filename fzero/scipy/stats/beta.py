"""The beta distribution of shapes `a` and `b` on [loc, loc + scale]."""

from typing import Any

from ..special import betaln, xlog1py, xlogy
from . import standard

__all__ = ["logpdf", "pdf"]

_allowed = lambda a, b: (a > 0) & (b > 0)


def _log_density(z: Any, a: Any, b: Any) -> Any:
    return xlogy(a - 1, z) + xlog1py(b - 1, -z) - betaln(a, b)


def logpdf(x: Any, a: Any, b: Any, loc: Any = 0.0, scale: Any = 1.0) -> Any:
    """(a-1) log(z) + (b-1) log(1-z) - betaln(a, b) - log(scale), z = (x - loc) / scale in [0, 1].

    -inf outside.

    Example:
        >>> float(logpdf(0.5, 2.0, 2.0).round(4))
        0.4055
    """
    return standard.log_density(
        _log_density, x, a, b, loc=loc, scale=scale, support=standard.UNIT, allowed=_allowed
    )


pdf = standard.exponential_of(logpdf)
