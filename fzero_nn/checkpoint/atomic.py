"""Writing a file whole or not at all, whatever happens to the process or the machine."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows, where nobody can remove or rename an open file anyway
    fcntl = None

__all__ = ["remove_leftovers", "write_atomically"]


def write_atomically(function: str, path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Call `write` on a temporary file beside `path`, which takes the name once it is on the disk.

    A process that is killed leaves its temporary file behind; the next one that writes the same
    name removes it.

    Raises:
        FileNotFoundError: the folder does not exist; the message begins with `function`.
    """
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"{function}: path is {str(path)!r}, in a folder that does not exist; expected an "
            "existing folder. Make it with path.parent.mkdir(parents=True)."
        )
    file = _new_file(path)
    try:
        with file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
            if fcntl:  # while the lock still says that the file is in use
                os.replace(file.name, path)
        if not fcntl:
            os.replace(file.name, path)
    except BaseException:
        Path(file.name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    remove_leftovers(path.parent, path.name)


def remove_leftovers(folder: Path, name: str) -> None:
    """Remove temporary files of names that start with `name`, if their writers are gone."""
    for entry in folder.iterdir():
        if entry.name.startswith(f".{name}") and entry.name.endswith(".tmp"):
            _remove_unused(entry)


def _new_file(path: Path) -> BinaryIO:
    """A file under a lock that ends with this process, however it ends."""
    while True:
        file = open(path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp"), "xb")
        try:
            _lock(file)
            # Between its creation and its lock somebody may have taken it for a leftover.
            if os.fstat(file.fileno()).st_nlink:
                return file
        except OSError:  # no locks on this file system: then nobody removes leftovers either
            return file
        file.close()


def _lock(file: BinaryIO, wait: bool = True) -> None:
    if fcntl:
        fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


def _remove_unused(path: Path) -> None:
    try:
        with open(path, "r+b") as file:
            _lock(file, wait=False)
            if fcntl:
                path.unlink()
        if not fcntl:
            path.unlink()
    except OSError:
        pass  # in use, removed by another process, or not ours to remove


def _sync_folder(folder: Path) -> None:
    """Put the new name on the disk too; Windows offers no such call, and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
