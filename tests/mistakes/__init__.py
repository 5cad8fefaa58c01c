"""Common mistakes, with what they raise and the way out; `tests/test_mistakes.py` runs them.

Each case has a name, and is a tuple: the mistake, what it raises, pieces of the message in their
order (between them stands " ... "), and the advice as code.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
from fzero import random

#: The mistake, the exception, pieces of its message, the advice.
Case = tuple[Callable[[], Any], type[Exception], str, Callable[[], Any]]

x = np.array([1.0, 2.0, 3.0])
A = np.arange(6.0).reshape(2, 3)
key = random.key(0)


def grad_sum(f: Callable[[Any], Any], at: Any = x) -> Any:
    """The gradient of the sum of `f`."""
    return fzero.grad(lambda v: f(v).sum())(at)


def no_return(v: Any) -> Any:
    """Computes, and forgets to return."""
    v + 1
