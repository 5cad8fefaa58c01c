"""Long tapes pause the garbage collector, and always let it run again."""

import gc
import weakref

import numpy as np
import pytest

import fzero
from fzero.collector import STRIDE, Pause


def chain(n, seen):
    def f(x):
        for _ in range(n):
            x = x * 1.0
        seen.append(gc.isenabled())
        return x

    return f


def test_a_long_tape_pauses_the_collector_and_ends_the_pause():
    seen = []
    assert fzero.grad(chain(STRIDE + 1, seen))(2.0) == 1.0
    assert seen == [False]
    assert gc.isenabled()
    assert Pause.runs == 0


def test_a_short_tape_does_not():
    seen = []
    fzero.grad(chain(100, seen))(2.0)
    assert seen == [True]


@pytest.mark.parametrize("transform", [fzero.grad, lambda f: lambda x: fzero.vjp(f, x)])
def test_an_exception_ends_the_pause(transform):
    def f(x):
        chain(STRIDE + 1, [])(x)
        raise KeyError("stop")

    with pytest.raises(KeyError):
        transform(f)(2.0)
    assert gc.isenabled()


def test_a_pullback_that_lives_on_does_not_prolong_the_pause():
    _, pull = fzero.vjp(chain(STRIDE + 1, []), 2.0)
    assert gc.isenabled()
    assert pull(1.0) == (1.0,)


def test_a_checkpoint_that_records_again_ends_the_pause():
    _, pull = fzero.vjp(fzero.checkpoint(chain(STRIDE + 1, [])), 2.0)
    assert pull(1.0) == (1.0,)
    assert gc.isenabled()
    assert Pause.runs == 0


def test_nested_runs_end_the_pause_together():
    seen = []

    def outer(x):
        x = chain(STRIDE + 1, seen)(x)
        inner = fzero.grad(chain(STRIDE + 1, seen))(2.0)
        seen.append(gc.isenabled())
        return x * inner

    fzero.grad(outer)(2.0)
    assert seen == [False] * 3
    assert gc.isenabled()


def test_cycles_made_meanwhile_are_collected():
    class Node:
        pass

    def f(x):
        x = chain(STRIDE, [])(x)
        node = Node()
        node.self = node
        gone = weakref.ref(node)
        del node
        x = chain(STRIDE, [])(x)
        assert gone() is None
        return x

    assert fzero.grad(f)(np.float64(2.0)) == 1.0


def test_a_collector_that_the_program_switched_off_stays_off():
    gc.disable()
    try:
        fzero.grad(chain(STRIDE + 1, []))(2.0)
        assert not gc.isenabled()
    finally:
        gc.enable()
