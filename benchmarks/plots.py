"""One PNG a row: time against size for fzero and its peers, a panel for each variant."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from .row import OURS, Row

__all__ = ["draw"]

COLUMNS = 3
#: Told apart by those who see red and green alike (Okabe and Ito); ours is black.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")

UNIT = {"time": "seconds", "memory": "bytes"}

Case = Mapping[str, Any]


def draw(row: Row, cases: Sequence[Case], path: Path) -> None:
    """Write the plot of a row."""
    by_variant = {v.name: [c for c in cases if c["variant"] == v.name] for v in row.variants}
    by_variant = {name: chosen for name, chosen in by_variant.items() if chosen}
    columns = min(2 if len(by_variant) == 4 else COLUMNS, len(by_variant))
    lines = math.ceil(len(by_variant) / columns)
    size = (max(4.2 * columns, 6.4), 3.2 * lines + 0.8)
    figure = Figure(figsize=size, layout="constrained")
    panels = list(figure.subplots(lines, columns, squeeze=False).ravel())
    colours = _colours(cases)
    for panel, (name, chosen) in zip(panels, by_variant.items(), strict=False):
        (_lines if len(chosen) > 1 else _bars)(panel, chosen, colours, row)
        panel.set_title(name, fontsize=9)
        panel.tick_params(which="both", labelsize=7)
        panel.grid(alpha=0.25)
    for panel in panels[len(by_variant) :]:
        panel.remove()
    figure.suptitle(f"{row.id}: {row.title}", fontsize=11)
    _legend(figure, panels[: len(by_variant)])
    figure.savefig(path, dpi=110)


def _legend(figure: Figure, panels: Sequence[Any]) -> None:
    """One legend for all panels, below them; bars carry their names themselves."""
    known: dict[str, Any] = {}
    for panel in panels:
        handles, labels = panel.get_legend_handles_labels()
        known.update(zip(labels, handles, strict=True))
    if known:
        options = {"loc": "outside lower center", "ncols": 4, "fontsize": 8}
        figure.legend(known.values(), known.keys(), **options)


def _colours(cases: Sequence[Case]) -> dict[str, str]:
    ways = dict.fromkeys(w for c in cases for ways in c["times"].values() for w in ways)
    others = [w for w in ways if w != OURS]
    return {w: COLOURS[i % len(COLOURS)] for i, w in enumerate(others)} | {OURS: "black"}


def _measured(case: Case) -> dict[str, Sequence[float]]:
    """The quartiles of every way that is installed, ours last so that it is drawn on top."""
    found = {w: q for ways in case["times"].values() for w, q in ways.items() if q is not None}
    return {w: q for w, q in found.items() if w != OURS} | {OURS: found[OURS]}


def _lines(panel: Any, cases: Sequence[Case], colours: Mapping[str, str], row: Row) -> None:
    """Medians against sizes on logarithmic axes, the quartiles as a band."""
    for way in _measured(cases[0]):
        points = [(c["size"], *_measured(c)[way]) for c in cases if way in _measured(c)]
        sizes, low, median, high = zip(*points, strict=True)
        width = 2.4 if way == OURS else 1.3
        panel.plot(sizes, median, "o-", color=colours[way], linewidth=width, ms=3, label=way)
        panel.fill_between(sizes, low, high, color=colours[way], alpha=0.2, linewidth=0)
    panel.set_xscale("log")
    panel.set_yscale("log")
    panel.set_xlabel(row.size, fontsize=8)
    panel.set_ylabel(f"{UNIT[row.measure]} per {row.per}", fontsize=8)


def _bars(panel: Any, cases: Sequence[Case], colours: Mapping[str, str], row: Row) -> None:
    """The medians of a single size, the quartiles as whiskers."""
    for way, (low, median, high) in _measured(cases[0]).items():
        whiskers = [[median - low], [high - median]]
        panel.barh(way, median, xerr=whiskers, color=colours[way], capsize=3, height=0.5)
    panel.set_xlabel(f"{UNIT[row.measure]} per {row.per}", fontsize=8)
