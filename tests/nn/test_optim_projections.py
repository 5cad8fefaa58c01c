"""Projections beside Optax's and beside a solver, their derivatives, and their edges."""

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero_nn.optim import projections as ours
from fzero_nn.optim import tree
from tests.strict import put, unwrap

RNG = np.random.default_rng(0)
X = {"W": 2 * RNG.normal(size=(2, 3)), "b": RNG.normal(size=2)}
A = {"W": RNG.normal(size=(2, 3)), "b": RNG.normal(size=2)}

CASES = {
    "projection_non_negative": [()],
    "projection_box": [(tree.full_like(X, -0.5), tree.full_like(X, 0.25))],
    "projection_simplex": [(), (2.5,), (100.0,)],
    "projection_l1_sphere": [(), (100.0,)],
    "projection_l1_ball": [(), (100.0,)],
    "projection_l2_sphere": [(), (3.0,)],
    "projection_l2_ball": [(), (100.0,)],
    "projection_linf_ball": [(), (0.5,)],
    "projection_vector": [(A,)],
    "projection_hyperplane": [(A, 0.7)],
    "projection_halfspace": [(A, -10.0), (A, 10.0)],
}
CALLS = [(name, args) for name, options in CASES.items() for args in options]
#: Whether a tree is in the set.
MEMBERS = {
    "projection_non_negative": lambda p: tree.min(p) >= 0,
    "projection_box": lambda p, low, high: tree.min(p) >= -0.5 and tree.max(p) <= 0.25,
    "projection_simplex": lambda p, s=1: tree.min(p) >= 0 and near(tree.sum(p), s),
    "projection_l1_sphere": lambda p, s=1: near(tree.norm(p, 1), s),
    "projection_l1_ball": lambda p, s=1: tree.norm(p, 1) <= s * (1 + 1e-12),
    "projection_l2_sphere": lambda p, s=1: near(tree.norm(p), s),
    "projection_l2_ball": lambda p, s=1: tree.norm(p) <= s * (1 + 1e-12),
    "projection_linf_ball": lambda p, s=1: tree.norm(p, np.inf) <= s,
    "projection_vector": lambda p, a: near(tree.vdot(p, a) ** 2, square(p) * square(a)),
    "projection_hyperplane": lambda p, a, b: near(tree.vdot(p, a), b),
    "projection_halfspace": lambda p, a, b: tree.vdot(p, a) <= b + 1e-12,
}


def near(a, b):
    return a == pytest.approx(b, rel=1e-12)


def square(x):
    return tree.norm(x, squared=True)


@pytest.mark.parametrize(("name", "args"), CALLS)
def test_the_values_and_derivatives_of_optax(name, args):
    optax, jax = pytest.importorskip("optax"), pytest.importorskip("jax")
    got, pull = fzero.vjp(lambda x: getattr(ours, name)(x, *args), X)
    with jax.enable_x64(True):
        args = jax.tree.map(jax.numpy.asarray, [plain(a) for a in args])
        f = lambda x: getattr(optax.projections, name)(x, *args)
        want, peer = jax.vjp(f, jax.tree.map(jax.numpy.asarray, X))
        (want_grad,) = peer(jax.tree.map(jax.numpy.asarray, A))
    (grad,) = pull(A)
    for k in X:
        np.testing.assert_allclose(got[k], want[k], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(grad[k], want_grad[k], rtol=1e-10, atol=1e-12)


def plain(x):
    return dict(x) if isinstance(x, fzero.FrozenDict) else x


def test_the_hypercube_is_a_box():
    got = ours.projection_hypercube(X, 0.5)
    np.testing.assert_array_equal(got["W"], np.clip(X["W"], 0, 0.5))
    per_array = ours.projection_hypercube(X, {"W": 0.5, "b": np.array([0.1, 0.2])})
    np.testing.assert_array_equal(per_array["b"], np.clip(X["b"], 0, [0.1, 0.2]))


def test_every_projection_of_optax_is_there():
    optax = pytest.importorskip("optax")
    assert {n for n in vars(optax.projections) if n.startswith("projection")} == set(ours.__all__)


@pytest.mark.parametrize(("name", "args"), CALLS)
def test_it_is_in_the_set_and_nothing_of_the_set_is_nearer(name, args):
    project = getattr(ours, name)
    p = project(X, *args)
    assert MEMBERS[name](p, *args)
    distance = square(tree.sub(X, p))
    assert tree.allclose(project(p, *args), p, rtol=1e-12, atol=1e-12)
    for _ in range(50):
        other = tree.add_scale(p, 0.3, {k: RNG.normal(size=x.shape) for k, x in X.items()})
        other = project(other, *args)  # somewhere in the set, near by
        assert square(tree.sub(X, other)) >= distance - 1e-12


@pytest.mark.parametrize(("name", "args"), CALLS)
def test_dtype_structure_purity_and_rows(name, args):
    project = getattr(ours, name)
    small = tree.cast(X, np.float32)
    args32 = [tree.cast(a, np.float32) if isinstance(a, dict) else a for a in args]
    args32 = [np.float64(a) if isinstance(a, float) else a for a in args32]
    got = project(small, *args32)
    assert isinstance(got, fzero.FrozenDict) and tree.dtype(got) == np.float32
    want = project(X, *args)
    np.testing.assert_allclose(got["W"], want["W"], atol=3e-6)
    rows = {k: np.stack([x, -x, 0.1 * x]) for k, x in X.items()}
    together = fzero.vmap(lambda x: project(x, *args))(rows)
    for i in range(3):
        alone = project({k: x[i] for k, x in rows.items()}, *args)
        np.testing.assert_allclose(together["W"][i], alone["W"], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("name", "args"), CALLS)
def test_the_stand_in_for_cupy_gives_the_same(name, args):
    placed = [fzero.tree.map(put, a) if isinstance(a, dict) else a for a in args]
    got = getattr(ours, name)(fzero.tree.map(put, X), *placed)
    want = getattr(ours, name)(X, *args)
    for k in want:
        np.testing.assert_allclose(unwrap(got[k]), want[k], rtol=1e-12, atol=1e-14)


def test_the_simplex_at_its_edges():
    project = ours.projection_simplex
    np.testing.assert_allclose(project(np.zeros(4)), 0.25, rtol=1e-15)
    np.testing.assert_array_equal(project(np.array([5.0, 5.0, 4.0])), [0.5, 0.5, 0.0])
    np.testing.assert_array_equal(project(np.array([1e300, 0.0])), [1, 0])
    np.testing.assert_array_equal(project(np.array([1e9, 1e9 - 0.5])), [0.75, 0.25])
    np.testing.assert_array_equal(project(np.array([0.0, -np.inf, -0.5])), [0.75, 0, 0.25])
    assert np.isnan(project(np.array([np.nan, 1.0, 2.0]))).all()
    assert project([3]) == [1] and project([3, 3]) == [0.5, 0.5]  # integers become floats
    half = project(np.linspace(0, 1, 5000, dtype=np.float16))
    assert half.dtype == np.float16 and float(half.sum(dtype=float)) == pytest.approx(1, abs=0.01)


def test_the_jacobian_of_the_simplex_has_the_form_of_the_paper():
    """Martins and Astudillo, section 2.5: Diag(s) - s s' / |s| for the support s."""
    x = np.array([0.3, 0.9, -2.0, 0.7])
    s = (ours.projection_simplex(x) > 0).astype(float)
    want = np.diag(s) - np.outer(s, s) / s.sum()
    for jacobian in (fzero.jacrev, fzero.jacfwd):
        np.testing.assert_allclose(jacobian(ours.projection_simplex)(x), want, atol=1e-15)
    to_scale = fzero.jacfwd(lambda scale: ours.projection_simplex(x, scale))(1.0)
    np.testing.assert_allclose(to_scale, s / s.sum(), rtol=1e-12)
    second = fzero.hessian(lambda x: fnp.sum(ours.projection_simplex(x) ** 2))(x)
    np.testing.assert_allclose(second, 2 * want, atol=1e-14)


def test_zeros_have_a_nearest_point_of_the_l1_sphere_too():
    np.testing.assert_allclose(ours.projection_l1_sphere(np.zeros(2)), [0.5, 0.5])
    np.testing.assert_array_equal(ours.projection_l2_ball(np.zeros(2)), [0, 0])
    gradient = fzero.grad(lambda x: fnp.sum(ours.projection_l2_ball(x)))(np.zeros(2))
    np.testing.assert_array_equal(gradient, [1, 1])


def test_radii_must_be_positive():
    for name in ("simplex", "l1_sphere", "l1_ball", "l2_sphere", "l2_ball", "linf_ball"):
        with pytest.raises(ValueError, match=f"projection_{name}: scale is 0; expected a positive"):
            getattr(ours, f"projection_{name}")(X, 0)
