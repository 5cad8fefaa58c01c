"""What the benchmarks make of times: ratios, verdicts, tables and comparisons."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

benchmarks = pytest.importorskip("benchmarks", reason="the benchmarks are in the repository only")

from benchmarks import __main__ as command  # noqa: E402
from benchmarks import figures, memory, quick, report, runner, soak, units  # noqa: E402
from benchmarks.row import OURS, YARDSTICK, Limit, Row, Variant, load_rows  # noqa: E402

ROOT = Path(__file__).parents[1]
EFFORT = runner.Effort(rounds=3, least=2, budget=0.0, sample=0.0)


def does(result: Any) -> Callable[[int], Callable[[], Any]]:
    return lambda size: lambda: result


def absent(size: int) -> Callable[[], Any]:
    raise ModuleNotFoundError("No module named 'absent'")


def row(**peers: Any) -> Row:
    families = {name: {f"{name} way": setup} for name, setup in peers.items()}
    variant = Variant("work", does(np.ones(3)), families, sizes=(10, 100), judged=(10,))
    limits = dict.fromkeys(peers, Limit("ratio", 0.5))
    return Row("P0", "some work", "Some work.", [variant], "numbers", limits=limits, growth=1.2)


def case(size: int, ours: float, **peers: float | None) -> dict[str, Any]:
    def spread(t: float | None) -> list[float] | None:
        return None if t is None else [0.9 * t, t, 1.2 * t]

    times: dict[str, Any] = {OURS: {OURS: spread(ours)}}
    for name, time in peers.items():
        times[name] = {f"{name} way": spread(time), f"{name} slow": spread(time and 3 * time)}
    return {"variant": "work", "size": size, "rounds": 3, "times": times}


def test_every_row_states_its_work_and_its_targets() -> None:
    rows = load_rows()
    assert [r.id for r in rows] == [f"P{i}" for i in range(1, 18)]
    for r in rows:
        assert r.limits or r.growth is not None or any(v.limits for v in r.variants), r.id
        assert len({v.name for v in r.variants}) == len(r.variants), r.id
        for v in r.variants:
            assert list(v.sizes) == sorted(v.sizes), (r.id, v.name)
            assert set(v.judged) <= set(v.sizes), (r.id, v.name)
            assert {*(v.limits or {}), *v.value_only} <= {*v.peers}, (r.id, v.name)
            ways = [way for family in v.peers.values() for way in family]
            assert len({*ways, OURS}) == len(ways) + 1, (r.id, v.name)


def test_every_time_has_a_yardstick_in_numpy() -> None:
    for r in load_rows():
        if r.measure == "time":
            assert any(YARDSTICK in v.peers for v in r.variants), r.id


def test_the_rows_asked_for() -> None:
    assert [r.id for r in load_rows(["P3", "P1"])] == ["P1", "P3"]
    with pytest.raises(ValueError, match=r"rows are P99; expected some of P1, .*Name none for all"):
        load_rows(["P99"])
    assert [command.row_id(word) for word in ("p8", "P08", "17", "speed")] == [
        *("P8", "P8", "P17"),
        "speed",
    ]


WITH_YARDSTICK = {
    f"{r.id} {v.name}": v for r in load_rows() for v in r.variants if YARDSTICK in v.peers
}


@pytest.mark.parametrize("name", [name for name in WITH_YARDSTICK if not name.startswith("P15")])
def test_fzero_does_the_work_that_numpy_does(name: str) -> None:
    variant = WITH_YARDSTICK[name].compared or WITH_YARDSTICK[name]
    size = min(variant.sizes[0], 100)
    run, (setup,) = variant.ours(size), variant.peers[YARDSTICK].values()
    by_numpy = setup(size)
    for _ in range(variant.checks):
        ours, theirs = run(), by_numpy()
    if YARDSTICK not in variant.value_only:
        runner.check_same({OURS: ours, "numpy": theirs}, name, variant.rtol)
    assert all(np.isfinite(leaf).all() for leaf in runner.leaves(ours))
    assert any(np.any(leaf != 0) for leaf in runner.leaves(ours))


def test_a_peer_that_is_not_installed_is_said_to_be() -> None:
    one = row(numpy=does(np.ones(3)), torch=absent)
    (first, _) = runner.measure_row(one, EFFORT, lambda line: None)
    assert first["times"]["torch"] == {"torch way": None}
    assert first["times"]["numpy"]["numpy way"] is not None
    record = {"P0": report.record(one, [first])}
    assert "| torch | 0.5 | not installed | | – |" in "\n".join(report.summary_lines([one], record))
    assert list(record["P0"]["ratios"]["work, 10"]) == ["numpy"]


def test_different_results_are_refused() -> None:
    one = row(numpy=does(np.array([1.0, 1.0, 1.1])))
    with pytest.raises(
        ValueError, match="P0 work 10: the result of numpy way is not that of fzero"
    ):
        runner.measure_row(one, EFFORT, lambda line: None)
    with pytest.raises(ValueError, match="is not that of fzero"):
        runner.check_same({OURS: {"a": np.ones(2)}, "other": np.ones(3)}, "here", 1e-9)


def test_contestants_take_turns() -> None:
    calls: list[str] = []
    two = {OURS: lambda: calls.append("ours"), "peer": lambda: calls.append("peer")}
    samples = runner.alternate(two, EFFORT, 5, False)
    assert {way: len(times) for way, times in samples.items()} == {OURS: 2, "peer": 2}
    assert calls[2:] == ["ours", "peer", "peer", "ours"]


def counting(calls: int) -> Callable[[int], Callable[[], Any]]:
    """Work that takes as long as so many additions."""
    return lambda size: lambda: sum(range(100 * calls))


@pytest.mark.parametrize("slower", [2, 3.5])
def test_quick_finds_what_became_much_slower(slower: float) -> None:
    one = row(numpy=counting(100), torch=absent)
    now = replace(one, variants=[replace(one.variants[0], ours=counting(round(100 * slower)))])
    assert bool(quick.slow(quick.ratios_of_row(now, {"work": 1.0}), {"work": 1.0})) == (slower > 3)


@pytest.mark.parametrize("id", [r.id for r in load_rows() if r.measure == "time"])
def test_nothing_is_much_slower_than_it_was(id: str) -> None:
    stored = quick.stored_ratios()[id]
    (one,) = load_rows([id])
    now = quick.ratios_of_row(one, stored)
    assert now.keys() == stored.keys()
    assert quick.slow(now, stored) == []


def test_ratios_targets_and_growth() -> None:
    one = row(numpy=does(0), torch=does(0))
    cases = [case(10, 2.0, numpy=8.0, torch=3.0), case(100, 3.0, numpy=4.0, torch=None)]
    found = {(f.size, f.family): f for f in figures.figures_of(one, cases)}
    assert (found[10, "numpy"].ratio, found[10, "numpy"].met) == (0.25, True)
    assert found[10, "torch"].way == "torch way"
    assert found[10, "torch"].met is False
    assert found[100, "numpy"].limit is None
    assert found[100, "torch"].peer is None
    assert (found[100, "itself"].ratio, found[100, "itself"].met) == (1.5, False)
    worst = {s.family: (s.worst, s.met) for s in figures.summaries(list(found.values()))}
    assert worst == {"numpy": (0.25, True), "torch": (2 / 3, False), "itself": (1.5, False)}


def test_added_time_is_judged_in_seconds() -> None:
    limit = Limit("added", 3e-7)
    figure = figures.Figure("work", 10, "numpy", "numpy", 9e-7, 5e-7, limit)
    assert figure.judged_value == pytest.approx(4e-7)
    assert figure.met is False


def test_a_variant_may_have_targets_of_its_own() -> None:
    one = row(torch=does(0))
    own = replace(one.variants[0], name="own", limits={"torch": Limit("ratio", 9.0)}, judged=())
    both = replace(one, variants=[one.variants[0], own], growth=None)
    cases = [case(10, 2.0, torch=1.0), {**case(10, 4.0, torch=1.0), "variant": "own"}]
    found = figures.summaries(figures.figures_of(both, cases))
    assert [(s.title, s.worst, s.met) for s in found] == [
        ("some work", 2.0, False),
        ("some work: own", 4.0, True),
    ]


def test_random_results_are_compared_in_another_variant() -> None:
    one = row(numpy=does(np.zeros(3)))
    wrong = replace(one.variants[0], compared=one.variants[0])
    right = replace(one.variants[0], compared=row(numpy=does(np.ones(3))).variants[0])
    runner.measure_row(replace(one, variants=[right]), EFFORT, lambda line: None)
    with pytest.raises(ValueError, match="is not that of fzero"):
        runner.measure_row(replace(one, variants=[wrong]), EFFORT, lambda line: None)


def test_quantities() -> None:
    assert [units.quantity(x) for x in (2.5, 3e-4, 1.24e-7, 0.0)] == [
        *("2.5 s", "300 µs", "124 ns"),
        "0 ns",
    ]
    assert units.quantity(-2e-7, sign="+") == "-200 ns"
    assert [units.quantity(x, "memory") for x in (1.5e9, 2e4, 7.0)] == ["1.5 GB", "20 kB", "7 B"]


def test_the_command_fails_where_a_ratio_became_worse(
    monkeypatch: Any, tmp_path: Any, capsys: Any
) -> None:
    monkeypatch.setattr(command, "DOCS", tmp_path)
    one = replace(row(torch=does(0)), growth=None)
    monkeypatch.setattr(command, "load_rows", lambda wanted=(): [one])
    ours = 2.0
    monkeypatch.setattr(command, "measure_row", lambda *args: [case(10, ours, torch=4.0)])
    monkeypatch.setattr(command, "settle", lambda options: None)
    assert command.main(["p0"]) == 0
    assert not list(tmp_path.iterdir())
    assert command.main(["p0", "--update"]) == 0
    ours = 2.2
    assert command.main(["p0"]) == 0
    ours = 2.4
    assert command.main(["p0"]) == 1
    assert "worse: P0 work, 10: fzero / torch is 0.6, was 0.5" in capsys.readouterr().out
    assert command.main(["p0", "--update"]) == 0
    assert command.main(["p0"]) == 0


def test_compare_finds_what_became_worse_by_over_15_percent() -> None:
    before = {"work, 10": {"numpy": 1.0, "torch": 0.5}}
    now = {"work, 10": {"numpy": 1.14, "torch": 0.58, "mlx": 9.0}, "new, 10": {"numpy": 9.0}}
    assert figures.worse(now, before) == ["work, 10: fzero / torch is 0.58, was 0.5"]
    assert figures.worse(before, now) == []


def test_the_files_that_are_written(tmp_path: Any) -> None:
    one = row(numpy=does(0), torch=does(0))
    cases = [case(10, 2e-6, numpy=8e-6, torch=3e-6), case(100, 3e-6, numpy=4e-6, torch=None)]
    report.write(tmp_path, [one], {"P0": report.record(one, cases)})
    assert json.loads((tmp_path / "benchmarks.json").read_text())["P0"]["cases"] == cases
    assert report.read(tmp_path / "benchmarks.json")["P0"]["ratios"]["work, 10"]["torch"] == 0.6667
    text = (tmp_path / "benchmarks.md").read_text()
    assert "| P0 | some work | torch | 0.5 | 0.67 | 0.67 | no |" in text
    assert "| work | 10 | 2 µs (1.8 µs–2.4 µs) | torch way | 3 µs (2.7 µs–3.6 µs) | 0.667 |" in text
    assert (tmp_path / "benchmarks" / "p0.png").read_bytes().startswith(b"\x89PNG")


# ------------------------------------------------------------------------------------ long runs


def samples(*memory: int, loss: float = 1.0) -> list[soak.Sample]:
    return [soak.Sample(1000 * i, m, loss) for i, m in enumerate(memory, 1)]


def test_memory_that_rises_and_losses_that_are_not_finite_are_faults() -> None:
    flat = samples(*[9_000_000, *[10_000_000] * 60])
    assert soak.faults(flat) == []
    rising = samples(*(10_000_000 + 50_000 * i for i in range(60)))
    assert soak.faults(rising) == ["memory rises by 50.0 bytes per step; at most 17.0 are allowed"]
    late = [*flat[:-1], flat[-1]._replace(loss=float("nan"))]
    assert soak.faults(late) == ["the loss is not finite from step 61,000 on"]


def test_training_for_two_thousand_steps_keeps_no_memory() -> None:
    command = [sys.executable, "-m", "benchmarks.soak", "--steps", "2000", "--every", "50"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2,000 steps" in done.stdout


#: In a process of its own, which has no free memory of earlier tests to hide the rise in.
LEAK = """
import numpy as np
from benchmarks import soak
kept, step = [], soak.make_step()
def leaks(x, labels):
    kept.append(np.tile(x, 1000))
    return step(x, labels)
print(*soak.faults(soak.soak(leaks, 200, 10)), sep="\\n")
"""


def test_a_step_that_keeps_what_it_got_is_found() -> None:
    done = subprocess.run([sys.executable, "-c", LEAK], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.startswith("memory rises by"), done.stderr
    assert done.stdout.count("\n") == 1


def test_the_peak_memory_of_a_call() -> None:
    peaks = {
        size: memory.measured_peak("P11", "without donation", OURS, size)
        for size in (1_000_000, 2_000_000)
    }
    # Two new moments and new parameters at least, of four bytes.
    assert all(12 * size < peak < 60 * size for size, peak in peaks.items())
