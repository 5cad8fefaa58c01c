"""Composites: names, keys, states, sharing, errors; and outputs inside a model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import fzero
import fzero_nn as nn
from fzero import numpy as fnp
from fzero import random
from fzero_nn.layers.composite import observed
from fzero_nn.layers.module import EMPTY

KEY = random.key(0)
ROWS = np.arange(6.0, dtype=np.float32).reshape(2, 3)


@dataclass(frozen=True)
class Tied(nn.Composite):
    """A layer that is called twice."""

    def children(self):
        return {"map": nn.Linear(3, 3), "noise": Noise(), "count": Count()}

    def forward(self, call, x):
        for _ in range(2):
            x = call("count", call("noise", call("map", x)))
        return x


@dataclass(frozen=True)
class Noise(nn.Module):
    def apply(self, params, state, x, *, key=None, train=False):
        return x + random.normal(key, x.shape) if train else x, state


@dataclass(frozen=True)
class Count(nn.Module):
    """Counts its calls in training."""

    def init(self, key, x=None):
        return EMPTY, fzero.freeze({"calls": np.zeros((), np.int64)})

    def apply(self, params, state, x, *, key=None, train=False):
        return x, fzero.freeze({"calls": state["calls"] + 1}) if train else state


@dataclass(frozen=True)
class Forgetful(nn.Composite):
    wrong: bool = False

    def children(self):
        return {"a": nn.Linear(3, 3), "b": nn.Linear(None, 3)}

    def forward(self, call, x):
        return call("c" if self.wrong else "a", x)


def deep(outputs: Any = 2) -> nn.Sequential:
    return nn.Sequential({"stem": nn.Linear(3, 4), "body": nn.Sequential(nn.Linear(4, outputs))})


# ------------------------------------------------------------------------------------ composites


def test_trees_hold_only_children_that_have_something():
    params, state = nn.Sequential(nn.Linear(3, 3), fnp.tanh, Noise(), Count()).init(KEY)
    assert list(params) == ["l0"] and list(state) == ["l3"]


def test_a_further_layer_changes_no_other_draw():
    short, long = nn.Sequential(nn.Linear(3, 3)), nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    first, second = short.init(KEY)[0], long.init(KEY)[0]
    np.testing.assert_array_equal(first["l0"]["W"], second["l0"]["W"])
    assert not np.array_equal(second["l0"]["W"], second["l1"]["W"])


def test_init_reads_sizes_from_an_example_through_the_layers():
    model = nn.Sequential(nn.Linear(None, 4), nn.Sequential(nn.Flatten(), nn.Linear(None, 2)))
    struct = fzero.ShapeDtypeStruct((7, 3), np.float32)
    for x in (ROWS, struct):
        params, _ = model.init(KEY, x)
        assert params["l1"]["l1"]["W"].shape == (4, 2)
    with pytest.raises(ValueError, match=r"inputs is None.*init\(key, x\)") as caught:
        model.init(KEY)
    assert caught.value.__notes__ == ["in the layer at l0"]


def test_a_layer_called_twice_has_one_set_of_parameters():
    params, state = Tied().init(KEY, ROWS)
    assert list(params) == ["map"]
    W, b = np.float64(params["map"]["W"]), np.float64(params["map"]["b"])
    y, same = Tied().apply(params, state, ROWS)
    np.testing.assert_allclose(y, (ROWS @ W + b) @ W + b, rtol=1e-5)
    assert same is state
    # d/db of the sum of (x W + b) W + b: b counts once through W, and once itself.
    grads = fzero.grad(lambda p: fnp.sum(Tied().apply(p, state, ROWS)[0]))(params)
    np.testing.assert_allclose(grads["map"]["b"], len(ROWS) * (W.sum(1) + 1), rtol=1e-5)


def test_a_layer_called_twice_draws_twice_and_passes_its_state_on():
    params, state = Tied().init(KEY)
    y, new = Tied().apply(params, state, ROWS, key=KEY, train=True)
    assert new["count"]["calls"] == 2 and state["count"]["calls"] == 0
    first = random.fold_in(KEY, "noise")
    draws = [random.normal(k, ROWS.shape) for k in (first, random.fold_in(first, 1))]
    once, _ = nn.Linear(3, 3).apply(params["map"], {}, ROWS)
    twice, _ = nn.Linear(3, 3).apply(params["map"], {}, once + draws[0])
    np.testing.assert_allclose(y, twice + draws[1], rtol=1e-5)


def test_plain_dicts_serve_as_parameters():
    params, state = deep().init(KEY)
    plain = {name: dict(child) for name, child in params.items()}
    np.testing.assert_array_equal(
        deep().apply(plain, {}, ROWS)[0], deep().apply(params, state, ROWS)[0]
    )


def test_init_under_vmap_gives_an_ensemble():
    keys = random.split(KEY, 3)
    params = fzero.vmap(lambda key: deep().init(key, ROWS)[0])(keys)
    assert params["body"]["l0"]["W"].shape == (3, 4, 2)
    want = deep().init(keys[1], ROWS)[0]["body"]["l0"]["W"]
    np.testing.assert_array_equal(params["body"]["l0"]["W"][1], want)
    y = fzero.vmap(lambda p: deep().apply(p, {}, ROWS)[0])(params)
    assert y.shape == (3, 2, 2)


# ---------------------------------------------------------------------------------------- errors


def test_an_error_names_the_path_of_its_layer():
    params, state = deep().init(KEY)
    wrong = {**params, "body": {"l1": params["body"]["l0"]}}
    with pytest.raises(ValueError, match=r"Linear: params or state is without \['W', 'b'\]") as e:
        deep().apply(wrong, state, ROWS)
    assert e.value.__notes__ == ["in the layer at body/l0"]


def test_parameters_and_state_are_dictionaries():
    params, _ = deep().init(KEY)
    with pytest.raises(TypeError, match="params and state are FrozenDict and tuple"):
        deep().apply(params, (), ROWS)


def test_forward_calls_children_by_their_names():
    with pytest.raises(ValueError, match=r"forward calls 'c'.*\['a', 'b'\]"):
        Forgetful(wrong=True).init(KEY, ROWS)
    with pytest.raises(ValueError, match=r"did not call \['b'\].*init\(key\)"):
        Forgetful().init(KEY, ROWS)


@pytest.mark.parametrize("child", [nn.Linear, 3, None])
def test_children_are_layers_or_functions(child):
    with pytest.raises(TypeError, match=r"Sequential: children is .*'l1'.*Linear\(3, 4\)"):
        nn.Sequential(fnp.tanh, child).init(KEY)


def test_a_name_has_no_slash():
    with pytest.raises(TypeError, match="without a '/'"):
        nn.Sequential({"a/b": nn.Linear(3, 3)}).init(KEY)


# ----------------------------------------------------------------------------------- combinators


def test_a_slice_takes_the_parameters_of_the_whole():
    model = nn.Sequential(nn.Linear(3, 4), fnp.tanh, nn.Linear(4, 2))
    params, state = model.init(KEY)
    middle, _ = model[:2].apply(params, state, ROWS)
    y, _ = model[2:].apply(params, state, middle)
    np.testing.assert_array_equal(y, model.apply(params, state, ROWS)[0])
    assert model["l1"] is model[1] is fnp.tanh and len(model) == len(list(model)) == 3


def test_an_empty_sequence_is_the_identity():
    params, state = nn.Sequential().init(KEY, ROWS)
    y, same = nn.Sequential().apply(params, state, ROWS)
    assert y is ROWS and same is state == {}


def test_a_shortcut_of_another_shape_is_an_error():
    with pytest.raises(ValueError, match=r"\[\(2, 1\), \(2, 3\)\]; expected one shape"):
        nn.Residual(nn.Linear(3, 1)).init(KEY, ROWS)
    with pytest.raises(ValueError, match="Parallel: the shapes"):
        nn.Parallel([nn.Linear(3, 1), nn.Identity()], "add").init(KEY, ROWS)
    params, _ = nn.Residual(nn.Linear(3, 1), nn.Linear(3, 1)).init(KEY, ROWS)
    assert list(params) == ["body", "shortcut"]


def test_branches_are_combined_in_known_ways():
    with pytest.raises(ValueError, match=r"combine is 'sum'.*'add'"):
        nn.Parallel([nn.Identity()], "sum")


def test_flatten_merges_the_axes_of_an_empty_batch():
    assert nn.Flatten().apply({}, {}, np.zeros((0, 3, 4)))[0].shape == (0, 12)
    assert nn.Flatten(0).apply({}, {}, np.zeros((2, 3)))[0].shape == (6,)
    with pytest.raises(ValueError, match="start is 3"):
        nn.Flatten(3).apply({}, {}, ROWS)


@dataclass(frozen=True)
class Recomputed(nn.Composite):
    """Noise that is multiplied, so that the gradient of x shows which numbers were drawn."""

    by_hand: bool

    def children(self):
        noisy = nn.Sequential(nn.Dropout(0.5), fnp.sin)
        return {"noisy": noisy if self.by_hand else nn.Remat(noisy)}

    def forward(self, call, x):
        return fzero.checkpoint(lambda x: call("noisy", x))(x) if self.by_hand else call("noisy", x)


def test_a_recomputed_layer_draws_the_same_numbers():
    def loss(x, layer):
        return fnp.sum(layer.apply({}, {}, x, key=KEY, train=True)[0])

    x = np.arange(1.0, 101.0)
    plain = nn.Sequential({"noisy": nn.Sequential(nn.Dropout(0.5), fnp.sin)})
    g = fzero.grad(loss)(x, Recomputed(by_hand=False))
    np.testing.assert_array_equal(g, fzero.grad(loss)(x, plain))
    assert 20 < np.count_nonzero(g) < 80
    # By hand the second run would be another call, with another key: an error, not a wrong number.
    with pytest.raises(RuntimeError, match=r"'noisy' after it has returned.*Remat\(child\)"):
        fzero.grad(loss)(x, Recomputed(by_hand=True))


def test_a_recomputed_layer_is_run_twice():
    runs = []
    layer = nn.Remat(nn.Sequential(lambda x: (runs.append(1), fnp.sin(x))[1]))
    fzero.grad(lambda x: fnp.sum(layer.apply({}, {}, x)[0]))(np.ones(3))
    assert len(runs) == 2


# --------------------------------------------------------------------------------------- capture


def test_capture_returns_outputs_by_path():
    params, state = deep().init(KEY)
    y, seen = nn.capture(deep(), params, state, ROWS, ["stem", "body/l0", "body"])
    np.testing.assert_array_equal(seen["stem"], ROWS @ params["stem"]["W"] + params["stem"]["b"])
    assert y is seen["body"] is seen["body/l0"]
    with pytest.raises(ValueError, match=r"\['l0'\]; expected paths among \['stem', 'body/l0'"):
        nn.capture(deep(), params, state, ROWS, ["stem", "l0"])


def test_the_gradient_with_respect_to_an_inner_output():
    params, state = deep().init(KEY)
    y, seen = nn.capture(deep(), params, state, ROWS, ["stem"])

    def score(inner):
        return nn.capture(deep(), params, state, ROWS, replace={"stem": inner})[0][0, 1]

    want = np.zeros((2, 4))
    want[0] = params["body"]["l0"]["W"][:, 1]
    np.testing.assert_allclose(fzero.grad(score)(seen["stem"]), want, rtol=1e-6)
    np.testing.assert_allclose(score(seen["stem"]), y[0, 1], rtol=1e-6)


def test_capture_and_replace_work_under_transforms():
    params, state = deep().init(KEY)

    def score(bump, x):
        replace = {"stem": lambda y: y + bump}
        y, seen = nn.capture(deep(), params, state, x, ["stem"], replace=replace)
        return y[1], seen["stem"]

    zero = np.zeros(4, np.float32)
    grads, inner = fzero.vmap(fzero.grad(score, has_aux=True), in_axes=(None, 0))(zero, ROWS)
    np.testing.assert_allclose(grads, [params["body"]["l0"]["W"][:, 1]] * 2, rtol=1e-6)
    np.testing.assert_allclose(
        inner, ROWS @ params["stem"]["W"] + params["stem"]["b"], rtol=1e-5, atol=1e-6
    )


def test_capture_sees_and_replaces_inside_a_recomputed_layer():
    model = nn.Sequential(nn.Remat(nn.Sequential(fnp.sin, fnp.exp)))
    x = np.arange(3.0)
    y, seen = nn.capture(model, {}, {}, x, ["l0/l0"])

    def outer(a):
        return fnp.sum(nn.capture(model, {}, {}, x, replace={"l0/l0": a})[0])

    def inner(x):
        return fnp.sum(nn.capture(model, {}, {}, x, ["l0/l0"])[1]["l0/l0"])

    np.testing.assert_allclose(fzero.grad(outer)(seen["l0/l0"]), np.exp(np.sin(x)))
    np.testing.assert_allclose(fzero.grad(inner)(x), np.cos(x))


def test_observation_ends_with_its_context():
    seen = []

    def see(path, layer, params, y):
        seen.append(path)
        return y

    params, state = deep().init(KEY)
    with pytest.raises(RuntimeError), observed(see):
        raise RuntimeError
    with observed(see), observed(None):
        deep().apply(params, state, ROWS)
    deep().apply(params, state, ROWS)
    assert seen == []
