"""What every layer is: two pure functions, `init` and `apply`, and the sizes that they need.

    params, state = layer.init(key)
    y, state = layer.apply(params, state, x, key=key, train=True)

A layer is a frozen dataclass and holds no array. Parameters and state are FrozenDicts. What a layer
does not have is an empty one, and leaves no trace in the trees of a composite.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import fzero
from fzero import FrozenDict, random

__all__ = ["EMPTY", "Composite", "Module", "entries", "observed", "required_key", "size_from"]

#: The parameters or the state of a layer that has none.
EMPTY = FrozenDict()


class Module:
    """A layer. Subclasses are frozen dataclasses that define both methods."""

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
        """Draw parameters.

        Args:
            key: a key of `fzero.random`; the parameters come to its device.
            x: an example input, from which sizes that were left out are read. Only its shape and
                dtype matter.

        Returns:
            `(params, state)`, FrozenDicts.

        Raises:
            ValueError: a size was left out, and there is no `x` to read it from.
        """
        raise NotImplementedError

    def apply(
        self, params: Any, state: Any, x: Any, *, key: Any = None, train: bool = False
    ) -> tuple[Any, Any]:
        """Compute the output.

        Args:
            params, state: as from `init`.
            x: the input.
            key: a key of `fzero.random`, for layers that draw numbers in training.
            train: whether this is a training step, for dropout and batch statistics.

        Returns:
            `(y, state)`; the state is the very object that was given unless training changes it.

        Raises:
            ValueError: a shape that does not fit; no key where training needs one.
        """
        raise NotImplementedError


class Composite(Module):
    """A layer made of others, by name.

    Subclasses define `children`, and `forward`, which calls them by name. A child's parameters and
    state stand under its name; its key is `fold_in(key, name)`, so that a further child does not
    change what the others draw.
    """

    def children(self) -> Mapping[str, Any]:
        """The layers, or plain functions of an array, by name."""
        raise NotImplementedError

    def forward(self, call: Callable[..., Any], x: Any) -> Any:
        """The output, given `call(name, x)`, which applies a child."""
        raise NotImplementedError

    def init(self, key: Any, x: Any = None) -> tuple[Any, Any]:
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
            raise KeyError(
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

    def draw(self, name: str, x: Any) -> tuple[Any, Any]:
        child = self.child(name)
        if not isinstance(child, Module):
            return EMPTY, EMPTY
        if name not in self.drawn:
            self.drawn[name] = child.init(random.fold_in(self.key, name), x)
        return self.drawn[name]

    def __call__(self, name: str, x: Any, **options: Any) -> Any:
        params, state = self.draw(name, x)
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

    def __call__(self, name: str, x: Any, **options: Any) -> Any:
        child = self.child(name)
        before = self.changed.get(name, self.state.get(name, EMPTY))
        params = self.params.get(name, EMPTY)
        observer = _OBSERVER.get()
        if observer is None:
            y, after = _applied(child, params, before, x, self._key(name), self.train, options)
        else:
            with observer.inside(name):
                y, after = _applied(child, params, before, x, self._key(name), self.train, options)
                y = observer.see("/".join(observer.path), child, params, y)
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
        return FrozenDict({**self.state, **self.changed}) if self.changed else self.state


def _applied(
    child: Any, params: Any, state: Any, x: Any, key: Any, train: bool, options: Any
) -> tuple[Any, Any]:
    if isinstance(child, Module):
        return child.apply(params, state, x, key=key, train=train, **options)
    return child(x, **options), state


# -------------------------------------------------------------------------------- observation


class _Observer:
    """Sees the output of every child, and may replace it."""

    def __init__(self, see: Callable[[str, Any, Any, Any], Any]) -> None:
        self.see = see
        self.path: list[str] = []

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        self.path.append(name)
        try:
            yield
        finally:
            self.path.pop()


_OBSERVER: ContextVar[_Observer | None] = ContextVar("fzero_nn_observer", default=None)


@contextmanager
def observed(see: Callable[[str, Any, Any, Any], Any]) -> Iterator[None]:
    """In this context, `see(path, layer, params, y) -> y` is called for each child's output.

    `path` is the child's name within the outermost layer, such as `res2/a/conv1`.
    """
    token = _OBSERVER.set(_Observer(see))
    try:
        yield
    finally:
        _OBSERVER.reset(token)


# ---------------------------------------------------------------------------- what layers need


def entries(layer: str, tree: Any, *names: str) -> tuple[Any, ...]:
    """The entries of a layer's parameters or state.

    Raises:
        KeyError: one is missing.
    """
    if missing := [n for n in names if n not in tree]:
        raise KeyError(
            f"{layer}: params or state is without {missing}, with {sorted(map(str, tree))}; "
            f"expected {list(names)}. Take both from this layer's init(key)."
        )
    return tuple(tree[n] for n in names)


def required_key(layer: str, key: Any) -> Any:
    """`key`, which training needs here.

    Raises:
        ValueError: it is None.
    """
    if key is None:
        raise ValueError(
            f"{layer}: key is None with train=True; expected a key, since the layer draws numbers "
            "in training. Write apply(params, state, x, key=random.fold_in(key, step), train=True)."
        )
    return key


def size_from(layer: str, argument: str, size: int | None, x: Any, axis: int) -> int:
    """`size`, or if it was left out that of an axis of the example input.

    Raises:
        ValueError: there is neither.
    """
    if size is not None:
        return size
    if x is None:
        raise ValueError(
            f"{layer}: {argument} is None, and init was given no x; expected one of them. "
            f"Write {layer}({argument}=..., ...), or init(key, x) with an example input."
        )
    return x.shape[axis]
