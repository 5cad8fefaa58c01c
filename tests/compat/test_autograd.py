"""autograd's names: closed forms, its conventions, and rules stated by the user."""

import inspect
from functools import partial

import numpy as onp
import pytest

import fzero
import fzero.compat.autograd as ag
import fzero.compat.autograd.numpy as np
import fzero.compat.autograd.numpy.random as npr
from fzero.compat.autograd import (
    deriv,
    elementwise_grad,
    grad,
    grad_and_aux,
    grad_named,
    hessian,
    hessian_tensor_product,
    hessian_vector_product,
    holomorphic_grad,
    jacobian,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_jvp_reversemode,
    make_vjp,
    multigrad_dict,
    tensor_jacobian_product,
    value_and_grad,
)
from fzero.compat.autograd.extend import (
    def_linear,
    defjvp,
    defjvp_argnum,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    notrace_primitive,
    primitive,
)
from fzero.compat.autograd.misc import flatten
from fzero.compat.autograd.misc.fixed_points import fixed_point
from fzero.compat.autograd.misc.flatten import flatten_func
from fzero.compat.autograd.misc.optimizers import adam, rmsprop, sgd
from fzero.compat.autograd.test_util import check_grads, combo_check

X = onp.array([0.1, -0.2, 0.3])
V = onp.array([1.0, 2.0, -1.0])


def cubes(x):
    return np.sum(x**3)


def close(got, want):
    onp.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-12)


def test_grad_of_one_and_of_several_arguments():
    f = lambda x, y: x * y**2
    assert grad(f)(2.0, 3.0) == 9.0 and grad(f, 1)(2.0, 3.0) == 12.0
    assert grad(f, [1, 0])(2.0, 3.0) == (12.0, 9.0)
    assert grad_named(f, "y")(2.0, 3.0) == 12.0
    assert value_and_grad(f, 1)(2.0, 3.0) == (18.0, 12.0)
    assert grad(f, argnum=1)(2.0, 3.0) == 12.0


def test_grad_takes_an_output_of_one_element():
    close(grad(lambda x: x**2)(onp.array([3.0])), [6.0])


def test_grad_refuses_several_outputs_and_integers():
    with pytest.raises(TypeError, match="expected one real floating-point.*jacobian"):
        grad(lambda x: x**2)(X)
    close(jacobian(lambda x: x**2)(X), onp.diag(2 * X))
    with pytest.raises(TypeError, match="Pass floats"):
        grad(lambda x: x**2)(3)
    with pytest.raises(TypeError, match="holomorphic_grad"):
        grad(lambda z: z**2)(1 + 2j)
    with pytest.raises(TypeError, match="holomorphic_grad"):
        elementwise_grad(lambda z: z**2)(1 + 2j)
    assert holomorphic_grad(lambda z: z**2)(1 + 2j) == 2 + 4j


def test_the_convention_for_complex_numbers():
    # df/dx - i df/dy of f = |z|**2
    assert grad(lambda z: np.real(z * np.conj(z)))(1 + 2j) == 2 - 4j


def test_containers():
    g = grad(lambda p: p["a"][0] * p["a"][1] + np.sum(p["b"]))({"a": [2.0, 3.0], "b": X})
    assert g["a"] == [3.0, 2.0]
    close(g["b"], onp.ones(3))


def test_elementwise_derivatives():
    close(elementwise_grad(np.sin)(X), onp.cos(X))
    close(deriv(np.sin)(X), onp.cos(X))
    close(elementwise_grad(elementwise_grad(np.sin))(X), -onp.sin(X))


def test_jacobian_and_hessian():
    f = lambda x: np.outer(x, x)
    eye = onp.eye(3)
    want = onp.einsum("ik,j->ijk", eye, X) + onp.einsum("i,jk->ijk", X, eye)
    close(jacobian(f)(X), want)
    close(hessian(cubes)(X), onp.diag(6 * X))


def test_products():
    pull, value = make_vjp(np.sin)(X)
    close(value, onp.sin(X))
    close(pull(V), V * onp.cos(X))
    value, tangent = make_jvp(np.sin)(X)(V)
    close([value, tangent], [onp.sin(X), V * onp.cos(X)])
    close(make_jvp_reversemode(np.sin)(X)(V), V * onp.cos(X))
    hvp, gradient = make_hvp(cubes)(X)
    close([hvp(V), gradient], [6 * X * V, 3 * X**2])
    close(hessian_vector_product(cubes)(X, V), 6 * X * V)
    close(tensor_jacobian_product(np.sin)(X, V), V * onp.cos(X))
    close(make_ggnvp(np.sin)(X)(V), V * onp.cos(X) ** 2)


def test_products_with_matrices():
    x, v = onp.arange(4.0).reshape(2, 2), onp.ones((2, 2))
    f = lambda scale, x: scale * np.sum(x**3)
    close(hessian_tensor_product(f, 1)(2.0, x, v), 12 * x)
    # The tensor may have fewer axes than the output.
    g = lambda x: x * np.ones((2, 2))
    assert tensor_jacobian_product(g)(x, onp.ones(2)).shape == (2, 2, 2)


def test_auxiliary_output_and_all_arguments():
    gradient, aux = grad_and_aux(lambda x: (np.sum(x**2), {"x": x}))(X)
    close(gradient, 2 * X)
    close(aux["x"], X)
    f = lambda a, *rest, c=2.0, **more: a * rest[0] * c * more["z"]
    assert multigrad_dict(f)(1.0, 2.0, z=3.0) == {
        "a": 12.0,
        "rest": (6.0,),
        "c": 6.0,
        "more": {"z": 4.0},
    }


def test_checkpoint_is_that_of_fzero():
    close(grad(lambda x: cubes(ag.checkpoint(np.sin)(x)))(X), 3 * onp.sin(X) ** 2 * onp.cos(X))


def test_builtins_look_behind_tracers():
    seen = []

    def f(x):
        seen.append((ag.type(x), ag.isinstance(x, np.ndarray), ag.isinstance(x, float)))
        return np.sum(ag.tuple([x, x])[0])

    grad(f)(X)
    assert seen == [(onp.ndarray, True, False)]
    assert ag.list((1, 2)) == [1, 2] and ag.dict(a=1) == {"a": 1}


def test_special_functions_under_autograds_path():
    import fzero.compat.autograd.scipy.special as special

    close(elementwise_grad(special.expit)(X), special.expit(X) * special.expit(-X))


def test_numpy_has_the_names_of_numpy():
    missing = [name for name in onp.__all__ if not hasattr(np, name)]
    assert missing == []
    assert np.random is npr and npr.RandomState is onp.random.RandomState
    assert np.linalg.norm is fzero.numpy.linalg.norm and np.fft.fft is fzero.numpy.fft.fft
    assert grad(lambda x: np.sum(np.array([x, 2 * x])))(1.0) == 3.0


@pytest.mark.parametrize("name", [n for n in ag.__all__ if not inspect.ismodule(getattr(ag, n))])
def test_every_name_is_callable(name):
    assert callable(getattr(ag, name))


# ------------------------------------------------------------------------------ stated derivatives


def logsumexp():
    """Of raw arrays only, so that nothing but a stated rule can differentiate it."""

    @primitive
    def logsumexp(x):
        assert type(x) is onp.ndarray
        top = onp.max(x)
        return top + onp.log(onp.sum(onp.exp(x - top)))

    return logsumexp


def test_a_primitive_with_both_rules():
    f = logsumexp()
    defvjp(f, lambda ans, x: lambda g: np.full(x.shape, g) * np.exp(x - ans))
    defjvp(f, lambda t, ans, x: np.sum(t * np.exp(x - ans)))
    check_grads(f)(X)
    p = onp.exp(X) / onp.exp(X).sum()
    close(grad(f)(X), p)
    close(hessian(f)(X), onp.diag(p) - onp.outer(p, p))
    close(make_jvp(grad(f))(X)(V)[1], (onp.diag(p) - onp.outer(p, p)) @ V)


def test_a_primitive_with_one_rule_says_which_is_missing():
    f = logsumexp()
    defvjp(f, lambda ans, x: lambda g: g * np.exp(x - ans))
    check_grads(f, modes=["rev"])(X)
    with pytest.raises(NotImplementedError, match="no jvp.*State it with defjvp"):
        deriv(f)(X)
    defjvp(f, lambda t, ans, x: np.sum(t * np.exp(x - ans)))
    assert deriv(f)(X) == pytest.approx(1.0)
    with pytest.raises(NotImplementedError, match="no vjp.*State it with defvjp"):
        grad(logsumexp())(X)


def test_rules_per_argument():
    f = primitive(lambda x, y, power=1: x**power * y)
    defvjp(f, lambda ans, x, y, power: lambda g: g * power * x ** (power - 1) * y, None)
    assert grad(f)(2.0, 3.0, power=2) == 12.0
    assert grad(f, 1)(2.0, 3.0, power=2) == 0.0
    defvjp(f, lambda ans, x, y, power: lambda g: g * x**power, argnums=(1,))
    assert grad(f, 1)(2.0, 3.0, power=2) == 4.0
    with pytest.raises(NotImplementedError, match="argument 0"):
        grad(f)(2.0, 3.0, power=2)


def test_rules_by_number():
    f = primitive(lambda x, y: x * y)
    defvjp_argnum(f, lambda i, ans, args, kwargs: lambda g: g * args[1 - i])
    defjvp_argnum(f, lambda i, t, ans, args, kwargs: t * args[1 - i])
    check_grads(f, (0, 1))(2.0, 3.0)
    defvjp_argnums(
        f, lambda numbers, ans, args, kwargs: lambda g: [g * args[1 - i] for i in numbers]
    )
    assert grad(f, (0, 1))(2.0, 3.0) == (3.0, 2.0)


def test_linear_rules():
    f = primitive(lambda x, y: x * y)
    defjvp(f, "same", None)
    assert make_jvp(f, (0, 1))(2.0, 3.0)((1.0, 1.0))[1] == 3.0
    def_linear(f)
    assert make_jvp(f, (0, 1))(2.0, 3.0)((1.0, 1.0))[1] == 5.0
    with pytest.raises(ValueError, match="expected functions, None or 'same'"):
        defjvp(f, "linear")


def test_a_primitive_under_vmap():
    f = primitive(lambda x: x**3)
    defvjp(f, lambda ans, x: lambda g: 3 * x**2 * g)
    close(fzero.vmap(f)(X), X**3)
    close(fzero.vmap(grad(f))(X), 3 * X**2)
    close(grad(lambda x: np.sum(fzero.vmap(f)(x)))(X), 3 * X**2)


def test_an_untraced_function_is_a_constant():
    steps = notrace_primitive(onp.floor)
    assert grad(lambda x: x * steps(x))(2.5) == 2.0


# --------------------------------------------------------------------------------------- the rest


def test_flatten_and_back():
    value = {"b": onp.ones((2, 1)), "a": [1.5, (X, ())]}
    flat, unflatten = flatten(value)
    close(flat, [1.5, *X, 1.0, 1.0])
    back = unflatten(2 * flat)
    close(back["b"], 2 * onp.ones((2, 1)))
    close(back["a"][1][0], 2 * X)
    close(grad(lambda p: np.sum(flatten(p)[0] ** 2))(value)["a"][1][0], 2 * X)
    assert flatten([])[0].shape == (0,) and flatten([])[1](onp.zeros(0)) == []


def test_functions_of_vectors():
    f, unflatten, flat = flatten_func(lambda p, c: {"y": p["x"] * c}, {"x": X})
    close(f(flat, 2.0), 2 * X)
    close(unflatten(flat)["x"], X)


@pytest.mark.parametrize(
    ("optimizer", "after_two"),
    [
        # By hand, for the gradient x, from 1.0, with steps of 0.1.
        (partial(sgd, mass=0.5), 0.8775),
        (partial(rmsprop, gamma=0.5, eps=0.0), 0.9 - 0.09 / onp.sqrt(0.905)),
        # m = 0.25 + 0.45 and v = 0.25 + 0.405, both divided by 0.75.
        (partial(adam, b1=0.5, b2=0.5, eps=0.0), 0.9 - 0.1 * (0.7 / 0.75) / onp.sqrt(0.655 / 0.75)),
    ],
)
def test_optimizers(optimizer, after_two):
    seen = []
    callback = lambda x, i, g: seen.append((i, float(x["w"]), float(g["w"])))
    end = optimizer(lambda p, i: {"w": p["w"]}, {"w": 1.0}, callback, 2, step_size=0.1)
    assert seen[0] == (0, 1.0, 1.0) and seen[1][0] == 1
    assert float(end["w"]) == pytest.approx(after_two)


def test_fixed_points_have_derivatives_of_every_order():
    newton = lambda a: lambda x: 0.5 * (x + a / x)
    root = lambda a: fixed_point(newton, a, 1.0, lambda x, y: abs(x - y), 1e-13)
    assert root(4.0) == pytest.approx(2.0)
    assert grad(root)(4.0) == pytest.approx(0.25)
    assert grad(grad(root))(4.0) == pytest.approx(-1 / 32)


def test_checks_see_a_wrong_rule():
    f = primitive(lambda x: x**2)
    defvjp(f, lambda ans, x: lambda g: 3 * x * g)
    with pytest.raises(AssertionError):
        check_grads(f, modes=["rev"], order=1)(2.0)
    combo_check(lambda x, y, k=1: x * y * k, (0, 1))([1.0, X], [X], k=[1, 2])
    with pytest.raises(AssertionError):
        combo_check(f, modes=["rev"], order=1)([2.0])
