"""Numbers of seconds and of bytes as text."""

__all__ = ["quantity"]

#: The scales of each measure, largest first.
SCALES = {
    "time": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "memory": ((1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "B")),
}


def quantity(value: float, measure: str = "time", sign: str = "") -> str:
    """A number in the unit that suits its size; `sign` is "+" to show a plus."""
    scales = SCALES[measure]
    scale, unit = next((pair for pair in scales if abs(value) >= pair[0]), scales[-1])
    return f"{value / scale:{sign}.3g} {unit}"
