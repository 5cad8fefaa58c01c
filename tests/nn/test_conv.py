"""Convolutions against their definition, against each other, and at the edges."""

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fzero
import fzero_nn as nn
from fzero import random, vjp
from fzero.fused import kernels
from fzero.testing import check_grads, check_vmap
from fzero_nn import functional as F
from fzero_nn.kernels import products, winograd
from fzero_nn.kernels.conv import CONV, CONV_TRANSPOSE
from fzero_nn.kernels.layout import last
from tests.strict import put, unwrap

RNG = np.random.default_rng(0)
CONVS = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSES = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def by_definition(x, W, stride, pairs, dilation, groups):
    """Loops over every output and every offset in the window."""
    wide = np.pad(x, ((0, 0), (0, 0), *pairs))
    span = [(w - 1) * d + 1 for w, d in zip(W.shape[2:], dilation, strict=True)]
    out = [(n - w) // s + 1 for n, w, s in zip(wide.shape[2:], span, stride, strict=True)]
    y = np.zeros((x.shape[0], W.shape[0], *out))
    inner, outer = W.shape[1], W.shape[0] // groups
    for f, place in itertools.product(range(W.shape[0]), np.ndindex(*out)):
        channels = slice(f // outer * inner, (f // outer + 1) * inner)
        for offset in np.ndindex(*W.shape[2:]):
            at = tuple(
                p * s + o * d for p, s, o, d in zip(place, stride, offset, dilation, strict=True)
            )
            seen = wide[(slice(None), channels, *at)]
            y[(slice(None), f, *place)] += seen @ W[(f, slice(None), *offset)]
    return y


@st.composite
def problems(draw):
    """Shapes and options of a convolution whose window fits."""
    axes, small = draw(st.integers(1, 3)), st.integers(1, 3)
    each = st.tuples(*[small] * axes)
    window, stride, dilation = draw(each), draw(each), draw(each)
    pairs = draw(st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * axes))
    more = draw(st.tuples(*[st.integers(0, 3)] * axes))
    sizes = [
        max(1, (w - 1) * d + 1 - sum(p) + m)
        for w, d, p, m in zip(window, dilation, pairs, more, strict=True)
    ]
    groups, images = draw(small), draw(st.integers(0, 3))
    channels = st.sampled_from([1, 2, 9])  # few are copied along the places, many along themselves
    inputs, outputs = groups * draw(channels), groups * draw(channels)
    x = RNG.normal(size=(images, inputs, *sizes))
    W = RNG.normal(size=(outputs, inputs // groups, *window))
    if draw(st.booleans()):
        x, W = np.asfortranarray(x), W[:, ::-1]
    options = {"stride": stride, "padding": pairs, "dilation": dilation, "groups": groups}
    return x, W, RNG.normal(size=outputs), options


def pulled(f, *args):
    y, pullback = vjp(f, *args)
    g = np.random.default_rng(1).normal(size=y.shape).astype(y.dtype)
    return [y, *pullback(g)]


@given(problems())
@settings(max_examples=80, deadline=None, derandomize=True)
def test_kernels_by_definition_and_by_reference(problem):
    x, W, b, options = problem
    f = lambda x, W, b: CONVS[x.ndim - 2](x, W, b, **options)
    got = pulled(f, x, W, b)
    with kernels("reference"):
        want = pulled(f, x, W, b)
    for a, c in zip(got, want, strict=True):
        np.testing.assert_allclose(a, c, rtol=1e-10, atol=1e-12)
    y = by_definition(x, W, options["stride"], options["padding"], options["dilation"],
                      options["groups"])  # fmt: skip
    np.testing.assert_allclose(
        got[0], y + b.reshape(-1, *(1 for _ in x.shape[2:])), rtol=1e-10, atol=1e-12
    )


@given(problems())
@settings(max_examples=80, deadline=None, derandomize=True)
def test_transposed_convolutions_are_transposes(problem):
    x, W, _, options = problem
    f = lambda x, W: CONVS[x.ndim - 2](x, W, **options)
    y, pullback = vjp(f, x, W)
    g = RNG.normal(size=y.shape)
    back = lambda g, W: TRANSPOSES[x.ndim - 2](g, W, **options, output_size=x.shape[2:])
    np.testing.assert_allclose(back(g, W), pullback(g)[0], rtol=1e-10, atol=1e-12)
    got = pulled(back, g, W)
    with kernels("reference"):
        want = pulled(back, g, W)
    for a, c in zip(got, want, strict=True):
        np.testing.assert_allclose(a, c, rtol=1e-10, atol=1e-12)


@st.composite
def windows_of_three(draw):
    """Images and kernels that Winograd's method takes, with sizes that its tiles do not divide."""
    inputs, outputs = draw(st.sampled_from([32, 35])), draw(st.sampled_from([32, 33]))
    sizes = draw(st.tuples(st.integers(6, 14), st.integers(9, 14)))
    pairs = draw(st.tuples(*[st.tuples(st.integers(0, 3), st.integers(0, 3))] * 2))
    x = RNG.normal(size=(draw(st.integers(10, 12)), inputs, *sizes))
    return x, RNG.normal(size=(outputs, inputs, 3, 3)), pairs


@given(windows_of_three())
@settings(max_examples=20, deadline=None, derandomize=True)
def test_winograds_method_is_the_product_of_matrices(problem):
    x, W, padding = problem
    out = tuple(n + sum(p) - 2 for n, p in zip(x.shape[2:], padding, strict=True))
    one = {"stride": (1, 1), "dilation": (1, 1), "groups": 1}
    assert winograd.pays(x, W, out, **one)
    b = RNG.normal(size=len(W))
    want = products.correlate(last(x), W, b, out, padding=padding, **one)
    got = winograd.correlate(last(x), W, b, out, padding)
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-11)
    low = winograd.correlate(last(x).astype("f"), W.astype("f"), b.astype("f"), out, padding)
    assert low.dtype == np.float32
    assert abs(low - want).max() < 2e-5 * abs(want).max()


def test_a_window_of_one_leaves_the_added_size_at_the_bias():
    x, W, b = np.ones((1, 1, 3)), np.full((1, 1, 1), 2.0), np.array([5.0])
    f = lambda x, W, b: F.conv_transpose1d(x, W, b, dilation=2, output_padding=1)
    y, pullback = vjp(f, x, W, b)
    np.testing.assert_array_equal(y, [[[7.0, 7.0, 7.0, 5.0]]])
    g_x, g_W, g_b = pullback(np.array([[[1.0, 2.0, 3.0, 4.0]]]))
    np.testing.assert_array_equal(g_x, [[[2.0, 4.0, 6.0]]])
    assert (g_W.item(), g_b.item()) == (6.0, 10.0)


# ------------------------------------------------------------------------------------- kernels


@pytest.fixture
def with_kernels():
    """For tests of how a kernel works, whatever FZERO_KERNELS is."""
    with kernels("numpy"):
        yield


@pytest.mark.parametrize(
    "axes", [axes for axes in itertools.product((None, 0), repeat=3) if any(a == 0 for a in axes)]
)
@pytest.mark.usefixtures("with_kernels")
def test_rows_are_folded_into_one_call(axes, monkeypatch):
    shapes = (2, 4, 5), (4, 2, 2), (4,)
    args = [
        RNG.normal(size=s if axis is None else (3, *s))
        for s, axis in zip(shapes, axes, strict=True)
    ]
    f = lambda x, W, b: F.conv2d(x[None], W[:, None], b, groups=2)
    check_vmap(f, args, axes)
    calls = []
    fused = fzero.fused.FUSED["conv"]
    kernel = fused.kernels["numpy"]
    forward = lambda *a, **k: calls.append(1) or kernel.forward(*a, **k)
    monkeypatch.setitem(fused.kernels, "numpy", kernel._replace(forward=forward))
    fzero.vmap(f, axes)(*args)
    assert calls == [1]


@pytest.mark.usefixtures("with_kernels")
def test_only_what_is_needed_is_computed(monkeypatch):
    x, W, b = RNG.normal(size=(2, 1, 4, 4)), RNG.normal(size=(2, 1, 3, 3)), RNG.normal(size=2)
    seen = []
    kernel = fzero.fused.FUSED["conv"].kernels["numpy"]

    def backward(*args, **params):
        seen.append(kernel.backward(*args, **params))
        return seen[-1]

    monkeypatch.setitem(
        fzero.fused.FUSED["conv"].kernels, "numpy", kernel._replace(backward=backward)
    )
    fzero.grad(lambda W: fzero.numpy.sum(F.conv2d(x, W, b)))(W)
    fzero.grad(lambda x: fzero.numpy.sum(F.conv2d(x, W, b)))(x)
    assert [[c is not None for c in cs] for cs in seen] == [[False, True, False],
                                                            [True, False, False]]  # fmt: skip


@pytest.mark.usefixtures("with_kernels")
def test_the_columns_are_bounded():
    """A whole column matrix would take 9 times the image, 72 MiB."""
    x = np.ones((8, 16, 128, 128), np.float32)
    W = np.ones((4, 16, 3, 3), np.float32)
    f = lambda x, W: F.conv2d(x, W, padding=1)
    tracemalloc.start()
    y, pullback = vjp(f, x, W)
    forward = tracemalloc.get_traced_memory()[1]
    pullback(y)
    whole = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert forward < 1.1 * x.nbytes + y.nbytes + 4e6
    assert whole < 2.2 * x.nbytes + 2 * y.nbytes + 8e6


def test_blocks_of_rows_give_the_same():
    """One image whose columns exceed a block at every stride."""
    x, W = RNG.normal(size=(1, 9, 131, 130)), RNG.normal(size=(2, 9, 5, 4))
    for stride in (1, 2, 3):
        f = lambda x, W, s=stride: F.conv2d(x, W, stride=s, padding=2, dilation=2)
        got = pulled(f, x, W)
        with kernels("reference"):
            want = pulled(f, x, W)
        for a, c in zip(got, want, strict=True):
            np.testing.assert_allclose(a, c, rtol=1e-10, atol=1e-11)


@pytest.mark.parametrize("f", [F.conv2d, F.conv_transpose2d])
def test_half_precision_is_summed_in_float32_by_the_reference_too(f):
    x, W = RNG.normal(size=(2, 8, 6, 6)), RNG.normal(size=(8, 8, 3, 3))
    x, W = x.astype(np.float16), W.astype(np.float16)
    got = pulled(f, x, W)
    with kernels("reference"):
        want = pulled(f, x, W)
    exact = f(x.astype(float), W.astype(float))
    for y, *_ in (got, want):
        assert y.dtype == np.float16
        np.testing.assert_allclose(y, exact, rtol=2**-11, atol=1e-4)
    rows = fzero.vmap(lambda W: f(x, W))(W[None])[0]
    np.testing.assert_allclose(rows, exact, rtol=2**-11, atol=1e-4)


def test_half_precision_is_summed_in_float32():
    x = np.full((1, 1, 64, 64), 0.1, np.float16)
    W = np.ones((1, 1, 3, 3), np.float16)
    _, gx, gW = pulled(lambda x, W: F.conv2d(x, W), x, W)
    g = np.random.default_rng(1).normal(size=(1, 1, 62, 62)).astype(np.float16)
    want = np.float16(float(x[0, 0, 0, 0]) * g.astype(float).sum())
    assert gx.dtype == gW.dtype == np.float16
    np.testing.assert_allclose(gW.astype(float), want, rtol=2e-3)


@pytest.mark.parametrize("kernel", [CONV, CONV_TRANSPOSE])
def test_kernels_on_the_stand_in(kernel):
    how = {"stride": (2, 1), "padding": ((1, 0), (1, 1)), "dilation": (1, 2), "groups": 2}
    how |= {} if kernel is CONV else {"out": (6, 4)}
    args = [RNG.normal(size=s) for s in ((2, 4, 3, 4), (4, 2, 3, 2), (4,))]
    y, residuals = kernel.forward((True,) * 3, *args, **how)
    want = [y, *kernel.backward((True,) * 3, residuals, y, **how)]
    out, residuals = kernel.forward((True,) * 3, *map(put, args), **how)
    got = [out, *kernel.backward((True,) * 3, residuals, put(y), **how)]
    for a, c in zip(got, want, strict=True):
        np.testing.assert_allclose(unwrap(a), c, rtol=1e-12)


# --------------------------------------------------------------------------------------- values


def test_third_order_in_the_kernel():
    x, W = RNG.normal(size=(1, 1, 4, 3)), RNG.normal(size=(2, 1, 2, 2))
    check_grads(lambda W: fzero.numpy.tanh(F.conv2d(x, W)), (W,), order=3, atol=1e-5, rtol=1e-5)


def test_integers_are_exact():
    x, W = np.arange(12).reshape(1, 1, 3, 4), np.array([[[[1, 2], [3, 4]]]])
    y = F.conv2d(x, W)
    assert y.dtype == x.dtype
    assert y[0, 0].tolist() == [[34, 44, 54], [74, 84, 94]]


def test_mixed_dtypes_promote_as_in_numpy():
    x, W = np.ones((1, 1, 3), np.float32), np.ones((1, 1, 2))
    assert F.conv1d(x, W).dtype == np.float64
    assert fzero.grad(lambda x: fzero.numpy.sum(F.conv1d(x, W)))(x).dtype == np.float32


def test_same_padding_is_that_of_jax():
    jax = pytest.importorskip("jax")
    for size, window, stride in itertools.product((4, 5, 7), (1, 2, 3, 4), (1, 2, 3)):
        x = RNG.normal(size=(1, 1, size)).astype(np.float32)
        W = RNG.normal(size=(1, 1, window)).astype(np.float32)
        want = jax.lax.conv_general_dilated(x, W, (stride,), "SAME")
        np.testing.assert_allclose(
            F.conv1d(x, W, stride=stride, padding="SAME"), want, rtol=1e-5, atol=1e-6
        )
        want = jax.lax.conv_transpose(
            x, W, (stride,), "SAME", dimension_numbers=("NCH", "OIH", "NCH"), transpose_kernel=True
        )
        got = F.conv_transpose1d(x, W, stride=stride, padding="SAME")
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def test_deconvolution_of_dezero():
    """Its test: a window of 10, stride and padding 5."""
    x, W = RNG.normal(size=(10, 1, 5, 15)), RNG.normal(size=(1, 3, 10, 10))
    assert F.conv_transpose2d(x, W, stride=5, padding=5).shape == (10, 3, 20, 70)


# --------------------------------------------------------------------------------------- layers


@pytest.mark.parametrize("groups", [1, 4])
@pytest.mark.parametrize("layer", [nn.Conv2d, nn.ConvTranspose2d])
def test_kernels_start_with_the_variance_of_lecun(layer, groups):
    W = layer(64, 128, (3, 5), groups=groups).init(random.key(0))[0]["W"]
    shape = (128, 64 // groups) if layer is nn.Conv2d else (64, 128 // groups)
    assert W.shape == (*shape, 3, 5)
    assert W.std() == pytest.approx((groups / (64 * 15)) ** 0.5, rel=0.02)


def test_layers_say_what_is_missing():
    with pytest.raises(ValueError, match=r"Conv2d: inputs is None.*init\(key, x\)"):
        nn.Conv2d(None, 2, 3).init(random.key(0))
    with pytest.raises(ValueError, match="ConvTranspose1d: groups is 2 with 3 inputs"):
        nn.ConvTranspose1d(3, 2, 3, groups=2).init(random.key(0))
    with pytest.raises(ValueError, match="Conv3d: groups is 0; expected an integer from 1 on"):
        nn.Conv3d(3, 2, 3, groups=0).init(random.key(0))
    with pytest.raises(ValueError, match=r"Conv2d: window is \(3,\)"):
        nn.Conv2d(3, 2, (3,)).init(random.key(0))


_X, _W = np.ones((1, 4, 5, 5)), np.ones((6, 2, 3, 3))


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: F.conv2d(_X[0], _W), r"x is of shape \(4, 5, 5\); expected 4 axes"),
        (lambda: F.conv1d(_X, _W), r"\(N, C, L\)"),
        (lambda: F.conv2d(_X, _W[0]), r"W is of shape \(2, 3, 3\)"),
        (lambda: F.conv2d(_X, _W[:, :, :0]), "none of size 0"),
        (lambda: F.conv2d(_X, _W), r"x of 4 channels and 1 groups"),
        (lambda: F.conv2d(_X, _W[:5], groups=2), "groups that divide the first axis"),
        (lambda: F.conv2d(_X, _W, groups=0), "groups is 0"),
        (lambda: F.conv2d(_X, _W, np.ones(2), groups=2), r"b is of shape \(2,\).*\(6,\)"),
        (lambda: F.conv2d(_X, _W, groups=2, padding="FULL"), "padding is 'FULL'"),
        (lambda: F.conv2d(_X, _W, groups=2, dilation=3), r"spans \(7, 7\)"),
        (lambda: F.conv_transpose2d(_X, _W), "x of 4 channels"),
        (lambda: F.conv_transpose2d(_X, _W[:4], padding=4), r"leaves sizes \(-1, -1\)"),
        (lambda: F.conv_transpose2d(_X, _W[:4], output_padding=1), "output_padding is 1"),
        (lambda: F.conv_transpose2d(_X, _W[:4], stride=2, output_size=14), r"\[\(11, 12\), \("),
        (lambda: F.conv_transpose2d(_X, _W[:4], padding="SAME", output_size=5), "neither"),
    ],
)
def test_errors(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_the_advice_of_the_messages_works():
    channels_last = np.ones((1, 5, 5, 4))
    assert F.conv2d(np.moveaxis(channels_last, -1, 1), _W, groups=2).shape == (1, 6, 3, 3)
    assert F.conv2d(_X[0][None], _W, groups=2).shape == (1, 6, 3, 3)
    assert F.conv_transpose2d(_X, _W[:4], stride=2, output_size=12).shape == (1, 2, 12, 12)
