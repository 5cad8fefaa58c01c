"""`autograd.scipy.integrate.odeint`, over `fzero.odeint`."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ....ode import odeint as solve

__all__ = ["odeint"]


def odeint(
    func: Callable[..., Any],
    y0: Any,
    t: Any,
    args: tuple[Any, ...] = (),
    *,
    rtol: float | None = None,
    atol: float | None = None,
    mxstep: int = 0,
    tfirst: bool = False,
) -> Any:
    """The solution of dy/dt = func(y, t, *args), y(t[0]) = y0, at the times t.

    Args:
        func: `(y, t, *args) -> dy/dt`; `(t, y, *args)` if `tfirst`.
        y0: (D,).
        t: (T,), rising or falling.
        args: a tuple of pytrees; what is differentiated comes in by them, not by a closure.
        rtol, atol: the error of a step is at most atol + rtol |y|; None is 1.49e-8, as in SciPy.
        mxstep: the most steps between two times; 0 is 10,000.
        tfirst: whether time is the first argument.

    Returns:
        (T, D).

    Gradient: of y0, t and args, by the adjoint equation, to any order.

    Example:
        >>> import numpy as np
        >>> odeint(lambda y, t, a: -a * y, np.ones(1), np.array([0.0, 1.0]), (2.0,))[1].round(6)
        array([0.135335])
    """
    f = (lambda y, time, *rest: func(time, y, *rest)) if tfirst else func
    y0 = np.asarray(y0, float) if isinstance(y0, (int, float, list, tuple)) else y0
    near = lambda tolerance: 1.49012e-8 if tolerance is None else tolerance
    return solve(f, y0, t, *args, rtol=near(rtol), atol=near(atol), mxstep=mxstep or 10_000)
