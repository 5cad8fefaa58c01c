"""`fft`, `ndimage`, `interpolate` and `integrate` of `fzero.scipy` against SciPy."""

import numpy as np
import pytest

import fzero
from fzero.scipy import fft, integrate, interpolate, ndimage
from fzero.testing import check_grads, check_vmap

theirs = pytest.importorskip("scipy")

RNG = np.random.default_rng(0)
TABLE = RNG.standard_normal((4, 5, 3))


def close(got, want):
    np.testing.assert_allclose(got, want, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
@pytest.mark.parametrize("norm", [None, "backward", "ortho", "forward"])
@pytest.mark.parametrize("n", [2, 3, 8, 9])
def test_cosine_transforms_are_scipys(kind, norm, n):
    x = RNG.standard_normal((2, n))
    for name in ("dct", "idct"):
        f, g = getattr(fft, name), getattr(theirs.fft, name)
        close(f(x, kind, norm=norm), g(x, kind, norm=norm))
        close(f(x, kind, n + 2, norm=norm), g(x, kind, n + 2, norm=norm))
        close(f(x.T, kind, 2, 0, norm=norm), g(x.T, kind, 2, 0, norm=norm))
        if kind > 1:
            close(f(x[:, :1], kind, norm=norm), g(x[:, :1], kind, norm=norm))
    for name in ("dctn", "idctn"):
        f, g = getattr(fft, name), getattr(theirs.fft, name)
        close(f(TABLE, kind, norm=norm), g(TABLE, kind, norm=norm))
        close(f(TABLE, kind, (3, 4)), g(TABLE, kind, (3, 4)))
        close(f(TABLE, kind, axes=(0, 2)), g(TABLE, kind, axes=(0, 2)))


def test_derivatives_of_cosine_transforms():
    for kind in (1, 2, 3, 4):
        check_grads(lambda x, k=kind: fft.dct(x, k) ** 2, (TABLE[0],), order=2)
        check_vmap(lambda x, k=kind: fft.dct(x, k, norm="ortho"), (TABLE,))
    assert fft.dct(TABLE.astype("f4")).dtype == fft.idct(TABLE.astype("f4")).dtype == "f4"


def test_bad_transforms_are_refused():
    with pytest.raises(ValueError, match="type is 5"):
        fft.dct([1.0], 5)
    with pytest.raises(ValueError, match="norm is 'unit'"):
        fft.idct([1.0], norm="unit")
    with pytest.raises(ValueError, match="one for each axis"):
        fft.dctn(TABLE, s=(1,), axes=(0, 1))


# ------------------------------------------------------------------------- between the points

PLACES = RNG.uniform(-7, 11, (3, 40))


@pytest.mark.parametrize("mode", ["constant", "nearest", "mirror", "reflect"])
@pytest.mark.parametrize("order", [0, 1])
def test_values_between_points_are_scipys(mode, order):
    got = ndimage.map_coordinates(TABLE, PLACES, order, mode, 0.3)
    if mode == "constant":
        want = theirs.ndimage.map_coordinates(
            TABLE, PLACES, order=order, mode="grid-constant", cval=0.3
        )
    else:
        want = theirs.ndimage.map_coordinates(TABLE, PLACES, order=order, mode=mode)
    close(got, want)


@pytest.mark.parametrize("order", [0, 1])
def test_values_that_repeat_are_scipys(order):
    want = theirs.ndimage.map_coordinates(TABLE, PLACES, order=order, mode="grid-wrap")
    close(ndimage.map_coordinates(TABLE, PLACES, order, "wrap"), want)


def test_derivatives_between_points():
    inner = RNG.uniform(0.1, 1.9, (3, 4)) % 0.8 + 1
    check_grads(lambda x, p: ndimage.map_coordinates(x, p, 1), (TABLE, inner), order=2)
    check_vmap(lambda x: ndimage.map_coordinates(x, inner, 1), (RNG.standard_normal((2, 4, 5, 3)),))
    assert ndimage.map_coordinates(TABLE.astype("f4"), inner, 1).dtype == "f4"
    with pytest.raises(ValueError, match="Use scipy.ndimage"):
        ndimage.map_coordinates(TABLE, inner, 3)
    with pytest.raises(ValueError, match="expected 3, one for each axis"):
        ndimage.map_coordinates(TABLE, inner[:2], 1)


GRID = ([0.0, 1.0, 1.5, 4.0], [-1.0, 0.0, 2.0, 3.0, 7.0])


@pytest.mark.parametrize("method", ["linear", "nearest"])
@pytest.mark.parametrize("fill", [np.nan, 0.3, None])
def test_tables_are_scipys(method, fill):
    at = RNG.uniform(-2, 8, (6, 5, 2))
    got = interpolate.RegularGridInterpolator(GRID, TABLE, method, False, fill)
    want = theirs.interpolate.RegularGridInterpolator(GRID, TABLE, method, False, fill)
    close(got(at), want(at))


def test_derivatives_of_tables():
    at = RNG.uniform(0.1, 0.9, (3, 2))
    f = lambda values, at: interpolate.RegularGridInterpolator(GRID, values)(at)
    check_grads(f, (TABLE, at), order=2)
    check_vmap(lambda at: f(TABLE, at), (at,))


def test_bad_tables_are_refused():
    make = interpolate.RegularGridInterpolator
    with pytest.raises(ValueError, match="without derivatives"):
        make(GRID, TABLE, "cubic")
    with pytest.raises(ValueError, match="before"):
        make(GRID, TABLE, bounds_error=True)
    with pytest.raises(ValueError, match="Transpose values"):
        make(GRID[::-1], TABLE)
    with pytest.raises(ValueError, match="last axis"):
        make(GRID, TABLE)(np.ones(3))


def test_integrals_of_samples():
    assert integrate.trapezoid is fzero.numpy.trapezoid
    x = np.linspace(0, 1, 5)
    close(integrate.trapezoid(TABLE, x, axis=1), theirs.integrate.trapezoid(TABLE, x, axis=1))
