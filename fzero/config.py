"""What fzero runs with here: threads, and why an optional library is not used."""

import os
import sys
from collections.abc import Callable

__all__ = ["describe", "register", "threads"]

_LINES: dict[str, Callable[[], str]] = {}


def threads() -> int:
    """How many threads the kernels may use.

    The environment variable FZERO_THREADS says so. Without it, it is the number of CPUs that this
    process may run on.

    Raises:
        ValueError: FZERO_THREADS is not an integer from 1 on.

    Example:
        >>> threads() >= 1
        True
    """
    given = os.environ.get("FZERO_THREADS", "")
    if not given:
        return _cpus()
    if not given.isdecimal() or int(given) < 1:
        raise ValueError(
            f"FZERO_THREADS: the number is {given!r}; expected an integer from 1 on. "
            "Leave it out for one thread per CPU."
        )
    return int(given)


def _cpus() -> int:
    """The CPUs of this process, which may be fewer than those of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def register(name: str, line: Callable[[], str]) -> None:
    """Give `describe` a line: `line()` says in what state `name` is."""
    _LINES[name] = line


def _versions() -> dict[str, str]:
    found = {name: sys.modules[name].__version__ for name in ("fzero", "numpy")}
    return {**found, "python": ".".join(map(str, sys.version_info[:3]))}


def describe() -> str:
    """The versions, the settings and the optional libraries, one line each.

    A library that could be used and is not has a line that says why.

    Example:
        >>> print(describe())
        fzero: ...
        numpy: ...
        python: ...
        threads: ...
    """
    lines = _versions() | {"threads": str(threads())}
    lines |= {name: line() for name, line in _LINES.items()}
    return "\n".join(f"{name}: {' '.join(line.split())}" for name, line in lines.items())
