"""What `fzero.config` says of this process."""

import os

import numpy as np
import pytest

import fzero


@pytest.mark.parametrize("given", ["1", "3", ""])
def test_threads(given, monkeypatch):
    monkeypatch.setenv("FZERO_THREADS", given)
    assert fzero.config.threads() == (int(given) if given else fzero.config._cpus())


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity here")
def test_threads_are_the_cpus_of_the_process_not_of_the_machine(monkeypatch):
    monkeypatch.delenv("FZERO_THREADS", raising=False)
    cpus = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cpus)})
    try:
        assert fzero.config.threads() == 1
    finally:
        os.sched_setaffinity(0, cpus)


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5"])
def test_a_wrong_number_of_threads_is_said(given, monkeypatch):
    monkeypatch.setenv("FZERO_THREADS", given)
    with pytest.raises(ValueError, match="FZERO_THREADS: the number is .*; expected an integer"):
        fzero.config.threads()


def test_the_description_is_one_line_each(monkeypatch):
    monkeypatch.setattr(fzero.config, "_LINES", {})
    fzero.config.register("toy", lambda: "not in use,\n since it is a toy")
    lines = fzero.config.describe().splitlines()
    assert lines[:2] == [f"fzero: {fzero.__version__}", f"numpy: {np.__version__}"]
    assert lines[-1] == "toy: not in use, since it is a toy"
