"""`fzero.scipy.signal` against SciPy, with derivatives."""

import numpy as np
import pytest

import fzero
from fzero.scipy import signal
from fzero.testing import check_grads, check_vmap

theirs = pytest.importorskip("scipy.signal")

RNG = np.random.default_rng(0)
MODES = ["full", "same", "valid"]
PAIRS = [((7,), (3,)), ((3,), (8,)), ((5, 6), (2, 3)), ((4, 4, 3), (2, 1, 2)), ((5,), (4,))]
X = RNG.standard_normal(41)
Y = RNG.standard_normal(41)


def close(got, want):
    np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("shapes", PAIRS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("method", ["auto", "direct", "fft"])
def test_convolutions_are_scipys(shapes, mode, method):
    a, b = (RNG.standard_normal(s) for s in shapes)
    z = a + 1j * RNG.standard_normal(a.shape)
    for name in ("convolve", "correlate"):
        for x, y in ((a, b), (z, b), (a, b + 2j)):
            close(getattr(signal, name)(x, y, mode, method), getattr(theirs, name)(x, y, mode))
    for name in ("fftconvolve", "oaconvolve"):
        close(getattr(signal, name)(a, b, mode), getattr(theirs, name)(a, b, mode))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("boundary", ["fill", "wrap", "symm"])
@pytest.mark.parametrize("window", [(3, 2), (2, 4), (1, 1)])
def test_convolutions_of_matrices_are_scipys(mode, boundary, window):
    a, b = RNG.standard_normal((5, 6)), RNG.standard_normal(window)
    for name in ("convolve2d", "correlate2d"):
        want = getattr(theirs, name)(a, b, mode, boundary, 1.5)
        close(getattr(signal, name)(a, b, mode, boundary, 1.5), want)


@pytest.mark.parametrize("name", ["convolve2d", "correlate2d"])
def test_the_shorter_one_slides(name):
    a, b = RNG.standard_normal((2, 3)), RNG.standard_normal((4, 5))
    close(getattr(signal, name)(a, b, "valid"), getattr(theirs, name)(a, b, "valid"))


def test_convolutions_along_some_axes_broadcast():
    a, b = RNG.standard_normal((3, 7)), RNG.standard_normal((1, 4))
    for mode in MODES:
        close(signal.fftconvolve(a, b, mode, 1), theirs.fftconvolve(a, b, mode, 1))
        close(signal.fftconvolve(a, b, mode, [-1]), theirs.fftconvolve(a, b, mode, [-1]))


def test_long_operands_take_fourier_transforms():
    a, b = RNG.standard_normal(900), RNG.standard_normal(700)
    close(signal.convolve(a, b), theirs.convolve(a, b, method="direct"))
    whole = np.arange(900) % 7
    np.testing.assert_array_equal(signal.convolve(whole, whole), np.convolve(whole, whole))


@pytest.mark.parametrize("mode", MODES)
def test_derivatives_of_convolutions(mode):
    a, b = RNG.standard_normal((3, 4)), RNG.standard_normal((2, 3))
    for f in (signal.convolve, signal.correlate, signal.fftconvolve, signal.correlate2d):
        check_grads(lambda x, y, f=f: f(x, y, mode), (a, b), order=2)
    check_grads(lambda x, y: signal.convolve2d(x, y, mode, "symm"), (a, b), order=2)
    check_vmap(lambda x: signal.convolve(x, b, mode), (RNG.standard_normal((3, 3, 4)),))


def test_bad_operands_are_refused():
    with pytest.raises(ValueError, match="Add axes of length 1"):
        signal.convolve(np.ones(3), np.ones((2, 2)))
    with pytest.raises(ValueError, match="Use mode 'full'"):
        signal.convolve(np.ones((3, 1)), np.ones((1, 3)), "valid")
    with pytest.raises(ValueError, match="expected one of"):
        signal.convolve(np.ones(3), np.ones(3), "most")
    with pytest.raises(ValueError, match="method is 'slow'"):
        signal.convolve(np.ones(3), np.ones(3), method="slow")
    with pytest.raises(ValueError, match="boundary is 'odd'"):
        signal.convolve2d(np.ones((3, 3)), np.ones((1, 1)), boundary="odd")
    with pytest.raises(ValueError, match="Use signal.convolve"):
        signal.correlate2d(np.ones(3), np.ones(3))


# -------------------------------------------------------------------------------------- spectra

OPTIONS = [
    {},
    {"fs": 3.0, "nperseg": 8, "noverlap": 3, "nfft": 11},
    {"nperseg": 9, "window": "hamming", "detrend": "constant"},
    {"nperseg": 8, "window": np.arange(1.0, 9.0), "detrend": "linear"},
    {"nperseg": 8, "return_onesided": False},
    {"nperseg": 8, "window": ("tukey", 0.3)},
]


def named(options):
    """SciPy takes arrays without nperseg, and warns of a segment longer than the signal."""
    options = {"nperseg": 41, **options}
    return options


@pytest.mark.parametrize("options", OPTIONS)
def test_densities_are_scipys(options):
    want = theirs.welch(X, **named(options))
    for got, each in zip(signal.welch(X, **options), want, strict=True):
        close(got, each)
    for more in ({}, {"scaling": "spectrum"}, {"average": "median"}):
        want = theirs.csd(X, Y, **named(options), **more)
        for got, each in zip(signal.csd(X, Y, **options, **more), want, strict=True):
            close(got, each)
    z = X + 1j * Y
    keep = {**options, "return_onesided": False}
    close(signal.welch(z, **keep)[1], theirs.welch(z, **named(keep))[1])


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("boundary", ["zeros", "even", "odd", "constant", None])
def test_transforms_are_scipys(options, boundary):
    more = {"boundary": boundary, "padded": boundary != "odd"}
    want = theirs.stft(X, **named(options), **more)
    for got, each in zip(signal.stft(X, **options, **more), want, strict=True):
        close(got, each)


def test_axes_of_spectra():
    table = RNG.standard_normal((3, 20, 2))
    for axis in (1, -2):
        for got, want in zip(
            signal.stft(table, nperseg=6, axis=axis),
            theirs.stft(table, nperseg=6, axis=axis),
            strict=True,
        ):
            close(got, want)
    close(signal.welch(table, nperseg=6, axis=1)[1], theirs.welch(table, nperseg=6, axis=1)[1])


@pytest.mark.parametrize("options", [{"nperseg": 8}, {"nperseg": 9, "noverlap": 6, "fs": 2.0}])
def test_the_inverse_is_scipys_and_gives_the_signal(options):
    z = signal.stft(X, **options)[2]
    times, found = signal.istft(z, **options)
    want = theirs.istft(z, **options)
    close(times, want[0])
    close(found, want[1])
    close(found[: len(X)], X)


def test_derivatives_of_spectra():
    x, y = X[:12], Y[:12]
    check_grads(lambda x, y: abs(signal.csd(x, y, nperseg=5)[1]), (x, y), order=1)
    check_grads(lambda x: signal.welch(x, nperseg=5)[1], (x,), order=2)
    check_grads(lambda x: signal.istft(signal.stft(x, nperseg=6)[2] ** 2, nperseg=6)[1], (x,))
    check_vmap(lambda x: signal.stft(x, nperseg=6)[2], (RNG.standard_normal((3, 12)),))


@pytest.mark.parametrize("options", [{}, {"type": "constant"}, {"bp": [3, 10]}, {"bp": 7}])
def test_trends_are_scipys(options):
    table = RNG.standard_normal((4, 14))
    for axis in (0, 1) if "bp" not in options else (1,):
        close(signal.detrend(table, axis, **options), theirs.detrend(table, axis, **options))
    check_grads(lambda x: signal.detrend(x, **options), (table,), order=1)


def test_float32_stays_float32():
    x = X.astype("f4")
    assert signal.convolve(x, x[:4]).dtype == signal.fftconvolve(x, x).dtype == "f4"
    assert signal.welch(x, nperseg=8)[1].dtype == signal.detrend(x).dtype == "f4"
    assert signal.stft(x, nperseg=8)[2].dtype == "c8"
    assert signal.istft(signal.stft(x, nperseg=8)[2], nperseg=8)[1].dtype == "f4"


def test_bad_options_of_spectra_are_refused():
    with pytest.raises(ValueError, match="Leave noverlap and nfft out"):
        signal.stft(X, nperseg=8, noverlap=8)
    with pytest.raises(ValueError, match="boundary is 'wrap'"):
        signal.stft(X, boundary="wrap")
    with pytest.raises(ValueError, match="scaling is 'power'"):
        signal.csd(X, Y, scaling="power")
    with pytest.raises(ValueError, match="type is 'cubic'"):
        signal.detrend(X, type="cubic")
    with pytest.raises(ValueError, match="places from 0 to 41"):
        signal.detrend(X, bp=50)
    assert fzero.scipy.signal is signal
