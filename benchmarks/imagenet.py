"""VGG16 and ResNet50 in plain `torch.nn`, with the parameters of `fzero_nn.models`."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

__all__ = ["give", "products", "resnet50", "vgg16"]

#: The convolutions of each block of VGG16; the blocks of each stage of ResNet50.
VGG_BLOCKS, RESNET_STAGES = (2, 2, 3, 3, 3), (3, 4, 6, 3)
#: What PyTorch calls the arrays of a layer.
NAMES = {
    "W": "weight",
    "b": "bias",
    "gamma": "weight",
    "beta": "bias",
    "avg_mean": "running_mean",
    "avg_var": "running_var",
}


def vgg16(torch: Any) -> Any:
    """Configuration D, its layers named as in `models.VGG16`."""
    n = torch.nn
    layers: dict[str, Any] = {}
    inputs = 3
    for block, count in enumerate(VGG_BLOCKS, 1):
        outputs = min(64 << (block - 1), 512)
        for i in range(1, count + 1):
            layers[f"conv{block}_{i}"] = n.Conv2d(inputs, outputs, 3, padding=1)
            layers[f"relu{block}_{i}"] = n.ReLU(inplace=True)
            inputs = outputs
        layers[f"pool{block}"] = n.MaxPool2d(2)
    layers["flatten"] = n.Flatten()
    for i, (features, outputs) in enumerate(((512 * 49, 4096), (4096, 4096), (4096, 1000)), 6):
        layers[f"fc{i}"] = n.Linear(features, outputs)
        if i < 8:
            layers |= {f"relu{i}": n.ReLU(inplace=True), f"drop{i}": n.Dropout()}
    return n.Sequential(OrderedDict(layers))


def resnet50(torch: Any) -> Any:
    """The network of `models.ResNet50(convention="torch")`, its layers named as there."""
    n = torch.nn
    layers: dict[str, Any] = {
        "conv1": n.Conv2d(3, 64, 7, 2, 3, bias=False),
        "bn1": n.BatchNorm2d(64),
        "relu1": n.ReLU(inplace=True),
        "pool1": n.MaxPool2d(3, 2, 1),
    }
    inputs = 64
    for stage, count in enumerate(RESNET_STAGES):
        blocks: dict[str, Any] = {}
        for i in range(count):
            middle, stride = 64 << stage, 2 if stage and not i else 1
            blocks[f"b{i}" if i else "a"] = _bottleneck(torch, inputs, middle, stride)
            inputs = 4 * middle
        layers[f"res{stage + 2}"] = n.Sequential(OrderedDict(blocks))
    layers |= {"pool5": n.AdaptiveAvgPool2d(1), "flatten": n.Flatten(), "fc6": n.Linear(2048, 1000)}
    return n.Sequential(OrderedDict(layers))


def _bottleneck(torch: Any, inputs: int, middle: int, stride: int) -> Any:
    """Three convolutions beside a shortcut, which is the fourth one where the shape changes."""
    relu = torch.nn.functional.relu

    class Bottleneck(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            y = relu(self.bn1(self.conv1(x)), inplace=True)
            y = relu(self.bn2(self.conv2(y)), inplace=True)
            y = self.bn3(self.conv3(y))
            y += self.bn4(self.conv4(x)) if hasattr(self, "conv4") else x
            return relu(y, inplace=True)

    convs = [(inputs, middle, 1, 1), (middle, middle, 3, stride), (middle, 4 * middle, 1, 1)]
    if inputs != 4 * middle:
        convs.append((inputs, 4 * middle, 1, stride))
    block = Bottleneck()
    for i, (before, after, window, step) in enumerate(convs, 1):
        conv = torch.nn.Conv2d(before, after, window, step, window // 2, bias=False)
        block.add_module(f"conv{i}", conv)
        block.add_module(f"bn{i}", torch.nn.BatchNorm2d(after))
    return block


def give(torch: Any, module: Any, params: Any, state: Any) -> Any:
    """The module, with copies of our parameters and statistics.

    Raises:
        KeyError, RuntimeError: layers or shapes that one side does not have.
    """
    arrays = {**dict(_named(params)), **dict(_named(state))}
    for name in module.state_dict():
        if name.endswith("num_batches_tracked"):
            arrays[name] = np.zeros((), np.int64)
    module.load_state_dict({k: torch.tensor(np.array(a)) for k, a in arrays.items()})
    return module


def _named(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """PyTorch's name of every array, and the array with PyTorch's axes."""
    for key, value in tree.items():
        if isinstance(value, Mapping):
            yield from _named(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{NAMES[key]}", value.T if value.ndim == 2 else value


def products(params: Any, spatial: Mapping[str, int], batch: int) -> Any:
    """A function that does the matrix products of the convolutions, and nothing else.

    Args:
        params: of the network.
        spatial: the height and width after each convolution, by the beginning of its name.
        batch: images.
    """
    rng = np.random.default_rng(0)
    pairs = []
    for name, W in _named(params):
        if W.ndim == 4:
            (size,) = [s for start, s in spatial.items() if name.startswith(start)]
            rows = rng.random((batch * size * size, W[0].size), dtype=np.float32)
            pairs.append((rows, W.reshape(len(W), -1).T))
    return lambda: [(rows @ W)[0, 0] for rows, W in pairs]
