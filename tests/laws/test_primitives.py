"""Every law, over every primitive and every sample."""

from typing import Any

import numpy as np
import pytest

from fzero import tree
from fzero.core import REGISTRY
from fzero.testing import LAWS

from .registry import NAMES, describe, samples

#: Functions of NumPy that a primitive is named after, where the call is not `numpy.<name>`.
REFERENCES: dict[str, Any] = {
    "astype": lambda x, dtype: (x if dtype == "complex128" else x.real).astype(dtype),
    "concatenate": lambda *xs, axis: np.concatenate(xs, axis),
    "detach": lambda x: x,
    "einsum": lambda *xs, subscripts: np.einsum(subscripts, *xs),
    "div0": lambda t, d: np.divide(t, d),
    "mul0": lambda t, d: np.multiply(t, d),
    "pad_zeros": lambda x, widths: np.pad(x, widths),
    "split_at": lambda x, sections, axis: tuple(np.split(x, sections, axis)),
    "stack": lambda *xs, axis: np.stack(xs, axis),
    "unstack": lambda x, axis: tuple(np.moveaxis(x, axis, 0)),
}
#: Primitives that share their name, but not their arguments, with a function of NumPy.
OTHER_CALL = {"place", "put", "take"}
#: Primitives whose result may be wider than their float32 operands, as NumPy's is.
WIDER = {"astype", "float_power", "stack"}
#: Primitives that no law can hold, and why; the tests of their module do.
NO_SAMPLES = {
    "random_fixed": "its derivative is an error on purpose",
    "random_implicit_gamma": "its derivative is not that of its value, but of the draw behind it",
}


def reference(name: str) -> Any:
    """NumPy's function for a primitive, None where there is none."""
    if name in REFERENCES:
        return REFERENCES[name]
    found = None if name in OTHER_CALL else getattr(np, name, None)
    return found if callable(found) else None


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("law", LAWS)
def test_law(law: str, name: str, tried: Any) -> None:
    cases = 0
    for args, params in samples(name):
        try:
            cases += LAWS[law](REGISTRY[name].call, args, params)
        except Exception as error:
            error.add_note(f"law {law}, sample {describe(name, args, params)}")
            raise
    tried(name, cases)


@pytest.mark.parametrize("name", [n for n in NAMES if reference(n)])
def test_value_is_numpys(name: str, tried: Any) -> None:
    for args, params in samples(name):
        got, want = REGISTRY[name].call(*args, **params), reference(name)(*args, **params)
        for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
            np.testing.assert_allclose(a, b, 1e-14, 1e-15, err_msg=describe(name, args, params))
            assert np.asarray(a).dtype == np.asarray(b).dtype, describe(name, args, params)
    tried(name, len(samples(name)))


@pytest.mark.parametrize("name", [n for n in NAMES if n not in WIDER])
def test_float32_stays_float32(name: str) -> None:
    to_single = {"d": "float32", "D": "complex64"}
    for args, params in samples(name):
        low = [
            x.astype(to_single[x.dtype.char])
            if isinstance(x, (np.ndarray, np.generic)) and x.dtype.char in "dD"
            else x
            for x in args
        ]
        if not any(getattr(x, "dtype", np.dtype(int)).char in "fF" for x in low):
            continue
        for y in tree.leaves(REGISTRY[name].call(*low, **params)):
            assert np.asarray(y).dtype.char not in "dD", describe(name, args, params)


def test_every_primitive_has_samples() -> None:
    assert {name for name in NAMES if not samples(name)} <= set(NO_SAMPLES)
