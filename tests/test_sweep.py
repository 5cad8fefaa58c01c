"""Values, tangents, cotangents and rows agree with JAX to 1e-10 on random inputs.

JAX's results are stored; `python -m tests.sweep` computes them anew.
"""

import numpy as np
import pytest

from fzero.core import REGISTRY
from fzero.testing.compare import agree
from tests.sweep.cases import by_name
from tests.sweep.declared import LACKING, LEFT_OUT, functions, jax_has, left_out
from tests.sweep.libraries import OURS, SPACES
from tests.sweep.measure import measured
from tests.sweep.stored import digest, normal, read
from tests.sweep.tables.primitives import ALONE, PEERS

CASES = by_name()
TOLERANCE = 1e-10


@pytest.fixture(scope="module")
def stored():
    return read()


@pytest.mark.parametrize("name", CASES)
def test_agrees_with_jax(name, stored, record_property):
    assert len(stored.get(name, [])) == len(CASES[name]), f"run python -m tests.sweep {name}"
    compared = 0
    for i, (case, theirs) in enumerate(zip(CASES[name], stored[name], strict=True)):
        drawn = digest(case.rows(i))
        agree(f"{name}, case {i}: inputs", drawn, theirs["inputs"], TOLERANCE, TOLERANCE)
        with np.errstate(all="ignore"):
            ours = measured(OURS, case, i)
        assert {*ours, "inputs"} == set(theirs), f"{name}, case {i}"
        for part, arrays in ours.items():
            got = [normal(y) for y in arrays]
            assert [y.dtype for y in got] == [y.dtype for y in theirs[part]], f"{name}, case {i}"
            agree(f"{name}, case {i}: {part}", got, theirs[part], TOLERANCE, TOLERANCE)
            compared += len(got)
    record_property("sweep", [name, len(CASES[name]), compared])


@pytest.mark.parametrize("space", SPACES)
def test_every_function_is_swept_or_left_out_for_a_reason(space):
    swept = {
        name.removeprefix(f"{space}.") for name, cases in CASES.items() if cases[0].space == space
    }
    assert set(functions(space)) - swept - left_out(space) == set()
    assert swept & left_out(space) == set()
    assert left_out(space) <= set(functions(space))


def test_every_primitive_has_a_peer_or_a_reason():
    assert set(REGISTRY) == set(PEERS) | set(ALONE)
    assert set(PEERS) & set(ALONE) == set()
    assert {f"primitive.{name}" for name in PEERS} <= set(CASES)


@pytest.mark.parametrize("space", LEFT_OUT)
def test_what_is_called_lacking_is_lacking(space):
    pytest.importorskip("jax")
    lacking = set(LEFT_OUT[space].get(LACKING, "").split())
    assert lacking == {n for n in functions(space) if not jax_has(space, n)}


def test_nothing_is_stored_that_is_not_asked_for(stored):
    assert set(stored) == set(CASES)
