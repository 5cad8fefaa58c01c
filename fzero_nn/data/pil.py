"""Images of Pillow: resized, cropped, and turned into arrays and back."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from .transforms import CAFFE_MEAN, Transform

__all__ = ["caffe_preprocess", "center_crop", "convert", "resize", "to_array", "to_pil"]

#: Modes whose pixels are the numbers of channels, which a palette's, for one, are not.
_MODES = ("L", "LA", "RGB", "RGBA", "I", "I;16", "F")
_MODE_OF_CHANNELS = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}

Size = int | Sequence[int]


def convert(mode: str = "RGB") -> Transform:
    """A transform of images to another mode of Pillow, or to "BGR": RGB in reverse.

    Example:
        >>> from PIL import Image
        >>> convert("BGR")(Image.new("RGB", (1, 1), (1, 2, 3))).getpixel((0, 0))
        (3, 2, 1)
    """
    return _to_bgr if mode == "BGR" else lambda image: _image("convert", image).convert(mode)


def _to_bgr(image: Any) -> Any:
    red, green, blue = _image("convert", image).convert("RGB").split()
    return _pillow("convert").merge("RGB", (blue, green, red))


def resize(size: Size, resample: str = "bilinear") -> Transform:
    """A transform of images to another size.

    Args:
        size: (width, height), or one number for both.
        resample: "nearest", "box", "bilinear", "hamming", "bicubic" or "lanczos".

    Raises:
        ValueError: no such size or way.

    Example:
        >>> from PIL import Image
        >>> resize((4, 2))(Image.new("L", (8, 8))).size
        (4, 2)
    """
    pair = _pair("resize", size)
    ways = {way.name.lower(): way for way in _pillow("resize").Resampling}
    if resample not in ways:
        raise ValueError(
            f"resize: resample is {resample!r}; expected one of {sorted(ways)}. Try 'bilinear'."
        )
    return lambda image: _image("resize", image).resize(pair, ways[resample])


def center_crop(size: Size) -> Transform:
    """A transform that cuts out the middle; where it is not whole, it lies to the left and up.

    Args:
        size: (width, height), or one number for both. The transform refuses smaller images with
            a ValueError.

    Example:
        >>> from PIL import Image
        >>> center_crop(2)(Image.new("L", (5, 4))).size
        (2, 2)
    """
    width, height = _pair("center_crop", size)

    def cropped(image: Any) -> Any:
        have = _image("center_crop", image).size
        across, down = have[0] - width, have[1] - height
        if across < 0 or down < 0:
            raise ValueError(
                f"center_crop: size is {(width, height)} for an image of {have}; expected "
                "one that fits. Apply resize first."
            )
        return image.crop((across // 2, down // 2, across // 2 + width, down // 2 + height))

    return cropped


def to_array(image: Any, dtype: Any = np.float32) -> np.ndarray:
    """An image as an array.

    Args:
        image: of mode L, LA, RGB, RGBA, I, I;16 or F.
        dtype: of the array; values are not scaled.

    Returns:
        Shape (C, H, W), with C = 1 for grey and 4 for RGBA.

    Raises:
        ValueError: the mode is another, such as a palette.

    Example:
        >>> from PIL import Image
        >>> to_array(Image.new("L", (3, 2), 7)).shape
        (1, 2, 3)
    """
    if _image("to_array", image).mode not in _MODES:
        raise ValueError(
            f"to_array: image is of mode {image.mode!r}; expected one of {', '.join(_MODES)}. "
            "Apply convert('RGB') first."
        )
    pixels = np.asarray(image)
    pixels = pixels[:, :, None] if pixels.ndim == 2 else pixels
    return np.ascontiguousarray(pixels.transpose(2, 0, 1), dtype)


def to_pil(x: np.ndarray) -> Any:
    """An array of bytes as an image.

    Args:
        x: uint8 of shape (H, W) or (C, H, W), with 1 to 4 channels: L, LA, RGB or RGBA.

    Returns:
        The image.

    Raises:
        TypeError: x is not of bytes.
        ValueError: x has another shape.

    Example:
        >>> to_pil(np.zeros((3, 2, 5), np.uint8)).size
        (5, 2)
    """
    if x.dtype != np.uint8:
        raise TypeError(
            f"to_pil: x is of dtype {x.dtype.name}; expected uint8. For floats in [0, 1], write "
            "(x * 255).round().astype('uint8')."
        )
    planes = x[None] if x.ndim == 2 else x
    if planes.ndim != 3 or planes.shape[0] not in _MODE_OF_CHANNELS:
        raise ValueError(
            f"to_pil: x is of shape {x.shape}; expected (H, W) or (C, H, W) with 1 to 4 channels. "
            "Pass one image of a batch at a time."
        )
    pixels = planes[0] if len(planes) == 1 else planes.transpose(1, 2, 0)
    return _pillow("to_pil").fromarray(np.ascontiguousarray(pixels))


def caffe_preprocess(image: Any, size: Size = (224, 224), dtype: Any = np.float32) -> np.ndarray:
    """An image as the VGG and ResNet weights of Caffe take it: BGR minus the mean, not scaled.

    Args:
        image: of any mode; it becomes RGB.
        size: (width, height), or one number for both.
        dtype: a float dtype.

    Returns:
        Shape (3, H, W): blue, green and red, minus CAFFE_MEAN. Add the axis of a batch for a model.

    Raises:
        TypeError: another dtype, which could not hold what is below 0.

    Source: Simonyan, Zisserman, "Very deep convolutional networks for large-scale image
    recognition", 2015.

    Example:
        >>> from PIL import Image
        >>> caffe_preprocess(Image.new("RGB", (9, 9), (255, 0, 0)))[:, 0, 0]
        array([-103.939, -116.779,  131.32 ], dtype=float32)
    """
    if np.dtype(dtype).kind != "f":
        raise TypeError(
            f"caffe_preprocess: dtype is {np.dtype(dtype).name}; expected a float dtype, as the "
            "mean is subtracted. Leave it out for float32."
        )
    rgb = _image("caffe_preprocess", image).convert("RGB")
    # Without a way to resample, Pillow's own default, as those models were used.
    x = to_array(rgb.resize(_pair("caffe_preprocess", size)), dtype)[::-1]
    return x - np.array(CAFFE_MEAN, dtype)[:, None, None]


def _pair(function: str, size: Size) -> tuple[int, int]:
    pair = (size, size) if isinstance(size, int) else tuple(size)
    if len(pair) != 2 or min(pair) < 1:
        raise ValueError(
            f"{function}: size is {size!r}; expected (width, height), or one number, of 1 or more. "
            "Try 224."
        )
    return pair


def _image(function: str, image: Any) -> Any:
    if not isinstance(image, _pillow(function).Image):
        raise TypeError(
            f"{function}: image is a {type(image).__name__}; expected an image of Pillow. "
            "Turn an array into one with to_pil."
        )
    return image


def _pillow(function: str) -> ModuleType:
    try:
        from PIL import Image
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{function}: Pillow is not installed; expected the extra 'images'. "
            "Install it with: pip install 'fzero[images]'"
        ) from error
    return Image
