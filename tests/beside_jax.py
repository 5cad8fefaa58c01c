"""Comparison with what JAX returns."""

from typing import Any

import numpy as np

import fzero

__all__ = ["near"]


def near(ours: Any, theirs: Any) -> None:
    """Check that two trees have equal leaves, to 1e-10, of one dtype and shape."""
    ours, theirs = fzero.tree.leaves(ours), fzero.tree.leaves(theirs)
    assert len(ours) == len(theirs) > 0
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, np.asarray(b), rtol=1e-10, atol=1e-10, strict=True)
