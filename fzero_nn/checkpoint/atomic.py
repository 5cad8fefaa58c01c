"""Writing a file whole or not at all, whatever happens to the process or the machine."""

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows, where nobody can remove or rename an open file anyway
    fcntl = None

__all__ = ["remove_leftovers", "write_atomically"]

#: Characters of a name in that of its temporary file, which may have 255 bytes.
_LONGEST = 50


def write_atomically(function: str, path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Call `write` on a temporary file beside `path`, which takes the name once it is on the disk.

    A file that is there already keeps its permissions, and a link leads to what it led to. A
    process that is killed leaves its temporary file behind; the next one that writes the same name
    removes it.

    Raises:
        FileNotFoundError: the folder does not exist; the message begins with `function`.
        PermissionError: the folder takes no new file.
        ValueError: there is something else than a file at `path`, such as a folder.
    """
    path = Path(os.path.realpath(path))
    _check_target(function, path)
    try:
        file = _new_file(path)
    except PermissionError as error:
        raise PermissionError(
            f"{function}: path is {str(path)!r}, in a folder that takes no new file "
            f"({error.strerror}); expected one that does. Take another folder, or change its "
            "permissions."
        ) from error
    try:
        with file:
            if fcntl and path.exists():
                os.chmod(file.name, stat.S_IMODE(path.stat().st_mode))
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
    ours = re.compile(rf"\.{re.escape(name[:_LONGEST])}.*\.[0-9a-f]{{8}}\.tmp", re.DOTALL)
    for entry in folder.iterdir():
        if ours.fullmatch(entry.name):
            _remove_unused(entry)


def _check_target(function: str, path: Path) -> None:
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"{function}: path is {str(path)!r}, in a folder that does not exist; expected an "
            "existing folder. Make it with path.parent.mkdir(parents=True)."
        )
    if path.exists() and not path.is_file():
        raise ValueError(
            f"{function}: path is {str(path)!r}, a folder or a device; expected a file, or a name "
            "that is free. Add the name of a file, as in path / 'model.npz'."
        )


def _new_file(path: Path) -> BinaryIO:
    """A file under a lock that ends with this process, however it ends."""
    while True:
        name = f".{path.name[:_LONGEST]}.{os.urandom(4).hex()}.tmp"
        file = open(path.with_name(name), "xb")
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
