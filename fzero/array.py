"""What makes a tracer behave as a NumPy array: operators, indexing, conversion and protocols.

The methods (`x.sum()`, `x.reshape(...)`) and the functions behind `numpy.<name>(tracer)` are those
of `fzero.numpy`, which registers them here.
"""

import math
import opcode
import operator
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .backend import HOST
from .core import REGISTRY, Tracer, coerce, concrete, innermost, splits, traces_of, user_line
from .dtypes import shape_of
from .errors import AssignmentError
from .ops import elementwise as el
from .ops import indexing, products
from .shaping import op

__all__ = ["FUNCTIONS", "UFUNCS", "attach_methods", "value"]

#: NumPy's ufuncs that are primitives as they stand.
_DIRECT = {
    ufunc: REGISTRY[ufunc.__name__]
    for ufunc in vars(np).values()
    if isinstance(ufunc, np.ufunc) and ufunc.__name__ in REGISTRY
}
#: Name of a NumPy or CuPy ufunc -> our function.
UFUNCS: dict[str, Callable[..., Any]] = {p.name: p.call for p in _DIRECT.values()}
#: NumPy function (or its name, for CuPy's) -> our function.
FUNCTIONS: dict[Any, Callable[..., Any]] = {}

_BINARY = {
    "add": el.add,
    "sub": el.subtract,
    "mul": el.multiply,
    "truediv": el.divide,
    "floordiv": el.floor_divide,
    "mod": el.remainder,
    "pow": el.power,
    "matmul": products.matmul,
    "and": el.bitwise_and,
    "or": el.bitwise_or,
    "xor": el.bitwise_xor,
    "lshift": el.left_shift,
    "rshift": el.right_shift,
}
_COMPARE = {
    "eq": el.equal,
    "ne": el.not_equal,
    "lt": el.less,
    "le": el.less_equal,
    "gt": el.greater,
    "ge": el.greater_equal,
}
_UNARY = {
    "neg": el.negative,
    "pos": el.positive,
    "abs": el.absolute,
    "invert": el.invert,
}


def _chain(first: tuple[int, ...], second: tuple[int, ...]) -> bool:
    """Whether the last two axes of stacks of matrices fit together."""
    return len(first) > 1 and len(second) > 1 and first[-1] == second[-2]


def _operand_error(name: str, x: Any, y: Any, error: Exception) -> Exception | None:
    """A failed operator in the caller's terms, as inside the transform; None to leave the error."""
    if x is None or y is None:
        return TypeError(
            f"{name}: an operand is None; expected arrays or numbers. "
            "Look for a function that lacks its return, or an argument that was left out."
        )
    texts = [v for v in (x, y) if getattr(getattr(v, "dtype", None), "kind", "f") not in "biufc"]
    if texts:
        return TypeError(
            f"{name}: an operand has dtype {texts[0].dtype}; expected numbers. "
            "Convert it with x.astype(float)."
        )
    if type(error) is not ValueError or str(error).startswith("fzero:"):
        return None
    shapes = shape_of(coerce(x)), shape_of(coerce(y))
    if name == "matmul" and _chain(*shapes):
        return ValueError(
            f"matmul: operands are of shapes {shapes[0]} and {shapes[1]}; expected leading axes "
            "that broadcast. Add an axis with x[:, None], or use einsum."
        )
    if name == "matmul":
        return ValueError(
            f"matmul: operands are of shapes {shapes[0]} and {shapes[1]}; expected the last axis "
            "of the first as long as the last but one of the second. Transpose one, as in x @ y.T."
        )
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        return ValueError(
            f"{name}: operands are of shapes {shapes[0]} and {shapes[1]}; expected shapes that "
            "broadcast. Add an axis with x[:, None], or reshape one."
        )
    return None


def _infix(function: Callable[..., Any]) -> tuple[Callable[..., Any], Callable[..., Any]]:
    prim = function.primitive  # type: ignore[attr-defined]
    dispatch = prim.dispatch

    def forward(self: Tracer, other: Any) -> Any:
        try:
            if type(other) in HOST or (type(other) is type(self) and other._trace is self._trace):
                if not splits.active:
                    return self._trace.binary(prim, self, other)
            return dispatch((self, other), {})
        except (TypeError, ValueError) as error:
            if better := _operand_error(prim.name, self, other, error):
                raise better from error
            raise

    def reflected(self: Tracer, other: Any) -> Any:
        try:
            if type(other) in HOST and not splits.active:
                return self._trace.binary(prim, other, self)
            return dispatch((other, self), {})
        except (TypeError, ValueError) as error:
            if better := _operand_error(prim.name, other, self, error):
                raise better from error
            raise

    return forward, reflected


def _attach_operators() -> None:
    for name, function in _BINARY.items():
        forward, reflected = _infix(function)
        setattr(Tracer, f"__{name}__", forward)
        setattr(Tracer, f"__r{name}__", reflected)
    for name, function in _COMPARE.items():
        setattr(Tracer, f"__{name}__", _infix(function)[0])
    for name, function in _UNARY.items():
        setattr(Tracer, f"__{name}__", lambda self, f=function: f(self))


#: The instruction of `array[index] = value`.
_STORE = opcode.opmap["STORE_SUBSCR"]


def _stores(frame: Any) -> bool:
    """Whether the code of `frame` is at `array[index] = value`."""
    return frame.f_code.co_code[frame.f_lasti] == _STORE


def _bare(x: Tracer) -> bool:
    """Whether the array inside is all that there is: neither derivatives nor rows."""
    return not any(trace.adds for trace in traces_of(x))


def _store_error() -> AssignmentError:
    return AssignmentError(
        f"assignment: a tracer is stored into a NumPy array ({user_line()}); expected "
        "arrays without derivatives there, since a store cannot be differentiated. Write "
        "y = fzero.at(y, index).set(x), or build the array with numpy.stack."
    )


def _conversion(name: str, convert: Callable[[Any], Any]) -> Callable[[Tracer], Any]:
    """`float(x)` and its kin: the value, without derivatives.

    NumPy calls them too when a tracer is stored into an array, where the derivative would be lost
    without a word: so the instruction of the caller is looked at.
    """

    def converted(self: Tracer) -> Any:
        frame = sys._getframe(1)
        if name != "index" and _stores(frame) and not _bare(self):
            raise _store_error()
        return convert(concrete(self, f"{name} of a tracer"))

    return converted


def _setitem(self: Tracer, index: Any, value: Any) -> None:
    raise TypeError(
        "assignment: x[index] = value on a tracer; expected no change in place, since the old "
        "value may be needed for a derivative. Write x = x.at[index].set(value) "
        "(also .add, .multiply, .min, .max), fzero.at(x, index).set(value), or assign into a copy: "
        "y = x.copy(), then y[index] = value."
    )


def _array(self: Tracer, dtype: Any = None, copy: Any = None) -> Any:
    for trace in traces_of(self):
        if trace.closed:
            raise trace.leaked("numpy.array")
    if _bare(self):
        return np.array(innermost(self), dtype, copy=copy)
    if _stores(sys._getframe(1)):
        raise _store_error()
    raise TypeError(
        f"numpy.array: the argument is a tracer ({self!r}), which has no memory of its own; "
        "expected an array. Use fzero.numpy.array or numpy.stack for lists of tracers, "
        "fzero.at(array, x).get() to index an array by it, and fzero.value(x) to compare or save "
        "what it holds."
    )


def _reduce(self: Tracer, protocol: Any = None) -> Any:
    raise TypeError(
        f"pickle: the object is a tracer ({self!r}), which lives as long as its transform; "
        "expected an array. Save fzero.value(x), or return x from the function and save that."
    )


def _iterate(self: Tracer) -> Any:
    if not self.shape:
        raise TypeError("iter: the array is 0-d; expected at least one axis. Use x itself.")
    return iter(op("unstack")(self, axis=0))


def _length(self: Tracer) -> int:
    if not self.shape:
        raise TypeError("len: the array is 0-d; expected at least one axis. Use x.size.")
    return self.shape[0]


def _repr(self: Tracer) -> str:
    shape = ",".join(map(str, self.shape))
    value = repr(innermost(self)).replace("\n", "")
    value = value if len(value) <= 60 else value[:57] + "..."
    return f"<tracer of {self._trace.transform}: {self.dtype}[{shape}] value={value}>"


def _format(self: Tracer, spec: str) -> str:
    return format(innermost(self), spec) if spec else repr(self)


def _round(self: Tracer, *digits: int) -> Any:
    x = concrete(self, "round of a tracer")
    return round(x.item() if hasattr(x, "item") else x, *digits)


def _attach_basics() -> None:
    converts = {"bool": bool, "index": operator.index, "float": float, "int": int}
    for name, convert in {**converts, "complex": complex}.items():
        setattr(Tracer, f"__{name}__", _conversion(name, convert))
    attach_methods(
        {
            "__getitem__": indexing.getitem,
            "__setitem__": _setitem,
            "__array__": _array,
            "__iter__": _iterate,
            "__reduce_ex__": _reduce,
            "__len__": _length,
            "__repr__": _repr,
            "__format__": _format,
            "__round__": _round,
            "__divmod__": lambda self, other: (self // other, self % other),
            "__rdivmod__": lambda self, other: (other // self, other % self),
            "__array_priority__": 1000.0,
            "__array_ufunc__": _ufunc,
            "__array_function__": _function,
            "__cupy_override_elementwise_kernel__": _cupy_ufunc,
            "at": property(indexing.AtIndexer),
            "ndim": property(lambda self: len(self.shape)),
            "size": property(lambda self: math.prod(self.shape)),
            "itemsize": property(lambda self: self.dtype.itemsize),
            "nbytes": property(lambda self: self.size * self.dtype.itemsize),
        }
    )


def value(x: Any) -> Any:
    """The array behind a tracer, to print or to plot; under `vmap` that of all rows.

    Args:
        x: a tracer, an array or a scalar.

    Returns:
        An array without derivatives; NumPy's as a read-only view.

    Example:
        >>> import fzero, numpy as np
        >>> seen = []
        >>> g = fzero.grad(lambda x: seen.append(fzero.value(x)) or x**2)(3.0)
        >>> seen
        [3.0]
    """
    x = innermost(x)
    if isinstance(x, np.ndarray):
        x = x.view()
        x.flags.writeable = False
    return x


def attach_methods(methods: dict[str, Any]) -> None:
    """Give tracers these methods and properties."""
    for name, method in methods.items():
        setattr(Tracer, name, method)


# ----------------------------------------------------------------------------- NumPy's protocols


def _ufunc(self: Tracer, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """`numpy.<ufunc>(...)` with a tracer among the inputs."""
    if not kwargs and method == "__call__":
        prim = _DIRECT.get(ufunc)
        if prim is not None:
            if len(inputs) == 1 and not splits.active:
                return self._trace.unary(prim, inputs[0])
            try:
                if len(inputs) == 2 and not splits.active:
                    x, y = inputs
                    if type(x) in HOST or type(y) in HOST:
                        return self._trace.binary(prim, x, y)
                return prim.dispatch(inputs, {})
            except (TypeError, ValueError) as error:
                if len(inputs) == 2 and (better := _operand_error(prim.name, *inputs, error)):
                    raise better from error
                raise
    name = ufunc.__name__.removeprefix("cupy_")
    function = UFUNCS.get(name if method == "__call__" else f"{name}.{method}")
    if function is None:
        raise TypeError(
            f"numpy.{name}{'' if method == '__call__' else '.' + method}: no rule for tracers; "
            "expected a function of fzero.numpy. Compose it from those, or state its derivative "
            "with fzero.custom_jvp or fzero.custom_vjp; fzero.value(x) is what it holds."
        )
    if not kwargs:
        return function(*inputs)
    out = kwargs.pop("out", None)
    if out is not None and any(o is not None for o in out):
        raise TypeError(
            f"numpy.{name}: out= is given with a tracer; expected no change in place. "
            f"Write y = numpy.{name}(...) without out, or fzero.at(y, index).set(...)."
        )
    return function(*inputs, **kwargs)


def _cupy_ufunc(self: Tracer, ufunc: Any, *inputs: Any, **kwargs: Any) -> Any:
    """`cupy.<ufunc>(...)` with a tracer among the inputs: CuPy's own protocol."""
    return _ufunc(self, ufunc, "__call__", *inputs, **kwargs)


def _function(self: Tracer, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
    """`numpy.<function>(...)` with a tracer among the arguments."""
    function = FUNCTIONS.get(func) or FUNCTIONS.get(getattr(func, "__name__", None))
    if function is None:
        raise TypeError(
            f"{getattr(func, '__module__', 'numpy')}.{func.__name__}: no rule for tracers; "
            "expected a function of fzero.numpy. Compose it from those, or state its derivative "
            "with fzero.custom_jvp or fzero.custom_vjp; fzero.value(x) is what it holds."
        )
    return function(*args, **kwargs)


_attach_operators()
_attach_basics()
