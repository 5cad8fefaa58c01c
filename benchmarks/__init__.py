"""Speed and memory of fzero beside its peers: `python -m benchmarks --help`.

Each row of `docs/benchmarks.md` is one small module here that states the work, the sizes, the
peers and the target (`benchmarks.row`). `benchmarks.runner` alternates fzero and the peers within
one run, `benchmarks.figures` makes ratios and verdicts of the times, and `benchmarks.report`
writes them down. The libraries read their thread counts when they are loaded, hence here.
"""

import os
import sys

#: Threads that every library may use; one where processor time is counted, which idle threads of
#: OpenBLAS add to.
THREADS = 1 if "--quick" in sys.argv else 2
#: The environment variable that says where files are written to.
FOLDER = "BENCHMARKS_FOLDER"

for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ.setdefault(f"{name}_NUM_THREADS", str(THREADS))
os.environ.setdefault("FZERO_THREADS", str(THREADS))
