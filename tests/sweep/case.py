"""A case of the sweep: a call, as a function of a namespace, and how to draw its operands."""

import zlib
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, NamedTuple, Protocol

import numpy as np

#: The leading axis of every draw: the first row is the input, all of them are vmap's.
ROWS = 3


class Drawn(Protocol):
    """Something that draws the rows of an operand."""

    def draw(self, rng: np.random.Generator) -> np.ndarray: ...


class Operand(NamedTuple):
    """Uniform numbers of a kind: "f" real, "c" complex, "i" whole, "b" true or false."""

    kind: str
    shape: tuple[int, ...]
    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> np.ndarray:
        """`ROWS` operands along a new first axis."""
        shape = (ROWS, *self.shape)
        x = self.low + (self.high - self.low) * rng.random(shape)
        if self.kind == "c":
            return x + 1j * (self.low + (self.high - self.low) * rng.random(shape))
        return x if self.kind == "f" else np.floor(x).astype(int if self.kind == "i" else bool)


def real(*shape: int, low: float = -2.0, high: float = 2.0) -> Operand:
    return Operand("f", shape, low, high)


def positive(*shape: int) -> Operand:
    return Operand("f", shape, 0.4, 3.0)


def unit(*shape: int) -> Operand:
    return Operand("f", shape, -0.9, 0.9)


def unit_interval(*shape: int) -> Operand:
    return Operand("f", shape, 0.05, 0.95)


def above(*shape: int) -> Operand:
    return Operand("f", shape, 1.2, 4.0)


def turned(*shape: int, low: float = -2.0, high: float = 2.0) -> Operand:
    """Complex numbers."""
    return Operand("c", shape, low, high)


def whole(*shape: int, low: int = 1, high: int = 9) -> Operand:
    """Integers of [low, high)."""
    return Operand("i", shape, low, high)


def mask(*shape: int) -> Operand:
    return Operand("b", shape, 0.0, 2.0)


class Case(NamedTuple):
    """`call(m, *operands)` for m the namespace `space` of either library."""

    space: str
    name: str
    call: Callable[..., Any]
    operands: tuple[Drawn, ...]
    #: What is left out, of "value", "jvp", "vjp" and "vmap"; `why` says the reason.
    without: tuple[str, ...] = ()
    why: str = ""

    def rows(self, index: int) -> list[np.ndarray]:
        """The rows of every operand, from a seed of the name and of its place among its cases."""
        seed = zlib.crc32(f"{self.space}.{self.name}-{index}".encode())
        rng = np.random.default_rng(seed)
        return [x.draw(rng) for x in self.operands]


class Table:
    """The cases of one namespace, as they are written down."""

    def __init__(self, space: str) -> None:
        self.space = space
        self.cases: list[Case] = []

    def add(self, name: str, call: Any, *operands: Drawn, without: str = "", why: str = "") -> None:
        """One case."""
        assert bool(without) == bool(why), f"{name}: what is left out has a reason"
        self.cases.append(Case(self.space, name, call, operands, tuple(without.split()), why))

    def each(
        self,
        names: str,
        *operands: Drawn,
        options: Iterable[dict[str, Any]] = ({},),
        without: str = "",
        why: str = "",
    ) -> None:
        """A case of every name with every set of keywords."""
        for name in names.split():
            for keywords in options:
                call = _Call(name, keywords)
                self.add(name, call, *operands, without=without, why=why)


class _Call(NamedTuple):
    name: str
    keywords: dict[str, Any]

    def __call__(self, m: Any, *xs: Any) -> Any:
        return attrgetter(self.name)(m)(*xs, **self.keywords)
