"""Every transform takes and returns any pytree, and keeps its structure."""

from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field

import numpy as np
import pytest

import fzero

Point = namedtuple("Point", ["x", "y"])


@fzero.tree.register_dataclass
@dataclass
class Layer:
    w: object
    b: object
    name: str = field(default="layer", metadata={"static": True})


A = np.array([0.5, -1.5])
TREES = {
    "array": A,
    "tuple": (A, 2.0),
    "list": [A, [3.0]],
    "dict of strings": {"b": A, "a": 2.0},
    "dict of integers": {10: A, 9: 2.0},
    "dict of both": {"b": A, 1: 2.0, (0, 1): 3.0},
    "FrozenDict": fzero.FrozenDict(b=A, a={"c": 1.0}),
    "OrderedDict": OrderedDict(b=A, a=2.0),
    "None inside": {"a": A, "n": None, "m": [None, 1.0]},
    "namedtuple": Point(A, Point(1.0, 2.0)),
    "dataclass": Layer(A, [1.0], "first"),
    "empty containers": {"a": A, "e": {}, "t": (), "l": []},
    "deep": {"a": [Point((A,), {"k": Layer(1.0, None)})]},
}


def total(p):
    """A scalar in which every leaf counts with another weight."""
    return sum((k + 1) * (np.sin(x) * x).sum() for k, x in enumerate(fzero.tree.leaves(p)))


def slope(p):
    """The gradient of `total`, leaf by leaf."""
    leaves, treedef = fzero.tree.flatten(p)
    slopes = [(k + 1) * (np.cos(x) * x + np.sin(x)) for k, x in enumerate(leaves)]
    return treedef.unflatten(slopes)


def double(p):
    return fzero.tree.map(lambda x: 2 * x, p)


def same(got, want):
    """One structure, and leaves that agree in shape and value."""
    assert fzero.tree.structure(got) == fzero.tree.structure(want)
    for a, b in zip(fzero.tree.leaves(got), fzero.tree.leaves(want), strict=True):
        assert np.shape(a) == np.shape(b)
        np.testing.assert_allclose(a, b, rtol=1e-14)


def stacked(p, n=3):
    return fzero.tree.map(lambda x: np.stack([np.asarray(x) * (i + 1) for i in range(n)]), p)


def row(p, i):
    return fzero.tree.map(lambda x: x[i], p)


@pytest.mark.parametrize("name", TREES)
class TestEveryTree:
    def test_grad(self, name):
        p = TREES[name]
        same(fzero.grad(total)(p), slope(p))
        (value, aux), g = fzero.value_and_grad(lambda p: (total(p), p), has_aux=True)(p)
        same(g, slope(p))
        same(aux, p)
        assert value == pytest.approx(total(p), rel=1e-15)

    def test_vjp_and_jvp(self, name):
        p = TREES[name]
        y, pull = fzero.vjp(lambda p: {"out": double(p)}, p)
        same(y, {"out": double(p)})
        same(pull(y)[0], double(double(p)))
        y, t = fzero.jvp(double, (p,), (p,))
        same(t, double(p))

    def test_linearize_and_transpose(self, name):
        p = TREES[name]
        _, push = fzero.linearize(double, p)
        same(push(p), double(p))
        same(fzero.linear_transpose(double, p)(p)[0], double(p))

    def test_vmap(self, name):
        p = TREES[name]
        rows = stacked(p)
        got = fzero.vmap(lambda p: (double(p), total(p)))(rows)
        same(got[0], double(rows))
        np.testing.assert_allclose(got[1], [total(row(rows, i)) for i in range(3)], rtol=1e-14)
        same(row(fzero.vmap(fzero.grad(total))(rows), 1), slope(row(rows, 1)))

    def test_jacobians_and_hvp(self, name):
        p = TREES[name]
        for jac in (fzero.jacfwd, fzero.jacrev):
            J = jac(total)(p)
            same(J, slope(p))
        eps = 1e-5
        bump = lambda s: fzero.tree.map(lambda x: x + s * eps, p)
        ones = fzero.tree.map(lambda x: np.ones_like(x), p)
        got = fzero.hvp(total)(p, ones)
        assert fzero.tree.structure(got) == fzero.tree.structure(p)
        pairs = zip(*map(fzero.tree.leaves, (got, slope(bump(1)), slope(bump(-1)))), strict=True)
        for h, a, b in pairs:
            np.testing.assert_allclose(h, (a - b) / (2 * eps), rtol=1e-8)

    def test_control_flow(self, name):
        p = TREES[name]
        same(fzero.cond(True, double, lambda p: p, p), double(p))
        rows = stacked(p)
        flags = np.array([True, False, True])
        got = fzero.vmap(lambda f, p: fzero.cond(f, double, lambda p: p, p))(flags, rows)
        same(row(got, 0), double(row(rows, 0)))
        same(row(got, 1), row(rows, 1))
        same(fzero.fori_loop(0, 3, lambda i, p: double(p), p), double(double(double(p))))
        carry, ys = fzero.scan(lambda c, x: (double(c), x), p, rows)
        same(carry, double(double(double(p))))
        same(ys, rows)
        same(fzero.map(double, rows), double(rows))

    def test_checkpoint_and_custom_rules(self, name):
        p = TREES[name]
        same(fzero.grad(fzero.checkpoint(total))(p), slope(p))
        f = fzero.custom_vjp(lambda p: (total(p), p))
        f.defvjp(lambda p: ((total(p), p), p), lambda p, g: (double(slope(p)),))
        same(fzero.grad(lambda p: f(p)[0])(p), double(slope(p)))
        h = fzero.custom_jvp(double)
        h.defjvp(lambda primals, tangents: (double(primals[0]), double(double(tangents[0]))))
        same(fzero.jvp(h, (p,), (p,))[1], double(double(p)))

    def test_stop_gradient_and_shapes(self, name):
        p = TREES[name]
        same(fzero.stop_gradient(p), p)
        got = fzero.eval_shape(double, p)
        assert fzero.tree.structure(got) == fzero.tree.structure(p)
        same(fzero.device_get(p), p)


class TestKinds:
    def test_the_type_of_container_is_kept(self):
        for name in ("FrozenDict", "OrderedDict", "namedtuple", "dataclass"):
            p = TREES[name]
            assert type(fzero.grad(total)(p)) is type(p)
        assert fzero.grad(total)(TREES["dataclass"]).name == "first"

    def test_dict_and_frozen_dict_go_together(self):
        frozen, plain = fzero.FrozenDict(a=2.0, b=3.0), {"b": 3.0, "a": 2.0}
        f = lambda p: {"y": p["a"] * p["b"]}
        for p, other in ((frozen, plain), (plain, frozen)):
            assert fzero.jvp(f, (p,), (other,))[1] == {"y": 12.0}
            assert fzero.linearize(f, p)[1](other) == {"y": 12.0}
            assert fzero.hvp(lambda p: p["a"] * p["b"])(p, other) == {"a": 3.0, "b": 2.0}
        g = fzero.vjp(f, plain)[1](fzero.FrozenDict(y=1.0))[0]
        assert g == {"a": 3.0, "b": 2.0}
        swap = lambda c, _: (fzero.FrozenDict(a=c["b"], b=c["a"]), None)
        assert fzero.scan(swap, plain, None, length=3)[0] == {"a": 3.0, "b": 2.0}

    def test_a_list_is_no_tuple(self):
        with pytest.raises(ValueError, match="structure"):
            fzero.jvp(lambda p: p[0], ([1.0, 2.0],), ((1.0, 2.0),))

    def test_axes_as_prefixes_of_any_tree(self):
        p = Layer(np.ones((3, 2)), Point(np.arange(3.0), 5.0))
        axes = Layer(0, Point(0, None))
        got = fzero.vmap(lambda p: p.w.sum() + p.b.x * p.b.y, in_axes=(axes,))(p)
        assert got.tolist() == [2.0, 7.0, 12.0]
