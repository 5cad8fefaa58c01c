"""`autograd.scipy`: `fzero.scipy` under autograd's paths, and what autograd takes from SciPy.

A part is imported when it is first asked for. Bessel functions, `sqrtm`, `solve_sylvester` and
`solve_banded` call SciPy on the host, with stated derivatives.

Example:
    >>> import fzero
    >>> from fzero.compat.autograd.scipy.stats import norm
    >>> float(fzero.grad(norm.logpdf)(2.0))
    -2.0
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import integrate, linalg, signal, special, stats

__all__ = ["integrate", "linalg", "signal", "special", "stats"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(
        f"autograd.scipy: the name is {name!r}, which is not here; expected one of {__all__}. Call "
        "SciPy itself for what needs no derivative."
    )
