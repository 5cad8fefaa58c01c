"""The count of primitives and cases that the law tests went through."""

from typing import Any

import pytest


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
