"""Logs of a run: whole lines, half lines, and runs that go on."""

import csv
import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fzero_nn.training import open_log, read_log

ROOT = Path(__file__).parents[2]
ENDINGS = pytest.mark.parametrize("ending", ["csv", "jsonl"])


def write(path, steps, after=None, **extra):
    with open_log(path, after) as log:
        for step in steps:
            log(step, {"loss": 1 / step, **extra})


def steps_of(path):
    return [row["step"] for row in read_log(path)]


@ENDINGS
def test_numbers_come_back_as_they_were(tmp_path, ending):
    path = tmp_path / f"run.{ending}"
    values = {"a": 0.1, "train/loss": np.float32(1 / 3), "n": 7, "nan": math.nan, "inf": -math.inf}
    with open_log(path) as log:
        log(1, values)
        log(np.int64(2), {**values, "a": np.array(2.5)})
    first, second = read_log(path)
    assert second["step"] == 2 and second["a"] == 2.5
    assert math.isnan(first.pop("nan"))
    assert first == {"step": 1, "a": 0.1, "train/loss": np.float32(1 / 3), "n": 7, "inf": -math.inf}


@ENDINGS
def test_lines_are_there_at_once(tmp_path, ending):
    path = tmp_path / f"run.{ending}"
    with open_log(path) as log:
        log(1, {"loss": 0.5})
        assert steps_of(path) == [1]
        log(2, {"loss": 0.5})
        assert steps_of(path) == [1, 2]


@ENDINGS
def test_a_run_goes_on_after_its_checkpoint(tmp_path, ending):
    path = tmp_path / f"run.{ending}"
    write(path, [1, 2, 3, 4])
    write(path, [5])
    assert steps_of(path) == [1, 2, 3, 4, 5]
    write(path, [3, 4], after=2)
    assert steps_of(path) == [1, 2, 3, 4]
    write(path, [1], after=0)
    assert steps_of(path) == [1]


@ENDINGS
def test_a_half_line_breaks_nothing(tmp_path, ending):
    path = tmp_path / f"run.{ending}"
    write(path, [1, 2, 3])
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        kept = steps_of(path)
        assert kept == [1, 2, 3][: len(kept)]
        write(path, [10])
        assert steps_of(path) == [*kept, 10]


@ENDINGS
def test_a_killed_writer_leaves_whole_lines(tmp_path, ending):
    path = tmp_path / f"run.{ending}"
    code = (
        "import os, signal, sys\n"
        "from fzero_nn.training import open_log\n"
        "with open_log(sys.argv[1]) as log:\n"
        "    log(1, {'loss': 0.5})\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, check=False)
    assert read_log(path) == [{"step": 1, "loss": 0.5}]


def test_other_programs_read_them(tmp_path):
    write(tmp_path / "run.csv", [1, 2], accuracy=0.5)
    with (tmp_path / "run.csv").open(newline="") as file:
        assert [*csv.reader(file)] == [
            ["step", "loss", "accuracy"], ["1", "1.0", "0.5"], ["2", "0.5", "0.5"]
        ]  # fmt: skip
    write(tmp_path / "run.jsonl", [1], nan=math.nan)

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    line = (tmp_path / "run.jsonl").read_text()
    assert json.loads(line, parse_constant=refuse) == {"step": 1, "loss": 1.0, "nan": "nan"}


def test_columns_of_csv_stay_and_those_of_json_may_change(tmp_path):
    with open_log(tmp_path / "run.csv") as log:
        log(1, {"a": 1.0, "b": 2.0})
        log(2, {"b": 4.0, "a": 3.0})
        with pytest.raises(ValueError, match=r"metrics is \['a', 'c'\]; expected \['a', 'b'\]"):
            log(3, {"a": 1.0, "c": 1.0})
    with open_log(tmp_path / "run.csv") as log, pytest.raises(ValueError, match="columns"):
        log(3, {"a": 1.0})
    assert read_log(tmp_path / "run.csv")[1] == {"step": 2, "a": 3.0, "b": 4.0}
    with open_log(tmp_path / "run.jsonl") as log:  # the advice
        log(1, {"a": 1.0})
        log(2, {"c": 1.0})
    assert read_log(tmp_path / "run.jsonl") == [{"step": 1, "a": 1.0}, {"step": 2, "c": 1.0}]


@ENDINGS
def test_a_refused_line_leaves_no_trace(tmp_path, ending):
    path = tmp_path / f"run.{ending}"
    with open_log(path) as log:
        log(5, {"loss": 1.0})
        with pytest.raises(ValueError, match=r"step is 5 after 5; .*open_log\(path, after=step\)"):
            log(5, {"loss": 1.0})
        with pytest.raises(ValueError, match="loss is array.*expected a scalar"):
            log(6, {"loss": np.ones(2)})
        log(6, {"loss": 1.0})
    assert steps_of(path) == [5, 6]


def test_other_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"which ends in '.txt'; expected .csv or .jsonl"):
        write(tmp_path / "run.txt", [1])
    assert not (tmp_path / "run.txt").exists()
    for name, text in (("a.csv", "x,y\n1,2\n"), ("b.jsonl", "{}\n"), ("c.jsonl", "[1]\n"),
                       ("d.csv", "step,loss\n1\n"), ("e.jsonl", "not json\n")):  # fmt: skip
        (tmp_path / name).write_text(text)
        with pytest.raises(ValueError, match=f"{name} has a damaged line"):
            write(tmp_path / name, [1])
        assert (tmp_path / name).read_text() == text


@pytest.mark.parametrize("name", ["step", "a\nb"])
@ENDINGS
def test_names_that_would_break_a_line_are_refused(tmp_path, ending, name):
    with open_log(tmp_path / f"run.{ending}") as log:
        with pytest.raises(ValueError, match="log: metrics has the names"):
            log(1, {name: 5.0})
        log(1, {"loss": 1.0})
    assert read_log(tmp_path / f"run.{ending}") == [{"step": 1, "loss": 1.0}]


@ENDINGS
def test_steps_are_whole(tmp_path, ending):
    with open_log(tmp_path / f"run.{ending}") as log:
        with pytest.raises(ValueError, match="log: step is 1.5 after None; expected a whole"):
            log(1.5, {})


def test_a_first_line_without_numbers_fixes_the_columns_too(tmp_path):
    path = tmp_path / "run.csv"
    with open_log(path) as log:
        log(1, {})
        with pytest.raises(ValueError, match=r"metrics is \['loss'\]; expected \[\]"):
            log(2, {"loss": 1.0})
        log(2, {})
    assert read_log(path) == [{"step": 1}, {"step": 2}]
