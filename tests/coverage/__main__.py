"""Write docs/coverage.md, or with --check say whether it is as it should be."""

import sys
from pathlib import Path

from .page import page

PATH = Path(__file__).parents[2] / "docs" / "coverage.md"
STALE = (
    "coverage: docs/coverage.md differs from what the code does; expected the same. Run "
    "`make coverage`, or `python -m tests.coverage`, and commit the page."
)


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; returns the exit status."""
    text = page()
    if "--check" not in arguments:
        PATH.write_text(text, encoding="utf-8")
        return 0
    before = PATH.read_text(encoding="utf-8").splitlines()
    changed = sorted(set(before).symmetric_difference(text.splitlines()))
    if text.splitlines() != before:
        print("\n".join([STALE, *changed[:20]]))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
