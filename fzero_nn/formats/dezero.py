"""Weight files of DeZero: `.npz` whose names are paths, with the state of BatchNorm among them."""

import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

import fzero
from fzero.dtypes import dtype_of

from ..checkpoint.atomic import write_atomically
from ..checkpoint.contents import read_arrays
from ..checkpoint.matching import compare
from ..checkpoint.npz import add_array
from ..checkpoint.saving import check_storable
from ..damage import Damaged, reading
from .naming import plain_names

__all__ = ["dezero_to_trees", "load_dezero", "save_dezero"]


def load_dezero(path: str | os.PathLike[str]) -> Any:
    """Read a file of DeZero's `save_weights` as nested dictionaries.

    Args:
        path: the `.npz`, compressed or not.

    Returns:
        FrozenDicts of read-only arrays: the entry `conv1/W` is at `["conv1"]["W"]`.

    Raises:
        ValueError: the file is damaged, or has entries that are no arrays: DeZero writes a
            pickled None for the weights of a layer that was never called.

    Example:
        >>> path = getfixture("tmp_path") / "mlp.npz"
        >>> np.savez_compressed(path, **{"l1/W": np.eye(2), "l1/b": np.zeros(2)})
        >>> load_dezero(path)["l1"]["b"]
        array([0., 0.])
    """
    wanted = "a file of numbers, as save_weights writes it once every layer has its weights"
    advice = "In DeZero call the model on an input before saving it, or take another file."
    with open(path, "rb") as file, reading("load_dezero", path, wanted, advice):
        return fzero.freeze(_nested(read_arrays(file)))


def dezero_to_trees(
    arrays: Any, params: Any, state: Any = (), *, cast: bool = False
) -> tuple[Any, Any]:
    """Put the weights of a DeZero model into the parameters and the state of the same model.

    DeZero keeps the running statistics of BatchNorm among the weights: `bn1/gamma` goes to the
    parameters, `bn1/avg_mean` to the state, each to the tree that has the path.

    Args:
        arrays: what `load_dezero` returned.
        params, state: the trees of the model's `init`, which give containers, shapes and dtypes.
        cast: convert floating arrays to the dtype of the trees. With NumPy 2 DeZero itself makes
            float64 weights where float32 was asked for.

    Returns:
        (params, state), frozen.

    Raises:
        ValueError: every path that is missing, extra, mis-shaped or mis-typed, or that both
            trees have.

    Example:
        >>> arrays = {"bn1": {"gamma": np.ones(2), "avg_mean": np.zeros(2)}}
        >>> params, state = {"bn1": {"gamma": np.zeros(2)}}, {"bn1": {"avg_mean": np.ones(2)}}
        >>> dezero_to_trees(arrays, params, state)[1]
        FrozenDict({'bn1': FrozenDict({'avg_mean': array([0., 0.])})})
    """
    wanted, found = _merged("dezero_to_trees", params, state), _by_name("dezero_to_trees", arrays)
    if cast:
        found = {name: _cast(array, wanted.get(name)) for name, array in found.items()}
    if problems := compare(wanted, found).problems():
        raise ValueError(
            "dezero_to_trees: arrays is of another model; expected the same paths, shapes and "
            "dtypes. Initialise the same model, or pass cast=True if floats alone differ.\n"
            + "\n".join(problems)
        )
    return _filled(params, found), _filled(state, found)


def save_dezero(path: str | os.PathLike[str], params: Any, state: Any = ()) -> None:
    """Write parameters and state to a file that DeZero's `load_weights` reads.

    Args:
        path: the file, replaced at once; DeZero expects the suffix `.npz`.
        params, state: the trees of a model; both go into one file.

    Raises:
        TypeError: a leaf is no array of numbers.
        ValueError: both trees have a path, or one has it twice.
        FileNotFoundError: the folder does not exist.

    Example:
        >>> path = getfixture("tmp_path") / "bn.npz"
        >>> save_dezero(path, {"bn1": {"gamma": np.ones(2)}}, {"bn1": {"avg_mean": np.zeros(2)}})
        >>> np.load(path).files
        ['bn1/gamma', 'bn1/avg_mean']
    """
    merged = _merged("save_dezero", params, state)
    arrays = {name: np.asarray(fzero.device_get(x)) for name, x in merged.items()}
    check_storable("save_dezero", arrays)

    def write(file: Any) -> None:
        with zipfile.ZipFile(file, "w") as archive:
            for name, array in arrays.items():
                add_array(archive, name, array)

    write_atomically("save_dezero", Path(path), write)


def _nested(arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for name, array in arrays.items():
        *folders, last = name.split("/")
        node = root
        for folder in folders:
            node = node.setdefault(folder, {}) if isinstance(node, dict) else node
        if not isinstance(node, dict) or last in node:
            raise Damaged(f"entry {name!r} is below another entry, or above one")
        node[last] = array
    return root


def _by_name(function: str, tree: Any) -> dict[str, Any]:
    return dict(zip(plain_names(function, tree), fzero.tree.leaves(tree), strict=True))


def _merged(function: str, params: Any, state: Any) -> dict[str, Any]:
    first, second = _by_name(function, params), _by_name(function, state)
    if both := [name for name in first if name in second]:
        raise ValueError(
            f"{function}: state is with the paths {both}, which params has too; expected each "
            "path in one of them. Rename them in one tree."
        )
    return first | second


def _cast(array: np.ndarray, like: Any) -> np.ndarray:
    wanted = array.dtype if like is None else dtype_of(like)
    return array.astype(wanted) if array.dtype.kind == wanted.kind == "f" else array


def _filled(tree: Any, arrays: dict[str, np.ndarray]) -> Any:
    leaves = [arrays[name] for name in _by_name("dezero_to_trees", tree)]
    return fzero.freeze(fzero.tree.unflatten(fzero.tree.structure(tree), leaves))
