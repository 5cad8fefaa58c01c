"""The multilayer perceptron: briefly, on slices of the embedded images."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

import fzero
from fzero_nn import checkpoint
from tests.examples.running import EXAMPLES, ROOT, load_example, write_images


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """1,000 training and 200 test images as the four IDX files."""
    return write_images(tmp_path_factory.mktemp("idx"), 1000, 200)


@pytest.fixture(scope="module")
def mlp():
    return load_example("mnist_mlp")


def run(mlp, folder, out, *more):
    return mlp.main(["--data", str(folder), "--out", str(out), "--epochs", "1", *more])


def test_mnist_mlp_learns_saves_and_draws(mlp, folder, tmp_path, capsys):
    right = run(mlp, folder, tmp_path)
    assert right > 0.5  # a guess is right once in ten
    captured = capsys.readouterr()
    assert f"test accuracy {right:.3f}\n" in captured.out
    assert re.search(r"training time \d+\.\d s", captured.out)
    assert "images/s" in captured.err
    assert (tmp_path / "mnist_mlp.png").stat().st_size > 10_000
    params = checkpoint.load(tmp_path / "mnist_mlp.npz")
    assert [layer["W"].shape for layer in params] == [(784, 256), (256, 128), (128, 10)]
    assert {x.dtype for x in fzero.tree.leaves(params)} == {np.dtype(np.float32)}


def test_mnist_mlp_is_decided_by_its_seed(mlp, folder, tmp_path):
    for out, seed in (("a", "0"), ("b", "0"), ("c", "1")):
        run(mlp, folder, tmp_path / out, "--seed", seed)
    a, b, c = (checkpoint.load(tmp_path / out / "mnist_mlp.npz")[0]["W"] for out in "abc")
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


def test_mnist_mlp_gradient_agrees_with_central_differences(mlp):
    rng = np.random.default_rng(0)
    params = fzero.tree.map(lambda x: x.astype(float), mlp.init(fzero.random.key(0), (6, 5, 4, 3)))
    batch = rng.normal(size=(7, 6)), rng.integers(0, 3, 7)

    def loss(params):
        return mlp.loss_and_accuracy(params, *batch)[0]

    along = fzero.tree.map(lambda x: rng.normal(size=x.shape), params)
    value, slope = fzero.jvp(loss, (params,), (along,))
    h, gradient = 1e-6, fzero.grad(loss)(params)
    ahead, behind = (
        loss(fzero.tree.map(lambda p, t, s=s: p + s * h * t, params, along)) for s in (1, -1)
    )
    pairs = zip(fzero.tree.leaves(gradient), fzero.tree.leaves(along), strict=True)
    assert (ahead - behind) / (2 * h) == pytest.approx(slope, rel=1e-6)
    assert sum((g * t).sum() for g, t in pairs) == pytest.approx(slope, rel=1e-12)
    assert value == loss(params)


def test_mnist_mlp_without_matplotlib_says_what_is_missing(
    mlp, folder, tmp_path, capsys, monkeypatch
):
    def missing(*args, **kwargs):
        raise ModuleNotFoundError("matplotlib is not installed")

    monkeypatch.setattr(mlp, "training_figure", missing)
    run(mlp, folder, tmp_path)
    assert "no figure matplotlib is not installed" in capsys.readouterr().out


def test_mnist_mlp_names_the_files_to_place(mlp, tmp_path):
    with pytest.raises(FileNotFoundError, match="t10k-images-idx3-ubyte.*Place them there"):
        mlp.main(["--data", str(tmp_path)])


def test_mnist_mlp_reaches_its_accuracy_as_a_program(tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(EXAMPLES / "mnist_mlp.py"), "--out", str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"^test accuracy (0\.\d+)$", done.stdout, re.MULTILINE)
    assert found and float(found[1]) >= 0.86
