"""Numbers of NumPy as hyperparameters, which must not widen the dtypes of updates and states."""

import numpy as np
import pytest

from fzero import tree
from fzero_nn import optim

TINY = np.float64(1e-3)

OPTIMIZERS = {
    "adabelief": lambda: optim.adabelief(TINY, eps_root=TINY),
    "adafactor": lambda: optim.adafactor(TINY, min_dim_size_to_factor=2, eps=TINY),
    "adam": lambda: optim.adam(TINY, eps=TINY, eps_root=TINY),
    "adamaxw": lambda: optim.adamaxw(TINY, eps=TINY, weight_decay=TINY),
    "clip": lambda: optim.clip(TINY),
    "rprop": lambda: optim.rprop(TINY, 0.5, np.float64(1.2), TINY * TINY, np.float64(50)),
    "injected": lambda: optim.inject_hyperparams(optim.adabelief)(1e-3),
}


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_numpy_scalars_leave_the_dtypes_alone(name, dtype):
    optimizer = OPTIMIZERS[name]()
    params = {"W": np.ones((2, 3), dtype), "b": np.ones(3, dtype)}
    state = optimizer.init(params)
    updates, after = optimizer.update(params, state, params)
    updates, after = optimizer.update(params, after, params)
    assert {u.dtype for u in tree.leaves(updates)} == {np.dtype(dtype)}
    dtypes = [[x.dtype for x in tree.leaves(s)] for s in (state, after)]
    assert dtypes[0] == dtypes[1]
