"""SciPy's functions as primitives: they run on the host, with stated derivatives."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from ..extend import primitive

__all__ = ["hosted", "of_scipy"]


def of_scipy(module: str, name: str) -> Callable[..., Any]:
    """A function of SciPy, which is imported here."""
    try:
        return getattr(import_module(f"scipy.{module}"), name)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{name}: SciPy is not installed; expected it beside fzero. Run "
            "`pip install 'fzero[scipy]'`."
        ) from error


def hosted(module: str, name: str) -> Any:
    """A primitive that calls SciPy's function when it runs; its rules are still to be stated."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return of_scipy(module, name)(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"`scipy.{module}.{name}`, on the host, with derivatives."
    return primitive(call)
