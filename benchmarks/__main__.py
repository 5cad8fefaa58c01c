"""`python -m benchmarks`: measure rows, and compare with docs/benchmarks.md or write it."""

import argparse
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import FOLDER, THREADS, quick
from .figures import worse
from .report import figure_lines, read, record, summary_lines, write
from .row import Row, load_rows
from .runner import FULL, measure_row

#: The load of a machine that does nothing else; above it the times are worth little.
IDLE = 0.5
DOCS = Path(__file__).resolve().parent.parent / "docs"


def arguments(words: Sequence[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("rows", nargs="*", type=row_id, help="such as p2 p08 (default: all)")
    parser.add_argument(
        "--update",
        action="store_true",
        help="write what is measured to docs/benchmarks.md, beside the other rows as they were; "
        "without it the command fails if a ratio is over 15 %% worse than there",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="the smallest sizes beside NumPy alone, in processor time; fails if a ratio is far "
        "above that in benchmarks/quick.json, which --update writes instead",
    )
    parser.add_argument("--folder", type=Path, help="where the files of P16 go")
    return parser.parse_args(words)


def row_id(word: str) -> str:
    """The id that p8, P08 and 8 stand for: P8."""
    found = re.fullmatch(r"[pP]?0*(\d+)", word)
    return f"P{found[1]}" if found else word


def say(line: str) -> None:
    """Tell how far the measurement is."""
    print(line, file=sys.stderr, flush=True)


def settle(options: argparse.Namespace) -> None:
    """As many processors as threads, for every library, and a warning if others use them."""
    if options.folder is not None:
        os.environ[FOLDER] = str(options.folder.resolve())
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > IDLE and not options.quick:
        say(f"the machine is busy (load {load:.1f}): expect scattered times")


def measure(rows: Sequence[Row], update: bool) -> int:
    """Measure, print, and compare or write each row; returns the exit status."""
    committed = read(DOCS / "benchmarks.json")
    records: dict[str, Any] = {}
    for row in rows:
        cases = measure_row(row, FULL, say)
        records[row.id] = record(row, cases)
        print("\n".join([f"{row.id}: {row.title}", *figure_lines(row, cases)]), end="\n\n")
        if update:
            write(DOCS, load_rows(), committed | records)
    print("\n".join(summary_lines(rows, records)))
    return 0 if update else compared(records, committed)


def compared(records: dict[str, Any], committed: dict[str, Any]) -> int:
    """The exit status of a comparison, after saying what became worse."""
    found = [
        f"worse: {row} {line}"
        for row, now in records.items()
        for line in worse(now["ratios"], committed.get(row, {}).get("ratios", {}))
    ]
    print("\n".join(found or ["no ratio is over 15 % worse than the committed one"]))
    return int(bool(found))


def main(words: Sequence[str] | None = None) -> int:
    """Measure; returns the exit status."""
    options = arguments(words)
    settle(options)
    try:
        rows = load_rows(options.rows)
    except ValueError as error:
        sys.exit(str(error))
    if options.quick:
        return quick.run(rows, options.update, say)
    return measure(rows, options.update)


if __name__ == "__main__":
    sys.exit(main())
