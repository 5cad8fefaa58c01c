"""`Manager`: the checkpoints of a run in one folder, the last and the best of them."""

import math
import operator
import os
import re
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from .atomic import remove_leftovers
from .contents import Contents, describe, read, verify
from .loading import tree_of
from .saving import Snapshot, snapshot, write_snapshot

__all__ = ["Manager"]

_NAME = re.compile(r"step-(\d{12})\.npz")


class Manager:
    """Keep the last and the best checkpoints of a run in a folder.

    The files are `step-000000000100.npz` and so on, each one a file of `save` that `load` reads.
    The manager holds no list of its own: what is in the folder is what there is, so a run that is
    killed at any moment goes on from its newest whole file. One process writes to a folder;
    others may read there at the same time.

    Args:
        folder: made if it does not exist.
        keep_last: how many of the newest to keep, at least 1.
        keep_best: how many of the best to keep besides, by the `metric` given to `save`.
        mode: whether the "min" or the "max" of the metric is best.
        background: write in a thread, one checkpoint at a time. `save` returns once it has a
            copy of the tree on the host, so the tree may change at once; an error is raised by
            the next call of any method.
        compress: as in `save`.

    Raises:
        ValueError: an argument is out of range.

    Example:
        >>> with Manager(getfixture("tmp_path") / "run", keep_last=2) as manager:
        ...     for step in range(5):
        ...         manager.save(step, {"W": float(step)}, metric=abs(step - 1))
        >>> manager.steps()
        [1, 3, 4]
    """

    def __init__(
        self,
        folder: str | os.PathLike[str],
        *,
        keep_last: int = 3,
        keep_best: int = 1,
        mode: Literal["min", "max"] = "min",
        background: bool = False,
        compress: bool = False,
    ) -> None:
        _check_options(keep_last, keep_best, mode)
        self.folder = Path(folder).absolute()  # a later chdir moves nothing
        self._keep_last, self._keep_best = keep_last, keep_best
        self._sign = 1 if mode == "min" else -1
        self._background, self._compress = background, compress
        self._restored: int | None = None
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._closed = False
        self.folder.mkdir(parents=True, exist_ok=True)
        remove_leftovers(self.folder, "step-")

    def save(self, step: int, tree: Any, metric: float | None = None) -> None:
        """Write the checkpoint of a step, then remove those that are no longer kept.

        Args:
            step: 0 <= step < 10**12, and no less than the newest step in the folder. After
                `restore` has gone back to an older one, the steps beyond it are replaced.
            tree: as in `save`.
            metric: a number; None and those that are not finite are never best.

        Raises:
            ValueError: an older step than the newest, or a closed manager.
            TypeError: as in `save`; a step that is no integer, a metric that is no number.
        """
        self.wait()
        if self._closed:
            raise ValueError(
                "Manager.save: the manager is closed; expected an open one. Make a new one."
            )
        step, metric = _checked_step(step), _checked_metric(metric)
        later = self._later(step)
        host = snapshot("Manager.save", tree, copy=self._background)
        if not self._background:
            self._write(step, host, metric, later)
            return
        self._thread = threading.Thread(target=self._try_write, args=(step, host, metric, later))
        self._thread.start()

    def steps(self) -> list[int]:
        """The steps in the folder, in order, whether their files are valid or not."""
        self.wait()
        return self._steps()

    def path(self, step: int) -> Path:
        """The file of a step, there or not."""
        return self.folder / f"step-{step:012d}.npz"

    def latest(self) -> int | None:
        """The newest step whose file is whole, None if there is none.

        Every entry is verified; a RuntimeWarning names a file that is damaged.

        Example:
            >>> Manager(getfixture("tmp_path")).latest() is None
            True
        """
        self.wait()
        for step in self._newest_first():
            try:
                verify("Manager.latest", self.path(step))
                return step
            except FileNotFoundError:
                continue
            except ValueError as error:
                _warn(error)
        return None

    def restore(self, like: Any = None, step: int | None = None, *, device: Any = None) -> Any:
        """Read the newest checkpoint that is whole, or that of a step.

        Args:
            like, device: as in `load`.
            step: a step in the folder; by default the newest whose file is whole.

        Raises:
            FileNotFoundError: there is none.
            ValueError: the file of the given step is damaged, or the newest whole file does not
                match `like`: that is no reason to take an older one.
        """
        self.wait()
        if step is None:
            step, contents = self._read_newest()
        else:
            contents = read("Manager.restore", self.path(step))
        self._restored = step
        return tree_of("Manager.restore", self.path(step), contents, like, device)

    def wait(self) -> None:
        """Return when the file of the last `save` is on the disk.

        Raises:
            Exception: what writing it in the background raised.
        """
        # In a process forked meanwhile the thread is none of ours: `join` returns at once there.
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        error, self._error = self._error, None
        if error is not None:
            raise error

    def close(self) -> None:
        """Wait, and take no further `save`."""
        self._closed = True
        self.wait()

    def __enter__(self) -> "Manager":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _steps(self) -> list[int]:
        found = (_NAME.fullmatch(entry.name) for entry in self.folder.iterdir())
        return sorted(int(match[1]) for match in found if match)

    def _newest_first(self) -> Iterator[int]:
        """The steps, looking again after each: another process may remove and add some."""
        seen: set[int] = set()
        while left := [step for step in self._steps() if step not in seen]:
            seen.add(left[-1])
            yield left[-1]

    def _read_newest(self) -> tuple[int, Contents]:
        for step in self._newest_first():
            try:
                return step, read("Manager.restore", self.path(step))
            except FileNotFoundError:
                continue
            except ValueError as error:
                _warn(error)
        raise FileNotFoundError(
            f"Manager.restore: folder is {str(self.folder)!r}, without a whole checkpoint; "
            "expected one. Initialise the tree if manager.latest() is None."
        )

    def _later(self, step: int) -> set[int]:
        """The steps in the folder that this one replaces: `restore` has gone back beyond them."""
        later = {other for other in self._steps() if other > step}
        if later and (self._restored is None or step <= self._restored):
            raise ValueError(
                f"Manager.save: step is {step}; expected {max(later)}, the newest in the folder, "
                "or more. Take another folder, or go on from an older one by "
                "manager.restore(step=...)."
            )
        return later

    def _try_write(self, *args: Any) -> None:
        try:
            self._write(*args)
        except BaseException as error:
            self._error = error

    def _write(self, step: int, host: Snapshot, metric: float | None, later: set[int]) -> None:
        note = {"step": step, "metric": metric}
        write_snapshot("Manager.save", self.path(step), host, self._compress, note)
        steps = [other for other in self._steps() if other not in later]
        for old in later.union(steps) - self._kept(steps):
            self.path(old).unlink(missing_ok=True)

    def _kept(self, steps: list[int]) -> set[int]:
        metrics = {step: self._metric(step) for step in steps}
        rated = [(self._sign * m, -step) for step, m in metrics.items() if m is not None]
        best = {-step for _, step in sorted(rated)[: self._keep_best]}
        return best.union(steps[-self._keep_last :])

    def _metric(self, step: int) -> float | None:
        try:
            structure = describe("Manager.save", self.path(step))
        except (OSError, ValueError):
            return None  # a damaged file is never best
        return None if structure is None else structure.note.get("metric")


def _check_options(keep_last: int, keep_best: int, mode: str) -> None:
    if keep_last < 1 or keep_best < 0:
        raise ValueError(
            f"Manager: keep_last, keep_best is {keep_last}, {keep_best}; expected at least 1 and "
            "at least 0. Leave them out for 3 and 1."
        )
    if mode not in ("min", "max"):
        raise ValueError(
            f"Manager: mode is {mode!r}; expected 'min' or 'max'. Leave it out for 'min'."
        )


def _checked_step(step: Any) -> int:
    try:
        step = operator.index(step)
    except TypeError as error:
        raise TypeError(
            f"Manager.save: step is {step!r}; expected an integer. Write int(step)."
        ) from error
    if not 0 <= step < 10**12:
        raise ValueError(
            f"Manager.save: step is {step}; expected 0 <= step < 10**12. Count from 0."
        )
    return step


def _checked_metric(metric: Any) -> float | None:
    """The metric as it is stored: None unless it is finite."""
    try:
        return None if metric is None or not math.isfinite(metric) else float(metric)
    except TypeError as error:
        raise TypeError(
            f"Manager.save: metric is {metric!r}; expected a number. Write metric.item() if it is "
            "an array of one."
        ) from error


def _warn(error: ValueError) -> None:
    warnings.warn(f"{error} An older one is tried.", RuntimeWarning, stacklevel=3)
