"""The quick form: fzero beside NumPy alone at the smallest sizes, within a minute.

Contestants take turns, and the least processor time of each counts. Other work on the machine
makes such times longer only now and then, never shorter, so that their ratio holds on a busy
machine too; a ratio that looks too large is measured again before it is believed.
"""

import json
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from fzero.fused import kernels

from .row import YARDSTICK, Row, Variant
from .runner import prepared

__all__ = ["FACTOR", "ratios_of_row", "run", "slow", "within"]

STORED = Path(__file__).with_name("quick.json")
#: How far a ratio may be above the stored one: what is three times slower is found, and other
#: processors and versions of Python and NumPy differ by less.
FACTOR = 2.5
#: How often a ratio that is too large is measured again.
AGAIN = 4
ROUNDS, SAMPLE = 5, 0.002
#: Seconds of calls, beyond which rounds are left out.
BUDGET = 0.5

Pair = Sequence[Callable[[], Any]]


def processor_time() -> float:
    """Seconds of this process and of those it has waited for, in all threads."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def pair_of(variant: Variant) -> Pair | None:
    """Our work and NumPy's at the smallest size, None where NumPy has no such work."""
    theirs = variant.peers.get(YARDSTICK)
    if theirs is None:
        return None
    (setup,) = theirs.values()
    peer = prepared(setup, variant.sizes[0])
    return None if peer is None else (variant.ours(variant.sizes[0]), peer)


def least_times(pair: Pair, calls: Sequence[int]) -> list[float]:
    """The least processor time of a call of each, over several rounds in turns."""
    samples: list[list[float]] = [[] for _ in pair]
    while len(samples[0]) < ROUNDS and sum(map(sum, samples)) < BUDGET:
        for f, count, own in zip(pair, calls, samples, strict=True):
            started = processor_time()
            for _ in range(count):
                f()
            own.append((processor_time() - started) / count)
    return [min(own) for own in samples]


def calls_of(f: Callable[[], Any]) -> int:
    """How many calls make a sample long enough; the first call of all is not counted."""
    f()
    started = processor_time()
    f()
    return max(1, round(SAMPLE / max(processor_time() - started, 1e-7)))


def within(pair: Pair, bound: float) -> float:
    """Our least time over NumPy's; measured again, a few times, while it is above `bound`."""
    calls = [calls_of(f) for f in pair]
    best = least_times(pair, calls)
    for _ in range(AGAIN):
        if best[0] <= bound * best[1]:
            break
        best = [min(times) for times in zip(best, least_times(pair, calls), strict=True)]
    return best[0] / best[1]


def ratios_of_row(row: Row, stored: Mapping[str, float]) -> dict[str, float]:
    """Name of a variant -> ratio with the kernels of pure NumPy, of those with a yardstick."""
    found = {}
    for variant in row.variants if row.measure == "time" else ():
        if (pair := pair_of(variant)) is not None:
            bound = FACTOR * stored.get(variant.name, float("inf"))
            with kernels("numpy"):  # the threads of other kernels would count as work
                found[variant.name] = float(f"{within(pair, bound):.3g}")
    return found


def slow(now: Mapping[str, float], stored: Mapping[str, float]) -> list[str]:
    """What is far above the stored ratio, as lines of text."""
    return [
        f"{name}: {ratio:g} of NumPy's time, stored is {stored[name]:g}"
        for name, ratio in now.items()
        if ratio > FACTOR * stored.get(name, float("inf"))
    ]


def stored_ratios() -> dict[str, dict[str, float]]:
    """Row -> variant -> ratio."""
    return json.loads(STORED.read_text()) if STORED.exists() else {}


def run(rows: Sequence[Row], update: bool, say: Callable[[str], None]) -> int:
    """Measure and print; compare or store. Returns the exit status."""
    stored, lines = stored_ratios(), []
    for row in rows:
        say(f"{row.id}: {row.title}")
        before = {} if update else stored.get(row.id, {})
        now = ratios_of_row(row, before)
        print("".join(f"{row.id} {name}: {ratio:g}\n" for name, ratio in now.items()), end="")
        lines += [f"slow: {row.id} {line}" for line in slow(now, before)]
        stored |= {row.id: now} if update and now else {}
    if update:
        STORED.write_text(json.dumps(stored, indent=1) + "\n")
    print("\n".join(lines or [f"no ratio is over {FACTOR:g} times the stored one"]))
    return int(bool(lines))
