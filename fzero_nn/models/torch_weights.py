"""Parameters and state from the arrays of a PyTorch `state_dict`."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import fzero

__all__ = ["trees_from_torch"]

#: What a layer's arrays are called by PyTorch and here, for normalisations and for the others.
_NORM = {"weight": "gamma", "bias": "beta"}
_STATISTICS = {"running_mean": "avg_mean", "running_var": "avg_var"}
_AFFINE = {"weight": "W", "bias": "b"}
#: A count that PyTorch's BatchNorm keeps, which no output depends on.
_IGNORED = "num_batches_tracked"


def trees_from_torch(
    weights: Mapping[str, Any], rename: Callable[[str], str] | None = None
) -> tuple[Any, Any]:
    """Turn the arrays of a `state_dict` into parameters and state.

    Affine layers become W, transposed to (inputs, outputs), and b; convolutions W and b;
    normalisations, whose weight has one axis, gamma and beta, and in the state avg_mean and
    avg_var if they have statistics. An Embedding's weight would be taken for that of an affine
    layer: transpose its W back.

    Args:
        weights: arrays by PyTorch's names, as from `fzero_nn.formats.load_torch`.
        rename: from the name of a layer, such as `layer1.0.conv1`, to its path in the model, such
            as `res2/a/conv1`. Without it the dots become slashes. An empty path is the whole
            tree, as of a single layer.

    Returns:
        `(params, state)`, frozen.

    Raises:
        ValueError: arrays of layers of another kind; two layers that get one path.

    Example:
        >>> weights = {"a.weight": np.ones((2, 3)), "a.bias": np.zeros(2)}
        >>> params, state = trees_from_torch(weights)
        >>> params["a"]["W"].shape
        (3, 2)
    """
    params: dict[str, Any] = {}
    state: dict[str, Any] = {}
    for layer, arrays in _by_layer(weights).items():
        path = layer.replace(".", "/") if rename is None else rename(layer)
        normalises = "running_mean" in arrays or _scales(arrays)
        for name, array in arrays.items():
            table, names = (state, _STATISTICS) if name in _STATISTICS else (params, _AFFINE)
            if normalises and table is params:
                names = _NORM
            _insert(table, path, names[name], _array(array, name))
    return fzero.freeze(params), fzero.freeze(state)


def _by_layer(weights: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for key, array in weights.items():
        layer, _, name = key.rpartition(".")
        if name != _IGNORED:
            found.setdefault(layer, {})[name] = array
    known = {*_AFFINE, *_STATISTICS}
    if wrong := [key for key in weights if key.rpartition(".")[2] not in {*known, _IGNORED}]:
        raise ValueError(
            f"trees_from_torch: weights has {wrong}; expected names that end in one of "
            f"{sorted(known)}. Convert other layers by hand."
        )
    _check_scales(found)
    return found


def _scales(arrays: dict[str, Any]) -> bool:
    """Whether the weight has one axis, as that of a normalisation."""
    return "weight" in arrays and np.ndim(arrays["weight"]) == 1


def _check_scales(layers: dict[str, dict[str, Any]]) -> None:
    """A weight of one axis beside no bias is that of a PReLU or of an RMSNorm: nothing tells."""
    alone = [layer for layer, arrays in layers.items() if _scales(arrays) and "bias" not in arrays]
    if alone:
        raise ValueError(
            f"trees_from_torch: weights has {[f'{layer}.weight' for layer in alone]} of one axis "
            "without a bias; expected the two of a normalisation. Convert other layers by hand."
        )


def _array(array: Any, name: str) -> Any:
    array = np.asarray(array)
    # PyTorch keeps the weight of an affine map as (outputs, inputs).
    return np.ascontiguousarray(array.T) if name == "weight" and array.ndim == 2 else array


def _insert(tree: dict[str, Any], path: str, name: str, array: Any) -> None:
    for step in filter(None, path.split("/")):
        tree = tree.setdefault(step, {})
    if name in tree:
        raise ValueError(
            f"trees_from_torch: rename gives {path!r} to two layers; expected different paths. "
            "Give it an injective function."
        )
    tree[name] = array
