"""python -m tests.sweep [PREFIX ...]: all of JAX's results anew, or those of some names."""

import sys
import warnings

from .cases import by_name
from .libraries import jax_library
from .measure import measured
from .stored import STORED, Results, digest, read, write


def main(prefixes: list[str]) -> None:
    library, results = jax_library(), Results()
    kept = read() if prefixes else Results()
    warnings.simplefilter("ignore")
    for name, cases in by_name().items():
        if prefixes and name in kept and not name.startswith(tuple(prefixes)):
            results[name] = kept[name]
            continue
        results[name] = [
            {"inputs": digest(case.rows(i)), **measured(library, case, i)}
            for i, case in enumerate(cases)
        ]
    write(results)
    print(f"{len(results)} names, {STORED.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
