"""Measures the variants of a row: fzero and its peers in turns, round after round, in one run."""

import gc
import itertools
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .memory import measured_peak
from .row import OURS, Row, Setup, Variant

__all__ = ["FULL", "Effort", "alternate", "check_same", "leaves", "measure_row", "prepared"]

#: Seconds between two measurements: the idle threads of OpenBLAS and OpenMP spin for a while
#: after their last work, and would take the processor from whoever is measured next.
PAUSE = 0.03


@dataclass(frozen=True)
class Effort:
    """How much time a run takes.

    Attributes:
        rounds: measurements of each contestant, at most.
        least: measurements of each contestant, at least.
        budget: seconds for all measurements of one case, beyond which rounds are left out.
        sample: seconds that one measurement repeats a call for.
    """

    rounds: int
    least: int
    budget: float
    sample: float


FULL = Effort(rounds=100, least=3, budget=20.0, sample=0.01)

Contestants = Mapping[str, Callable[[], Any]]


def measure_row(row: Row, effort: Effort, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """The cases of a row: see `measure_case`."""
    cases = []
    for variant in row.variants:
        for size in variant.sizes:
            say(f"{row.id}: {variant.name}, {size:,} {row.size}")
            cases.append(measure_case(row, variant, size, effort))
    return cases


def measure_case(row: Row, variant: Variant, size: int, effort: Effort) -> dict[str, Any]:
    """What the row measures (quartiles per operation) of one variant at one size.

    Returns:
        A dict for JSON. `times` holds family -> way -> quartiles, of seconds or of bytes, None for
        a way that is not installed; `memory` holds way -> bytes per operation.
    """
    families = {OURS: {OURS: variant.ours}, **variant.peers}
    if variant.compared is not None:
        _check(row, variant.compared, size, _ready(variant.compared, size))
    ready = _ready(variant, size)
    if variant.compared is None:
        _check(row, variant, size, ready)
    rounds = min(row.rounds, effort.rounds)
    if row.measure == "memory":
        samples = {w: _peaks(row, variant, w, size, min(effort.least, rounds)) for w in ready}
    else:
        samples = alternate(ready, effort, rounds, variant.gc)

    count = variant.operations(size)
    case: dict[str, Any] = {"variant": variant.name, "size": size, "rounds": len(samples[OURS])}
    case["times"] = {
        family: {way: quartiles(samples[way], count) if way in ready else None for way in ways}
        for family, ways in families.items()
    }
    if variant.memory:
        case["memory"] = {
            way: round(measured_peak(row.id, variant.name, way, size) / count) for way in ready
        }
    return case


def _ready(variant: Variant, size: int) -> dict[str, Callable[[], Any]]:
    """Way -> the work at one size, of all that are installed."""
    ways = {OURS: variant.ours}
    for family in variant.peers.values():
        ways.update(family)
    found = {way: prepared(setup, size) for way, setup in ways.items()}
    return {way: call for way, call in found.items() if call is not None}


def prepared(setup: Setup, size: int) -> Callable[[], Any] | None:
    """The work at one size, None where the peer is not installed."""
    try:
        return setup(size)
    except ImportError:
        return None


def _check(row: Row, variant: Variant, size: int, ready: Contestants) -> None:
    """Raise unless every family that does the same work finds what we find."""
    judged = {f: ways for f, ways in variant.peers.items() if f not in variant.value_only}
    ways = [OURS, *(way for ways in judged.values() for way in ways if way in ready)]
    results = {way: [ready[way]() for _ in range(variant.checks)][-1] for way in ways}
    for family, names in judged.items():
        own = {way: results[way] for way in (OURS, *names) if way in results}
        rtol = variant.coarse.get(family, variant.rtol)
        check_same(own, f"{row.id} {variant.name} {size}", rtol)


def _peaks(row: Row, variant: Variant, way: str, size: int, rounds: int) -> list[float]:
    """Peak memory in bytes, in a fresh process each time."""
    return [float(measured_peak(row.id, variant.name, way, size)) for _ in range(rounds)]


def quartiles(samples: Sequence[float], count: int) -> list[float]:
    """First quartile, median and third quartile of times per operation, to four digits."""
    found = statistics.quantiles(samples, n=4, method="inclusive")
    return [float(f"{q / count:.4g}") for q in found]


def alternate(
    contestants: Contestants, effort: Effort, rounds: int, collect: bool
) -> dict[str, list[float]]:
    """Seconds per call of each contestant, a list with an entry a round.

    Every round measures each contestant once, and another one first. The garbage collector runs
    before a round, and during it only if `collect`.
    """
    calls = {way: _calls_in(f, effort.sample) for way, f in contestants.items()}
    samples: dict[str, list[float]] = {way: [] for way in contestants}
    order = list(contestants)
    started = time.perf_counter()
    was_on = gc.isenabled()
    try:
        for done in range(rounds):
            if done >= effort.least and time.perf_counter() - started > effort.budget:
                break
            gc.collect()
            (gc.enable if collect else gc.disable)()
            for way in order:
                samples[way].append(_sample(contestants[way], calls[way]))
            order.append(order.pop(0))
    finally:
        (gc.enable if was_on else gc.disable)()
    return samples


def _calls_in(f: Callable[[], Any], seconds: float) -> int:
    """How many calls take `seconds`, at least one. This is the warm-up as well."""
    calls, started = 0, time.perf_counter()
    while calls == 0 or time.perf_counter() - started < seconds:
        f()
        calls += 1
    return calls


def _sample(f: Callable[[], Any], calls: int) -> float:
    """Seconds per call, after a pause and, where calls are short, one that is not counted."""
    time.sleep(PAUSE)
    if calls > 1:
        f()
    repeat = itertools.repeat(None, calls)
    started = time.perf_counter()
    for _ in repeat:
        f()
    return (time.perf_counter() - started) / calls


def check_same(results: Mapping[str, Any], where: str, rtol: float) -> None:
    """Raise unless all results are ours, up to `rtol` of the largest number of each array.

    Raises:
        ValueError: times of different work would be compared.
    """
    want = leaves(results[OURS])
    for way, result in results.items():
        have = leaves(result)
        same = len(have) == len(want) and all(
            h.shape == w.shape and np.allclose(h, w, rtol, rtol * np.abs(w).max(initial=0.0))
            for h, w in zip(have, want, strict=True)
        )
        if not same:
            raise ValueError(
                f"benchmarks: {where}: the result of {way} is not that of {OURS}; expected equal "
                f"results up to {rtol:g}. State the same work for both in the row's module."
            )


def leaves(result: Any) -> list[np.ndarray]:
    """The arrays of a result of any library, dicts in the order of their keys."""
    if isinstance(result, dict):
        return [leaf for key in sorted(result) for leaf in leaves(result[key])]
    if isinstance(result, (list, tuple)):
        return [leaf for item in result for leaf in leaves(item)]
    return [np.asarray(result.detach() if hasattr(result, "detach") else result)]
