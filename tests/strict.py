"""A stand-in for CuPy on a machine without a card: arrays that refuse what CuPy refuses.

`StrictArray` holds a NumPy array and computes with it, but only through the namespace `strict`,
which offers the names, the parameters and the ufunc dtypes that CuPy has (data/cupy_names.json).
What reaches NumPy any other way raises, as does a mixture with NumPy arrays. Reading a value on
the host is allowed and counted in `StrictArray.syncs`, since on a card it waits for the device.
"""

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from fzero.backend import Backend, register

OFFERED = json.loads(Path(__file__).with_name("data").joinpath("cupy_names.json").read_text())
#: Functions that make arrays from host values, or that take no array first.
_MAKERS = frozenset(
    "arange array asarray asanyarray empty eye finfo full identity iinfo indices isscalar linspace "
    "ones promote_types result_type tri zeros can_cast dtype broadcast_shapes einsum fftfreq "
    "rfftfreq einsum_path logspace geomspace meshgrid".split()
)
#: Functions whose result has a size that depends on values: CuPy waits for the device there.
_WAITING = frozenset("nonzero flatnonzero argwhere unique allclose array_equal bincount".split())
_SCALARS = (bool, int, float, complex, np.generic)


def _refuse(what: str, x: Any) -> TypeError:
    return TypeError(
        f"{what}: an operand is a {type(x).__module__}.{type(x).__name__}; expected a StrictArray "
        "or a number. CuPy refuses it, too: move it to the device first."
    )


def unwrap(x: Any) -> Any:
    """Stand-in arrays as NumPy arrays, in tuples and lists too."""
    if isinstance(x, StrictArray):
        return x.inner
    if isinstance(x, (tuple, list)):
        return type(x)(map(unwrap, x))
    if isinstance(x, slice):
        return slice(*map(unwrap, (x.start, x.stop, x.step)))
    return x


def wrap(x: Any) -> Any:
    """NumPy's results as stand-in arrays: 0-d arrays where NumPy gives a scalar."""
    if isinstance(x, (np.ndarray, np.generic)):
        return StrictArray(np.asarray(x))
    if isinstance(x, tuple) and hasattr(x, "_fields"):
        return type(x)(*map(wrap, x))
    return type(x)(map(wrap, x)) if isinstance(x, (tuple, list)) else x


def _check_operand(what: str, x: Any) -> None:
    if not isinstance(x, (StrictArray, *_SCALARS)):
        raise _refuse(what, x)


def _weak_kinds(x: Any) -> str:
    """The dtype kinds that a Python number may become."""
    for kind, kinds in ((bool, "?biufc"), (int, "iufc"), (float, "fc"), (complex, "c")):
        if type(x) is kind:
            return kinds
    raise _refuse("a ufunc", x)


def _fits(x: Any, char: str) -> bool:
    if isinstance(x, (StrictArray, np.generic)):
        return np.can_cast(x.dtype, np.dtype(char))
    kind = np.dtype(char).kind
    return (kind if kind != "b" else "?") in _weak_kinds(x)


class _Ufunc:
    """A ufunc with CuPy's dtypes and without the parameters that CuPy has not."""

    def __init__(self, name: str) -> None:
        self.__name__, self.ufunc = name, getattr(np, name)

    def __call__(self, *args: Any, out: Any = None, dtype: Any = None) -> Any:
        for x in args:
            _check_operand(self.__name__, x)
        types = OFFERED["ufuncs"][self.__name__]
        if not any(all(map(_fits, args, chars)) for chars in types):
            have = [str(getattr(x, "dtype", type(x).__name__)) for x in args]
            raise TypeError(f"{self.__name__}: dtypes are {have}; CuPy has {types}.")
        given = {} if out is None else {"out": unwrap(out)}
        result = self.ufunc(*map(unwrap, args), dtype=dtype, **given)
        return wrap(result) if out is None else out


def _check_first(name: str, x: Any) -> None:
    items = x if isinstance(x, (tuple, list)) else (x,)
    for item in items:
        if not isinstance(item, StrictArray):
            raise _refuse(name, item)


def _function(name: str, offered: list[str] | None, call: Callable[..., Any]) -> Callable[..., Any]:
    """A function with the parameters of CuPy's, on stand-in arrays only."""

    @functools.wraps(call)
    def run(*args: Any, **kwargs: Any) -> Any:
        if offered is not None and not set(kwargs) <= set(offered):
            raise TypeError(f"{name}: parameters are {sorted(kwargs)}; CuPy has {offered}.")
        if name not in _MAKERS:
            _check_first(name, args[0] if args else next(iter(kwargs.values())))
        for x in args[1:] if name in ("asarray", "array") else args:
            if isinstance(x, np.ndarray):
                raise _refuse(name, x)
        StrictArray.syncs += name in _WAITING
        return wrap(call(*unwrap(args), **{k: unwrap(v) for k, v in kwargs.items()}))

    return run


class Namespace:
    """What CuPy offers under one of its modules, computed by NumPy."""

    def __init__(self, module: Any, path: str = "") -> None:
        self.module, self.path = module, path
        self.__name__ = f"strict.{path}".rstrip(".")

    def __getattr__(self, name: str) -> Any:
        path = f"{self.path}.{name}".lstrip(".")
        if path in OFFERED["modules"]:
            found: Any = Namespace(getattr(self.module, name), path)
        elif self.path == "" and name == "ndarray":
            found = StrictArray
        elif self.path == "" and name in OFFERED["ufuncs"] and hasattr(np, name):
            found = _Ufunc(name) if isinstance(getattr(np, name), np.ufunc) else self.plain(name)
        elif name in OFFERED["modules"][self.path]:
            found = self.plain(name)
        else:
            raise AttributeError(f"CuPy {OFFERED['version']} has no cupy.{path}")
        setattr(self, name, found)
        return found

    def plain(self, name: str) -> Any:
        """A function, a type or a constant."""
        value = getattr(self.module, name)
        if isinstance(value, type) or not callable(value):
            return value
        return _function(name, OFFERED["modules"][self.path].get(name), value)


strict = Namespace(np)


class StrictArray:
    """A NumPy array that behaves as one of CuPy's."""

    __slots__ = ("inner",)
    __array_priority__ = 100
    __hash__ = None  # type: ignore[assignment]
    #: How often a value was read on the host.
    syncs = 0

    def __init__(self, inner: np.ndarray) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        if name not in OFFERED["attributes"]:
            raise AttributeError(f"cupy.ndarray has no attribute {name!r}")
        StrictArray.syncs += name in ("get", "item", "tolist", "tobytes", "nonzero")
        if name == "get":
            return self.inner.copy
        value = getattr(self.inner, name)
        if not callable(value):
            return wrap(value)
        keep = name in ("item", "tolist", "tobytes")

        def method(*args: Any, **kwargs: Any) -> Any:
            for x in (*args, *kwargs.values()):
                if isinstance(x, np.ndarray):
                    raise _refuse(name, x)
            out = value(*unwrap(args), **{k: unwrap(v) for k, v in kwargs.items()})
            return out if keep else wrap(out)

        return method

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed. Use x.get().")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        # A NumPy scalar on the left of an operator comes here; any other way is a NumPy call.
        if method == "__call__" and isinstance(inputs[0], np.generic) and not kwargs:
            return getattr(strict, ufunc.__name__)(*inputs)
        raise TypeError(f"numpy.{ufunc.__name__} was called on a StrictArray.")

    def __array_function__(self, func: Any, *args: Any) -> Any:
        raise TypeError(f"numpy.{func.__name__} was called on a StrictArray.")

    def __len__(self) -> int:
        return len(self.inner)

    def __iter__(self) -> Iterator[Any]:
        return map(wrap, iter(self.inner))

    def _index(self, index: Any) -> Any:
        for i in index if isinstance(index, tuple) else (index,):
            if isinstance(i, np.ndarray):
                raise _refuse("index", i)
        return unwrap(index)

    def __getitem__(self, index: Any) -> Any:
        items = index if isinstance(index, tuple) else (index,)
        masks = (isinstance(i, StrictArray) and i.dtype.kind == "b" for i in items)
        StrictArray.syncs += any(masks)
        return wrap(self.inner[self._index(index)])

    def __setitem__(self, index: Any, value: Any) -> None:
        _check_operand("assignment", value)
        self.inner[self._index(index)] = unwrap(value)

    def __repr__(self) -> str:
        return f"Strict{self.inner!r}"


def _binary(name: str) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def forward(self: StrictArray, other: Any) -> Any:
        if getattr(other, "__array_priority__", 0) > 100:
            return NotImplemented
        return getattr(strict, name)(self, other)

    return forward, lambda self, other: getattr(strict, name)(other, self)


def _in_place(name: str) -> Callable[[StrictArray, Any], StrictArray]:
    def update(self: StrictArray, other: Any) -> StrictArray:
        return getattr(strict, name)(self, other, out=self)

    return update


def _converted(convert: Callable[[Any], Any]) -> Callable[[StrictArray], Any]:
    def run(self: StrictArray) -> Any:
        StrictArray.syncs += 1
        return convert(self.inner[()] if self.inner.ndim == 0 else self.inner)

    return run


_BINARY = (
    "add:add sub:subtract mul:multiply truediv:true_divide floordiv:floor_divide mod:remainder "
    "pow:power matmul:matmul and:bitwise_and or:bitwise_or xor:bitwise_xor lshift:left_shift "
    "rshift:right_shift"
)
for _pair in _BINARY.split():
    _method, _name = _pair.split(":")
    _forward, _reflected = _binary(_name)
    setattr(StrictArray, f"__{_method}__", _forward)
    setattr(StrictArray, f"__r{_method}__", _reflected)
    setattr(StrictArray, f"__i{_method}__", _in_place(_name))
for _pair in "eq:equal ne:not_equal lt:less le:less_equal gt:greater ge:greater_equal".split():
    _method, _name = _pair.split(":")
    setattr(StrictArray, f"__{_method}__", _binary(_name)[0])
for _pair in "neg:negative pos:positive abs:absolute invert:invert".split():
    _method, _name = _pair.split(":")
    setattr(StrictArray, f"__{_method}__", lambda self, n=_name: getattr(strict, n)(self))
for _name, _convert in {"bool": bool, "int": int, "float": float, "complex": complex}.items():
    setattr(StrictArray, f"__{_name}__", _converted(_convert))
StrictArray.__index__ = _converted(lambda x: x.__index__())  # type: ignore[attr-defined]


def _at(ufunc: Any) -> Callable[[StrictArray, Any, Any], None]:
    def update(out: StrictArray, index: Any, values: Any) -> None:
        _check_operand(ufunc.__name__, values)
        ufunc.at(out.inner, out._index(index), unwrap(values))

    return update


def put(x: Any) -> StrictArray:
    """A host value on the stand-in device."""
    return StrictArray(np.array(unwrap(x)))


register(
    StrictArray,
    Backend(
        "strict", strict, _at(np.add), _at(np.maximum), _at(np.minimum), put, lambda x: x.get()
    ),
)


@contextmanager
def no_sync() -> Iterator[None]:
    """Raise AssertionError if a value is read on the host inside."""
    before = StrictArray.syncs
    yield
    assert StrictArray.syncs == before, f"{StrictArray.syncs - before} values were read on the host"
