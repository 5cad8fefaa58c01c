"""jvp: values, tangents, nestings and messages."""

import numpy as np
import pytest

import fzero


def test_value_and_tangent_of_an_array():
    x, t = np.array([0.1, 0.2]), np.array([1.0, -2.0])
    y, dy = fzero.jvp(np.sin, (x,), (t,))
    np.testing.assert_array_equal(y, np.sin(x))
    np.testing.assert_allclose(dy, np.cos(x) * t, rtol=1e-15)


def test_several_arguments_add_up():
    y, dy = fzero.jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    assert (y, dy) == (6.0, 23.0)


def test_agrees_with_the_pullback():
    rng = np.random.default_rng(0)
    A, x, t, g = (rng.normal(size=s) for s in ((3, 4), 4, 4, 3))
    f = lambda x: np.tanh(A @ x)
    pushed = fzero.jvp(f, (x,), (t,))[1]
    (pulled,) = fzero.vjp(f, x)[1](g)
    assert g @ pushed == pytest.approx(pulled @ t, rel=1e-13)


def test_a_result_without_a_tangent_has_zeros():
    y, dy = fzero.jvp(
        lambda x: (np.ones(2), np.argmax(x), x.shape[0]), (np.ones(3),), (np.ones(3),)
    )
    assert dy[0].tolist() == [0.0, 0.0] and dy[1] == 0.0 and dy[2] == 0.0
    assert y[2] == 3


def test_an_integer_primal_is_constant_whatever_its_tangent():
    y, dy = fzero.jvp(lambda n, x: n * x, (3, 2.0), (1, 1.0))
    assert (y, dy) == (6.0, 3.0)


def test_lists_of_primals_and_tangents():
    assert fzero.jvp(lambda x: x**2, [3.0], [1.0]) == (9.0, 6.0)


def test_has_aux_is_passed_through():
    y, dy, aux = fzero.jvp(lambda x: (x**2, {"x": x, "s": "text"}), (3.0,), (1.0,), has_aux=True)
    assert (y, dy, aux) == (9.0, 6.0, {"x": 3.0, "s": "text"})


def test_has_aux_that_is_no_pair():
    with pytest.raises(TypeError, match="jvp: with has_aux=True the function returned"):
        fzero.jvp(lambda x: x, (3.0,), (1.0,), has_aux=True)


@pytest.mark.parametrize("depth", [2, 3, 4])
def test_nested_derivatives_of_a_polynomial(depth):
    f = lambda x: x**5
    want = 5.0
    for k in range(1, depth):
        want *= 5 - k
    for _ in range(depth):
        f = lambda x, f=f: fzero.jvp(f, (x,), (1.0,))[1]
    assert f(2.0) == pytest.approx(want * 2.0 ** (5 - depth), rel=1e-14)


def test_forward_over_reverse_is_reverse_over_forward():
    f = lambda x: (np.sin(x) * x**2).sum()
    x, t = np.array([0.3, 1.2]), np.array([1.0, -1.0])
    want = (2 * np.sin(x) + 4 * x * np.cos(x) - x**2 * np.sin(x)) * t
    over_reverse = fzero.jvp(fzero.grad(f), (x,), (t,))[1]
    over_forward = fzero.grad(lambda x: fzero.jvp(f, (x,), (t,))[1])(x)
    np.testing.assert_allclose(over_reverse, want, rtol=1e-13)
    np.testing.assert_allclose(over_forward, want, rtol=1e-13)


def test_the_tangent_is_differentiated_too():
    f = lambda t: fzero.jvp(lambda x: x**3, (2.0,), (t,))[1]
    assert fzero.grad(f)(5.0) == 12.0
    assert fzero.vmap(f)(np.array([1.0, 2.0])).tolist() == [12.0, 24.0]


def test_under_vmap_over_primals_and_tangents():
    xs, ts = np.array([1.0, 2.0, 3.0]), np.array([1.0, 10.0, 100.0])
    push = lambda x, t: fzero.jvp(lambda x: x**2, (x,), (t,))[1]
    assert fzero.vmap(push)(xs, ts).tolist() == [2.0, 40.0, 600.0]
    assert fzero.vmap(push, in_axes=(None, 0))(2.0, ts).tolist() == [4.0, 40.0, 400.0]


def test_python_if_runs_on_the_value():
    f = lambda x: x**2 if x > 0 else -x
    assert fzero.jvp(f, (3.0,), (1.0,))[1] == 6.0
    assert fzero.jvp(f, (-3.0,), (1.0,))[1] == -1.0


def test_primals_that_are_no_tuple():
    with pytest.raises(TypeError, match=r"primals is a ndarray.*jvp\(f, \(x,\), \(t,\)\)"):
        fzero.jvp(np.sin, np.ones(2), np.ones(2))
    with pytest.raises(TypeError, match="tangents is a float"):
        fzero.jvp(np.sin, (1.0,), 1.0)
    assert fzero.jvp(np.sin, (0.0,), (1.0,))[1] == 1.0


def test_tangents_of_another_structure_or_shape():
    with pytest.raises(ValueError, match="tangents has the structure"):
        fzero.jvp(np.add, (1.0, 2.0), (1.0,))
    x = np.ones(3)
    with pytest.raises(ValueError, match=r"leaf 0 of shape \(2,\); expected \(3,\)"):
        fzero.jvp(np.sin, (x,), (np.ones(2),))
    assert fzero.jvp(np.sin, (x,), (np.ones_like(x),))[1].shape == (3,)


def test_a_complex_tangent_of_a_real_primal():
    with pytest.raises(TypeError, match="complex128; expected float64"):
        fzero.jvp(np.sin, (1.0,), (1j,))


def test_an_integer_tangent_is_promoted():
    y, dy = fzero.jvp(lambda x: 3 * x, (np.ones(2),), (np.array([1, 2]),))
    assert dy.dtype == np.float64 and dy.tolist() == [3.0, 6.0]
