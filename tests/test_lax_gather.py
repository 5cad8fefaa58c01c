"""The general gather and scatter beside jax.lax, in all modes; and a loop over every slice."""

import numpy as np
import pytest

import fzero
from fzero import lax
from tests.beside_jax import near

RNG = np.random.default_rng(0)
X = RNG.normal(size=(4, 5, 3))
PAIRS = np.array([[[0, 1], [2, 4], [9, 0]], [[3, 2], [-1, 1], [1, 3]]])
ROWS = np.array([[1], [0], [3], [1], [4]])
OWN = np.array([[1], [0], [3], [9]])

#: (offset, collapsed, start map, own axes, their axes in the indices), slice sizes, indices
LAYOUTS = [
    (((0, 2), (1,), (0, 1)), (2, 1, 3), PAIRS),
    (((2, 3, 4), (), (1, 2)), (4, 2, 2), PAIRS),
    (((1,), (0, 1), (0, 1)), (1, 1, 2), PAIRS),
    (((2,), (0, 1), (1, 0)), (1, 1, 3), PAIRS),
    (((0, 1, 4), (), (2, 1)), (4, 1, 2), PAIRS),
    (((1, 2), (0,), (0,)), (1, 5, 3), ROWS),
    (((0, 1, 3), (), (1,)), (2, 5, 2), ROWS),
    (((1,), (1,), (1,), (0,), (0,)), (1, 1, 3), OWN),
    (((0, 2), (), (2,), (0,), (0,)), (1, 3, 2), OWN),
    (((0, 1, 2), (), (1,)), (4, 2, 3), np.array([1])),
    (((0, 1, 2), (), ()), (4, 5, 2), np.zeros((0,), int)),
]
MODES = [None, "clip", "fill"]
COMBINING = ["scatter", "scatter_add", "scatter_sub", "scatter_mul", "scatter_max", "scatter_min"]


def gathered(lax, x, indices, layout, sizes, mode):
    numbers = lax.GatherDimensionNumbers(*layout)
    return lax.gather(x, indices, numbers, sizes, mode=mode)


def updates_of(layout, sizes, indices) -> np.ndarray:
    shape = lax.gather(X, indices, lax.GatherDimensionNumbers(*layout), sizes).shape
    return RNG.normal(size=shape)


def inside(layout, sizes, indices) -> np.ndarray:
    return indices.clip(0, np.array([X.shape[a] - sizes[a] for a in layout[2]], int))


def agree(jax, ours, theirs, operands) -> None:
    inputs = tuple(map(jax.numpy.asarray, operands))
    tangents = tuple(np.cos(x + 1) for x in operands)
    near(ours(*operands), theirs(*inputs))
    near(fzero.jvp(ours, operands, tangents), jax.jvp(theirs, inputs, tangents))
    ans, pull = fzero.vjp(ours, *operands)
    g = np.cos(np.arange(ans.size, dtype=float)).reshape(ans.shape)
    near(pull(g), jax.vjp(theirs, *inputs)[1](jax.numpy.asarray(g)))


def loops(function, *operands) -> None:
    rows = [np.stack([x, x[::-1]]) for x in operands]
    near(fzero.vmap(function)(*rows), np.stack([function(*(r[i] for r in rows)) for i in (0, 1)]))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("layout", "sizes", "indices"), LAYOUTS)
def test_gather_is_that_of_jax(jax, layout, sizes, indices, mode):
    if mode is None:  # JAX is told that no slice leads out
        indices = inside(layout, sizes, indices)
    rest = (jax.numpy.asarray(indices), layout, sizes, mode)
    agree(
        jax,
        lambda x: gathered(lax, x, indices, *rest[1:]),
        lambda x: gathered(jax.lax, x, *rest),
        (X,),
    )
    loops(lambda x: gathered(lax, x, indices, layout, sizes, mode), X)
    if len(indices) > 1:
        near(
            fzero.vmap(lambda i: gathered(lax, X, i, layout, sizes, mode))(
                np.stack([indices, indices[::-1]])
            ),
            np.stack([gathered(lax, X, i, layout, sizes, mode) for i in (indices, indices[::-1])]),
        )


@pytest.mark.parametrize("name", COMBINING)
@pytest.mark.parametrize("mode", ["drop", "clip"])
@pytest.mark.parametrize(("layout", "sizes", "indices"), LAYOUTS)
def test_scatters_are_those_of_jax(jax, layout, sizes, indices, mode, name):
    def written(lax, x, updates, indices=indices):
        numbers = lax.ScatterDimensionNumbers(*layout)
        return getattr(lax, name)(x, indices, updates, numbers, mode=mode)

    updates = updates_of(layout, sizes, indices)
    inputs = jax.numpy.asarray(X), jax.numpy.asarray(updates), jax.numpy.asarray(indices)
    near(written(lax, X, updates), written(jax.lax, *inputs))
    loops(lambda x, u: written(lax, x, u), X, updates)
    if name in ("scatter_max", "scatter_min") and mode == "clip":
        indices = inside(layout, sizes, indices)  # JAX forgets to clip in the derivative
    if name != "scatter_mul":  # JAX has its derivative for unique indices only
        places = jax.numpy.asarray(indices)
        agree(
            jax,
            lambda x, u: written(lax, x, u, indices),
            lambda x, u: written(jax.lax, x, u, places),
            (X, updates),
        )


NUMBERS = lax.ScatterDimensionNumbers((), (0,), (0,))
REPEATED = np.array([[2], [0], [2], [7], [2], [0]])


def multiplied(x, updates, indices):
    parts = list(x)
    for (i,), u in zip(indices, updates, strict=True):
        if 0 <= i < len(parts):
            parts[i] = parts[i] * u
    return fzero.numpy.stack(parts)


def test_a_product_into_repeated_places_is_a_loop():
    x, updates = RNG.normal(size=4), RNG.normal(size=6)

    def ours(x, u, i=REPEATED):
        return lax.scatter_mul(x, i, u, NUMBERS)

    for transform in (lambda f: f, lambda f: fzero.jacrev(f, (0, 1)), fzero.hessian):
        near(
            transform(ours)(x, updates),
            transform(lambda x, u: multiplied(x, u, REPEATED))(x, updates),
        )
    places = np.stack([REPEATED, np.roll(REPEATED, 1), np.full_like(REPEATED, 3)])
    near(
        fzero.vmap(lambda i: ours(x, updates, i))(places),
        np.stack([multiplied(x, updates, i) for i in places]),
    )


def test_a_function_is_applied_as_often_as_its_place_is_named(jax):
    def applied(lax, x, i, function):
        numbers = lax.ScatterDimensionNumbers((), (0,), (0,))
        return lax.scatter_apply(x, i, function, numbers, update_shape=(6,))

    x = RNG.uniform(1, 2, 4)
    near(
        applied(lax, x, REPEATED, lambda v: v * v + 1),
        applied(jax.lax, jax.numpy.asarray(x), jax.numpy.asarray(REPEATED), lambda v: v * v + 1),
    )
    near(
        fzero.grad(lambda x: applied(lax, x, REPEATED, np.square).sum())(x),
        np.array([4 * x[0] ** 3, 1.0, 8 * x[2] ** 7, 1.0]),
    )


def test_all_starts_that_lead_out_are_filled(jax):
    wanted = {"f": np.nan, "i": -(2**15), "u": 255, "b": True}
    numbers = lax.GatherDimensionNumbers((), (0,), (0,))
    for dtype in (np.float32, np.int16, np.uint8, np.bool_):
        got = lax.gather(np.zeros(2, dtype), np.array([[1], [2], [-1]]), numbers, (1,), mode="fill")
        assert got.dtype == dtype
        np.testing.assert_array_equal(got[1:], [wanted[np.dtype(dtype).kind]] * 2)
    x, i = np.zeros(2, np.int32), np.array([[5]])
    assert lax.gather(x, i, numbers, (1,), mode="fill", fill_value=7).tolist() == [7]


def test_a_single_element_has_places_too():
    x, none, updates = np.array(2.0), np.zeros((3, 0), int), np.array([1.0, 4.0, 3.0])
    near(lax.gather(x, none, lax.GatherDimensionNumbers((), (), ()), ()), np.full(3, 2.0))
    wanted = [3.0, 10.0, -6.0, 24.0, 4.0, 1.0]
    for name, value in zip(COMBINING, wanted, strict=True):
        got = getattr(lax, name)(x, none, updates, lax.ScatterDimensionNumbers((), (), ()))
        near(got, np.array(value))


def test_modes_have_the_names_of_jax(jax):
    for s in (None, "clip", "fill", "drop", "promise_in_bounds"):
        ours, theirs = (m.GatherScatterMode.from_any(s).name for m in (lax, jax.lax))
        assert ours == theirs
    for name in ("GatherDimensionNumbers", "ScatterDimensionNumbers"):
        ours, theirs = (getattr(m, name)((0,), (), (1,)) for m in (lax, jax.lax))
        assert all(getattr(theirs, f) == v for f, v in ours._asdict().items())


def test_errors_say_a_way_out():
    numbers = lax.GatherDimensionNumbers((1,), (0,), (0,))
    with pytest.raises(ValueError, match="'clip'"):
        lax.gather(np.eye(3), np.array([[1]]), numbers, (1, 3), mode="wrap")
    lax.gather(np.eye(3), np.array([[1]]), numbers, (1, 3), mode="clip")
    with pytest.raises(TypeError, match=r"\[:, None\]"):
        lax.gather(np.eye(3), np.array([1.0]), numbers, (1, 3))
    lax.gather(np.eye(3), np.array([1])[:, None], numbers, (1, 3))
    for wrong, sizes in [
        (numbers, (1, 4)),
        (numbers, (2, 3)),
        (numbers._replace(offset_dims=()), (1, 3)),
        (numbers._replace(start_index_map=(0, 1)), (1, 3)),
    ]:
        with pytest.raises(ValueError, match="dimension numbers"):
            lax.gather(np.eye(3), np.array([[1]]), wrong, sizes)
    with pytest.raises(ValueError, match="Broadcast the updates"):
        lax.scatter_add(np.zeros(3), np.array([[1], [2]]), np.ones(3), NUMBERS)
    lax.scatter_add(np.zeros(3), np.array([[1], [2]]), np.broadcast_to(1.0, (2,)), NUMBERS)
