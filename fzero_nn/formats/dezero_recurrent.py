"""The weights of DeZero's RNN and LSTM, which has a matrix for each gate, and ours.

DeZero calls the gates f, i, o and u, and u is our g. Its maps of the hidden state have no bias.
"""

from collections.abc import Mapping
from typing import Any

import fzero
import fzero.numpy as fnp

from ..functional.cells import misfits

__all__ = ["lstm_from_dezero", "lstm_to_dezero", "rnn_from_dezero", "rnn_to_dezero"]

#: DeZero's names of the gates, in our order.
_GATES = ("i", "f", "u", "o")


def rnn_from_dezero(arrays: Mapping[str, Any]) -> Any:
    """The parameters of `RNN` from those of DeZero's.

    Args:
        arrays: x2h/W, x2h/b and h2h/W: a part of what `load_dezero` returns, or a mapping whose
            keys are these paths.

    Returns:
        FrozenDict of W_x, W_h and b.

    Raises:
        KeyError: some are missing.

    Example:
        >>> import numpy as np
        >>> arrays = {"x2h/W": np.ones((1, 2)), "x2h/b": np.zeros(2), "h2h/W": np.eye(2)}
        >>> rnn_from_dezero(arrays)["W_x"]
        array([[1., 1.]])
    """
    W_x, b, W_h = _entries("rnn_from_dezero", arrays, ["x2h/W", "x2h/b", "h2h/W"])
    return fzero.freeze({"W_x": W_x, "W_h": W_h, "b": b})


def rnn_to_dezero(params: Mapping[str, Any]) -> Any:
    """The parameters of DeZero's RNN from ours.

    Args:
        params: W_x, W_h and b, as of `RNN`.

    Returns:
        FrozenDicts of x2h (W, b) and h2h (W), for `save_dezero`.

    Raises:
        KeyError: some are missing.

    Example:
        >>> import numpy as np
        >>> made = rnn_to_dezero({"W_x": np.ones((1, 2)), "W_h": np.eye(2), "b": np.zeros(2)})
        >>> made["x2h"]["W"]
        array([[1., 1.]])
    """
    W_x, W_h, b = _entries("rnn_to_dezero", params, ["W_x", "W_h", "b"])
    return fzero.freeze({"x2h": {"W": W_x, "b": b}, "h2h": {"W": W_h}})


def lstm_from_dezero(arrays: Mapping[str, Any]) -> Any:
    """The parameters of `LSTM` from those of DeZero's.

    Args:
        arrays: W and b of x2f, x2i, x2o and x2u, and W of h2f, h2i, h2o and h2u: a part of what
            `load_dezero` returns, or a mapping whose keys are paths such as x2f/W.

    Returns:
        FrozenDict of W_x, W_h and b.

    Raises:
        KeyError: some are missing.

    Example:
        >>> import numpy as np
        >>> ones = {"W_x": np.ones((3, 8)), "W_h": np.ones((2, 8)), "b": np.arange(8.0)}
        >>> lstm_from_dezero(lstm_to_dezero(ones))["b"]
        array([0., 1., 2., 3., 4., 5., 6., 7.])
    """
    x, h, b = (
        _entries("lstm_from_dezero", arrays, [f"{kind}2{gate}/{name}" for gate in _GATES])
        for kind, name in (("x", "W"), ("h", "W"), ("x", "b"))
    )
    joined = {"W_x": x, "W_h": h, "b": b}
    return fzero.freeze({name: fnp.concatenate(a, axis=-1) for name, a in joined.items()})


def lstm_to_dezero(params: Mapping[str, Any]) -> Any:
    """The parameters of DeZero's LSTM from ours.

    Args:
        params: W_x, W_h and b, as of `LSTM`.

    Returns:
        FrozenDicts of x2f, x2i, x2o, x2u (W, b) and h2f, h2i, h2o, h2u (W), for `save_dezero`.

    Raises:
        KeyError: some are missing.
        ValueError: shapes that are not those of an LSTM.

    Example:
        >>> import numpy as np
        >>> zeros = {"W_x": np.zeros((3, 8)), "W_h": np.zeros((2, 8)), "b": np.arange(8.0)}
        >>> lstm_to_dezero(zeros)["x2u"]["b"]
        array([4., 5.])
    """
    W_x, W_h, b = whole = _entries("lstm_to_dezero", params, ["W_x", "W_h", "b"])
    H = len(W_h)
    if wrong := misfits({"W_x": (W_x, ("D", 4 * H)), "W_h": (W_h, (H, 4 * H)), "b": (b, (4 * H,))}):
        raise ValueError(
            f"lstm_to_dezero: {wrong}; expected the parameters of one LSTM. Take the part of the "
            "tree that belongs to this one layer."
        )
    W_x, W_h, b = (fnp.split(a, 4, axis=-1) for a in whole)
    of_x = {f"x2{g}": {"W": W, "b": c} for g, W, c in zip(_GATES, W_x, b, strict=True)}
    of_h = {f"h2{g}": {"W": W} for g, W in zip(_GATES, W_h, strict=True)}
    return fzero.freeze(of_x | of_h)


def _entries(function: str, arrays: Mapping[str, Any], paths: list[str]) -> list[Any]:
    """The arrays at paths like x2f/W, nested or not."""
    found = {path: _at(arrays, path) for path in paths}
    if missing := [path for path, array in found.items() if array is None]:
        raise KeyError(
            f"{function}: the weights are without {missing}, with {sorted(map(str, arrays))}; "
            f"expected {paths}. Take the part of the tree that belongs to this one layer."
        )
    return list(found.values())


def _at(arrays: Mapping[str, Any], path: str) -> Any:
    """The array at a path, None if there is none."""
    layer, _, name = path.partition("/")
    if path in arrays:
        return arrays[path]
    inner = arrays.get(layer)
    return inner.get(name) if isinstance(inner, Mapping) else None
