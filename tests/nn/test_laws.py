"""What holds for every layer and every function: the tables are in `cases`."""

from typing import Any

import numpy as np
import pytest

import fzero
import fzero_nn
from fzero import FrozenDict, random, tree
from fzero.dtypes import is_inexact
from fzero.testing import check_grads
from fzero.testing.laws import batched, layouts
from fzero.testing.loops import check_vmap
from tests.nn import peers
from tests.nn.cases import FunctionCase, LayerCase, collected
from tests.strict import no_sync, put, unwrap

LAYERS, FUNCTIONS = collected("LAYERS"), collected("FUNCTIONS")
PEERS = peers.with_peer()
KEY = random.key(5)
layers = pytest.mark.parametrize("case", LAYERS.values(), ids=LAYERS)
functions = pytest.mark.parametrize("case", FUNCTIONS.values(), ids=FUNCTIONS)
modes = pytest.mark.parametrize("train", [False, True], ids=["", "train"])


def run(case: LayerCase, params: Any, state: Any, x: Any, train: bool = False) -> tuple[Any, Any]:
    key = KEY if train and case.draws else None
    return case.layer.apply(params, state, x, key=key, train=train, **case.options)


def as_dtype(x: Any, dtype: Any) -> Any:
    return tree.map(lambda a: a.astype(dtype) if is_inexact(a) else a, x)


def call(case: FunctionCase, args: Any = None) -> Any:
    return case.function(*(case.args if args is None else args), **case.params)


def bytes_of(*trees: Any) -> list[bytes]:
    return [np.array(leaf).tobytes() for leaf in tree.leaves(trees)]


def own(args: Any) -> list[int]:
    """The positions of the arguments that are differentiated."""
    return [i for i, a in enumerate(args) if isinstance(a, np.ndarray) and is_inexact(a)]


def of(case: FunctionCase, args: Any, positions: Any) -> Any:
    def f(*xs: Any) -> Any:
        full = list(args)
        for i, x in zip(positions, xs, strict=True):
            full[i] = x
        return call(case, full)

    return f


# ------------------------------------------------------------------------------------- layers


@layers
def test_init_is_decided_by_its_key(case):
    params, state = case.layer.init(random.key(1), case.x)
    assert isinstance(params, FrozenDict) and isinstance(state, FrozenDict)
    again = case.layer.init(random.key(1), case.x)
    assert bytes_of(params, state) == bytes_of(again)
    for leaf in tree.leaves((params, state)):
        assert leaf.dtype == np.float32 and not leaf.flags.writeable


@layers
@modes
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_layers_keep_the_dtype(case, train, dtype):
    params, state = peers.parameters(case, dtype)
    y, new = run(case, params, state, as_dtype(case.x, dtype), train)
    assert {leaf.dtype for leaf in tree.leaves(y)} == {np.dtype(dtype)}
    assert [a.dtype for a in tree.leaves(new)] == [a.dtype for a in tree.leaves(state)]


@layers
@modes
def test_layers_leave_their_inputs_alone(case, train):
    params, state = peers.parameters(case)
    before = bytes_of(params, state, case.x)

    def loss(params: Any) -> Any:
        return sum(fzero.numpy.sum(leaf) for leaf in tree.leaves(run(case, params, state, x)[0]))

    x = np.array(case.x)
    run(case, params, state, x, train)
    if tree.leaves(params):
        fzero.grad(loss)(params)
    assert bytes_of(params, state, x) == before


@layers
def test_the_state_stays_itself_outside_of_training(case):
    params, state = peers.parameters(case)
    assert run(case, params, state, case.x)[1] is state


@layers
def test_training_is_decided_by_its_key(case):
    params, state = peers.parameters(case)
    if not case.draws:
        plain = case.layer.apply(params, state, case.x, train=True, **case.options)[0]
        keyed = case.layer.apply(params, state, case.x, key=KEY, train=True, **case.options)[0]
        assert bytes_of(plain) == bytes_of(keyed)
        return
    first, second = (run(case, params, state, case.x, train=True)[0] for _ in range(2))
    assert bytes_of(first) == bytes_of(second)
    other = case.layer.apply(params, state, case.x, key=random.key(6), train=True, **case.options)[
        0
    ]
    assert bytes_of(other) != bytes_of(first)
    with pytest.raises(ValueError, match=r"key is None.*random\.fold_in"):
        case.layer.apply(params, state, case.x, train=True, **case.options)


@layers
def test_vmap_over_the_batch_is_the_batch(case):
    if case.batch is None:
        pytest.skip("the rows mix")
    params, state = peers.parameters(case)
    axis = case.batch

    def one(row: Any) -> Any:
        y = run(case, params, state, fzero.numpy.expand_dims(row, axis))[0]
        return tree.map(lambda leaf: fzero.numpy.squeeze(leaf, axis), y)

    got = fzero.vmap(one, in_axes=axis, out_axes=axis)(case.x)
    want = run(case, params, state, case.x)[0]
    for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)


@layers
@modes
def test_derivatives_of_layers(case, train):
    params, state = peers.parameters(case)
    given = (params, case.x) if is_inexact(case.x) else (params,)
    if not tree.leaves(given) or not case.order:
        pytest.skip("nothing to differentiate, or by rules that differences do not see")

    def f(params: Any, x: Any = case.x) -> Any:
        return run(case, params, state, x, train)[0]

    check_grads(f, given, order=case.order, atol=1e-6, rtol=1e-6)


@layers
@modes
def test_layers_on_the_stand_in(case, train):
    """The same numbers from arrays that offer only what CuPy offers, without a wait for a value."""
    params, state = peers.parameters(case)
    want = run(case, params, state, case.x, train)
    with no_sync():
        key = put(KEY) if train and case.draws else None
        args = tree.map(put, (params, state, case.x))
        got = case.layer.apply(*args, key=key, train=train, **tree.map(_put, case.options))
    for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
        np.testing.assert_allclose(unwrap(a), b, rtol=1e-9, atol=1e-12)


def _put(x: Any) -> Any:
    return put(x) if isinstance(x, np.ndarray) else x


def test_every_layer_has_a_case():
    public = {
        name
        for name in fzero_nn.__all__
        if isinstance(getattr(fzero_nn, name), type)
        and issubclass(getattr(fzero_nn, name), fzero_nn.Module)
    } - {"Module", "Composite"}
    assert public - {type(case.layer).__name__ for case in LAYERS.values()} == set()


# ---------------------------------------------------------------------------------- functions


@functions
@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_functions_keep_the_dtype(case, dtype):
    if not own(case.args):
        pytest.skip("no floats are given")
    got = call(case, [as_dtype(a, dtype) if isinstance(a, np.ndarray) else a for a in case.args])
    want = call(case)
    for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
        assert np.asarray(a).dtype == (dtype if is_inexact(np.asarray(b)) else np.asarray(b).dtype)


@functions
def test_functions_leave_their_arguments_alone(case):
    args = [np.array(a) if isinstance(a, np.ndarray) else a for a in case.args]
    before = [a.tobytes() for a in args if isinstance(a, np.ndarray)]
    call(case, args)
    if case.order and (positions := own(args)):
        out, pullback = fzero.vjp(of(case, args, positions), *(args[i] for i in positions))
        pullback(tree.map(np.ones_like, out))
    assert [a.tobytes() for a in args if isinstance(a, np.ndarray)] == before


@functions
def test_derivatives_of_functions(case):
    positions = own(case.args)
    if not positions or not case.order:
        pytest.skip("nothing to differentiate")
    f = of(case, case.args, positions)
    check_grads(f, tuple(case.args[i] for i in positions), case.order, atol=1e-6, rtol=1e-6)


@functions
def test_functions_of_rows(case):
    for axes in layouts(case.args, positions=False):
        check_vmap(lambda *xs: call(case, xs), batched(case.args, axes), axes)


@functions
def test_functions_on_the_stand_in(case):
    with no_sync():
        got = call(case, [_put(a) for a in case.args])
    for a, b in zip(tree.leaves(got), tree.leaves(call(case)), strict=True):
        np.testing.assert_allclose(unwrap(a), b, rtol=1e-9, atol=1e-12)


def test_every_function_has_a_case():
    F = fzero_nn.functional
    public = {getattr(F, name).__name__ for name in F.__all__}  # one name of those with several
    assert public - {case.function.__name__ for case in FUNCTIONS.values()} == set()


# -------------------------------------------------------------------------------------- peers


def by_fzero(case: Any, train: bool) -> list[Any]:
    """The value and the gradients, in the order of `peers.by_torch`."""
    if isinstance(case, LayerCase):
        given = (*peers.parameters(case), case.x)
        f = lambda *args: run(case, *args, train)[0]
    else:
        given, f = case.args, lambda *args: call(case, args)
    leaves, treedef = tree.flatten(given)
    places = [i for i, a in enumerate(leaves) if is_inexact(np.asarray(a))]

    def of_places(*xs: Any) -> Any:
        full = list(leaves)
        for i, x in zip(places, xs, strict=True):
            full[i] = x
        return f(*tree.unflatten(treedef, full))

    if not places:
        return [f(*given)]
    y, pullback = fzero.vjp(of_places, *(leaves[i] for i in places))
    return [y, *pullback(peers.cotangent(y))] if is_inexact(np.asarray(y)) else [y]


@pytest.mark.parametrize("name", PEERS)
def test_values_and_gradients_are_those_of_torch(name):
    case, train = PEERS[name]
    live, kept = peers.HAS_TORCH, peers.stored()
    want = [kept[key] for key in sorted(
        (k for k in kept if k.rpartition("|")[0] == name), key=lambda k: int(k.rpartition("|")[2])
    )]  # fmt: skip
    assert want, f"no stored values of {name}: run python -m tests.nn.peers, with torch"
    for a, b in zip(by_fzero(case, train), want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-9)
    if live:
        for a, b in zip(peers.by_torch(case, train), want, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-10, atol=1e-12)
