"""What all tests share: the card and JAX, where there are any, and counts for the summary."""

from typing import Any

import pytest

import fzero


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests marked `gpu` where there is no card."""
    marked = [item for item in items if item.get_closest_marker("gpu")]
    if marked and len(fzero.devices()) == 1:
        for item in marked:
            item.add_marker(pytest.mark.skip(reason="no CUDA card that CuPy can use"))


@pytest.fixture
def tried(record_property: Any) -> Any:
    """`tried(primitive, cases)`: what a law test went through, for the summary."""
    return lambda primitive, cases: record_property("law", [primitive, cases])


@pytest.fixture(scope="module")
def jax() -> Any:
    """JAX in double precision, for the tests of one module; those are skipped without it."""
    jax = pytest.importorskip("jax")
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", True)
    yield jax
    jax.config.update("jax_enable_x64", before)


#: Property of a test -> how its counts are summed up: [name, cases, ...] each.
COUNTED = {
    "law": "laws: {} primitives, {} cases",
    "must": "names that must work: {} names, {} cases, {} runs of a transform",
    "sweep": "sweep beside JAX: {} names, {} cases, {} arrays compared",
}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what tests with counts went through, one line a kind."""
    properties = [
        found
        for report in terminalreporter.stats.get("passed", [])
        for found in report.user_properties
    ]
    for kind, line in COUNTED.items():
        if counts := [value for key, value in properties if key == kind]:
            names, *sums = zip(*counts, strict=True)
            terminalreporter.write_line(line.format(len(set(names)), *map(sum, sums)))


collect_ignore = ["data/make_cupy_names.py"]
