"""The recurrent examples, briefly, and in full where the losses of the sine are held to targets."""

import re

import numpy as np
import pytest

from tests.examples.running import load_example

#: The mean squared error of repeating the last value, on DeZero's curve.
REPEATING = 0.0017


def run(name, tmp_path, *options):
    return load_example(name).main(["--out", str(tmp_path), *options])


@pytest.mark.parametrize("name", ["sine_rnn", "sine_lstm"])
def test_a_sine_is_learned_drawn_and_decided_by_its_seed(name, tmp_path, capsys):
    pytest.importorskip("matplotlib")
    first, again, other = (run(name, tmp_path, "--epochs", "2", "--seed", s) for s in "001")
    assert first == again != other and first[1] < first[0]
    printed = capsys.readouterr().out
    assert f"epoch   2  loss {first[1]:.5f}\n" in printed
    assert re.search(r"training time \d+\.\d s", printed)
    assert (tmp_path / f"{name}.png").stat().st_size > 10_000


def test_the_curve_of_the_rnn_is_cut_into_34_pieces():
    x = np.arange(999)
    pieces = load_example("sine_rnn").chunks(x, x + 1)
    assert [len(x) for x, _ in pieces] == [30] * 33 + [9]
    np.testing.assert_array_equal(np.concatenate([x for x, _ in pieces]), x)


def test_the_rnn_predicts_better_than_repeating_the_last_value(tmp_path):
    losses = run("sine_rnn", tmp_path)
    assert losses[-1] <= 0.0013 < REPEATING
    assert max(losses[-20:]) <= 0.0015


def test_the_settings_of_the_book_reach_what_it_reaches(tmp_path):
    assert min(run("sine_rnn", tmp_path, "--plain")) <= 0.0018


def test_the_lstm_learns_the_sine(tmp_path):
    losses = run("sine_lstm", tmp_path)
    assert losses[-1] <= 0.002


def test_an_lstm_learns_to_write(tmp_path, capsys):
    example = load_example("char_lstm")
    path = tmp_path / "text.txt"
    path.write_text("the quick brown fox jumps over the lazy dog. " * 80)
    options = ["--text", str(path), "--epochs", "12", "--hidden", "64", "--length", "45"]
    options += ["--temperature", "0.1", "--lr", "0.02"]
    bits, entropy, text = example.main(options)
    assert bits < 0.5 < 4 < entropy
    assert sorted(text) == sorted("the quick brown fox jumps over the lazy dog. ")
    printed = capsys.readouterr().out
    assert f"{bits:.3f} bits per character; {entropy:.3f} from the frequencies alone" in printed
    assert text in printed


def test_the_entropy_of_frequencies():
    entropy = load_example("char_lstm").unigram_entropy
    assert entropy(np.array([0, 1, 2, 3])) == 2
    assert entropy(np.array([5, 5, 5])) == 0


def test_the_pages_of_the_project_are_there_to_learn_from():
    assert 20_000 < len(load_example("char_lstm").read(None)) < 100_000
