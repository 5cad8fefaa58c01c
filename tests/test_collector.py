"""Long tapes set objects aside from the garbage collector, and always give them back."""

import gc

import numpy as np
import pytest

import fzero
from fzero.collector import STRIDE, Aside


def chain(n, seen):
    def f(x):
        for _ in range(n):
            x = x * 1.0
        seen.append(gc.get_freeze_count())
        return x

    return f


def test_a_long_tape_sets_objects_aside_and_gives_them_back():
    seen = []
    assert fzero.grad(chain(STRIDE + 1, seen))(2.0) == 1.0
    assert seen[0] > 0
    assert gc.get_freeze_count() == 0
    assert Aside.runs == 0


def test_a_short_tape_does_not():
    seen = []
    fzero.grad(chain(100, seen))(2.0)
    assert seen == [0]


def test_an_exception_gives_them_back():
    def f(x):
        chain(STRIDE + 1, [])(x)
        raise KeyError("stop")

    with pytest.raises(KeyError):
        fzero.grad(f)(2.0)
    assert gc.get_freeze_count() == 0


def test_nested_runs_give_back_together():
    seen = []

    def outer(x):
        x = chain(STRIDE + 1, seen)(x)
        inner = fzero.grad(chain(STRIDE + 1, seen))(2.0)
        seen.append(gc.get_freeze_count())
        return x * inner

    fzero.grad(outer)(2.0)
    assert all(count > 0 for count in seen)
    assert gc.get_freeze_count() == 0


def test_what_the_program_froze_itself_stays_frozen():
    gc.freeze()
    try:
        count = gc.get_freeze_count()
        fzero.grad(chain(STRIDE + 1, []))(np.float64(2.0))
        assert gc.get_freeze_count() == pytest.approx(count, abs=count // 10)
    finally:
        gc.unfreeze()


def test_a_disabled_collector_is_left_alone():
    seen = []
    gc.disable()
    try:
        fzero.grad(chain(STRIDE + 1, seen))(2.0)
    finally:
        gc.enable()
    assert seen == [0]
