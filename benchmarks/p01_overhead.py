"""P1: what a call of fzero.numpy costs above NumPy's own where nothing is transformed."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero.numpy as fnp

from .row import Limit, Row, Setup, Variant


def sin(xp: Any, x: np.ndarray) -> Callable[[], Any]:
    f = xp.sin
    return lambda: f(x)


def exp(xp: Any, x: np.ndarray) -> Callable[[], Any]:
    f = xp.exp
    return lambda: f(x)


def add(xp: Any, x: np.ndarray) -> Callable[[], Any]:
    f = xp.add
    return lambda: f(x, x)


def multiply(xp: Any, x: np.ndarray) -> Callable[[], Any]:
    f = xp.multiply
    return lambda: f(x, 1.5)


def total(xp: Any, x: np.ndarray) -> Callable[[], Any]:
    f = xp.sum
    return lambda: f(x)


def total_of_axis(xp: Any, x: np.ndarray) -> Callable[[], Any]:
    f, x = xp.sum, x.reshape(2, -1)
    return lambda: f(x, axis=0)


def matmul(xp: Any, x: np.ndarray) -> Callable[[], Any]:
    f = xp.matmul
    return lambda: f(x, x)


def where(xp: Any, x: np.ndarray) -> Callable[[], Any]:
    f, condition = xp.where, x > 0.5
    return lambda: f(condition, x, 0.0)


def reshape(xp: Any, x: np.ndarray) -> Callable[[], Any]:
    f = xp.reshape
    return lambda: f(x, (2, -1))


def prepared(operation: Callable[[Any, np.ndarray], Callable[[], Any]], xp: Any) -> Setup:
    """The setup of one operation of the namespace `xp`."""
    return lambda size: operation(xp, np.random.default_rng(0).random(size))


OPERATIONS = {
    "sin(x)": sin,
    "exp(x)": exp,
    "add(x, x)": add,
    "multiply(x, 1.5)": multiply,
    "sum(x)": total,
    "sum(x, axis=0)": total_of_axis,
    "matmul(x, x)": matmul,
    "where(c, x, 0)": where,
    "reshape(x, (2, -1))": reshape,
}

ROW = Row(
    id="P1",
    title="one operation without a transform",
    work="A call of fzero.numpy on an array of float64 numbers, minus the same call of NumPy.",
    size="numbers",
    limits={"numpy": Limit("added", 0.3e-6)},
    variants=[
        Variant(
            name,
            ours=prepared(operation, fnp),
            peers={"numpy": {"numpy": prepared(operation, np)}},
            sizes=(10, 1000, 100_000),
            judged=(10,),
        )
        for name, operation in OPERATIONS.items()
    ],
)
