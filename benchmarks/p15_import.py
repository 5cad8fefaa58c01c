"""P15: how long importing fzero and fzero_nn takes beyond importing NumPy."""

import subprocess
import sys
from collections.abc import Callable

from .row import Limit, Row, Setup, Variant


def importing(statement: str) -> Setup:
    """Run `statement` in a fresh interpreter; the result is its exit status."""

    def setup(size: int) -> Callable[[], int]:
        command = [sys.executable, "-c", statement]
        return lambda: subprocess.run(command, check=True).returncode

    return setup


ROW = Row(
    id="P15",
    title="import fzero, fzero_nn",
    work=(
        "The time of a Python process that imports numpy, fzero and fzero_nn, minus that of one "
        "that imports numpy."
    ),
    size="process",
    per="process",
    limits={"numpy": Limit("added", 0.06)},
    rounds=20,
    variants=[
        Variant(
            "import",
            ours=importing("import numpy, fzero, fzero_nn"),
            peers={"numpy": {"numpy": importing("import numpy")}},
            sizes=(1,),
        )
    ],
)
