"""What the benchmarks make of times: ratios, verdicts, tables and comparisons."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

benchmarks = pytest.importorskip("benchmarks", reason="the benchmarks are in the repository only")

from benchmarks import figures, report, runner  # noqa: E402
from benchmarks.row import OURS, Limit, Row, Variant, load_rows  # noqa: E402

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


def test_every_row_states_its_work_and_has_a_yardstick() -> None:
    rows = load_rows()
    assert len({r.id for r in rows}) == len(rows) > 5
    for r in rows:
        assert r.limits or r.growth is not None, r.id
        assert len({v.name for v in r.variants}) == len(r.variants), r.id
        for v in r.variants:
            assert list(v.sizes) == sorted(v.sizes), (r.id, v.name)
            assert set(v.judged) <= set(v.sizes), (r.id, v.name)
            assert "numpy" in v.peers, (r.id, v.name)


def test_the_rows_asked_for() -> None:
    assert [r.id for r in load_rows(["P3", "P1"])] == ["P1", "P3"]
    with pytest.raises(ValueError, match=r"--rows names P99; expected some of P1, .*Leave it out"):
        load_rows(["P99"])


@pytest.mark.parametrize("variant", [v for r in load_rows() for v in r.variants if r.id != "P15"])
def test_fzero_does_the_work_that_numpy_does(variant: Variant) -> None:
    size = min(variant.sizes[0], 100)
    ours = variant.ours(size)()
    theirs = variant.peers["numpy"]["numpy"](size)()
    if "numpy" not in variant.value_only:
        runner.check_same({OURS: ours, "numpy": theirs}, variant.name, variant.rtol)
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


def test_quick_measures_numpy_alone() -> None:
    quick = runner.Effort(3, 2, 0.0, 0.0, peers=False, sizes=1)
    cases = runner.measure_row(row(numpy=does(np.ones(3)), torch=absent), quick, lambda line: None)
    assert [(c["size"], list(c["times"])) for c in cases] == [(10, [OURS, "numpy"])]


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
    worst = {s.family: (s.worst, s.met) for s in figures.summaries(one, list(found.values()))}
    assert worst == {"numpy": (0.25, True), "torch": (2 / 3, False), "itself": (1.5, False)}


def test_added_time_is_judged_in_seconds() -> None:
    limit = Limit("added", 3e-7)
    figure = figures.Figure("work", 10, "numpy", "numpy", 9e-7, 5e-7, limit)
    assert figure.judged_value == pytest.approx(4e-7)
    assert figure.met is False


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
