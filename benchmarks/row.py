"""What a row of the table is made of. A row is one module with one `ROW`, found by its name."""

import importlib
import pkgutil
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["OURS", "YARDSTICK", "Limit", "Row", "Setup", "Variant", "load_rows", "once"]

#: Prepares the work at one size, untimed, and returns the function that does it once.
#: An ImportError says that the peer is not installed.
Setup = Callable[[int], Callable[[], Any]]

#: How our own times are named, and the family that `--quick` measures beside them.
OURS = "fzero"
YARDSTICK = "numpy"


def once(size: int) -> int:
    """One operation a call: the time is that of the call."""
    return 1


@dataclass(frozen=True)
class Limit:
    """A target: our median over the peer's, or minus the peer's in seconds, at most `value`."""

    kind: Literal["ratio", "added"]
    value: float


@dataclass(frozen=True)
class Variant:
    """One piece of work, done by fzero and by its peers, at several sizes.

    Attributes:
        name: unique within the row.
        ours: the work done with fzero.
        peers: family -> way -> the same work. The fastest way of a family is the peer.
        sizes: what to measure, smallest first; `--quick` takes the first.
        judged: the sizes at which the limits hold; none means all.
        limits: family -> target, instead of the row's.
        checks: how many calls precede the comparison of results: what a step of training returns
            depends on the steps before it.
        operations: size -> the number that the time of a call is divided by.
        value_only: families that compute the function's value alone, as a yardstick: their
            results are not compared with ours and no limit holds.
        gc: whether Python's garbage collector runs during the measurement.
        memory: whether the peak memory of a call is measured too, in a process of its own.
        warm: the size of a call that precedes the one whose memory is measured, so that what a
            library loads with its first call does not count; None for no such call.
        rtol: how far, relatively, results may differ before the times count for nothing.
        coarse: family -> rtol of libraries that are less exact than the dtype promises.
        compared: the variant whose results are compared instead of this one's, which are random.
    """

    name: str
    ours: Setup
    peers: Mapping[str, Mapping[str, Setup]]
    sizes: Sequence[int]
    judged: Sequence[int] = ()
    limits: Mapping[str, Limit] | None = None
    checks: int = 1
    operations: Callable[[int], int] = once
    value_only: Sequence[str] = ()
    gc: bool = False
    memory: bool = False
    warm: int | None = None
    rtol: float = 1e-9
    coarse: Mapping[str, float] = field(default_factory=dict)
    compared: "Variant | None" = None

    def setup(self, way: str) -> Setup:
        """The setup of one way of one family, or ours."""
        ways = {OURS: self.ours}
        for family in self.peers.values():
            ways.update(family)
        return ways[way]


@dataclass(frozen=True)
class Row:
    """One row of the table.

    Attributes:
        id: as in the table, such as "P2".
        title: the work in a few words.
        work: the work and how it is measured, in a paragraph.
        variants: what is measured.
        size: what the sizes count.
        per: what times are per: "operation", "call", "step".
        limits: family -> target.
        growth: how much the time per operation may grow from a smaller size to a larger one.
        rounds: measurements of each contestant, unless they would take too long.
        measure: what the figures are: seconds, or bytes of peak memory in processes of their own.
    """

    id: str
    title: str
    work: str
    variants: Sequence[Variant]
    size: str
    per: str = "call"
    limits: Mapping[str, Limit] = field(default_factory=dict)
    growth: float | None = None
    rounds: int = 40
    measure: Literal["time", "memory"] = "time"


def load_rows(wanted: Sequence[str] = ()) -> list[Row]:
    """The rows, or those of the ids `wanted`, in the order of the table.

    Raises:
        ValueError: an id that no row has.
    """
    package = importlib.import_module(__package__ or "benchmarks")
    names = sorted(m.name for m in pkgutil.iter_modules(package.__path__))
    modules = [n for n in names if re.fullmatch(r"p\d\d_\w+", n)]
    rows = [importlib.import_module(f"{package.__name__}.{n}").ROW for n in modules]
    unknown = set(wanted) - {r.id for r in rows}
    if unknown:
        raise ValueError(
            f"benchmarks: rows are {', '.join(sorted(unknown))}; expected some of "
            f"{', '.join(r.id for r in rows)}. Name none for all of them."
        )
    return [r for r in rows if not wanted or r.id in wanted]
