"""Random trees come back as they were saved, to the bit."""

import dataclasses
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import fzero
from fzero_nn import checkpoint


class State(NamedTuple):
    mu: object
    nu: object


@fzero.tree.register_dataclass
@dataclasses.dataclass
class Layer:
    W: object
    b: object


DTYPES = st.one_of(
    npst.boolean_dtypes(),
    npst.integer_dtypes(endianness="?"),
    npst.unsigned_integer_dtypes(endianness="?"),
    npst.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    npst.complex_number_dtypes(endianness="?", sizes=(64, 128)),
)
SHAPES = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
LAYOUTS = st.sampled_from([np.asarray, np.asfortranarray, lambda x: x[::-1] if x.ndim else x])
ARRAYS = st.builds(lambda x, layout: layout(x), npst.arrays(DTYPES, SHAPES), LAYOUTS)
NUMBERS = st.one_of(
    st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.complex_numbers()
)
KEYS = st.one_of(st.text(max_size=4), st.integers())
TREES = st.recursive(
    st.one_of(ARRAYS, NUMBERS, st.none()),
    lambda trees: st.one_of(
        st.lists(trees, max_size=3),
        st.lists(trees, max_size=3).map(tuple),
        st.dictionaries(KEYS, trees, max_size=3),
        st.builds(State, trees, trees),
    ),
    max_leaves=6,
)


def described(tree):
    """Paths, kinds, dtypes, shapes and bits of the leaves."""
    leaves = fzero.tree.leaves_with_path(fzero.freeze(tree))
    arrays = [(str(path), type(x), np.asarray(x)) for path, x in leaves]
    return [(path, cls, a.dtype, a.shape, a.tobytes()) for path, cls, a in arrays]


@given(TREES, st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_tree_comes_back(tmp_path_factory, tree, compress):
    path = tmp_path_factory.getbasetemp() / "any.npz"
    checkpoint.save(path, tree, compress=compress)
    got = checkpoint.load(path, like=tree)
    assert described(got) == described(tree)
    assert fzero.tree.structure(got) == fzero.tree.structure(fzero.freeze(tree))
    without = checkpoint.load(path)
    assert [x[1:] for x in described(without)] == [x[1:] for x in described(tree)]


def test_registered_classes_come_back_in_their_own(tmp_path):
    tree = {"layer": Layer(np.ones(2), (np.zeros(1), State(1, None)))}
    checkpoint.save(tmp_path / "c.npz", tree)
    got = checkpoint.load(tmp_path / "c.npz", like=tree)["layer"]
    assert type(got) is Layer and type(got.b[1]) is State
    np.testing.assert_array_equal(got.W, tree["layer"].W)
    assert checkpoint.load(tmp_path / "c.npz")["layer"]["b"][1] == {"mu": 1, "nu": None}


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_order_in_memory_is_kept(tmp_path, order):
    x = np.asarray(np.arange(6).reshape(2, 3), order=order)
    checkpoint.save(tmp_path / "c.npz", x)
    assert checkpoint.load(tmp_path / "c.npz").flags[f"{order}_CONTIGUOUS"]
