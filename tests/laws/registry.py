"""Every primitive, with samples that stay the same from run to run."""

import importlib
import pkgutil
from typing import Any

import numpy as np

import fzero
from fzero.core import REGISTRY

for module in pkgutil.walk_packages(fzero.__path__, "fzero."):
    importlib.import_module(module.name)

#: Names of all primitives but those of category "rows", which act on the rows of a running vmap
#: and have tests of their own.
NAMES = sorted(name for name, prim in REGISTRY.items() if prim.category != "rows")


def samples(name: str) -> list[tuple[tuple[Any, ...], dict[str, Any]]]:
    """The samples of a primitive."""
    return REGISTRY[name].samples(np.random.default_rng(0))


def describe(name: str, args: Any, params: Any) -> str:
    """A sample for a message: shapes, dtypes and parameters."""
    shown = [f"{x.dtype}{x.shape}" if isinstance(x, np.ndarray) else repr(x) for x in args]
    return f"{name}({', '.join(shown)}, {params})"
