"""Common mistakes: the message says what was got and what was wanted, and its advice runs.

The cases are in `tests/mistakes/`.
"""

import re
from typing import Any

import numpy as np
import pytest

import fzero_nn as nn
from fzero import random, tree
from fzero_nn import checkpoint

from .mistakes import (
    arrays,
    callables,
    control,
    indices,
    inputs,
    layers,
    operands,
    training,
    transforms,
)

FILES = (arrays, indices, operands, transforms, callables, control, layers, inputs, training)
TABLES = [module.CASES for module in FILES]
MISTAKES = {name: case for table in TABLES for name, case in table.items()}


def says(error: BaseException, message: str) -> bool:
    """Whether the pieces of `message` stand in the text of the error, or of one behind it."""
    pattern = ".*".join(map(re.escape, message.split(" ... ")))
    texts = []
    chain: BaseException | None = error
    while chain is not None:
        texts.append(str(chain))
        chain = chain.__cause__ or chain.__context__
    return any(re.search(pattern, text, re.DOTALL) for text in texts)


def holds_numbers(result: Any) -> bool:
    """Whether there is something in the result, and nothing that is not finite."""
    leaves = tree.leaves(result)
    return len(leaves) > 0 and all(np.all(np.isfinite(leaf)) for leaf in leaves)


@pytest.mark.parametrize("name", MISTAKES)
def test_the_message_of_a_mistake_and_its_advice(name):
    mistake, error, message, advice = MISTAKES[name]
    with pytest.raises(error) as caught:
        mistake()
    assert says(caught.value, message), caught.value
    assert holds_numbers(advice())


def test_the_message_of_a_checkpoint_of_another_model_and_its_advice(tmp_path):
    path, (params, _) = tmp_path / "model.npz", nn.Linear(3, 2).init(random.key(0))
    checkpoint.save(path, {"W": params["W"]})
    with pytest.raises(ValueError, match=r"(?s)load: path is .*expected the same.*missing: b"):
        checkpoint.load(path, like=params)
    loaded, report = checkpoint.load_partial(path, params)
    assert np.array_equal(loaded["W"], params["W"])
    assert report.missing == ("b",)


def test_each_mistake_has_a_name_of_its_own():
    assert len(MISTAKES) == sum(map(len, TABLES)) > 100
