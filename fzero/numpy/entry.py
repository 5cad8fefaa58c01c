"""How the names of this namespace are made: NumPy's own function on arrays, ours on tracers.

A function here is written for tracers and for arrays of other libraries, in terms of primitives.
On NumPy arrays, numbers and lists of them NumPy's function runs instead, so that the value, the
dtype and the speed are NumPy's.
"""

import functools
import operator
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from ..array import FUNCTIONS
from ..backend import HOST, array_namespace, device, is_array, to_device
from ..core import Tracer, coerce, concrete
from ..dtypes import dtype_of, shape_of
from ..placement import device_put
from ..shaping import axis_of, op

__all__ = [
    "asked_axes",
    "asked_axis",
    "concrete_array",
    "floating",
    "for_tracers",
    "foreign",
    "from_host",
    "host_value",
    "like_numpy",
    "named",
    "operands",
    "placed",
    "refuse_out",
    "whole",
]

F = TypeVar("F", bound=Callable[..., Any])


def foreign(x: Any) -> bool:
    """Whether NumPy cannot take `x`: a tracer, another library's array, or a list with one."""
    kind = type(x)
    if kind in HOST:
        return False
    if kind is list or kind is tuple:
        return not HOST.issuperset(map(type, x)) and any(map(foreign, x))
    return isinstance(x, Tracer) or (is_array(x) and not isinstance(x, np.ndarray))


def find(path: str) -> Any:
    """NumPy's function `path` ("sum", "linalg.norm"), None where this NumPy is too old for it."""
    found: Any = np
    for part in path.split("."):
        found = getattr(found, part, None)
    return found


def like_numpy(*paths: str) -> Callable[[F], F]:
    """Make a function for tracers the rule of the NumPy functions at `paths`.

    The result runs the first of them where no argument is foreign; all of them, called on a
    tracer, run the decorated function.
    """

    def decorate(ours: F) -> F:
        found = [f for f in map(find, paths) if f is not None]
        FUNCTIONS.update(dict.fromkeys(found, ours))
        theirs = found[0] if found else ours

        @functools.wraps(ours)
        def call(*args: Any, **kwargs: Any) -> Any:
            for a in args:
                kind = type(a)
                if kind in HOST:
                    continue
                if kind is tuple or kind is list:  # a shape, or arrays to join: the usual ones
                    for v in a:
                        if type(v) not in HOST:
                            break
                    else:
                        continue
                if foreign(a):
                    return ours(*args, **kwargs)
            if kwargs:
                for a in kwargs.values():
                    if type(a) not in HOST and foreign(a):
                        return ours(*args, **kwargs)
            return theirs(*args, **kwargs)

        return _along(call, theirs) if _reduces(ours) else call  # type: ignore[return-value]

    return decorate


def _reduces(function: Any) -> bool:
    """Whether the parameters are those of a reduction: (a, axis=None, ...)."""
    code, defaults = function.__code__, function.__defaults__ or (0,)
    first = code.co_varnames[:2] == ("a", "axis") and code.co_argcount == len(defaults) + 1
    return first and defaults[0] is None


def _along(general: Callable[..., Any], theirs: Callable[..., Any]) -> Callable[..., Any]:
    """`general` with a short way for its usual call: an array and perhaps one axis."""

    @functools.wraps(general)
    def call(a: Any, axis: Any = None, *rest: Any, **kwargs: Any) -> Any:
        if type(a) in HOST and type(axis) in HOST and not rest and not kwargs:
            return theirs(a) if axis is None else theirs(a, axis)
        return general(a, axis, *rest, **kwargs)

    return call


def named(ours: F, name: str, doc: str, *paths: str) -> F:
    """A function that a factory made, under its name, as the rule of NumPy's at `paths`."""
    ours.__name__ = ours.__qualname__ = name
    ours.__doc__ = doc
    return like_numpy(*(paths or (name,)))(ours)


def for_tracers(function: Callable[..., Any]) -> Callable[..., Any]:
    """The rule behind a public function, which does not look for NumPy's own first."""
    return getattr(function, "__wrapped__", function)


def operands(*xs: Any) -> list[Any]:
    """Arguments as operands: lists (also of tracers) become arrays, beside the other arrays."""
    values = [coerce(x) for x in xs]
    lists = [isinstance(x, (list, tuple)) for x in xs]
    if not any(lists) or all(lists):
        return values
    own = [v for v, made in zip(values, lists, strict=True) if not made]
    return [from_host(v, *own) if made else v for v, made in zip(values, lists, strict=True)]


def floating(x: Any) -> Any:
    """An operand, booleans and integers as float64."""
    x = coerce(x)
    return op("astype")(x, dtype=np.dtype(float)) if dtype_of(x).kind in "biu" else x


def from_host(value: Any, *like: Any) -> Any:
    """A NumPy array or a number moved to the library of the arrays inside `like`."""
    xp = array_namespace(*like)
    return value if xp is np or type(value) not in HOST else xp.asarray(value)


def placed(x: Any, where: Any) -> Any:
    """`x` on the device `where`; there already, or without one given, itself."""
    return x if where is None or str(device(x)) == str(where) else device_put(x, where)


def concrete_array(x: Any, name: str) -> Any:
    """The plain array inside `x`, for results that depend on the values in shape.

    Raises:
        BatchedValueError: under `vmap` there is one per row.
    """
    return coerce(concrete(coerce(x), name))


def host_value(x: Any, name: str) -> np.ndarray:
    """The plain value of a static argument (counts, positions, widths) as a NumPy array."""
    return np.asarray(to_device(concrete_array(x, name), "cpu"))


def whole(x: Any, name: str) -> int:
    """A static argument that is one integer, or the plain integer inside a tracer."""
    if type(x) is int:
        return x
    x = concrete(x, name)
    try:
        return operator.index(x)
    except TypeError:
        raise TypeError(
            f"{name}: a size or an axis is {x!r}; expected an integer. Convert it with int()."
        ) from None


def refuse_out(name: str, out: Any) -> None:
    """Raise where `out=` is given: nothing changes in place under a transform."""
    if any(o is not None for o in (out if isinstance(out, tuple) else (out,))):
        raise TypeError(
            f"{name}: out= is given with a tracer; expected no change in place. "
            f"Write y = {name}(...) without out, or fzero.at(y, index).set(...)."
        )


def asked_axis(name: str, x: Any, axis: Any) -> int:
    """One axis of `x` counted from the front."""
    rank = len(shape_of(x))
    axis = whole(axis, f"{name}: axis")
    if not -rank <= axis < rank:
        raise np.exceptions.AxisError(
            f"{name}: axis is {axis} for an array of shape {shape_of(x)}; expected "
            f"-{rank} <= axis < {rank}. Use axis=-1 for the last, or expand_dims to add one."
        )
    return axis_of(rank, axis)


def asked_axes(name: str, x: Any, axis: Any) -> tuple[int, ...]:
    """NumPy's `axis` (None, one or several) as axes of `x` counted from the front."""
    if axis is None:
        return tuple(range(len(shape_of(x))))
    several = isinstance(axis, (tuple, list))
    axes = tuple(asked_axis(name, x, a) for a in (axis if several else (axis,)))
    if len(set(axes)) != len(axes):
        raise ValueError(f"{name}: axis is {axis}; expected each axis once. Drop the repeated one.")
    return axes
