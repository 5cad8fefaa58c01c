"""The helpers of trees, beside Optax's, and what Optax leaves open: dtypes, freezing, messages."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero_nn import optim
from fzero_nn.optim import tree
from tests.strict import no_sync, put, unwrap

RNG = np.random.default_rng(0)
X = {"W": RNG.normal(size=(2, 3)), "rest": [RNG.normal(size=4), RNG.normal(size=())]}
Y = {"W": RNG.normal(size=(2, 3)), "rest": [RNG.normal(size=4), RNG.normal(size=())]}
Z = {"a": RNG.normal(size=3) + 1j * RNG.normal(size=3), "b": np.array(1.0 - 2.0j)}

CALLS = {
    "add": lambda t: t.add(X, Y, X),
    "add_scale": lambda t: t.add_scale(X, 0.3, Y),
    "batch_shape": lambda t: t.batch_shape(X, (2, 1)),
    "bias_correction": lambda t: t.bias_correction(X, 0.9, np.int32(3)),
    "cast": lambda t: t.cast(X, np.float16),
    "cast_like": lambda t: t.cast_like(X, {"W": np.float32(1), "rest": [np.float16(1), 1.0]}),
    "clip": lambda t: t.clip(X, -0.1, 0.3),
    "clip_above": lambda t: t.clip(X, max_value=0.3),
    "conj": lambda t: t.conj(Z),
    "div": lambda t: t.div(X, Y),
    "full_like": lambda t: t.full_like(X, 2.5, np.float32),
    "max": lambda t: t.max(X),
    "min": lambda t: t.min(X),
    "mul": lambda t: t.mul(X, Y),
    "norm": lambda t: t.norm(X),
    "norm_1": lambda t: t.norm(Z, 1),
    "norm_2_squared": lambda t: t.norm(Z, ord=2, squared=True),
    "norm_inf": lambda t: t.norm(Z, np.inf),
    "norm_inf_squared": lambda t: t.norm(X, "inf", squared=True),
    "ones_like": lambda t: t.ones_like(X),
    "real": lambda t: t.real(Z),
    "scale": lambda t: t.scale(-2.0, X),
    "size": lambda t: t.size(X),
    "sub": lambda t: t.sub(X, Y),
    "sum": lambda t: t.sum(X),
    "update_infinity_moment": lambda t: t.update_infinity_moment(X, t.mul(Y, Y), 0.9, 1e-3),
    "update_moment": lambda t: t.update_moment(X, Y, 0.9, 1),
    "update_moment_3": lambda t: t.update_moment(X, Y, 0.9, 3),
    "update_per_elem_2": lambda t: t.update_moment_per_elem_norm(Z, t.real(Z), 0.9, 2),
    "update_per_elem_3": lambda t: t.update_moment_per_elem_norm(X, Y, 0.9, 3),
    "update_per_elem_complex_4": lambda t: t.update_moment_per_elem_norm(Z, t.real(Z), 0.9, 4),
    "vdot": lambda t: t.vdot(X, Y),
    "vdot_complex": lambda t: t.vdot(Z, t.scale(1j, Z)),
    "where": lambda t: t.where(True, X, Y),
    "zeros_like": lambda t: t.zeros_like(X, np.float32),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_values_and_dtypes_of_optax(name):
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    with jax.enable_x64(True):
        want = jax.tree.leaves(CALLS[name](optax.tree))
    got = fzero.tree.leaves(CALLS[name](tree))
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)
        assert np.shape(a) == np.shape(b)
        if hasattr(a, "dtype"):
            assert a.dtype == b.dtype


def test_every_name_of_optax_is_there():
    optax = pytest.importorskip("optax")
    missing = {n for n in vars(optax.tree) if not n.startswith("_")} - set(tree.__all__)
    # JAX has keys of a dtype of their own, which tests unwrap; here keys are plain arrays.
    assert missing == {"unwrap_random_key_data"}


def test_a_float64_scalar_leaves_float32_alone_and_integers_get_a_fraction():
    small = {"W": np.ones(2, np.float32)}
    for scalar in (np.float64(0.5), np.array(0.5), 0.5):
        assert tree.scale(scalar, small)["W"].dtype == np.float32
        assert tree.add_scale(small, scalar, small)["W"].dtype == np.float32
        np.testing.assert_array_equal(tree.scale(scalar, [np.arange(3)])[0], [0, 0.5, 1])
        np.testing.assert_array_equal(tree.clip([np.arange(3)], scalar)[0], [0.5, 1, 2])


def test_float16_is_summed_in_float32():
    big = [np.full(1000, 200, np.float16)]
    assert tree.sum(big) == 200_000
    assert tree.vdot(big, big) == tree.norm(big, squared=True) == 4e7
    assert tree.norm(big, 1) == 200_000
    assert tree.norm(big, np.inf) == 200


def test_trees_without_numbers():
    assert tree.sum({}) == tree.norm([]) == tree.vdot([None], [None]) == tree.norm((), 1) == 0
    assert tree.norm([], np.inf) == 0 and tree.size([None]) == 0
    assert (tree.max([np.zeros(0)]), tree.min([])) == (-np.inf, np.inf)
    assert tree.allclose([], []) and tree.dtype([]) == np.float64


def test_the_gradient_of_the_norm_is_that_of_its_formula_and_zero_at_zero():
    got = fzero.grad(tree.norm)(X)
    np.testing.assert_allclose(got["W"], X["W"] / tree.norm(X), rtol=1e-14)
    assert not fzero.grad(tree.norm)([np.zeros(3)])[0].any()
    assert optim.global_norm(X) == tree.norm(X)


def test_what_comes_back_is_frozen_and_the_arguments_are_not():
    for name, call in CALLS.items():
        arrays = [x for x in fzero.tree.leaves(call(tree)) if np.ndim(x)]
        assert not any(x.flags.writeable for x in arrays), name
    assert all(x.flags.writeable for x in (X["W"], Y["W"], Z["a"]))
    assert isinstance(tree.add(X, Y), fzero.FrozenDict)


def test_helpers_under_transforms():
    rows = np.arange(6.0).reshape(3, 2)
    norms = fzero.vmap(lambda x: tree.norm(tree.add_scale([x], 2.0, [x])))(rows)
    np.testing.assert_allclose(norms, 3 * np.linalg.norm(rows, axis=1), rtol=1e-14)
    np.testing.assert_array_equal(fzero.vmap(lambda x: tree.max([x, 2.0]))(rows), [2, 3, 5])


@pytest.mark.parametrize("name", CALLS)
def test_the_stand_in_for_cupy_gives_the_same_without_waiting(name, monkeypatch):
    want = CALLS[name](tree)
    for place in ("X", "Y", "Z"):
        monkeypatch.setitem(globals(), place, fzero.tree.map(put, globals()[place]))
    with no_sync():
        got = CALLS[name](tree)
    for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
        np.testing.assert_allclose(unwrap(a), b, rtol=1e-6)


def test_allclose_looks_at_every_leaf():
    other = tree.add(X, tree.zeros_like(X))
    assert tree.allclose(X, other)
    assert not tree.allclose(X, {**other, "W": X["W"] + 1e-3})
    assert tree.allclose(X, {**other, "W": X["W"] + 1e-3}, atol=2e-3)
    nan = [np.array([np.nan])]
    assert not tree.allclose(nan, nan) and tree.allclose(nan, nan, equal_nan=True)


def test_dtypes_of_a_tree():
    mixed = {"a": np.ones(2, np.float16), "b": np.ones(2, np.float32)}
    assert tree.dtype(tree.cast(mixed, "float16")) == np.float16
    assert tree.dtype(mixed, "lowest") == np.float16
    assert tree.dtype(mixed, "highest") == tree.dtype(mixed, "promote") == np.float32
    with pytest.raises(ValueError, match=r"tree\['a'\] is float16, tree\['b'\] is float32"):
        tree.dtype(mixed)
    apart = [np.ones(1, np.int32), np.ones(1, np.uint32)]
    assert tree.dtype(apart, "promote") == np.int64
    with pytest.raises(ValueError, match="neither of int32 and uint32"):
        tree.dtype(apart, "highest")
    with pytest.raises(ValueError, match="mixed_dtype_handler is 'least'; expected"):
        tree.dtype(mixed, "least")


def test_random_trees():
    key = random.key(3)
    got = tree.random_like(key, X)
    again = tree.random_like(key, X)
    fzero.tree.map(np.testing.assert_array_equal, got, again)
    assert got["W"].shape == (2, 3)
    assert len({float(x.ravel()[0]) for x in fzero.tree.leaves(got)}) == 3
    signs = tree.random_like(key, X, random.rademacher, np.float32)
    assert signs["W"].dtype == np.float32 and set(np.unique(signs["W"])) <= {-1.0, 1.0}


# --------------------------------------------------------------------------------------- states


STATE = optim.chain(
    optim.add_noise(1.0, 0.9, key=0), optim.inject_hyperparams(optim.adam)(0.1)
).init({"W": np.ones(2)})


def test_a_value_is_found_by_its_field_by_its_key_and_by_the_name_of_its_tuple():
    assert tree.get(STATE, "learning_rate") == 0.1
    assert tree.get(STATE, "AddNoiseState") is STATE[0]
    assert tree.get(STATE, "absent", default="none") == "none"
    assert tree.get(STATE, "ScaleByAdamState").mu["W"].shape == (2,)


def test_all_values_come_with_paths_that_tell_them_apart():
    found = tree.get_all_with_path(STATE, "count")
    paths = [fzero.tree.keystr(path) for path, _ in found]
    assert paths == [
        "[0]AddNoiseState.count",
        "[1]InjectHyperparamsState.count",
        "[1]InjectHyperparamsState.inner_state[0]ScaleByAdamState.count",
    ]
    with pytest.raises(KeyError, match=r"'count' stands at \[0\]AddNoiseState.count, "):
        tree.get(STATE, "count")
    of_adam = lambda path, value: path[-1].tuple_name == "ScaleByAdamState"
    assert tree.get(STATE, "count", filtering=of_adam) == 0


def test_values_are_replaced_without_a_change_of_the_old_state():
    new = tree.set(STATE, learning_rate=0.5, AddNoiseState="gone")
    assert new[0] == "gone" and new[1].hyperparams["learning_rate"] == 0.5
    assert STATE[1].hyperparams["learning_rate"] == 0.1
    of_adam = lambda path, value: path[-1].tuple_name == "ScaleByAdamState"
    new = tree.set(STATE, of_adam, count=7)
    assert [int(x) for _, x in tree.get_all_with_path(new, "count")] == [0, 0, 7]
    with pytest.raises(KeyError, match=r"\['rate'\] stand nowhere in the tree"):
        tree.set(STATE, rate=1.0, count=2)


def test_a_function_is_mapped_over_what_belongs_to_parameters():
    params = {"W": np.ones(2), "b": np.ones(1)}
    t = optim.chain(optim.clip(1.0), optim.adam(0.1))
    names = {"W": "of W", "b": "of b"}
    got = tree.map_params(t, lambda x, name: name, t.init(params), names)
    adam = tree.get(got, "ScaleByAdamState")
    assert adam.mu == adam.nu == names and adam.count == 0
    got = tree.map_params(
        t.init, lambda x: 1, t.init(params), transform_non_params=lambda x: "other"
    )
    assert tree.get(got, "count") == "other" and tree.get(got, "mu") == {"W": 1, "b": 1}


def test_a_function_is_mapped_around_the_holes_of_masked_parameters():
    t = optim.masked(optim.trace(0.9), {"W": True, "b": False})
    state = t.init({"W": np.ones(2), "b": np.ones(1)})
    hole = lambda x: isinstance(x, optim.MaskedNode)
    got = tree.map_params(t, lambda x: "hole" if hole(x) else "mean", state, is_leaf=hole)
    assert tree.get(got, "trace") == {"W": "mean", "b": "hole"}


def test_errors_of_norms_and_of_structures():
    with pytest.raises(ValueError, match="norm: ord is 3; expected 1, 2 or inf"):
        tree.norm(X, 3)
    with pytest.raises(ValueError, match="rest"):
        tree.add(X, {"W": X["W"]})


def test_moments_of_float16_are_kept_in_float32():
    g, v = [np.full(2, 1e-4, np.float16)], [np.zeros(2, np.float32)]
    (out,) = tree.update_moment_per_elem_norm(g, v, 0.0, 2)
    np.testing.assert_allclose(out, fnp.square(g[0].astype(float)), rtol=1e-6)
