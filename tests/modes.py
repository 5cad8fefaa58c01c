"""The derivative of one scalar function by every mode, for the tests of control flow."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fzero


def each_way(f: Callable[[Any], Any], x: float) -> dict[str, Any]:
    """The derivative of f at x (a scalar function of a scalar) by every mode."""
    first = {
        "grad": fzero.grad(f)(x),
        "jvp": fzero.jvp(f, (x,), (1.0,))[1],
        "linearize": fzero.linearize(f, x)[1](1.0),
        "vmap of grad": fzero.vmap(fzero.grad(f))(np.array([x, x]))[1],
        "grad of vmap": fzero.grad(lambda v: fzero.vmap(f)(v).sum())(np.array([x, 2 * x]))[0],
        "jvp of vmap": fzero.jvp(fzero.vmap(f), (np.array([2 * x, x]),), (np.ones(2),))[1][1],
    }
    return first


def assert_each_way(f: Callable[[Any], Any], x: float, want: float) -> None:
    """Fail, and name the mode, unless every mode gives `want`."""
    for mode, got in each_way(f, x).items():
        assert got == pytest.approx(want, rel=1e-12), mode
