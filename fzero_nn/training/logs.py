"""The numbers of a run, a line per step, as CSV or as JSON lines.

Each line is written whole and flushed. A run that was killed in the middle of a line leaves a part
of it: reading passes over it, and the next run cuts it off.
"""

import csv
import io
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
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
        ValueError: another ending, a damaged file; from `log`: a step that is not above the last,
            other names than those of the file, or a value that is no scalar.

    Example:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "run.csv"
        >>> with open_log(path) as log:
        ...     log(1, {"loss": 0.5})
        >>> read_log(path)
        [{'step': 1, 'loss': 0.5}]
    """
    path = Path(path)
    rows = read_log(path) if path.exists() else []
    kept = [row for row in rows if after is None or row["step"] <= after]
    _cut(path, kept)
    with path.open("a", encoding="utf-8", newline="") as file:
        yield _writer(path, file, kept)


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
    path = Path(path)
    text = path.read_bytes().decode("utf-8", errors="replace")
    lines = text.split("\n")[:-1]
    try:
        rows = [*csv.DictReader(lines)] if _is_csv(path) else [json.loads(line) for line in lines]
        return [
            {"step": int(row["step"])} | {k: float(v) for k, v in row.items() if k != "step"}
            for row in rows
        ]
    except (AttributeError, KeyError, TypeError, json.JSONDecodeError, csv.Error) as error:
        raise _damaged(path, error) from error
    except ValueError as error:
        if "ends in" in str(error):
            raise
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ValueError:
    return ValueError(
        f"read_log: {path} has a damaged line ({error!r}); expected what open_log writes. "
        "Move the file away to begin a new one."
    )


def _is_csv(path: Path) -> bool:
    if path.suffix not in (".csv", ".jsonl"):
        raise ValueError(
            f"open_log: path is {path}, which ends in {path.suffix!r}; expected .csv or .jsonl. "
            "Name it run.csv, for example."
        )
    return path.suffix == ".csv"


def _cut(path: Path, rows: list[dict[str, Any]]) -> None:
    """Make the file hold these rows and nothing else, all at once."""
    lines = [_line(path, row) for row in rows]
    if rows and _is_csv(path):
        lines.insert(0, _csv_line(list(rows[0])))
    whole = "".join(lines).encode()
    _is_csv(path)
    if path.exists() and path.read_bytes() != whole:
        part = path.with_name(path.name + ".part")
        part.write_bytes(whole)
        os.replace(part, path)


def _writer(path: Path, file: TextIO, rows: list[dict[str, Any]]) -> Log:
    names = list(rows[0])[1:] if rows and _is_csv(path) else None
    last = rows[-1]["step"] if rows else None

    def log(step: int, metrics: Mapping[str, Any]) -> None:
        nonlocal names, last
        if last is not None and step <= last:
            raise ValueError(
                f"log: step is {step} after {last}; expected a later one. "
                "To go on from a checkpoint, write open_log(path, after=step)."
            )
        row = {"step": int(step)} | {name: _number(name, v) for name, v in metrics.items()}
        header = names is None and _is_csv(path)
        if header:
            names = list(metrics)
        if names is not None:
            row = _in_order(row, names)
        file.write((_csv_line(list(row)) if header else "") + _line(path, row))
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


def _line(path: Path, row: dict[str, Any]) -> str:
    if _is_csv(path):
        return _csv_line(list(row.values()))
    # JSON has no word for infinity and NaN; float() reads these strings.
    finite = {k: v if math.isfinite(v) else str(v) for k, v in row.items()}
    return json.dumps(finite) + "\n"


def _csv_line(cells: Sequence[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
