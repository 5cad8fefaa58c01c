"""The namespace that a tracer names to libraries: `fzero.numpy`, with results to assign into.

Libraries of the Array API standard ask an array for its namespace, call that, and assign into what
they get. Here every array that comes out of a function is a cell of its own, plain ones too, and so
are the results of its operators. What goes in is the caller's: that refuses assignment.
"""

import functools
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any

from ..cells import shown, spread

__all__ = ["StandardNamespace"]


def _showing(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        return spread(function(*map(shown, args), **{k: shown(v) for k, v in kwargs.items()}))

    return call


class StandardNamespace(ModuleType):
    """The names of `module`, its functions made so that their results can be assigned into.

    Source: the section "Mutability" of the Python array API standard.

    Example:
        >>> import fzero, numpy as np
        >>> def positive(x):  # as a library is written
        ...     xp = x.__array_namespace__()
        ...     y = xp.sin(x)
        ...     y[y < 0] = 0
        ...     return xp.sum(y)
        >>> fzero.grad(positive)(np.array([0.0, -1.0])).tolist()
        [1.0, 0.0]
    """

    def __init__(self, module: ModuleType) -> None:
        super().__init__(module.__name__, module.__doc__)
        self._module = module
        self.__all__ = module.__all__

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, ModuleType):
            found = StandardNamespace(found)
        elif isinstance(found, FunctionType):
            found = _showing(found)
        setattr(self, name, found)
        return found

    def __dir__(self) -> list[str]:
        return dir(self._module)
