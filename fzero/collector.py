"""Long tapes and Python's garbage collector.

The collector walks all container objects of a process again each time their number has grown by a
quarter. A tape makes several per operation, none of them garbage while it grows, so that a gradient
through 10^6 operations spent a third of its time there. While a long tape lives, automatic
collection is therefore off; every `STRIDE` nodes the youngest objects are collected by hand, so
that cycles which the program leaves behind still go.
"""

import gc
import threading

__all__ = ["STRIDE", "Pause"]

STRIDE = 1 << 13
_MUTEX = threading.Lock()


class Pause:
    """One run's share in switching automatic collection off."""

    __slots__ = ("used",)
    #: How many runs need it off.
    runs = 0

    def __init__(self) -> None:
        self.used = False

    def step(self) -> None:
        """Switch automatic collection off, unless the program has done so; collect the youngest."""
        with _MUTEX:
            if not self.used:
                if Pause.runs == 0 and not gc.isenabled():
                    return
                self.used = True
                Pause.runs += 1
                gc.disable()
        gc.collect(0)

    def end(self) -> None:
        """Switch automatic collection on again, unless another run still needs it off."""
        if not self.used:
            return
        with _MUTEX:
            self.used = False
            Pause.runs -= 1
            if Pause.runs == 0:
                gc.enable()
