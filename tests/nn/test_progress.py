"""The progress bar: means, speed, and the three ways to show it."""

import importlib
import importlib.util
import io
import re
import sys
import types

import pytest

from fzero_nn.training import Progress, progress

module = importlib.import_module("fzero_nn.training.progress")


def install(monkeypatch, *names):
    """Let only these packages be found."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if name in names else None)


@pytest.fixture
def plain(monkeypatch):
    install(monkeypatch)


class Tqdm:
    """As much of tqdm's bar as is used: it draws at every other update."""

    made = []

    def __init__(self, **options):
        self.options, self.count, self.texts = options, 0, []
        self.made.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.texts.append("closed")

    def update(self):
        self.count += 1
        return True if self.count % 2 == 0 else None

    def set_postfix_str(self, text, refresh=True):
        self.texts.append((text, refresh))


def test_means_weigh_each_step_by_its_rows():
    bar = Progress(3)
    bar.update(100, loss=1.0, accuracy=0.5)
    bar.update(50, loss=4.0, accuracy=0.8)
    assert bar.means == pytest.approx({"loss": 2.0, "accuracy": 0.6})
    assert (bar.step, bar.rows) == (2, 150)


def test_speed_is_rows_over_seconds(monkeypatch):
    times = iter([10.0, 12.0])
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(times))
    bar = Progress(1)
    bar.update(5000)
    assert bar.rows_per_second == 2500


def test_a_bar_without_a_step_has_no_means():
    assert Progress(3).means == {}
    assert re.fullmatch(r"0 rows/s", Progress(3).text())


def test_plain_lines(plain, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: now[0])
    out = io.StringIO()
    with progress(12, "epoch 1/2", "images", file=out) as bar:
        for _ in range(12):
            now[0] += 2.0
            bar.update(100, loss=0.25)
    assert out.getvalue().splitlines() == [
        "epoch 1/2   3/12  loss 0.250  50 images/s",
        "epoch 1/2   6/12  loss 0.250  50 images/s",
        "epoch 1/2   9/12  loss 0.250  50 images/s",
        "epoch 1/2  12/12  loss 0.250  50 images/s",
    ]


def test_plain_lines_go_to_stderr_and_end_with_an_interruption(plain, capsys):
    with pytest.raises(KeyboardInterrupt), progress(5, "epoch 1") as bar:
        bar.update(10, loss=1.0)
        raise KeyboardInterrupt
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(r"epoch 1  1/5  loss 1.000  [\d,]+ rows/s\n", captured.err)


def test_a_bar_of_tqdm_where_rich_is_not_installed(monkeypatch):
    install(monkeypatch, "tqdm")
    monkeypatch.setitem(sys.modules, "tqdm", types.SimpleNamespace(tqdm=Tqdm))
    out = io.StringIO()
    with progress(4, "epoch 1/2", "images", file=out) as bar:
        for loss in (0.5, 0.3, 0.2, 0.2):
            bar.update(100, loss=loss)
    (shown,) = Tqdm.made
    assert shown.options == {"total": 4, "desc": "epoch 1/2", "file": out}
    assert shown.count == bar.step == 4
    *drawn, last, closed = shown.texts
    # The metrics are read only where a line was drawn, and once at the end.
    assert [text.split("  ")[0] for text, _ in drawn] == ["loss 0.400", "loss 0.300"]
    assert not any(refresh for _, refresh in drawn)
    assert re.fullmatch(r"loss 0\.300  [\d,]+ images/s", last[0]) and last[1]
    assert closed == "closed"


def test_a_bar_of_rich_shows_the_same():
    pytest.importorskip("rich")
    out = io.StringIO()
    with progress(2, "epoch 1/2", "images", file=out) as bar:
        bar.update(100, loss=0.5, accuracy=0.25)
        bar.update(100, loss=0.3, accuracy=0.75)
    assert re.search(
        r"epoch 1/2 +2/2 .*loss 0\.400 +accuracy 0\.500 +[\d,]+ images/s", out.getvalue()
    )


def test_a_bar_of_rich_fits_eighty_columns(monkeypatch):
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "80")
    out = io.StringIO()
    with progress(600, "epoch 12/12", "images", file=out) as bar:
        bar.update(12_345_678, loss=0.5, accuracy=0.25)
    (line,) = [text for text in out.getvalue().splitlines() if text.strip()]
    assert "loss 0.500" in line and len(line) <= 80
