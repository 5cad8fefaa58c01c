"""The hottest transformations of blocks, without temporaries.

Each does the operations of its transformation, in their order, on NumPy arrays of one dtype: the
numbers are the same to the last bit. The state of a block has lists of one array in place of
trees, as in `optim.pieces`.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from .moments import as_dtype
from .selection import Kernel, kernel_of

__all__ = ["Work", "adam", "decayed", "in_turn", "kept", "scaled", "scheduled", "trace"]


class Work(NamedTuple):
    """Memory for one block.

    Attributes:
        update: where a kernel puts its update; the gradient that it gets may be there, too.
        spare: overwritten by each kernel.
    """

    update: np.ndarray
    spare: np.ndarray


def in_turn(parts: Sequence[Any]) -> Kernel | None:
    """The kernel of a chain, None where a part has none."""
    kernels = [kernel for part in parts if (kernel := kernel_of(part)) is not None]
    if len(kernels) < len(parts):
        return None

    def run(g: Any, p: Any, old: Any, new: Any, work: Work) -> Any:
        for kernel, before, after in zip(kernels, old, new, strict=True):
            g = kernel(g, p, before, after, work)
        return g

    return run


def kept(g: Any, p: Any, old: Any, new: Any, work: Work) -> Any:
    """The kernel of `identity`."""
    return g


def scaled(step_size: Any) -> Kernel:
    """The kernel of `scale`."""
    return lambda g, p, old, new, work: np.multiply(g, as_dtype(step_size, g), out=work.update)


def scheduled(step_size_fn: Any) -> Kernel:
    """The kernel of `scale_by_schedule`."""

    def run(g: Any, p: Any, old: Any, new: Any, work: Work) -> Any:
        return np.multiply(g, as_dtype(step_size_fn(old.count), g), out=work.update)

    return run


def decayed(weight_decay: Any) -> Kernel:
    """The kernel of `add_decayed_weights`."""

    def run(g: Any, p: Any, old: Any, new: Any, work: Work) -> Any:
        rate = weight_decay(old.count) if callable(weight_decay) else weight_decay
        np.multiply(p, as_dtype(rate, p), out=work.spare)
        return np.add(g, work.spare, out=work.update)

    return run


def trace(decay: Any, nesterov: bool) -> Kernel:
    """The kernel of `trace`."""

    def run(g: Any, p: Any, old: Any, new: Any, work: Work) -> Any:
        (before,), (after,) = old.trace, new.trace
        np.multiply(before, as_dtype(decay, before), out=work.spare)
        np.add(g, work.spare, out=after)
        if not nesterov:
            return after
        np.multiply(after, as_dtype(decay, after), out=work.spare)
        return np.add(g, work.spare, out=work.update)

    return run


def adam(b1: Any, b2: Any, eps: Any, eps_root: Any) -> Kernel | None:
    """The kernel of `scale_by_adam`, None where a number has a dtype, to which others promote."""
    if any(x.__class__ not in (int, float) for x in (b1, b2, eps, eps_root)):
        return None

    def moments(g: Any, old: Any, new: Any, spare: np.ndarray) -> None:
        (m,), (v,), (new_m,), (new_v,) = old.mu, old.nu, new.mu, new.nu
        np.multiply(m, b1, out=new_m)
        np.add(new_m, np.multiply(g, 1 - b1, out=spare), out=new_m)
        np.multiply(g, g, out=spare)
        np.multiply(spare, 1 - b2, out=spare)
        np.multiply(v, b2, out=new_v)
        np.add(new_v, spare, out=new_v)

    def run(g: Any, p: Any, old: Any, new: Any, work: Work) -> Any:
        moments(g, old, new, work.spare)
        count, (m,), (v,), (update, root) = old.count + 1, new.mu, new.nu, work
        np.divide(v, as_dtype(1 - b2**count, v), out=root)
        np.sqrt(np.add(root, eps_root, out=root) if eps_root else root, out=root)
        np.add(root, eps, out=root)
        np.divide(m, as_dtype(1 - b1**count, m), out=update)
        return np.divide(update, root, out=update)

    return run
