"""Memory that is kept between operations, and not given back to the system after each.

glibc returns a large block to the system when it is freed, and gets it anew, page by page, for the
next array: in a training step that can cost as much as the arithmetic.
"""

import ctypes
import os

from fzero import config

__all__ = ["keep"]

#: What glibc's `mallopt` calls M_TRIM_THRESHOLD and M_MMAP_THRESHOLD.
_TRIM, _MMAP = -1, -3
_TRIM_BYTES = (1 << 31) - 1
#: The largest first; older versions of glibc refuse more than the second.
_MMAP_BYTES = (1 << 30, 1 << 25)


def keep() -> None:
    """Ask glibc to keep freed memory for this process; done once, when the kernels are imported.

    It holds for the whole process: what it once needed stays its own. The environment variable
    FZERO_KEEP_MEMORY=0 leaves everything as it is, and so do other systems.
    """
    refused = os.environ.get("FZERO_KEEP_MEMORY") == "0"
    state = "no, since FZERO_KEEP_MEMORY is 0" if refused else _kept()
    config.register("memory kept", lambda: state)


def _kept() -> str:
    c = ctypes.CDLL(None) if os.name == "posix" else None
    if c is None or not hasattr(c, "gnu_get_libc_version"):
        return "no, since this is no glibc"
    for size in _MMAP_BYTES:
        if c.mallopt(_MMAP, size):
            c.mallopt(_TRIM, _TRIM_BYTES)
            return "yes (FZERO_KEEP_MEMORY=0 for no)"
    return "no, since glibc refuses"
