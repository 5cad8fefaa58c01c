"""A picture of a graph as SVG, laid out in layers without another program."""

from collections import defaultdict
from typing import Any

from .drawing import Box, boxes

__all__ = ["to_svg"]

_GAP, _LEVEL, _LINE, _CHAR, _MARGIN = 24, 46, 16, 7.4, 20


def to_svg(graph: Any, verbose: bool) -> str:
    """The text of the picture; edges lead downwards."""
    found, edges = boxes(graph, verbose)
    levels = _levels(found, edges)
    places = _places(levels, edges)
    width = max((x + _width(b) / 2 for b, x, _ in places.values()), default=0) + _MARGIN
    height = max((y + _height(b) for b, _, y in places.values()), default=0) + _MARGIN
    lines = [_arrow(places[a], places[b]) for a, b in edges]
    shapes = [_shape(*place) for place in places.values()]
    return "\n".join([_HEAD.format(width=round(width), height=round(height)), *lines, *shapes,
                      "</svg>"]) + "\n"  # fmt: skip


_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" \
viewBox="0 0 {width} {height}" font-family="monospace" font-size="12">
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" \
orient="auto"><path d="M0 0 L8 4 L0 8 z" fill="#555"/></marker></defs>"""


def _width(box: Box) -> float:
    return _CHAR * max(map(len, box.lines)) + 18


def _height(box: Box) -> float:
    return _LINE * len(box.lines) + 10


def _levels(found: list[Box], edges: list[tuple[str, str]]) -> list[list[Box]]:
    """The boxes by the length of the longest way to them; an input stands above its first use."""
    depth: dict[str, int] = {box.key: 0 for box in found}
    uses: dict[str, list[str]] = defaultdict(list)
    for a, b in edges:  # in the order of the run: depth[a] is final
        depth[b] = max(depth[b], depth[a] + 1)
        uses[a].append(b)
    for box in found:
        if not box.operation and box.key in uses:
            depth[box.key] = min(depth[b] for b in uses[box.key]) - 1
    levels: list[list[Box]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for box in found:
        levels[depth[box.key]].append(box)
    return levels


def _places(levels: list[list[Box]], edges: list[tuple[str, str]]) -> dict[str, Any]:
    """key -> (box, centre, top): each level in the order of the mean place of its sources."""
    sources: dict[str, list[str]] = defaultdict(list)
    for a, b in edges:
        sources[b].append(a)
    places: dict[str, Any] = {}
    top: float = _MARGIN
    for level in levels:
        wished = {box.key: _mean([places[a][1] for a in sources[box.key]]) for box in level}
        edge: float = _MARGIN
        for box in sorted(level, key=lambda box: wished[box.key]):  # noqa: B023
            centre = max(edge + _width(box) / 2, wished[box.key])
            places[box.key] = box, centre, top
            edge = centre + _width(box) / 2 + _GAP
        top += max(map(_height, level)) + _LEVEL
    return places


def _mean(xs: list[float]) -> float:
    return sum(xs) / len(xs) if xs else 0.0


def _arrow(start: Any, end: Any) -> str:
    (box, x0, y0), (_, x1, y1) = start, end
    y0 += _height(box)
    middle = (y0 + y1) / 2
    return (
        f'<path d="M{x0:.1f} {y0:.1f} C{x0:.1f} {middle:.1f} {x1:.1f} {middle:.1f} {x1:.1f} '
        f'{y1:.1f}" fill="none" stroke="#555" marker-end="url(#head)"/>'
    )


def _shape(box: Box, centre: float, top: float) -> str:
    width, height = _width(box), _height(box)
    corner = 3 if box.operation else height / 2
    rect = (
        f'<rect x="{centre - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{height:.1f}" rx="{corner:.0f}" fill="{box.color}" stroke="#777"/>'
    )
    rows = [
        f'<text x="{centre:.1f}" y="{top + _LINE * (i + 1) - 1:.1f}" text-anchor="middle">'
        f"{_escaped(line)}</text>"
        for i, line in enumerate(box.lines)
    ]
    return "\n".join([rect, *rows])


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
