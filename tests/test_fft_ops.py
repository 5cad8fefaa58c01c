"""Fourier transforms: NumPy's values, transposes against differences, the DFT matrix."""

import numpy as np
import pytest

from fzero.forward import jvp
from fzero.mapping import vmap
from fzero.ops import fft as f
from fzero.reverse import vjp
from fzero.testing import check_grads, check_vmap

RNG = np.random.default_rng(0)
NORMS = (None, "backward", "ortho", "forward")
REAL = ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft")
COMPLEX = ("fft", "ifft", "irfft", "hfft")


def sample(shape, complex):
    x = RNG.normal(size=shape)
    return x + 1j * RNG.normal(size=shape) if complex else x


ONE = [(n, c) for c, names in ((False, REAL), (True, COMPLEX)) for n in names]


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("name, complex", ONE)
def test_along_one_axis(name, complex, norm):
    for shape, params in [
        ((5,), {}),
        ((4,), {"n": 4}),
        ((3, 4), {"n": 3, "axis": 0}),
        ((2, 3), {"n": 6}),
        ((3, 2), {"n": 5, "axis": -2}),
        ((2, 4), {"n": 2}),
        ((2, 3), {"n": 1, "axis": 1}),
    ]:
        x, params = sample(shape, complex), {**params, "norm": norm}
        got, want = getattr(f, name)(x, **params), getattr(np.fft, name)(x, **params)
        assert got.dtype == want.dtype
        np.testing.assert_allclose(got, want, atol=1e-14)
        check_grads(lambda x, p=params: getattr(f, name)(x, **p), [x], order=1)


MANY = ("fftn", "ifftn", "rfftn", "irfftn", "fft2", "ifft2", "rfft2", "irfft2")


@pytest.mark.parametrize(
    "name, complex",
    [(n, c) for n in MANY for c in (False, True) if not (c and n.startswith("rfft"))],
)
def test_along_several_axes(name, complex):
    x = sample((3, 4, 5), complex)
    cases = [{}, {"norm": "ortho"}, {"s": (4, 3), "axes": (1, 0)}, {"axes": (2, 0)}]
    cases += [{"s": (2, 3, 6), "axes": (0, 1, 2)}, {"s": (6, -1), "axes": (0, 2)}]
    for params in cases:
        got, want = getattr(f, name)(x, **params), getattr(np.fft, name)(x, **params)
        assert got.shape == want.shape
        np.testing.assert_allclose(got, want, atol=1e-14)
    check_grads(lambda x: getattr(f, name)(x), [x], order=1)
    check_vmap(lambda x: getattr(f, name)(x, axes=(-2, -1)), (x,), in_axes=1)


def test_the_jacobian_of_fft_is_the_dft_matrix():
    n = 5
    matrix = np.exp(-2j * np.pi * np.outer(np.arange(n), np.arange(n)) / n)
    eye = np.eye(n, dtype=complex)
    columns = vmap(lambda t: jvp(f.fft, (np.zeros(n, complex),), (t,))[1], out_axes=1)(eye)
    rows = vmap(lambda g: vjp(f.fft, np.zeros(n, complex))[1](g)[0])(eye)
    np.testing.assert_allclose(columns, matrix, atol=1e-14)
    np.testing.assert_allclose(rows, matrix, atol=1e-14)


def test_inverses_and_single_precision():
    x = sample((3, 5), False).astype("f")
    for there, back in ((f.fft, f.ifft), (f.rfft, lambda y: f.irfft(y, 5))):
        y, pull = vjp(there, x)
        assert y.dtype == np.complex64
        assert pull(y)[0].dtype == np.float32
        np.testing.assert_allclose(back(y), x, atol=1e-6)
    np.testing.assert_allclose(f.hfft(f.ihfft(x, axis=0), 3, axis=0), x, atol=1e-6)


def test_frequencies_and_shifts():
    for n in (1, 4, 5):
        np.testing.assert_allclose(f.fftfreq(n, 0.1), np.fft.fftfreq(n, 0.1))
        np.testing.assert_allclose(f.rfftfreq(n, 0.1), np.fft.rfftfreq(n, 0.1))
    check_grads(lambda d: f.fftfreq(4, d), [np.array(0.5)])
    x = sample((3, 4), False)
    for axes in (None, 0, (1,), (0, -1)):
        np.testing.assert_array_equal(f.fftshift(x, axes), np.fft.fftshift(x, axes))
        np.testing.assert_array_equal(f.ifftshift(x, axes), np.fft.ifftshift(x, axes))
        np.testing.assert_array_equal(f.ifftshift(f.fftshift(x, axes), axes), x)
    check_grads(f.fftshift, [x])


@pytest.mark.parametrize(
    "call, error, text",
    [
        (lambda x: f.fft(x, 0), ValueError, "n is 0"),
        (lambda x: f.fft(x, norm="other"), ValueError, "norm is 'other'"),
        (lambda x: f.fft(1.0), ValueError, "scalar"),
        (lambda x: f.fft(x, axis=2), ValueError, "axis is 2"),
        (lambda x: f.rfft(x + 0j), TypeError, "Use fft"),
        (lambda x: f.irfft(x[:, :1]), ValueError, "Give n"),
        (lambda x: f.fftn(x, (2,), (0, 1)), ValueError, "s has 1 sizes for 2 axes"),
    ],
)
def test_errors(call, error, text):
    with pytest.raises(error) as caught:
        call(np.ones((2, 3)))
    assert text in str(caught.value)
