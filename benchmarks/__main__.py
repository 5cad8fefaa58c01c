"""`python -m benchmarks`: measure the rows and write docs/benchmarks.md."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import THREADS
from .figures import worse
from .report import figure_lines, read, record, summary_lines, write
from .row import Row, load_rows
from .runner import FULL, QUICK, measure_row

#: The load of a machine that does nothing else; above it the times are worth little.
IDLE = 0.5
DOCS = Path(__file__).resolve().parent.parent / "docs"


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rows", default="", help="rows to measure, such as P2,P5 (default: all)")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few rounds, the smaller sizes, beside NumPy alone; writes nothing",
    )
    parser.add_argument(
        "--compare",
        action="store_true",
        help="fail if a ratio is over 15 %% worse than in docs/benchmarks.json; writes nothing",
    )
    return parser.parse_args(words)


def compared(rows: Sequence[Row], records: dict[str, Any], committed: dict[str, Any]) -> int:
    """The exit status of `--compare`, after saying what became worse."""
    found = {
        row.id: worse(records[row.id]["ratios"], committed.get(row.id, {}).get("ratios", {}))
        for row in rows
    }
    for row, lines in found.items():
        for line in lines:
            print(f"worse: {row} {line}")
    if not any(found.values()):
        print("no ratio is over 15 % worse than the committed one")
    return int(any(found.values()))


def main(words: Sequence[str] | None = None) -> int:
    """Measure, and print or write the tables."""
    options = arguments(words)
    if hasattr(os, "sched_setaffinity"):  # as many processors as threads, for every library
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    try:
        rows = load_rows([r for r in options.rows.upper().split(",") if r])
    except ValueError as error:
        sys.exit(str(error))
    effort = QUICK if options.quick else FULL
    committed = read(DOCS / "benchmarks.json")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > IDLE:
        print(f"the machine is busy (load {load:.1f}): expect scattered times", file=sys.stderr)
    records = {}
    for row in rows:
        cases = measure_row(row, effort, lambda line: print(line, file=sys.stderr, flush=True))
        records[row.id] = record(row, cases)
        print("\n".join([f"{row.id}: {row.title}", *figure_lines(row, cases)]), end="\n\n")
    print("\n".join(summary_lines(rows, records)))
    if options.compare:
        return compared(rows, records, committed)
    if not options.quick:
        write(DOCS, load_rows(), committed | records)
    return 0


if __name__ == "__main__":
    sys.exit(main())
