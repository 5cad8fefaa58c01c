"""Memory that glibc keeps for the next operation."""

import os
import platform
import subprocess
import sys

import pytest

import fzero
from fzero_nn import functional

glibc = pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc alone is asked")

# Blocks of 40 MiB, which glibc gives back at once unless it is told otherwise.
FAULTS = """
import resource, numpy as np, fzero_nn.functional
faults = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_minflt
fill = lambda: np.empty(40 << 20, np.uint8).fill(1)
fill()
before = faults()
for _ in range(10):
    fill()
print(faults() - before)
"""


def faults(keep: str) -> int:
    """How often a process that fills new arrays waits for pages."""
    environment = {**os.environ, "FZERO_KEEP_MEMORY": keep}
    command = [sys.executable, "-c", FAULTS]
    return int(subprocess.run(command, env=environment, capture_output=True, check=True).stdout)


@glibc
def test_kept_memory_is_used_again() -> None:
    assert faults("1") < 50 <= faults("0") / 3


def test_the_state_is_said() -> None:
    assert functional
    lines = fzero.config.describe().splitlines()
    assert any(line.startswith(("memory kept: yes", "memory kept: no")) for line in lines)
