"""The checks of `fzero.testing` find each kind of wrong rule, and say where."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from fzero import jvp, vmap
from fzero.core import REGISTRY
from fzero.ops import elementwise as el
from fzero.rules import custom, elementwise
from fzero.testing import check_grads, check_jvp, check_primitive, check_vjp, check_vmap

X = np.array([[0.3, -0.7, 1.1], [0.2, 0.9, -1.3]])


@pytest.fixture
def make() -> Iterator[Callable[..., Any]]:
    """Makes primitives that are gone after the test."""
    before = set(REGISTRY)
    yield lambda *partials, impl=np.sin: elementwise("probe", lambda xp: impl, *partials)
    for name in set(REGISTRY) - before:
        del REGISTRY[name]


def test_right_rules_pass(make: Any) -> None:
    probe = make(lambda ans, x: lambda t: t * el.cos(x))
    assert check_primitive(probe, (X,)) == check_primitive("probe", (X,)) > 10
    check_grads(probe, (X,), order=3, eps=1e-3)


@pytest.mark.parametrize("check", [check_jvp, check_vjp, check_grads])
def test_wrong_derivative(make: Any, check: Any) -> None:
    probe = make(lambda ans, x: lambda t: t * el.sin(x))
    with pytest.raises(AssertionError, match=r"(jvp|vjp) of f: .*\n?.*got"):
        check(probe, (X,))


def test_wrong_second_derivative(make: Any) -> None:
    probe = make(lambda ans, x: lambda t: t * el.detach(el.cos(x)))
    check_grads(probe, (X,), order=1)
    with pytest.raises(AssertionError, match=r"jvp of jvp\(f\)"):
        check_grads(probe, (X,), order=2)


def test_derivative_that_is_only_wrong_in_reverse(make: Any) -> None:
    probe = custom(
        "probe",
        lambda xp: xp.sin,
        pulls=(lambda ans, x: lambda g: 2 * g * el.cos(x),),
        jvp=lambda ts, ans, args, params: ts[0] * el.cos(args[0]),
        batch=lambda size, args, batched, params: (probe(args[0]), True),
        samples=lambda rng: [((X,), {})],
    )
    check_grads(probe, (X,), modes=("fwd", "vmap"))
    with pytest.raises(AssertionError, match="<J\\^T g, t> is not <g, J t>"):
        check_grads(probe, (X,), modes=("rev",))


def test_derivative_of_wider_dtype(make: Any) -> None:
    probe = make(lambda ans, x: lambda t: t * np.float64(1.0) * el.cos(x))
    with pytest.raises(AssertionError, match="float32 tangents"):
        check_primitive(probe, (X,))


def test_batching_of_the_wrong_axis(make: Any) -> None:
    probe = custom(
        "probe",
        lambda xp: lambda x: x[0],
        pulls=(lambda ans, x: lambda g: el.multiply(X * 0, g),),
        jvp=lambda ts, ans, args, params: ts[0][0],
        batch=lambda size, args, batched, params: (probe(args[0]), True),
        samples=lambda rng: [((X,), {})],
    )
    with pytest.raises(AssertionError, match="check_vmap: in_axes 0.*values differ"):
        check_vmap(probe, (np.stack([X, X]),))


def test_operand_changed_in_place(make: Any) -> None:
    def impl(x: Any) -> Any:
        x += 0.0 * x + 1e-3
        return np.sin(x)

    probe = make(lambda ans, x: lambda t: t * el.cos(x), impl=impl)
    with pytest.raises((AssertionError, ValueError)):
        check_primitive(probe, (X.copy(),))


def test_vmap_of_several_axes_and_pytrees() -> None:
    f = lambda p, s: {"sum": p["a"] + s, "pair": (p["b"] * 2, s)}
    args = ({"a": np.ones((3, 2)), "b": np.arange(3.0)}, 1.5)
    check_vmap(f, args, in_axes=(0, None))
    check_vmap(lambda p: p["a"], ({"a": np.ones((3, 2))},), in_axes=-1, out_axes=-1)


def test_pytrees_and_integers() -> None:
    f = lambda p, n: {"out": el.sin(p["w"]) * n}
    check_grads(f, ({"w": X}, np.array([1, 2, 3])))


def test_complex_functions() -> None:
    z = X + 1j * X[::-1]
    check_grads(lambda z: el.exp(z) * el.conjugate(z), (z,))
    check_grads(el.absolute, (z,))


def test_refuses_what_differences_cannot_check() -> None:
    with pytest.raises(ValueError, match="check_grads: an argument has dtype float32.*astype"):
        check_grads(el.sin, (X.astype("float32"),))
    with pytest.raises(ValueError, match="check_jvp: args hold no floating-point leaf"):
        check_jvp(el.sin, (1,))
    with pytest.raises(ValueError, match="modes has \\['backward'\\]"):
        check_grads(el.sin, (X,), modes=("backward",))
    check_grads(el.sin, (X.astype("float32").astype(float),))


def test_checks_see_transformed_functions() -> None:
    check_grads(vmap(lambda x: jvp(el.sin, (x,), (x,))[1]), (X,))
