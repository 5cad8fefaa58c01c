"""Plain `numpy.NAME` in a user's function, for every name that must work, under all transforms.

Each case becomes a number: z times a weighted sum of all that it returns. Its derivative in z is
the value itself, so that names without a derivative are held to their values too; the derivatives
in the operands are compared with central differences of NumPy's own function.
"""

from functools import reduce

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import tree
from fzero.errors import BatchedValueError
from tests.numpy_cases import CASES, Case
from tests.numpy_checks import dotted, is_float, quiet
from tests.numpy_must import MUST, REFUSED, STATIC

BY_NAME = {n: [c for c in (*CASES, *STATIC) if c.name == n] for n in MUST}
EPS, Z = 1e-6, np.array(1.7)
STEP = {"rtol": 3e-6, "atol": 3e-7}
EXACT = {"rtol": 1e-9, "atol": 1e-10}
SINGLE = {"rtol": 3e-6, "atol": 3e-6}


def _number(leaf):
    if not hasattr(leaf, "astype"):
        return float(leaf)
    if leaf.dtype.kind == "c":
        leaf = leaf.real + 2 * leaf.imag
    return leaf.astype(np.float64)


def _total(out):
    """A weighted sum of all numbers of a result."""
    total = 0.0
    for k, leaf in enumerate(tree.leaves(out)):
        y = _number(leaf)
        weights = np.cos(np.arange(int(np.prod(np.shape(y)))) + k).reshape(np.shape(y))
        total = total + (weights * y).sum()
    return total


class Asked:
    """A case as a function of z and of its floating operands, and the operands' directions."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.m = fnp if case.ours_only else np
        self.places = [i for i, a in enumerate(case.args) if is_float(a)]
        self.xs = [case.args[i] for i in self.places]
        self.ts = [np.sin(np.arange(x.size) + 1.0).reshape(x.shape) for x in self.xs]

    def full(self, xs, args):
        full = list(args)
        for i, x in zip(self.places, xs, strict=True):
            full[i] = x
        return full

    def one(self, z, *xs, m=None):
        return z * _total(self.case.call(m or self.m, *self.full(xs, self.case.args)))

    def rows(self):
        """Three rows of every operand."""
        spread = [1.0, 1.015, 0.985]
        return [
            np.stack([a * k for k in spread] if is_float(a) else [a] * 3) for a in self.case.args
        ]

    def all(self, z, *xs):
        """The sum over a vmap of three rows."""
        rows = self.full(xs, self.rows())
        return z * _total(fzero.vmap(lambda *a: self.case.call(self.m, *a))(*rows))

    def loop(self, z, *xs):
        """The same as `all`, by NumPy alone, a row after the other."""
        rows = self.full(xs, self.rows())
        outs = [tree.leaves(self.case.call(np, *[r[k] for r in rows])) for k in range(3)]
        return z * _total([np.stack(ys) for ys in zip(*outs, strict=True)])

    def single(self):
        """Whether it computes in float32, where differences are not taken."""
        made = tree.leaves(self.case.call(np, *self.case.args))
        return any(getattr(y, "dtype", None) in (np.float32, np.complex64) for y in made)


def _slope(f, xs, ts):
    ahead = f(Z, *[x + EPS * t for x, t in zip(xs, ts, strict=True)])
    behind = f(Z, *[x - EPS * t for x, t in zip(xs, ts, strict=True)])
    return float((ahead - behind) / (2 * EPS))


def _check_derivatives(f, plain, xs, ts, single, flat):
    """Value, jvp and grad of `f` against those of `plain`, which is NumPy's."""
    near = SINGLE if single else EXACT
    want = plain(Z, *xs)
    value, forward = fzero.jvp(f, (Z, *xs), (np.ones(()), *ts))
    in_z, *grads = fzero.grad(f, tuple(range(1 + len(xs))))(Z, *xs)
    np.testing.assert_allclose(value, want, **near)
    np.testing.assert_allclose(in_z, want / Z, **near)
    np.testing.assert_allclose(in_z + dotted(grads, ts), float(forward), **near)
    assert all(g.shape == x.shape for g, x in zip(grads, xs, strict=True))
    if xs and not single and not flat:
        np.testing.assert_allclose(dotted(grads, ts), _slope(plain, xs, ts), **STEP)


def check(case: Case) -> int:
    """Hold a case to grad, jvp, vmap and grad of vmap; how many transforms it went through."""
    asked = Asked(case)
    kind = asked.single(), case.flat
    plain = lambda z, *xs: asked.one(z, *xs, m=np)
    _check_derivatives(asked.one, plain, asked.xs, asked.ts, *kind)
    own = [asked.rows()[i] for i in asked.places]
    if case.by_value:
        for f in (asked.all, fzero.grad(asked.all)):
            with pytest.raises(BatchedValueError):
                f(Z, *own)
        return 4
    ts = [np.sin(np.arange(x.size) + 1.0).reshape(x.shape) for x in own]
    np.testing.assert_allclose(asked.all(Z, *own), asked.loop(Z, *own), **EXACT)
    _check_derivatives(asked.all, asked.loop, own, ts, *kind)
    return 4


@pytest.mark.parametrize("name", MUST)
def test_name_works_under_grad_jvp_vmap_and_grad_of_vmap(name, record_property):
    cases = BY_NAME[name]
    assert cases, f"{name} has no case"
    runs = sum(quiet(check, case) for case in cases)
    record_property("must", [name, len(cases), runs])


TRANSFORMS = {
    "grad": lambda f: fzero.grad(lambda x: f(x).sum()),
    "jvp": lambda f: lambda x: fzero.jvp(f, (x,), (x,)),
    "vmap": fzero.vmap,
    "grad of vmap": lambda f: fzero.grad(lambda x: fzero.vmap(f)(x).sum()),
}


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name", REFUSED)
def test_what_numpy_cannot_hand_over_is_an_error_that_names_ours(name, transform):
    rows = np.arange(12.0).reshape(3, 4)
    f = TRANSFORMS[transform]
    with pytest.raises(TypeError, match=r"Use fzero\.numpy\.array"):
        f(lambda x: REFUSED[name](np, x))(rows)
    f(lambda x: REFUSED[name](fnp, x))(rows)


def test_numpy_has_every_name_too():
    missing = [n for n in MUST if n != "newaxis" and reduce(getattr, n.split("."), np) is None]
    assert missing == []
    assert len(MUST) == len(set(MUST)) == 231 + 24 + 14
