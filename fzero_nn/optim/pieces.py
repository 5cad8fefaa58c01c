"""What a step works on, taken apart: some leaves of the trees, or blocks of them.

Some leaves are a list in place of a tree, of the gradients, of the parameters, and wherever the
state keeps a tree like theirs.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero.tree.freezing import frozen
from fzero.tree.treedef import TreeDef, flatten_up_to

from .base import GradientTransformation
from .tree.parameters import Placeholder

__all__ = ["Frame", "Pieces", "is_plain"]


def is_plain(x: Any) -> bool:
    """Whether `x` is an array of NumPy itself: no tracer, no hole, no kind of its own."""
    return x.__class__ is np.ndarray


class Frame(NamedTuple):
    """Where the states of a rule keep trees like the parameters.

    A state is a list of columns: such a tree is the list of its leaves, with what `masked` puts
    where it leaves one out; any other leaf, such as a count, is itself.
    """

    structure: TreeDef
    trees: list[bool]

    @classmethod
    def of(cls, rule: GradientTransformation) -> "Frame":
        """The frame of the states that `rule.init` makes."""

        def is_tree(x: Any) -> bool:
            return isinstance(x, Placeholder)

        marks, structure = fzero.tree.flatten(rule.init(Placeholder()), is_leaf=is_tree)
        return cls(structure, [is_tree(mark) for mark in marks])

    def columns(self, state: Any, treedef: TreeDef) -> list[Any]:
        """The columns of a state over a tree of this structure.

        Raises:
            ValueError: it is another rule's state, or one of another tree.
        """
        values = flatten_up_to(self.structure, state, "step", "state")
        return self.map(lambda tree: flatten_up_to(treedef, tree, "step", "state"), values)

    def state(self, columns: list[Any]) -> Any:
        """The state with these columns, lists in place of trees."""
        return self.structure.unflatten(columns)

    def frozen_state(self, columns: list[Any], treedef: TreeDef) -> Any:
        """The state with these columns, as frozen trees of the given structure."""
        return self.state(self.map(lambda c: frozen(treedef, c), columns))

    def map(self, f: Callable[..., Any], columns: list[Any], *rest: list[Any]) -> list[Any]:
        """The columns with `f` of each that is a list; the others as they are."""
        rows = zip(self.trees, columns, *rest, strict=True)
        return [f(*cs) if tree else cs[0] for tree, *cs in rows]


class Pieces(NamedTuple):
    """Lists of arrays that one update moves together, and the columns of the state."""

    frame: Frame
    grads: list[Any]
    columns: list[Any]
    params: list[Any]

    def map(self, f: Callable[[list[Any]], list[Any]]) -> "Pieces":
        """`f` of each of the lists."""
        columns = self.frame.map(f, self.columns)
        return self._replace(grads=f(self.grads), columns=columns, params=f(self.params))

    def lists(self) -> list[list[Any]]:
        """All lists of arrays or holes."""
        kept = [c for tree, c in zip(self.frame.trees, self.columns, strict=True) if tree]
        return [self.grads, self.params, *kept]

    def joined(self, other: "Pieces") -> "Pieces":
        """These leaves, then the others; what is no list is that of these."""
        columns = self.frame.map(operator.add, self.columns, other.columns)
        return Pieces(self.frame, self.grads + other.grads, columns, self.params + other.params)

    def cut(self, leaves: Sequence[int]) -> "Pieces":
        """Some of the leaves."""
        return self.map(lambda xs: [xs[i] for i in leaves])

    def raveled(self) -> "Pieces":
        """Each array as one row of numbers."""
        return self.map(lambda xs: [x.reshape(-1) if is_plain(x) else x for x in xs])

    def block(self, part: slice) -> "Pieces":
        """A part of each array, of those that are raveled."""
        return self.map(lambda xs: [x[part] if is_plain(x) else x for x in xs])

    def moved(self, rule: Any, extra: dict[str, Any]) -> tuple[list[Any], list[Any]]:
        """The updates and the new columns, by the rule of these leaves."""
        row = fzero.tree.structure([0] * len(self.params))
        state = self.frame.state(self.columns)
        updates, new = rule.update(self.grads, state, self.params, **extra)
        return updates, self.frame.columns(new, row)
