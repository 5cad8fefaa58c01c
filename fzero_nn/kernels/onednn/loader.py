"""The shared library: where it is, whether it will do, and how many threads it may use."""

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from fzero import config

__all__ = ["PAGE", "Library", "describe", "loaded", "on_fork"]

_FILE = "libdnnl.3.dylib" if sys.platform == "darwin" else "libdnnl.so.3"
#: Packages that bring the library as a file of its own, with nothing else to load.
_PACKAGES = ("onednn-cpu-gomp", "paddlepaddle")
_MAJOR, _CPU = 3, 1
#: Bytes; parts of the scratch memory start at one, so that none share a line of the cache.
PAGE = 4096
#: Of the ways to run threads, none and OpenMP: their number can be set from outside.
_RUNTIMES = (1, 2)


class _Version(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int) for name in ("major", "minor", "patch")),
        ("hash", ctypes.c_char_p),
        *((name, ctypes.c_uint) for name in ("cpu_runtime", "gpu_runtime")),
    ]


class _Team(threading.local):
    """The number of threads, which OpenMP keeps for each thread that calls it."""

    def __init__(self, set_threads: Any, size: int) -> None:
        self.size = size
        if set_threads is not None:
            set_threads(size)


class _Unfit(OSError):
    """A library that loads, but cannot be used."""


class Library:
    """oneDNN, ready to be called: `c.dnnl_...` are its functions.

    Raises:
        OSError: the file is missing, or no library that will do; the message is one line.
    """

    def __init__(self, path: str) -> None:
        with _sleeping_threads():
            self.c: Any = ctypes.CDLL(path)
        if fault := _fault(self.c):
            raise _Unfit(f"{path}: {fault}")
        self.path, self.version = path, _version(self.c)
        self.c.dnnl_memory_desc_get_size.restype = ctypes.c_size_t
        self.c.dnnl_memory_desc_get_size.argtypes = [ctypes.c_void_p]
        self.c.dnnl_primitive_desc_query_md.restype = ctypes.c_void_p
        self.engine, self.stream = ctypes.c_void_p(), ctypes.c_void_p()
        self.c.dnnl_engine_create(ctypes.byref(self.engine), _CPU, ctypes.c_size_t(0))
        if self.c.dnnl_stream_create(ctypes.byref(self.stream), self.engine, 1):
            raise _Unfit(f"{path}: it has no engine for this CPU")
        self.limit(config.threads())

    def limit(self, threads: int) -> None:
        """Use that many threads from now on. Whoever held the lock before is gone."""
        self.lock, self._scratch = threading.Lock(), _aligned(0)
        self.team = _Team(getattr(self.c, "omp_set_num_threads", None), threads)

    def settle(self) -> None:
        """Set the number of threads for the thread that calls, unless that was done."""
        _ = self.team.size

    def scratch(self, size: int) -> int:
        """The address of `size` bytes that the holder of the lock may overwrite."""
        if self._scratch[0].nbytes < size + PAGE:
            self._scratch = _aligned(size)
        return self._scratch[1]


def _aligned(size: int) -> tuple[Any, int]:
    buffer = np.empty(size + PAGE, np.uint8)
    address = buffer.ctypes.data
    return buffer, address + -address % PAGE


@contextmanager
def _sleeping_threads() -> Iterator[None]:
    """OpenMP's threads sleep while they wait, if it is loaded inside and nobody chose otherwise.

    They spin by default, and so do those of NumPy's linear algebra: on the same CPUs.
    """
    if any(name in os.environ for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")):
        yield
        return
    os.environ["OMP_WAIT_POLICY"] = "passive"
    try:
        yield
    finally:
        del os.environ["OMP_WAIT_POLICY"]


def _fault(c: Any) -> str | None:
    """Why a library will not do: it is no oneDNN, or one that is called differently."""
    if not hasattr(c, "dnnl_version"):
        return "this is no oneDNN"
    c.dnnl_version.restype = ctypes.POINTER(_Version)
    if c.dnnl_version().contents.major != _MAJOR:
        return f"this is oneDNN {_version(c)}, not {_MAJOR}.x"
    runtime = c.dnnl_version().contents.cpu_runtime
    return None if runtime in _RUNTIMES else "it is built neither for OpenMP nor for one thread"


def _version(c: Any) -> str:
    found = c.dnnl_version().contents
    return f"{found.major}.{found.minor}.{found.patch}"


def _candidates() -> Iterator[str]:
    """Files to try: the one that is named, else those of packages, of Python, of the system."""
    if named := os.environ.get("FZERO_ONEDNN"):
        yield named
        return
    for package in _PACKAGES:
        yield from _files_of(package)
    own = os.path.join(sys.prefix, "lib", _FILE)
    if os.path.exists(own):
        yield own
    yield _FILE


def _files_of(package: str) -> list[str]:
    from importlib import metadata  # slow, and rarely wanted

    try:
        files = metadata.files(package) or ()
    except metadata.PackageNotFoundError:
        return []
    paths = [os.path.realpath(file.locate()) for file in files if file.name == _FILE]
    return [path for path in paths if os.path.exists(path)]


@cache
def _found() -> Library | str:
    """The first library that will do, or why there is none."""
    reasons = []
    for path in _candidates():
        try:
            return Library(path)
        except OSError as error:
            reasons.append(str(error))
    named = "FZERO_ONEDNN" in os.environ
    way = "Name another in FZERO_ONEDNN" if named else "Run pip install 'fzero[onednn]'"
    return f"not in use, since {'; '.join(reasons)}. {way}"


def loaded() -> Library | None:
    """The library, looked for at the first call; None where there is none."""
    found = _found()
    return None if isinstance(found, str) else found


def describe() -> str:
    """The state in one line."""
    found = _found()
    if isinstance(found, str):
        return found
    return f"{found.version}, threads: {found.team.size}, {found.path}"


def on_fork(forget: Any) -> None:
    """In a child of `fork`, call `forget()` and stay on one thread: OpenMP's others are gone."""

    def child() -> None:
        if _found.cache_info().currsize and (library := loaded()) is not None:
            library.limit(1)
            forget()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=child)
