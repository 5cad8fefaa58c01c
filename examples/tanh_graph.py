"""Draw the derivatives of tanh, each the gradient of the one before, as graphs.

    python examples/tanh_graph.py
    python examples/tanh_graph.py --order 6 --verbose

Each order becomes one SVG, which every browser shows. The derivative of a product has two terms,
so the graphs grow, by a factor of up to 2.8 with each order. Forward mode ends with the same
numbers, by graphs that are about 1.6 times as large.
"""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import fzero
from fzero import graph

HERE = Path(__file__).parent


def nth(transform: Callable[..., Any], order: int) -> Callable[..., Any]:
    """tanh, differentiated so many times by `fzero.grad` or by `fzero.jacfwd`."""
    f: Callable[..., Any] = np.tanh
    for _ in range(order):
        f = transform(f)
    return f


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--order", type=int, default=5, choices=range(11), help="the highest derivative")
    add("--at", type=float, default=1.0, help="where")
    add("--verbose", action="store_true", help="write shapes and dtypes into the graphs")
    add("--out", type=Path, default=HERE / "out", help="where the graphs go")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> tuple[list[float], list[int]]:
    """Run the example; returns the derivative of each order, and the operations of its graph."""
    options = parse(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    x, values, sizes = np.float64(options.at), [], []
    print("order    derivative  operations  by forward mode  graph")
    for order in range(options.order + 1):
        f = nth(fzero.grad, order)
        drawn, other = (graph.record(nth(t, order), x) for t in (fzero.grad, fzero.jacfwd))
        path = options.out / f"tanh_{order}.svg"
        drawn.save(path, options.verbose)
        values.append(float(f(x)))
        sizes.append(len(drawn.nodes))
        print(f"{order:5} {values[-1]:13.6f} {sizes[-1]:11} {len(other.nodes):16}  {path}")
    most = ", ".join(f"{n} {op}" for op, n in drawn.counts().items())
    print(f"the last graph has {most}")
    return values, sizes


if __name__ == "__main__":
    main()
