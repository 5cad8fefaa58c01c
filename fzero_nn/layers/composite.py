"""Layers made of other layers: how children get their parameters, keys and states, by name."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

import fzero
from fzero import FrozenDict, random

from .module import EMPTY, Module

__all__ = ["Composite", "initialized_as", "is_observed", "observed"]


class Composite(Module):
    """A layer made of others, by name.

    Subclasses define `children`, and `forward`, which calls them by name. A child's parameters and
    state stand under its name; its key is `fold_in(key, name)`, so that a further child does not
    change what the others draw. A child that is called twice has one set of parameters. Entries
    that no child has are not read, so a part of a model takes the parameters of the whole.

    Example:
        >>> import fzero, fzero_nn as nn, numpy as np
        >>> class Twice(Composite):
        ...     children = lambda self: {"map": nn.Linear(3, 3)}
        ...     forward = lambda self, call, x: call("map", call("map", x))
        >>> fzero.tree.map(np.shape, Twice().init(fzero.random.key(0))[0])
        FrozenDict({'map': FrozenDict({'W': (3, 3), 'b': (3,)})})
    """

    def children(self) -> Mapping[str, Any]:
        """The layers, or plain functions of an array, by name."""
        raise NotImplementedError

    def forward(self, call: Callable[..., Any], x: Any) -> Any:
        """The output, given `call(name, x)`, which applies a child."""
        raise NotImplementedError

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        """Draw the parameters of every child.

        Args:
            key: a key of `fzero.random`.
            x: an example input. `forward` then runs once, on zeros, to show each child its own.

        Returns:
            `(params, state)`, with an entry for each child that has one.

        Raises:
            ValueError: what a child raises, with its path; given x, a child that forward does not
                call.
            TypeError: a child is neither a layer nor a function.
        """
        run = _Init(type(self).__name__, self.children(), key)
        if x is None:
            for name in run.children:
                run.draw(name, None)
        else:
            fzero.eval_shape(lambda x: self.forward(run, x), x)
        return run.trees()

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        run = _Apply(type(self).__name__, self.children(), params, state, key, train)
        y = self.forward(run, x)
        return y, run.new_state()


class _Run:
    """Calls children by name."""

    def __init__(self, owner: str, children: Mapping[str, Any]) -> None:
        self.owner, self.children = owner, dict(children)

    def child(self, name: str) -> Any:
        if name not in self.children:
            raise ValueError(
                f"{self.owner}: forward calls {name!r}; expected a name of children(), one of "
                f"{list(self.children)}. Add it there."
            )
        return self.children[name]


class _Init(_Run):
    """The run of `init`: each child draws its parameters when it is first called."""

    def __init__(self, owner: str, children: Mapping[str, Any], key: Any) -> None:
        super().__init__(owner, children)
        self.key = key
        self.drawn: dict[str, tuple[Any, Any]] = {}
        self._check_children()

    def _check_children(self) -> None:
        wrong = {n: c for n, c in self.children.items() if not (_is_name(n) and _is_layer(c))}
        if wrong:
            raise TypeError(
                f"{self.owner}: children is {wrong}; expected layers or functions, by names "
                "without a '/'. Call the class of a layer with its sizes, as in Linear(3, 4)."
            )

    def draw(self, name: str, x: Any) -> tuple[Any, Any]:
        child = self.child(name)
        if not isinstance(child, Module):
            return EMPTY, EMPTY
        if name not in self.drawn:
            with _path_in_errors(name):
                key = random.fold_in(self.key, name)
                self.drawn[name] = _STAND_IN.get()(child).init(key, x)
        return self.drawn[name]

    def __call__(self, name: str, x: Any, **options: Any) -> Any:
        params, state = self.draw(name, x)
        with _path_in_errors(name):
            return _applied(self.child(name), params, state, x, None, False, options)[0]

    def trees(self) -> tuple[Any, Any]:
        """The parameters and states of the children that have some, in the children's order."""
        if missing := [n for n, c in self.children.items() if self._undrawn(n, c)]:
            raise ValueError(
                f"{self.owner}: forward did not call {missing}, so their sizes are unknown; "
                "expected a call of every child. Call init(key) without x, with explicit sizes."
            )
        drawn = [(n, *self.drawn[n]) for n in self.children if n in self.drawn]
        return (
            FrozenDict({name: params for name, params, _ in drawn if params}),
            FrozenDict({name: state for name, _, state in drawn if state}),
        )

    def _undrawn(self, name: str, child: Any) -> bool:
        return isinstance(child, Module) and name not in self.drawn


class _Apply(_Run):
    """The run of `apply`: hands each child its entries, and collects the states that change."""

    def __init__(
        self, owner: str, children: Mapping[str, Any], params: Any, state: Any, key: Any, train: Any
    ) -> None:
        super().__init__(owner, children)
        self.params, self.state, self.key, self.train = params, state, key, train
        self.calls: dict[str, int] = {}
        self.changed: dict[str, Any] = {}
        self.returned = False
        if not (isinstance(params, dict) and isinstance(state, dict)):
            raise TypeError(
                f"{owner}: params and state are {type(params).__name__} and "
                f"{type(state).__name__}; expected dictionaries. Take both from init(key)."
            )

    def __call__(self, name: str, x: Any, **options: Any) -> Any:
        if self.returned:
            # A second run would draw other numbers, and start from the new state.
            raise RuntimeError(
                f"{self.owner}: forward calls {name!r} after it has returned, in a backward pass; "
                "expected calls before. Instead of fzero.checkpoint, have Remat(child) as a child."
            )
        child = self.child(name)
        before = self.changed.get(name, self.state.get(name, EMPTY))
        params = self.params.get(name, EMPTY)
        key = self._key(name) if isinstance(child, Module) else None
        run = partial(_applied, child, params, before, x, key, self.train, options)
        with _path_in_errors(name):
            y, after = _observed(name, child, params, run)
        if after is not before:
            self.changed[name] = after
        return y

    def _key(self, name: str) -> Any:
        """The key of this call; a child that is called again draws other numbers."""
        if self.key is None:
            return None
        count = self.calls.get(name, 0)
        self.calls[name] = count + 1
        key = random.fold_in(self.key, name)
        return random.fold_in(key, count) if count else key

    def new_state(self) -> Any:
        self.returned = True
        return FrozenDict({**self.state, **self.changed}) if self.changed else self.state


def _applied(
    child: Any, params: Any, state: Any, x: Any, key: Any, train: bool, options: Any
) -> tuple[Any, Any]:
    if isinstance(child, Module):
        return child.apply(params, state, x, key=key, train=train, **options)
    return child(x, **options), state


def _is_name(name: Any) -> bool:
    return isinstance(name, str) and name != "" and "/" not in name


def _is_layer(child: Any) -> bool:
    """A class is callable too, but one that was given in the place of a layer is a slip."""
    return isinstance(child, Module) or (callable(child) and not isinstance(child, type))


_AT = "in the layer at "


@contextmanager
def _path_in_errors(name: str) -> Iterator[None]:
    """Has an error say which child it comes from: the path grows on the way out."""
    try:
        yield
    except Exception as error:
        notes = getattr(error, "__notes__", [])
        if notes and notes[-1].startswith(_AT):
            notes[-1] = f"{_AT}{name}/{notes[-1].removeprefix(_AT)}"
        else:
            error.add_note(_AT + name)
        raise


# ------------------------------------------------------------------- observation, replacement

#: What is initialised in the place of a child.
_STAND_IN: ContextVar[Callable[[Module], Module]] = ContextVar(
    "fzero_nn_stand_in", default=lambda child: child
)


@contextmanager
def initialized_as(stand_in: Callable[[Module], Module]) -> Iterator[None]:
    """In this context, `init` of a composite initialises `stand_in(child)` for each child."""
    token = _STAND_IN.set(stand_in)
    try:
        yield
    finally:
        _STAND_IN.reset(token)


#: Who sees the children's outputs, and the path of the composite that runs, ending in "/".
_OBSERVER: ContextVar[tuple[Callable[..., Any], str] | None] = ContextVar(
    "fzero_nn_observer", default=None
)


@contextmanager
def observed(see: Callable[[str, Any, Any, Any], Any] | None) -> Iterator[None]:
    """In this context, `see(path, layer, params, y) -> y` is called for each child's output.

    `path` is the child's name within the outermost layer, such as `res2/a/conv1`. An inner context
    takes the place of an outer one; None observes nothing.
    """
    with _observer(None if see is None else (see, "")):
        yield


def is_observed() -> bool:
    """Whether this runs in a context of `observed`."""
    return _OBSERVER.get() is not None


@contextmanager
def _observer(value: tuple[Callable[..., Any], str] | None) -> Iterator[None]:
    token = _OBSERVER.set(value)
    try:
        yield
    finally:
        _OBSERVER.reset(token)


def _observed(name: str, child: Any, params: Any, run: Callable[[], tuple[Any, Any]]) -> Any:
    """What `run` returns, its output seen and perhaps replaced by the observer."""
    observer = _OBSERVER.get()
    if observer is None:
        return run()
    see, parent = observer
    with _observer((see, f"{parent}{name}/")):
        y, state = run()
    return see(parent + name, child, params, y), state
