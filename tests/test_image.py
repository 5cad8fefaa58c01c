"""resize beside JAX, PyTorch's bicubic, closed forms, and in every transform."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import fzero
from fzero.image import resize
from tests.strict import StrictArray

X = np.random.default_rng(0).normal(size=(2, 7, 5))
METHODS = ["nearest", "linear", "cubic", "cubic-pytorch", "lanczos3", "lanczos5", "area"]
SHAPES = [(2, 14, 3), (2, 3, 9), (5, 1, 5)]


@pytest.mark.parametrize("method", METHODS)
class TestAgainstJax:
    @pytest.mark.parametrize("antialias", [True, False])
    @pytest.mark.parametrize("shape", SHAPES)
    def test_values(self, jax, method, shape, antialias):
        theirs = jax.image.resize(X, shape, method, antialias)
        got = resize(X, shape, method, antialias)
        assert got.shape == shape
        assert_allclose(got, theirs, rtol=1e-10, atol=1e-12)

    def test_the_gradient(self, jax, method):
        ours = fzero.grad(lambda x: (np.sin(resize(x, (2, 4, 9), method)) ** 2).sum())
        theirs = jax.grad(
            lambda x: (jax.numpy.sin(jax.image.resize(x, (2, 4, 9), method)) ** 2).sum()
        )
        assert_allclose(ours(X), theirs(X), rtol=1e-10, atol=1e-12)

    def test_vmap_and_forward_mode(self, method):
        f = lambda x: resize(x, (4, 9), method)
        assert_allclose(fzero.vmap(f)(X), resize(X, (2, 4, 9), method), rtol=1e-12, atol=1e-14)
        tangent = fzero.jvp(f, (X[0],), (X[1],))[1]
        assert_allclose(tangent, f(X[1]), rtol=1e-12, atol=1e-14)

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.complex64])
    def test_the_dtype_is_kept(self, method, dtype):
        assert resize(X.astype(dtype), (2, 4, 9), method).dtype == dtype

    def test_integers(self, jax, method):
        pixels = np.arange(6, dtype=np.uint8)
        got = resize(pixels, (4,), method)
        assert got.dtype == (np.uint8 if method == "nearest" else np.float64)
        theirs = jax.image.resize(pixels * 1.0, (4,), method)
        assert_allclose(got, theirs, rtol=1e-10)

    def test_lengths_that_stay_and_lengths_of_zero(self, method):
        assert_allclose(resize(X, X.shape, method), X, rtol=0, atol=0)
        assert resize(X, (2, 0, 9), method).shape == (2, 0, 9)
        assert resize(X[:, :0], (3, 0, 9), method).shape == (3, 0, 9)

    def test_a_constant_stays(self, method):
        assert_allclose(resize(np.full(7, 3.0), (19,), method), 3.0, rtol=1e-14)

    def test_other_libraries(self, method):
        got = resize(StrictArray(X), (2, 4, 9), method)
        assert isinstance(got, StrictArray)
        assert_allclose(got.get(), resize(X, (2, 4, 9), method), rtol=1e-13)


@pytest.mark.parametrize("method", ["bilinear", "trilinear", "triangle", "bicubic", "tricubic"])
def test_other_names(jax, method):
    theirs = jax.image.resize(X, (2, 4, 9), method)
    assert_allclose(resize(X, (2, 4, 9), method), theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("antialias", [True, False])
def test_bicubic_of_pytorch(antialias):
    torch = pytest.importorskip("torch")
    x = torch.tensor(X)[None]
    theirs = torch.nn.functional.interpolate(x, (4, 9), mode="bicubic", antialias=antialias)[0]
    got = resize(X, (2, 4, 9), "bicubic-pytorch", antialias)
    assert_allclose(got, theirs.numpy(), rtol=1e-10, atol=1e-12)


def test_the_mean_over_whole_blocks():
    blocks = X[:, :6, :4].reshape(2, 3, 2, 2, 2).mean(axis=(2, 4))
    assert_allclose(resize(X[:, :6, :4], (2, 3, 2), "area"), blocks, rtol=1e-13)


def test_nearest_rounds_exactly():
    # 9 pixels to 2 of each 3: in floats (o + 1/2) 9 / 6 falls on whole numbers from below or above.
    assert resize(np.arange(9), (6,), "nearest").tolist() == [0, 2, 3, 5, 6, 8]


def test_bad_arguments():
    with pytest.raises(ValueError, match="resize: method is 'sharp'; expected one of .'nearest'"):
        resize(X, (2, 4, 9), "sharp")
    with pytest.raises(ValueError, match=r"shape is \(4, 9\) .* as many axes. Keep the lengths"):
        resize(X, (4, 9), "linear")
    with pytest.raises(ValueError, match="expected lengths of 0 or more"):
        resize(X, (2, -1, 9), "linear")
    with pytest.raises(ValueError, match="0 where the image has none"):
        resize(np.zeros((0, 2)), (1, 2), "linear")
