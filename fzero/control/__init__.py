"""Control flow in eager Python, through which every transform passes.

On plain predicates these functions are the Python statements of their names. On predicates that
`vmap` batched, the rows are split: a branch runs on its rows only, and a loop goes on with the
rows that are not done.
"""

from .branches import cond, switch
from .loops import fori_loop, while_loop
from .prefixes import associative_scan
from .scans import map, scan

__all__ = ["associative_scan", "cond", "fori_loop", "map", "scan", "switch", "while_loop"]
