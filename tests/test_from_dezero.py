"""docs/from_dezero.md has a line for everything that DeZero offers, and names what is there."""

import re
from pathlib import Path

import pytest

from fzero_nn import functional

PAGE = (Path(__file__).parents[1] / "docs" / "from_dezero.md").read_text()
#: The public names of DeZero 0.0.13, module by module.
DEZERO = {
    "core": "is_simple_core __version__ Config using_config no_grad test_mode array_types Variable "
    "set_creator unchain cleargrad backward unchain_backward reshape transpose sum to_cpu to_gpu "
    "matmaul dot Parameter as_variable as_array Function Add add Sub sub rsub Mul mul Div div rdiv "
    "Neg neg Pow pow setup_variable core_simple retain_grad create_graph",
    "functions": "sin cos tanh exp log reshape transpose get_item GetItemGrad expand_dims flatten "
    "broadcast_to sum_to sum average mean matmul linear linear_simple sigmoid sigmoid_simple relu "
    "softmax softmax_simple log_softmax leaky_relu mean_squared_error mean_squared_error_simple "
    "softmax_cross_entropy softmax_cross_entropy_simple sigmoid_cross_entropy binary_cross_entropy "
    "accuracy dropout batch_nrom embed_id clip max min",
    "functions_conv": "conv2d conv2d_simple deconv2d Conv2DGradW pooling pooling_simple "
    "Pooling2DGrad Pooling2DWithIndexes average_pooling im2col col2im im2col_array col2im_array "
    "_im2col_gpu _col2im_gpu",
    "layers": "Layer forward params cleargrads _flatten_params save_weights load_weights Linear "
    "_init_W Conv2d Deconv2d RNN reset_state LSTM EmbedID BatchNorm outputs",
    "models": "Model plot Sequential MLP VGG16 preprocess pretrained ResNet ResNet50 ResNet101 "
    "ResNet152 BuildingBlock BottleneckA BottleneckB _global_average_pooling_2d SqueezeNet",
    "optimizers": "setup update update_one add_hook SGD MomentumSGD AdaGrad AdaDelta Adam "
    "WeightDecay ClipGrad FreezeParam",
    "datasets": "Dataset get_spiral Spiral MNIST CIFAR10 CIFAR100 ImageNet SinCurve Shakespear "
    "load_cache_npz save_cache_npz",
    "dataloaders": "DataLoader SeqDataLoader",
    "transforms": "Compose Convert Resize CenterCrop ToArray ToPIL RandomHorizontalFlip Normalize "
    "Flatten AsType ToFloat ToInt",
    "utils": "_dot_var _dot_func get_dot_graph plot_dot_graph sum_to reshape_sum_backward "
    "logsumexp max_backward_shape gradient_check numerical_grad array_equal array_allclose "
    "show_progress cache_dir get_file get_conv_outsize get_deconv_outsize pair",
    "cuda": "gpu_enable get_array_module as_numpy as_cupy",
}
NAMES = [(module, name) for module, names in DEZERO.items() for name in names.split()]
ROWS = re.findall(r"^\| (.*?) \| (.*) \|$", PAGE, re.MULTILINE)
LEFT = "\n".join(left for left, _ in ROWS)


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_everything_of_dezero_has_a_line(module, name):
    assert re.search(rf"(?<![\w]){re.escape(name)}\b", LEFT)


def test_every_line_says_what_takes_its_place():
    lines = [row for row in ROWS if set(row[0]) - set("-| ") and row[0] != "DeZero"]
    assert len(lines) > 100
    assert all(right.strip() for _, right in lines)


def test_the_functions_of_the_right_column_exist():
    named = {name for _, right in ROWS for name in re.findall(r"`F\.(\w+)", right)}
    assert len(named) > 15 and named - set(functional.__all__) == set()
