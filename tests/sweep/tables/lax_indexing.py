"""The general gather and scatter of `fzero.lax`."""

from typing import Any

from ..case import Operand, Table, real, whole

TABLE = Table("lax")
X = real(4, 5, 3)

#: (offset axes, collapsed, start map), slice sizes, indices, shape of the slices gathered.
LAYOUTS: list[tuple[Any, tuple[int, ...], Operand, tuple[int, ...]]] = [
    (((0, 2), (1,), (0, 1)), (2, 1, 3), whole(2, 2, low=0, high=3), (2, 2, 3)),
    (((1,), (0, 1), (0, 1)), (1, 1, 2), whole(3, 2, low=0, high=4), (3, 2)),
    (((1, 2), (0,), (0,)), (1, 5, 3), whole(5, 1, low=0, high=4), (5, 5, 3)),
]


def _gathered(lax: Any, x: Any, i: Any, layout: Any, sizes: Any, mode: Any) -> Any:
    return lax.gather(x, i, lax.GatherDimensionNumbers(*layout), sizes, mode=mode)


def _scattered(lax: Any, name: str, x: Any, i: Any, u: Any, layout: Any, once: bool) -> Any:
    numbers = lax.ScatterDimensionNumbers(*layout)
    return getattr(lax, name)(x, i, u, numbers, mode="clip", unique_indices=once)


for _layout, _sizes, _indices, _shape in LAYOUTS:
    for _mode in (None, "clip", "fill"):
        TABLE.add(
            "gather",
            lambda lax, x, i, d=_layout, s=_sizes, m=_mode: _gathered(lax, x, i, d, s, m),
            X,
            _indices,
        )
    for _name in "scatter_add scatter_sub scatter_max scatter_min".split():
        TABLE.add(
            _name,
            lambda lax, x, i, u, n=_name, d=_layout: _scattered(lax, n, x, i, u, d, False),
            X,
            _indices,
            real(*_shape),
        )
for _name in "scatter scatter_mul".split():  # at one place, so that neither order nor ties matter
    TABLE.add(
        _name,
        lambda lax, x, i, u, n=_name: _scattered(lax, n, x, i, u, ((0,), (0, 1), (0, 1)), True),
        X,
        whole(2, low=0, high=4),
        real(3),
    )
TABLE.add(
    "scatter_apply",
    lambda lax, x, i: lax.scatter_apply(
        x, i, lax.sin, lax.ScatterDimensionNumbers((), (0,), (0,)), update_shape=(2,)
    ),
    real(5),
    whole(2, 1, low=0, high=5),
    without="jvp vjp",
    why="a place that is drawn twice has no derivative in JAX",
)
