"""Speed and memory of fzero beside its peers: `python -m benchmarks --help`.

Each row of `docs/benchmarks.md` is one small module here that states the work, the sizes, the
peers and the target (`benchmarks.row`). `benchmarks.runner` alternates fzero and the peers within
one run, `benchmarks.figures` makes ratios and verdicts of the times, and `benchmarks.report`
writes them down. The libraries read their thread counts when they are loaded, hence here.
"""

import os

#: Threads that every library may use.
THREADS = 2

for name in ("OMP", "OPENBLAS", "MKL", "NUMEXPR", "VECLIB_MAXIMUM"):
    os.environ.setdefault(f"{name}_NUM_THREADS", str(THREADS))
