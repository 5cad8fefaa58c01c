"""SciPy's functions on arrays and inside transforms: `from fzero.scipy import special, stats`.

Names and arguments are SciPy's. The numerics are fzero's own, on NumPy and CuPy arrays; only
`optimize`, and the rarer windows of `signal`, need SciPy (`pip install 'fzero[scipy]'`). A part is
imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import (
        fft,
        integrate,
        interpolate,
        linalg,
        ndimage,
        optimize,
        signal,
        sparse,
        special,
        stats,
    )

__all__ = [
    "fft", "integrate", "interpolate", "linalg", "ndimage", "optimize", "signal", "sparse",
    "special", "stats",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(
        f"fzero.scipy: the name is {name!r}, which is not here; expected one of {__all__}. "
        "Call SciPy itself for what needs no derivative."
    )
