"""`optim.step` in blocks: the numbers of the plain way, and nobody's data overwritten."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import random
from fzero_nn import optim
from fzero_nn.optim import blocks, contrib, kernels
from fzero_nn.optim.selection import selection
from fzero_nn.training import make_train_step, train_state
from tests.strict import put, unwrap

RNG = np.random.default_rng(0)
BLOCK = 64
MATRICES = lambda tree: fzero.tree.map(lambda x: np.ndim(x) > 1, tree)
LABELS = {"W": "a", "b": "b", "cell": "a", "long": "b", "none": "a", "one": "b"}
SOME = {k: LABELS[k] for k in ("W", "b", "cell", "long")}
RATE = optim.cosine_decay_schedule(0.1, 10)

#: Rules of each number alone.
ALONE = {
    "adabelief": optim.adabelief(0.1),
    "adadelta": optim.adadelta(0.1, weight_decay=0.1, weight_decay_mask=MATRICES),
    "adagrad": optim.adagrad(0.1),
    "adam": optim.adam(0.1),
    "adam with a float32 mean": optim.adam(0.1, mu_dtype="float32"),
    "adam as in DeZero": optim.adam(RATE, eps_hat=True),
    "adamax": optim.adamax(0.1),
    "adamaxw": optim.adamaxw(0.1),
    "adamw": optim.adamw(RATE, weight_decay=lambda count: 0.1 / (count + 1), mask=MATRICES),
    "adan": optim.adan(0.1),
    "ademamix": contrib.ademamix(0.1),
    "amsgrad": optim.amsgrad(0.1),
    "apply_every": optim.chain(optim.apply_every(2), optim.scale(-0.1)),
    "clip": optim.chain(optim.clip(0.5), optim.sgd(0.1)),
    "frozen": optim.chain(optim.sgd(0.1), optim.freeze(MATRICES)),
    "identity": optim.identity(),
    "injected": optim.inject_hyperparams(optim.adamw)(RATE, mask=MATRICES),
    "keep_params_nonnegative": optim.chain(optim.sgd(9.0), optim.keep_params_nonnegative()),
    "lion": optim.lion(0.1),
    "masked": optim.masked(optim.adam(0.1), {**dict.fromkeys(LABELS, True), "long": False}),
    "momentum_sgd": optim.momentum_sgd(0.1),
    "nadam": optim.nadam(0.1),
    "nadamw": optim.nadamw(0.1),
    "named": optim.named_chain(("direction", optim.scale_by_adam()), ("rate", optim.scale(-0.1))),
    "nested masks": optim.masked(optim.masked(optim.adam(0.1), MATRICES), MATRICES),
    "optimistic": optim.optimistic_gradient_descent(0.1),
    "partition": optim.partition({"a": optim.adam(0.1), "b": optim.sgd(0.1, 0.9)}, LABELS),
    "radam": optim.radam(0.1, threshold=4.0),
    "rmsprop": optim.rmsprop(0.1, centered=True, momentum=0.9, bias_correction=True),
    "rprop": optim.rprop(0.1),
    "selective": optim.selective_transform(optim.adam(0.1), freeze_mask=MATRICES),
    "sgd": optim.sgd(0.1),
    "nesterov": optim.sgd(RATE, 0.9, nesterov=True),
    "set_to_zero": optim.set_to_zero(),
    "sign_sgd": optim.sign_sgd(0.1),
    "signum": optim.signum(0.1),
    "yogi": optim.yogi(0.1),
}
#: Rules that look at more than one number.
TOGETHER = {
    "adafactor": optim.adafactor(0.1),
    "adaptive_grad_clip": optim.adaptive_grad_clip(0.1),
    "apply_if_finite": optim.apply_if_finite(optim.sgd(0.1), 3),
    "centralize": optim.centralize(),
    "clip_by_block_rms": optim.clip_by_block_rms(1.0),
    "clip_by_global_norm": optim.clip_by_global_norm(1.0),
    "clip at the end": optim.chain(optim.adam(0.1), optim.clip_by_global_norm(1.0)),
    "fromage": optim.fromage(0.1),
    "injected": optim.inject_hyperparams(optim.lamb)(0.1),
    "lamb": optim.lamb(0.1),
    "lars": optim.lars(0.1),
    "masked": optim.masked(optim.lamb(0.1), MATRICES),
    "muon": contrib.muon(0.1),
    "noisy_sgd": optim.noisy_sgd(0.1, key=0),
    "novograd": optim.novograd(0.1),
    "of the caller": optim.stateless_with_tree_map(lambda g, p: g / abs(g).max()),
    "partition": optim.partition({"a": optim.lars(0.1), "b": optim.sgd(0.1)}, SOME),
    "sm3": optim.sm3(0.1),
    "zero_nans": optim.zero_nans(),
}


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    for name in "_BLOCK", "_LARGE", "_LARGER":
        monkeypatch.setattr(blocks, name, BLOCK)


@pytest.fixture
def counted(monkeypatch):
    """The numbers of blocks of the steps so far."""
    counts = []

    def shared(work, items):
        counts.append(len(items))
        return [work(items[i : i + 2]) for i in range(0, len(items), 2)]

    monkeypatch.setattr(blocks, "shared", shared)
    return counts


def full_tree(dtype="float32", rng=RNG):
    """Arrays around the size of a block."""
    shapes = {"W": (9, 15), "b": (7,), "cell": (BLOCK + 1,), "long": (2, BLOCK)}
    return {k: rng.normal(size=s).astype(dtype) for k, s in shapes.items()}


def tree(dtype="float32", rng=RNG):
    """The same, with an empty one and one without axes."""
    one = np.asarray(rng.normal()).astype(dtype)
    return full_tree(dtype, rng) | {"none": np.zeros((0, 3), dtype), "one": one}


def plainly(rule, grads, state, params):
    updates, state = rule.update(grads, state, params)
    return optim.apply_updates(params, updates), state


def assert_same(got, want):
    assert fzero.tree.structure(got) == fzero.tree.structure(want)
    for (path, a), b in zip(fzero.tree.leaves_with_path(got), fzero.tree.leaves(want), strict=True):
        assert type(a) is type(b), path
        assert np.asarray(a).dtype == np.asarray(b).dtype, path
        np.testing.assert_array_equal(a, b, err_msg=fzero.tree.keystr(path))


def bases(tree):
    return {id(x.base) for x in fzero.tree.leaves(tree) if np.size(x) > BLOCK}


@pytest.mark.parametrize("donate", [False, True])
@pytest.mark.parametrize("name", ALONE)
def test_a_step_in_blocks_is_update_and_apply_updates(name, donate, counted):
    rule, params = ALONE[name], tree()
    want = got = params, rule.init(params)
    for _ in range(4):
        grads = tree()
        want = plainly(rule, grads, want[1], want[0])
        got = optim.step(rule, grads, got[1], got[0], donate=donate)
        assert_same(got, want)
    assert counted == [3 + 2 + 2] * 4
    assert all(not x.flags.writeable for x in fzero.tree.leaves(got) if isinstance(x, np.ndarray))


#: Chains that end in rules of each number alone.
ENDING = {
    "adam": optim.chain(optim.clip_by_global_norm(1.0), optim.adam(0.1)),
    "rates": optim.chain(
        optim.scale(2.0), optim.centralize(), optim.trace(0.9), optim.scale(-RATE(0))
    ),
    "finite": optim.chain(
        optim.apply_if_finite(optim.scale(2.0), 3), optim.adamw(0.1, mask=MATRICES)
    ),
}


@pytest.mark.parametrize("name", ENDING)
def test_the_end_of_a_chain_goes_in_blocks(name, counted):
    rule, params = ENDING[name], tree()
    assert selection(rule, params) is None
    want = got = params, rule.init(params)
    for _ in range(4):
        grads = tree()
        want = plainly(rule, grads, want[1], want[0])
        got = optim.step(rule, grads, got[1], got[0], donate=True)
        assert_same(got, want)
    assert counted == [7] * 4


def test_a_first_part_that_keeps_the_parameters_keeps_them():
    def update(updates, state, params=None):
        return updates, params

    rule = optim.chain(optim.GradientTransformation(lambda p: p, update), optim.sgd(0.1))
    params, state = optim.step(rule, tree(), rule.init(tree()), tree())
    for _ in range(3):
        copies = fzero.tree.map(np.copy, params)
        params, state = optim.step(rule, tree(), state, params, donate=True)
        assert_same(fzero.tree.map(np.copy, state[0]), copies)


@pytest.mark.parametrize("name", TOGETHER)
def test_rules_that_look_at_more_are_not_marked(name):
    rule, params, grads = TOGETHER[name], full_tree(), full_tree()
    state = rule.init(params)
    assert selection(optim.with_extra_args_support(rule), params) is None
    got = optim.step(rule, grads, state, params, donate=True)
    assert_same(got, plainly(rule, grads, state, params))


@pytest.mark.parametrize("rule", [optim.scale_by_adam(), optim.adam(0.1), optim.scale(2.0)])
def test_further_arguments_go_to_those_that_take_them(rule, counted):
    params, grads = tree(), tree()
    state = rule.init(params)
    got = optim.step(rule, grads, state, params, value=1.0)
    assert_same(got, plainly(rule, grads, state, params))
    assert counted


def changed_places(before, after):
    return [np.flatnonzero(np.ravel(a != b)).tolist() for a, b in zip(before, after, strict=True)]


@pytest.mark.parametrize("name", ALONE)
def test_a_marked_rule_moves_each_number_alone(name):
    rule, params = ALONE[name], tree("float64")
    state = rule.init(params)
    for _ in range(2):
        params, state = plainly(rule, tree("float64"), state, params)
    grads = tree("float64")
    other = grads | {"long": grads["long"].copy()}
    other["long"][1, 5] *= -17.0
    runs = [rule.update(g, state, params) for g in (grads, other)]
    where, place = list(params).index("long"), BLOCK + 5
    updates = [fzero.tree.leaves(u) for u, _ in runs]
    for i, places in enumerate(changed_places(*updates)):
        assert places in ([], [place]) if i == where else places == []
    states = [fzero.tree.leaves(s) for _, s in runs]
    assert all(places in ([], [place]) for places in changed_places(*states))


@pytest.mark.parametrize("dtype", ["float16", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("name", ["adam", "adamw", "nesterov"])
def test_dtypes_are_those_of_the_plain_way(name, dtype, counted):
    rule, rng = ALONE[name], np.random.default_rng(1)
    params = tree(dtype, rng)
    want = got = params, rule.init(params)
    for _ in range(3):
        grads = tree(dtype, rng)
        want = plainly(rule, grads, want[1], want[0])
        got = optim.step(rule, grads, got[1], got[0], donate=True)
        assert_same(got, want)
    assert counted


@pytest.mark.parametrize("grad, param", [("float64", "float32"), ("float16", "float32")])
def test_gradients_of_another_dtype(grad, param):
    rule, params = optim.adam(0.1), tree(param)
    want = got = params, rule.init(params)
    for _ in range(3):
        grads = tree(grad)
        want = plainly(rule, grads, want[1], want[0])
        got = optim.step(rule, grads, got[1], got[0], donate=True)
        assert_same(got, want)


@pytest.mark.parametrize("name", ["adam", "adamw", "momentum_sgd", "nesterov", "sgd"])
def test_kernels_run_where_they_are(name, monkeypatch):
    calls = []
    monkeypatch.setattr(blocks, "Work", lambda *arrays: calls.append(1) or kernels.Work(*arrays))
    rule, params = ALONE[name], tree()
    optim.step(rule, tree(), rule.init(params), params)
    assert len(calls) >= 7


def test_small_arrays_and_light_rules_take_the_plain_way(counted, monkeypatch):
    monkeypatch.setattr(blocks, "_LARGER", 500)
    params = {"W": RNG.normal(size=300)}
    for rule, steps in (optim.adam(0.1), 1), (optim.sgd(0.1, 0.9), 0), (optim.lion(0.1), 0):
        counted.clear()
        optim.step(rule, params, rule.init(params), params)
        assert len(counted) == steps


def test_arrays_that_are_not_contiguous_and_leaves_of_integers(counted):
    rule = optim.adam(0.1)
    params = {"W": RNG.normal(size=(20, 30)).T[::2], "n": np.arange(200), "F": RNG.normal(size=90)}
    grads = {"W": RNG.normal(size=(20, 15)).T, "n": np.ones(200, int), "F": RNG.normal(size=90)}
    got = want = params, rule.init(params)
    for _ in range(3):
        want = plainly(rule, grads, want[1], want[0])
        got = optim.step(rule, grads, got[1], got[0], donate=True)
        assert_same(got, want)
    assert counted == [7] * 3


def test_hyperparameters_that_are_arrays_are_for_whole_leaves(counted):
    params, grads = {"W": RNG.normal(size=(50, 3))}, {"W": RNG.normal(size=(50, 3))}
    rates = np.array([0.1, 0.2, 0.3])
    for rule in optim.scale(rates), optim.sgd(lambda count: rates), optim.scale(rates[None]):
        state = rule.init(params)
        assert_same(optim.step(rule, grads, state, params), plainly(rule, grads, state, params))
    assert not counted


@pytest.mark.parametrize("threads", ["1", "3"])
def test_threads_give_the_same_numbers(threads, monkeypatch):
    monkeypatch.setenv("FZERO_THREADS", threads)
    rule, params = optim.adamw(0.1, mask=MATRICES), tree()
    want = got = params, rule.init(params)
    for _ in range(3):
        grads = tree()
        want = plainly(rule, grads, want[1], want[0])
        got = optim.step(rule, grads, got[1], got[0], donate=True)
    assert_same(got, want)


def test_donated_memory_is_used_again():
    rule, params = optim.adan(0.1), tree()
    now = optim.step(rule, tree(), rule.init(params), params, donate=True)
    for _ in range(3):
        before = bases(now)
        assert len(before) == 3 * 5  # the parameters and four arrays of state
        params, state = now
        del now
        now = optim.step(rule, tree(), state, params, donate=True)
        assert bases(now) == before


def test_without_donation_no_memory_is_used_again():
    rule, params = optim.adam(0.1), tree()
    now = optim.step(rule, tree(), rule.init(params), params)
    kept = fzero.tree.map(np.copy, now)
    later = optim.step(rule, tree(), now[1], now[0])
    assert_same(fzero.tree.map(np.copy, now), kept)
    assert not bases(later) & bases(now)


def test_arrays_of_the_caller_are_left_alone():
    rule, params = optim.adam(0.1), tree()
    state, copies = rule.init(params), fzero.tree.map(np.copy, params)
    frozen = fzero.freeze(params)
    for given in params, frozen:
        optim.step(rule, tree(), state, given, donate=True)
        assert_same(params, copies)
    optim.step(rule, tree(), rule.init(frozen), frozen, donate=True)
    assert_same(params, copies)


def test_memory_that_somebody_looks_at_is_left_alone():
    rule, params = optim.sgd(0.1), tree()
    now = optim.step(rule, tree(), rule.init(params), params, donate=True)
    row = now[0]["long"][1]
    copy, before = row.copy(), bases(now)
    now = optim.step(rule, tree(), now[1], now[0], donate=True)
    np.testing.assert_array_equal(row, copy)
    assert len(bases(now) & before) == len(before) - 1


def test_leaves_that_share_memory_are_not_written_over_each_other():
    rule, start = optim.adam(0.1), np.ones(3 * BLOCK)
    first = optim.step(rule, start, rule.init(start), start)[0]
    params = [first, first, first[::-1]]
    want = plainly(rule, params, rule.init(params), params)
    assert_same(optim.step(rule, params, rule.init(params), params, donate=True), want)


def test_a_gradient_in_the_memory_of_its_parameter_is_read_as_it_was():
    rule, start = optim.sgd(0.5), RNG.normal(size=3 * BLOCK)
    for turned in lambda p: p, lambda p: p[::-1]:
        params, state = optim.step(rule, start, rule.init(start), start)
        want = plainly(rule, turned(params).copy(), state, params)
        assert_same(optim.step(rule, turned(params), state, params, donate=True), want)


def test_a_second_use_of_a_donated_tree_leaves_the_first_result_alone():
    rule, params = optim.adam(0.1), tree()
    old = optim.step(rule, tree(), rule.init(params), params)
    first = optim.step(rule, tree(), old[1], old[0], donate=True)
    copies = fzero.tree.map(np.copy, first)
    optim.step(rule, tree(), old[1], old[0], donate=True)
    assert_same(fzero.tree.map(np.copy, first), copies)


def test_a_derivative_that_runs_keeps_what_it_needs():
    rule, start = optim.sgd(0.1), RNG.normal(size=3 * BLOCK)
    params, state = optim.step(rule, start, rule.init(start), start)

    def loss(params):
        y = (params**3).sum()
        inner = fzero.value(params)
        optim.step(rule, np.ones(3 * BLOCK), state, inner, donate=True)
        return y

    want = 3 * np.asarray(params) ** 2
    np.testing.assert_array_equal(fzero.grad(loss)(params), want)


def test_a_step_inside_transforms():
    params, grads = RNG.normal(size=3 * BLOCK), RNG.normal(size=3 * BLOCK)

    def loss(rate, grads):
        rule = optim.adam(rate, eps_root=1e-8)
        return optim.step(rule, grads, rule.init(params), params, donate=True)[0].sum()

    def plain(rate, grads):
        rule = optim.adam(rate, eps_root=1e-8)
        return plainly(rule, grads, rule.init(params), params)[0].sum()

    both = fzero.grad(loss, (0, 1))(0.1, grads), fzero.grad(plain, (0, 1))(0.1, grads)
    assert_same(*both)
    rates = np.array([0.1, 0.2])
    want = [plain(rate, grads) for rate in rates]
    np.testing.assert_allclose(fzero.vmap(loss, (0, None))(rates, grads), want, rtol=1e-12)


def test_arrays_on_a_card_take_the_plain_way(counted):
    rule, params, grads = optim.adam(0.1), full_tree(), full_tree()
    want = plainly(rule, grads, rule.init(params), params)
    there = fzero.tree.map(put, (params, rule.init(params), grads))
    got = optim.step(rule, there[2], there[1], there[0], donate=True)
    assert_same(fzero.tree.map(lambda x: np.asarray(unwrap(x)), got[0]), want[0])
    assert not counted


def test_errors_are_those_of_the_plain_way():
    rule, sgd, params = optim.adam(0.1), optim.sgd(0.1), tree()
    with pytest.raises(ValueError, match="update: the state has shape"):
        optim.step(rule, tree(), rule.init(tree() | {"long": np.ones(3)}), params, donate=True)
    with pytest.raises(ValueError, match="the shapes are updates"):
        optim.step(sgd, tree() | {"long": np.ones(200)}, sgd.init(params), params)
    with pytest.raises(ValueError, match="update"):
        optim.step(rule, {"W": params["W"]}, rule.init(params), params)


def test_training_with_donation_is_training_without():
    def loss_fn(params, state, batch, key):
        loss = fnp.sum((params["long"] * random.normal(key, (2, BLOCK)) - batch) ** 2)
        return loss + fnp.sum(params["W"] ** 2), (state, {})

    rule = optim.adamw(0.1)
    params = {k: v for k, v in tree("float64").items() if k in ("long", "W")}
    runs = []
    for donate in False, True:
        step = make_train_step(loss_fn, rule, donate=donate)
        now = train_state(params, {}, rule, random.key(0))
        for _ in range(5):
            now, _ = step(now, 1.0)
        runs.append(now)
    assert_same(runs[1], runs[0])
