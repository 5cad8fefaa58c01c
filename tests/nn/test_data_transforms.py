"""Transforms of one image, of arrays and of Pillow."""

import sys
from functools import partial

import numpy as np
import pytest

from fzero_nn import data
from tests.strict import put, unwrap

RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, (5, 7, 3), np.uint8)  # (H, W, C)


@pytest.fixture
def image():
    return pytest.importorskip("PIL.Image").fromarray(PIXELS)


# ------------------------------------------------------------------------------------- arrays


def test_compose_goes_from_left_to_right():
    assert data.compose(lambda x: x + 1, lambda x: x * 10)(2) == 30
    assert data.compose()(2) == 2


def test_dezeros_default_for_mnist():
    digit = RNG.integers(0, 256, (1, 28, 28), np.uint8)
    x = data.compose(data.flatten, data.to_float, data.normalize(0.0, 255.0))(digit)
    assert x.shape == (784,) and x.dtype == np.float32 and x.max() <= 1
    np.testing.assert_allclose(x, digit.reshape(784) / 255, rtol=1e-6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 3, 4, 5)])
def test_normalize_takes_channels(dtype, shape):
    x = RNG.normal(size=shape).astype(dtype)
    mean, std = data.IMAGENET_MEAN, data.IMAGENET_STD
    y = data.normalize(mean, std)(x)
    assert y.dtype == dtype
    for c in range(3):
        want = (x[..., c, :, :] - dtype(mean[c])) / dtype(std[c])
        np.testing.assert_array_equal(y[..., c, :, :], want)
    np.testing.assert_array_equal(unwrap(data.normalize(mean, std)(put(x))), y)
    assert data.normalize(np.float64(0.5), np.float64(2))(x).dtype == dtype


def test_normalize_along_another_axis():
    x = np.ones((4, 2))
    got = data.normalize([0, 1], [1, 2], axis=-1)(x)
    np.testing.assert_array_equal(got, np.tile([1.0, 0.0], (4, 1)))


def test_normalize_refuses_what_would_be_wrong():
    with pytest.raises(TypeError, match="x is of dtype uint8; expected a float dtype"):
        data.normalize(0.5)(PIXELS)
    assert data.compose(data.to_float, data.normalize(0.5))(PIXELS).min() >= -0.5
    for std in (0, (1.0, 0.0)):
        with pytest.raises(ValueError, match="normalize: std is"):
            data.normalize(0, std)
    with pytest.raises(ValueError, match=r"mean is of shape \(2,\) for x of shape \(3, 4, 5\)"):
        data.normalize((0.0, 1.0))(np.zeros((3, 4, 5)))
    with pytest.raises(ValueError, match="Pass the axis of the channels"):
        data.normalize((0.0, 1.0))(np.zeros(2))
    assert data.normalize((0.0, 1.0), axis=-1)(np.zeros(2)).tolist() == [0, -1]


def test_types_and_flatten():
    assert data.to_float(PIXELS).dtype == np.float32
    assert data.to_int(np.array([-1.5])).tolist() == [-1]
    assert data.to_int(np.array([-1.5])).dtype == np.int64
    assert data.as_type()(PIXELS).dtype == np.float32
    assert data.as_type(np.int16)(PIXELS).dtype == np.int16
    assert data.flatten(PIXELS).tolist() == PIXELS.reshape(-1).tolist()
    assert partial(data.flatten, start=1)(np.zeros((0, 2, 3))).shape == (0, 6)


# ------------------------------------------------------------------------------------- Pillow


def test_images_to_arrays_and_back(image):
    x = data.to_array(image)
    assert x.dtype == np.float32 and x.flags.c_contiguous
    np.testing.assert_array_equal(x, PIXELS.transpose(2, 0, 1))
    np.testing.assert_array_equal(data.to_array(image, np.uint8), PIXELS.transpose(2, 0, 1))
    for mode, channels in {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4}.items():
        other = image.convert(mode)
        x = data.to_array(other, np.uint8)
        assert x.shape == (channels, 5, 7)
        back = data.to_pil(x)
        assert back.mode == mode and back.tobytes() == other.tobytes()
    assert data.to_pil(PIXELS[:, :, 0]).mode == "L"


def test_images_that_have_no_channels(image):
    for mode in ("P", "1"):
        with pytest.raises(ValueError, match=f"image is of mode '{mode}'; expected one of L, LA"):
            data.to_array(image.convert(mode))
        assert data.to_array(data.convert("RGB")(image.convert(mode))).shape == (3, 5, 7)
    with pytest.raises(TypeError, match="to_pil: x is of dtype float64; expected uint8"):
        data.to_pil(np.zeros((3, 2, 2)))
    with pytest.raises(ValueError, match=r"to_pil: x is of shape \(5, 2, 2\)"):
        data.to_pil(np.zeros((5, 2, 2), np.uint8))
    with pytest.raises(TypeError, match="to_array: image is a ndarray; expected an image of Pil"):
        data.to_array(PIXELS)
    assert data.to_array(data.to_pil(PIXELS.transpose(2, 0, 1))).shape == (3, 5, 7)


def test_convert(image):
    bgr = data.compose(data.convert("BGR"), data.to_array)(image)
    np.testing.assert_array_equal(bgr, PIXELS.transpose(2, 0, 1)[::-1])
    grey = data.compose(data.convert("L"), data.to_array)(image)[0]
    luma = PIXELS @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(grey, luma, atol=0.6)
    assert data.to_array(data.convert("BGR")(image.convert("RGBA"))).shape == (3, 5, 7)


@pytest.mark.parametrize(
    ("size", "rows", "columns"),
    [
        ((3, 2), slice(1, 3), slice(2, 5)),  # 5 - 2 = 3 rows too many: 1 above, 2 below
        ((4, 5), slice(0, 5), slice(1, 5)),
        (4, slice(0, 4), slice(1, 5)),
        ((7, 5), slice(0, 5), slice(0, 7)),
    ],
)
def test_center_crop(image, size, rows, columns):
    got = data.to_array(data.center_crop(size)(image))
    np.testing.assert_array_equal(got, PIXELS[rows, columns].transpose(2, 0, 1))


def test_resize(image):
    half = np.repeat(np.repeat(np.array([[0, 100], [200, 40]], np.uint8), 2, 0), 2, 1)
    small = data.resize((2, 2), "box")(data.to_pil(half))
    np.testing.assert_array_equal(data.to_array(small)[0], [[0, 100], [200, 40]])
    assert data.resize(9)(image).size == (9, 9)
    constant = data.resize((3, 8))(data.to_pil(np.full((6, 4), 7, np.uint8)))
    np.testing.assert_array_equal(data.to_array(constant), np.full((1, 8, 3), 7))
    # Bilinear from two pixels to four: 1/4 and 3/4 between their centres.
    wide = data.to_array(data.resize((4, 1))(data.to_pil(np.array([[0, 200]], np.uint8))))
    np.testing.assert_array_equal(wide[0, 0], [0, 50, 150, 200])


def test_sizes_that_do_not_fit(image):
    for call in (data.resize, data.center_crop, partial(data.caffe_preprocess, image)):
        for size in (0, (3,), (1, 2, 3), (-1, 2)):
            with pytest.raises(ValueError, match="size is .*expected .width, height."):
                call(size)
    with pytest.raises(ValueError, match=r"center_crop: size is \(8, 5\) .*Apply resize first"):
        data.center_crop((8, 5))(image)
    assert data.compose(data.resize(10), data.center_crop((8, 5)))(image).size == (8, 5)
    with pytest.raises(ValueError, match="resize: resample is 'best'; expected one of"):
        data.resize(3, "best")


def test_caffe_preprocess_of_red():
    """DeZero's VGG16.preprocess of a pure red image."""
    red = np.zeros((3, 300, 200), np.uint8)
    red[0] = 255
    pytest.importorskip("PIL")
    x = data.caffe_preprocess(data.to_pil(red))
    assert x.shape == (3, 224, 224) and x.dtype == np.float32
    want = np.array([-103.939, -116.779, 131.32], np.float32)
    np.testing.assert_array_equal(x, np.broadcast_to(want[:, None, None], x.shape))
    x = data.caffe_preprocess(data.to_pil(red[:1]), size=(4, 6), dtype=np.float64)
    assert x.shape == (3, 6, 4) and x.dtype == np.float64
    np.testing.assert_allclose(x[:, 0, 0], 255 - np.array(data.CAFFE_MEAN))


def test_a_missing_pillow_names_the_extra(monkeypatch, image):
    monkeypatch.setitem(sys.modules, "PIL", None)
    for call in (data.to_array, data.convert("RGB"), data.caffe_preprocess):
        with pytest.raises(ModuleNotFoundError, match=r"pip install 'fzero\[images\]'"):
            call(image)
    with pytest.raises(ModuleNotFoundError, match="to_pil: Pillow is not installed"):
        data.to_pil(PIXELS.transpose(2, 0, 1))


def test_caffe_images_are_floats():
    image = pytest.importorskip("PIL.Image")
    with pytest.raises(TypeError, match="caffe_preprocess: dtype is uint8; expected a float"):
        data.caffe_preprocess(image.new("RGB", (4, 4)), 2, np.uint8)
