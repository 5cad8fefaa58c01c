"""How files that nobody vouches for are refused."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["Damaged", "reading"]


class Damaged(Exception):
    """What is wrong with a file; `reading` adds which file, and what to do."""


@contextmanager
def reading(function: str, path: Any, wanted: str, advice: str) -> Iterator[None]:
    """Damaged data makes json, zipfile and numpy raise a dozen kinds; all become one."""
    try:
        yield
    except MemoryError:
        raise  # says nothing of the file
    except Exception as error:
        why = str(error) if isinstance(error, Damaged) else f"{type(error).__name__}: {error}"
        raise ValueError(
            f"{function}: path is {os.fspath(path)!r}, which cannot be read ({why}); "
            f"expected {wanted}. {advice}"
        ) from error
