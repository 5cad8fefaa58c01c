"""The small examples of DeZero: a spiral, the derivatives of tanh, dropout."""

import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

import fzero
import fzero_nn as nn
from fzero import random, tree
from fzero_nn import data
from tests.examples.running import load_example, use_stand_in

# ------------------------------------------------------------------------------------ spiral


@pytest.fixture(scope="module")
def spiral():
    return load_example("spiral")


def test_the_spiral_is_told_apart_and_drawn(spiral, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    right = spiral.main(["--out", str(tmp_path)])
    assert right >= 0.95  # DeZero's network without batch normalisation reaches 0.96
    assert f"test accuracy {right:.3f}\n" in capsys.readouterr().out
    assert (tmp_path / "spiral.png").stat().st_size > 10_000


@pytest.fixture(scope="module")
def briefly(spiral):
    """The state after five epochs."""
    options = spiral.parse(["--epochs", "5"])
    return spiral.train(options, data.spiral())[0]


def test_the_spiral_is_decided_by_its_seed(spiral, briefly):
    first, other = (
        spiral.train(spiral.parse(["--epochs", "5", "--seed", s]), data.spiral())[0] for s in "01"
    )
    np.testing.assert_array_equal(first.params["l1"]["W"], briefly.params["l1"]["W"])
    assert not np.array_equal(first.params["l1"]["W"], other.params["l1"]["W"])


def test_a_point_is_judged_by_the_running_means_alone(spiral, briefly):
    x = data.spiral(train=False).data
    p, means = briefly.params, briefly.state["bn1"]
    hidden = x @ p["l1"]["W"] + p["l1"]["b"]
    scaled = (hidden - means["avg_mean"]) / np.sqrt(means["avg_var"] + 2e-5)
    activated = 1 / (1 + np.exp(-(p["bn1"]["gamma"] * scaled + p["bn1"]["beta"])))
    expected = activated @ p["l2"]["W"] + p["l2"]["b"]
    said = spiral.predict(briefly, x)
    np.testing.assert_array_equal(said, expected.argmax(-1))
    np.testing.assert_array_equal(spiral.predict(briefly, x[:1]), said[:1])


def test_the_picture_has_x_to_the_right_and_y_up(spiral, briefly):
    classes = spiral.decisions(briefly, "cpu", width=23)
    side = np.linspace(-1.1, 1.1, 23, dtype=np.float32)
    for row, column in ((0, 22), (22, 0), (11, 3)):
        point = np.array([[side[column], side[row]]])
        assert classes[row, column] == spiral.predict(briefly, point)[0]


# -------------------------------------------------------------------------------------- tanh

#: The derivatives of tanh at 1, of order 1 to 8, as DeZero gives them.
DERIVATIVES = [
    0.41997434161402614, -0.6397000084492246, 0.6216266807712962, 0.6650910447505024,
    -5.556893558473722, 13.624075441312101, 12.288367894320414, -277.06213560303127,
]  # fmt: skip


def test_the_derivatives_of_tanh_are_drawn(tmp_path, capsys):
    values, sizes = load_example("tanh_graph").main(["--order", "8", "--out", str(tmp_path)])
    np.testing.assert_allclose(values, [np.tanh(1.0), *DERIVATIVES], rtol=1e-13)
    assert sizes == sorted(set(sizes)) and sizes[0] == 1
    printed = capsys.readouterr().out
    for order, size in enumerate(sizes):
        path = tmp_path / f"tanh_{order}.svg"
        assert f"{size:11}" in printed and f"{path}\n" in printed
        assert ElementTree.parse(path).getroot().tag == "{http://www.w3.org/2000/svg}svg"


def test_the_derivatives_of_tanh_are_polynomials_in_tanh(tmp_path):
    at = ["--at", "-0.4", "--order", "6", "--out", str(tmp_path)]
    values, _ = load_example("tanh_graph").main(at)
    polynomial = np.polynomial.Polynomial([0, 1])
    for value in values:
        assert value == pytest.approx(polynomial(np.tanh(-0.4)), rel=1e-12)
        polynomial = polynomial.deriv() * np.polynomial.Polynomial([1, 0, -1])


# ----------------------------------------------------------------------------------- dropout


@pytest.fixture(scope="module")
def dropout():
    return load_example("dropout")


def test_dropout_zeroes_half_in_training_and_nothing_after(dropout, capsys):
    dropout.show_dropout(random.key(3))
    training, after = capsys.readouterr().out.splitlines()
    assert set(training.split("[")[1].rstrip("]").split()) <= {"0.", "2."}
    assert after == "out of training  [1. 1. 1. 1. 1.]"


def test_dropout_lowers_the_test_loss_where_images_are_few(dropout, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    few = ["--images", "200", "--hidden", "128", "--epochs", "60"]
    runs = dropout.main([*few, "--out", str(tmp_path)])
    without, with_it = runs[0.0], runs[0.5]
    assert with_it.test_loss[-1] < without.test_loss[-1]
    assert with_it.train_loss[-1] > without.train_loss[-1]
    assert min(without.test_accuracy[-1], with_it.test_accuracy[-1]) > 0.7
    printed = capsys.readouterr().out
    assert f"test accuracy {without.test_accuracy[-1]:.3f}\n" in printed
    assert f"test accuracy {with_it.test_accuracy[-1]:.3f}\n" in printed
    assert (tmp_path / "dropout.png").stat().st_size > 10_000


def test_the_network_with_dropout_is_evaluated_without(dropout):
    model, plain = dropout.make_model(0.5, 16), nn.models.MLP((784, 16, 16, 10))
    params, _ = model.init(random.key(0))
    x = random.normal(random.key(1), (3, 784), np.float32)
    dense = fzero.freeze({name: params[name] for name in ("l0", "l1", "l2")})
    np.testing.assert_array_equal(
        model.apply(params, {}, x)[0], plain.apply(dense, {}, x)[0], strict=True
    )


# ------------------------------------------------------------------------- devices, figures


@pytest.mark.parametrize("name", ["dropout", "spiral"])
def test_a_card_gives_the_same(name, tmp_path, monkeypatch):
    example, options = load_example(name), ["--epochs", "1", "--out", str(tmp_path)]
    expected = tree.leaves(example.main(options))
    use_stand_in(monkeypatch)
    found = tree.leaves(example.main([*options, "--device", "gpu"]))
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("name", ["dropout", "spiral"])
def test_a_missing_matplotlib_is_named(name, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    load_example(name).main(["--epochs", "1", "--out", str(tmp_path)])
    assert "no figure: matplotlib is not installed; pip install" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())
