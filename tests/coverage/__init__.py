"""The page docs/coverage.md, found by running each name: `python -m tests.coverage` writes it."""
