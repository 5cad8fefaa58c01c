"""The peak memory of one call, measured in a process of its own: `python -m benchmarks.memory`."""

import ctypes
import gc
import resource
import subprocess
import sys
from pathlib import Path

from .row import load_rows

__all__ = ["measured_peak", "resident"]

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def measured_peak(row: str, variant: str, way: str, size: int) -> int:
    """Bytes by which a call of one way raises the memory of a fresh process."""
    command = [sys.executable, "-m", "benchmarks.memory", row, variant, way, str(size)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def peak_of_call(row: str, name: str, way: str, size: int) -> int:
    """The same, in this process."""
    (found,) = [v for v in load_rows([row])[0].variants if v.name == name]
    if found.warm is not None:
        found.setup(way)(found.warm)()
    run = found.setup(way)(size)
    _give_back()
    (gc.enable if found.gc else gc.disable)()
    before = _start()
    result = run()
    grown = _high_water() - before
    del result
    return max(grown, 0)


def _give_back() -> None:
    """Return what is free to the system, or the call could use it without any growth."""
    gc.collect()
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


def _start() -> int:
    """Bytes in use; Linux begins to count the high-water mark anew."""
    if not RESET.exists():
        return _high_water()
    RESET.write_text("5")
    return resident()


def resident() -> int:
    """Bytes in use; where the system does not tell, the most that were."""
    return _status("VmRSS") if STATUS.exists() else _high_water()


def _high_water() -> int:
    """The most bytes that this process has had in use."""
    if RESET.exists():
        return _status("VmHWM")
    # Bytes on macOS, kilobytes elsewhere.
    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def _status(name: str) -> int:
    (line,) = [x for x in STATUS.read_text().splitlines() if x.startswith(f"{name}:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    print(peak_of_call(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
