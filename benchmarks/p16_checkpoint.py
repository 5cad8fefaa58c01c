"""P16: saving and loading parameters."""

import functools
import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fzero_nn import checkpoint

from . import FOLDER, peers
from .row import Limit, Row, Setup, Variant

ARRAYS, MEGABYTE = 10, 1_000_000
#: A file system in memory, where there is one: times there are the processor's alone.
IN_MEMORY = Path("/dev/shm")
#: Where files are written to; None is the folder that was asked for.
PLACES = {"folder": None} | ({"memory": IN_MEMORY} if IN_MEMORY.is_dir() else {})


@functools.lru_cache(maxsize=1)
def tree_of(size: int) -> dict[str, np.ndarray]:
    """float32 parameters of so many megabytes, in ten arrays."""
    rng = np.random.default_rng(0)
    length = size * MEGABYTE // 4 // ARRAYS
    return {f"W{i}": rng.random(length, dtype=np.float32) for i in range(ARRAYS)}


def in_scratch(where: Path | None, make: Callable[[Path], Callable[[], Any]]) -> Callable[[], Any]:
    """What `make` makes of a path in a new folder, which is removed with the function returned.

    The folder is in `where`; where that is None, in that of --folder or the system's.
    """
    folder = tempfile.mkdtemp(dir=where or os.environ.get(FOLDER))
    run = make(Path(folder) / "parameters")
    weakref.finalize(run, shutil.rmtree, folder, ignore_errors=True)
    return run


# ------------------------------------------------------------------------- the three formats


class Format(NamedTuple):
    """How one library writes a tree to an open file and reads it from a path."""

    convert: Callable[[Any], Any]
    write: Callable[[Any, Any], None]
    load: Callable[[Path], Any]


def savez(tree: Any, file: Any) -> None:
    np.savez(file, **tree)


def load_npz(path: Path) -> Any:
    with np.load(path) as file:
        return {name: file[name] for name in file.files}


def as_tensors(tree: Any) -> Any:
    torch = peers.torch()
    return {k: torch.from_numpy(a) for k, a in tree.items()}


def torch_save(tree: Any, file: Any) -> None:
    peers.torch().save(tree, file)


def torch_load(path: Path) -> Any:
    return peers.torch().load(path, weights_only=True)


NPZ, PT = Format(dict, savez, load_npz), Format(as_tensors, torch_save, torch_load)

# -------------------------------------------------------------------------------- the two ways


def our_save(tree: Any, path: Path) -> None:
    checkpoint.save(path, tree)


def saving_by(form: Format, fsync: bool) -> Callable[[Any, Path], None]:
    """Write the file, and wait until it is on the disk as `checkpoint.save` does."""

    def save(tree: Any, path: Path) -> None:
        with open(path, "wb") as file:
            form.write(tree, file)
            if fsync:
                file.flush()
                os.fsync(file.fileno())

    return save


def saving(
    save: Callable[[Any, Path], None], where: Path | None, convert: Callable[[Any], Any] = dict
) -> Setup:
    """Write the parameters again and again to one name; the result is the size in megabytes."""

    def setup(size: int) -> Callable[[], Any]:
        tree = convert(tree_of(size))

        def make(path: Path) -> Callable[[], Any]:
            def run() -> Any:
                save(tree, path)
                return path.stat().st_size / MEGABYTE

            return run

        return in_scratch(where, make)

    return setup


def loading(
    save: Callable[[Any, Path], None],
    load: Callable[[Path], Any],
    where: Path | None,
    convert: Callable[[Any], Any] = dict,
) -> Setup:
    """Read what was written; the result is the last numbers of each array."""

    def setup(size: int) -> Callable[[], Any]:
        tree = convert(tree_of(size))

        def make(path: Path) -> Callable[[], Any]:
            save(tree, path)

            def run() -> Any:
                loaded = load(path)
                return [np.array(loaded[name][-3:]) for name in sorted(loaded)]

            return run

        return in_scratch(where, make)

    return setup


def saves(where: Path | None) -> dict[str, dict[str, Setup]]:
    """The peers that save, with and without fsync."""
    forms = {"numpy": ("numpy.savez", NPZ), "torch": ("torch.save", PT)}
    found: dict[str, dict[str, Setup]] = {}
    for family, (way, form) in forms.items():
        for fsync in (True, False):
            setup = saving(saving_by(form, fsync), where, form.convert)
            if fsync:
                found[family] = {f"{way}, fsync": setup}
            else:
                found[f"{family} without fsync"] = {way: setup}
    return found


def loads(where: Path | None) -> dict[str, dict[str, Setup]]:
    """The peers that load."""
    forms = {"numpy": ("numpy.load", NPZ), "torch": ("torch.load", PT)}
    return {
        family: {way: loading(saving_by(form, False), form.load, where, form.convert)}
        for family, (way, form) in forms.items()
    }


def variants() -> Iterator[Variant]:
    """Both directions, in a folder and on a file system in memory."""
    for name, where in PLACES.items():
        common = {"sizes": (10, 100, 1000), "judged": (1000,), "rtol": 1e-2}
        yield Variant(f"save, {name}", saving(our_save, where), saves(where), **common)
        ours = loading(our_save, checkpoint.load, where)
        yield Variant(f"load, {name}", ours, loads(where), **common)


ROW = Row(
    id="P16",
    title="save and load parameters",
    work=(
        "Ten float32 arrays to one file and back, sizes counting megabytes; a thousand are "
        "judged. `checkpoint.save` and `load` are beside `numpy.savez` and `load`, which read the "
        "checksums of the archive too, and `torch.save` and `load` (weights_only). "
        "`checkpoint.save` returns when the file is on the disk (fsync), so the peers that are "
        "judged wait too; without fsync they are shown for comparison. Files that are read are in "
        "the cache of the system. The folder is that of --folder, or the system's for temporary "
        "files; memory is /dev/shm, where there is one."
    ),
    size="megabytes",
    limits={"numpy": Limit("ratio", 1.0), "torch": Limit("ratio", 1.0)},
    rounds=10,
    variants=list(variants()),
)
