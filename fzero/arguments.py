"""What transforms check of arguments and results: argnums, leaves, outputs, tangents."""

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from . import tree
from .core import Tracer
from .dtypes import dtype_of, is_inexact, shape_of
from .shaping import op
from .tree.treedef import flatten_up_to

__all__ = [
    "Selection",
    "check_callable",
    "check_numbers",
    "check_scalar_output",
    "checked_tangents",
    "describe",
    "leaves_like",
    "split_aux",
]


#: The kinds of dtypes that are numbers.
_NUMBERS = frozenset("biufc")


def describe(x: Any) -> str:
    """`float64[2,3]` for an array, the type's name and value for the rest; for messages."""
    if isinstance(x, Tracer) or hasattr(x, "dtype"):
        return f"{dtype_of(x)}[{','.join(map(str, shape_of(x)))}]"
    return f"{type(x).__name__} {x!r:.40}"


def check_callable(name: str, f: Any, way: str = "") -> None:
    """Raise unless `f`, the function that the transform `name` is given, is one."""
    if not callable(f):
        way = way or f"Write fzero.{name}(f)(x), not fzero.{name}(f(x))."
        raise TypeError(f"{name}: the function is {describe(f)}; expected a callable. {way}")


def check_numbers(name: str, leaves: Sequence[Any]) -> None:
    """Raise if one of the arrays holds objects, strings or dates, on which no rule is right."""
    kinds = [getattr(getattr(x, "dtype", None), "kind", "f") for x in leaves]
    if not _NUMBERS.issuperset(kinds):
        bad = [
            f"leaf {i} is {describe(x)}"
            for i, (x, kind) in enumerate(zip(leaves, kinds, strict=True))
            if kind not in _NUMBERS
        ]
        raise TypeError(
            f"{name}: {', '.join(bad)}; expected arrays of numbers. "
            "Convert them with x.astype(float), or bring them in by a closure."
        )


class Selection:
    """The arguments of `f` that a transform differentiates."""

    def __init__(self, name: str, f: Callable[..., Any], argnums: Any) -> None:
        check_callable(name, f)
        self.name, self.f = name, f
        self.several = isinstance(argnums, (tuple, list))
        self.argnums = tuple(argnums) if self.several else (argnums,)
        for a in self.argnums:
            if isinstance(a, bool) or not isinstance(a, (int, str)):
                raise TypeError(
                    f"{name}: argnums is {argnums!r}; expected an int, a parameter name, or a "
                    "sequence of these. Write for example argnums=(0, 'bias')."
                )

    def wraps(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` with the name, docstring and signature of `f`."""
        return functools.wraps(self.f)(function)

    def _position(self, argnum: int | str, count: int, kwargs: dict[str, Any]) -> int | str:
        """Where the argument stands in this call: a position, or a keyword."""
        if isinstance(argnum, int):
            if -count <= argnum < count:
                return argnum % count
            raise TypeError(
                f"{self.name}: argnums is {argnum}, but the call has {count} positional arguments; "
                "expected a position among them. Pass that argument by position, or name it: "
                "argnums='parameter'."
            )
        if argnum in kwargs:
            return argnum
        names = list(inspect.signature(self.f).parameters)
        if argnum in names and names.index(argnum) < count:
            return names.index(argnum)
        raise TypeError(
            f"{self.name}: argnums is {argnum!r}; expected a parameter that the call passes, one "
            f"of {names[:count] + list(kwargs)}. Pass it, or correct the name."
        )

    def pick(self, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], Any]:
        """The chosen arguments, and a function that puts others in their place."""
        where = [self._position(a, len(args), kwargs) for a in self.argnums]
        if len(where) > 1 and len(set(where)) < len(where):
            raise ValueError(
                f"{self.name}: argnums is {self.argnums}, which names an argument twice; expected "
                "each once. Use its gradient twice instead."
            )
        chosen = tuple(args[w] if isinstance(w, int) else kwargs[w] for w in where)

        def rebuild(values: Sequence[Any]) -> tuple[list[Any], dict[str, Any]]:
            new_args, new_kwargs = list(args), dict(kwargs)
            for w, value in zip(where, values, strict=True):
                if isinstance(w, int):
                    new_args[w] = value
                else:
                    new_kwargs[w] = value
            return new_args, new_kwargs

        return chosen, rebuild

    def check_leaves(
        self, leaves: Sequence[Any], chosen: Any, holomorphic: bool, allow_int: bool
    ) -> None:
        """Raise unless every leaf can be differentiated; all offenders are listed."""
        if all(map(is_inexact, leaves)) and not holomorphic:
            return
        bad, want = [], "floating-point arrays"
        for (path, x), argnum in (
            (item, self.argnums[item[0][0].idx]) for item in tree.leaves_with_path(chosen)
        ):
            where = f"argument {argnum!r}{tree.keystr(path[1:])}"
            if not is_inexact(x):
                kind = getattr(dtype_of(x), "kind", "O") if not isinstance(x, str) else "O"
                if not (allow_int and kind in "biu"):
                    bad.append(f"{where} is {describe(x)}")
            elif holomorphic and dtype_of(x).kind != "c":
                want = "complex arrays (holomorphic=True)"
                bad.append(f"{where} is {describe(x)}")
        if bad:
            way = (
                "Pass x.astype(complex), or leave out holomorphic."
                if "complex" in want
                else "Pass floats (3.0, x.astype(float)), choose other argnums, or allow_int=True "
                "to hold integers constant."
            )
            raise TypeError(f"{self.name}: {'; '.join(bad)}; expected {want}. {way}")


def _kind(out: Any) -> str:
    return f"a tuple of {len(out)}" if isinstance(out, tuple) else describe(out)


def split_aux(name: str, out: Any) -> tuple[Any, Any]:
    """The output and the extra output of a function called with has_aux=True."""
    if not isinstance(out, tuple) or len(out) != 2:
        raise TypeError(
            f"{name}: with has_aux=True the function returned {_kind(out)}; expected a "
            "pair (output, aux). Return two values, or leave out has_aux."
        )
    return out


def check_scalar_output(name: str, value: Any, holomorphic: bool) -> None:
    """Raise unless `value` is one real (or, if holomorphic, complex) scalar."""
    if tree.all_leaves([value]) and shape_of(value) == () and is_inexact(value):
        kind = dtype_of(value).kind
        if kind == "c" and not holomorphic:
            raise TypeError(
                f"{name}: the function returned {describe(value)}; expected a real scalar. Return "
                ".real or abs() of it, or pass holomorphic=True if the function is holomorphic."
            )
        if kind == "f" and holomorphic:
            raise TypeError(
                f"{name}: the function returned {describe(value)} with holomorphic=True; expected "
                "a complex scalar. Leave out holomorphic."
            )
        return
    if not tree.all_leaves([value]):
        raise TypeError(
            f"{name}: the function returned a {type(value).__name__}; expected one real scalar. "
            "Return the loss alone, or use has_aux=True and return (loss, aux)."
        )
    if shape_of(value) != ():
        raise TypeError(
            f"{name}: the function returned an array of shape {shape_of(value)}; expected a scalar "
            "(shape ()). Reduce it, for example with .sum() or .mean(), or use fzero.vjp or "
            "fzero.jacrev."
        )
    raise TypeError(
        f"{name}: the function returned {describe(value)}; expected a real floating-point scalar. "
        "Compute it in floats, for example with x.astype(float)."
    )


def leaves_like(treedef: Any, given: Any, function: str, argument: str) -> list[Any]:
    """The leaves of `given`, whose structure may differ in the kind of dictionaries only.

    Raises:
        ValueError: another structure; `function` and `argument` are named.
    """
    leaves, given_tree = tree.flatten(given)
    if given_tree == treedef:
        return leaves
    leaves = flatten_up_to(treedef, given, function, argument)
    if not tree.all_leaves(leaves):
        raise ValueError(
            f"{function}: {argument} has the structure {given_tree}; expected {treedef}. "
            "Return the same containers each time."
        )
    return leaves


def _leaves_like(what: str, given: Any, given_tree: Any, treedef: Any) -> list[Any]:
    """The leaves of `given` if it differs from `treedef` in the kind of dictionaries only."""
    try:
        leaves = treedef.flatten_up_to(given)
    except ValueError:
        leaves = None
    if leaves is None or not tree.all_leaves(leaves):
        raise ValueError(
            f"{what} has the structure {given_tree}; expected {treedef}, as the value has. "
            "Build it with fzero.tree.map over the value."
        )
    return leaves


def checked_tangents(what: str, given: Any, primals: Sequence[Any], treedef: Any) -> list[Any]:
    """The leaves of `given`, checked against the primals' structure, shapes and dtypes.

    Real and integer numbers are promoted to the primal's dtype; a leaf for a primal without
    derivatives becomes None.
    """
    leaves, given_tree = tree.flatten(given)
    if given_tree != treedef:
        leaves = _leaves_like(what, given, given_tree, treedef)
    out = []
    for i, (t, x) in enumerate(zip(leaves, primals, strict=True)):
        if not is_inexact(x):
            if hasattr(x, "shape") and not hasattr(x, "dtype"):
                raise TypeError(
                    f"{what} has a leaf {i} for a value that is a {type(x).__name__}; expected an "
                    "array as value. Convert it first, for example with numpy.asarray(x)."
                )
            out.append(None)
            continue
        if shape_of(t) != shape_of(x):
            raise ValueError(
                f"{what} has a leaf {i} of shape {shape_of(t)}; expected {shape_of(x)}, as the "
                "value has. Use ones_like or zeros_like of the value."
            )
        want, have = dtype_of(x), dtype_of(t)
        if have.kind == "c" and want.kind == "f":
            raise TypeError(
                f"{what} has a leaf {i} of dtype {have}; expected {want}, as the value has. "
                "Take its real part."
            )
        if have != want:
            t = op("astype")(t, dtype=want)
        out.append(t)
    return out
