"""Random changes of images: closed forms, keys, dtypes, other libraries, transforms."""

import numpy as np
import pytest

import fzero
from fzero import random
from fzero_nn import data
from tests.strict import StrictArray, no_sync, put, unwrap

KEY = random.key(0)
BYTES = np.random.default_rng(0).integers(0, 256, (6, 3, 8, 8), np.uint8)
FLOATS = (BYTES / 255).astype(np.float32)
CHANGES = {
    "flip": lambda key, x: data.random_flip(key, x),
    "flip down": lambda key, x: data.random_flip(key, x, axis=-2),
    "crop": lambda key, x: data.random_crop(key, x, (5, 6)),
    "crop padded": lambda key, x: data.random_crop(key, x, padding=2),
    "erase": lambda key, x: data.random_erase(key, x, (3, 4)),
    "rotate": lambda key, x: data.random_rotate(key, x, 30.0),
    "brightness": lambda key, x: data.random_brightness(key, x, 0.5),
    "contrast": lambda key, x: data.random_contrast(key, x, 0.5),
    "saturation": lambda key, x: data.random_saturation(key, x, 0.5),
    "color": lambda key, x: data.random_color(key, x, 0.2, 0.3, 0.4),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float16, np.float32, np.float64])
def test_the_key_decides_and_the_dtype_stays(name, dtype):
    change, x = CHANGES[name], BYTES.astype(dtype)
    before = x.copy()
    first, again, other = change(KEY, x), change(KEY, x), change(random.key(1), x)
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert first.dtype == dtype
    assert first.shape == ((6, 3, 5, 6) if name == "crop" else x.shape)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("shape", [(0, 3, 8, 8), (1, 3, 8, 8)])
def test_batches_of_none_and_of_one(name, shape):
    got = CHANGES[name](KEY, np.ones(shape, np.uint8))
    assert got.shape[:2] == shape[:2] and got.dtype == np.uint8


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("x", [BYTES, FLOATS], ids=["bytes", "floats"])
def test_other_libraries_get_the_same_numbers(name, x):
    with no_sync():
        got = CHANGES[name](KEY, put(x))
    assert isinstance(got, StrictArray)
    np.testing.assert_allclose(unwrap(got), CHANGES[name](KEY, x), rtol=1e-6)


def test_angles_of_the_host_turn_images_of_another_library():
    for angles in (30.0, np.full(6, 30.0)):
        got = data.rotate(put(BYTES), angles)
        np.testing.assert_array_equal(unwrap(got), data.rotate(BYTES, 30.0))


@pytest.mark.parametrize("name", CHANGES)
def test_under_vmap(name):
    keys, x = random.split(KEY, 3), FLOATS.reshape(3, 2, 3, 8, 8)
    got = fzero.vmap(CHANGES[name])(keys, x)
    want = np.stack([CHANGES[name](k, row) for k, row in zip(keys, x, strict=True)])
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", CHANGES)
def test_one_image_of_the_wrong_shape_is_refused(name):
    with pytest.raises(ValueError, match=r"x is of shape \(3, 8, 8\); expected \(N, C, H, W\)"):
        CHANGES[name](KEY, BYTES[0])
    assert CHANGES[name](KEY, BYTES[0][None])[0].ndim == 3


# ------------------------------------------------------------------------------ each by itself


def test_flips_are_whole_and_of_each_image_alone():
    x = np.random.default_rng(0).integers(0, 256, (400, 1, 2, 3), np.uint8)
    for axis in (-1, -2):
        y = data.random_flip(KEY, x, axis)
        flipped = (y == np.flip(x, axis)).all(axis=(1, 2, 3))
        kept = (y == x).all(axis=(1, 2, 3))
        assert np.all(flipped | kept) and 150 < flipped.sum() < 250
    np.testing.assert_array_equal(data.random_flip(KEY, x, rate=1.0), x[..., ::-1])
    np.testing.assert_array_equal(data.random_flip(KEY, x, rate=0.0), x)


def test_crops_are_windows_and_each_place_comes():
    x = np.arange(300 * 4 * 5, dtype=np.int32).reshape(300, 1, 4, 5)
    y = data.random_crop(KEY, x, (2, 3), padding=1)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    places = set()
    for before, after in zip(padded[:, 0], y[:, 0], strict=True):
        found = [
            (r, c) for r in range(5) for c in range(5)
            if np.array_equal(before[r : r + 2, c : c + 3], after)
        ]  # fmt: skip
        assert found
        places.add(found[0])
    assert places == {(r, c) for r in range(5) for c in range(5)}
    np.testing.assert_array_equal(data.random_crop(KEY, x), x)
    np.testing.assert_array_equal(data.random_crop(KEY, x, (4, 5)), x)


def test_crops_that_do_not_fit():
    for options in ({"size": 9}, {"size": (8, 0)}, {"padding": -1}):
        with pytest.raises(ValueError, match="random_crop: size is .*Choose a smaller size"):
            data.random_crop(KEY, BYTES, **options)
    assert data.random_crop(KEY, BYTES, size=9, padding=1).shape == (6, 3, 9, 9)


def test_erased_rectangles():
    y = data.random_erase(KEY, np.ones((500, 2, 6, 7)), (2, 3), fill=5.0)
    np.testing.assert_array_equal(y[:, 0], y[:, 1])
    holes = y[:, 0] == 5.0
    assert np.all(holes | (y[:, 0] == 1.0))
    rows, columns = holes.any(2), holes.any(1)
    np.testing.assert_array_equal(holes, rows[:, :, None] & columns[:, None, :])
    assert set(rows.sum(1)) == {1, 2} and set(columns.sum(1)) == {2, 3}
    assert np.all(holes.any(0))


@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (1, 2, 5, 5), (1, 1, 1, 1)])
@pytest.mark.parametrize("turns", [-1, 0, 1, 2, 3, 4])
def test_quarter_turns(shape, turns):
    x = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    want = np.rot90(x, turns, axes=(2, 3))
    np.testing.assert_array_equal(data.rotate(x, 90.0 * turns), want)
    np.testing.assert_allclose(data.rotate(x.astype(np.float64), 90.0 * turns), want, atol=1e-10)


def test_half_turns_of_images_that_are_not_square():
    x = np.random.default_rng(0).normal(size=(2, 1, 4, 7))
    np.testing.assert_allclose(data.rotate(x, 180.0), x[:, :, ::-1, ::-1], atol=1e-12)


def test_rotation_is_bilinear():
    """A plane a + b r + c s is interpolated exactly, wherever all four corners are inside."""
    r, s = np.meshgrid(np.arange(9.0) - 4, np.arange(11.0) - 5, indexing="ij")
    angles = np.array([10.0, -33.0])
    got = data.rotate(np.broadcast_to(2 + 3 * r - s, (2, 1, 9, 11)), angles, fill=np.nan)
    a = np.deg2rad(angles)[:, None, None]
    want = 2 + 3 * (s * np.sin(a) + r * np.cos(a)) - (s * np.cos(a) - r * np.sin(a))
    inside = np.isfinite(got[:, 0])
    assert inside.mean() > 0.5
    np.testing.assert_allclose(got[:, 0][inside], want[inside], atol=1e-12)


def test_rotation_of_scipy():
    ndimage = pytest.importorskip("scipy.ndimage")
    x = np.random.default_rng(0).normal(size=(9, 12))
    want = ndimage.rotate(x, 25.0, reshape=False, order=1, mode="grid-constant", cval=3.0)
    np.testing.assert_allclose(data.rotate(x[None, None], 25.0, fill=3.0)[0, 0], want, atol=1e-12)


def test_random_angles_stay_in_their_range():
    point = np.zeros((200, 1, 21, 21))
    point[:, :, 10, 20] = 1.0  # 10 right of the middle
    y = data.random_rotate(KEY, point, 20.0)[:, 0]
    r, s = np.meshgrid(10.0 - np.arange(21), np.arange(21) - 10.0, indexing="ij")
    total = y.sum(axis=(1, 2))
    angles = np.degrees(
        np.arctan2((y * r).sum(axis=(1, 2)) / total, (y * s).sum(axis=(1, 2)) / total)
    )
    assert np.all(np.abs(angles) < 23) and angles.min() < -15 and angles.max() > 15


def test_brightness_contrast_and_saturation_blend():
    x = np.random.default_rng(0).uniform(size=(5, 3, 4, 4))
    luma = np.einsum("nchw,c->nhw", x, [0.299, 0.587, 0.114])[:, None]
    bases = {
        "brightness": np.zeros((5, 1, 1, 1)),
        "contrast": x.mean(axis=(1, 2, 3), keepdims=True),
        "saturation": luma,
    }
    for name, base in bases.items():
        change = getattr(data, f"random_{name}")
        ratio = (change(KEY, x, 0.3) - base) / (x - base)
        factors = ratio.mean(axis=(1, 2, 3), keepdims=True)
        np.testing.assert_allclose(ratio, np.broadcast_to(factors, x.shape), rtol=1e-9)
        assert np.all(np.abs(factors - 1) <= 0.3) and len(np.unique(factors.round(9))) == 5
        np.testing.assert_allclose(change(KEY, x, 0.0), x, rtol=1e-12)
    one_by_one = x
    for key, name in zip(random.split(KEY, 3), bases, strict=True):
        one_by_one = getattr(data, f"random_{name}")(key, one_by_one, 0.2)
    np.testing.assert_array_equal(data.random_color(KEY, x, 0.2, 0.2, 0.2), one_by_one)
    np.testing.assert_array_equal(data.random_color(KEY, x), x)


def test_bytes_are_clipped_not_wrapped():
    x = np.full((50, 3, 2, 2), 250, np.uint8)
    y = data.random_brightness(KEY, x, 1.0)
    floats = data.random_brightness(KEY, x.astype(np.float32), 1.0)
    assert floats.max() > 400 and floats.min() < 100
    np.testing.assert_array_equal(y, np.minimum(np.round(floats), 255))


def test_colors_refuse_what_has_none():
    for strength in (-0.1, 1.5):
        with pytest.raises(ValueError, match=r"strength is .*expected a number in \[0, 1\]"):
            data.random_contrast(KEY, FLOATS, strength)
    with pytest.raises(ValueError, match="random_saturation: x is of shape .*Leave saturation out"):
        data.random_color(KEY, FLOATS[:, :1], 0.1, 0.1, 0.1)
    assert data.random_color(KEY, FLOATS[:, :1], 0.1, 0.1).shape == (6, 1, 8, 8)


def test_a_loader_augments():
    loader = data.Loader(BYTES, 2, transform=lambda key, x: data.random_crop(key, x, padding=2))
    whole = [batch for _, batch in loader.run(data.Position(KEY), 2)]
    middle = data.Position(KEY, 0, 4)
    for got, want in zip([b for _, b in loader.run(middle, 2)], whole[2:], strict=True):
        np.testing.assert_array_equal(got, want)


@pytest.mark.gpu
@pytest.mark.parametrize("name", CHANGES)
def test_a_card_gives_the_same_numbers(name):
    for x in (BYTES, FLOATS):
        got = CHANGES[name](KEY, fzero.device_put(x, "gpu"))
        assert str(fzero.device(got)) == "gpu:0"
        np.testing.assert_allclose(fzero.device_get(got), CHANGES[name](KEY, x), rtol=1e-5, atol=1)


def test_sizes_and_axes_that_mean_nothing_are_refused():
    with pytest.raises(ValueError, match="random_flip: axis is 0; expected -1 or -2"):
        data.random_flip(KEY, BYTES, axis=0)
    for size in (-1, (1, 2, 3), 1.5):
        with pytest.raises(ValueError, match=r"random_erase: size is .*; expected \(height, width"):
            data.random_erase(KEY, BYTES, size)
    with pytest.raises(ValueError, match=r"rotate: degrees is of shape \(3,\) for 6 images"):
        data.rotate(BYTES, np.zeros(3))


def test_sizes_may_be_of_numpy():
    np.testing.assert_array_equal(
        data.random_crop(KEY, BYTES, np.int64(5)), data.random_crop(KEY, BYTES, 5)
    )


def test_wide_integers_keep_their_digits():
    x = np.array([[[[2**31 - 1, 2**31 - 2, -(2**31)]]]], np.int32)
    np.testing.assert_array_equal(data.rotate(x, 0.0), x)
    brighter = data.random_brightness(random.key(1), np.full((20, 1, 1, 1), 2**31 - 1, np.int32), 1)
    assert brighter.min() >= 0 and (brighter == 2**31 - 1).any()
