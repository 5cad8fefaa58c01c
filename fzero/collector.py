"""Long tapes and Python's garbage collector.

The collector walks all container objects again each time their number has grown by a quarter. A
tape makes several per operation, none of them garbage while it grows, so that a gradient through
10^6 operations spent a third of its time there. A long tape therefore sets what exists aside
(`gc.freeze`, in constant time) every `STRIDE` nodes, and gives it back when recording ends.
"""

import gc
import threading

__all__ = ["STRIDE", "Aside"]

STRIDE = 1 << 13
_MUTEX = threading.Lock()


class Aside:
    """Whether one run has set objects aside."""

    __slots__ = ("used",)
    #: How many runs have set objects aside and not given them back.
    runs = 0

    def __init__(self) -> None:
        self.used = False

    def put(self) -> None:
        """Set all objects of the process aside; nothing where the program does so itself."""
        with _MUTEX:
            if not gc.isenabled() or (Aside.runs == 0 and gc.get_freeze_count()):
                return
            if not self.used:
                self.used = True
                Aside.runs += 1
            gc.freeze()

    def back(self) -> None:
        """Give them back, unless another run still needs them aside."""
        if not self.used:
            return
        with _MUTEX:
            self.used = False
            Aside.runs -= 1
            if Aside.runs == 0:
                gc.unfreeze()
