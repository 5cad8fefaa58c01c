"""Sequences in lanes: every step once, and DeZero's rule."""

import numpy as np
import pytest

import fzero
from fzero_nn.data import dezero_sequence_batches, lanes, sequence_batches
from tests.strict import StrictArray, put, unwrap

SIZES = [(999, 30), (12, 4), (13, 4), (15, 4), (5, 5), (7, 1)]


@pytest.mark.parametrize(("steps", "lane_count"), SIZES)
def test_every_step_is_in_one_lane_once(steps, lane_count):
    data, mask = lanes(np.arange(steps) + 1, lane_count)
    assert data.shape == mask.shape == (-(-steps // lane_count), lane_count)
    assert np.all(mask[:-1]) and mask.sum() == steps
    np.testing.assert_array_equal(data[~mask], 0)
    np.testing.assert_array_equal(data.T[mask.T], np.arange(steps) + 1)  # lane after lane, in order


@pytest.mark.parametrize(("steps", "lane_count"), SIZES)
def test_the_tail_may_be_dropped(steps, lane_count):
    length = steps // lane_count
    data, mask = lanes(np.arange(steps), lane_count, tail="drop")
    assert mask.shape == (length, lane_count) and mask.all()
    kept = np.arange(length * lane_count)
    np.testing.assert_array_equal(data, kept.reshape(lane_count, length).T)


def test_pytrees_keep_their_dtypes_and_axes():
    arrays = {"x": np.ones((7, 2, 3), np.float32), "y": np.ones(7, np.int16)}
    data, mask = lanes(arrays, 3)
    assert data["x"].shape == (3, 3, 2, 3) and data["x"].dtype == np.float32
    assert data["y"].shape == (3, 3) and data["y"].dtype == np.int16
    np.testing.assert_array_equal(data["x"][..., 0, 0], mask)
    np.testing.assert_array_equal(data["y"], mask)


@pytest.mark.parametrize("bptt", [1, 5, 34, 100])
def test_chunks_put_together_are_the_lanes(bptt):
    x = np.random.default_rng(0).normal(size=(999, 1))
    chunks = list(sequence_batches((x[:-1], x[1:]), 30, bptt))
    whole = lanes((x[:-1], x[1:]), 30)
    assert [len(chunk.mask) for chunk in chunks[:-1]] == [bptt] * (len(chunks) - 1)
    joined = fzero.tree.map(lambda *parts: np.concatenate(parts), *chunks)
    for got, want in zip(fzero.tree.leaves(joined), fzero.tree.leaves(whole), strict=True):
        np.testing.assert_array_equal(got, want)


def test_lanes_of_another_library():
    x = np.arange(14.0).reshape(7, 2)
    got, want = lanes(put(x), 3), lanes(x, 3)
    assert isinstance(got.data, StrictArray) and isinstance(got.mask, StrictArray)
    np.testing.assert_array_equal(unwrap(got.data), want.data)
    rows = dezero_sequence_batches(put(x), 3)
    for a, b in zip(rows, dezero_sequence_batches(x, 3), strict=True):
        np.testing.assert_array_equal(unwrap(a), b)


def test_dezeros_rule():
    """n = 999 and 30 lanes: a jump of 33, 34 steps, and the last repeats the next lane's first."""
    steps = list(dezero_sequence_batches(np.arange(999), 30))
    assert len(steps) == 34
    for i, rows in enumerate(steps):
        assert rows.tolist() == [(k * 33 + i) % 999 for k in range(30)]
    seen = np.concatenate(steps)
    assert len(seen) - len(set(seen.tolist())) == 29
    assert sorted(set(range(999)) - set(seen.tolist())) == list(range(991, 999))


def test_errors():
    x = np.zeros(5)
    for call in (lanes, dezero_sequence_batches):
        with pytest.raises(ValueError, match="batch_size is 6 for 5 steps.*Try batch_size=5"):
            call(x, 6)
        call(x, 5)
        with pytest.raises(ValueError, match="batch_size is 0; expected 1 or more"):
            call(x, 0)
        with pytest.raises(ValueError, match="arrays is of lengths"):
            call((x, np.zeros(4)), 2)
    with pytest.raises(ValueError, match="bptt is 0; expected 1 or more"):
        sequence_batches(x, 2, 0)
    with pytest.raises(ValueError, match="lanes: tail is 'cut'; expected 'mask' or 'drop'"):
        lanes(x, 2, "cut")
