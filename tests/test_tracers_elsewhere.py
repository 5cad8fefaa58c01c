"""Tracers in the hands of `numpy.testing`, `copy` and `pickle`."""

import copy
import pickle

import numpy as np
import pytest

import fzero

X = np.array([1.0, 2.0, 3.0])
ASSERTIONS = {
    "assert_allclose": X,
    "assert_array_equal": X,
    "assert_array_almost_equal": X,
    "assert_array_less": X + 1,
}


def gradient(look, x=X):
    """The gradient of the sum of squares, with a look at the tracer on the way."""

    def f(v):
        look(v)
        return (v * v).sum()

    return fzero.grad(f)(x)


@pytest.mark.parametrize("name", ASSERTIONS)
def test_assertions_take_results_and_the_value_of_a_tracer(name):
    check, other = getattr(np.testing, name), ASSERTIONS[name]
    check(fzero.grad(lambda v: (v * v / 2).sum())(X), other)
    assert gradient(lambda v: check(fzero.value(v), other)).tolist() == [2.0, 4.0, 6.0]
    with pytest.raises(AssertionError):
        gradient(lambda v: check(fzero.value(v), other - 2))


@pytest.mark.parametrize("name", ASSERTIONS)
def test_assertions_on_a_tracer_itself_are_right_or_say_what_to_write(name):
    check, other = getattr(np.testing, name), ASSERTIONS[name]
    for wanted in (other, other - 2):
        try:
            gradient(lambda v, wanted=wanted: check(v, wanted))
        except TypeError as error:
            assert "fzero.value(x) to compare or save" in str(error)
        except AssertionError:
            assert wanted is not other
        else:
            assert wanted is other


def test_functions_that_save_say_what_to_write(tmp_path):
    path = tmp_path / "x.npy"
    with pytest.raises(TypeError, match=r"numpy\.save: no rule .*fzero\.value\(x\)"):
        gradient(lambda v: np.save(path, v))
    gradient(lambda v: np.save(path, fzero.value(v)))
    assert np.load(path).tolist() == X.tolist()


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_tracer_is_not_pickled_but_its_value_is(protocol):
    with pytest.raises(TypeError, match=r"pickle: the object is a tracer .*; expected an array\."):
        gradient(lambda v: pickle.dumps({"v": v}, protocol))
    with pytest.raises(TypeError, match=r"pickle: the object is a tracer of vmap|<tracer of vmap"):
        fzero.vmap(lambda v: pickle.dumps(v, protocol))(X)
    saved = []
    gradient(lambda v: saved.append(pickle.dumps(fzero.value(v), protocol)))
    assert pickle.loads(saved[0]).tolist() == X.tolist()


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy])
def test_copies_of_tracers_carry_their_derivatives(twin):
    assert fzero.grad(lambda v: (twin(v) * v).sum())(X).tolist() == [2.0, 4.0, 6.0]
    assert fzero.jvp(lambda v: twin(v) * v, (X,), (X,))[1].tolist() == [2.0, 8.0, 18.0]
    assert fzero.vmap(lambda v: twin(v) * v)(X).tolist() == [1.0, 4.0, 9.0]


def test_deep_copies_of_trees_carry_derivatives():
    params = {"W": X, "more": [X, 2.0]}
    g = fzero.grad(lambda p: (copy.deepcopy(p)["W"] * p["more"][0]).sum())(params)
    assert g["W"].tolist() == g["more"][0].tolist() == X.tolist()
    assert float(g["more"][1]) == 0.0


def test_results_are_plain_arrays_that_may_be_changed_copied_and_pickled():
    results = (
        fzero.grad(lambda v: v.sum())(X),
        fzero.vjp(np.sum, X)[1](1.0)[0],
        fzero.jacobian(np.sin)(X),
        fzero.vmap(lambda v: 1.0)(X),
        fzero.vmap(lambda v: X)(X),
    )
    for result in results:
        assert type(result) is np.ndarray
        assert np.array_equal(pickle.loads(pickle.dumps(result)), copy.deepcopy(result))
        result[...] = 5.0
    assert X.tolist() == [1.0, 2.0, 3.0]
