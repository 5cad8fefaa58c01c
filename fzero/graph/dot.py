"""Graphviz: its language, and its program `dot`."""

from pathlib import Path
from typing import Any

from .drawing import boxes

__all__ = ["render", "to_dot"]

_FORMATS = (".png", ".pdf")


def to_dot(graph: Any, verbose: bool) -> str:
    """The text of a picture: ellipses for values, boxes for operations."""
    found, edges = boxes(graph, verbose)
    lines = [
        f'  {box.key} [label="{_escaped(box.lines)}", shape={"box" if box.operation else "ellipse"}'
        f', style=filled, color="{box.color}"];'
        for box in found
    ]
    arrows = [f"  {a} -> {b};" for a, b in edges]
    return "\n".join(["digraph g {", *lines, *arrows, "}"]) + "\n"


def _escaped(lines: list[str]) -> str:
    return r"\n".join(line.replace("\\", r"\\").replace('"', r"\"") for line in lines)


def render(text: str, path: Path) -> None:
    """Write a picture by the program `dot`."""
    import shutil  # here, since importing these two takes longer than most of this package
    import subprocess

    if path.suffix not in _FORMATS:
        raise ValueError(
            f"Graph.save: path is {str(path)!r}; expected an ending among .svg, .dot, .png and "
            ".pdf. Save it as .svg, which needs no other program."
        )
    program = shutil.which("dot")
    if program is None:
        raise FileNotFoundError(
            f"Graph.save: the program dot, which writes {path.suffix}, is not installed; expected "
            "Graphviz. Install it, or save as .svg, which needs no other program."
        )
    command = [program, f"-T{path.suffix[1:]}", "-o", str(path)]
    subprocess.run(command, input=text.encode(), check=True)
