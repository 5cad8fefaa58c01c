"""P10: a step of training recurrent layers over whole sequences."""

from collections.abc import Callable
from typing import Any

import numpy as np

import fzero.numpy as fnp
import fzero_nn as nn
from fzero import random

from . import peers
from .row import Limit, Row, Setup, Variant
from .training import SAME, our_step, tensors, torch_step

BATCH, INPUTS, HIDDEN, OPTIMIZER = 32, 64, 256, "SGD"
LAYERS = {
    "LSTM": nn.LSTM(INPUTS, HIDDEN),
    "GRU": nn.GRU(INPUTS, HIDDEN),
    "RNN": nn.RNN(INPUTS, HIDDEN),
}


def start(name: str, steps: int) -> tuple[Any, tuple[np.ndarray, np.ndarray]]:
    """Parameters, and sequences of inputs and of targets, time first."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(steps, BATCH, INPUTS)).astype(np.float32)
    target = rng.uniform(-1, 1, (steps, BATCH, HIDDEN)).astype(np.float32)
    return LAYERS[name].init(random.key(0))[0], (x, target)


def our_setup(name: str) -> Setup:
    """The layer with `training.make_train_step`; the loss is a mean over steps and rows."""
    layer = LAYERS[name]

    def loss(params: Any, state: Any, batch: Any, key: Any) -> Any:
        y, state = layer.apply(params, state, batch[0])
        return HIDDEN * fnp.mean((y - batch[1]) ** 2), (state, {})

    def setup(size: int) -> Callable[[], Any]:
        params, batch = start(name, size)
        return our_step(loss, params, {}, batch, OPTIMIZER)

    return setup


def torch_layer(torch: Any, name: str, params: Any) -> Any:
    """PyTorch's layer, whose second bias is fixed at zero except where the GRU has one."""
    layer = getattr(torch.nn, name)(INPUTS, HIDDEN)
    zero = np.zeros_like(params["b"])
    if name == "GRU":
        zero[2 * HIDDEN :] = params["b_h"]
    arrays = (params["W_x"].T, params["W_h"].T, params["b"], zero)
    with torch.no_grad():
        for tensor, array in zip(layer.parameters(), arrays, strict=True):
            tensor.copy_(torch.tensor(np.array(array)))
    if name == "GRU":
        free = torch.arange(3 * HIDDEN) >= 2 * HIDDEN
        layer.bias_hh_l0.register_hook(lambda g: g * free)
    else:
        layer.bias_hh_l0.requires_grad_(False)
    return layer


def torch_setup(name: str) -> Setup:
    """PyTorch's fused layer with SGD."""

    def setup(size: int) -> Callable[[], Any]:
        torch = peers.torch()
        params, batch = start(name, size)
        layer = torch_layer(torch, name, params)
        x, target = tensors(torch, batch)
        loss = lambda: HIDDEN * torch.nn.functional.mse_loss(layer(x)[0], target)
        trained = [p for p in layer.parameters() if p.requires_grad]
        return torch_step(torch, loss, trained, OPTIMIZER, foreach=True)

    return setup


# ------------------------------------------------------------------ the outputs in plain NumPy


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def lstm_update(z: np.ndarray, h: np.ndarray, c: np.ndarray, p: Any) -> tuple[Any, Any]:
    i, f, g, o = np.split(z + h @ p["W_h"], 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def gru_update(z: np.ndarray, h: np.ndarray, c: np.ndarray, p: Any) -> tuple[Any, Any]:
    gates, last = z[:, : 2 * HIDDEN], z[:, 2 * HIDDEN :]
    products = h @ p["W_h"]
    r, u = np.split(sigmoid(gates + products[:, : 2 * HIDDEN]), 2, axis=1)
    n = np.tanh(last + r * (products[:, 2 * HIDDEN :] + p["b_h"]))
    return (1 - u) * n + u * h, c


def rnn_update(z: np.ndarray, h: np.ndarray, c: np.ndarray, p: Any) -> tuple[Any, Any]:
    return np.tanh(z + h @ p["W_h"]), c


UPDATES = {"LSTM": lstm_update, "GRU": gru_update, "RNN": rnn_update}


def value_by_hand(name: str) -> Setup:
    """The outputs in plain NumPy, step by step."""
    update = UPDATES[name]

    def setup(size: int) -> Callable[[], Any]:
        params, (x, _) = start(name, size)

        def run() -> list[np.ndarray]:
            zs = x @ params["W_x"] + params["b"]
            h = c = np.zeros((BATCH, HIDDEN), np.float32)
            outputs = []
            for z in zs:
                h, c = update(z, h, c, params)
                outputs.append(h)
            return outputs

        return run

    return setup


ROW = Row(
    id="P10",
    title="training step of an LSTM",
    work=(
        "A step of training a recurrent layer of 256 features on 32 sequences of 64 inputs, by "
        "squared errors and SGD, float32; sizes count the steps of the sequences, and 50 is "
        "judged. PyTorch runs its own layers. GRU and RNN are shown without a target. The "
        "yardstick is the outputs alone in NumPy."
    ),
    size="steps",
    per="training step",
    variants=[
        Variant(
            name,
            ours=our_setup(name),
            peers={
                "numpy": {"numpy": value_by_hand(name)},
                "torch": {f"torch.nn.{name}": torch_setup(name)},
            },
            sizes=(10, 50, 200),
            judged=(50,),
            limits={"torch": Limit("ratio", 0.9)} if name == "LSTM" else {},
            value_only=("numpy",),
            memory=True,
            warm=2,
            **SAME,
        )
        for name in LAYERS
    ],
)
