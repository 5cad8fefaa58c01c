"""`autograd.tracer`: a look behind tracers.

Example:
    >>> import fzero
    >>> float(fzero.grad(lambda x: x * getval(x))(3.0))
    3.0
"""

from typing import Any

from ...array import value
from ...core import Tracer
from .extend import notrace_primitive, primitive
from .refused import refusing

__all__ = ["getval", "isbox", "notrace_primitive", "primitive"]

getval = value


def isbox(x: Any) -> bool:
    """Whether a transform is following `x`.

    Example:
        >>> isbox(1.0)
        False
    """
    return isinstance(x, Tracer)


__getattr__ = refusing("tracer", __all__)
