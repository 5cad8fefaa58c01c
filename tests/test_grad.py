"""grad, value_and_grad and vjp: arguments, results and messages."""

import numpy as np
import pytest

import fzero


def loss(x, y=2.0, *, scale=1.0):
    return scale * (np.sin(x) * y).sum()


class TestArguments:
    x = np.array([0.1, 0.2, 0.3])

    def test_of_an_array_is_the_closed_form(self):
        np.testing.assert_allclose(fzero.grad(loss)(self.x), 2 * np.cos(self.x), rtol=1e-15)

    def test_of_a_python_float(self):
        value, g = fzero.value_and_grad(lambda x: x**3)(2.0)
        assert value == 8.0 and g == 12.0

    def test_by_position_name_and_negative_position(self):
        by_position = fzero.grad(loss, argnums=1)(self.x, 3.0)
        assert by_position == fzero.grad(loss, argnums="y")(self.x, 3.0)
        assert by_position == fzero.grad(loss, argnums=-1)(self.x, 3.0)
        assert by_position == fzero.grad(loss, argnums="y")(self.x, y=3.0)
        assert by_position == pytest.approx(np.sin(self.x).sum(), rel=1e-15)

    def test_by_keyword_only_name(self):
        g = fzero.grad(loss, argnums="scale")(self.x, scale=5.0)
        assert g == pytest.approx(2 * np.sin(self.x).sum(), rel=1e-15)

    def test_a_sequence_of_argnums_makes_a_tuple(self):
        g = fzero.grad(loss, argnums=(1, "x"))(self.x, 3.0)
        assert isinstance(g, tuple) and len(g) == 2
        np.testing.assert_allclose(g[1], 3 * np.cos(self.x), rtol=1e-15)
        assert isinstance(fzero.grad(loss, argnums=[0])(self.x), tuple)

    def test_other_arguments_may_be_anything(self):
        def f(x, mode, table):
            return x * table[mode]

        assert fzero.grad(f)(1.0, "b", {"a": 1.0, "b": 7.0}) == 7.0

    def test_methods_partials_and_callable_objects(self):
        class Model:
            w = 3.0

            def __call__(self, x):
                return self.w * x

            def square(self, x):
                return self.w * x**2

        assert fzero.grad(Model())(1.0) == 3.0
        assert fzero.grad(Model().square)(2.0) == 12.0

    def test_keeps_name_and_docstring(self):
        def area(r):
            """Of a disc."""
            return np.pi * r**2

        assert fzero.grad(area).__name__ == "area"
        assert fzero.grad(area).__doc__ == "Of a disc."

    def test_a_repeated_argument_adds_up(self):
        x = np.array([1.0, 2.0])
        g = fzero.grad(lambda a, b: (a * b).sum(), (0, 1))(x, x)
        np.testing.assert_array_equal(g[0], x)
        np.testing.assert_array_equal(g[1], x)

    def test_an_unused_argument_has_zeros_of_its_shape_and_dtype(self):
        unused = np.ones((2, 3), np.float32)
        g = fzero.grad(lambda x, y: x * 2, argnums=1)(1.0, unused)
        assert g.shape == (2, 3) and g.dtype == np.float32 and not g.any()


class TestAux:
    def test_value_and_grad_with_aux(self):
        def f(x):
            return (x**2).sum(), {"twice": 2 * x, "name": "f"}

        x = np.array([1.0, 2.0])
        (value, aux), g = fzero.value_and_grad(f, has_aux=True)(x)
        assert value == 5.0 and aux["name"] == "f" and type(aux["twice"]) is np.ndarray
        np.testing.assert_array_equal(aux["twice"], [2.0, 4.0])
        np.testing.assert_array_equal(g, [2.0, 4.0])
        g, aux = fzero.grad(f, has_aux=True)(x)
        np.testing.assert_array_equal(aux["twice"], [2.0, 4.0])

    def test_aux_of_an_inner_gradient_is_differentiated_by_the_outer(self):
        def f(x):
            return x**3, x**2

        outer = fzero.grad(lambda x: fzero.grad(f, has_aux=True)(x)[1])
        assert outer(3.0) == 6.0

    def test_aux_that_is_no_pair(self):
        with pytest.raises(TypeError, match="has_aux=True the function returned float.* pair"):
            fzero.grad(lambda x: 3.0, has_aux=True)(1.0)
        assert fzero.grad(lambda x: (3.0 * x, None), has_aux=True)(1.0) == (3.0, None)


class TestMessages:
    def test_integer_input(self):
        with pytest.raises(TypeError, match=r"argument 0 is int64\[3\].*astype\(float\)"):
            fzero.grad(loss)(np.arange(3))
        assert fzero.grad(loss)(np.arange(3).astype(float)).shape == (3,)

    def test_every_offending_leaf_is_listed(self):
        params = {"a": 1, "b": [np.ones(2), np.arange(2)], "c": True}
        with pytest.raises(TypeError) as error:
            fzero.grad(lambda p: 1.0)(params)
        text = str(error.value)
        assert "['a']" in text and "['b'][1]" in text and "['c']" in text and "[0]" not in text

    def test_allow_int_holds_integers_constant(self):
        g = fzero.grad(lambda p: p["n"] * p["x"], allow_int=True)({"n": 3, "x": 2.0})
        assert g == {"n": 0.0, "x": 3.0}

    def test_string_input(self):
        with pytest.raises(TypeError, match="argument 0 is str 'x'"):
            fzero.grad(loss)("x")

    def test_non_scalar_output(self):
        with pytest.raises(TypeError, match=r"shape \(3,\); expected a scalar.*\.sum\(\)"):
            fzero.grad(np.sin)(np.ones(3))
        assert fzero.grad(lambda x: np.sin(x).sum())(np.ones(3)).shape == (3,)

    def test_a_pair_without_has_aux(self):
        f = lambda x: (x, x)
        with pytest.raises(TypeError, match="returned a tuple.*has_aux=True"):
            fzero.grad(f)(1.0)
        assert fzero.grad(f, has_aux=True)(1.0)[0] == 1.0

    def test_integer_output(self):
        with pytest.raises(TypeError, match="real floating-point scalar"):
            fzero.grad(lambda x: 3)(1.0)

    def test_none_output(self):
        with pytest.raises(TypeError, match="grad: the function returned a NoneType"):
            fzero.grad(lambda x: None)(1.0)

    def test_position_out_of_range(self):
        with pytest.raises(TypeError, match="argnums is 1, but the call has 1 positional"):
            fzero.grad(loss, argnums=1)(np.ones(3), y=1.0)
        assert fzero.grad(loss, argnums="y")(np.ones(3), y=1.0) > 0

    def test_unknown_name(self):
        with pytest.raises(TypeError, match=r"argnums is 'z'.*\['x'\]"):
            fzero.grad(loss, argnums="z")(np.ones(3))

    def test_argnums_of_another_kind(self):
        for wrong in (True, 1.0, None, (0, None)):
            with pytest.raises(TypeError, match="expected an int, a parameter name"):
                fzero.grad(loss, argnums=wrong)

    def test_called_on_a_value(self):
        with pytest.raises(TypeError, match=r"Write fzero.grad\(f\)\(x\)"):
            fzero.grad(loss(np.ones(3)))


class TestPullback:
    def test_may_be_called_again(self):
        _, pull = fzero.vjp(lambda x, y: x * y, np.ones(2), np.full(2, 3.0))
        first, second = pull(np.array([1.0, 0.0])), pull(np.array([0.0, 1.0]))
        assert first[0].tolist() == [3.0, 0.0] and second[0].tolist() == [0.0, 3.0]
        assert pull(np.array([1.0, 0.0]))[1].tolist() == [1.0, 0.0]

    def test_of_several_outputs(self):
        (a, b), pull = fzero.vjp(lambda x: (x**2, 3 * x), 2.0)
        assert (a, b) == (4.0, 6.0)
        assert pull((1.0, 0.0)) == (4.0,) and pull((1.0, 1.0)) == (7.0,)

    def test_with_aux(self):
        out, pull, aux = fzero.vjp(lambda x: (x**2, x + 1), 3.0, has_aux=True)
        assert (out, aux, pull(1.0)) == (9.0, 4.0, (6.0,))

    def test_of_an_output_that_does_not_depend_on_the_input(self):
        out, pull = fzero.vjp(lambda x: np.ones(3), np.ones(2))
        assert pull(np.ones(3))[0].tolist() == [0.0, 0.0]

    def test_of_an_integer_output(self):
        out, pull = fzero.vjp(lambda x: (x * 2, np.argmax(x)), np.array([1.0, 5.0]))
        assert out[1] == 1
        assert pull((np.ones(2), 0))[0].tolist() == [2.0, 2.0]

    def test_is_itself_differentiated(self):
        # d/dg of <J^T g> is J; the pullback of sin at x is cos(x) * g.
        _, pull = fzero.vjp(np.sin, 0.3)
        assert fzero.grad(lambda g: pull(g)[0])(2.0) == np.cos(0.3)
        rows = fzero.vmap(lambda g: pull(g)[0])(np.array([1.0, 2.0]))
        np.testing.assert_allclose(rows, np.cos(0.3) * np.array([1.0, 2.0]), rtol=1e-15)

    def test_shape_of_the_cotangent(self):
        out, pull = fzero.vjp(lambda x: 2 * x, np.ones(3))
        with pytest.raises(ValueError, match=r"leaf 0 of shape \(\); expected \(3,\).*ones_like"):
            pull(1.0)
        assert pull(np.ones_like(out))[0].tolist() == [2.0] * 3

    def test_structure_of_the_cotangent(self):
        out, pull = fzero.vjp(lambda x: {"y": x}, 1.0)
        for wrong in (1.0, {"z": 1.0}, {"y": [1.0]}):
            with pytest.raises(ValueError, match="expected {'y': \\*}.*fzero.tree.map"):
                pull(wrong)
        assert pull(fzero.tree.map(lambda y: 2 * y, out)) == (2.0,)

    def test_complex_cotangent_of_a_real_output(self):
        _, pull = fzero.vjp(np.sin, 0.0)
        with pytest.raises(TypeError, match="complex128; expected float64.*real part"):
            pull(1j)
        assert pull((1 + 1j).real) == (1.0,)


class TestResultsAreTheUsersOwn:
    """A gradient may be changed in place without any other array changing."""

    @staticmethod
    def check(gradients, others):
        arrays = [*gradients, *others]
        for i, g in enumerate(gradients):
            assert g.flags.writeable
            assert not any(np.shares_memory(g, a) for a in arrays[:i] + arrays[i + 1 :])

    def test_gradient_of_a_sum_is_no_broadcast_view(self):
        x = np.ones((2, 3))
        self.check([fzero.grad(np.sum)(x)], [x])

    def test_gradients_of_a_sum_of_arguments_are_two(self):
        x, y = np.ones(3), np.ones(3)
        g = fzero.grad(lambda x, y: (x + y).sum(), (0, 1))(x, y)
        self.check(g, [x, y])
        g[0][0] = 5.0
        assert g[1].tolist() == [1.0] * 3

    def test_views_of_one_cotangent_are_two(self):
        x, y = np.ones((2, 2)), np.ones(4)
        self.check(fzero.grad(lambda x, y: (x.reshape(4) * 2 + y).sum(), (0, 1))(x, y), [x, y])

    def test_the_users_cotangent_is_not_returned(self):
        x, g = np.ones(4), np.arange(4.0)
        for f in (lambda x: x, lambda x: x.reshape(4)[::1], lambda x: x + 0.0):
            self.check(fzero.vjp(f, x)[1](g), [x, g])

    def test_two_calls_of_a_pullback(self):
        x = np.ones(4)
        _, pull = fzero.vjp(lambda x: x.reshape(2, 2), x)
        g = np.ones((2, 2))
        self.check([*pull(g), *pull(g)], [g, x])

    def test_rows_of_vmap(self):
        x = np.ones((2, 3))
        self.check([fzero.vmap(fzero.grad(np.sum))(x)], [x])
        self.check([fzero.jacrev(np.sum)(x)], [x])


def test_python_control_flow_and_conversions_run():
    def f(x):
        while x < 10:
            x = x * 2 if float(x) > 1 else x * 3
        mask = np.array([1.0, -1.0]) * x > 0
        return x * len(mask[mask])

    # 1 -> 3 -> 6 -> 12, times one positive entry.
    assert fzero.value_and_grad(f)(1.0) == (12.0, 12.0)


def test_stop_gradient_of_a_tree():
    def f(x):
        held = fzero.stop_gradient({"x": x, "n": 3})
        return held["x"] * x * held["n"]

    assert fzero.grad(f)(2.0) == 6.0
    assert fzero.jvp(f, (2.0,), (1.0,))[1] == 6.0
    assert fzero.grad(fzero.grad(f))(2.0) == 0.0
    assert fzero.stop_gradient(4.0) == 4.0
    rows = fzero.vmap(fzero.grad(f))(np.array([1.0, 2.0]))
    assert rows.tolist() == [3.0, 6.0]
