"""A whole step of an optimizer: update and apply_updates in one."""

from collections import Counter
from typing import Any

import fzero

from .apply import apply_updates
from .base import GradientTransformation, chain, with_extra_args_support
from .blocks import in_blocks, is_large
from .donation import uses
from .selection import parts_of, selection

__all__ = ["step"]


def step(
    rule: GradientTransformation,
    grads: Any,
    state: Any,
    params: Any,
    *,
    donate: bool = False,
    **extra: Any,
) -> tuple[Any, Any]:
    """Take a step: `rule.update`, then `apply_updates`, with the same result and in less time.

    Args:
        rule: an optimizer.
        grads: the gradients, a pytree of the structure of `params`.
        state: of the optimizer.
        params: the parameters.
        donate: whether `state` and `params` are given away, so that their memory serves for the
            result. Use neither of them afterwards: their arrays may hold the new values, as may
            those of any tree that shares their leaves. Memory that no earlier step has made, or
            that somebody sees through another view, is left alone.
        **extra: what `rule.update` takes further, such as value=loss.

    Returns:
        `(params, state)`, new and frozen.

    Raises:
        ValueError: as `rule.update` and `apply_updates` do.

    Cost: large NumPy arrays go through the cache in blocks, in `fzero.config.threads()` threads,
    where the rule moves each number by itself, as `adam` and most do, or is a chain that ends so,
    as after `clip_by_global_norm`. Tracers and arrays on a GPU take the plain way.

    Example:
        >>> import numpy as np
        >>> from fzero_nn.optim import sgd
        >>> rule, params = sgd(0.5), {"w": np.array([3.0])}
        >>> step(rule, {"w": np.array([2.0])}, rule.init(params), params)[0]
        FrozenDict({'w': array([2.])})
    """
    rule = with_extra_args_support(rule)
    if not any(is_large(p) for p in fzero.tree.leaves(params)):
        return _plainly(rule, grads, state, params, extra)
    parts = parts_of(rule)
    first = _number_of_others(parts, params)
    if not 0 < first < len(parts) or len(state) != len(parts):
        return _quickly(rule, grads, state, params, donate, extra)
    head, tail = chain(*parts[:first]), chain(*parts[first:])
    grads, kept = head.update(grads, state[:first], params, **extra)
    params, new = _quickly(tail, grads, state[first:], params, donate, extra, kept)
    return params, (*kept, *new)


def _plainly(
    rule: GradientTransformation, grads: Any, state: Any, params: Any, extra: dict[str, Any]
) -> tuple[Any, Any]:
    updates, state = rule.update(grads, state, params, **extra)
    return apply_updates(params, updates), state


def _number_of_others(parts: list[GradientTransformation], params: Any) -> int:
    """How many parts of a chain come before the last ones that move each number alone."""
    alone = [selection(part, params) is not None for part in parts]
    return len(alone) - next((i for i, yes in enumerate(alone[::-1]) if not yes), len(alone))


def _quickly(
    rule: GradientTransformation,
    grads: Any,
    state: Any,
    params: Any,
    donate: bool,
    extra: dict[str, Any],
    kept: Any = (),
) -> tuple[Any, Any]:
    """The step in blocks, if that gains; `kept` may hold arrays of the parameters, too."""
    everything = params, state, grads, extra, kept
    given = uses(fzero.tree.leaves(everything)) if donate else Counter()
    done = in_blocks(rule, grads, state, params, given, extra)
    return _plainly(rule, grads, state, params, extra) if done is None else done
