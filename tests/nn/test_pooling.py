"""Pooling against its definition, at ties, at NaN, at infinities and at the edges."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fzero
import fzero_nn as nn
from fzero import vjp
from fzero.fused import kernels
from fzero.testing import check_grads
from fzero_nn import functional as F
from fzero_nn.kernels.pooling import AVG_POOL, MAX_POOL
from tests.strict import put, unwrap

RNG = np.random.default_rng(0)
MAXIMA = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
MEANS = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


def seen(x, out, window, stride, before, dilation):
    """For each output its place, and the elements of the image in its window, as (index, value)."""
    for place in np.ndindex(*out):
        inside = []
        for offset in np.ndindex(*window):
            at = tuple(
                p * s + o * d - b
                for p, s, o, d, b in zip(place, stride, offset, dilation, before, strict=True)
            )
            if all(0 <= a < n for a, n in zip(at, x.shape[2:], strict=True)):
                inside.append(at)
        yield place, inside


@st.composite
def problems(draw):
    """Images with many ties, and windows that each see an element."""
    axes, small = draw(st.integers(1, 3)), st.integers(1, 3)
    each = st.tuples(*[small] * axes)
    window, stride = draw(each), draw(each)
    pairs = tuple((draw(st.integers(0, w // 2)), draw(st.integers(0, w // 2))) for w in window)
    sizes = [w + draw(st.integers(0, 3)) for w in window]
    x = RNG.integers(0, 3, (draw(st.integers(0, 2)), 2, *sizes)).astype(float)
    x = x[..., ::-1] if draw(st.booleans()) else x
    return x, window, stride, pairs, draw(st.booleans())


def pulled(f, x):
    y, pullback = vjp(f, x)
    g = np.random.default_rng(1).normal(size=y.shape).astype(y.dtype)
    return [y, pullback(g)[0], g]


@given(problems())
@settings(max_examples=80, deadline=None, derandomize=True)
def test_maxima_by_definition_and_by_reference(problem):
    x, window, stride, pairs, ceil = problem
    f = lambda x: MAXIMA[x.ndim - 2](x, window, stride, pairs, ceil)
    y, gx, g = pulled(f, x)
    with kernels("reference"):
        want = pulled(f, x)
    np.testing.assert_array_equal(y, want[0])
    np.testing.assert_allclose(gx, want[1], atol=1e-14)
    expected = np.zeros_like(gx)
    before = [p[0] for p in pairs]
    for place, inside in seen(x, y.shape[2:], window, stride, before, (1,) * len(window)):
        values = np.stack([x[(..., *at)] for at in inside])
        np.testing.assert_array_equal(y[(..., *place)], values.max(axis=0))
        for n, c in np.ndindex(*x.shape[:2]):
            expected[(n, c, *inside[values[:, n, c].argmax()])] += g[(n, c, *place)]
    np.testing.assert_allclose(gx, expected, atol=1e-14)


@given(problems(), st.booleans())
@settings(max_examples=80, deadline=None, derandomize=True)
def test_means_by_definition_and_by_reference(problem, count):
    x, window, stride, pairs, ceil = problem
    f = lambda x: MEANS[x.ndim - 2](x, window, stride, pairs, ceil, count)
    y, gx, g = pulled(f, x)
    with kernels("reference"):
        want = pulled(f, x)
    np.testing.assert_allclose(y, want[0], atol=1e-14)
    np.testing.assert_allclose(gx, want[1], atol=1e-14)
    assert np.sum(gx * x) == pytest.approx(np.sum(g * y), abs=1e-12)
    wide = np.pad(x, ((0, 0), (0, 0), *pairs)) if count else x
    before = [0 if count else p[0] for p in pairs]
    for place, inside in seen(wide, y.shape[2:], window, stride, before, (1,) * len(window)):
        values = np.stack([wide[(..., *at)] for at in inside])
        np.testing.assert_allclose(y[(..., *place)], values.mean(axis=0), atol=1e-14)


@pytest.mark.parametrize("choice", ["auto", "reference"])
def test_padding_never_is_the_maximum(choice):
    with kernels(choice):
        x = np.full((1, 2, 4, 4), -1.0)
        np.testing.assert_array_equal(F.max_pool2d(x, 3, 1, 1), x)
        low = np.full((1, 1, 3), -np.inf)
        y, gx, g = pulled(lambda x: F.max_pool1d(x, 2, 1, 1), low)
        assert np.all(y == -np.inf)
        assert gx[0, 0].tolist() == [g[0, 0, 0] + g[0, 0, 1], g[0, 0, 2], g[0, 0, 3]]


@pytest.mark.parametrize("choice", ["auto", "reference"])
def test_the_first_of_equal_maxima_gets_the_gradient(choice):
    with kernels(choice):
        x = np.array([[[[0.0, 7.0], [7.0, 7.0]]]])
        g = fzero.grad(lambda x: fzero.numpy.sum(F.max_pool2d(x, 2)))(x)
        assert g[0, 0].tolist() == [[0, 1], [0, 0]]
        g = fzero.grad(lambda x: fzero.numpy.sum(F.global_max_pool(x)))(x)
        assert g[0, 0].tolist() == [[0, 1], [0, 0]]


@pytest.mark.parametrize("choice", ["auto", "reference"])
def test_nan_stays_and_takes_the_gradient(choice):
    with kernels(choice):
        x = np.array([[[1.0, 5.0, np.nan, 2.0, np.nan, 3.0]]])
        y, gx, g = pulled(lambda x: F.max_pool1d(x, 3, 1), x)
        assert np.isnan(y).all()
        assert gx[0, 0].tolist() == [0, 0, g[0, 0, :3].sum(), 0, g[0, 0, 3], 0]


def test_an_infinite_cotangent_does_not_spread():
    x = np.arange(4.0).reshape(1, 1, 4)
    _, pullback = vjp(lambda x: F.max_pool1d(x, 2), x)
    assert pullback(np.array([[[np.inf, np.nan]]]))[0][0, 0, :3].tolist() == [0, np.inf, 0]


def test_integers_and_half_precision():
    x = np.array([[[-3, -1, -2]]])
    assert F.max_pool1d(x, 2, 1, 1)[0, 0].tolist() == [-3, -1, -1, -2]
    assert F.avg_pool1d(x, 2, 1)[0, 0].tolist() == [-2, -1.5]
    assert F.avg_pool1d(np.full((1, 1, 300), 255, np.uint8), 300)[0, 0].tolist() == [255]
    half = np.full((1, 1, 8), 60000, np.float16)
    for f in (
        F.global_avg_pool,
        lambda x: F.avg_pool1d(x, 8),
        lambda x: F.adaptive_avg_pool1d(x, 3),
    ):
        for choice in ("auto", "reference"):
            with kernels(choice):
                y = f(half)
            assert y.dtype == np.float16
            assert np.all(y == 60000)


def test_ceil_mode_gives_the_stem_of_a_residual_network():
    x = np.ones((1, 1, 112, 112), np.float32)
    assert F.max_pool2d(x, 3, 2).shape == (1, 1, 55, 55)
    assert F.max_pool2d(x, 3, 2, ceil_mode=True).shape == (1, 1, 56, 56)


def test_third_order_through_a_maximum():
    x = RNG.permutation(16).reshape(1, 1, 4, 4) / 8
    f = lambda x: F.max_pool2d(fzero.numpy.sin(x), (2, 3), 1)
    check_grads(f, (x,), order=3, atol=1e-5, rtol=1e-5)


def test_empty_batches():
    x = np.ones((0, 2, 6), np.float32)
    for f in (lambda x: F.max_pool1d(x, 2), lambda x: F.avg_pool1d(x, 3, 1, 1)):
        y, gx, _ = pulled(f, x)
        assert y.size == gx.size == 0 and gx.shape == x.shape
    assert F.adaptive_max_pool1d(x, 4).shape == (0, 2, 4)
    assert F.global_max_pool(x).shape == F.global_avg_pool(x).shape == (0, 2)


def test_global_pools_keep_axes():
    x = RNG.normal(size=(2, 3, 4, 5))
    np.testing.assert_allclose(F.global_avg_pool(x, keepdims=True), x.mean((2, 3), keepdims=True))
    np.testing.assert_array_equal(F.global_max_pool(x, keepdims=True), x.max((2, 3), keepdims=True))


def test_adaptive_windows_cover_the_image():
    x = np.arange(7.0).reshape(1, 1, 7)
    assert F.adaptive_max_pool1d(x, 3)[0, 0].tolist() == [2, 4, 6]
    assert F.adaptive_avg_pool1d(x, 3)[0, 0].tolist() == [1, 3, 5]
    assert F.adaptive_avg_pool1d(x, 14)[0, 0].tolist() == np.repeat(np.arange(7), 2).tolist()
    infinite = np.array([[[1.0, 2.0, np.inf]]])
    assert F.adaptive_avg_pool1d(infinite, 2)[0, 0].tolist() == [1.5, np.inf]


@pytest.mark.parametrize("kernel", [MAX_POOL, AVG_POOL])
def test_kernels_on_the_stand_in(kernel):
    how = {"out": (3, 3), "window": (2, 3), "stride": (2, 2), "padding": ((1, 1), (1, 1))}
    how |= {"dilation": (1, 1)}
    how |= {} if kernel is MAX_POOL else {"count_include_pad": False}
    x = RNG.normal(size=(2, 1, 4, 5))
    y, residuals = kernel.forward((True,), x, **how)
    want = [y, *kernel.backward((True,), residuals, y, **how)]
    out, residuals = kernel.forward((True,), put(x), **how)
    got = [out, *kernel.backward((True,), residuals, put(y), **how)]
    for a, c in zip(got, want, strict=True):
        np.testing.assert_allclose(unwrap(a), c, rtol=1e-12)


_X = np.ones((1, 2, 4, 5))


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: F.max_pool2d(_X[0], 2), ValueError, r"x is of shape \(2, 4, 5\).*x\[None\]"),
        (lambda: F.max_pool2d(_X, 5), ValueError, r"spans \(5, 5\)"),
        (lambda: F.max_pool2d(_X, 2, 0), ValueError, "stride is 0"),
        (lambda: F.max_pool2d(_X, 2, 1, 2), ValueError, "at most half the window"),
        (lambda: F.avg_pool2d(_X, 2, 1, ((0, 2), (0, 0))), ValueError, "sees nothing else"),
        (lambda: F.max_pool2d(_X, 2, 2, True), TypeError, "with True a bool"),
        (lambda: F.max_pool2d(_X > 0, 2), TypeError, "x is of dtype bool; .*astype"),
        (lambda: F.avg_pool2d(_X * 1j, 2), TypeError, "complex128"),
        (lambda: F.global_avg_pool(_X[0, 0]), ValueError, r"shape \(4, 5\)"),
        (lambda: F.global_max_pool(_X[:, :, :0]), ValueError, "none of size 0"),
        (lambda: F.adaptive_avg_pool2d(_X, 0), ValueError, "output_size is 0"),
        (lambda: F.adaptive_max_pool1d(_X, 2), ValueError, r"\(N, C, L\)"),
        (lambda: F.adaptive_max_pool2d(_X[:, :, :0], 2), ValueError, "Leave empty images out"),
    ],
)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=text):
        call()


def test_layers_have_no_parameters():
    layer = nn.MaxPool2d(2)
    params, state = layer.init(None)
    assert params == state == {}
    assert layer.apply(params, state, _X)[0].shape == (1, 2, 2, 2)
