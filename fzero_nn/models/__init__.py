"""Models: functions of sizes and options that return a layer. They come without weights.

Images are (N, C, H, W), and outputs logits.
"""

from .cnn import CNN
from .efficientnet import EfficientNetLite0, efficientnet_from_torch, efficientnet_preprocess
from .mlp import MLP
from .recurrent import BetterRNN, CharLSTM, SimpleRNN
from .resnet import ResNet, ResNet18, ResNet34, ResNet50, ResNet101, ResNet152
from .squeezenet import SqueezeNet
from .torch_weights import trees_from_torch
from .torchvision_weights import resnet_from_torch, vgg_from_torch
from .vgg import VGG, VGG11, VGG13, VGG16, VGG19

__all__ = [
    "BetterRNN",
    "CNN",
    "CharLSTM",
    "EfficientNetLite0",
    "MLP",
    "ResNet",
    "ResNet101",
    "ResNet152",
    "ResNet18",
    "ResNet34",
    "ResNet50",
    "SimpleRNN",
    "SqueezeNet",
    "VGG",
    "VGG11",
    "VGG13",
    "VGG16",
    "VGG19",
    "efficientnet_from_torch",
    "efficientnet_preprocess",
    "resnet_from_torch",
    "trees_from_torch",
    "vgg_from_torch",
]
