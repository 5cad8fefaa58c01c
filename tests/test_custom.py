"""custom_vjp and custom_jvp: the stated rule holds under every nesting of transforms."""

import numpy as np
import pytest

import fzero
from fzero.errors import LeakedTracerError, NotDifferentiableError

X = np.array([0.5, -1.0, 2.0])


@fzero.custom_vjp
def tripled(x):
    """The sine, whose stated derivative is three times its own: so that it shows."""
    return np.sin(x)


tripled.defvjp(lambda x: (np.sin(x), x), lambda x, g: (3 * g * np.cos(x),))


@fzero.custom_jvp
def doubled(x):
    return np.sin(x)


@doubled.defjvp
def doubled_rule(primals, tangents):
    (x,), (t,) = primals, tangents
    return np.sin(x), 2 * np.cos(x) * t


class TestStatedPullback:
    def test_the_value_is_that_of_the_function(self):
        np.testing.assert_array_equal(tripled(X), np.sin(X))
        assert tripled.__name__ == "tripled" and "three times" in tripled.__doc__

    def test_first_and_second_gradient(self):
        assert fzero.grad(tripled)(0.3) == pytest.approx(3 * np.cos(0.3), rel=1e-15)
        # The rule's own operations are differentiated: d/dx 3 cos x.
        second = fzero.grad(fzero.grad(tripled))(0.3)
        assert second == pytest.approx(-3 * np.sin(0.3), rel=1e-15)

    def test_forward_over_reverse(self):
        got = fzero.jvp(fzero.grad(tripled), (0.3,), (1.0,))[1]
        assert got == pytest.approx(-3 * np.sin(0.3), rel=1e-15)
        assert fzero.hessian(lambda x: fzero.grad(tripled)(x))(0.3) == pytest.approx(
            -3 * np.cos(0.3), rel=1e-15
        )

    def test_under_vmap_on_either_side(self):
        want = 3 * np.cos(X)
        np.testing.assert_allclose(fzero.vmap(fzero.grad(tripled))(X), want, rtol=1e-15)
        summed = fzero.grad(lambda x: fzero.vmap(tripled)(x).sum())(X)
        np.testing.assert_allclose(summed, want, rtol=1e-15)
        np.testing.assert_allclose(np.diag(fzero.jacrev(tripled)(X)), want, rtol=1e-15)
        np.testing.assert_allclose(np.diag(fzero.jacrev(fzero.vmap(tripled))(X)), want, rtol=1e-15)

    def test_an_argument_that_all_rows_share(self):
        @fzero.custom_vjp
        def scaled(x, w):
            return x * w

        scaled.defvjp(lambda x, w: (x * w, (x, w)), lambda r, g: (7 * g * r[1], 5 * g * r[0]))
        f = lambda w: fzero.vmap(scaled, (0, None))(X, w).sum()
        assert fzero.grad(f)(2.0) == pytest.approx(5 * X.sum(), rel=1e-15)
        rows = fzero.vmap(fzero.grad(scaled, (0, 1)), (0, None))(X, 2.0)
        np.testing.assert_array_equal(rows[0], [14.0] * 3)
        np.testing.assert_array_equal(rows[1], 5 * X)

    def test_inside_control_flow_and_checkpoint(self):
        f = lambda x: fzero.cond(x > 0, tripled, lambda x: x, x)
        want = np.where(X > 0, 3 * np.cos(X), 1.0)
        np.testing.assert_allclose(fzero.vmap(fzero.grad(f))(X), want, rtol=1e-15)
        g = fzero.grad(fzero.checkpoint(lambda x: tripled(x) ** 2))(0.3)
        assert g == pytest.approx(6 * np.sin(0.3) * np.cos(0.3), rel=1e-15)
        carry = fzero.grad(lambda x: fzero.scan(lambda c, _: (tripled(c), None), x, None, 2)[0])(
            0.3
        )
        assert carry == pytest.approx(9 * np.cos(np.sin(0.3)) * np.cos(0.3), rel=1e-15)

    def test_forward_mode_is_refused_and_the_advice_works(self):
        for forward in (
            lambda: fzero.jvp(tripled, (0.3,), (1.0,)),
            lambda: fzero.jacfwd(tripled)(X),
        ):
            with pytest.raises(NotDifferentiableError, match="State .* fzero.custom_jvp"):
                forward()
        assert fzero.jvp(doubled, (0.3,), (1.0,))[1] == 2 * np.cos(0.3)

    def test_nondiff_arguments_come_first(self):
        seen = []

        def power(f, x, n):
            return f(x) ** n

        power = fzero.custom_vjp(power, nondiff_argnums=(0, 2))

        def backward(f, n, res, g):
            seen.append((f is np.abs, n, res))
            return (g * 10.0 * n,)

        power.defvjp(lambda f, x, n: (f(x) ** n, "residual"), backward)
        assert fzero.grad(lambda x: power(np.abs, x, 2))(-3.0) == 20.0
        assert seen == [(True, 2, "residual")]
        assert fzero.vmap(fzero.grad(lambda x: power(np.abs, x, 2)))(X).tolist() == [20.0] * 3

    def test_a_tracer_as_a_nondiff_argument(self):
        f = fzero.custom_vjp(lambda x, n: x * n, nondiff_argnums=1)
        f.defvjp(lambda x, n: (x * n, None), lambda n, res, g: (g * n,))
        with pytest.raises(TypeError, match="argument 1 is in nondiff_argnums but holds a tracer"):
            fzero.grad(lambda n: f(2.0, n))(3.0)
        assert fzero.grad(lambda x: f(x, 3.0))(2.0) == 3.0

    def test_trees_and_zeros(self):
        @fzero.custom_vjp
        def f(p, x):
            return {"y": p["a"] * x, "z": (x, p["b"][0])}

        def backward(res, g):
            assert set(g) == {"y", "z"}
            return fzero.FrozenDict(a=g["y"] * 2, b=[g["z"][1]]), None

        f.defvjp(lambda p, x: (f(p, x), {"none": None}), backward)
        p = {"a": 3.0, "b": [4.0]}
        got = fzero.grad(lambda p, x: f(p, x)["y"], (0, 1))(p, 5.0)
        assert got == ({"a": 2.0, "b": [0.0]}, 0.0)
        got = fzero.grad(lambda p, x: f(p, x)["z"][1] + 0.0 * f(p, x)["y"])(p, 5.0)
        assert got == {"a": 0.0, "b": [1.0]}

    def test_integer_arguments_and_results(self):
        @fzero.custom_vjp
        def f(x, n):
            return x * n, n + 1

        f.defvjp(lambda x, n: ((x * n, n + 1), n), lambda n, g: (g[0] * n * 100, None))
        g, n = fzero.grad(f, has_aux=True)(2.0, 3)
        assert g == 300.0 and n == 4

    def test_keywords_and_defaults(self):
        f = fzero.custom_vjp(lambda x, scale=2.0: x * scale)
        f.defvjp(lambda x, scale: (x * scale, scale), lambda s, g: (g * s, None))
        assert fzero.grad(lambda x: f(x=x))(1.0) == 2.0
        assert fzero.grad(lambda x: f(x, scale=3.0))(1.0) == 3.0

    def test_float32_stays(self):
        assert fzero.grad(lambda x: tripled(x).sum())(X.astype(np.float32)).dtype == np.float32


class TestWrongPullbacks:
    @staticmethod
    def make(backward, forward=lambda x: (x * 1.0, None)):
        def mine(x):
            return x * 1.0

        f = fzero.custom_vjp(mine)
        f.defvjp(forward, backward)
        return lambda: fzero.grad(lambda x: f(x).sum())(X)

    def test_before_it_is_stated(self):
        f = fzero.custom_vjp(np.sin)
        with pytest.raises(AttributeError, match=r"Write sin.defvjp\(fwd, bwd\)"):
            f(1.0)
        f.defvjp(lambda x: (np.sin(x), x), lambda x, g: (g * np.cos(x),))
        assert fzero.grad(f)(0.0) == 1.0

    def test_no_tuple(self):
        with pytest.raises(TypeError, match="mine returned float64.* tuple of 1 cotangents"):
            self.make(lambda res, g: g)()
        assert self.make(lambda res, g: (g,))().tolist() == [1.0] * 3

    def test_too_many(self):
        with pytest.raises(TypeError, match="expected a tuple of 1"):
            self.make(lambda res, g: (g, g))()

    def test_another_shape(self):
        with pytest.raises(ValueError, match=r"shape \(1, 3\) for leaf 0; expected \(3,\)"):
            self.make(lambda res, g: (g[None],))()

    def test_another_structure(self):
        with pytest.raises(ValueError, match="cotangent 0 of mine"):
            self.make(lambda res, g: ({"x": g},))()

    def test_a_forward_rule_without_residuals(self):
        with pytest.raises(TypeError, match=r"expected a pair \(out, residuals\)"):
            self.make(lambda res, g: (g,), forward=lambda x: x)()

    def test_a_closure_over_a_tracer(self):
        def in_forward(w):
            f = fzero.custom_vjp(lambda x: x * w)
            f.defvjp(lambda x: (x * w, None), lambda res, g: (g,))
            return f(w)

        def in_backward(w):
            f = fzero.custom_vjp(lambda x: x)
            f.defvjp(lambda x: (x, None), lambda res, g: (g * w,))
            return f(w) * w

        def as_residual(w):
            f = fzero.custom_vjp(lambda x, w: x)
            f.defvjp(lambda x, w: (x, w), lambda w, g: (g * w, None))
            return f(w, w) * w

        with pytest.raises(TypeError, match="closes over a tracer.*Pass it as an argument"):
            fzero.grad(in_forward)(2.0)
        with pytest.raises(LeakedTracerError, match="closes over a tracer.*forward rule"):
            fzero.grad(in_backward)(2.0)
        assert fzero.grad(as_residual)(2.0) == 6.0

    def test_a_closure_over_a_tracer_of_an_inner_transform(self):
        def wrong(x, w):
            f = fzero.custom_vjp(lambda x: x * w)
            f.defvjp(lambda x: (x * w, None), lambda res, g: (g * w,))
            return f(x)

        slope = lambda x: fzero.grad(lambda w: wrong(x, w))(2.0)  # noqa: E731
        for transform in (lambda: fzero.grad(slope)(0.3), lambda: fzero.vmap(slope)(X)):
            with pytest.raises(TypeError, match="closes over a tracer of grad or vjp"):
                transform()

    def test_a_closure_over_a_tracer_of_an_outer_transform_is_fine(self):
        def f(w):
            scaled = fzero.custom_vjp(lambda x: x)
            scaled.defvjp(lambda x: (x, None), lambda res, g: (g * w,))
            return fzero.grad(scaled)(1.0)

        assert fzero.grad(lambda w: f(w) ** 2)(3.0) == 6.0
        assert fzero.vmap(f)(X).tolist() == X.tolist()


class TestStatedPush:
    def test_forward_and_reverse(self):
        assert fzero.jvp(doubled, (0.3,), (1.0,)) == (np.sin(0.3), 2 * np.cos(0.3))
        assert fzero.grad(doubled)(0.3) == pytest.approx(2 * np.cos(0.3), rel=1e-15)
        assert fzero.linearize(doubled, 0.3)[1](1.0) == pytest.approx(2 * np.cos(0.3), rel=1e-15)

    @pytest.mark.parametrize("outer", [fzero.grad, fzero.jacfwd])
    @pytest.mark.parametrize("inner", [fzero.grad, fzero.jacfwd])
    def test_second_derivatives(self, outer, inner):
        assert outer(inner(doubled))(0.3) == pytest.approx(-2 * np.sin(0.3), rel=1e-15)

    def test_under_vmap_on_either_side(self):
        want = 2 * np.cos(X)
        for d in (fzero.grad, fzero.jacfwd):
            np.testing.assert_allclose(fzero.vmap(d(doubled))(X), want, rtol=1e-15)
        for jac in (fzero.jacfwd, fzero.jacrev):
            for f in (doubled, fzero.vmap(doubled)):
                np.testing.assert_allclose(jac(f)(X), np.diag(want), rtol=1e-15)

    def test_a_rule_per_argument(self):
        f = fzero.custom_jvp(lambda x, y: x * y)
        f.defjvps(lambda t, out, x, y: 10 * t * y, None)
        assert fzero.jvp(f, (2.0, 3.0), (1.0, 1.0)) == (6.0, 30.0)
        assert fzero.grad(f, (0, 1))(2.0, 3.0) == (30.0, 0.0)

    def test_nondiff_arguments_and_trees(self):
        f = fzero.custom_jvp(lambda mode, p: {"y": p["x"] * 2, "m": len(mode)}, nondiff_argnums=0)

        @f.defjvp
        def rule(mode, primals, tangents):
            (p,), (t,) = primals, tangents
            return f(mode, p), {"y": t["x"] * len(mode), "m": 0.0}

        y, dy = fzero.jvp(lambda p: f("four", p), ({"x": X},), ({"x": X},))
        np.testing.assert_array_equal(dy["y"], 4 * X)
        assert y["m"] == 4
        g = fzero.grad(lambda p: f("four", p)["y"].sum())({"x": X})
        assert g["x"].tolist() == [4.0] * 3

    def test_inside_control_flow_and_checkpoint(self):
        f = lambda x: fzero.cond(x > 0, doubled, lambda x: x, x)
        want = np.where(X > 0, 2 * np.cos(X), 1.0)
        np.testing.assert_allclose(fzero.vmap(fzero.grad(f))(X), want, rtol=1e-15)
        np.testing.assert_allclose(fzero.vmap(fzero.jacfwd(f))(X), want, rtol=1e-15)
        g = fzero.grad(fzero.checkpoint(lambda x: doubled(x) ** 2))(0.3)
        assert g == pytest.approx(4 * np.sin(0.3) * np.cos(0.3), rel=1e-15)

    def test_wrong_rules(self):
        f = fzero.custom_jvp(np.sin)
        with pytest.raises(AttributeError, match=r"Write sin.defjvp\(rule\)"):
            f(1.0)
        f.defjvp(lambda primals, tangents: tangents[0])
        for transform in (lambda: fzero.jvp(f, (1.0,), (1.0,)), lambda: fzero.grad(f)(1.0)):
            with pytest.raises(TypeError, match=r"expected a pair \(out, tangent_out\)"):
                transform()
        f.defjvp(lambda primals, tangents: (primals[0], {"t": tangents[0]}))
        with pytest.raises(ValueError, match="the tangent of sin"):
            fzero.jvp(f, (1.0,), (1.0,))
        f.defjvp(lambda primals, tangents: (primals[0], tangents[0][None]))
        with pytest.raises(ValueError, match=r"tangent of sin has a leaf 0 of shape \(1, 3\)"):
            fzero.jvp(f, (X,), (X,))

    def test_a_closure_over_a_tracer(self):
        def wrong(w):
            f = fzero.custom_jvp(lambda x: x * w)
            f.defjvp(lambda primals, tangents: (primals[0] * w, tangents[0] * w))
            return f(w)

        linearized = lambda f: lambda w: fzero.linearize(f, w)  # noqa: E731
        for transform in (fzero.grad, fzero.jacfwd, linearized):
            with pytest.raises(TypeError, match="closes over a tracer"):
                transform(wrong)(2.0)

    def test_a_closure_over_a_tracer_of_an_inner_transform(self):
        def wrong(x, w):
            f = fzero.custom_jvp(lambda x: x * w)
            f.defjvp(lambda primals, tangents: (primals[0] * w, tangents[0] * w))
            return f(x)

        slope = lambda x: fzero.grad(lambda w: wrong(x, w))(2.0)  # noqa: E731
        for transform in (fzero.grad, fzero.jacfwd, fzero.vmap):
            with pytest.raises(TypeError, match="closes over a tracer of grad or vjp"):
                transform(slope)(X if transform is fzero.vmap else 0.3)

    def test_float32_stays(self):
        x = X.astype(np.float32)
        assert fzero.grad(lambda x: doubled(x).sum())(x).dtype == np.float32
        assert fzero.jvp(doubled, (x,), (x,))[1].dtype == np.float32
