"""The table of a model against numbers counted by hand."""

import numpy as np

import fzero
import fzero_nn as nn
from fzero import numpy as fnp
from tests.nn.test_layers import Tied


def model() -> nn.Sequential:
    head = nn.Sequential(fnp.tanh, nn.Linear(4, 2, bias=False))
    return nn.Sequential({"stem": nn.Linear(3, 4), "head": head})


def test_rows_stand_in_the_order_of_the_calls():
    found = nn.summary(model(), np.ones((5, 3), np.float32))
    assert [row[:4] for row in found.rows] == [
        ("", "Sequential", (5, 2), 3 * 4 + 4 + 4 * 2),
        ("stem", "Linear", (5, 4), 3 * 4 + 4),
        ("head", "Sequential", (5, 2), 4 * 2),
        ("head/l0", "tanh", (5, 4), 0),
        ("head/l1", "Linear", (5, 2), 4 * 2),
    ]


def test_totals_count_bytes_once():
    found = nn.summary(model(), np.ones((5, 3), np.float32))
    assert (found.parameters, found.parameter_bytes, found.state) == (24, 96, 0)
    assert found.activation_bytes == 4 * (5 * 4 + 5 * 4 + 5 * 2)


def test_a_shared_layer_counts_once_and_state_apart():
    found = nn.summary(Tied(), np.ones((5, 3), np.float32))
    assert [row.path for row in found.rows] == ["", *2 * ["map", "noise", "count"]]
    assert found.parameters == 3 * 3 + 3 and found.state == 1
    assert [row.state for row in found.rows if row.path == "count"] == [1, 1]


def test_a_shared_composite_has_its_rows_twice():
    class Twice(nn.Composite):
        def children(self):
            return {"body": nn.Sequential(nn.Linear(3, 3), fnp.tanh)}

        def forward(self, call, x):
            return call("body", call("body", x))

    found = nn.summary(Twice(), np.ones((5, 3), np.float32))
    assert [row.path for row in found.rows] == ["", *2 * ["body", "body/l0", "body/l1"]]


def test_a_shape_is_enough_and_tuples_have_shapes():
    both = nn.Parallel([nn.Linear(3, 4), nn.Identity()], "tuple")
    x = fzero.ShapeDtypeStruct((5, 3), np.float64)
    found = nn.summary(both, x)
    assert found.rows[0].output == ((5, 4), (5, 3))
    assert found == nn.summary(both, np.ones((5, 3)))


def test_a_layer_without_others_is_its_own_row():
    found = nn.summary(nn.Linear(None, 300), np.ones((1, 2000), np.float32))
    assert len(found.rows) == 1 and found.parameters == 600_300
    assert "600,300 parameters (2.3 MiB)" in str(found)


def test_the_text_is_a_table():
    lines = str(nn.summary(model(), np.ones((5, 3), np.float32))).splitlines()
    assert lines[0].split() == "path layer output parameters memory activations".split()
    assert len({len(line) for line in lines[1:-2]}) == 1
    assert lines[-1] == "24 parameters (96 B), 0 numbers of state, 200 B of activations"


def test_nothing_is_drawn():
    def refuse(key, shape, dtype):
        raise AssertionError("an initializer was called")

    inner = nn.Sequential(nn.Linear(None, 4, W_init=refuse), nn.Linear(4, 2, b_init=refuse))
    found = nn.summary(nn.Residual(inner, nn.Linear(3, 2, W_init=refuse)), np.ones((5, 3)))
    assert found.parameters == 3 * 4 + 4 + 4 * 2 + 2 + 3 * 2 + 2
