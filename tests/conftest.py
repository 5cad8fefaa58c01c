"""What all tests share: the card, if there is one, and the count of cases of the law tests."""

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


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print `laws: N primitives, M cases` if law tests have run."""
    counts = [
        value
        for report in terminalreporter.stats.get("passed", [])
        for key, value in report.user_properties
        if key == "law"
    ]
    if counts:
        primitives = {name for name, _ in counts}
        cases = sum(n for _, n in counts)
        terminalreporter.write_line(f"laws: {len(primitives)} primitives, {cases} cases")


collect_ignore = ["data/make_cupy_names.py"]
