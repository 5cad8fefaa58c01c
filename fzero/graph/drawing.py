"""What a picture of a graph shows: boxes and the edges between them."""

from typing import Any, NamedTuple

__all__ = ["Box", "boxes"]

_INPUT, _VALUE, _OPERATION = "#f5b94a", "#f6dfb2", "#a9d3ea"


class Box(NamedTuple):
    """A box of the picture: an operation, or a value that comes in, goes out or is shown."""

    key: str
    lines: list[str]
    operation: bool
    color: str


def boxes(graph: Any, verbose: bool) -> tuple[list[Box], list[tuple[str, str]]]:
    """The boxes of a graph, and its edges as pairs of their keys."""
    found = [_value_box(graph, i, verbose) for i in graph.inputs]
    source = {i: f"v{i}" for i in graph.inputs}
    edges = []
    for n, node in enumerate(graph.nodes):
        key = f"n{n}"
        shapes = [str(graph.values[i]) for i in node.outputs] if verbose else []
        found.append(Box(key, [node.op, *shapes], True, _OPERATION))
        edges += [(source[i], key) for i in node.inputs if not isinstance(i, str)]
        source.update(dict.fromkeys(node.outputs, key))
    for i in dict.fromkeys(graph.outputs):
        box = _value_box(graph, i, verbose)
        found.append(box._replace(key=f"o{i}", lines=["output", *box.lines[1:]], color=_VALUE))
        edges.append((source[i], f"o{i}"))
    return found, edges


def _value_box(graph: Any, i: int, verbose: bool) -> Box:
    value = graph.values[i]
    return Box(f"v{i}", [value.name, *([str(value)] if verbose else [])], False, _INPUT)
