"""The arithmetic of decaying means of arrays, and in which dtypes they are kept.

What is kept has the dtype of the parameter, with one exception: squares are kept in float32 where
the parameter is float16, whose smallest number, 6e-8, is the square of a gradient of 2e-4.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero
import fzero.numpy as fnp
from fzero.dtypes import shape_of
from fzero.tree.freezing import frozen
from fzero.tree.treedef import flatten_up_to

__all__ = [
    "abs_square",
    "as_dtype",
    "as_float_dtype",
    "check_decay",
    "copied",
    "corrected",
    "frozen_map",
    "frozen_maps",
    "lookahead_mean",
    "mix",
    "squares_like",
    "widened",
]


def as_dtype(x: Any, like: Any) -> Any:
    """`x` in the dtype of `like`: a float64 number must not turn float32 parameters to float64."""
    if x.__class__ is float:
        return x
    if isinstance(x, np.ndarray) and x.ndim == 0:
        x = x[()]  # a scalar goes with arrays of every library
    dtype = getattr(like, "dtype", None)
    return x if dtype is None or getattr(x, "dtype", dtype) == dtype else x.astype(dtype)


def as_float_dtype(x: Any, like: Any) -> Any:
    """`as_dtype`, unless `like` is of integers, to which it would round."""
    return as_dtype(x, like) if getattr(like, "dtype", np.dtype(float)).kind in "fc" else x


def frozen_map(f: Callable[..., Any], tree: Any, *rest: Any) -> Any:
    """`fzero.tree.map`, frozen, in one walk."""
    first, treedef = fzero.tree.flatten(tree)
    others = [flatten_up_to(treedef, r, "update", "the state or params") for r in rest]
    return frozen(treedef, [f(*xs) for xs in zip(first, *others, strict=True)])


def frozen_maps(
    count: int, f: Callable[..., tuple[Any, ...]], tree: Any, *rest: Any
) -> tuple[Any, ...]:
    """So many frozen trees in one walk: `f` returns a leaf for each of them."""
    first, treedef = fzero.tree.flatten(tree)
    others = [flatten_up_to(treedef, r, "update", "the state or params") for r in rest]
    rows = [f(*xs) for xs in zip(first, *others, strict=True)]
    return tuple(frozen(treedef, [row[i] for row in rows]) for i in range(count))


def squares_like(params: Any, value: Any = 0.0) -> Any:
    """A number in the shapes of the parameters, in dtypes for squares of gradients."""
    return frozen_map(lambda p: fnp.full_like(abs_square(p), value), params)


def copied(tree: Any) -> Any:
    """A frozen copy, which does not change when the caller writes to the arrays of the tree."""
    return frozen_map(fnp.copy, tree)


def widened(x: Any) -> Any:
    """`x`, in float32 where it is float16."""
    return x.astype(np.float32) if getattr(x, "dtype", None) == np.float16 else x


def abs_square(x: Any) -> Any:
    """|x|^2: real, and in float32 where x is float16."""
    x = widened(x)
    return fnp.real(x * fnp.conj(x)) if fnp.iscomplexobj(x) else x * x


def mix(decay: Any, old: Any, new: Any) -> Any:
    """decay * old + (1 - decay) * new, both of one shape."""
    if shape_of(old) != shape_of(new):
        raise ValueError(
            f"update: the state has shape {shape_of(old)} for an update of {shape_of(new)}; "
            "expected one shape. Take the state from this optimizer's init(params)."
        )
    return as_dtype(decay, old) * old + as_dtype(1 - decay, new) * new


def corrected(mean: Any, decay: Any, count: Any) -> Any:
    """A mean of `count` values that started from zero, without its bias: m / (1 - decay^count)."""
    return mean / as_dtype(1 - decay**count, mean)


def lookahead_mean(g: Any, mean: Any, decay: Any, count: Any) -> Any:
    """The corrected mean one step ahead, if the next gradient were g again."""
    ahead = corrected(mean, decay, count + 1)
    return mix(decay, ahead, corrected(g, decay, count))


def check_decay(function: str, argument: str, value: Any) -> None:
    """Check 0 <= value < 1, where the value is a number of the host.

    Raises:
        ValueError: it is out of range.
    """
    if isinstance(value, (int, float, np.number)) and not 0 <= value < 1:
        raise ValueError(
            f"{function}: {argument} is {value}; expected 0 <= {argument} < 1. "
            "Leave it out for the usual value, or write 0.9."
        )
