"""Different updates for different parts of a tree, and none for some."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero.tree.treedef import flatten_up_to

from .base import (
    GradientTransformation,
    GradientTransformationExtraArgs,
    set_to_zero,
    with_extra_args_support,
)
from .kernels import kept
from .selection import Kernel, Selection, elementwise, joined, kernel_of, selection
from .tree.parameters import Placeholder

__all__ = [
    "MaskedNode",
    "MaskedState",
    "PartitionState",
    "freeze",
    "masked",
    "multi_transform",
    "partition",
    "selective_transform",
]


class MaskedState(NamedTuple):
    """The state of `masked`: that of the inner transformation, on a tree with holes."""

    inner_state: Any


class MaskedNode(NamedTuple):
    """Stands in a tree where a part was left out. It has no leaves."""


class PartitionState(NamedTuple):
    """The state of `partition`: label -> state."""

    inner_states: Any


def masked(
    inner: GradientTransformation, mask: Any | Callable[[Any], Any]
) -> GradientTransformationExtraArgs:
    """Apply a transformation to a part of the tree, and leave the rest as it is.

    The rest keeps its gradients: to freeze it, see `freeze` and `partition`.

    Args:
        inner: the transformation.
        mask: a tree of booleans, True for what is transformed, that is a prefix of the
            parameters; or a function of a tree like the parameters that returns one.

    Raises:
        ValueError: (from init and update) the mask is no prefix of the tree; paths are named.
        TypeError: (from init and update) the mask has leaves that are no booleans.

    Example:
        >>> from fzero_nn.optim import scale
        >>> t = masked(scale(-1.0), {"W": True, "b": False})
        >>> t.update({"W": 2.0, "b": 3.0}, t.init({"W": 0.0, "b": 0.0}))[0]
        FrozenDict({'W': -2.0, 'b': 3.0})
    """
    inner = with_extra_args_support(inner)

    def mask_of(tree: Any) -> Any:
        return _checked_mask(mask(tree) if callable(mask) else mask)

    def init(params: Any) -> MaskedState:
        whole = isinstance(params, Placeholder)
        part = params if whole else _with_holes("params", params, mask_of(params))
        return MaskedState(inner.init(part))

    def update(
        updates: Any, state: MaskedState, params: Any = None, **extra: Any
    ) -> tuple[Any, MaskedState]:
        chosen = mask_of(updates)
        kept = None if params is None else _with_holes("params", params, chosen)
        part = _with_holes("updates", updates, chosen)
        new, inner_state = inner.update(part, state.inner_state, kept, **extra)
        whole = fzero.tree.map(lambda m, n, old: n if m else old, chosen, new, updates)
        return fzero.freeze(whole), MaskedState(inner_state)

    def select(updates: Any) -> Selection | None:
        chosen = mask_of(updates)
        of = selection(inner, _with_holes("updates", updates, chosen))
        kept = fzero.tree.leaves(_with_holes("updates", _numbered(updates), chosen))
        places: dict[int | None, int] = {number: place for place, number in enumerate(kept)}

        def some(leaves: Sequence[int | None]) -> GradientTransformationExtraArgs:
            assert of is not None
            part = of([places.get(i) for i in leaves])
            return masked(part, [i in places for i in leaves])

        return None if of is None else some

    return elementwise(GradientTransformationExtraArgs(init, update), select, _kernel(inner, mask))


def _kernel(inner: GradientTransformation, mask: Any) -> Kernel | None:
    """The kernel for a list of one array."""
    run = kernel_of(inner)
    if not isinstance(mask, list) or len(mask) != 1 or run is None:
        return None
    if not mask[0]:
        return kept
    return lambda g, p, old, new, work: run(g, p, old.inner_state, new.inner_state, work)


def _numbered(tree: Any) -> Any:
    """The tree with the number of each leaf in its place."""
    treedef = fzero.tree.structure(tree)
    return treedef.unflatten(range(treedef.num_leaves))


def _with_holes(argument: str, tree: Any, mask: Any) -> Any:
    """The tree with a hole wherever the mask is False."""
    chosen, treedef = fzero.tree.flatten(mask)
    parts = flatten_up_to(treedef, tree, "masked", argument)
    kept = [part if m else MaskedNode() for m, part in zip(chosen, parts, strict=True)]
    return fzero.tree.unflatten(treedef, kept)


def _checked_mask(mask: Any) -> Any:
    wrong = [
        f"mask{fzero.tree.keystr(path)} is {m!r}"
        for path, m in fzero.tree.leaves_with_path(mask)
        if not isinstance(m, (bool, np.bool_))
    ]
    if wrong:
        raise TypeError(
            f"masked: {', '.join(wrong)}; expected booleans. "
            "Build the mask with fzero.tree.map or map_with_path from the parameters."
        )
    return mask


def partition(
    transforms: Mapping[Hashable, GradientTransformation],
    param_labels: Any | Callable[[Any], Any],
) -> GradientTransformationExtraArgs:
    """Give each part of the tree a transformation of its own, by labels.

    Args:
        transforms: label -> transformation; `set_to_zero()` freezes.
        param_labels: a tree of labels that is a prefix of the parameters, or a function of a tree
            like the parameters that returns one.

    Raises:
        ValueError: (from init and update) a label without a transformation; the labels are no
            prefix of the tree; paths are named.

    Example:
        >>> from fzero_nn.optim import scale
        >>> t = partition({"fast": scale(-1.0), "not": set_to_zero()}, {"W": "fast", "b": "not"})
        >>> t.update({"W": 2.0, "b": 3.0}, t.init({"W": 0.0, "b": 0.0}))[0]
        FrozenDict({'W': -2.0, 'b': array(0.)})
    """

    def parts(tree: Any) -> dict[Hashable, GradientTransformationExtraArgs]:
        labels = param_labels(tree) if callable(param_labels) else param_labels
        _check_labels(labels, transforms)
        return {
            label: masked(t, fzero.tree.map(lambda x, label=label: x == label, labels))
            for label, t in transforms.items()
        }

    def init(params: Any) -> PartitionState:
        if isinstance(params, Placeholder):  # which labels cannot be told of
            of_part = {label: masked(t, True) for label, t in transforms.items()}
        else:
            of_part = parts(params)
        states = {label: t.init(params) for label, t in of_part.items()}
        return PartitionState(fzero.FrozenDict(states))

    return _of_parts(init, parts)


def _of_parts(
    init: Callable[[Any], PartitionState],
    parts: Callable[[Any], dict[Hashable, GradientTransformationExtraArgs]],
) -> GradientTransformationExtraArgs:
    """The transformation of disjoint parts; `parts` finds them in a tree of gradients."""

    def update(
        updates: Any, state: PartitionState, params: Any = None, **extra: Any
    ) -> tuple[Any, PartitionState]:
        states = {}
        # The parts are disjoint, so the order does not matter.
        for label, t in parts(updates).items():
            inner = state.inner_states[label]
            updates, states[label] = t.update(updates, inner, params, **extra)
        return updates, PartitionState(fzero.FrozenDict(states))

    def select(updates: Any) -> Selection | None:
        found = parts(updates)

        def join(some: list[Any]) -> GradientTransformationExtraArgs:
            return _of_parts(init, lambda tree: dict(zip(found, some, strict=True)))

        return joined(list(found.values()), join)(updates)

    return elementwise(GradientTransformationExtraArgs(init, update), select)


#: The older name of `partition`.
multi_transform = partition


def _check_labels(labels: Any, transforms: Mapping[Hashable, Any]) -> None:
    unknown = [
        f"labels{fzero.tree.keystr(path)} is {label!r}"
        for path, label in fzero.tree.leaves_with_path(labels)
        if label not in transforms
    ]
    if unknown:
        raise ValueError(
            f"partition: {', '.join(unknown)}; expected one of {list(transforms)}. "
            "Add a transformation for it, such as set_to_zero()."
        )


def freeze(mask: Any) -> GradientTransformationExtraArgs:
    """Set the updates of a part of the tree to zero. It goes last in a chain.

    Args:
        mask: a tree of booleans, True for what is frozen, or a function, as in `masked`.

    Example:
        >>> t = freeze({"W": True, "b": False})
        >>> t.update({"W": 2.0, "b": 3.0}, t.init({"W": 0.0, "b": 0.0}))[0]
        FrozenDict({'W': array(0.), 'b': 3.0})
    """
    return masked(set_to_zero(), mask)


def selective_transform(
    optimizer: GradientTransformation, *, freeze_mask: Any
) -> GradientTransformationExtraArgs:
    """Optimize a part of the tree, and keep no state for the frozen rest.

    Args:
        optimizer: for what is not frozen.
        freeze_mask: a tree of booleans, True for what is frozen, that is a prefix of the
            parameters; or a function of a tree like the parameters that returns one.

    Example:
        >>> from fzero_nn.optim import sgd
        >>> t = selective_transform(sgd(0.5), freeze_mask={"W": True, "b": False})
        >>> t.update({"W": 2.0, "b": 3.0}, t.init({"W": 0.0, "b": 0.0}))[0]
        FrozenDict({'W': array(0.), 'b': -1.5})
    """

    def labels(tree: Any) -> Any:
        mask = freeze_mask(tree) if callable(freeze_mask) else freeze_mask
        return fzero.tree.map(lambda m: "freeze" if m else "train", _checked_mask(mask))

    return partition({"train": optimizer, "freeze": set_to_zero()}, labels)
