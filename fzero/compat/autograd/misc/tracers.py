"""`const_graph`: autograd replays a recorded graph; here the function runs as it stands."""

from collections.abc import Callable
from functools import partial
from typing import Any

from ..refused import refusing

__all__ = ["const_graph"]


def const_graph(fun: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
    """`partial(fun, *args, **kwargs)`: nothing has to be recorded to be fast, or can go stale.

    Example:
        >>> const_graph(lambda x, y: x * y, 3.0)(2.0)
        6.0
    """
    return partial(fun, *args, **kwargs)


__getattr__ = refusing("misc.tracers", __all__)
