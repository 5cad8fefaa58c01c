"""One run of a function as a graph: a listing, counts of operations, pictures."""

from .record import Graph, Node, Value, record

__all__ = ["Graph", "Node", "Value", "record"]
