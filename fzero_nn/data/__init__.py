"""Data: batches from keys and positions, readers and downloads, and transforms of images.

Everything here is a function of arrays, or gives arrays: nothing holds a state.
"""

from .augment import random_crop, random_erase, random_flip, random_rotate, rotate
from .batches import batches
from .cifar import (
    CIFAR10_CLASSES,
    CIFAR100_COARSE_CLASSES,
    CIFAR100_FINE_CLASSES,
    cifar10,
    cifar100,
)
from .color import random_brightness, random_color, random_contrast, random_saturation
from .fetch import cache_folder, fetch
from .idx import load_idx_folder, read_idx
from .imagenet import imagenet_labels
from .images import ImageData, load_npz
from .loader import Loader, Position, order
from .mnist import FASHION_MNIST_CLASSES, fashion_mnist, mnist
from .pil import caffe_preprocess, center_crop, convert, resize, to_array, to_pil
from .sequences import Lanes, dezero_sequence_batches, lanes, sequence_batches
from .text import Corpus, char_corpus, tiny_shakespeare
from .toy import Pairs, sin_curve, spiral
from .transforms import (
    CAFFE_MEAN,
    IMAGENET_MEAN,
    IMAGENET_STD,
    as_type,
    compose,
    flatten,
    normalize,
    to_float,
    to_int,
)

__all__ = [
    "CAFFE_MEAN",
    "CIFAR10_CLASSES",
    "CIFAR100_COARSE_CLASSES",
    "CIFAR100_FINE_CLASSES",
    "Corpus",
    "FASHION_MNIST_CLASSES",
    "IMAGENET_MEAN",
    "IMAGENET_STD",
    "ImageData",
    "Lanes",
    "Loader",
    "Pairs",
    "Position",
    "as_type",
    "batches",
    "cache_folder",
    "caffe_preprocess",
    "center_crop",
    "char_corpus",
    "cifar10",
    "cifar100",
    "compose",
    "convert",
    "dezero_sequence_batches",
    "fashion_mnist",
    "fetch",
    "flatten",
    "imagenet_labels",
    "lanes",
    "load_idx_folder",
    "load_npz",
    "mnist",
    "normalize",
    "order",
    "random_brightness",
    "random_color",
    "random_contrast",
    "random_crop",
    "random_erase",
    "random_flip",
    "random_rotate",
    "random_saturation",
    "read_idx",
    "resize",
    "rotate",
    "sequence_batches",
    "sin_curve",
    "spiral",
    "tiny_shakespeare",
    "to_array",
    "to_float",
    "to_int",
    "to_pil",
]
