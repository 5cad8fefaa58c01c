"""The numbers of a run, a line per step, as CSV or as JSON lines.

Each line is written whole and flushed. A run that was killed in the middle of a line leaves a part
of it: reading passes over it, and the next run cuts it off.
"""

import csv
import io
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

__all__ = ["open_log", "read_log"]

#: Takes the step and the numbers, and writes a line.
Log = Callable[[int, Mapping[str, Any]], None]


@contextmanager
def open_log(path: str | os.PathLike[str], after: int | None = None) -> Iterator[Log]:
    """Append to a log while the block runs.

    Args:
        path: a file that ends in .csv or .jsonl; a new one is made where there is none.
        after: the step at which the run goes on: the lines of later steps are dropped. None
            keeps every line.

    Yields:
        `log(step, metrics)`, with a dictionary of scalars, which are read on the host. The steps
        ascend; the names of a CSV file are those of its first line.

    Raises:
        ValueError: another ending, a damaged file; from `log`: a step that is no whole number or
            not above the last, other names than those of the file, a name that is "step" or has
            several lines, or a value that is no scalar.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "run.csv"
        >>> with open_log(path) as log:
        ...     log(1, {"loss": 0.5})
        >>> read_log(path)
        [{'step': 1, 'loss': 0.5}]
    """
    path, table = Path(path), _is_csv(path)
    rows = read_log(path) if path.exists() else []
    kept = [row for row in rows if after is None or row["step"] <= after]
    _cut(path, kept, table)
    with path.open("a", encoding="utf-8", newline="") as file:
        yield _writer(file, kept, table)


def read_log(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    """The lines of a log, without a last one that was not written to its end.

    Args:
        path: a file that `open_log` wrote.

    Returns:
        A dictionary for each line: "step", an int, and the numbers as floats.

    Raises:
        ValueError: another ending than .csv or .jsonl, or a damaged line.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "run.jsonl"
        >>> _ = path.write_text('{"step": 1, "loss": 0.5}\\n{"step": 2, "lo')
        >>> read_log(path)
        [{'step': 1, 'loss': 0.5}]
    """
    table = _is_csv(path)
    lines = Path(path).read_bytes().decode("utf-8", errors="replace").split("\n")[:-1]
    try:
        rows = [*csv.DictReader(lines)] if table else [json.loads(line) for line in lines]
        return [
            {"step": int(row["step"])} | {k: float(v) for k, v in row.items() if k != "step"}
            for row in rows
        ]
    except (AttributeError, KeyError, TypeError, ValueError, csv.Error) as error:
        raise ValueError(
            f"read_log: {path} has a damaged line ({error!r}); expected what open_log writes. "
            "Move the file away to begin a new one."
        ) from error


def _is_csv(path: str | os.PathLike[str]) -> bool:
    ending = Path(path).suffix
    if ending not in (".csv", ".jsonl"):
        raise ValueError(
            f"open_log: path is {path}, which ends in {ending!r}; expected .csv or .jsonl. "
            "Name it run.csv, for example."
        )
    return ending == ".csv"


def _cut(path: Path, rows: list[dict[str, Any]], table: bool) -> None:
    """Make the file hold these rows and nothing else, all at once."""
    header = [_csv_line(rows[0])] if table and rows else []
    whole = "".join([*header, *(_line(row, table) for row in rows)]).encode()
    if path.exists() and path.read_bytes() != whole:
        part = path.with_name(path.name + ".part")
        part.write_bytes(whole)
        os.replace(part, path)


def _writer(file: TextIO, rows: list[dict[str, Any]], table: bool) -> Log:
    names = [*rows[0]][1:] if table and rows else None
    last = rows[-1]["step"] if rows else None

    def log(step: int, metrics: Mapping[str, Any]) -> None:
        nonlocal names, last
        if int(step) != step or (last is not None and step <= last):
            raise ValueError(
                f"log: step is {step} after {last}; expected a whole number, above the last. "
                "To go on from a checkpoint, write open_log(path, after=step)."
            )
        if wrong := [name for name in metrics if name == "step" or "\n" in name]:
            raise ValueError(
                f"log: metrics has the names {wrong}; expected names of one line, other than "
                "'step'. Rename these."
            )
        row = {"step": int(step)} | {name: _number(name, v) for name, v in metrics.items()}
        header = _csv_line(row) if table and names is None else ""
        if table:
            names = [*metrics] if names is None else names
            row = _in_order(row, names)
        file.write(header + _line(row, table))
        file.flush()
        last = int(step)

    return log


def _in_order(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    if set(row) != {"step", *names}:
        raise ValueError(
            f"log: metrics is {sorted(set(row) - {'step'})}; expected {sorted(names)}, the columns "
            "of the file. Use a .jsonl file for lines with different names."
        )
    return {name: row[name] for name in ("step", *names)}


def _number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"log: {name} is {value!r}; expected a scalar. Take its mean first."
        ) from error


def _line(row: Mapping[str, Any], table: bool) -> str:
    if table:
        return _csv_line(row.values())
    # JSON has no word for infinity and NaN; float() reads these strings.
    return json.dumps({k: v if math.isfinite(v) else str(v) for k, v in row.items()}) + "\n"


def _csv_line(cells: Iterable[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
