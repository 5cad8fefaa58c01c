"""When a run has stopped getting better."""

import math
from typing import Any, NamedTuple

__all__ = ["EarlyStopping"]


class EarlyStopping(NamedTuple):
    """Stop when a value has not got better for a while; a value itself.

    Attributes:
        patience: after how many updates without a better value to stop, >= 1.
        min_delta: by how much a value must be better to count.
        maximize: whether larger is better.
        best: the best value so far; None before the first update.
        waited: updates since then.

    Example:
        >>> stopping = EarlyStopping(patience=2)
        >>> for loss in (1.0, 0.5, 0.7, 0.6):
        ...     stopping = stopping.update(loss)
        >>> stopping.best, stopping.stop
        (0.5, True)
    """

    patience: int
    min_delta: float = 0.0
    maximize: bool = False
    best: float | None = None
    waited: int = 0

    def update(self, value: Any) -> "EarlyStopping":
        """The state after one more value; NaN is never better.

        Args:
            value: a number, read on the host.

        Raises:
            ValueError: patience is below 1.
        """
        if not self.patience >= 1:
            raise ValueError(
                f"EarlyStopping: patience is {self.patience}; expected 1 or more. "
                "Write EarlyStopping(patience=5)."
            )
        value = float(value)
        if math.isnan(value) or not self._better(value):
            return self._replace(waited=self.waited + 1)
        return self._replace(best=value, waited=0)

    def _better(self, value: float) -> bool:
        if self.best is None:
            return True
        gain = value - self.best if self.maximize else self.best - value
        return gain > self.min_delta

    @property
    def improved(self) -> bool:
        """Whether the last value was the best so far: the time to save."""
        return self.best is not None and self.waited == 0

    @property
    def stop(self) -> bool:
        """Whether it is time to stop."""
        return self.waited >= self.patience
