"""The step of large arrays block by block.

An optimizer is some fifteen operations of arithmetic. On a large array each of them waits for the
memory. Where every number is moved by itself, all of them are done on one block while that lies in
the cache, and each array is read and written once.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

import fzero
from fzero.parallel import shared
from fzero.tree.freezing import frozen
from fzero.tree.treedef import TreeDef, flatten_up_to

from .apply import apply_updates
from .base import GradientTransformation, with_extra_args_support
from .donation import memory_like
from .kernels import Work
from .masking import MaskedNode
from .pieces import Frame, Pieces, is_plain
from .selection import Kernel, Selection, kernel_of, selection

__all__ = ["in_blocks", "is_large"]

#: Numbers in a block. A dozen temporaries of it fit in a cache, and smaller ones would keep several
#: threads waiting for Python's lock.
_BLOCK = 131072
#: Arrays of more numbers than this gain from blocks: by a kernel of a rule with two arrays of state
#: or more, such as Adam's, and by any other.
_LARGE, _LARGER = 2**19, 2**22
#: What all arrays have to be for a kernel: squares of float16 are not of float16.
_KERNEL_DTYPES = ({np.dtype(np.float32)}, {np.dtype(np.float64)})


def in_blocks(
    rule: GradientTransformation,
    grads: Any,
    state: Any,
    params: Any,
    given: Counter[int],
    extra: dict[str, Any],
) -> tuple[Any, Any] | None:
    """The new parameters and state; None where blocks gain nothing, or the plain way has to judge.

    Args:
        rule, grads, state, params, extra: as in `step`.
        given: the `uses` of all arrays where they are donated, else empty.
    """
    leaves, treedef = fzero.tree.flatten(params)
    try:
        gs = flatten_up_to(treedef, grads, "step", "grads")
        found = selection(rule, treedef.unflatten(gs))
        if found is None:
            return None
        select: Selection = lambda own: with_extra_args_support(found(own))
        frame = Frame.of(rule)
        whole = Pieces(frame, gs, frame.columns(state, treedef), leaves)
        large = [i for i in range(len(leaves)) if _gains(whole.cut([i]), select([i]))]
        dtypes = _probe(whole.cut(large), select(large), extra) if large else None
    except ValueError:  # trees that do not fit together, which `rule.update` names
        return None
    if dtypes is None:
        return None
    results = _results(whole.cut(large), dtypes, given)
    return _done(whole, select, large, results, treedef, extra)


def _done(
    whole: Pieces,
    select: Selection,
    large: list[int],
    results: Pieces,
    treedef: TreeDef,
    extra: dict[str, Any],
) -> tuple[Any, Any]:
    """The step; nothing is written to old memory before all that may be refused has run."""
    small = [i for i in range(len(whole.params)) if i not in large]
    others = _plainly(whole.cut(small), select(small), extra)
    jobs = [_Job.of(select([i]), whole.cut([i]), results.cut([k])) for k, i in enumerate(large)]
    _run(jobs, extra)
    order = np.argsort(small + large).tolist()
    every = others.joined(results).cut(order)
    return frozen(treedef, every.params), whole.frame.frozen_state(every.columns, treedef)


def is_large(x: Any) -> bool:
    """Whether an array may be large enough for blocks."""
    return _is_array(x, _LARGE)


def _is_array(x: Any, size: int) -> bool:
    return is_plain(x) and x.size > size and x.dtype.kind in "fc"


def _gains(leaf: Pieces, rule: GradientTransformation) -> bool:
    """Whether one leaf is large enough, and an array as are its gradient and its state."""
    kernel, trees = kernel_of(rule) is not None, sum(leaf.frame.trees)
    least = _LARGE if kernel and trees > 1 else _LARGER
    (p,) = leaf.params
    arrays = [x for (x,) in leaf.lists() if not isinstance(x, MaskedNode)]
    return all(_is_array(x, least) and x.shape == p.shape for x in arrays)


def _probe(large: Pieces, rule: Any, extra: dict[str, Any]) -> Pieces | None:
    """The step of the first number of each leaf; None where it is not one number to a number.

    What comes back has the dtypes of the results for arrays, and the state's new numbers. Here
    shows, too, whether hyperparameters are tracers, or arrays that only fit with a whole leaf.
    """
    first = large.raveled().block(slice(1))
    updates, columns = first.moved(rule, extra)
    new = first._replace(grads=updates, columns=columns)
    arrays = [x for xs in new.lists() for x in xs if not isinstance(x, MaskedNode)]
    if not all(is_plain(x) and x.shape == (1,) for x in arrays):
        return None
    sums = [np.result_type(p, u) for p, u in zip(first.params, updates, strict=True)]
    if not all(
        np.can_cast(s, p.dtype, "same_kind") for s, p in zip(sums, first.params, strict=True)
    ):
        return None
    return new.map(lambda xs: [getattr(x, "dtype", None) for x in xs])


def _results(large: Pieces, dtypes: Pieces, given: Counter[int]) -> Pieces:
    """Where the results of large leaves go; `dtypes` already has what is no array."""

    def like(dtypes: list[Any], old: list[Any]) -> list[Any]:
        rows = zip(dtypes, old, strict=True)
        return [memory_like(x, dtype, given) if is_plain(x) else x for dtype, x in rows]

    columns = large.frame.map(like, dtypes.columns, large.columns)
    return dtypes._replace(columns=columns, params=like(dtypes.params, large.params))


def _plainly(small: Pieces, rule: Any, extra: dict[str, Any]) -> Pieces:
    """The step of the other leaves, whole and together."""
    updates, columns = small.moved(rule, extra)
    params = apply_updates(small.params, updates)
    return small._replace(grads=updates, columns=columns, params=params)


class _Job(NamedTuple):
    """One large leaf: its rule, what goes in and where the results go, all raveled."""

    rule: GradientTransformation
    kernel: Kernel | None
    before: Pieces
    after: Pieces

    @classmethod
    def of(cls, rule: GradientTransformation, before: Pieces, after: Pieces) -> "_Job":
        """With the rule's kernel, where the arrays are of one dtype that it takes."""
        lists = [*before.lists(), *after.lists()]
        dtypes = {x.dtype for xs in lists for x in xs if is_plain(x)}
        simple = dtypes in _KERNEL_DTYPES
        return cls(rule, kernel_of(rule) if simple else None, before.raveled(), after.raveled())

    def blocks(self) -> list[tuple["_Job", slice]]:
        size = self.before.params[0].size
        return [(self, slice(start, start + _BLOCK)) for start in range(0, size, _BLOCK)]

    def move(self, part: slice, extra: dict[str, Any], works: dict[Any, Work]) -> None:
        """Move one block; the parameters are written last, as every part of a rule reads them."""
        before, after = self.before.block(part), self.after.block(part)
        if self.kernel is None:
            (update,), columns = before.moved(self.rule, extra)
            before.frame.map(_write, after.columns, columns)
        else:
            update = self._by_kernel(self.kernel, before, after, works)
        np.add(before.params[0], update, out=after.params[0], casting="same_kind")

    def _by_kernel(
        self, kernel: Kernel, before: Pieces, after: Pieces, works: dict[Any, Work]
    ) -> np.ndarray:
        (g,), (p,), frame = before.grads, before.params, before.frame
        if p.dtype not in works:
            works[p.dtype] = Work(*np.empty((2, _BLOCK), p.dtype))
        work = Work(*(x[: p.size] for x in works[p.dtype]))
        return kernel(g, p, frame.state(before.columns), frame.state(after.columns), work)


def _write(targets: list[Any], values: list[Any]) -> list[Any]:
    for target, value in zip(targets, values, strict=True):
        if is_plain(target):
            target[...] = value
    return targets


def _run(jobs: list[_Job], extra: dict[str, Any]) -> None:
    def work(items: Sequence[tuple[_Job, slice]]) -> None:
        works: dict[Any, Work] = {}
        for job, part in items:
            job.move(part, extra, works)

    shared(work, [block for job in jobs for block in job.blocks()])
