"""Products of vectors, matrices and tensors: values against NumPy, rules against differences."""

import numpy as np
import pytest

import fzero.array  # noqa: F401  (tracers behave as arrays)
from fzero.forward import jvp
from fzero.mapping import vmap
from fzero.ops import products as p
from fzero.ops.einsum import einsum
from fzero.reverse import vjp
from fzero.testing import check_grads, check_vmap

RNG = np.random.default_rng(0)


def normal(*shape: int) -> np.ndarray:
    return RNG.normal(size=shape)


SUBSCRIPTS = [
    ("ij,jk", (2, 3), (3, 4)),
    ("ba", (2, 3)),
    ("ii", (3, 3)),
    ("ii->i", (3, 3)),
    ("iij->j", (2, 2, 3)),
    ("ijij->ji", (2, 3, 2, 3)),
    ("iii->i", (2, 2, 2)),
    ("ij->", (2, 3)),
    ("ij,ij,jk->ik", (2, 3), (2, 3), (3, 4)),
    ("ij,kl->kj", (2, 3), (4, 5)),
    ("...ij,...jk->...ik", (5, 2, 3), (3, 4)),
    ("...ij,...jk", (5, 1, 2, 3), (4, 3, 2)),
    ("i...,i...->...", (3, 2), (3, 4, 1)),
    ("i...->...", (3, 2)),
    ("ij,jk->ik", (2, 1), (3, 4)),
    ("ij,kj->ik", (2, 3), (4, 1)),
    (",ij->ij", (), (2, 3)),
    (",", (), ()),
    ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
    ("bqhd,bkhd->bhqk", (2, 3, 2, 4), (2, 5, 2, 4)),
    ("ijk,jil->kl", (2, 3, 4), (3, 2, 5)),
    ("ij,j,i->", (2, 3), (3,), (2,)),
    ("ij,jk->ik", (0, 3), (3, 2)),
    ("ij,jk->ik", (2, 0), (0, 2)),
    ("i,j,k,l->likj", (2,), (3,), (1,), (2,)),
    (" i j , j k -> k i ", (2, 3), (3, 4)),
]


@pytest.mark.parametrize("subscripts, shapes", [(s, ss) for s, *ss in SUBSCRIPTS], ids=str)
def test_einsum(subscripts, shapes):
    operands = [normal(*s) for s in shapes]
    want = np.einsum(subscripts, *operands)
    got = einsum(subscripts, *operands)
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, atol=1e-13)
    if all(x.size for x in operands):
        check_grads(lambda *xs: einsum(subscripts, *xs), operands)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.int32, np.float32, np.complex64])
def test_einsum_keeps_dtypes(dtype):
    x, y = (normal(3, 3) * 40).astype(dtype), (normal(3, 3) * 40).astype(dtype)
    for subscripts in ("ij,jk->ik", "ij,jk->i", "ii,jk->k", "ij,ij->ij", "ij,ij->i"):
        want = np.einsum(subscripts, x, y)
        got = einsum(subscripts, x, y)
        assert got.dtype == want.dtype
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-2)


def test_einsum_interleaved():
    x, y = normal(2, 3), normal(5, 3, 4)
    for call in (
        (x, [0, 1], y, [2, 1, 3], [3, 0]),
        (x, [0, 1], y, [2, 1, 30]),
        (x, [Ellipsis, 1], y, [2, 1, 3], [Ellipsis, 3]),
    ):
        np.testing.assert_allclose(einsum(*call), np.einsum(*call), atol=1e-13)


def test_einsum_under_transforms_nested():
    x, w = normal(4, 2, 3), normal(3, 3)

    def f(w):
        return einsum("b->", np.sin(vmap(lambda r: einsum("ij,jk,ik->", r, w, r))(x)))

    check_grads(f, [w])
    check_vmap(lambda x, w: einsum("...j,jj->...", x, w), (x, np.stack([w] * 4)), in_axes=0)


@pytest.mark.parametrize(
    "call, text",
    [
        (("ij,jk", np.ones((2, 3))), "2 terms for 1 operands"),
        (("ijk", np.ones((2, 3))), "term 0"),
        (("i", np.ones((2, 3))), "Write '...'"),
        (("i$", np.ones((2, 3))), "expected letters"),
        (("ij,jk->ik", np.ones((2, 3)), np.ones((4, 2))), "sizes 3 and 4"),
        (("ij->ik", np.ones((2, 3))), "'k' 1 times"),
        (("ij->ii", np.ones((2, 3))), "'i' 2 times"),
        (("ii", np.ones((2, 3))), "sizes 2 and 3"),
        (("ii", np.ones((1, 3))), "sizes 1 and 3"),
        (("...i->i", np.ones((2, 3))), "has no '...'"),
    ],
)
def test_einsum_errors(call, text):
    with pytest.raises(ValueError, match="einsum") as error:
        einsum(*call)
    assert text in str(error.value)


CALLS = [
    ("dot", lambda m: m.dot, [((3,), (3,)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((), (2, 3)),
                              ((2, 2, 3), (4, 3, 2)), ((3,), (4, 3, 2)), ((2, 2, 3), (3, 2))]),
    ("vdot", lambda m: m.vdot, [((2, 3), (3, 2)), ((3,), (3,))]),
    ("vecdot", lambda m: m.vecdot, [((3,), (3,)), ((2, 3), (3,)), ((4, 1, 3), (2, 3))]),
    ("inner", lambda m: m.inner, [((3,), (3,)), ((2, 3), (4, 3)), ((), (2,)), ((2, 2, 3), (3,))]),
    ("outer", lambda m: m.outer, [((2, 3), (2,)), ((), (3,))]),
    ("kron", lambda m: m.kron, [((2, 3), (2, 2)), ((3,), (2, 2)), ((2, 1, 2), (2, 3)), ((), (2,))]),
    ("cross", lambda m: m.cross, [((3,), (3,)), ((2, 3), (3,)), ((2, 1, 3), (4, 3))]),
    ("matmul", lambda m: m.matmul, [((2, 3), (3, 2)), ((4, 2, 3), (3,))]),
    ("matvec", lambda m: m.matvec, [((2, 3), (3,)), ((4, 2, 3), (3,)), ((2, 3), (4, 3))]),
    ("vecmat", lambda m: m.vecmat, [((2,), (2, 3)), ((4, 2), (2, 3))]),
    ("tensordot", lambda m: lambda x, y: m.tensordot(x, y, axes=1), [((2, 3), (3, 4))]),
    ("tensordot 2", lambda m: m.tensordot, [((2, 3, 4), (3, 4, 5))]),
    ("tensordot 0", lambda m: lambda x, y: m.tensordot(x, y, axes=0), [((2,), (3,)), ((), (3,))]),
    ("tensordot pair", lambda m: lambda x, y: m.tensordot(x, y, axes=([0, -1], [2, 0])),
     [((2, 3, 4), (4, 5, 2))]),
    ("cross axis", lambda m: lambda x, y: m.cross(x, y, axis=0), [((3, 2), (3, 2))]),
    ("cross axes", lambda m: lambda x, y: m.cross(x, y, axisa=0, axisc=0), [((3, 2), (2, 3))]),
]  # fmt: skip
CASES = [(name, f, shapes) for name, f, several in CALLS for shapes in several]


@pytest.mark.parametrize("complex", [False, True])
@pytest.mark.parametrize("name, f, shapes", CASES, ids=lambda v: "" if callable(v) else str(v))
def test_products(name, f, shapes, complex):
    if name in ("matvec", "vecmat") and not hasattr(np, name):
        pytest.skip("this NumPy is older than 2.2")
    x, y = (normal(*s) + (1j * normal(*s) if complex else 0) for s in shapes)
    want, got = f(np)(x, y), f(p)(x, y)
    assert np.shape(got) == np.shape(want)
    np.testing.assert_allclose(got, want, atol=1e-13)
    check_grads(f(p), [x, y], order=1)
    check_vmap(f(p), (np.stack([x, 2 * x]), y), in_axes=(0, None))
    check_vmap(f(p), (x, np.stack([y, 2 * y, y], axis=-1)), in_axes=(None, -1))


def test_vecdot_along_an_axis():
    x = normal(3, 2, 4)
    np.testing.assert_allclose(p.vecdot(x, x, axis=0), np.vecdot(x, x, axis=0))


def test_multi_dot_takes_the_cheapest_order():
    a, b, c = normal(10, 100), normal(100, 5), normal(5, 50)
    assert p._order([10, 100, 5, 50])[0, 2] == 1  # (a b) c costs 7500, a (b c) 75000
    for chain in ([a, b, c], [a[0], b, c], [a, b, c, c[0]], [a[0], b, c, c[0]], [a, b]):
        np.testing.assert_allclose(p.multi_dot(chain), np.linalg.multi_dot(chain), rtol=1e-11)
    check_grads(lambda *xs: p.multi_dot(xs), [normal(2, 3), normal(3, 1), normal(1, 2)])


@pytest.mark.parametrize(
    "call, text",
    [
        (lambda x: p.tensordot(x, x.T), "sizes [2, 3] and [3, 2]"),
        (lambda x: p.tensordot(x, x, axes=3), "expected 0 <= axes <= 2"),
        (lambda x: p.vecdot(x, x.T), "sizes 3 and 2"),
        (lambda x: p.cross(x.T, x.T), "expected 3"),
        (lambda x: p.multi_dot([x]), "multi_dot"),
    ],
)
def test_errors(call, text):
    x = np.ones((2, 3))
    with pytest.raises(ValueError) as error:
        call(x)
    assert text in str(error.value)


def test_products_keep_float32():
    x, y = normal(2, 3).astype("f"), normal(3, 2).astype("f")
    for f in (p.dot, p.matmul, p.kron, lambda x, y: einsum("ij,jk->i", x, y)):
        out, pull = vjp(f, x, y)
        assert out.dtype == np.float32
        assert [g.dtype for g in pull(np.ones_like(out))] == [np.float32] * 2
        assert jvp(f, (x, y), (x, y))[1].dtype == np.float32
