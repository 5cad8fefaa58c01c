"""Copies of tracers that take assignment: they do as NumPy's arrays do, or raise."""

import copy

import numpy as np
import pytest

import fzero
import fzero.numpy as fnp
from fzero import tree
from fzero.core import Tracer
from fzero.errors import AssignmentError, LeakedTracerError
from tests.numpy_cases import CASES
from tests.strict import put

X = np.array([[0.3, 1.2, -0.7], [2.0, -1.5, 0.4]])
MASK = X > 0


def views_see_later_assignments(x):
    y = x.copy()
    row, flat, turned, back = y[1], y.reshape(-1), y.T, y[:, ::-1]
    y[1, 0] = 5 * x[0, 0]
    flat[2] = x[1, 1]
    turned[0, 0] = x[0, 1] ** 2
    back[0] += 1.0
    return np.sum(y * y) + np.sum(row * 3) + np.sum(flat) + np.sum(turned[1])


def rows_of_a_recurrence(x):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = y[i - 1] * x[i] + 1
    return np.sum(y)


def masks_and_lists(x):
    y = x.copy()
    y[x > 0.5] = 0.25
    y[:, [0, 2]] = y[:, [2, 0]] * x[:, :1]
    y[..., -1] -= x[0, 0]
    return np.sum(y**3)


def values_of_many_shapes(x):
    y, z = x.copy(), fnp.array(x.sum())
    y[0] = x[1][None]
    y[:, 1] = x[0, 0]
    z[...] = y[1, 1] * 2
    y[True] = y * x
    return np.sum(y**2) + z


def in_place_operators(x):
    y = z = x.copy()
    row = y[0]
    y *= x
    y -= 1
    row /= 2.0
    y **= 2
    return np.sum(z) + np.sum(row)


def one_dimension(x):
    y = x[0].copy()
    for i in range(1, 3):
        y[i] = y[i - 1] * y[i]
    return y[-1] + sum(y)


def copies_of_copies(x):
    y = x.copy()
    z, w = y.copy(), copy.deepcopy(y)
    y[0] = 0.0
    w[0] = z[1]
    return np.sum(y) + np.sum(z**2) + np.sum(w**3)


PROGRAMS = [
    views_see_later_assignments,
    rows_of_a_recurrence,
    masks_and_lists,
    values_of_many_shapes,
    in_place_operators,
    one_dimension,
    copies_of_copies,
]


def difference(f, x, step=1e-4):
    """The gradient of `f` by differences of fourth order."""
    found = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[i] = step
        near, far = f(x + e) - f(x - e), f(x + 2 * e) - f(x - 2 * e)
        found[i] = (8 * near - far) / (12 * step)
    return found


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
class TestPrograms:
    """The same source on arrays and on tracers."""

    def test_values_and_derivatives(self, f):
        want = difference(f, X)
        value, gradient = fzero.value_and_grad(f)(X)
        np.testing.assert_allclose(value, f(X), rtol=1e-14)
        np.testing.assert_allclose(gradient, want, rtol=1e-7, atol=1e-9)
        value, tangent = fzero.jvp(f, (X,), (X + 1,))
        np.testing.assert_allclose(value, f(X), rtol=1e-14)
        np.testing.assert_allclose(tangent, np.sum(want * (X + 1)), rtol=1e-7)
        _, push = fzero.linearize(f, X)
        np.testing.assert_allclose(push(X + 1), np.sum(want * (X + 1)), rtol=1e-7)

    def test_rows(self, f):
        rows = np.stack([X, 0.5 * X, X[::-1]])
        np.testing.assert_allclose(fzero.vmap(f)(rows), [f(x) for x in rows], rtol=1e-14)
        each = np.stack([fzero.grad(f)(x) for x in rows])
        np.testing.assert_allclose(fzero.vmap(fzero.grad(f))(rows), each, rtol=1e-13)
        total = lambda r: np.sum(fzero.vmap(f)(r))
        np.testing.assert_allclose(fzero.grad(total)(rows), each, rtol=1e-13)

    def test_second_derivatives(self, f):
        forward = lambda x: fzero.jvp(f, (x,), (np.ones_like(x),))[1]
        reverse = lambda x: np.sum(fzero.grad(f)(x))
        want = difference(reverse, X)
        np.testing.assert_allclose(fzero.grad(forward)(X), want, rtol=1e-6, atol=1e-8)
        np.testing.assert_allclose(fzero.grad(reverse)(X), want, rtol=1e-6, atol=1e-8)

    def test_checkpoint_and_control(self, f):
        want = fzero.grad(f)(X)
        np.testing.assert_allclose(fzero.grad(fzero.checkpoint(f))(X), want, rtol=1e-14)
        chosen = lambda x: fzero.cond(x[0, 0] > 0, f, lambda x: 0.0 * np.sum(x), x)
        np.testing.assert_allclose(fzero.grad(chosen)(X), want, rtol=1e-14)
        rows = np.stack([X, -X])
        np.testing.assert_allclose(
            fzero.vmap(fzero.grad(chosen))(rows), [want, np.zeros_like(X)], rtol=1e-13
        )


def inside(look, x=X):
    """What `look` returns for a tracer of `grad`."""
    seen = []
    fzero.grad(lambda x: (seen.append(look(x)), np.sum(x))[1])(x)
    return seen[0]


MAKERS = {
    "copy": lambda x: x.copy(),
    "copy.copy": copy.copy,
    "np.copy": np.copy,
    "fnp.copy": fnp.copy,
    "fnp.array": fnp.array,
    "array of a list": lambda x: fnp.array([x[0], x[1]]),
    "asarray": lambda x: fnp.asarray(x, copy=True),
    "astype": lambda x: x.astype(np.float32),
    "astype of the same": lambda x: x.astype(x.dtype),
    "fnp.astype": lambda x: fnp.astype(x, float),
    "flatten": lambda x: x.flatten(),
    "from_dlpack": lambda x: fnp.from_dlpack(x, copy=True),
}


class TestWhatIsACopy:
    @pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
    def test_it_can_be_assigned_into_and_leaves_its_source(self, make):
        def look(x):
            y = make(x)
            assert isinstance(y, Tracer) and repr(y).startswith("<tracer of grad")
            y[0] = 7.0
            return fzero.value(x).copy(), fzero.value(y)

        source, made = inside(look)
        np.testing.assert_array_equal(source, X)
        assert np.all(made.reshape(-1)[0] == 7.0)

    @pytest.mark.parametrize(
        "same",
        [
            lambda x: x,
            lambda x: x * 2,
            lambda x: fnp.asarray(x),
            lambda x: x.astype(float, copy=False),
            lambda x: x[0],
            lambda x: x.reshape(-1),
        ],
    )
    def test_other_tracers_refuse_and_name_both_ways_out(self, same):
        with pytest.raises(TypeError, match=r"x\.at\[index\]\.set.*y = x\.copy\(\)"):
            inside(lambda x: same(x).__setitem__(0, 1.0))

    @pytest.mark.parametrize("alias", [fnp.asarray, lambda y: fnp.asarray(y, float), fnp.ravel])
    def test_functions_that_share_memory_share_the_copy(self, alias):
        def look(x):
            y = x.ravel().copy()
            z = alias(y)
            y[0] = 9.0
            return fzero.value(z)[0]

        assert inside(look) == 9.0

    def test_results_are_plain(self):
        def f(x):
            y = x.copy()
            y[0] = x[1] * 2
            return y

        value, pullback = fzero.vjp(f, X)
        assert type(value) is np.ndarray and type(fzero.vmap(f)(X)) is np.ndarray
        np.testing.assert_array_equal(pullback(X)[0], [np.zeros(3), X[1] + 2 * X[0]])
        (_, aux), _ = fzero.value_and_grad(lambda x: (np.sum(x), {"y": f(x)}), has_aux=True)(X)
        assert type(aux["y"]) is np.ndarray

    def test_its_dtype_stays(self):
        y = fzero.vmap(lambda x: _assigned(x.astype(np.int32), 0, 2.7))(X)
        assert y.dtype == np.int32 and np.all(y[:, 0] == 2)
        y = fzero.vmap(lambda x: _assigned(x.astype(np.float32), 0, x[1]))(X)
        assert y.dtype == np.float32

    def test_on_a_device(self):
        def f(x):
            y = x.copy()
            view = y[1:]
            y[0] = 2 * x[1]
            view[...] = view * x[0]
            return y.sum()

        got = fzero.grad(f)(put(X[0]))
        np.testing.assert_allclose(got.get(), fzero.grad(f)(X[0]))


def _assigned(y, index, value):
    y[index] = value
    return y


class TestWhatIsRefused:
    """What NumPy does and a copy here cannot do raises."""

    @pytest.mark.parametrize(
        "keep",
        [
            lambda y: tree.leaves({"y": y}),
            lambda y: tree.map(lambda v: v, [y]),
            lambda y: fzero.stop_gradient(y),
            lambda y: fzero.vmap(lambda r: r)(y),
            lambda y: fnp.unstack(y),
            lambda y: fnp.split(y, 2),
            lambda y: y.real,
        ],
    )
    def test_assignment_after_it_was_handed_on(self, keep):
        def look(x):
            y = x.copy()
            row = y[0]
            keep(y)
            for change in (y, row):
                with pytest.raises(TypeError, match=r"handed.*y = y\.copy\(\)"):
                    change[0] = 1.0
            with pytest.raises(TypeError, match="handed"):
                y += 1
            y = y.copy()
            y[0] = 1.0

        inside(look)

    def test_views_that_numpy_does_not_let_write(self):
        for view in (lambda y: np.broadcast_to(y, (2, 2, 3)), lambda y: y[:, :2].diagonal()):
            with pytest.raises(ValueError, match="Take a copy of it"):
                inside(lambda x, v=view: v(x.copy()).__setitem__(0, 1.0))

    def test_in_place_operators_keep_shape_and_dtype(self):
        def look(x):
            y, n = x[0].copy(), x.astype(int)
            with pytest.raises(ValueError, match="has shape"):
                y += np.ones((2, 3))
            with pytest.raises(TypeError, match="has dtype"):
                n += 0.5

        fzero.vmap(lambda x: look(x) or x)(X[None])

    def test_complex_values_into_a_real_array(self):
        with pytest.raises(TypeError, match="real"):
            inside(lambda x: x.copy().__setitem__(0, 1j))

    def test_a_copy_in_a_numpy_array(self):
        def store(x):
            out = np.zeros((2, 3))
            out[0] = x[0].copy()

        with pytest.raises(AssignmentError, match=r"numpy\.stack"):
            inside(store)

    def test_a_copy_of_a_transform_that_has_returned(self):
        kept = inside(lambda x: x.copy())
        for use in (lambda y: y + 1, np.asarray, lambda y: fzero.jvp(np.sin, (y,), (X,))):
            with pytest.raises(LeakedTracerError):
                use(kept)
        with pytest.raises(LeakedTracerError):
            fzero.grad(lambda x: np.sum(kept))(X)

    def test_a_value_of_an_inner_transform_stays_inside(self):
        def f(x):
            y = x.copy()

            def inner(z):
                y[0] = z
                return np.sum(y)

            slope = fzero.grad(inner)(2.0)
            assert slope == 3.0
            return np.sum(y)

        with pytest.raises(LeakedTracerError):
            fzero.grad(f)(X)

    def test_rows_of_a_branch_in_a_copy_of_all_rows(self):
        def f(x):
            y = x.copy()

            def branch(x):
                y[0] = x[1]
                return np.sum(y)

            return fzero.cond(x[0] > 0.5, branch, np.sum, x)

        with pytest.raises(TypeError, match="all rows of a vmap"):
            fzero.vmap(f)(X)


class TestNesting:
    def test_outer_values_into_inner_copies_and_back(self):
        def f(x):
            def inner(z):
                y = z.copy()
                y[0] = x * z[1]
                y[1:] *= x
                return np.sum(y**2)

            return np.sum(fzero.grad(inner)(X[0]))

        plain = lambda x, z: (x * z[1]) ** 2 + x**2 * (z[1] ** 2 + z[2] ** 2)
        want = fzero.grad(lambda x: np.sum(fzero.grad(lambda z: plain(x, z))(X[0])))(1.5)
        np.testing.assert_allclose(fzero.grad(f)(1.5), want, rtol=1e-14)
        np.testing.assert_allclose(fzero.jvp(f, (1.5,), (1.0,))[1], want, rtol=1e-14)

    def test_the_body_of_a_loop(self):
        def body(carry, x):
            carry = carry.copy()
            carry[1:] = carry[:-1] * x
            carry[0] = x
            return carry, carry

        f = lambda xs: np.sum(fzero.scan(body, 0 * xs + 1, xs)[1] ** 2)
        xs = X[0]
        np.testing.assert_allclose(fzero.grad(f)(xs), difference(f, xs), rtol=1e-7)

    def test_a_function_with_a_rule_of_its_own(self):
        @fzero.custom_jvp
        def g(x):
            return np.sin(x)

        g.defjvp(lambda primals, tangents: (g(*primals), 2 * tangents[0]))

        def f(x):
            y = x.copy()
            y[0] = 2 * x[1]
            return np.sum(g(y))

        np.testing.assert_array_equal(fzero.grad(f)(X), [np.zeros(3), np.full(3, 6.0)])


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_functions_share_memory_only_where_numpy_does(case):
    """Else an assignment would reach a copy, or miss a view."""

    def shares(kind, i):
        args, seen = list(case.args), []

        def look(x):
            args[i] = fnp.copy(x)
            found = case.call(fnp, *args)
            for leaf in found if isinstance(found, (tuple, list)) else (found,):
                same = getattr(leaf, "_root", None) is args[i] and leaf.size > 0
                seen.append(same or (kind == "refused" and args[i]._refusal is not None))
            return x

        fzero.vmap(look)(case.args[i][None])
        return seen

    for i, x in enumerate(case.args):
        args = list(case.args)
        args[i] = np.array(x)
        found = case.call(np, *args)
        leaves = found if isinstance(found, (tuple, list)) else (found,)
        numpy = [isinstance(v, np.ndarray) and np.may_share_memory(v, args[i]) for v in leaves]
        try:
            ours, loud = shares("followed", i), shares("refused", i)
        except (TypeError, ValueError):  # what needs one concrete value
            continue
        assert len(ours) == len(numpy)
        for follows, raises, want in zip(ours, loud, numpy, strict=True):
            assert want or not follows
            assert follows or raises or not want
