"""`stop_gradient`: a value as a constant."""

from typing import Any

from .. import tree
from ..core import Tracer
from ..ops.elementwise import detach

__all__ = ["stop_gradient"]


def stop_gradient(x: Any) -> Any:
    """`x` as a constant: the identity, with derivative zero.

    Args:
        x: a pytree of arrays.

    Example:
        >>> import fzero
        >>> float(fzero.grad(lambda x: x * fzero.stop_gradient(x))(3.0))
        3.0
    """
    return tree.map(lambda leaf: detach(leaf) if isinstance(leaf, Tracer) else leaf, x)
