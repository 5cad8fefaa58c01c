"""Files of DeZero's save_weights: read, filled into trees, written."""

import numpy as np
import pytest

import fzero
from fzero_nn.formats import dezero_to_trees, load_dezero, save_dezero

F4 = np.float32
ARRAYS = {
    "conv1/W": np.arange(8, dtype=F4).reshape(2, 1, 2, 2),
    "conv1/b": np.array([1, 2], F4),
    "bn1/gamma": np.array([3, 4], F4),
    "bn1/beta": np.array([5, 6], F4),
    "bn1/avg_mean": np.array([7, 8], F4),
    "bn1/avg_var": np.array([9, 10], F4),
    "res2/a/conv1/W": np.ones((1, 1, 1, 1), F4),
}
PARAMS = {
    "conv1": {"W": np.zeros((2, 1, 2, 2), F4), "b": np.zeros(2, F4)},
    "bn1": {"gamma": np.zeros(2, F4), "beta": np.zeros(2, F4)},
    "res2": {"a": {"conv1": {"W": np.zeros((1, 1, 1, 1), F4)}}},
}
STATE = {
    "conv1": {},
    "bn1": {"avg_mean": np.zeros(2, F4), "avg_var": np.zeros(2, F4)},
    "res2": {"a": {"conv1": ()}},
}


def save_weights(path, arrays):
    """What DeZero does: `np.savez_compressed(path, **{key: param.data})`."""
    np.savez_compressed(path, **arrays)
    return path


def test_weights_fill_parameters_and_state(tmp_path):
    arrays = load_dezero(save_weights(tmp_path / "resnet.npz", ARRAYS))
    np.testing.assert_array_equal(arrays["res2"]["a"]["conv1"]["W"], ARRAYS["res2/a/conv1/W"])
    params, state = dezero_to_trees(arrays, PARAMS, STATE)
    for tree, like in ((params, PARAMS), (state, STATE)):
        assert fzero.tree.structure(tree) == fzero.tree.structure(fzero.freeze(like))
    np.testing.assert_array_equal(params["conv1"]["W"], ARRAYS["conv1/W"])
    np.testing.assert_array_equal(params["bn1"]["beta"], [5, 6])
    np.testing.assert_array_equal(state["bn1"]["avg_var"], [9, 10])
    with pytest.raises(ValueError, match="read-only"):
        params["conv1"]["b"][0] = 0


def test_every_difference_is_listed(tmp_path):
    changed = {k: v for k, v in ARRAYS.items() if k != "conv1/b"}
    changed |= {"bn1/gamma": np.ones(3, F4), "bn1/avg_mean": np.ones(2), "fc6/W": np.ones(1)}
    arrays = load_dezero(save_weights(tmp_path / "other.npz", changed))
    with pytest.raises(ValueError, match="dezero_to_trees: arrays is of another model") as error:
        dezero_to_trees(arrays, PARAMS, STATE)
    assert str(error.value).splitlines()[1:] == [
        "missing: conv1/b",
        "extra: fc6/W",
        "shape: bn1/gamma is (3,), expected (2,)",
        "dtype: bn1/avg_mean is float64, expected float32",
    ]


def test_cast_converts_floats_and_nothing_else(tmp_path):
    wide = {name: x.astype(float) for name, x in ARRAYS.items()}
    arrays = load_dezero(save_weights(tmp_path / "wide.npz", wide))
    with pytest.raises(ValueError, match="pass cast=True if floats alone differ"):
        dezero_to_trees(arrays, PARAMS, STATE)
    params, state = dezero_to_trees(arrays, PARAMS, STATE, cast=True)  # the advice
    assert {x.dtype for x in fzero.tree.leaves((params, state))} == {np.dtype(F4)}
    np.testing.assert_array_equal(state["bn1"]["avg_mean"], [7, 8])
    wide["bn1/beta"] = np.array([1, 2])
    with pytest.raises(ValueError, match="\ndtype: bn1/beta is int64, expected float32$"):
        dezero_to_trees(
            load_dezero(save_weights(tmp_path / "i.npz", wide)), PARAMS, STATE, cast=True
        )


def test_weights_that_never_were_are_named(tmp_path):
    """DeZero's X25: a layer that was not called has W None, which savez pickles."""
    path = save_weights(tmp_path / "rnn.npz", {"x2h/W": np.ones(2), "h2h/W": None})
    with pytest.raises(
        ValueError, match=r"'h2h/W.npy' is a pickled object.*In DeZero call the model"
    ):
        load_dezero(path)


def test_paths_that_are_arrays_and_folders(tmp_path):
    for names in (("a", "a/W"), ("a/W", "a")):
        path = save_weights(tmp_path / "odd.npz", dict.fromkeys(names, np.ones(1)))
        with pytest.raises(
            ValueError, match="load_dezero: path is .*below another entry, or above"
        ):
            load_dezero(path)


def test_numpy_reads_what_is_written(tmp_path):
    """As DeZero's load_weights does: `npz = np.load(path)`, `param.data = npz[key]`."""
    arrays = load_dezero(save_weights(tmp_path / "a.npz", ARRAYS))
    save_dezero(tmp_path / "b.npz", *dezero_to_trees(arrays, PARAMS, STATE))
    with np.load(tmp_path / "b.npz") as file:
        assert set(file.files) == set(ARRAYS)
        for name, array in ARRAYS.items():
            np.testing.assert_array_equal(file[name], array)
            assert file[name].dtype == array.dtype


def test_a_path_in_both_trees(tmp_path):
    both = {"bn1": {"gamma": np.ones(2)}}
    with pytest.raises(ValueError, match=r"save_dezero: state is with the paths \['bn1/gamma'\]"):
        save_dezero(tmp_path / "c.npz", both, both)
    with pytest.raises(ValueError, match="dezero_to_trees: state is with the paths"):
        dezero_to_trees(both, both, both)


def test_what_is_no_number_is_not_written(tmp_path):
    with pytest.raises(TypeError, match=r"save_dezero: tree is with l1/W \(object\); expected"):
        save_dezero(tmp_path / "c.npz", {"l1": {"W": object()}})
    with pytest.raises(FileNotFoundError, match="save_dezero: path is .*parent.mkdir"):
        save_dezero(tmp_path / "new" / "c.npz", {"l1": {"W": np.ones(1)}})


def test_damage(tmp_path):
    path = save_weights(tmp_path / "c.npz", ARRAYS)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(ValueError, match="load_dezero: path is .*not a zip file"):
        load_dezero(path)


def test_an_entry_far_below_an_array_is_damage(tmp_path):
    path = save_weights(tmp_path / "x.npz", {"a": np.ones(1), "a/b/c": np.ones(1)})
    with pytest.raises(ValueError, match="entry 'a/b/c' is below another entry"):
        load_dezero(path)


def test_leaves_of_one_path_are_refused(tmp_path):
    tree = {"a/b": np.ones(1), "a": {"b": np.zeros(1)}}
    with pytest.raises(ValueError, match=r"save_dezero: tree is with the paths \['a/b'\], which"):
        save_dezero(tmp_path / "x.npz", tree)
