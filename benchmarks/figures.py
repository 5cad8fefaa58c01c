"""From times to ratios and verdicts."""

import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .row import OURS, Limit, Row, Variant

__all__ = [
    "ITSELF", "TOLERANCE", "Figure", "Summary", "figures_of", "ratios_of", "summaries", "worse",
]  # fmt: skip

#: The peer of a growth: fzero at a smaller size.
ITSELF = "itself"
#: How much worse than the committed one a ratio may be.
TOLERANCE = 1.15

Case = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """fzero beside one family at one size; seconds, or bytes, per operation.

    Attributes:
        variant, size, family: what was measured.
        way: the family's fastest way, None if none is installed.
        ours: our median.
        peer: the peer's median, None if it is not installed.
        limit: the target, None where there is none at this size.
        title: what the limit is for, in the table of rows.
    """

    variant: str
    size: int
    family: str
    way: str | None
    ours: float
    peer: float | None
    limit: Limit | None
    title: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's."""
        return None if self.peer is None else self.ours / self.peer

    @property
    def judged_value(self) -> float | None:
        """What the limit is a limit of: the ratio, or the seconds added to the peer's."""
        if self.peer is None or self.limit is None:
            return None
        return self.ratio if self.limit.kind == "ratio" else self.ours - self.peer

    @property
    def met(self) -> bool | None:
        """Whether the target is met, None where there is nothing to judge."""
        value = self.judged_value
        return None if value is None or self.limit is None else value <= self.limit.value


@dataclass(frozen=True)
class Summary:
    """One line of the table of rows: all figures judged by one limit, beside one family.

    `values` is empty where the peer is not installed.
    """

    title: str
    family: str
    limit: Limit
    values: Sequence[float]

    @property
    def median(self) -> float:
        """The figure in the middle."""
        return statistics.median(self.values)

    @property
    def worst(self) -> float:
        """The figure that decides whether the target is met."""
        return max(self.values)

    @property
    def met(self) -> bool | None:
        """Whether all figures meet the target, None if there is none."""
        return self.worst <= self.limit.value if self.values else None


def fastest(ways: Mapping[str, Sequence[float] | None]) -> tuple[str, float] | tuple[None, None]:
    """The way with the smallest median, and that median."""
    medians = {way: times[1] for way, times in ways.items() if times is not None}
    if not medians:
        return None, None
    best = min(medians, key=medians.__getitem__)
    return best, medians[best]


def figures_of(row: Row, cases: Sequence[Case]) -> list[Figure]:
    """Every case beside every family, then the growth from smaller sizes."""
    variants = {v.name: v for v in row.variants}
    return [
        figure
        for case in cases
        if case["variant"] in variants
        for figure in (*_beside(row, variants[case["variant"]], case), *_growth(row, case, cases))
    ]


def _beside(row: Row, variant: Variant, case: Case) -> Iterator[Figure]:
    size, ours = case["size"], case["times"][OURS][OURS][1]
    judged = not variant.judged or size in variant.judged
    limits = row.limits if variant.limits is None else variant.limits
    title = row.title if variant.limits is None else f"{row.title}: {variant.name}"
    for family, ways in case["times"].items():
        if family == OURS:
            continue
        way, peer = fastest(ways)
        limit = limits.get(family) if judged and family not in variant.value_only else None
        yield Figure(variant.name, size, family, way, ours, peer, limit, title)


def _growth(row: Row, case: Case, cases: Sequence[Case]) -> Iterator[Figure]:
    """The time per operation beside the smallest one among the smaller sizes."""
    smaller = {
        c["times"][OURS][OURS][1]: c["size"]
        for c in cases
        if c["variant"] == case["variant"] and c["size"] < case["size"]
    }
    if row.growth is not None and smaller:
        ours, best = case["times"][OURS][OURS][1], min(smaller)
        limit = Limit("ratio", row.growth)
        way = f"{OURS} at {smaller[best]:,}"
        yield Figure(case["variant"], case["size"], ITSELF, way, ours, best, limit, row.title)


def summaries(figures: Sequence[Figure]) -> list[Summary]:
    """A summary for each limit, in the order of the figures."""
    found: dict[tuple[str, str, Limit], list[float]] = {}
    for f in figures:
        if f.limit is not None:
            values = found.setdefault((f.title, f.family, f.limit), [])
            values += [] if f.judged_value is None else [f.judged_value]
    return [Summary(*key, values) for key, values in found.items()]


def ratios_of(figures: Sequence[Figure]) -> dict[str, dict[str, float]]:
    """`"variant, size"` -> family -> ratio, what is committed and compared later."""
    ratios: dict[str, dict[str, float]] = {}
    for f in figures:
        if f.ratio is not None:
            ratios.setdefault(f"{f.variant}, {f.size}", {})[f.family] = round(f.ratio, 4)
    return ratios


def worse(
    now: Mapping[str, Mapping[str, float]], before: Mapping[str, Mapping[str, float]]
) -> list[str]:
    """The ratios that are more than 15 % above those of `before`, as lines of text."""
    return [
        f"{case}: {OURS} / {family} is {ratio:.3g}, was {before[case][family]:.3g}"
        for case, families in now.items()
        for family, ratio in families.items()
        if ratio > TOLERANCE * before.get(case, {}).get(family, float("inf"))
    ]
