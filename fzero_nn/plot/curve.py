"""A curve that grows while a run goes on."""

import os
import time
from typing import Any

from .figures import COLOURS, clean, missing, new_figure, write

__all__ = ["LiveCurve"]


class LiveCurve:
    """Curves of numbers over steps, drawn now and then: into a PNG, or on the screen.

    Numbers stay arrays until they are drawn, so that a GPU is not waited for at every step.

    Args:
        path: the PNG to write again and again; None for a window, where there is a screen.
        seconds: the least time between two drawings; drawing takes a fraction of a second.
        log_scale: whether the values are drawn on a logarithmic scale.
        title: a line above.

    Raises:
        ModuleNotFoundError: Matplotlib is not installed.
        ValueError: path is None, and there is no screen.

    Example:
        >>> import tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "loss.png"
        >>> curve = LiveCurve(path)
        >>> curve.add(1, loss=0.5)
        >>> path.exists()
        True
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        seconds: float = 5.0,
        log_scale: bool = False,
        title: str = "",
    ) -> None:
        self.path, self.seconds = path, seconds
        self.points: dict[str, tuple[list[Any], list[Any]]] = {}
        self._figure = _window() if path is None else new_figure("LiveCurve", (8, 5))
        self._axes = self._figure.subplots()
        self._axes.set(xlabel="step", title=title, yscale="log" if log_scale else "linear")
        clean(self._axes)
        self._lines: dict[str, Any] = {}
        self._drawn = -float("inf")

    def add(self, step: int, **values: Any) -> None:
        """Note numbers of one step, and draw if it is time.

        Args:
            step: where on the horizontal axis.
            **values: scalars by the name of their curve; not every step needs all.
        """
        for name, value in values.items():
            steps, numbers = self.points.setdefault(name, ([], []))
            steps.append(step)
            numbers.append(value)
        if time.perf_counter() - self._drawn >= self.seconds:
            self.draw()

    def draw(self) -> None:
        """Draw now; call it once after the last step."""
        for i, (name, (steps, numbers)) in enumerate(self.points.items()):
            numbers[:] = map(float, numbers)
            if name not in self._lines:
                colour = COLOURS[i % len(COLOURS)]
                (self._lines[name],) = self._axes.plot([], [], color=colour, label=name)
                self._axes.legend(frameon=False)
            self._lines[name].set_data(steps, numbers)
        self._axes.relim()
        self._axes.autoscale_view()
        self._show()
        self._drawn = time.perf_counter()

    def _show(self) -> None:
        if self.path is not None:
            write(self._figure, self.path, dpi=100)
            return
        self._figure.canvas.draw_idle()
        self._figure.canvas.flush_events()


def _window() -> Any:
    """A figure of pyplot in a window of its own."""
    try:
        from matplotlib import pyplot
        from matplotlib.backends.registry import BackendFilter, backend_registry
    except ModuleNotFoundError as error:
        raise missing("LiveCurve") from error
    backend = pyplot.get_backend()
    if backend.lower() not in backend_registry.list_builtin(BackendFilter.INTERACTIVE):
        raise ValueError(
            f"LiveCurve: path is None with Matplotlib's backend {backend!r}, which has no window; "
            "expected a path, or a screen. Write LiveCurve('loss.png')."
        )
    figure = pyplot.figure(figsize=(8, 5), layout="constrained")
    figure.show()
    return figure
