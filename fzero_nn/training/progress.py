"""A progress bar for training: by rich or tqdm where one is installed, else plain lines."""

import importlib.util
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

__all__ = ["Progress", "progress"]

_SECONDS_BETWEEN_LINES = 5.0


class Progress:
    """Counts rows and steps, and averages metrics over the rows.

    Metrics stay arrays until somebody reads them, so that a GPU is not waited for at every step.
    """

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.step = 0
        self.rows = 0
        self.started = time.perf_counter()
        self._totals: dict[str, Any] = {}

    def update(self, rows: int, **metrics: Any) -> None:
        """Count one step.

        Args:
            rows: how many rows (images, ...) the step took.
            **metrics: scalars that are means over those rows.
        """
        self.step += 1
        self.rows += rows
        for name, value in metrics.items():
            self._totals[name] = self._totals.get(name, 0.0) + value * rows

    @property
    def means(self) -> dict[str, float]:
        """Each metric, averaged over the rows so far."""
        return {name: float(total) / max(1, self.rows) for name, total in self._totals.items()}

    @property
    def rows_per_second(self) -> float:
        """The speed since the start."""
        return self.rows / max(1e-9, time.perf_counter() - self.started)

    def text(self, unit: str = "rows") -> str:
        """The metrics and the speed, for people."""
        parts = [f"{name} {value:.3f}" for name, value in self.means.items()]
        return "  ".join([*parts, f"{self.rows_per_second:,.0f} {unit}/s"])


@contextmanager
def progress(
    steps: int, title: str = "", unit: str = "rows", file: TextIO | None = None
) -> Iterator[Progress]:
    """Show the progress of `steps` steps while the block runs.

    Args:
        steps: how many times `update` will be called.
        title: what stands before the bar.
        unit: what a row is called, such as "images".
        file: where to write; None for stderr.

    Yields:
        A `Progress`; call `update(rows, loss=..., ...)` on it after each step.

    Example:
        >>> with progress(2, "epoch 1", "images") as bar:
        ...     bar.update(100, loss=0.5)
        ...     bar.update(100, loss=0.3)
        >>> bar.means
        {'loss': 0.4}
    """
    out = sys.stderr if file is None else file
    ways = {"rich": _rich, "tqdm": _tqdm}
    installed = [show for name, show in ways.items() if importlib.util.find_spec(name) is not None]
    with (*installed, _plain)[0](steps, title, unit, out) as bar:
        yield bar


@contextmanager
def _plain(steps: int, title: str, unit: str, out: TextIO) -> Iterator[Progress]:
    bar = _Lines(steps, title, unit, out)
    try:
        yield bar
    finally:
        bar.write()


class _Lines(Progress):
    """Writes a line every few seconds, and one at the end."""

    def __init__(self, steps: int, title: str, unit: str, out: TextIO) -> None:
        super().__init__(steps)
        self._title, self._unit, self._out = title, unit, out
        self._written = self.started

    def update(self, rows: int, **metrics: Any) -> None:
        super().update(rows, **metrics)
        if time.perf_counter() - self._written >= _SECONDS_BETWEEN_LINES and self.step < self.steps:
            self.write()

    def write(self) -> None:
        count = f"{self.step:>{len(str(self.steps))}}/{self.steps}"
        print(f"{self._title}  {count}  {self.text(self._unit)}", file=self._out, flush=True)
        self._written = time.perf_counter()


@contextmanager
def _rich(steps: int, title: str, unit: str, out: TextIO) -> Iterator[Progress]:
    from rich import progress as rich_progress
    from rich.console import Console
    from rich.text import Text

    class Metrics(rich_progress.ProgressColumn):
        """Read when the line is drawn, a few times a second, not at every step."""

        def render(self, task: Any) -> Text:
            return Text(bar.text(unit), overflow="ellipsis", no_wrap=True)

    shown = rich_progress.Progress(
        rich_progress.TextColumn("{task.description}"),
        rich_progress.MofNCompleteColumn(),
        rich_progress.BarColumn(bar_width=10),
        Metrics(),
        console=Console(file=out),
    )
    task = shown.add_task(title, total=steps)
    bar = _Bar(steps, lambda: shown.update(task, completed=bar.step))
    with shown:
        yield bar


@contextmanager
def _tqdm(steps: int, title: str, unit: str, out: TextIO) -> Iterator[Progress]:
    from tqdm import tqdm

    def move() -> None:
        if shown.update():  # it has drawn the line, as it does a few times a second
            shown.set_postfix_str(bar.text(unit), refresh=False)

    bar = _Bar(steps, move)
    with tqdm(total=steps, desc=title, file=out) as shown:
        yield bar
        shown.set_postfix_str(bar.text(unit))


class _Bar(Progress):
    """Moves what is shown after each step."""

    def __init__(self, steps: int, move: Callable[[], Any]) -> None:
        super().__init__(steps)
        self._move = move

    def update(self, rows: int, **metrics: Any) -> None:
        super().update(rows, **metrics)
        self._move()
