"""Shares of work in several threads: all of it is done, and nothing leaks."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from fzero import parallel, vjp
from fzero.parallel import shared
from fzero_nn import functional as F

RNG = np.random.default_rng(0)


@pytest.fixture
def three_threads(monkeypatch):
    monkeypatch.setenv("FZERO_THREADS", "3")


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize("count", [0, 1, 2, 3, 10])
def test_every_item_is_worked_on_once(count):
    assert sum(shared(list, range(count)), []) == list(range(count))  # noqa: RUF017


@pytest.mark.usefixtures("three_threads")
def test_several_threads_work_and_the_linear_algebra_has_one():
    _, threads = parallel._blas()
    barrier, before = threading.Barrier(3), threads()

    def work(_):
        barrier.wait(timeout=30)  # passes only if all three are here at once
        return threads()

    assert shared(work, range(3)) == [1, 1, 1]
    assert threads() == before


@pytest.mark.usefixtures("three_threads")
@pytest.mark.parametrize("bad", [0, 2])
def test_exceptions_arrive_and_threads_of_the_linear_algebra_return(bad):
    _, threads = parallel._blas()
    before = threads()
    with pytest.raises(KeyError, match="no"):
        shared(lambda items: {}["no"] if bad in items else None, range(3))
    assert threads() == before


@pytest.mark.usefixtures("three_threads")
def test_errors_of_numpy_are_those_of_the_caller():
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        shared(lambda items: np.float64(1e308) * np.float64(10) if 2 in items else 0, range(3))


_FORK = """
import os
from fzero.parallel import shared
assert shared(list, range(3)) == [[0], [1], [2]]
child = os.fork()
if child == 0:
    os._exit(0 if shared(list, range(3)) == [[0], [1], [2]] else 1)
assert os.waitpid(child, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")
def test_a_forked_child_works():
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORK]
    subprocess.run(command, env=os.environ | {"FZERO_THREADS": "3"}, check=True, timeout=60)


@pytest.mark.parametrize("window, stride, groups", [(3, 1, 1), (3, 2, 1), (1, 1, 2), (5, 1, 32)])
def test_convolutions_are_the_same_in_any_number_of_threads(window, stride, groups, monkeypatch):
    x, W = RNG.normal(size=(5, 32, 30, 31)), RNG.normal(size=(32, 32 // groups, window, window))
    f = lambda x, W, b: F.conv2d(x, W, b, stride=stride, padding=1, groups=groups)
    results = []
    for threads in "1", "3":
        monkeypatch.setenv("FZERO_THREADS", threads)
        y, pullback = vjp(f, x, W, np.ones(32))
        results.append([y, *pullback(np.cos(np.arange(y.size)).reshape(y.shape))])
    for one, three in zip(*results, strict=True):
        np.testing.assert_allclose(one, three, rtol=1e-10, atol=1e-9)
