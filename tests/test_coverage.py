"""docs/coverage.md says what the code does, and what is found can differ."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from tests.coverage import __main__ as command
from tests.coverage import page
from tests.coverage.calls import Sample
from tests.coverage.findings import batching, forward, found, reverse, stand_in

ROOT = Path(__file__).parents[1]
X = np.array([0.5, 1.5])


def test_the_page_is_what_the_command_writes():
    # In a process of its own: other tests add primitives to the registry.
    run = [sys.executable, "-m", "tests.coverage", "--check"]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_page_that_differs_is_seen(monkeypatch, tmp_path, capsys):
    path = tmp_path / "coverage.md"
    path.write_text("| `sin` | no |\n")
    monkeypatch.setattr(command, "PATH", path)
    monkeypatch.setattr(command, "page", lambda: "| `sin` | yes |\n")
    assert command.main(["--check"]) == 1
    assert "Run `make coverage`" in (said := capsys.readouterr().out) and "`sin` | no" in said
    assert command.main([]) == command.main(["--check"]) == 0


def answers(*calls):
    return [
        found(look, [Sample(f, (X,)) for f in calls])
        for look in (reverse, forward, batching, stand_in)
    ]


def test_each_answer_is_found():
    assert answers(fnp.sin) == ["yes"] * 4
    assert answers(fnp.floor) == ["zero", "zero", "yes", "yes"]
    assert answers(fnp.argmax) == ["–", "–", "yes", "yes"]
    assert answers(lambda x: x[x > 1]) == ["yes", "yes", "by value", "yes"]
    assert answers(np.asarray) == ["no"] * 4
    assert answers(fnp.sin, np.asarray) == ["no"] * 4
    assert answers(lambda x: fnp.sin(fzero.stop_gradient(x))) == ["zero", "zero", "yes", "yes"]
    assert found(reverse, [Sample(lambda: 1.0)]) == "–"


@pytest.mark.parametrize("samples", [[], [Sample(fnp.sin)]])
def test_a_name_without_a_sample_that_runs_is_refused(samples):
    with pytest.raises(LookupError, match=r"new has no sample.*expected a call\. .*calls\.py"):
        page.plain_row("new", samples)
