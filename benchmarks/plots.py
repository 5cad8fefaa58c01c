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

Case = Mapping[str, Any]


def draw(row: Row, cases: Sequence[Case], path: Path) -> None:
    """Write the plot of a row."""
    names = [v.name for v in row.variants if any(c["variant"] == v.name for c in cases)]
    columns = min(COLUMNS, len(names))
    lines = math.ceil(len(names) / columns)
    size = (max(4.2 * columns, 6.4), 3.2 * lines + 0.6)
    figure = Figure(figsize=size, layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    colours = _colours(cases)
    for panel, name in zip(panels, names, strict=False):
        chosen = [c for c in cases if c["variant"] == name]
        (_lines if len(chosen) > 1 else _bars)(panel, chosen, colours)
        panel.set_title(name, fontsize=9)
        panel.tick_params(labelsize=8)
        panel.grid(alpha=0.25)
    for panel in panels[len(names) :]:
        panel.remove()
    figure.suptitle(f"{row.id}: {row.title}", fontsize=11)
    figure.supxlabel(row.size if len(cases) > len(names) else "seconds", fontsize=9)
    if len(cases) > len(names):
        figure.supylabel(f"seconds per {row.per}", fontsize=9)
        known = {}
        for panel in panels[: len(names)]:
            handles, labels = panel.get_legend_handles_labels()
            known.update(zip(labels, handles, strict=True))
        figure.legend(known.values(), known.keys(), loc="outside lower center", ncols=4, fontsize=8)
    figure.savefig(path, dpi=110)


def _colours(cases: Sequence[Case]) -> dict[str, str]:
    ways = dict.fromkeys(w for c in cases for ways in c["times"].values() for w in ways)
    others = [w for w in ways if w != OURS]
    return {w: COLOURS[i % len(COLOURS)] for i, w in enumerate(others)} | {OURS: "black"}


def _measured(case: Case) -> dict[str, Sequence[float]]:
    """The quartiles of every way that is installed, ours last so that it is drawn on top."""
    found = {w: q for ways in case["times"].values() for w, q in ways.items() if q is not None}
    return {w: q for w, q in found.items() if w != OURS} | {OURS: found[OURS]}


def _lines(panel: Any, cases: Sequence[Case], colours: Mapping[str, str]) -> None:
    """Medians against sizes on logarithmic axes, the quartiles as a band."""
    for way in _measured(cases[0]):
        points = [(c["size"], *_measured(c)[way]) for c in cases if way in _measured(c)]
        sizes, low, median, high = zip(*points, strict=True)
        width = 2.4 if way == OURS else 1.3
        panel.plot(sizes, median, "o-", color=colours[way], linewidth=width, ms=3, label=way)
        panel.fill_between(sizes, low, high, color=colours[way], alpha=0.2, linewidth=0)
    panel.set_xscale("log")
    panel.set_yscale("log")


def _bars(panel: Any, cases: Sequence[Case], colours: Mapping[str, str]) -> None:
    """The medians of a single size, the quartiles as whiskers."""
    for way, (low, median, high) in _measured(cases[0]).items():
        whiskers = [[median - low], [high - median]]
        panel.barh(way, median, xerr=whiskers, color=colours[way], capsize=3, height=0.5)
