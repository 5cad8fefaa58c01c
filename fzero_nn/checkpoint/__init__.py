"""Checkpoints: a pytree as one `.npz`, written whole or not at all, read without pickle.

Each leaf is an entry named by its path (`layers/0/W`), so `numpy.load` alone reads the file. One
more entry, `__structure__`, holds JSON: the containers, and the dtype, shape and checksum of every
leaf. `Manager` keeps the last and the best checkpoints of a run in a folder.
"""

from .loading import load, load_partial
from .manager import Manager
from .matching import Report
from .saving import save

__all__ = ["Manager", "Report", "load", "load_partial", "save"]
