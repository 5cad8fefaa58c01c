"""Models against the same computation in PyTorch, with the same weights, at a reduced width."""

import numpy as np
import pytest

from fzero import random, tree
from fzero_nn import models

torch = pytest.importorskip("torch")
nn = torch.nn
functional = torch.nn.functional


class Block(nn.Module):
    """A residual block with torchvision's names; `first` says which convolution has the stride."""

    def __init__(self, inputs, middle, stride, expansion, first):
        super().__init__()
        outputs = middle * expansion
        three, one = dict(kernel_size=3, padding=1, bias=False), dict(kernel_size=1, bias=False)
        if expansion == 1:
            convs = [(inputs, middle, three), (middle, middle, three)]
        else:
            convs = [(inputs, middle, one), (middle, middle, three), (middle, outputs, one)]
        for i, (before, after, options) in enumerate(convs, 1):
            step = stride if i == first else 1
            self.add_module(f"conv{i}", nn.Conv2d(before, after, stride=step, **options))
            self.add_module(f"bn{i}", nn.BatchNorm2d(after))
        self.count = len(convs)
        self.downsample = None
        if stride > 1 or inputs != outputs:
            shortcut = nn.Conv2d(inputs, outputs, stride=stride, **one)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = self.get_submodule(f"bn{i}")(self.get_submodule(f"conv{i}")(y))
            y = y.relu() if i < self.count else y
        return (y + (x if self.downsample is None else self.downsample(x))).relu()


class ResNet(nn.Module):
    def __init__(self, counts, expansion, width, caffe):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=caffe)
        self.bn1 = nn.BatchNorm2d(width)
        self.pool = nn.MaxPool2d(3, 2, 0, ceil_mode=True) if caffe else nn.MaxPool2d(3, 2, 1)
        first = 2 if expansion == 4 and not caffe else 1
        inputs = width
        for i, count in enumerate(counts):
            blocks = []
            for j in range(count):
                stride = 2 if i and not j else 1
                blocks.append(Block(inputs, width << i, stride, expansion, first))
                inputs = (width << i) * expansion
            self.add_module(f"layer{i + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(inputs, 10)

    def forward(self, x):
        y = self.pool(self.bn1(self.conv1(x)).relu())
        y = self.layer4(self.layer3(self.layer2(self.layer1(y))))
        return self.fc(y.mean((2, 3)))


def disturbed(model, eps=1e-5):
    """The model in float64, with statistics and scales away from their beginnings."""
    torch.manual_seed(0)
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.eps = eps
            for a in (module.weight, module.running_var):
                a.data.uniform_(0.5, 1.5)
            for a in (module.bias, module.running_mean):
                a.data.normal_()
    return model.double().eval()


def arrays(model):
    return {name: a.detach().numpy() for name, a in model.state_dict().items()}


def images(size, count=2):
    return np.random.default_rng(0).normal(size=(count, 3, size, size))


def same_shapes(trees, model):
    """Whether the trees are those of the model's own `init`."""
    shapes = [tree.map(np.shape, trees), tree.map(np.shape, model.init(random.key(0)))]
    return shapes[0] == shapes[1]


@pytest.mark.parametrize(
    ("depth", "counts", "expansion"),
    [(18, (2, 2, 2, 2), 1), (34, (3, 4, 6, 3), 1), (50, (3, 4, 6, 3), 4)],
)
@pytest.mark.parametrize("convention", ["torch", "caffe"])
def test_resnets_with_the_weights_of_torch(depth, counts, expansion, convention):
    caffe = convention == "caffe"
    peer = disturbed(ResNet(counts, expansion, 4, caffe), eps=2e-5 if caffe else 1e-5)
    model = models.ResNet(depth, 10, width=4, convention=convention)
    params, state = models.resnet_from_torch(arrays(peer))
    assert same_shapes((params, state), model)
    # 66 pixels: the sizes before pooling and striding are odd and even.
    x = images(66)
    want = peer(torch.tensor(x)).detach().numpy()
    got, _ = model.apply(params, state, x)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9 * np.abs(want).max())


@pytest.mark.parametrize("pooling", ["max", "average"])
@pytest.mark.parametrize(
    ("depth", "counts"), [(11, (1, 1, 2, 2, 2)), (16, (2, 2, 3, 3, 3)), (19, (2, 2, 4, 4, 4))]
)
def test_vggs_with_the_weights_of_torch(depth, counts, pooling):
    pool = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}[pooling]
    features, inputs = [], 3
    for channels, count in zip((2, 4, 8, 16, 16), counts, strict=True):
        for _ in range(count):
            features += [nn.Conv2d(inputs, channels, 3, padding=1), nn.ReLU()]
            inputs = channels
        features.append(pool(2))
    head = [nn.Linear(64, 8), nn.ReLU(), nn.Dropout(), nn.Linear(8, 8), nn.ReLU(), nn.Dropout()]
    peer = disturbed(
        nn.ModuleDict(
            {
                "features": nn.Sequential(*features),
                "classifier": nn.Sequential(*head, nn.Linear(8, 10)),
            }
        )
    )
    model = models.VGG(depth, 10, pooling=pooling, width=2, hidden=8, size=64)
    params, state = models.vgg_from_torch(arrays(peer))
    assert same_shapes((params, state), model)
    x = images(64)
    want = peer["classifier"](peer["features"](torch.tensor(x)).flatten(1)).detach().numpy()
    np.testing.assert_allclose(model.apply(params, state, x)[0], want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("version", "pooled"), [("1.0", {4, 8}), ("1.1", {3, 5})])
def test_squeezenets_with_the_same_weights(version, pooled):
    model = models.SqueezeNet(10, version=version)
    params, state = tree.map(np.float64, model.init(random.key(0)))
    tensors = tree.map(lambda a: torch.tensor(np.array(a)), params)
    x = images(67, count=1)

    def conv(layer, y, **options):
        return functional.conv2d(y, layer["W"], layer["b"], **options).relu()

    def pool(y):
        return functional.max_pool2d(y, 3, 2, ceil_mode=True)

    y = pool(conv(tensors["conv1"], torch.tensor(x), stride=2))
    for i in range(2, 10):
        fire = tensors[f"fire{i}"]
        y = conv(fire["squeeze"], y)
        halves = fire["expand"]
        y = torch.cat([conv(halves["1x1"], y), conv(halves["3x3"], y, padding=1)], 1)
        y = pool(y) if i in pooled else y
    want = conv(tensors["conv10"], y).mean((2, 3)).numpy()
    got, _ = model.apply(params, state, x)
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)


def test_vgg_with_batch_normalisation_is_refused():
    # Its eight convolutions and eight normalisations are as many as the convolutions of VGG19.
    layers = []
    for _ in range(8):
        layers += [nn.Conv2d(2, 2, 3), nn.BatchNorm2d(2), nn.ReLU()]
    model = nn.ModuleDict({"features": nn.Sequential(*layers)})
    with pytest.raises(ValueError, match=r"vgg_from_torch: weights has the layer 'features.1'"):
        models.vgg_from_torch(arrays(model))


@pytest.mark.parametrize("norm", [nn.LayerNorm(3), nn.GroupNorm(1, 3), nn.BatchNorm1d(3)])
def test_normalisations_become_gamma_and_beta(norm):
    norm.weight.data.uniform_()
    params, state = models.trees_from_torch(arrays(norm))
    np.testing.assert_array_equal(params["gamma"], norm.weight.detach().numpy())
    assert set(params) == {"gamma", "beta"}
    assert set(state) == ({"avg_mean", "avg_var"} if isinstance(norm, nn.BatchNorm1d) else set())


def test_a_scale_that_nothing_tells_apart_is_refused():
    with pytest.raises(ValueError, match=r"weights has \['0.weight'\] of one axis without a bias"):
        models.trees_from_torch(arrays(nn.Sequential(nn.PReLU(3))))


def test_a_single_layer_is_the_whole_tree():
    params, _ = models.trees_from_torch(arrays(nn.Linear(2, 3)))
    assert params["W"].shape == (2, 3)
