"""Indexing with NumPy's meaning, under every transform, whichever operand is batched."""

from typing import Any

import numpy as np
import pytest

from fzero import grad, vmap
from fzero.ops import elementwise as el
from fzero.ops import reduction as red
from fzero.ops.indexing import at, getitem
from fzero.testing import check_grads, check_vmap
from tests.strict import StrictArray, put, unwrap

X = np.arange(60.0).reshape(3, 4, 5) / 10
I2, I22 = np.array([0, 2]), np.array([[0, 1], [2, -1]])
MASK = X[:, :, 0] > 2.0
INDICES: dict[str, Any] = {
    "int": 1,
    "negative int": -1,
    "numpy int": np.int64(1),
    "slice": slice(1, 3),
    "negative step": (slice(None), slice(None, None, -2)),
    "ellipsis": (..., 2),
    "ellipsis in the middle": (1, ..., slice(1, 4)),
    "new axis": (None, slice(None), None, 1),
    "list": [0, 2, 2],
    "array": I2,
    "matrix": I22,
    "array behind": (slice(None), I2),
    "two arrays": (I2, I2 - 1),
    "broadcast arrays": (I2[:, None], np.array([0, 1, 3])),
    "arrays apart": (I2, slice(None), I2),
    "arrays apart with int": (0, slice(None), I2),
    "array and int together": (slice(None), I2, 1),
    "array, new axis, array": (I2, None, I2),
    "array behind ellipsis": (..., I2),
    "mask": X > 3.0,
    "mask of two axes": MASK,
    "mask behind": (0, np.array([True, False, True, True])),
    "mask and slice": (slice(0, 2), np.array([True, False, True, True]), slice(1, 3)),
    "mask and array": (np.array([True, False, True]), I2),
    "empty list": [],
    "empty array": (np.zeros((0,), int),),
    "0-d array": np.array(2),
    "nothing": (),
    "all": ...,
    "uint8": np.array([0, 1], np.uint8),
}


@pytest.mark.parametrize("name", INDICES)
def test_reading_is_numpys(name: str) -> None:
    index = INDICES[name]
    np.testing.assert_array_equal(getitem(X, index), X[index])
    f = lambda x: getitem(el.sin(x), index)
    check_grads(f, (X,))
    many = np.stack([X, X[::-1], X * 2])
    check_vmap(lambda x: getitem(x, index), (many,))
    check_vmap(lambda x: getitem(x, index), (np.moveaxis(many, 0, -1),), in_axes=-1, out_axes=-1)
    check_vmap(grad(lambda x: red.sum(f(x) ** 2, axis=None, keepdims=False)), (many,))


@pytest.mark.parametrize("name", ["set", "add", "max", "min", "multiply", "divide", "power"])
@pytest.mark.parametrize("index", [1, (..., 2), (I2, slice(None), I2), MASK, (slice(None), I2)])
def test_updating_is_numpys(name: str, index: Any) -> None:
    shape = X[index].shape
    values = np.random.default_rng(0).uniform(1.0, 2.0, shape[-1:])
    want = X.copy() + 0.5
    update = {
        "set": lambda: want.__setitem__(index, values),
        "add": lambda: np.add.at(want, index, values),
        "max": lambda: np.maximum.at(want, index, values),
        "min": lambda: np.minimum.at(want, index, values),
        "multiply": lambda: np.multiply.at(want, index, values),
        "divide": lambda: np.divide.at(want, index, values),
        "power": lambda: np.power.at(want, index, values),
    }
    update[name]()
    f = lambda x, v: getattr(at(x + 0.5, index), name)(v)
    np.testing.assert_allclose(f(X, values), want, rtol=1e-15)
    check_grads(f, (X, values))
    for axes in [(0, 0), (0, None), (None, 0)]:
        args = [
            v if a is None else np.stack([v, v * 0.9])
            for v, a in zip((X, values), axes, strict=True)
        ]
        check_vmap(f, args, axes)


@pytest.mark.parametrize("x_axis", [None, 0, 2])
def test_batched_index(x_axis: int | None) -> None:
    rows = np.array([[0, 2], [1, 1], [2, 0]])
    x = X if x_axis is None else np.stack([X, X * 2, X - 1], axis=x_axis)
    whole = slice(None)
    for f in (
        lambda x, i: getitem(x, i),
        lambda x, i: getitem(x, (whole, i)),
        lambda x, i: getitem(x, (i, whole, i)),
        lambda x, i: getitem(x, (i[0], whole, i)),
        lambda x, i: getitem(x, (whole, None, i, 1)),
        lambda x, i: at(x, (whole, i)).add(1.0),
        lambda x, i: at(x, (i, whole, i)).set(getitem(x, (0, whole, 0))),
        lambda x, i: at(x, i).max(getitem(x, i) * 2),
    ):
        total = lambda x, i, f=f: red.sum(el.sin(f(x, i)), axis=None, keepdims=False)
        check_vmap(f, (x, rows), (x_axis, 0))
        check_vmap(grad(total), (x, rows), (x_axis, 0))


def on_device(index: Any) -> Any:
    """The index with its arrays on the stand-in device."""
    if isinstance(index, tuple):
        return tuple(map(on_device, index))
    return put(index) if isinstance(index, np.ndarray) else index


@pytest.mark.parametrize("name", INDICES)
def test_strict_stand_in(name: str) -> None:
    index, x = on_device(INDICES[name]), put(X)
    read = lambda x: red.sum(el.sin(getitem(x, index)), axis=None, keepdims=False)
    want = grad(lambda x: red.sum(el.sin(getitem(x, INDICES[name])), axis=None, keepdims=False))
    np.testing.assert_allclose(unwrap(grad(read)(x)), want(X))
    np.testing.assert_allclose(unwrap(vmap(grad(read))(put(X[None])))[0], want(X))
    for method in ("set", "add", "max"):
        update = lambda x, at_index, m=method: getattr(at(x, at_index), m)(1.5)
        got = update(x, index)
        assert isinstance(got, StrictArray)
        np.testing.assert_array_equal(unwrap(got), update(X, INDICES[name]))


@pytest.mark.parametrize("flag", [True, False, np.True_, np.array(False)])
@pytest.mark.parametrize("x", [X, np.array(3.0)])
def test_one_boolean_brings_an_axis(x: Any, flag: Any) -> None:
    np.testing.assert_array_equal(getitem(x, flag), x[flag])
    check_grads(lambda x: getitem(el.sin(x), flag), (x,))
    check_vmap(lambda x: getitem(x, flag), (np.stack([x, x + 1]),))


def test_mask_of_a_number() -> None:
    np.testing.assert_array_equal(grad(lambda x: np.sum(x[x > 0] ** 2))(np.array(3.0)), 6.0)
    with pytest.raises(IndexError, match="a boolean mask has shape"):
        grad(lambda x: np.sum(x[True, I2]))(X)


def test_repeated_indices() -> None:
    index = np.array([0, 0, 2])
    np.testing.assert_array_equal(at(np.zeros(3), index).add(np.ones(3)), [2.0, 0.0, 1.0])
    for name in ("multiply", "divide", "power", "apply"):
        with pytest.raises(ValueError, match=f"{name}: the index names an element more than once"):
            getattr(at(np.ones(3), index), name)(2.0 if name != "apply" else el.sin)
    check_grads(
        lambda x, v: at(x, index).max(v), (np.array([0.1, 5.0, 0.2]), np.array([1.0, 2, 3]))
    )


def test_errors() -> None:
    with pytest.raises(IndexError, match="4 indices for an array of 3 dimensions"):
        grad(lambda x: getitem(x, (0, I2, 0, 0)))(X)
    with pytest.raises(IndexError, match="dtype float64; expected integers"):
        getitem(X, np.array([0.0, 1.0]))
    with pytest.raises(IndexError, match="mask has shape \\(2,\\) where the array has \\(3,\\)"):
        getitem(X, np.array([True, False]))
    with pytest.raises(IndexError):
        getitem(X, 7)
    with pytest.raises(IndexError):
        vmap(lambda x: x[np.array([9])])(X)
    with pytest.raises(TypeError, match="at: the values have dtype complex128"):
        at(X, 0).set(1j)


def test_tracer_as_an_integer_index() -> None:
    f = getitem
    np.testing.assert_array_equal(vmap(f, (None, 0))(X, I2), X[I2])
    got = vmap(vmap(f, (None, 0)), (0, None))(X, I2)
    np.testing.assert_array_equal(got, X[:, I2])


def test_dtypes_stay() -> None:
    x = np.ones(3, np.float32)
    assert at(x, 0).set(2.0).dtype == at(x, 0).add(2).dtype == np.float32
    assert grad(lambda x: at(x, 0).set(2.0).sum())(x).dtype == np.float32
    assert at(np.ones(3, np.int32), 0).add(1).dtype == np.int32


def test_reading_a_scalar_beside_other_uses() -> None:
    f = lambda x: el.sin(x) * x + getitem(x, ...) * getitem(x, ())
    check_grads(f, (np.array(0.7),))
    check_grads(f, (0.7,))
