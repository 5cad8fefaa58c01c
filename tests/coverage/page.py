"""The text of docs/coverage.md."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
import fzero_nn
from fzero.core import REGISTRY, Primitive
from fzero.dtypes import dtype_of
from fzero.fused import FUSED, Fused
from tests.strict import OFFERED, StrictArray

from .calls import Sample
from .findings import ARRAYS, NO, NONE, YES, ZERO, batching, forward, found, reverse, runs, stand_in
from .samples import all_samples

NAMES = json.loads((Path(__file__).parents[1] / "data" / "library_names.json").read_text())
OURS, KERNEL, REFERENCE = "ours", "kernel", "reference"
DERIVATIVES = ("reverse", "forward", "batching")
HEAD = f"""# Coverage

Which names there are, where they run, and which transforms go through them. `make coverage` writes
this page, `python -m tests.coverage`: nothing on it is written by hand, and the tests fail where it
differs from what the code does.

| cell | means |
|---|---|
| {YES} | it is there, or the transform goes through |
| {ZERO} | the result is of floats whose derivative is zero by definition, as that of `floor` |
| {NONE} | nothing to ask: no floating argument or result (reverse, forward), no arrays to run on |
| by value | the shape of the result depends on values, so that `vmap` raises `BatchedValueError` |
| {OURS} | the library lacks the name; the function of fzero runs on its arrays |
| {NO} | it does not run |

The derivative columns come from running each name on the samples of the tests: `reverse` is `vjp`
with its pullback, `forward` is `jvp`, `batching` is `vmap`. Those of primitives come from their
rules.

In the tables of `fzero.numpy`, "NumPy" and "CuPy" say whether the library has the name
(NumPy {NAMES["numpy"]["version"]}, CuPy {OFFERED["version"]}), "Array API" whether the standard
has it (version {NAMES["array_api"]["version"]}). In the other tables they say whether the name runs
on the library's arrays. For CuPy a stand-in ran, which offers what CuPy offers; it is no card.
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def section(title: str, note: str, head: Sequence[str], rows: list[list[str]]) -> str:
    """A title, what to know, and the table."""
    intro = f"{len(rows)} names. {note}".rstrip()
    return f"## {title}\n\n{intro}\n\n{table(head, rows)}\n"


def transforms(samples: Sequence[Sample]) -> list[str]:
    """The cells of the derivative columns."""
    return [found(look, samples) for look in (reverse, forward, batching)]


# -------------------------------------------------------------------------------- fzero.numpy

PARTS = {"": fnp, "linalg": fnp.linalg, "fft": fnp.fft}


def has(names: dict[str, Any], path: str) -> bool:
    """Whether a library has `sin` or `linalg.det`."""
    part, _, name = path.rpartition(".")
    return name in names.get(part, ())


def library(names: dict[str, Any], path: str, samples: Sequence[Sample]) -> str:
    """Whether a library has the name, or fzero's function runs on its arrays."""
    if has(names, path):
        return YES
    return OURS if found(stand_in, samples) in (YES, NONE) else NO


def is_function(x: Any) -> bool:
    """Whether a name is a function, no type, constant or module."""
    return not isinstance(x, (type, np.dtype, float)) and not inspect.ismodule(x) and x is not None


def numpy_row(path: str, samples: Sequence[Sample]) -> list[str]:
    """The row of a function of `fzero.numpy`."""
    cupy = {**OFFERED["modules"], "": {**OFFERED["modules"][""], **OFFERED["ufuncs"]}}
    standard = YES if has(NAMES["array_api"]["names"], path) else NONE
    libraries = [library(n, path, samples) for n in (NAMES["numpy"]["names"], cupy)]
    return [f"`{path}`", *libraries, *transforms(samples), standard]


def numpy_sections(samples: dict[str, list[Sample]]) -> list[str]:
    """The tables of `fzero.numpy` and its two parts."""
    parts = []
    for part, module in PARTS.items():
        paths = {n: f"{part}.{n}".lstrip(".") for n in sorted(set(module.__all__))}
        functions = [p for n, p in paths.items() if is_function(getattr(module, n))]
        others = [f"`{n}`" for n in paths if paths[n] not in functions and n not in PARTS]
        note = f"NumPy's own types and constants besides: {', '.join(others)}." if others else ""
        title = f"fzero.numpy.{part}".rstrip(".")
        head = ["name", "NumPy", "CuPy", *DERIVATIVES, "Array API"]
        rows = [numpy_row(p, samples.get(p, ())) for p in functions]
        parts.append(section(title, note, head, rows))
    return parts


# ----------------------------------------------------------------------------- other namespaces


def plain_row(name: str, samples: Sequence[Sample]) -> list[str]:
    """The row of a function that is a composition."""
    if not (samples and all(map(runs, samples))):
        raise LookupError(
            f"coverage: {name} has no sample, or one that does not run on arrays; expected a call. "
            "Add it to tests/coverage/calls.py."
        )
    return [f"`{name}`", YES, found(stand_in, samples), *transforms(samples)]


def plain_sections(samples: dict[str, dict[str, list[Sample]]]) -> list[str]:
    """The tables of the namespaces of compositions."""
    head = ["name", "NumPy", "CuPy", *DERIVATIVES]
    return [
        section(title, NOTES.get(title, ""), head, [plain_row(n, of[n]) for n in sorted(of)])
        for title, of in samples.items()
    ]


NOTES = {
    "fzero.scipy.linalg": "`fzero.scipy.optimize.minimize` is SciPy's on the host, with gradients.",
}

# ------------------------------------------------------------------------- primitives and fused


def import_all() -> None:
    """Import every module of both packages, so that their operations are registered."""
    for package in (fzero, fzero_nn):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def pulled(prim: Primitive) -> str:
    """Which arguments of a primitive have a rule of reverse mode."""
    if prim.jvp is None:
        return undifferentiated(prim)
    floating = {
        i
        for args, _ in prim.samples(np.random.default_rng(0))
        for i, x in enumerate(args)
        if isinstance(x, ARRAYS) and dtype_of(x).kind in "fc"
    }
    flat = [str(i) for i in sorted(floating) if prim.pulls[i] is None]
    return f"{YES}, {ZERO} in argument {', '.join(flat)}" if flat else YES


def undifferentiated(prim: Primitive) -> str:
    """Zero where a primitive without derivatives returns floats."""
    args, params = next(iter(prim.samples(np.random.default_rng(0))), ((), {}))
    made = prim.call(*args, **params) if args else ()
    results = made if isinstance(made, tuple) else (made,)
    return ZERO if any(dtype_of(y).kind in "fc" for y in results) else NONE


def on_cupy(prim: Primitive) -> str:
    """Whether the samples of a primitive run on the stand-in, and whether that reads values."""
    before = StrictArray.syncs
    samples = prim.samples(np.random.default_rng(0))
    answer = found(
        stand_in, [Sample(lambda *xs, p=p: prim.call(*xs, **p), args) for args, p in samples]
    )
    return f"{answer}, waits" if answer == YES and StrictArray.syncs > before else answer


def primitive_row(prim: Primitive) -> list[str]:
    """The row of a primitive, from its rules."""
    forward_rule = YES if prim.jvp is not None else undifferentiated(prim)
    batch_rule = YES if prim.batch is not None else NO
    cells = [YES, on_cupy(prim), pulled(prim), forward_rule, batch_rule]
    return [f"`{prim.name}`", prim.category, *cells]


def fused_row(fused: Fused) -> list[str]:
    """The row of a fused operation: which transforms its kernels serve."""
    libraries = [KERNEL if n in fused.kernels else REFERENCE for n in ("numpy", "cupy")]
    batch = REFERENCE if fused.batch is None else f"{KERNEL}, {REFERENCE}"
    return [f"`{fused.name}`", *libraries, KERNEL, REFERENCE, batch]


def registry_sections() -> list[str]:
    """The tables of primitives and of fused operations."""
    head = ["name", "category", "NumPy", "CuPy", *DERIVATIVES]
    rows = [primitive_row(REGISTRY[n]) for n in sorted(REGISTRY)]
    fused = [fused_row(FUSED[n]) for n in sorted(FUSED)]
    return [
        section("Primitives", PRIMITIVES, head, rows),
        section("Fused operations", OPERATIONS, ["name", "NumPy", "CuPy", *DERIVATIVES], fused),
    ]


PRIMITIVES = (
    'The operations with rules, from which all else is composed. "waits": a value is read on the '
    "host, so that a card is waited for. `transfer` moves to another library, which is its purpose."
)
OPERATIONS = (
    "Pairs of a kernel and a reference. First-order reverse mode runs the kernel; where the "
    "reference runs, its operations have all the rules."
)


def page() -> str:
    """The whole page."""
    import_all()
    samples = all_samples()
    numpy = samples.pop("fzero.numpy")
    sections = [*numpy_sections(numpy), *plain_sections(samples), *registry_sections()]
    return "\n".join([HEAD, *sections])
