"""Operations in two forms: a reference in public operations, and kernels fused by hand.

First-order reverse mode on plain arrays, and a call without a transform, run the kernel of the
arrays' library. Everything else (forward mode, vmap, a derivative of a derivative, a library or a
dtype without a kernel) runs the reference, whose operations have all the rules. A law of the tests
holds the two equal, so a kernel adds speed and no meaning.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from . import config
from .backend import is_array, namespace
from .batching import BatchTrace
from .core import Trace, Tracer, coerce, splits, top_trace
from .dtypes import zeros_of
from .nans import checking
from .parallel import one_thread
from .reverse import pulling
from .rows import PartTrace
from .tape import ReverseTrace, TapeTracer

__all__ = ["FUSED", "Fused", "Kernel", "kernels", "provide"]

_CHOICES = ("auto", "numpy", "reference")


def _checked_choice(source: str, choice: str) -> str:
    if choice not in _CHOICES:
        raise ValueError(
            f"{source}: the choice is {choice!r}; expected one of {_CHOICES}. "
            "'auto' takes the fastest kernel that is installed."
        )
    return choice


_DEFAULT = _checked_choice("FZERO_KERNELS", os.environ.get("FZERO_KERNELS", "auto"))
_CHOICE: ContextVar[str] = ContextVar("fzero_kernels", default=_DEFAULT)
#: Every fused operation by name; the law tests run over it.
FUSED: dict[str, "Fused"] = {}
#: Array library -> the optional providers of kernels for it, the preferred one first.
_PROVIDERS: dict[str, dict[str, Callable[[str], "Kernel | None"]]] = {}
config.register("kernels", lambda: _CHOICE.get())


@contextmanager
def kernels(choice: str) -> Iterator[None]:
    """Choose between kernels and references in this context; the results are the same.

    Args:
        choice: "auto" for the fastest kernel there is, "numpy" for the kernels without optional
            libraries, "reference" for none. The environment variable FZERO_KERNELS sets the
            choice outside of any context.

    Raises:
        ValueError: another choice.

    Example:
        >>> with kernels("reference"):
        ...     pass
    """
    token = _CHOICE.set(_checked_choice("kernels", choice))
    try:
        yield
    finally:
        _CHOICE.reset(token)


class Kernel(NamedTuple):
    """One operation, written for the arrays of one library.

    Attributes:
        forward: `(needed, *args, **params) -> (out, residuals)`; `needed` flags the arguments
            whose cotangents will be asked for; none are when nothing is differentiated.
        backward: `(needed, residuals, g, **params) -> cotangents`, one per argument, None where
            it is not needed. `g` is the cotangent of the output; of several outputs, a list with
            None for zero.
        fits: `(*args, **params) -> bool`: whether the kernel takes these; else the reference runs.
    """

    forward: Callable[..., tuple[Any, Any]]
    backward: Callable[..., Sequence[Any]]
    fits: Callable[..., bool]


def provide(name: str, library: str, find: Callable[[str], Kernel | None]) -> None:
    """Offer kernels for the arrays of `library` that are preferred to its own.

    Args:
        name: of the provider.
        library: "numpy" or "cupy".
        find: the name of a fused operation -> its kernel, or None where there is none. It is asked
            once for each operation, when that first runs.
    """
    _PROVIDERS.setdefault(library, {})[name] = find


class Fused:
    """An operation with a reference and kernels, called like a function of arrays.

    Args:
        name: the name in `FUSED` and in messages.
        reference: `(*args, **params) -> array or tuple of arrays`, in public operations.
        kernels: name of the array library ("numpy", "cupy") -> its kernel.
        samples: `rng -> list of (args, params)` in float64, for the law tests.
        batch: `(call, size, args, batched, params) -> (out, batched_out)` with the batch axis
            first, or None where it does not apply; without it, vmap runs the reference.
        multiple: whether it returns a tuple of arrays.

    Every output is of floats. An argument is an array, a tracer or None; parameters are static and
    given by keyword.
    """

    def __init__(
        self,
        name: str,
        reference: Callable[..., Any],
        kernels: Mapping[str, Kernel],
        *,
        samples: Callable[[Any], list[tuple[tuple[Any, ...], dict[str, Any]]]],
        batch: Callable[..., Any] | None = None,
        multiple: bool = False,
    ) -> None:
        self.name, self.reference = name, reference
        self.kernels: dict[str, Kernel | None] = dict(kernels)
        self.samples, self.batch, self.multiple = samples, batch, multiple
        FUSED[name] = self

    def __call__(self, *args: Any, **params: Any) -> Any:
        given = [a if a is None else coerce(a) for a in args]
        if splits.active:
            given = [splits.convert(a) for a in given]
        trace = top_trace(given)
        if trace is None:
            kernel = self.kernel(given, params)
            if kernel is None:
                return self.reference(*given, **params)
            with one_thread():
                return kernel.forward((False,) * len(given), *given, **params)[0]
        if trace.closed:
            raise trace.leaked(self.name)
        if trace.takes_fused:
            return trace.process(self, given, params)  # type: ignore[arg-type]
        if isinstance(trace, ReverseTrace):
            return self._recorded(trace, given, params)
        if self.batch is not None and isinstance(trace, BatchTrace):
            return self._batched(trace, given, params)
        return self.reference(*given, **params)

    call = __call__

    def kernel(self, args: Sequence[Any], params: dict[str, Any]) -> Kernel | None:
        """The kernel for these arrays, None where the reference is to run."""
        if _CHOICE.get() == "reference" or checking():
            return None
        if not all(a is None or is_array(a) for a in args):
            return None  # tracers, and Python's numbers
        for found in self._offered(namespace(*args).__name__):
            if found is not None and found.fits(*args, **params):
                return found
        return None

    def _offered(self, library: str) -> Iterator[Kernel | None]:
        """The kernels for the arrays of a library, the preferred one first."""
        if _CHOICE.get() == "auto":
            for name, find in _PROVIDERS.get(library, {}).items():
                if name not in self.kernels:
                    self.kernels[name] = find(self.name)
                yield self.kernels[name]
        yield self.kernels.get(library)

    def _recorded(self, trace: ReverseTrace, args: list[Any], params: dict[str, Any]) -> Any:
        """One node of the tape instead of those of the reference."""
        values = [trace.strip(a) for a in args]
        kernel = self.kernel(values, params)
        if kernel is None:
            return self.reference(*args, **params)
        parents = [trace.index_of(a) for a in args]
        needed = tuple(i is not None for i in parents)
        with one_thread():
            out, residuals = kernel.forward(needed, *values, **params)
        if trace.suspended:
            return out
        for a in args:
            if is_array(a):
                trace.guard.add(a)
        node = (None, _Pull(self, kernel, needed, parents, values, residuals, params))
        if self.multiple:
            return trace.record_many(node, out)
        trace.tape.append(node)
        return TapeTracer(trace, out, len(trace.tape) - 1)

    def _batched(self, trace: Trace, args: list[Any], params: dict[str, Any]) -> Any:
        """One call on all the rows, where the batching rule knows how."""
        assert isinstance(trace, BatchTrace) and self.batch is not None
        rows = [trace.rows_of(a) for a in args]
        batched = [r is not None for r in rows]
        values = [a if r is None else r for a, r in zip(args, rows, strict=True)]
        folded = (
            None
            if isinstance(trace, PartTrace)
            else self.batch(self, trace.size, values, batched, params)
        )
        if folded is None:
            return self.reference(*args, **params)
        out, flags = folded
        if not self.multiple:
            return trace.wrap(out) if flags else out
        return tuple(trace.wrap(y) if f else y for y, f in zip(out, flags, strict=True))

    def __repr__(self) -> str:
        return f"<fused operation {self.name}>"


class _Pull:
    """The tape's node of one call of a kernel."""

    __slots__ = ("args", "fused", "kernel", "needed", "params", "parents", "residuals")

    def __init__(
        self,
        fused: Fused,
        kernel: Kernel,
        needed: tuple[bool, ...],
        parents: list[int | None],
        args: list[Any],
        residuals: Any,
        params: dict[str, Any],
    ) -> None:
        self.fused, self.kernel, self.needed, self.parents = fused, kernel, needed, parents
        self.args, self.residuals, self.params = args, residuals, params

    def expand(self, g: Any, cotangents: list[Any]) -> None:
        """Add the cotangents of the parents."""
        gs = g if self.fused.multiple else [g]
        if any(isinstance(x, Tracer) for x in gs):
            pulled = self.by_reference(gs)
        else:
            with one_thread():
                pulled = self.kernel.backward(self.needed, self.residuals, g, **self.params)
        for i, c in zip(self.parents, pulled, strict=True):
            if i is not None and c is not None:
                cotangents[i] = c if cotangents[i] is None else cotangents[i] + c

    def by_reference(self, gs: Sequence[Any]) -> list[Any]:
        """The cotangents where `gs` are tracers, which no kernel takes."""
        own = [i for i, n in enumerate(self.needed) if n]

        def f(*xs: Any) -> Any:
            full = list(self.args)
            for i, x in zip(own, xs, strict=True):
                full[i] = x
            out = self.fused.reference(*full, **self.params)
            return out if self.fused.multiple else (out,)

        with pulling(f, tuple(self.args[i] for i in own)) as (out, pullback):
            full = tuple(zeros_of(y) if x is None else x for x, y in zip(gs, out, strict=True))
            found = iter(pullback(full))
        return [next(found) if n else None for n in self.needed]
