"""The laws over the stand-in for CuPy, and over CuPy itself where there is a card."""

import importlib
from typing import Any

import numpy as np
import pytest

from fzero import grad, vmap
from fzero.core import REGISTRY
from fzero.ops import elementwise as el
from fzero.ops import reduction as red
from tests.strict import StrictArray, no_sync, put, strict, unwrap

from .backends import hold
from .registry import NAMES, samples

#: Primitives left out here, and why.
LACKING: dict[str, str] = {"transfer": "its result belongs to another library by definition"}
#: Primitives that read values on the host, and why that cannot be helped.
READING: dict[str, str] = {
    "bessel_jn": "the recurrence starts at an order that follows from the largest argument",
    "random_binomial": "rejection sampling goes on until every draw is accepted",
    "random_loggamma": "rejection sampling goes on until every draw is accepted",
    "random_poisson": "rejection sampling goes on until every draw is accepted",
}


@pytest.mark.parametrize("name", [n for n in NAMES if n not in LACKING])
def test_strict_stand_in(name: str, tried: Any) -> None:
    before, cases = StrictArray.syncs, 0
    for args, params in samples(name):
        cases += hold(name, REGISTRY[name].call, args, params, put, unwrap, 1e-10)
    if name not in READING:
        assert StrictArray.syncs == before, f"{name} read {StrictArray.syncs - before} values"
    tried(name, cases)


@pytest.mark.gpu
@pytest.mark.parametrize("name", [n for n in NAMES if n not in LACKING])
def test_cupy(name: str) -> None:
    cupy = importlib.import_module("cupy")
    for args, params in samples(name):
        hold(name, REGISTRY[name].call, args, params, cupy.asarray, cupy.asnumpy, 1e-7)


def test_stand_in_refuses_what_cupy_refuses() -> None:
    x, host = put(np.ones(3)), np.ones(3)
    refused = [
        lambda: np.asarray(x),
        lambda: np.sin(x),
        lambda: np.concatenate([x, x]),
        lambda: x + host,
        lambda: host + x,
        lambda: x + [1.0, 2.0, 3.0],
        lambda: strict.add(x, x, where=x > 0),
        lambda: strict.sum(host),
        lambda: strict.sum(x, where=x > 0),
        lambda: strict.reshape(1.0, (1,)),
        lambda: strict.where(True, x, 0.0),
        lambda: x[np.array([0, 1])],
        lambda: strict.bitwise_and(x, x),
    ]
    for call in refused:
        with pytest.raises((TypeError, AttributeError)):
            call()
    with pytest.raises(AttributeError, match="no cupy.block"):
        _ = strict.block


def test_stand_in_gives_arrays_and_counts_reading() -> None:
    x = put(np.arange(3.0))
    assert isinstance(strict.sum(x), StrictArray)
    assert isinstance(x.sum(), StrictArray)
    assert isinstance(x[0], StrictArray)
    assert isinstance(np.float64(2.0) * x, StrictArray)
    before = StrictArray.syncs
    assert float(x[1]) == 1.0 and bool(x[1] > 0) and int(x[2]) == 2
    assert StrictArray.syncs == before + 3
    with pytest.raises(AssertionError, match="1 values were read"), no_sync():
        x.item(0)


def test_gradient_reads_nothing_on_the_host() -> None:
    def loss(w: Any, x: Any) -> Any:
        h = el.tanh(REGISTRY["matmul"].call(x, w))
        return red.mean(red.logsumexp(h, axis=-1), axis=None, keepdims=False)

    w, x = put(np.ones((3, 2))), put(np.ones((4, 3)))
    with no_sync():
        assert isinstance(grad(loss)(w, x), StrictArray)
        assert isinstance(vmap(grad(loss), in_axes=(None, 0))(w, x[:, None]), StrictArray)
