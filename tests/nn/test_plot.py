"""The figure of a training run."""

import builtins
import struct
import sys

import numpy as np
import pytest

from fzero_nn import plot

RUN = {
    "train_losses": np.linspace(2, 0.5, 100),
    "test_losses": np.array([1.0, 0.7]),
    "images": np.random.default_rng(0).integers(0, 256, (50, 28, 28), np.uint8),
    "labels": np.arange(50) % 10,
    "predictions": np.arange(50) // 5,
}


@pytest.fixture
def figures(monkeypatch):
    """The figures that are drawn, so that a test can look at what they show."""
    pytest.importorskip("matplotlib")
    made, new = [], plot._new_figure
    monkeypatch.setattr(plot, "_new_figure", lambda: (made.append(new()), made[-1])[1])
    return made


def test_a_png_with_curve_and_images(tmp_path, figures):
    names = list("ABCDEFGHIJ")
    plot.training_figure(tmp_path / "run.png", **RUN, class_names=names, title="accuracy 0.9")
    raw = (tmp_path / "run.png").read_bytes()
    assert raw[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", raw[16:24]) == (2100, 960)

    curve, *images = figures[0].get_axes()
    each, mean, test = curve.get_lines()
    np.testing.assert_array_equal(each.get_ydata(), RUN["train_losses"])
    np.testing.assert_allclose(
        mean.get_ydata(), RUN["train_losses"][:-1] + np.diff(RUN["train_losses"]) / 2
    )
    np.testing.assert_array_equal(test.get_xydata(), [[50, 1.0], [100, 0.7]])
    assert len(images) == 40
    np.testing.assert_array_equal(images[7].get_images()[0].get_array(), RUN["images"][7])
    assert images[0].get_title() == "A" and images[7].get_title() == "B\nnot H"
    assert images[0].title.get_color() != images[7].title.get_color()


def test_short_runs_and_few_images(tmp_path, figures):
    few = {**RUN, "train_losses": [1.5], "test_losses": [1.0], "images": RUN["images"][:3]}
    plot.training_figure(tmp_path / "run.png", **few)
    axes = figures[0].get_axes()
    assert [bool(a.get_images()) for a in axes[1:]] == [True] * 3 + [False] * 37
    assert axes[2].get_title() == "0\nnot 1"  # without names, numbers


def test_no_global_state_of_pyplot(tmp_path, figures):
    loaded = "matplotlib.pyplot" in sys.modules
    plot.training_figure(tmp_path / "run.png", **RUN)
    assert ("matplotlib.pyplot" in sys.modules) == loaded


def test_without_matplotlib_the_message_names_the_extra(tmp_path, monkeypatch):
    real = builtins.__import__

    def refuse(name, *args, **kwargs):
        if name.partition(".")[0] == "matplotlib":
            raise ModuleNotFoundError("No module named 'matplotlib'")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(ModuleNotFoundError, match=r"expected the extra 'plots'.*fzero\[plots\]"):
        plot.training_figure(tmp_path / "run.png", **RUN)
    assert not (tmp_path / "run.png").exists()
