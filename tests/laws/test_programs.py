"""Random programs under random stacks of transforms, each level against the level below.

A program is a list of integers: which operation, on which earlier values. Operations that do not
fit the shapes at hand are passed over, so any list is a program and hypothesis shrinks it freely.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from fzero import jvp, tree, vjp, vmap
from fzero.core import REGISTRY
from fzero.dtypes import shape_of
from fzero.ops import elementwise as el
from fzero.ops import reduction as red
from fzero.ops import structural as so
from fzero.ops.indexing import at
from fzero.testing import check_jvp, check_vjp, check_vmap

X, Y = (2, 3), (3,)
matmul = REGISTRY["matmul"].call
Step = tuple[int, int, int]


def rank(x: Any) -> int:
    return len(shape_of(x))


def joins(x: Any, y: Any) -> bool:
    return shape_of(x) == shape_of(y)


def broadcasts(x: Any, y: Any) -> bool:
    pairs = zip(reversed(shape_of(x)), reversed(shape_of(y)), strict=False)
    return all(a == b or 1 in (a, b) for a, b in pairs)


def multiplies(x: Any, y: Any) -> bool:
    return 0 < rank(x) <= 2 and rank(y) == 2 and shape_of(x)[-1] == shape_of(y)[0]


def any_rank(x: Any, y: Any) -> bool:
    return True


def has_axis(x: Any, y: Any) -> bool:
    return rank(x) > 0 and shape_of(x)[0] > 0


def fitted(x: Any, y: Any) -> Any:
    """The first row of `x` as all of `y`, which `x` may differ from in shape."""
    return so.broadcast_to(red.sum(x, axis=None, keepdims=False), shape=shape_of(y))


#: When it applies, and what it computes from two earlier values. All are smooth and bounded enough.
OPERATIONS: list[tuple[Callable[[Any, Any], bool], Callable[[Any, Any], Any]]] = [
    (any_rank, lambda x, y: el.sin(x)),
    (any_rank, lambda x, y: el.tanh(x) + 0.5),
    (any_rank, lambda x, y: el.exp(-x * x)),
    (any_rank, lambda x, y: el.sqrt(1.0 + x**2)),
    (any_rank, lambda x, y: el.log1p(x * x)),
    (any_rank, lambda x, y: el.power(1.5 + el.sin(x), 1.3)),
    (broadcasts, lambda x, y: x + y),
    (broadcasts, lambda x, y: el.cos(x) * y),
    (broadcasts, lambda x, y: el.sin(x) / (2.0 + y * y)),
    (broadcasts, lambda x, y: el.logaddexp(x, y)),
    (broadcasts, lambda x, y: el.hypot(1.0 + x * x, y)),
    (broadcasts, lambda x, y: el.where(np.array(True), x, y)),
    (broadcasts, lambda x, y: el.power(2.0 + el.cos(x), el.tanh(y))),
    (multiplies, lambda x, y: el.tanh(matmul(x, y))),
    (any_rank, lambda x, y: so.transpose(x, axes=tuple(reversed(range(rank(x)))))),
    (any_rank, lambda x, y: so.reshape(x, shape=(1, *shape_of(x)))),
    (has_axis, lambda x, y: so.flip(x, axis=(0,))),
    (has_axis, lambda x, y: so.pad_zeros(x, widths=((1, 0),) * rank(x))[..., :3]),
    (has_axis, lambda x, y: so.concatenate(x, el.sin(x), axis=rank(x) - 1)[..., 1:4]),
    (has_axis, lambda x, y: so.unstack(x, axis=0)[-1]),
    (joins, lambda x, y: so.stack(x, y, axis=rank(x))),
    (has_axis, lambda x, y: x[0]),
    (has_axis, lambda x, y: x[np.array([0, -1, 0])]),
    (has_axis, lambda x, y: at(x, 0).set(0.5)),
    (has_axis, lambda x, y: at(x, np.array([0, -1])).add(el.sin(x[-1]))),
    (any_rank, lambda x, y: at(y, ...).multiply(el.tanh(fitted(x, y)))),
    (has_axis, lambda x, y: red.cumsum(x, axis=0)),
    (has_axis, lambda x, y: el.tanh(red.cumprod(el.tanh(x), axis=rank(x) - 1))),
    (has_axis, lambda x, y: red.sum(x, axis=0, keepdims=True)),
    (any_rank, lambda x, y: red.mean(x, axis=None, keepdims=False)),
    (has_axis, lambda x, y: red.prod(el.cos(x), axis=-1, keepdims=False)),
    (has_axis, lambda x, y: red.logsumexp(x, axis=0)),
    (has_axis, lambda x, y: red.var(x, axis=-1)),
]


def run(program: list[Step], x: Any, y: Any) -> Any:
    """The last two values of a program on two inputs; large results are left out."""
    values = [x, y]
    for which, first, second in program:
        a, b = values[first % len(values)], values[second % len(values)]
        applies, compute = OPERATIONS[which % len(OPERATIONS)]
        if applies(a, b):
            value = compute(a, b)
            if rank(value) <= 3:
                values.append(value)
    return values[-2:]


def total(out: Any) -> Any:
    """A scalar that depends on every element of a pytree in its own way."""
    parts = [
        red.sum(el.sin(leaf + 0.3 * i), axis=None, keepdims=False)
        for i, leaf in enumerate(tree.leaves(out))
    ]
    return sum(parts[1:], parts[0])


def pulled(f: Callable[..., Any]) -> Callable[..., Any]:
    """(x, y) -> the gradient of the total of `f`."""

    def gradient(x: Any, y: Any) -> Any:
        value, pullback = vjp(lambda x, y: total(f(x, y)), x, y)
        return pullback(np.float64(1.0))

    return gradient


def pushed(f: Callable[..., Any]) -> Callable[..., Any]:
    """(x, y) -> value and derivative of `f` along a direction that depends on the point."""
    return lambda x, y: jvp(f, (x, y), (el.cos(x), y * 0.5))


def rows(x: Any, axis: int) -> Any:
    """Three variants of `x` along a new axis."""
    return so.stack(x, el.sin(x), 0.5 * x, axis=axis)


#: in_axes of the mapped transforms.
AXES: dict[str, tuple[int | None, int | None]] = {
    "vmap both": (0, 0),
    "vmap x": (1, None),
    "vmap y": (None, -1),
    "vmap last": (-1, 0),
}


def mapped(f: Callable[..., Any], axes: tuple[int | None, int | None]) -> Callable[..., Any]:
    """(x, y) -> `f` over variants of x, of y or of both."""
    return lambda x, y: vmap(f, in_axes=axes)(*batch(x, y, axes))


def batch(x: Any, y: Any, axes: tuple[int | None, int | None]) -> list[Any]:
    """The operands of a mapped function."""
    full = [
        (2 if len(shape_of(v)) == 2 else 1) if a == -1 else a
        for v, a in zip((x, y), axes, strict=True)
    ]
    return [v if a is None else rows(v, a) for v, a in zip((x, y), full, strict=True)]


def apply(name: str, f: Callable[..., Any], x: Any, y: Any) -> Callable[..., Any]:
    """Check one transform of `f` at a point, and return the transformed function."""
    tolerance = {"eps": 2e-4, "atol": 1e-6, "rtol": 1e-6}
    if name == "grad":
        check_vjp(f, (x, y), **tolerance)
        return pulled(f)
    if name == "jvp":
        check_jvp(f, (x, y), **tolerance)
        return pushed(f)
    check_vmap(f, batch(x, y, AXES[name]), AXES[name])
    return mapped(f, AXES[name])


programs = st.lists(st.tuples(*[st.integers(0, 63)] * 3), min_size=1, max_size=8)
stacks = st.lists(st.sampled_from(["grad", "jvp", *AXES]), min_size=1, max_size=3)


@settings(max_examples=120, deadline=None, derandomize=True)
@example([(0, 0, 0), (52, 1, 0), (25, 0, 3)], ["grad"], 0)
@given(programs, stacks, st.integers(0, 1000))
def test_random_programs_under_random_transforms(
    program: list[Step], stack: list[str], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-1.0, 1.0, X), rng.uniform(-1.0, 1.0, Y)
    note(f"transforms, the innermost first: {stack}")
    f: Callable[..., Any] = lambda x, y: run(program, x, y)
    for name in stack:
        f = apply(name, f, x, y)
    for leaf in tree.leaves(f(x, y)):
        assert np.all(np.isfinite(leaf))
