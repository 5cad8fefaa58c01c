"""fzero.Array: which objects are arrays, in and outside of transforms, and for a type checker."""

import subprocess
import sys
from typing import Protocol, get_args

import numpy as np
import pytest

import fzero
from fzero.typing import Array, ArrayLike
from tests.strict import StrictArray

PROGRAM = """
import numpy as np
import fzero

def affine(x: fzero.Array, w: fzero.Array) -> fzero.Array:
    return (x @ w + 2 * x[0] - x / 3).T ** 2

affine(np.ones((2, 2)), np.ones((2, 2)))
affine([1.0], "no")
"""


@pytest.mark.parametrize("x", [np.ones(3), np.float32(1.0), np.arange(3), StrictArray(np.ones(2))])
def test_arrays(x):
    assert isinstance(x, fzero.Array)


@pytest.mark.parametrize("x", [1.0, 2, True, None, [1.0], (np.ones(2),), "x", np.float64, Array])
def test_other_objects(x):
    assert not isinstance(x, fzero.Array)


@pytest.mark.parametrize("transform", [fzero.grad, fzero.vmap, fzero.jacfwd])
def test_tracers(transform):
    seen = []
    transform(lambda x: seen.append(isinstance(x, Array)) or x.sum())(np.ones(2))
    assert seen == [True]


def test_a_protocol_of_the_user_is_asked_for_by_its_own_rule():
    class Named(Array, Protocol):
        name: str

    with pytest.raises(TypeError, match="runtime"):
        isinstance(np.ones(2), Named)


def test_array_like_holds_numbers():
    assert {Array, np.generic, bool, int, float, complex} == set(get_args(ArrayLike))


def test_a_type_checker_takes_arrays_and_refuses_others(tmp_path):
    pytest.importorskip("pyright")
    (tmp_path / "program.py").write_text(PROGRAM)
    run = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "program.py"]
    said = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True).stdout
    assert [line for line in said.splitlines() if " error:" in line and ":8:" in line] == []
    assert len([line for line in said.splitlines() if " error:" in line and ":9:" in line]) == 2
