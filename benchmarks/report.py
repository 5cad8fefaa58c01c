"""The table: results as text for the terminal, and as docs/benchmarks.md, .json and plots."""

import datetime
import importlib.metadata
import json
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from . import THREADS
from .figures import Figure, Summary, figures_of, ratios_of, summaries
from .row import OURS, Limit, Row
from .units import quantity

__all__ = ["circumstances", "figure_lines", "page", "read", "record", "summary_lines", "write"]

LIBRARIES = ("numpy", "torch", "jax", "autograd", "mlx", "optax", "dezero", "onednn-cpu-gomp")
UNITS = {"time": "Times are per", "memory": "Peak memory above that before the call is per"}
INTRODUCTION = f"""\
# Benchmarks

What {OURS} costs beside its peers, measured by `make bench ARGS=--update`; a single row by
`make bench ARGS="p8 --update"` (`python -m benchmarks --help`).

Each round of a run measures {OURS} and every peer once, in turns, after one call that is not
counted and with Python's garbage collector at rest unless a row says otherwise; the figures are
medians over the rounds, with the first and third quartile in brackets. The results of all are
checked to be equal first. A ratio is {OURS}'s median over that of the peer's fastest way: below 1
{OURS} is faster. A row meets its target if its worst figure does; one that does not stays here.
"""


def circumstances() -> dict[str, Any]:
    """Where and when a row was measured."""
    return {
        "date": datetime.date.today().isoformat(),
        "machine": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "threads": int(os.environ.get("OPENBLAS_NUM_THREADS", THREADS)),
        "versions": {n: v for n in LIBRARIES if (v := _version(n)) is not None},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (x.partition(":")[2].strip() for x in lines if x.startswith("model name"))
    return next(names, platform.machine())


def _version(library: str) -> str | None:
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def record(row: Row, cases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is kept of a row in docs/benchmarks.json."""
    ratios = ratios_of(figures_of(row, cases))
    return {**circumstances(), "cases": list(cases), "ratios": ratios}


def read(path: Path) -> dict[str, Any]:
    """The records of docs/benchmarks.json by row, empty if there are none yet."""
    return json.loads(path.read_text()) if path.exists() else {}


def write(folder: Path, rows: Sequence[Row], records: Mapping[str, Any]) -> None:
    """Write benchmarks.json, benchmarks.md and a plot for each row under `folder`.

    `records` may be of several runs: each row is written with the circumstances of its own.
    """
    plots = folder / "benchmarks"
    plots.mkdir(parents=True, exist_ok=True)
    measured = [r for r in rows if r.id in records]
    kept = {r.id: records[r.id] for r in measured}
    (folder / "benchmarks.json").write_text(_compact(json.dumps(kept, indent=1)) + "\n")
    (folder / "benchmarks.md").write_text(page(measured, records))
    from .plots import draw  # Matplotlib is needed for nothing else

    for row in measured:
        draw(row, records[row.id]["cases"], plots / f"{row.id.lower()}.png")


def page(rows: Sequence[Row], records: Mapping[str, Any]) -> str:
    """The text of docs/benchmarks.md."""
    lines = [INTRODUCTION, *summary_lines(rows, records)]
    for row in rows:
        lines += ["", *_section(row, records[row.id])]
    return "\n".join(lines) + "\n"


def _compact(text: str) -> str:
    """JSON with the quartiles on one line, so that a difference shows one line for each."""
    return re.sub(r"\[[^\[\]{}]*\]", lambda found: " ".join(found[0].split()), text)


# -------------------------------------------------------------------------------- the tables


def summary_lines(rows: Sequence[Row], records: Mapping[str, Any]) -> Iterator[str]:
    """The table of rows and targets."""
    yield "| Row | Work | Peer | Target | Median | Worst | Met |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for row in rows:
        for s in summaries(figures_of(row, records[row.id]["cases"])):
            yield f"| {row.id} | {s.title} | {s.family} | {_target(s.limit)} | {_today(s)} |"


def _target(limit: Limit) -> str:
    return f"{limit.value:g}" if limit.kind == "ratio" else f"+{quantity(limit.value)}"


def _judged(value: float, limit: Limit) -> str:
    return f"{value:.2f}" if limit.kind == "ratio" else quantity(value, sign="+")


def _today(s: Summary) -> str:
    if not s.values:
        return "not installed | | –"
    return f"{_judged(s.median, s.limit)} | {_judged(s.worst, s.limit)} | {_verdict(s.met)}"


def _verdict(met: bool | None) -> str:
    return {True: "yes", False: "no", None: "–"}[met]


def _section(row: Row, kept: Mapping[str, Any]) -> Iterator[str]:
    """The title, the work, the plot and every figure of a row."""
    yield from (f"## {row.id}: {row.title}", "", row.work, "")
    yield f"![{row.id}: {row.measure} against size](benchmarks/{row.id.lower()}.png)"
    yield ""
    yield from figure_lines(row, kept["cases"])
    if any("memory" in case for case in kept["cases"]):
        yield from ("", *_memory(row, kept["cases"]))
    versions = ", ".join(f"{name} {version}" for name, version in kept["versions"].items())
    yield ""
    yield f"{UNITS[row.measure]} {row.per}. Measured on {kept['date']}: {kept['machine']},"
    yield f"{kept['threads']} threads; {kept['system']}; {versions}."


def figure_lines(row: Row, cases: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The table of every figure of a row."""
    measure = row.measure.capitalize()
    heads = ("Work", row.size.capitalize(), OURS, "Peer", measure, "Ratio", "Target", "Met")
    yield f"| {' | '.join(heads)} |"
    yield "| --- " * len(heads) + "|"
    times = {(c["variant"], c["size"]): c["times"] for c in cases}
    for f in figures_of(row, cases):
        yield f"| {_figure(f, times[f.variant, f.size], row.measure)} |"


def _figure(f: Figure, times: Mapping[str, Any], measure: str) -> str:
    cells = [f.variant, f"{f.size:,}", _spread(times[OURS][OURS], measure)]
    if f.peer is None:
        return " | ".join([*cells, f.family, "not installed", "–", "–", "–"])
    measured = times.get(f.family, {}).get(f.way)
    theirs = _spread(measured, measure) if measured else quantity(f.peer, measure)
    cells += [str(f.way), theirs, f"{f.ratio:.3g}"]
    target = _target(f.limit) if f.limit else "–"
    if f.limit and f.limit.kind == "added":
        cells[-1] += f" ({_judged(f.ours - f.peer, f.limit)})"
    return " | ".join([*cells, target, _verdict(f.met)])


def _memory(row: Row, cases: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"| Work | {row.size.capitalize()} | Peak memory in bytes per {row.per} |"
    yield "| --- | --- | --- |"
    for case in cases:
        text = ", ".join(f"{way} {peak:,}" for way, peak in case.get("memory", {}).items())
        yield f"| {case['variant']} | {case['size']:,} | {text} |"


def _spread(quartiles: Sequence[float], measure: str) -> str:
    low, median, high = (quantity(q, measure) for q in quartiles)
    return f"{median} ({low}–{high})"
