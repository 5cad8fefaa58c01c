"""The figures, as files and as what they show."""

import builtins
import struct
import sys

import numpy as np
import pytest

from fzero_nn import plot
from tests.strict import put

RUN = {
    "train_losses": np.linspace(2, 0.5, 100),
    "test_losses": np.array([1.0, 0.7]),
    "images": np.random.default_rng(0).integers(0, 256, (50, 28, 28), np.uint8),
    "labels": np.arange(50) % 10,
    "predictions": np.arange(50) // 5,
}


@pytest.fixture
def figures(monkeypatch):
    """The figures that are written, so that a test can look at what they show."""
    figure = pytest.importorskip("matplotlib.figure")
    written, savefig = [], figure.Figure.savefig
    monkeypatch.setattr(
        figure.Figure,
        "savefig",
        lambda self, *a, **k: (written.append(self), savefig(self, *a, **k)),
    )
    return written


def is_png(path):
    return path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


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


def test_a_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    figure = pytest.importorskip("matplotlib.figure")
    plot.image_grid(tmp_path / "a.png", RUN["images"][:2])
    before = (tmp_path / "a.png").read_bytes()

    def half(self, path, **options):
        path.write_bytes(b"half")
        raise OSError("no space left")

    monkeypatch.setattr(figure.Figure, "savefig", half)
    with pytest.raises(OSError, match="no space"):
        plot.image_grid(tmp_path / "a.png", RUN["images"][:2])
    assert (tmp_path / "a.png").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def test_losses_that_are_not_finite_or_below_zero_have_their_limits(tmp_path, figures):
    losses = {"train_losses": [np.nan, -2.0, 1.0, np.inf], "test_losses": [np.nan]}
    plot.training_figure(tmp_path / "run.png", **{**RUN, **losses})
    assert figures[0].get_axes()[0].get_ylim() == pytest.approx((-2.3, 1.15))
    with pytest.raises(ValueError, match="training_figure: train_losses is empty"):
        plot.training_figure(tmp_path / "run.png", **{**RUN, "train_losses": []})


def test_colour_images_and_arrays_of_a_card_in_the_figure_of_a_run(tmp_path, figures):
    colour = np.random.default_rng(0).integers(0, 256, (50, 3, 4, 4), np.uint8)
    run = {key: put(np.asarray(x)) for key, x in {**RUN, "images": colour}.items()}
    plot.training_figure(tmp_path / "run.png", **run)
    shown = figures[0].get_axes()[1].get_images()[0].get_array()
    np.testing.assert_array_equal(shown, colour[0].transpose(1, 2, 0))


def test_titles_may_be_an_array(tmp_path, figures):
    plot.image_grid(tmp_path / "a.png", RUN["images"][:2], titles=np.array(["one", "two"]))
    assert [axes.get_title() for axes in figures[0].get_axes()] == ["one", "two"]


# ------------------------------------------------------------------------------------ live curve


def test_a_live_curve_is_drawn_now_and_then(tmp_path, monkeypatch):
    pytest.importorskip("matplotlib")
    now, drawn = [0.0], []
    monkeypatch.setattr("time.perf_counter", lambda: now[0])
    curve = plot.LiveCurve(tmp_path / "loss.png", seconds=5)
    draw = curve.draw
    monkeypatch.setattr(curve, "draw", lambda: (drawn.append(now[0]), draw()))
    for step in range(12):
        curve.add(step, loss=np.float32(1 / (step + 1)))
        now[0] += 1.0
    assert drawn == [0.0, 5.0, 10.0]
    assert is_png(tmp_path / "loss.png")


def test_a_live_curve_shows_its_numbers(tmp_path, figures):
    curve = plot.LiveCurve(tmp_path / "loss.png", seconds=1e9, log_scale=True)
    curve.add(1, loss=np.array(0.5), accuracy=0.1)
    curve.add(3, loss=0.25)
    curve.draw()
    axes = figures[-1].get_axes()[0]
    loss, accuracy = axes.get_lines()
    np.testing.assert_array_equal(loss.get_xydata(), [[1, 0.5], [3, 0.25]])
    np.testing.assert_array_equal(accuracy.get_xydata(), [[1, 0.1]])
    assert [t.get_text() for t in axes.get_legend().get_texts()] == ["loss", "accuracy"]
    assert axes.get_yscale() == "log" and axes.get_xlim()[1] >= 3


def test_a_live_curve_needs_a_screen_or_a_path(monkeypatch):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.setattr(pyplot, "get_backend", lambda: "agg")
    with pytest.raises(ValueError, match=r"'agg', which has no window; .*LiveCurve\('loss.png'\)"):
        plot.LiveCurve()


def test_a_live_curve_on_a_screen(monkeypatch):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    from matplotlib.figure import Figure

    class Window(Figure):
        shown = 0

        def show(self):
            Window.shown += 1

    monkeypatch.setattr(pyplot, "get_backend", lambda: "TkAgg")
    monkeypatch.setattr(pyplot, "figure", lambda **options: Window(**options))
    curve = plot.LiveCurve(seconds=0)
    curve.add(1, loss=0.5)
    assert Window.shown == 1 and len(curve._figure.get_axes()[0].get_lines()) == 1


# ------------------------------------------------------------------- confusion matrix and images


def test_the_figure_of_a_confusion_matrix(tmp_path, figures):
    plot.confusion_figure(tmp_path / "c.png", np.array([[9, 1], [0, 0]]), ["cat", "dog"], "title")
    axes = figures[0].get_axes()[0]
    np.testing.assert_array_equal(axes.get_images()[0].get_array(), [[0.9, 0.1], [0, 0]])
    assert [t.get_text() for t in axes.texts] == ["9", "1", "0", "0"]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["cat", "dog"]
    assert is_png(tmp_path / "c.png")


def test_a_large_confusion_matrix_has_no_numbers(tmp_path, figures):
    plot.confusion_figure(tmp_path / "c.png", np.eye(30, dtype=int))
    assert not figures[0].get_axes()[0].texts


def test_a_confusion_matrix_is_square_and_named():
    with pytest.raises(ValueError, match=r"matrix is of shape \(2, 3\); expected \(C, C\)"):
        plot.confusion_figure("c.png", np.ones((2, 3)))
    with pytest.raises(ValueError, match="class_names has 1 names; expected 2"):
        plot.confusion_figure("c.png", np.eye(2), ["cat"])


@pytest.mark.parametrize("shape", [(5, 4, 6), (5, 1, 4, 6), (5, 3, 4, 6)])
@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_grid_of_images(tmp_path, figures, shape, dtype):
    images = np.random.default_rng(0).uniform(0, 1.5, shape) * (100 if dtype == np.uint8 else 1)
    plot.image_grid(tmp_path / "i.png", images.astype(dtype), list("abcde"), columns=3)
    axes = figures[0].get_axes()
    assert len(axes) == 6 and not axes[5].get_images()
    assert [a.get_title() for a in axes] == [*"abcde", ""]
    assert axes[0].get_images()[0].get_array().shape == ((4, 6, 3) if shape[1] == 3 else (4, 6))
    assert is_png(tmp_path / "i.png")


def test_a_grid_of_images_refuses_other_shapes():
    for shape in ((4, 6), (2, 2, 4, 6), (0, 4, 6), (1, 2, 3, 4, 5)):
        with pytest.raises(ValueError, match="image_grid: images is of shape"):
            plot.image_grid("i.png", np.zeros(shape))
    with pytest.raises(ValueError, match="titles has 1 lines; expected 2"):
        plot.image_grid("i.png", np.zeros((2, 4, 6)), ["a"])
    with pytest.raises(ValueError, match="columns is 0"):
        plot.image_grid("i.png", np.zeros((2, 4, 6)), columns=0)


# -------------------------------------------------------------------------------------- pyplot


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
