"""Sizes of outputs, the arguments of windows, and windows as columns."""

import numpy as np
import pytest

from fzero import vjp
from fzero_nn import functional as F

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("size", "window", "options", "want"),
    [
        (4, 3, {"stride": 1, "padding": 1}, 4),
        (28, 5, {"stride": 2, "padding": ((1, 2),)}, 14),
        (7, 3, {"dilation": 3}, 1),
        (112, 3, {"stride": 2}, 55),
        (112, 3, {"stride": 2, "ceil_mode": True}, 56),
        (5, 2, {"stride": 2, "padding": 1, "ceil_mode": True}, 3),
        (2, 3, {"stride": 2, "ceil_mode": True}, 1),
        (7, 3, {"stride": 2, "padding": "SAME"}, 4),
        (7, 3, {"padding": "VALID"}, 5),
        (0, 2, {"padding": 1}, 1),
    ],
)
def test_conv_outsize(size, window, options, want):
    assert F.conv_outsize(size, window, **options) == want


def test_deconv_outsize_undoes_conv_outsize():
    assert F.deconv_outsize(4, 3, 1, 1) == 4
    for size in range(5, 12):
        out = F.conv_outsize(size, 3, 3, 1, dilation=2)
        lost = (size + 2 - 5) % 3
        assert F.deconv_outsize(out, 3, 3, 1, 2, output_padding=lost) == size


def test_columns_have_the_shapes_of_dezero():
    assert F.im2col(np.zeros((1, 3, 7, 7)), 5, to_matrix=True).shape == (9, 75)
    assert F.im2col(np.zeros((10, 3, 7, 7)), 5, to_matrix=True).shape == (90, 75)
    assert F.im2col(np.zeros((10, 3, 7, 7)), (5, 4)).shape == (10, 3, 5, 4, 3, 4)
    assert F.im2col(np.zeros((2, 3, 7)), 5, 2).shape == (2, 3, 5, 2)
    assert F.im2col(np.zeros((0, 3, 7)), 5, to_matrix=True).shape == (0, 15)


def test_columns_by_their_definition():
    x = RNG.normal(size=(2, 2, 5, 6))
    col = F.im2col(x, (2, 3), (2, 1), ((1, 0), (0, 2)), (1, 2))
    wide = np.pad(x, ((0, 0), (0, 0), (1, 0), (0, 2)))
    assert col.shape == (2, 2, 2, 3, 3, 4)
    for n, c, k, m, i, j in np.ndindex(col.shape):
        assert col[n, c, k, m, i, j] == wide[n, c, 2 * i + k, j + 2 * m]
    rows = F.im2col(x, (2, 3), (2, 1), ((1, 0), (0, 2)), (1, 2), to_matrix=True)
    np.testing.assert_array_equal(
        rows, col.transpose(0, 4, 5, 1, 2, 3).reshape(2 * 3 * 4, 2 * 2 * 3)
    )


@pytest.mark.parametrize("to_matrix", [False, True])
@pytest.mark.parametrize("shape", [(2, 3, 7), (1, 2, 5, 6), (1, 1, 3, 4, 5)])
def test_columns_and_images_are_transposes(shape, to_matrix):
    how = {"window": 2, "stride": 2, "padding": 1, "dilation": 2, "to_matrix": to_matrix}
    x = RNG.normal(size=shape)
    col, pull = vjp(lambda x: F.im2col(x, **how), x)
    g = RNG.normal(size=col.shape)
    image, back = vjp(lambda col: F.col2im(col, shape, **how), g)
    np.testing.assert_allclose(pull(g)[0], image, rtol=1e-12)
    np.testing.assert_allclose(back(x)[0], col, rtol=1e-12)
    assert np.sum(g * col) == pytest.approx(np.sum(image * x))


def test_integers_may_be_those_of_numpy():
    x = np.zeros((1, 1, 4, 4))
    assert F.im2col(x, np.int64(2), np.array([1, 2]), [1, np.int8(0)]).shape[4:] == (5, 2)


_X = np.ones((1, 2, 4, 5))


@pytest.mark.parametrize(
    ("call", "kind", "text"),
    [
        (lambda: F.im2col(_X, 0), ValueError, "window is 0; expected an integer from 1 on, or 2"),
        (lambda: F.im2col(_X, (1, 2, 3)), ValueError, r"window is \(1, 2, 3\)"),
        (lambda: F.im2col(_X, 2.0), TypeError, "with 2.0 a float; expected integers"),
        (lambda: F.im2col(_X, True), TypeError, "with True a bool"),
        (lambda: F.im2col(_X, 2, padding=(1, 0.5)), TypeError, "with 0.5 a float"),
        (lambda: F.im2col(_X, 2, padding=-1), ValueError, "padding is -1; .* slice it"),
        (lambda: F.im2col(_X, 2, padding=((1, 2), (3,))), ValueError, r"2 pairs \(before"),
        (lambda: F.im2col(_X, 2, padding="same"), ValueError, "padding is 'same'; .*'SAME'"),
        (lambda: F.im2col(_X, 5), ValueError, r"spans \(5, 5\) of an image of sizes \(4, 5\)"),
        (lambda: F.im2col(_X, 3, dilation=(1, 3)), ValueError, r"spans \(3, 7\)"),
        (lambda: F.im2col(_X[0, 0], 2), ValueError, r"shape \(4, 5\); .*x\[None\]"),
        (lambda: F.col2im(_X, (1, 2, 5, 5), 2), ValueError, r"expected \(1, 2, 2, 2, 4, 4\)"),
        (lambda: F.conv_outsize(3, 4), ValueError, "Enlarge padding"),
        (lambda: F.conv_outsize(3, 2, padding=(1, 2)), ValueError, r"padding=\(\(0, 1\),\)"),
        (lambda: F.deconv_outsize(3, 2, stride=0), ValueError, "stride is 0"),
    ],
)
def test_errors(call, kind, text):
    with pytest.raises(kind, match=text):
        call()
