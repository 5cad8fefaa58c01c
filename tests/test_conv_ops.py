"""Sliding windows and convolutions against NumPy and plain loops."""

import itertools

import numpy as np
import pytest

from fzero.mapping import vmap
from fzero.ops import conv
from fzero.reverse import vjp
from fzero.testing import check_grads, check_vmap

RNG = np.random.default_rng(0)
LENGTHS = list(itertools.product((1, 2, 3, 4, 7), repeat=2))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("name", ["convolve", "correlate"])
@pytest.mark.parametrize("complex", [False, True])
def test_values_are_those_of_numpy(name, mode, complex):
    for n, k in LENGTHS:
        a, v = RNG.normal(size=n), RNG.normal(size=k)
        if complex:
            a, v = a + 1j * RNG.normal(size=n), v + 1j * RNG.normal(size=k)
        got, want = getattr(conv, name)(a, v, mode), getattr(np, name)(a, v, mode)
        np.testing.assert_allclose(got, want, atol=1e-13, err_msg=f"{n} {k}")


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
@pytest.mark.parametrize("name", ["convolve", "correlate"])
def test_rules(name, mode):
    def f(a, v):
        return getattr(conv, name)(a, v, mode)

    for n, k in [(5, 2), (2, 5), (3, 3)]:
        a, v = RNG.normal(size=(2, n)), RNG.normal(size=(2, k))
        check_grads(f, [a[0], v[0]])
        for in_axes, args in (((0, None), (a, v[0])), ((None, 0), (a[0], v)), (0, (a, v))):
            check_vmap(f, args, in_axes=in_axes)
        check_grads(lambda a, v: vmap(f)(a, v), [a, v], order=1)


def test_windows_with_steps_and_dilation():
    x = RNG.normal(size=(6, 2, 7))
    got = conv.windows(x, window=(2, 3), axis=(0, 2), step=(2, 1), dilation=(1, 2))
    assert got.shape == (3, 2, 3, 2, 3)
    for i, c, j, p, q in np.ndindex(got.shape):
        assert got[i, c, j, p, q] == x[2 * i + p, c, j + 2 * q]


def test_fold_counts_how_often_each_element_is_read():
    x = np.zeros(5)
    y, pull = vjp(lambda x: conv.sliding_window_view(x, 3), x)
    assert pull(np.ones_like(y))[0].tolist() == [1, 2, 3, 2, 1]


@pytest.mark.parametrize(
    "window, axis", [((2, 2), None), (3, 1), (2, (0,)), ((2, 3), (1, 0)), ((1, 4), (0, 1))]
)
def test_sliding_window_view(window, axis):
    x = RNG.normal(size=(3, 4))
    want = np.lib.stride_tricks.sliding_window_view(x, window, axis)
    np.testing.assert_array_equal(conv.sliding_window_view(x, window, axis), want)
    check_grads(lambda x: conv.sliding_window_view(x, window, axis) ** 2, [x])
    check_vmap(lambda x: conv.sliding_window_view(x, window, axis), (np.stack([x, -x], 1),), 1)


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda x: conv.convolve(x, x), "expected one axis"),
        (lambda x: conv.correlate(x[0], x[0, :0]), "(3,) and (0,)"),
        (lambda x: conv.convolve(x[0], x[0], "other"), "mode is 'other'"),
        (lambda x: conv.sliding_window_view(x, 2), "a size per axis"),
        (lambda x: conv.sliding_window_view(x, 4, 1), "from 1 to the size"),
        (lambda x: conv.sliding_window_view(x, (1, 1), (1, 1)), "different axes"),
    ],
)
def test_errors(call, text):
    with pytest.raises(ValueError) as error:
        call(np.ones((2, 3)))
    assert text in str(error.value)
