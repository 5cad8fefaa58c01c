"""PyTorch's values and gradients of the cases: live where it is installed, and stored for the rest.

python -m tests.nn.peers        write data/torch_values.npz anew; needs torch
"""

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np

from fzero import random, tree
from fzero.dtypes import is_inexact
from tests.nn.cases import FunctionCase, LayerCase, collected

STORED = Path(__file__).with_name("data") / "torch_values.npz"
HAS_TORCH = importlib.util.find_spec("torch") is not None


def parameters(case: LayerCase, dtype: Any = np.float64) -> tuple[Any, Any]:
    """Parameters and state of a layer, moved away from zeros and ones, with variances above 0."""
    params, state = case.layer.init(random.key(1), case.x)
    rng = np.random.default_rng(7)
    moved = tree.map(lambda p: p + 0.1 * rng.normal(size=p.shape), params)
    raised = tree.map(lambda s: s + 0.1 * np.abs(rng.normal(size=s.shape)), state)
    return tree.map(lambda a: a.astype(dtype), (moved, raised))


def cotangent(y: Any) -> np.ndarray:
    """A fixed direction in the shape of an output."""
    return np.random.default_rng(3).normal(size=tuple(y.shape))


def by_torch(case: LayerCase | FunctionCase, train: bool = False) -> list[np.ndarray]:
    """The value, and the gradients of every inexact input, as PyTorch computes them."""
    import torch

    given = (*parameters(case), case.x) if isinstance(case, LayerCase) else case.args
    tensors = tree.map(
        lambda a: torch.tensor(np.array(a), requires_grad=is_inexact(np.asarray(a))), given
    )
    rest = (train,) if isinstance(case, LayerCase) else ()
    assert case.peer is not None
    y = case.peer(torch, *tensors, *rest)
    if not y.requires_grad:
        return [y.detach().numpy()]
    (y * torch.tensor(cotangent(y))).sum().backward()
    leaves = [t for t in tree.leaves(tensors) if isinstance(t, torch.Tensor) and t.requires_grad]
    zero = [np.zeros(tuple(t.shape)) if t.grad is None else t.grad.numpy() for t in leaves]
    return [y.detach().numpy(), *zero]


def with_peer() -> dict[str, tuple[Any, bool]]:
    """The cases that have a peer: name -> (case, train); layers outside of and in training."""
    found: dict[str, tuple[Any, bool]] = {}
    for name, case in {**collected("LAYERS"), **collected("FUNCTIONS")}.items():
        if case.peer is not None:
            found[name] = case, False
            if isinstance(case, LayerCase) and not case.draws:
                found[f"{name} in training"] = case, True
    return found


def stored() -> dict[str, np.ndarray]:
    with np.load(STORED, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


def main() -> None:
    arrays = {
        f"{name}|{i}": a
        for name, (case, train) in with_peer().items()
        for i, a in enumerate(by_torch(case, train))
    }
    STORED.parent.mkdir(exist_ok=True)
    np.savez_compressed(STORED, allow_pickle=False, **arrays)
    print(f"{len(arrays)} arrays, {STORED.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
