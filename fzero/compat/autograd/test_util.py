"""autograd's checks of derivatives, by those of `fzero.testing`."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from ...testing import check_grads as check
from .operators import of_argument
from .refused import refusing

__all__ = ["check_grads", "check_jvp", "check_vjp", "combo_check"]


@of_argument
def check_grads(
    f: Callable[..., Any], x: Any, modes: Sequence[str] = ("fwd", "rev"), order: int = 2
) -> None:
    """Check derivatives up to `order` at an argument against central differences.

    Raises:
        AssertionError: a derivative is wrong; the message says which.

    Example:
        >>> import numpy as np
        >>> from fzero.compat.autograd.test_util import check_grads
        >>> check_grads(np.sin, modes=["rev"])(0.5)
    """
    check(f, (x,), order=order, modes=tuple(modes), atol=1e-6, rtol=1e-6)


def combo_check(fun: Callable[..., Any], *options: Any, **named: Any) -> Callable[..., None]:
    """`check_grads` at every combination of the given arguments and keyword arguments."""
    checked = check_grads(fun, *options, **named)

    def check_all(*args: Sequence[Any], **kwargs: Sequence[Any]) -> None:
        for given in itertools.product(*args):
            for values in itertools.product(*kwargs.values()):
                checked(*given, **dict(zip(kwargs, values, strict=True)))

    return check_all


def check_jvp(f: Callable[..., Any], x: Any) -> None:
    """Check the first derivative at x in forward mode.

    Example:
        >>> import numpy as np
        >>> check_jvp(np.sin, 0.5)
    """
    check_grads(f, modes=["fwd"], order=1)(x)


def check_vjp(f: Callable[..., Any], x: Any) -> None:
    """Check the first derivative at x in reverse mode.

    Example:
        >>> import numpy as np
        >>> check_vjp(np.sin, 0.5)
    """
    check_grads(f, modes=["rev"], order=1)(x)


__getattr__ = refusing("test_util", __all__)
