"""Names of JAX's top level beside JAX: custom_gradient, remat, ravel_pytree, lazy namespaces."""

import subprocess
import sys

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero.errors import NotDifferentiableError
from fzero.flatten_util import ravel_pytree
from tests.beside_jax import near

X = np.array([0.5, -1.0, 2.0])


def tripled(x, m):
    """The sine, whose stated derivative is three times its own."""
    return m.sin(x), lambda g: 3 * g * m.cos(x)


@pytest.mark.parametrize(
    "transform",
    [
        lambda m, f: f,
        lambda m, f: m.vmap(m.grad(f)),
        lambda m, f: m.grad(lambda x: m.vmap(f)(x).sum()),
        lambda m, f: m.grad(lambda x: (m.grad(lambda y: f(y).sum())(x) ** 2).sum()),
        lambda m, f: m.vmap(m.grad(m.grad(f))),
    ],
)
def test_custom_gradient_holds_under_every_nesting(jax, transform):
    ours = fzero.custom_gradient(lambda x: tripled(x, np))
    theirs = jax.custom_gradient(lambda x: tripled(x, jax.numpy))
    near(transform(fzero, ours)(X), transform(jax, theirs)(jax.numpy.asarray(X)))


def test_custom_gradient_of_several_pytrees(jax):
    def scaled(p, x):
        return p["w"] * x, lambda g: ({"w": 2 * (g * x).sum()}, 5 * g * p["w"])

    args = {"w": np.array(3.0)}, X
    ours, theirs = (
        m.grad(lambda p, x, m=m: m.custom_gradient(scaled)(p, x).sum(), (0, 1))(*args)
        for m in (fzero, jax)
    )
    near(ours, theirs)


def test_custom_gradient_says_what_it_wants():
    with pytest.raises(TypeError, match="Return"):
        fzero.custom_gradient(lambda x: x)(1.0)
    assert fzero.custom_gradient(lambda x: (x, lambda g: g))(1.0) == 1.0
    with pytest.raises(NotDifferentiableError, match="custom_jvp"):
        fzero.jvp(fzero.custom_gradient(lambda x: tripled(x, np)), (X,), (X,))


def test_remat_is_checkpoint():
    f = fzero.remat(lambda x: np.sin(x) ** 2)
    near(fzero.grad(lambda x: f(x).sum())(X), 2 * np.sin(X) * np.cos(X))


TREE = {"b": [np.float32(2.0), np.arange(6).reshape(2, 3)], "a": (np.ones((2, 2)), None)}


def test_ravel_pytree_is_that_of_jax(jax):
    from jax.flatten_util import ravel_pytree as theirs

    flat, unravel = ravel_pytree(TREE)
    expected, undo = theirs(TREE)
    near(flat, expected)
    back = unravel(flat)
    near(back, undo(expected))
    assert fzero.tree.structure(back) == fzero.tree.structure(TREE)
    assert [x.dtype for x in fzero.tree.leaves(back)] == [np.float64, np.float32, np.int64]
    assert ravel_pytree({})[0].shape == (0,)
    assert ravel_pytree({})[1](np.zeros(0)) == {}


def test_derivatives_pass_through_vectors():
    params = {"w": np.array([[1.0, 2.0]]), "b": np.array(0.5)}
    flat, unravel = ravel_pytree(params)

    def loss(p):
        return (np.tanh(p["w"]) * p["b"]).sum()

    near(
        fzero.grad(lambda v: loss(unravel(v)))(flat),
        ravel_pytree(fzero.grad(loss)(params))[0],
    )
    near(
        fzero.vmap(lambda s: ravel_pytree(fzero.tree.map(lambda x: s * x, params))[0])(X),
        np.outer(X, flat),
    )
    near(fzero.grad(lambda p: fnp.sum(ravel_pytree(p)[0] ** 2))(params)["w"], 2 * params["w"])
    with pytest.raises(ValueError, match=r"reshape\(-1\)"):
        unravel(flat[None])
    unravel(flat[None].reshape(-1))


@pytest.mark.parametrize(
    "name", ["lax.sin", "lax.linalg.qr", "scipy.special.expit", "flatten_util.ravel_pytree"]
)
def test_a_namespace_is_there_when_it_is_asked_for(name):
    part = name.split(".")[0]
    code = (
        f"import sys, fzero; assert 'fzero.lax' not in sys.modules;"
        f"assert '{part}' in dir(fzero); print(fzero.{name}.__name__)"
    )
    shown = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == name.split(".")[-1]
