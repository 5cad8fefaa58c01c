"""Recording: the operations of one run, and the values that they pass on."""

import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from .. import tree
from ..backend import known
from ..core import Primitive, Trace, Tracer, check_open, innermost
from ..dtypes import dtype_of, shape_of
from . import dot, svg

__all__ = ["Graph", "Node", "Value", "record"]


class Value(NamedTuple):
    """What an edge of the graph carries.

    Attributes:
        name: the path of an input in the arguments, such as "x" or "params/W"; "" otherwise.
        shape, dtype: of the array.
    """

    name: str
    shape: tuple[int, ...]
    dtype: Any

    def __str__(self) -> str:
        return f"{self.dtype}[{','.join(map(str, self.shape))}]"


class Node(NamedTuple):
    """One operation.

    Attributes:
        op: the name of the primitive or of the fused operation.
        params: its static parameters.
        inputs: indices into the graph's values; for a constant its text, such as "2.0".
        outputs: indices into the graph's values.
    """

    op: str
    params: dict[str, Any]
    inputs: tuple[int | str, ...]
    outputs: tuple[int, ...]


class Graph(NamedTuple):
    """The operations that lead from the inputs of a run to its outputs, in the order they ran.

    Attributes:
        values: the inputs, then the outputs of the nodes.
        nodes: the operations; what does not reach an output is left out.
        inputs, outputs: indices into `values`.

    `print(graph)` lists it.
    """

    values: tuple[Value, ...]
    nodes: tuple[Node, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    def counts(self) -> dict[str, int]:
        """How often each operation occurs, the most frequent first."""
        return dict(Counter(node.op for node in self.nodes).most_common())

    def to_dot(self, verbose: bool = True) -> str:
        """The graph in Graphviz's language; `verbose` also writes shapes and dtypes."""
        return dot.to_dot(self, verbose)

    def to_svg(self, verbose: bool = True) -> str:
        """The graph as an SVG picture, drawn without Graphviz."""
        return svg.to_svg(self, verbose)

    def save(self, path: Any, verbose: bool = True) -> None:
        """Write a picture; the ending of `path` says which.

        Args:
            path: `.svg` and `.dot` are written as they are; `.png` and `.pdf` by the program `dot`.
            verbose: also write shapes and dtypes.

        Raises:
            ValueError: another ending.
            FileNotFoundError: `dot` is needed and not installed.
        """
        path = Path(path)
        if path.suffix == ".svg":
            path.write_text(self.to_svg(verbose))
        elif path.suffix == ".dot":
            path.write_text(self.to_dot(verbose))
        else:
            dot.render(self.to_dot(verbose), path)

    def __str__(self) -> str:
        names = _names(self)
        lines = [f"inputs   {', '.join(f'{names[i]}: {self.values[i]}' for i in self.inputs)}"]
        for node in self.nodes:
            args = ", ".join(i if isinstance(i, str) else names[i] for i in node.inputs)
            outs = ", ".join(f"{names[i]}: {self.values[i]}" for i in node.outputs)
            params = "".join(f" {k}={_constant(v)}" for k, v in node.params.items())
            lines.append(f"         {outs} = {node.op}({args}){params}")
        return "\n".join([*lines, f"outputs  {', '.join(names[i] for i in self.outputs)}"])


def _names(graph: Graph) -> list[str]:
    """A name for each value: its own, or %0, %1, ... in the order of the nodes."""
    unnamed = iter(range(len(graph.values)))
    return [value.name or f"%{next(unnamed)}" for value in graph.values]


def record(f: Callable[..., Any], *args: Any, **kwargs: Any) -> Graph:
    """Run `f` once, and record the operations that its results come from.

    Record `fzero.grad(f)` for the graph of a gradient. A branch that depends on values takes the
    way of this run.

    Args:
        f: a function of pytrees of arrays, returning one.
        *args, **kwargs: its arguments; each array in them is an input of the graph.

    Returns:
        The graph.

    Example:
        >>> import numpy as np
        >>> from fzero import graph
        >>> print(graph.record(lambda x: np.sin(x) * x, np.ones(3)))
        inputs   x: float64[3]
                 %0: float64[3] = sin(x)
                 %1: float64[3] = multiply(%0, x)
        outputs  %1
    """
    trace, names = _GraphTrace(), _parameters(f)
    pairs, treedef = tree.flatten_with_path((args, kwargs))
    try:
        leaves = [trace.input(_name(path[1:], names), x) for path, x in pairs]
        args, kwargs = tree.unflatten(treedef, leaves)
        outs = tree.leaves(f(*args, **kwargs))
        check_open(trace.transform, outs)
    finally:
        trace.closed = True
    return trace.graph([y.index for y in outs if trace.owns(y)])


def _parameters(f: Callable[..., Any]) -> list[str]:
    """The names of the positional parameters of `f`, as far as they are known."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):  # some functions written in C
        return []
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _name(path: Any, parameters: list[str]) -> str:
    """The path of a leaf in the arguments, with the parameter's name for its position."""
    first, *rest = (tree.keystr((key,), simple=True) for key in path)
    if first.isdigit() and int(first) < len(parameters):
        first = parameters[int(first)]
    return "/".join([first, *rest])


def _constant(x: Any) -> str:
    """A number as it is written, an array by its dtype and shape."""
    if getattr(x, "shape", ()):
        return str(Value("", shape_of(x), dtype_of(x)))
    return str(innermost(x))


class _GraphTracer(Tracer):
    """A value and its index in the graph."""

    __slots__ = ("index",)

    def __init__(self, trace: "_GraphTrace", value: Any, index: int) -> None:
        self._trace, self.value, self.index = trace, value, index


class _GraphTrace(Trace):
    """Notes each operation as it runs."""

    __slots__ = ("inputs", "nodes", "values")
    transform = "graph.record"
    takes_fused = True

    def __init__(self) -> None:
        super().__init__()
        self.values: list[Value] = []
        self.nodes: list[Node] = []
        self.inputs: list[int] = []

    def owns(self, x: Any) -> bool:
        return isinstance(x, _GraphTracer) and x._trace is self

    def input(self, name: str, x: Any) -> Any:
        """A tracer for an array among the arguments; anything else as it is."""
        if not (known(x) or isinstance(x, Tracer)):
            return x
        self.inputs.append(len(self.values))
        return self.tracer(x, name)

    def tracer(self, x: Any, name: str = "") -> _GraphTracer:
        self.values.append(Value(name, shape_of(x), dtype_of(x)))
        return _GraphTracer(self, x, len(self.values) - 1)

    def process(self, prim: Primitive, args: Sequence[Any], params: dict[str, Any]) -> Any:
        if self.closed:
            raise self.leaked(prim.name)
        inputs = tuple(a.index if self.owns(a) else _constant(a) for a in args)
        ans = prim.call(*(a.value if self.owns(a) else a for a in args), **params)
        outs = [self.tracer(y) for y in (ans if prim.multiple else (ans,))]
        self.nodes.append(Node(prim.name, params, inputs, tuple(y.index for y in outs)))
        return tuple(outs) if prim.multiple else outs[0]

    def rebuild(self, tracer: Any, parts: Sequence[Any]) -> Any:
        return _GraphTracer(self, parts[0], tracer.index)

    def graph(self, outputs: list[int]) -> Graph:
        """What leads to `outputs`, with the values numbered anew."""
        live, kept = set(outputs), []
        for node in reversed(self.nodes):
            if live.intersection(node.outputs):
                kept.append(node)
                live.update(i for i in node.inputs if not isinstance(i, str))
        kept.reverse()
        order = [*self.inputs, *(i for node in kept for i in node.outputs)]
        place = {old: new for new, old in enumerate(order)}
        moved = [
            node._replace(
                inputs=tuple(i if isinstance(i, str) else place[i] for i in node.inputs),
                outputs=tuple(place[i] for i in node.outputs),
            )
            for node in kept
        ]
        return Graph(
            tuple(self.values[i] for i in order),
            tuple(moved),
            tuple(place[i] for i in self.inputs),
            tuple(place[i] for i in outputs),
        )
