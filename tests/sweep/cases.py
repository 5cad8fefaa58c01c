"""All cases of the sweep, by name."""

import functools

from .case import Case
from .tables import (
    calculus,
    elementwise,
    lax,
    lax_indexing,
    lax_linalg,
    linear,
    networks,
    primitives,
    reductions,
    scientific,
    selection,
    shapes,
    statistics,
)

TABLES = [
    *(part.TABLE for part in (calculus, elementwise, lax, lax_indexing, lax_linalg, linear)),
    *(part.TABLE for part in (networks, primitives, reductions, selection, shapes, statistics)),
    *(linear.LINALG, linear.FFT, scientific.SPECIAL, scientific.LINALG),
]


@functools.cache
def by_name() -> dict[str, list[Case]]:
    """Name with its namespace -> its cases."""
    found: dict[str, list[Case]] = {}
    for table in TABLES:
        for case in table.cases:
            found.setdefault(f"{case.space}.{case.name}", []).append(case)
    return found
