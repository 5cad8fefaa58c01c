"""Work on the CPU in several threads, with the linear algebra library at one thread each.

NumPy releases Python's lock while it copies and multiplies, so blocks of work run side by side. The
library's own threads would only speed up the products and leave the rest to one.
"""

import ctypes
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from contextvars import copy_context
from functools import cache
from importlib import import_module
from typing import Any

from . import config

__all__ = ["one_thread", "shared"]

#: What the function is called in the libraries that NumPy is built with.
_SETTERS = [f"{p}openblas_set_num_threads{s}" for p in ("scipy_", "") for s in ("64_", "")]


@cache
def _blas() -> Any:
    """Functions to set and to get the threads of NumPy's linear algebra, None if unknown."""
    library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)
    for name in _SETTERS:
        if hasattr(library, name):
            return getattr(library, name), getattr(library, name.replace("set", "get", 1))
    return None


@cache
def _pool(size: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(size, thread_name_prefix="fzero")


class _OneThread:
    """NumPy's linear algebra at one thread: its own would wait busily on the CPUs of the others."""

    def __init__(self) -> None:
        self.lock, self.users, self.before = threading.Lock(), 0, 1

    def __enter__(self) -> None:
        set_threads, get_threads = _blas()
        with self.lock:
            if self.users == 0:
                self.before = get_threads()
                set_threads(1)
            self.users += 1

    def __exit__(self, *_: object) -> None:
        set_threads, _get_threads = _blas()
        with self.lock:
            self.users -= 1
            if self.users == 0:
                set_threads(self.before)


_ONE_THREAD = _OneThread()


def _after_fork() -> None:
    """A child has none of the threads, and perhaps a lock that nobody will open."""
    global _ONE_THREAD
    _pool.cache_clear()
    _ONE_THREAD = _OneThread()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def one_thread() -> AbstractContextManager[Any]:
    """Leave the CPUs to `shared`: NumPy's linear algebra at one thread inside of this context.

    Nothing changes where `shared` may not use several threads either.
    """
    return nullcontext() if config.threads() < 2 or _blas() is None else _ONE_THREAD


def shared(work: Callable[[Sequence[Any]], Any], items: Sequence[Any]) -> list[Any]:
    """`work` on equal shares of the items, one share to a thread; what each returned.

    The number of threads is `fzero.config.threads()`.
    """
    count = min(config.threads(), len(items))
    if count < 2 or _blas() is None:
        return [work(items)]
    ends = [len(items) * i // count for i in range(count + 1)]
    shares = [items[a:b] for a, b in zip(ends, ends[1:], strict=False)]
    with _ONE_THREAD:
        # A copy of the context each: it holds what NumPy does on overflow.
        later = [_pool(count - 1).submit(copy_context().run, work, s) for s in shares[1:]]
        try:
            first = work(shares[0])
        finally:
            wait(later)
        return [first, *(f.result() for f in later)]
