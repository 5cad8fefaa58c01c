"""Published files: found on this machine, or downloaded once and checked."""

import hashlib
import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["Published", "cache_folder", "fetch", "find", "locate"]

_CHUNK = 1 << 20
#: Called with the bytes so far, and with how many there are, or None where nobody knows.
Report = Callable[[int, int | None], Any]
#: Pieces of a file, each with the size of the whole, if it is known.
Chunks = Generator[tuple[bytes, int | None], None, None]


class Published(NamedTuple):
    """A file on a server.

    Attributes:
        url: where it is; the part after the last slash is its name.
        size: its bytes.
        sha256, md5: its checksum, one of the two.
    """

    url: str
    size: int
    sha256: str | None = None
    md5: str | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return _name(self.url)

    @property
    def digest(self) -> tuple[str, str]:
        """The algorithm of its checksum, and the checksum."""
        return _checksum(self.sha256, self.md5)


def cache_folder() -> Path:
    """Where downloads are kept: $FZERO_CACHE, else `fzero` in the user's folder of caches."""
    if chosen := os.environ.get("FZERO_CACHE"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fzero"


def fetch(
    url: str,
    sha256: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    *,
    md5: str | None = None,
    size: int | None = None,
    timeout: float = 30.0,
    progress: Report | None = None,
) -> Path:
    """The path of a published file, downloaded unless it is in the cache.

    The file appears under its name at once and whole, in a folder of the cache that is named
    after its checksum: files of one name do not collide, and a broken download leaves nothing.

    Args:
        url: where it is.
        sha256: its checksum, in hexadecimal.
        folder: the cache; None for `cache_folder()`.
        md5: a checksum in place of sha256, for files that were published with it.
        size: its bytes, for the message that says what to download by hand.
        timeout: seconds to wait for the server, each time.
        progress: called as progress(bytes so far, bytes in all or None).

    Returns:
        The path of the file, whose checksum is right.

    Raises:
        ValueError: neither or both checksums are given, or the file has another one.
        FileNotFoundError: the server does not give it; the message says where to put the file.

    Example:
        >>> folder = getfixture("tmp_path")
        >>> (folder / "hello.txt").write_text("hello")
        5
        >>> url = (folder / "hello.txt").as_uri()
        >>> fetch(url, md5="5d41402abc4b2a76b9719d911017c592", folder=folder / "cache").read_text()
        'hello'
    """
    algorithm, wanted = _checksum(sha256, md5)
    path = _cached(url, wanted, folder)
    if path.is_file():
        return _verified(url, path, algorithm, wanted)
    path.parent.mkdir(parents=True, exist_ok=True)
    wanted_file = _described(path.name, size, algorithm, wanted)
    chunks = _read(url, timeout, f"Place {wanted_file} as {str(path)!r}")
    return _write_whole(url, path, chunks, algorithm, wanted, progress)


def find(
    function: str,
    files: Sequence[Published],
    folder: str | os.PathLike[str] | None,
    download: bool,
) -> list[Path]:
    """The paths of published files: in the folder, else in the cache, else downloaded.

    Args:
        function: stands in the message.
        files: what to find.
        folder: a folder of the user, whose files are taken as they are; None for the cache alone.
        download: whether to fetch what is missing.

    Raises:
        FileNotFoundError: files are missing; each is named, with its address and its place.
        ValueError: a file of the cache has another checksum.
    """
    paths = {file: locate(file, folder) for file in files}
    missing = [file for file, path in paths.items() if path is None]
    if missing and not download:
        told = "; ".join(_told(file, folder) for file in missing)
        raise FileNotFoundError(
            f"{function}: missing are {told}; expected each there or in the cache. "
            "Place them there by hand, or pass download=True."
        )
    return [paths[f] or fetch(f.url, f.sha256, md5=f.md5, size=f.size) for f in files]


def locate(file: Published, folder: str | os.PathLike[str] | None) -> Path | None:
    """A file in the user's folder, taken as it is, or in the cache, if it is in either.

    Raises:
        ValueError: the file of the cache has another checksum.
    """
    if folder is not None and (own := Path(folder) / file.name).is_file():
        return own
    algorithm, digest = file.digest
    cached = _cached(file.url, digest, None)
    return _verified(file.url, cached, algorithm, digest) if cached.is_file() else None


# ------------------------------------------------------------------------------------- places


def _name(url: str) -> str:
    return url.partition("?")[0].rstrip("/").rpartition("/")[2]


def _cached(url: str, digest: str, folder: str | os.PathLike[str] | None) -> Path:
    root = cache_folder() if folder is None else Path(folder)
    return root / digest[:16] / _name(url)


def _told(file: Published, folder: str | os.PathLike[str] | None) -> str:
    """What is missing, and where it belongs: in the user's folder if there is one."""
    algorithm, digest = file.digest
    place = _cached(file.url, digest, None) if folder is None else Path(folder) / file.name
    described = _described(file.name, file.size, algorithm, digest)
    return f"{described} of {file.url} as {str(place)!r}"


def _described(name: str, size: int | None, algorithm: str, digest: str) -> str:
    known = "" if size is None else f"{size:,} bytes, "
    return f"{name} ({known}{algorithm} {digest})"


# ------------------------------------------------------------------------------- checked bytes


def _checksum(sha256: str | None, md5: str | None) -> tuple[str, str]:
    """The name of the algorithm, and the checksum in lower case."""
    given = [(name, value) for name, value in (("sha256", sha256), ("md5", md5)) if value]
    if len(given) != 1:
        raise ValueError(
            f"fetch: sha256 is {sha256!r} and md5 is {md5!r}; expected one of them, as a download "
            "without a checksum may be anything. Pass the published sha256."
        )
    name, value = given[0]
    length = 2 * hashlib.new(name, usedforsecurity=False).digest_size
    if len(value) != length or not set(value.lower()) <= set("0123456789abcdef"):
        raise ValueError(
            f"fetch: {name} is {value!r}; expected {length} hexadecimal digits. "
            "Copy them from where the file is published."
        )
    return name, value.lower()


def _verified(url: str, path: Path, algorithm: str, wanted: str) -> Path:
    found = _digest_of(path, algorithm)
    if found != wanted:
        raise ValueError(
            f"fetch: {str(path)!r} is of {algorithm} {found}; expected {wanted}, that of {url}. "
            "Delete the file, and call again."
        )
    return path


def _digest_of(path: Path, algorithm: str) -> str:
    hasher = hashlib.new(algorithm, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            hasher.update(chunk)
    return hasher.hexdigest()


def _read(url: str, timeout: float, way_out: str) -> Chunks:
    """The pieces of a file on a server."""
    # Imported here, as they take longer to import than the rest of the package.
    import http.client
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            length = response.headers.get("Content-Length")
            total = int(length) if length and length.isdigit() else None
            while chunk := response.read(_CHUNK):
                yield chunk, total
    except (OSError, ValueError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()  # It holds the connection.
        raise FileNotFoundError(
            f"fetch: url is {url!r}, which cannot be read ({error}); expected a server that gives "
            f"the file. {way_out}, and call again."
        ) from error


def _write_whole(
    url: str, path: Path, chunks: Chunks, algorithm: str, wanted: str, progress: Report | None
) -> Path:
    """Write the chunks beside `path`, and rename the file once it is whole and right."""
    # Named by the process: two of them that fetch one file do not write into each other's.
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with closing(chunks):
            size, found = _write(part, chunks, algorithm, progress)
        if found != wanted:
            raise ValueError(
                f"fetch: {url} is of {size:,} bytes with {algorithm} {found}; expected {wanted}. "
                "Call again, in case the connection broke off; else the file is another one than "
                "was published."
            )
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return path


def _write(part: Path, chunks: Chunks, algorithm: str, progress: Report | None) -> tuple[int, str]:
    """Write the chunks to the disk; how many bytes they are, and their checksum."""
    hasher, size = hashlib.new(algorithm, usedforsecurity=False), 0
    with part.open("wb") as file:
        for chunk, total in chunks:
            file.write(chunk)
            hasher.update(chunk)
            size += len(chunk)
            if progress is not None:
                progress(size, total)
        file.flush()
        os.fsync(file.fileno())
    return size, hasher.hexdigest()
