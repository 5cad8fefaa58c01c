"""Helpers around a training loop; each is optional, and the loop stays yours.

`make_train_step` and `evaluate` compose pure functions; `EarlyStopping` is a value. `progress`
shows, `open_log` writes down, and `interruptible` lets Ctrl-C wait for the end of a step.
"""

from .early_stopping import EarlyStopping
from .interrupts import interruptible
from .logs import open_log, read_log
from .progress import Progress, progress
from .step import TrainState, evaluate, make_train_step, train_state

__all__ = [
    "EarlyStopping",
    "Progress",
    "TrainState",
    "evaluate",
    "interruptible",
    "make_train_step",
    "open_log",
    "progress",
    "read_log",
    "train_state",
]
