"""Loaders: resumed anywhere, with and without a thread, over arrays and data sets."""

import threading
import time

import numpy as np
import pytest

import fzero
from fzero import random
from fzero_nn import checkpoint
from fzero_nn.data import Loader, Position, order
from tests.strict import StrictArray, put, unwrap

KEY = random.key(0)
ARRAYS = {"x": np.arange(22.0).reshape(11, 2), "y": np.arange(11) * 10}


def noisy(key, batch):
    return {**batch, "x": batch["x"] + random.normal(key, batch["x"].shape)}


def run(loader, position, epochs=2):
    return list(loader.run(position, epochs))


def assert_same(got, want):
    assert fzero.tree.structure(got) == fzero.tree.structure(want)
    for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
        np.testing.assert_array_equal(a, b)


def loader_threads():
    return [t for t in threading.enumerate() if t.name.startswith("fzero-loader")]


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("drop_last", [True, False])
@pytest.mark.parametrize("prefetch", [0, 3])
def test_resuming_at_every_position_gives_the_same_batches(shuffle, drop_last, prefetch):
    options = {"shuffle": shuffle, "drop_last": drop_last, "transform": noisy}
    whole = run(Loader(ARRAYS, 4, **options), Position(KEY))
    assert len(whole) == (4 if drop_last else 6)
    for done, (position, _) in enumerate(whole[:-1], 1):
        assert_same(run(Loader(ARRAYS, 4, prefetch=prefetch, **options), position), whole[done:])


def test_a_position_survives_a_checkpoint(tmp_path):
    loader = Loader(ARRAYS, 4, transform=noisy)
    whole = run(loader, Position(KEY))
    position = whole[1][0]
    checkpoint.save(tmp_path / "c.npz", {"step": 2, "position": position})
    like = {"step": 0, "position": Position(KEY)}
    assert_same(run(loader, checkpoint.load(tmp_path / "c.npz", like)["position"]), whole[2:])
    plain = Position(**checkpoint.load(tmp_path / "c.npz")["position"])
    assert_same(run(loader, plain), whole[2:])


def test_epochs_have_every_row_once_in_other_orders():
    batches = [batch for _, batch in run(Loader(ARRAYS, 4), Position(KEY), epochs=3)]
    orders = [np.concatenate([b["y"] for b in batches[i : i + 3]]) for i in (0, 3, 6)]
    for epoch, labels in enumerate(orders):
        assert sorted(labels.tolist()) == ARRAYS["y"].tolist()
        np.testing.assert_array_equal(labels, ARRAYS["y"][order(KEY, epoch, 11)])
    assert len({tuple(labels) for labels in orders}) == 3
    for batch in batches:
        np.testing.assert_array_equal(batch["x"][:, 0] * 5, batch["y"])


def test_positions_count_rows_and_epochs():
    seen = [(p.epoch, p.offset) for p, _ in run(Loader(ARRAYS, 4), Position(KEY))]
    assert seen == [(0, 4), (0, 8), (1, 0), (1, 4), (1, 8), (2, 0)]
    assert len(Loader(ARRAYS, 4)) == 3 and len(Loader(ARRAYS, 4, drop_last=True)) == 2
    assert len(Loader(ARRAYS, 11)) == len(Loader(ARRAYS, 99)) == 1


def test_a_run_goes_epoch_by_epoch():
    loader, expected, position = Loader(ARRAYS, 4, transform=noisy), [], Position(KEY)
    while position.epoch < 3:
        expected += loader.epoch(position)
        position = expected[-1][0]
    assert_same(run(loader, Position(KEY), epochs=3), expected)
    assert run(loader, Position(KEY, 3), epochs=3) == []


def test_breaking_off_does_not_move_the_next_epoch():
    loader = Loader(ARRAYS, 4)
    first = [batch for _, batch in loader.epoch(Position(KEY))]
    for _ in loader.epoch(Position(KEY)):
        break
    assert_same([batch for _, batch in loader.epoch(Position(KEY))], first)


def test_the_batch_size_may_change_within_an_epoch():
    position, batch = next(Loader(ARRAYS, 4).epoch(Position(KEY)))
    rest = [b["y"] for _, b in Loader(ARRAYS, 3).epoch(position)]
    assert sorted(np.concatenate([batch["y"], *rest]).tolist()) == ARRAYS["y"].tolist()
    # Three rows are left for batches of four: the next epoch begins.
    late = Position(KEY, 0, 8)
    [(after, _), _] = Loader(ARRAYS, 4, drop_last=True).epoch(late)
    assert (after.epoch, after.offset) == (1, 4)


def test_the_transform_draws_others_for_each_batch_and_epoch():
    zeros = np.zeros((6, 2))
    loader = Loader(zeros, 2, transform=lambda key, x: random.normal(key, x.shape))
    drawn = [batch for _, batch in run(loader, Position(KEY))]
    assert len({batch.tobytes() for batch in drawn}) == 6
    other = [batch for _, batch in run(loader, Position(random.key(1)))]
    assert not np.array_equal(drawn[0], other[0])


# ----------------------------------------------------------------------------------- threads


@pytest.mark.parametrize("prefetch", [1, 2, 100])
def test_prefetching_changes_nothing(prefetch):
    want = run(Loader(ARRAYS, 4, transform=noisy), Position(KEY))
    got = run(Loader(ARRAYS, 4, transform=noisy, prefetch=prefetch), Position(KEY))
    assert_same(got, want)
    assert loader_threads() == []


def test_prefetching_runs_ahead_by_that_many_and_in_a_thread():
    fetched, enough = [], threading.Event()

    def note(key, batch):
        fetched.append(threading.current_thread().name)
        if len(fetched) == 3:
            enough.set()
        return batch

    batches = Loader(ARRAYS, 1, transform=note, prefetch=2).epoch(Position(KEY))
    assert fetched == []
    next(batches)
    assert enough.wait(10)
    batches.close()
    assert len(fetched) == 3 and all(name.startswith("fzero-loader") for name in fetched)
    assert loader_threads() == []


def test_breaking_off_ends_the_thread():
    loader = Loader(ARRAYS, 1, prefetch=4)
    for walk in (loader.epoch(Position(KEY)), loader.run(Position(KEY), 2)):
        next(walk)
        assert loader_threads() != []
        del walk
    for _ in loader.run(Position(KEY), 2):
        break
    assert loader_threads() == []
    with pytest.raises(RuntimeError, match="mine"):
        for _ in Loader(ARRAYS, 1, prefetch=4).epoch(Position(KEY)):
            raise RuntimeError("mine")
    assert loader_threads() == []


def test_breaking_off_drops_what_was_not_begun():
    fetched = []

    def slow(key, batch):
        time.sleep(0.05)
        fetched.append(key)
        return batch

    batches = Loader(ARRAYS, 1, transform=slow, prefetch=10).epoch(Position(KEY))
    next(batches)
    batches.close()
    assert len(fetched) <= 5


@pytest.mark.parametrize("prefetch", [0, 2])
def test_an_exception_comes_out_at_its_batch(prefetch):
    def fails(key, batch):
        if 80 in batch["y"]:
            raise KeyError("broken row")
        return batch

    loader = Loader(ARRAYS, 4, shuffle=False, transform=fails, prefetch=prefetch)
    got = []
    with pytest.raises(KeyError, match="broken row"):
        for position, _ in loader.epoch(Position(KEY)):
            got.append(position.offset)
    assert got == [4, 8] and loader_threads() == []


# ----------------------------------------------------------------------------------- sources


class Rows:
    """A data set as DeZero's: one index, and no label."""

    def __len__(self):
        return 5

    def __getitem__(self, i):
        assert isinstance(i, int)
        return np.full(2, i), None, i * 10


class Batches(Rows):
    def __getitem__(self, i):
        return np.stack([i, i], axis=1), None, i * 10


def test_data_sets_are_asked_by_row_or_by_batch():
    want = (np.repeat(np.arange(5)[:, None], 2, axis=1), None, np.arange(5) * 10)
    [(_, got)] = Loader(Rows(), 5, shuffle=False).epoch(Position(None))
    assert_same(got, want)
    assert got[2].dtype == np.int64
    for source, batched in ((Rows(), False), (Batches(), True)):
        loader = Loader(source, 2, batched=batched, prefetch=1)
        plain = run(Loader(want, 2), Position(KEY))
        assert_same(run(loader, Position(KEY)), plain)


def test_arrays_of_another_library_stay_there():
    loader = Loader(fzero.tree.map(put, ARRAYS), 4)
    for (_, got), (_, want) in zip(
        loader.epoch(Position(KEY)), Loader(ARRAYS, 4).epoch(Position(KEY)), strict=True
    ):
        assert all(isinstance(leaf, StrictArray) for leaf in fzero.tree.leaves(got))
        assert_same(fzero.tree.map(unwrap, got), want)


def test_batches_go_to_the_device():
    loader = Loader(fzero.tree.map(put, ARRAYS), 4, device="cpu")
    _, batch = next(loader.epoch(Position(KEY)))
    assert type(batch["x"]) is np.ndarray


@pytest.mark.gpu
@pytest.mark.parametrize("prefetch", [0, 2])
def test_batches_go_to_a_card(prefetch):
    loader = Loader(ARRAYS, 4, transform=noisy, device="gpu", prefetch=prefetch)
    got = run(loader, Position(KEY))
    assert {str(fzero.device(leaf)) for _, b in got for leaf in fzero.tree.leaves(b)} == {"gpu:0"}
    batches = [fzero.device_get(batch) for _, batch in got]
    assert_same(batches, [b for _, b in run(Loader(ARRAYS, 4, transform=noisy), Position(KEY))])


def test_batches_are_copies():
    x = np.zeros(4)
    for _, batch in Loader(x, 2, shuffle=False).epoch(Position(None)):
        batch += 1
    np.testing.assert_array_equal(x, 0)


# ------------------------------------------------------------------------------------- errors


def test_loaders_refuse_what_they_cannot_cut():
    with pytest.raises(ValueError, match="Loader: batch_size is 0; expected 1 or more"):
        Loader(ARRAYS, 0)
    with pytest.raises(ValueError, match="Loader: prefetch is -1; expected 0 or more"):
        Loader(ARRAYS, 2, prefetch=-1)
    with pytest.raises(ValueError, match=r"Loader: source is of lengths \[\(2,\), \(3,\)\]"):
        Loader((np.zeros(3), np.zeros(2)), 2)
    for rows, drop_last in ((0, False), (3, True)):
        with pytest.raises(ValueError, match=f"source is of {rows} rows .* no epoch would end"):
            Loader(np.zeros(rows), 4, drop_last=drop_last)
    assert len(Loader(np.zeros(3), 4, drop_last=False)) == 1
    for source in ([1, 2, 3], {"x": np.zeros(2), "y": [1, 2]}):
        with pytest.raises(TypeError, match="source has leaves of type int; expected a pytree"):
            Loader(source, 1)
    assert len(Loader(np.asarray([1, 2, 3]), 1)) == 3
    with pytest.raises(TypeError, match="leaves of type generator"):
        Loader((i for i in range(3)), 1)


@pytest.mark.parametrize("position", [(KEY, -1, 0), (KEY, 0, -1), (KEY, 0, 12)])
def test_positions_of_other_rows_are_refused(position):
    with pytest.raises(ValueError, match="Loader: position is at epoch .* offset of 0 to 11"):
        Loader(ARRAYS, 4).epoch(Position(*position))


def test_a_key_is_asked_for_at_the_call():
    for loader in (Loader(ARRAYS, 4), Loader(ARRAYS, 4, shuffle=False, transform=noisy)):
        with pytest.raises(ValueError, match=r"Begin with Position\(random.key\(0\)\)"):
            loader.epoch(Position(None))
        with pytest.raises(ValueError, match="position.key is None"):
            loader.run(Position(None), 1)
        next(loader.epoch(Position(random.key(0))))


def test_a_position_is_asked_for_in_place_of_a_key():
    with pytest.raises(TypeError, match=r"Loader: position is a ndarray; expected a Position"):
        Loader(np.arange(4), 2).run(KEY, 1)
    with pytest.raises(TypeError, match=r"Loader: batch_size is 2.0; expected an integer"):
        Loader(np.arange(4), 2.0)
