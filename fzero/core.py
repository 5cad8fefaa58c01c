"""Primitives, tracers and dispatch. No rule of any operation is written here.

A call of a primitive on arrays runs its implementation at once. If an argument is a tracer, the
trace with the highest level, the one whose transform was entered last, handles the call; it
unwraps its own tracers and calls the primitive again on what they carry, which may be tracers
of outer traces. Levels come from one counter: there is no stack to unwind when an exception
passes, and threads or asyncio tasks cannot disturb each other.
"""

import itertools
import linecache
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .backend import HOST, known, namespace
from .dtypes import dtype_of, shape_of
from .errors import BatchedValueError, LeakedTracerError

__all__ = [
    "NO_PARAMS",
    "REGISTRY",
    "Contribution",
    "Primitive",
    "Trace",
    "Tracer",
    "check_open",
    "coerce",
    "concrete",
    "innermost",
    "top_trace",
    "traces_of",
    "user_line",
]

_LEVELS = itertools.count()
#: The parameters of a call that has none.
NO_PARAMS: dict[str, Any] = {}
#: Every primitive by name; the law tests run over it.
REGISTRY: dict[str, "Primitive"] = {}


class Tracer:
    """Stands for an array inside a transform. `value` may be a tracer of an outer transform.

    Operators, methods and NumPy's protocols are attached by `fzero.array`.
    """

    __slots__ = ("_trace", "value")
    __hash__ = None  # type: ignore[assignment]
    _trace: "Trace"
    value: Any

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, as inside the transform (without the axes that `vmap` took away)."""
        return shape_of(self.value)

    @property
    def dtype(self) -> Any:
        """The dtype of the carried array."""
        return dtype_of(self.value)


class Trace:
    """One run of one transform: makes tracers and handles the primitives called on them."""

    __slots__ = ("closed", "level", "suspended")
    #: What the transform is called in messages.
    transform = "transform"
    #: Whether fused operations are processed whole, like primitives.
    takes_fused = False
    #: Whether a tracer is more than the value that it carries.
    adds = True

    def __init__(self) -> None:
        self.level: float = next(_LEVELS)
        self.closed = False
        #: Whether its tracers count as constants for now; traces of derivatives ask.
        self.suspended = False

    def process(self, prim: "Primitive", args: Sequence[Any], params: dict[str, Any]) -> Any:
        """Run `prim` on `args`, at least one of them a tracer of this trace."""
        raise NotImplementedError

    def unary(self, prim: "Primitive", x: Any, params: dict[str, Any] = NO_PARAMS) -> Any:
        """`process` of one argument, a tracer of this trace."""
        return self.process(prim, (x,), params)

    def binary(self, prim: "Primitive", x: Any, y: Any) -> Any:
        """`process` of two arguments without parameters."""
        return self.process(prim, (x, y), {})

    def __init_subclass__(cls) -> None:
        # A class that states `process` alone takes all calls there.
        if "process" in vars(cls):
            for name in {"unary", "binary"} - set(vars(cls)):
                setattr(cls, name, getattr(Trace, name))

    def parts(self, tracer: Any) -> tuple[Any, ...]:
        """What a tracer of this trace carries: one value, or a value and its tangent."""
        return (tracer.value,)

    def rebuild(self, tracer: Any, parts: Sequence[Any]) -> Any:
        """A tracer like `tracer` that carries `parts` instead."""
        raise NotImplementedError

    def to_bool(self, tracer: Any, kind: str) -> Any:
        """One concrete Python value for `if`, `float()`, `int()` or an index."""
        return tracer.value

    def exported(self, tracer: Any) -> Any:
        """What another library gets of a tracer: the value, without what this trace adds."""
        if self.closed:
            raise self.leaked("__dlpack__")
        return tracer.value

    def leaked(self, what: str) -> LeakedTracerError:
        """The error for a tracer that outlived this trace."""
        return LeakedTracerError(
            f"{what}: an argument is a tracer of a {self.transform} that has returned; expected "
            "an array. Return the value from the transformed function (has_aux=True for extra "
            "outputs) instead of storing it outside."
        )


class Contribution:
    """A cotangent that knows how to add itself into an accumulator at less than full cost."""

    __slots__ = ()

    def add_to(self, total: Any, owned: bool) -> Any:
        """`total` (None for zero) plus this; `owned` tells whether it may be changed in place."""
        raise NotImplementedError


class Primitive:
    """One operation and its rules. The constructors in `fzero.rules` make them by category.

    Attributes:
        name: the name in the registry and in messages.
        impl: namespace -> the function that computes on its arrays.
        pulls: per argument `rule(ans, *args, **params) -> (g -> cotangent)`, or None where there
            is no derivative.
        jvp: `jvp(tangents, ans, args, params) -> tangent`, a tangent None where zero.
        batch: `batch(size, args, batched, params) -> (ans, batched_out)`, batch axis first.
        multiple: whether it returns a tuple of arrays.
        linear: groups of arguments in which it is linear jointly (None: in all of them).
        partials: the derivatives of an elementwise function, `rule(ans, *args) -> (t -> tangent)`.
        pointwise: whether it acts element by element, so that rows need no care.
        keeps: whether its pulls keep operands alive, so that these must not be changed.
        category: the constructor that made it.
        samples: rng -> list of (args, params) that the law tests run.
    """

    __slots__ = (
        "batch", "call", "category", "differentiable", "host", "impl", "impls", "jvp", "keeps",
        "linear", "multiple", "name", "partials", "pointwise", "pulls", "samples",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        impl: Callable[[Any], Callable[..., Any]],
        *,
        category: str,
        pulls: Sequence[Callable[..., Any] | None],
        jvp: Callable[..., Any] | None,
        batch: Callable[..., Any],
        samples: Callable[[Any], list[Any]],
        multiple: bool = False,
        linear: tuple[frozenset[int], ...] | None = (),
        partials: Sequence[Callable[..., Any] | None] = (),
        pointwise: bool = False,
    ) -> None:
        if name in REGISTRY:
            raise ValueError(
                f"Primitive: name is {name!r}, which is taken; expected a new one. "
                "Put the name of your package in front."
            )
        self.name, self.impl, self.category = name, impl, category
        self.pulls, self.jvp, self.batch = pulls, jvp, batch
        self.samples, self.multiple, self.linear = samples, multiple, linear
        self.partials, self.pointwise = partials, pointwise
        self.differentiable = jvp is not None
        self.keeps = linear is not None and frozenset(range(len(pulls))) not in linear
        self.host = impl(namespace())
        self.impls: dict[Any, Callable[..., Any]] = {}
        self.call = _entry(self)
        REGISTRY[name] = self

    def dispatch(self, args: Sequence[Any], params: dict[str, Any]) -> Any:
        """The general path: tracers, arrays of other libraries, and lists."""
        trace: Any = None
        plain = True
        for a in args:
            if type(a) not in HOST:
                if not isinstance(a, Tracer):
                    plain = False
                elif trace is None or a._trace.level > trace.level:
                    trace = a._trace
        if not plain:
            args = [coerce(a) for a in args]
            trace = top_trace(args)
        if trace is None:
            return self.run(*args, **params)
        if splits.active and self.category != "rows":
            args = [splits.convert(a) for a in args]
            trace = top_trace(args)
        return trace.process(self, args, params)

    def run(self, *args: Any, **params: Any) -> Any:
        """The implementation of the library that `args` belong to, without any tracing."""
        xp = namespace(*args)
        impl = self.impls.get(xp)
        if impl is None:
            impl = self.impls[xp] = self.impl(xp)
        return impl(*args, **params)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"


def _entry(prim: Primitive) -> Callable[..., Any]:
    """The function that users call: straight to NumPy unless an argument needs more."""
    host, dispatch = prim.host, prim.dispatch

    # An empty ** in a call costs as much as a small operation: it is told apart.
    def unary(x: Any, /, **params: Any) -> Any:
        if type(x) in HOST:
            return host(x, **params) if params else host(x)
        if isinstance(x, Tracer) and not splits.active:
            return x._trace.unary(prim, x, params)
        return dispatch((x,), params)

    def binary(x: Any, y: Any, /, **params: Any) -> Any:
        if type(y) in HOST:
            if type(x) in HOST:
                return host(x, y, **params) if params else host(x, y)
            if isinstance(x, Tracer) and not splits.active:
                if params:
                    return x._trace.process(prim, (x, y), params)
                return x._trace.binary(prim, x, y)
        return dispatch((x, y), params)

    def call(*args: Any, **params: Any) -> Any:
        for a in args:
            if type(a) not in HOST:
                return dispatch(args, params)
        return host(*args, **params)

    entry = {1: unary, 2: binary}.get(len(prim.pulls), call)
    entry.__name__ = entry.__qualname__ = prim.name
    entry.primitive = prim  # type: ignore[attr-defined]
    return entry


def top_trace(args: Sequence[Any]) -> Trace | None:
    """The newest trace among `args`, None if there is no tracer."""
    top = None
    for a in args:
        if isinstance(a, Tracer) and (top is None or a._trace.level > top.level):
            top = a._trace
    return top


def coerce(x: Any) -> Any:
    """`x` as an operand: arrays, scalars and tracers as they are, the rest by `numpy.asarray`."""
    if isinstance(x, Tracer) or known(x):
        return x
    if isinstance(x, (list, tuple)):
        return coerce_sequence(x)
    value = namespace().asarray(x)
    if value.dtype.kind not in "biufc":
        raise TypeError(
            f"fzero: an operand is a {type(x).__name__} ({str(x)[:40]!r}); expected a number or an "
            "array of numbers. Convert it first, for example with numpy.asarray(x, dtype=float)."
        )
    return value


def coerce_sequence(x: Sequence[Any]) -> Any:
    """A (nested) list of numbers, arrays or tracers as one array."""
    items = [coerce(v) for v in x]
    shapes = [shape_of(v) for v in items]
    if len(set(shapes)) > 1:
        raise ValueError(
            f"fzero: a list has entries of shapes {shapes}; expected one shape, since it is to "
            "become one array. Pad them to one length, or use numpy.concatenate."
        )
    if any(v is None for v in items):
        raise TypeError(
            f"fzero: a list has None at {[i for i, v in enumerate(items) if v is None]}; expected "
            "numbers or arrays. Look for a function that lacks its return."
        )
    if top_trace(items) is None:
        return namespace(*items).asarray(x)
    return REGISTRY["stack"].call(*items, axis=0)


class _Splits:
    """The row splits in force: `vmap(cond)` runs a branch on some of the rows only.

    While a branch runs, a tracer over all the rows that a closure brings in must first be cut
    to the branch's rows. `fzero.batching` installs `convert`; `active` counts the splits, so
    that nothing is paid while there is none.
    """

    __slots__ = ("active", "convert")

    def __init__(self) -> None:
        self.active = 0
        self.convert: Callable[[Any], Any] = lambda x: x


splits = _Splits()


def innermost(x: Any) -> Any:
    """The array inside all the tracers around it."""
    while isinstance(x, Tracer):
        x = x.value
    return x


def check_open(what: str, results: Sequence[Any]) -> None:
    """Raise if a function returned a tracer that outlived its transform."""
    for y in results:
        if isinstance(y, Tracer) and y._trace.closed:
            raise y._trace.leaked(what)


def traces_of(x: Any) -> list[Trace]:
    """The traces around a value, the outermost wrapper first."""
    found = []
    while isinstance(x, Tracer):
        found.append(x._trace)
        x = x.value
    return found


def concrete(x: Any, kind: str) -> Any:
    """The plain value that Python control flow or an index asks of a tracer.

    Raises:
        BatchedValueError: under `vmap` there is one value per row.
        LeakedTracerError: the transform has returned.
    """
    while isinstance(x, Tracer):
        if x._trace.closed:
            raise x._trace.leaked(kind)
        x = x._trace.to_bool(x, kind)
    return x


def batched_value_error(kind: str, size: int) -> BatchedValueError:
    """The error for Python code that needs one value where there is one per row."""
    return BatchedValueError(
        f"{kind}: the value is batched by vmap ({size} rows, one value each); expected one "
        "concrete value. Use fzero.numpy.where or fzero.cond (which runs each branch on its rows "
        "only), or vmap(f, fallback='loop') to run any Python row by row."
    )


def _inside(module: str) -> bool:
    return module == "numpy" or module.startswith(("fzero.", "numpy."))


def user_line() -> str:
    """`file:line (source)` of the innermost frame outside fzero, for messages."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _inside(frame.f_globals.get("__name__", "")):
        frame = frame.f_back
    path, line = frame.f_code.co_filename, frame.f_lineno
    return f"{path}:{line} ({linecache.getline(path, line).strip()})"
