"""Ctrl-C between two steps instead of in the middle of one."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["interruptible"]


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """In this context the first Ctrl-C only sets a flag; the second raises at once.

    Yields:
        A function without arguments that says whether Ctrl-C was pressed. At the end of the
        context, what Ctrl-C did before it does again.

    Raises:
        RuntimeError: another thread than the main one, where Python delivers no signals.
        KeyboardInterrupt: at the second Ctrl-C.

    Example:
        >>> with interruptible() as interrupted:
        ...     for step in range(3):
        ...         if interrupted():  # save here
        ...             break
    """
    if threading.current_thread() is not threading.main_thread():
        raise RuntimeError(
            f"interruptible: the thread is {threading.current_thread().name}; expected the main "
            "thread, which alone gets signals. Enter it there, and hand the function over."
        )
    pressed = False

    def note(signum: int, frame: Any) -> None:
        nonlocal pressed
        if pressed:
            raise KeyboardInterrupt
        pressed = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: pressed
    finally:
        # A handler that was not set from Python reads as None, and cannot be put back.
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
